"""`make lesson`: what it writes, and that bad input gets one sentence and leaves everything as it was."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from project_root import ROOT

import new_lesson
from page_rules import faults, read

READ = ("mkdocs.yml", "pyproject.toml", "tests/curriculum.yml", "src/foundations/exercises/index.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What the command reads of the course."""
    for name in READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns(".ruff_cache"))
    (tmp_path / "tests/foundations/exercises/answers").mkdir(parents=True)
    return tmp_path


def contents(project: Path) -> dict[str, str]:
    files = [path for path in project.rglob("*") if path.is_file() and ".ruff_cache" not in path.parts]
    return {path.relative_to(project).as_posix(): path.read_text("utf-8") for path in files}


# That the new lesson passes `make check`, test_contributing.py shows.


def test_a_new_lesson_is_a_sound_draft_and_changes_nothing_else(project: Path):
    before = contents(project)
    page, judges, answers, *lists = new_lesson.new_lesson("  The  median ", project)
    assert page == "docs/lessons/the-median.md"
    assert (judges, answers) == (
        "src/foundations/exercises/the_median.py",
        "tests/foundations/exercises/answers/the_median.py",
    )
    assert lists == ["mkdocs.yml", "src/foundations/exercises/index.py"]
    lesson = read(project / page, project)
    assert lesson.draft and lesson.meta["title"] == "The median"
    found = faults(lesson)
    assert found and all(fault.later for fault in found)
    after = contents(project)
    assert {name for name in after if after[name] != before.get(name)} == {page, judges, answers, *lists}
    for name in lists:
        added = [line for line in after[name].splitlines() if line not in before[name].splitlines()]
        assert len(added) == 1 and len(after[name].splitlines()) == len(before[name].splitlines()) + 1
        assert "the_median" in added[0] or "lessons/" in added[0]
    menu = re.findall(r": lessons/(.+)\.md", after["mkdocs.yml"])
    assert menu[-1] == "the-median", "it stands behind the last lesson"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("What is it: a mean?", "what-is-it-a-mean"),
        ("Café – déjà vu", "cafe-deja-vu"),
        ("It's it", "its-it"),
        ("Lambda", "lambda"),
        ("yes", "yes"),
        ("A, b (c); d. E!", "a-b-c-d-e"),
    ],
)
def test_titles_of_many_kinds(project: Path, title: str, slug: str):
    page, judges, answers, *_ = new_lesson.new_lesson(title, project)
    assert page == f"docs/lessons/{slug}.md"
    lesson = read(project / page, project)
    assert lesson.meta["title"] == title
    assert all(fault.later for fault in faults(lesson)), faults(lesson)
    entry = next(line for line in (project / "mkdocs.yml").read_text("utf-8").splitlines() if Path(page).name in line)
    assert yaml.safe_load(entry.strip()) == [{title: page.removeprefix("docs/")}]
    for file in (judges, answers):
        compile((project / file).read_text("utf-8"), file, "exec")


def test_a_title_that_cannot_be_is_refused_and_nothing_is_written(subtests, project: Path):
    (project / "tests/foundations/exercises/answers/taken.py").write_text("", "utf-8")
    before = contents(project)
    for title, words in {
        "": 'a lesson needs a title: make lesson TITLE="The median"',
        "   ": "a lesson needs a title",
        "Gradient descent": "docs/lessons/gradient-descent.md has this title",
        "gradient DESCENT": "docs/lessons/gradient-descent.md has this title",
        "Gradient descent!": "docs/lessons/gradient-descent.md is there already",
        "Taken": "tests/foundations/exercises/answers/taken.py is there already: choose another title",
        'A "title"': 'the title has " in it',
        "A {{ title }}": "the title has { } in it",
        "`code` \\ $x": "the title has $ \\ ` in it",
        "../up": "the title has / in it",
        "???": "does not begin with one",
        "7 nets": "'7 nets' does not begin with one",
        "中位数": "does not begin with one",
        "A" * 61: "take 60 or fewer",
    }.items():
        with subtests.test(title):
            with pytest.raises(ValueError, match=re.escape(words)) as refused:
                new_lesson.new_lesson(title, project)
            assert "\n" not in str(refused.value)
            assert contents(project) == before


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("mkdocs.yml", "nav: []\n", "mkdocs.yml names no lesson under nav"),
        ("src/foundations/exercises/index.py", "JUDGES = {}\n", "exercises/index.py has no list of judges"),
    ],
)
def test_a_project_that_has_no_place_for_it_is_left_alone(project: Path, name: str, text: str, words: str):
    (project / name).write_text(text, "utf-8")
    before = contents(project)
    with pytest.raises(ValueError, match=words):
        new_lesson.new_lesson("The median", project)
    assert contents(project) == before


def test_where_a_file_cannot_be_written_nothing_is(project: Path):
    index = project / "src/foundations/exercises/index.py"
    before = contents(project)
    text = index.read_text("utf-8")
    with pytest.MonkeyPatch.context() as patch:
        write = Path.write_text

        def refuse(path: Path, *args: object, **options: object) -> int:
            if path == index:
                raise PermissionError(13, "Permission denied", str(path))
            return write(path, *args, **options)

        patch.setattr(Path, "write_text", refuse)
        with pytest.raises(ValueError, match=r"index\.py cannot be written \(Permission denied\): nothing was changed"):
            new_lesson.new_lesson("The median", project)
    assert contents(project) == before and index.read_text("utf-8") == text


def test_the_command_ends_with_one_sentence(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as refused:
        new_lesson.main(["Gradient descent"])
    assert str(refused.value) == "docs/lessons/gradient-descent.md has this title: choose another one"
    assert json.dumps(capsys.readouterr().out) == '""'
