"""`make check`: what it compares with, what watches a changed file, and that it begins nothing when time is up."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project_root import ROOT

import affected
import check
from affected import IN_A_BROWSER, SHOWN_ON, mentioning, page_test, watchers

ROOMS = ROOT / "src/foundations"
MODULES = [path.relative_to(ROOMS).with_suffix("").as_posix() for path in sorted(ROOMS.rglob("*.py"))]
MODULES = [module for module in MODULES if not module.endswith("__init__") and not module.startswith("exercises/")]

needs_git = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


# What watches a file.


def test_a_changed_lesson_is_looked_at_as_a_whole_and_nothing_else_is_run():
    found = watchers(["docs/lessons/gradient-descent.md"])
    assert (found.pages, found.runs, found.tests) == (["docs/lessons/gradient-descent.md"], [], [])


def test_a_judge_and_its_answers_are_watched_by_their_lesson():
    for path in (
        "src/foundations/exercises/gradient_descent.py",
        "tests/foundations/exercises/answers/gradient_descent.py",
    ):
        found = watchers([path])
        assert (found.pages, found.tests) == (
            ["docs/lessons/gradient-descent.md"],
            ["tests/foundations/exercises/test_exercises.py"],
        )
        assert found.only == {"tests/foundations/exercises/test_exercises.py": {"gradient-descent"}}
    exercises = "tests/foundations/exercises/test_exercises.py"
    index, judge, all_of_them = (f"src/foundations/exercises/{name}.py" for name in ("index", "tensors", "judging"))
    assert watchers([index]).only == {exercises: set()}
    assert watchers([index, judge]).only == {exercises: {"tensors"}}
    for found in map(watchers, ([all_of_them], [index, all_of_them], [judge, all_of_them, index])):
        assert found.tests == [exercises] and not found.only


def test_a_module_is_watched_by_its_own_tests_first_and_by_the_pages_that_use_it():
    found = watchers(["src/foundations/curves/losses.py", "docs/lessons/loss-functions.md"])
    assert found.tests[0] == "tests/foundations/curves/test_losses.py"
    assert found.only["tests/test_docstrings.py"] == {"foundations.curves.losses"}
    assert found.pages == ["docs/lessons/loss-functions.md"]
    assert "docs/lessons/gradient-descent.md" in found.runs and found.pages[0] not in found.runs
    assert "loss-functions" in found.only["tests/foundations/exercises/test_exercises.py"]


def test_every_module_of_foundations_is_watched_by_tests_of_its_own(subtests):
    for module in MODULES:
        with subtests.test(module):
            found = watchers([f"src/foundations/{module}.py"])
            assert len(found.tests) > 1
            assert all(Path(ROOT, test).is_file() for test in found.tests)
            assert set(found.tests) - {
                "tests/test_docstrings.py",
                "tests/foundations/exercises/test_exercises.py",
            } <= set(affected.tests_of(module))


@pytest.mark.parametrize(
    ("path", "tests"),
    [
        ("kit/page_runner/cache.py", ["tests/kit/page_runner/test_cache.py", "tests/test_docstrings.py"]),
        ("kit/page_runner/page.py", ["tests/kit/page_runner/test_failures.py", "tests/tools/test_page_rules.py"]),
        ("kit/questions/question.py", ["tests/kit/questions/test_question_lists.py", "tests/test_docstrings.py"]),
        ("kit/glossary_terms/glossary.py", ["tests/site/test_glossary.py"]),
        ("kit/link_cards/cards.py", ["tests/kit/link_cards/test_cards.py"]),
        ("src/live_charts/record.py", ["tests/live_charts/test_live_charts.py"]),
        ("src/foundations/__init__.pyi", ["tests/foundations/test_foundations.py"]),
        ("docs/glossary.md", ["tests/site/test_glossary.py"]),
        ("docs/errata-originals.md", ["tests/site/test_errata.py"]),
        ("src/live_charts/assets/tensors.js", ["tests/live_charts/test_live_charts.py"]),
        ("tests/curriculum.yml", ["tests/tools/test_page_rules.py::test_a_page_of_the_course_keeps_the_rules"]),
        ("mkdocs.yml", ["tests/tools/test_page_rules.py::test_a_page_of_the_course_keeps_the_rules"]),
        ("tests/foundations/curves/test_losses.py", ["tests/foundations/curves/test_losses.py"]),
        ("tests/helpers/course_runner.py", ["tests/site/test_page_dependencies.py"]),
        ("tools/check_page.py", ["tests/tools/test_page_rules.py"]),
        ("benchmarks/serve.py", ["tests/test_benchmarks.py"]),
        ("CONTRIBUTING.md", ["tests/test_contributing.py"]),
        ("tests/helpers/tiny_site.py", ["tests/kit/page_runner/test_cache.py"]),
    ],
)
def test_other_files_are_watched_by_the_tests_that_name_them(path: str, tests: list[str]):
    found = watchers([path])
    assert (ROOT / path).is_file()
    assert set(tests) <= set(found.tests)


def test_the_runners_own_tests_come_when_the_runner_changes():
    own = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/kit/page_runner").glob("test_*.py")}
    assert len(own & set(watchers(["kit/page_runner/runner.py"]).tests)) > 5


def test_what_watches_the_whole_site_is_named_and_not_run():
    found = watchers(["tests/site/browser/test_live.py", "docs/labs/quadratic.ipynb", "tests/conftest.py", "Makefile"])
    assert {
        "tests/site/browser/test_live.py",
        "tests/site/test_labs.py",
        "every test",
        "tests/tools/test_setup.py",
    } <= set(found.unwatched)
    assert not set(found.tests) & set(found.unwatched)


def test_a_script_a_style_and_the_theme_are_looked_at_in_the_browser_on_a_page_that_is_there():
    assert watchers(["src/live_charts/assets/sketch-pad.js"]).shown == ["lessons/three-or-seven"]
    assert watchers(["theme/main.html"]).shown == watchers(["theme/assets/course.css"]).shown == [SHOWN_ON[""]]
    assert not watchers(["src/foundations/curves/losses.py", "docs/index.md"]).shown
    assert all((ROOT / f"docs/{page}.md").is_file() for page in SHOWN_ON.values())
    for test in IN_A_BROWSER:
        file, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}(" in (ROOT / file).read_text("utf-8")


def test_what_is_no_more_is_watched_by_what_named_it():
    pages = watchers(["docs/lessons/gradient-decent.md"]).pages
    assert pages == []
    assert not (ROOT / "tests/test_nothing.py").exists() and watchers(["tests/test_nothing.py"]).tests == []
    assert watchers(["LICENSE"]).pages == watchers(["docs/assets/favicon.svg"]).pages == []


def test_a_page_that_needs_passengers_is_tested_with_simulated_ones():
    assert page_test("docs/lessons/the-passengers.md").endswith("[simulated-docs/lessons/the-passengers.md]")
    assert page_test("docs/index.md") == "tests/site/test_lessons.py::test_page_runs[docs/index.md]"
    assert mentioning("no such words anywhere" + "!") == []


# The commit that it compares with.


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check, "ROOT", tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    run = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, encoding="utf-8")
    return run.stdout.strip()


def commit(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Some words")
    return git(folder, "rev-parse", "HEAD")


@needs_git
def test_the_base_is_the_last_commit_and_new_files_count(repository: Path):
    commit(repository, a="1", b="1")
    second = commit(repository, b="2")
    assert check.base_commit("") == (second, "the last commit")
    assert check.changes(second) == []
    (repository / "a").unlink()
    (repository / 'ü "x" new').write_text("", "utf-8")
    (repository / ".gitignore").write_text("out\n", "utf-8")
    (repository / "out").write_text("", "utf-8")
    assert check.changes(second) == [".gitignore", "a", 'ü "x" new']


@needs_git
def test_the_base_is_where_a_branch_left_mains_upstream(repository: Path, tmp_path: Path):
    first = commit(repository, a="1")
    git(repository, "init", "-q", "--bare", str(tmp_path / "origin"))
    git(repository, "remote", "add", "origin", str(tmp_path / "origin"))
    git(repository, "push", "-q", "-u", "origin", "main")
    git(repository, "checkout", "-q", "-b", "topic")
    commit(repository, b="1")
    assert check.base_commit("") == (first, "origin/main")
    assert "b" in check.changes(first)


@needs_git
def test_the_base_can_be_named_and_a_wrong_one_is_refused(repository: Path):
    with pytest.raises(SystemExit, match="there is none here: commit once, or run make test"):
        check.base_commit("")
    first = commit(repository, a="1")
    commit(repository, a="2")
    assert check.base_commit("HEAD~1") == (first, "HEAD~1")
    for wrong in ("HEAD~7", "nowhere", "--all"):
        with pytest.raises(SystemExit, match=f"BASE={wrong} names no commit: name one, as in make check BASE=HEAD~1"):
            check.base_commit(wrong)


# The command.


@pytest.fixture
def in_time(tmp_path: Path) -> Path:
    (tmp_path / "test_some.py").write_text(
        "import pytest\n@pytest.mark.parametrize('name', ['one', 'two', 'a-two', 'two-b'])\n"
        "def test_cases(name):\n    assert name != 'one'\n\ndef test_plain():\n    pass\n",
        "utf-8",
    )
    return tmp_path


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "in_time"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "tools"), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([*command, *options], cwd=folder, env=environment, capture_output=True, encoding="utf-8")


def test_of_some_files_only_certain_cases_are_run(in_time: Path):
    assert "1 failed, 4 passed" in run(in_time).stdout
    assert "4 passed, 1 deselected" in run(in_time, "--case", "test_some.py=two").stdout  # and the one without cases
    assert "1 passed, 4 deselected" in run(in_time, "--case", "test_some.py=none").stdout
    assert "1 failed, 4 passed" in run(in_time, "--case", "test_other.py=two").stdout


def test_the_cases_asked_for_come_first(in_time: Path):
    shown = run(in_time, "-vv", "--case", "test_some.py=two").stdout
    assert shown.index("[a-two]") < shown.index("test_plain")
    assert "test_cases[one]" not in shown


def test_what_is_passed_over_leaves_nothing_behind(in_time: Path):
    (in_time / "test_a.py").write_text("import pytest\n@pytest.mark.browser\ndef test_look(): pass\n", "utf-8")
    (in_time / "pytest.ini").write_text("[pytest]\nmarkers = browser\n", "utf-8")
    ended = run(in_time, "--until", str(time.time() - 1), "test_some.py", "test_a.py")
    assert (ended.returncode, "1 passed, 5 skipped" in ended.stdout) == (0, True)


def test_no_test_begins_when_the_time_is_up_and_each_is_named(in_time: Path):
    left = in_time / "left"
    ended = run(in_time, "--until", str(time.time() - 1), "--left", str(left))
    assert ended.returncode == 0 and "5 skipped" in ended.stdout and "passed" not in ended.stdout
    assert len(left.read_text("utf-8").splitlines()) == 5
    run(in_time, "--until", str(time.time() + 600), "--left", str(left))
    assert left.read_text("utf-8") == ""


def test_the_last_line_says_what_was_not_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(check, "base_commit", lambda _: ("a" * 40, "the last commit"))
    monkeypatch.setattr(check, "static", lambda: (True, "ruff is content"))
    monkeypatch.setattr(check, "tests", lambda _: (True, "3 passed", [f"{n} tests of t{n}.py" for n in range(9)]))
    monkeypatch.setattr(check, "changes", lambda _: ["tests/site/browser/test_live.py"])
    assert check.main([]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:3] == ["1 file differs from the last commit (aaaaaaa)", "ruff is content", "3 passed"]
    assert (
        len(out) == 4
        and out[3].startswith("Green after ")
        and " s. Not run: 0 tests of t0.py, 1 tests of t1.py, " in out[3]
    )
    assert out[3].endswith("5 more, and all that these changes are far from; make test runs everything.")
    monkeypatch.setattr(check, "tests", lambda _: (False, "1 failed", []))
    assert check.main([]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("Red after ")


def test_pages_are_checked_and_run_until_the_time_is_up(monkeypatch: pytest.MonkeyPatch):
    found = watchers([])
    found.pages, found.runs = ["docs/accessibility.md"], ["docs/index.md", "docs/review.md"]
    monkeypatch.setattr(check, "BEGIN_UNTIL", math.inf)
    sound, said, left = check.pages(found)
    assert sound and left == []
    assert said.splitlines()[0].startswith("docs/accessibility.md is sound")
    assert said.splitlines()[1] == "2 of 2 pages that use what has changed still run"
    monkeypatch.setattr(check, "BEGIN_UNTIL", 0.0)
    assert check.pages(found) == (True, "", ["docs/accessibility.md", "docs/index.md", "docs/review.md"])
