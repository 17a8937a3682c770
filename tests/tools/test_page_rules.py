"""The rules for pages: every page of the course keeps them, and each of them finds what breaks it."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import pytest
from project_root import ROOT

import check_page
from page_rules import Fault, Lesson, faults, read
from page_runner.page import parse

PAGES = sorted((ROOT / "docs").rglob("*.md"))
LESSONS = sorted((ROOT / "docs/lessons").glob("*.md"))
NAME = "docs/lessons/small.md"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def test_a_page_of_the_course_keeps_the_rules(path: Path):
    lesson = read(path)
    assert [fault for fault in faults(lesson) if not (lesson.draft and fault.later)] == []


def test_the_questions_of_the_course_can_be_read(subtests: pytest.Subtests):
    for path in PAGES:
        with subtests.test(path.name):
            lesson = read(path)
            assert list(check_page.unread_questions(lesson, check_page.filled(lesson, {}, "1"))) == []


def test_the_rules_see_what_the_course_has():
    lessons = [read(path) for path in LESSONS]
    assert all(len(lesson.starters) >= 3 for lesson in lessons if not lesson.draft)
    assert all(len(lesson.recalled) >= 4 for lesson in lessons if not lesson.draft)
    assert sum(len(lesson.questions) for lesson in lessons) == sum(
        lesson.text.count("\n??? question ") for lesson in lessons
    )


# A small page that keeps every rule, in a small project.

EXERCISE = """
```python raises="NotYet"
check("{name}", ...)
```

??? success "Solution"

    ```python
    check("{name}", 1)
    ```
"""
QUESTION = """
??? question "Is {n} even?"

    - [{even}] Yes.
    - [{odd}] No.

    Look at its last digit.
"""
SMALL = f"""---
title: Small
description: A page with one of everything.
---

# Small

Some words.

## Break it

More words.

## Exercises
{EXERCISE.format(name="first")}{EXERCISE.format(name="second")}
## Repeat it on other data
{EXERCISE.format(name="third")}
## Questions to recall
{"".join(QUESTION.format(n=n, even=" x"[n % 2 == 0], odd=" x"[n % 2]) for n in (2, 3, 4, 5))}"""
JUDGES = "".join(f"@exercise\ndef {name}(answer): ...\n" for name in ("first", "second", "third"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {
        "docs/other.md": "---\ntitle: Other\ndescription: Another page.\n---\n# Other\n",
        "src/foundations/exercises/small.py": JUDGES,
        "src/foundations/exercises/index.py": 'JUDGES = {"small": ("first", "second", "third")}\n',
        "tests/curriculum.yml": "topics:\n  small: [lessons/small.md]\n",
        "mkdocs.yml": "nav:\n  - Small: lessons/small.md\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def small(project: Path, text: str = SMALL, name: str = NAME) -> Lesson:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return read(path, project)


def test_the_small_page_keeps_them_all(project: Path):
    assert faults(small(project)) == []


SECOND = EXERCISE.format(name="second")
UNFOLDED = textwrap.dedent("    " + SECOND.partition("\n\n    ")[2])
SOLVED_FIRST = SECOND.partition("\n\n")[2] + "\n" + SECOND.partition("\n\n")[0] + "\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        # What can be read
        ("# Small\n", "# Small\n\n```py2\nx\n```\n", "```py2", "shown as Python but not run"),
        ("# Small\n", '# Small\n\n```python alt="x" wide="y"\nx\n```\n', "```python alt", "wide is no option"),
        ("# Small\n", "# Small\n\n````text\n", "````text", "is never closed"),
        ("title: Small", "title: [", "---\n\n# Small", "front matter is not YAML"),
        ("Some words.", "It is {{ 1 + 1 }.", "It is", "lacks a brace"),
        ("# Small\n", "# Small\n\n```py run='no'\nx\n```\n", "```py run", "does not say why this is not run"),
        # Front matter
        ("title: Small\n", "title: Small\nrun_in: 9\n", "run_in:", "did you mean runs_in?"),
        ("title: Small\n", "title: Small\ndraft: no way\n", "draft:", "must be true or false"),
        ("title: Small\n", "", "---", "no title"),
        ("description: A page with one of everything.\n", "", "---", "no description"),
        ("description: A page with one of everything.", "description: Another page.", "description:", "give this page"),
        ("title: Small\n", "title: Small\nruns_in: soon\n", "runs_in:", "must be a whole number"),
        # Title and text
        ("# Small\n", "", "---", "no heading of the first level"),
        ("# Small\n", "# Smaller\n", "# Smaller", "make them the same"),
        ("## Break it", "# Broken\n\n## Break it", "# Broken", "second heading of the first level"),
        ("Some words.", "Some caf\u00c3\u00a9.", "Some caf", "another encoding"),
        ("check(\"first\", ...)", "check('first', ...)", "check('first'", '`check("first", ...)`'),
        ("check(\"first\", ...)", f'check("first", {"1 + " * 20}2)', 'check("first", 1', "ruff format"),
        # Sections
        ("## Break it", "## Break", "", "no section `## Break it`"),
        ("## Exercises", "### Exercises", "", "no section `## Exercises`"),
        ("## Questions to recall", "## Exercises\n\n## Questions to recall", "## Exercises\n\n## Q", "a second section"),
        ("## Break it\n\nMore words.\n\n## Exercises", "## Exercises\n\n## Break it", "## Exercises", "comes too early"),
        ("## Questions to recall", "## Questions to recall\n\n## Then", "## Then", "which is to be the last one"),
        # Exercises
        (SECOND, "", "## Exercises", "2 exercises check themselves"),
        (SECOND.partition("\n\n")[2], "\n", 'check("second", ...)', "second has no solution"),
        (SECOND.partition("??? ")[0], "\n", 'check("second", 1)', "second has no starter"),
        (SECOND, SECOND.partition("??? ")[0] + UNFOLDED, 'check("second", 1)', "is not folded away"),
        (SECOND, SOLVED_FIRST, 'check("second", 1)', "stands before its starter"),
        (EXERCISE.format(name="third"), "\nWords.\n", "## Repeat", "no exercise repeats the lesson on other data"),
        ('("third", ...)', '("fourth", ...)', 'check("fourth", ...)', "fourth has no judge: write `def fourth` in src/"),
        ('("third", ...)', '("fourth", ...)', "", "/small.py has third, and no exercise here asks for it"),
        ('("third", ...)', '("fourth", ...)', 'check("fourth", ...)', "index.py does not name the exercise fourth"),
        ('("third", ...)', '("fourth", ...)', "", "index.py has third, and no exercise here asks for it"),
        # Questions
        (QUESTION.format(n=5, even=" ", odd="x"), "", "## Questions", "3 questions: a lesson ends with 4"),
        ("Is 3 even?", "Is 2 even?", '"Is 2 even?"\n\n    - [ ]', "is asked twice"),
        ("Look at", "```text\n    code\n    ```\n\n    Look at", '"Is 2 even?"', "holds a code block"),
        ('??? question "Is 2', '??? note "Is 2', "??? note", "is no question"),
        ("- [x] Yes.\n    - [ ] No.\n", "Yes or no?\n", '"Is 2 even?"', "begins with no list"),
        ("- [x] Yes.\n    - [ ] No.\n", "- [=] 0.5 ± 0.1\n", "- [=] 0.5", "the number 0.5 is typed"),
        ("    - [ ] Yes.\n    - [x] No.\n", "    - [x] No.\n    - [ ] Yes.\n", "## Questions", "is always number 1"),
        # Errata
        ("## Break it", "## Break it\n\n### A slip { #m04 }\n\n## X", "### A slip", "write [M4](../errata.md#m4)"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_found_and_its_line_named(project: Path, old: str, new: str, line: str, words: str):
    assert old in SMALL
    text = SMALL.replace(old, new)
    found = [fault for fault in faults(small(project, text)) if words in fault.what]
    assert found, faults(small(project, text))
    at = text[: text.index(line)].count("\n") + 1 if line else len(text.split("\n"))
    assert at in [fault.line for fault in found]


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("mkdocs.yml", "nav: []\n", "write `- Small: lessons/small.md` under `nav`"),
        ("tests/curriculum.yml", "topics: {}\n", "no topic in tests/curriculum.yml names this lesson"),
        ("src/foundations/exercises/small.py", "def (\n", "first has no judge"),
        ("docs/other.md", "---\ntitle: Small\n---\n", "docs/other.md has the same title"),
    ],
)
def test_what_stands_in_other_files_is_missed(project: Path, file: str, text: str, words: str):
    (project / "docs/lessons").mkdir()
    (project / file).write_text(text, "utf-8")
    assert any(words in fault.what for fault in faults(small(project)))


def test_a_page_with_another_name_is_no_lesson(project: Path):
    assert any(
        "7-Small.md is no lesson's name" in fault.what
        for fault in faults(small(project, name="docs/lessons/7-Small.md"))
    )


def test_a_page_that_is_no_lesson_needs_no_exercises(project: Path):
    assert faults(small(project, "# A page\n\nWords.\n", "docs/page.md")) == []


def test_all_faults_that_can_be_read_past_are_found_at_once(project: Path):
    text = SMALL.replace("Some words.", '```py2\nx\n```\n\n```python wide="1"\ny\n```').replace(
        "Is 3 even?", "Is 2 even?"
    )
    found = "\n".join(fault.what for fault in faults(small(project, text)))
    assert "shown as Python" in found and "wide is no option" in found and "asked twice" in found


def test_a_question_begins_with_its_list_which_may_have_long_items_and_empty_lines(project: Path):
    body = "\n    - [x] One\n      more.\n\n    - [ ] Two. :: No\n      way.\n\n    Because:\n\n    - a list\n    - of reasons\n"
    lesson = small(project, f'# T\n\n??? question "Which?"\n{body}')
    (question,) = lesson.questions
    assert question.items == [(5, "[x] One\n  more."), (8, "[ ] Two. :: No\n  way.")]
    assert lesson.recalled == []


def test_a_draft_may_lack_what_comes_later(project: Path):
    half = SMALL.partition("## Break it")[0]
    for file in (project / "src/foundations/exercises").iterdir():
        file.unlink()
    (project / "tests/curriculum.yml").write_text("topics: {}\n", "utf-8")
    assert all(fault.later for fault in faults(small(project, half)))
    assert len(faults(small(project, half))) == 6
    assert not read(project / NAME, project).draft
    assert small(project, half.replace("title:", "draft: true\ntitle:")).draft


def test_a_draft_is_not_excused_from_being_right(project: Path):
    draft = SMALL.replace("title:", "draft: true\ntitle:").replace("Is 3 even?", "Is 2 even?")
    assert [fault.later for fault in faults(small(project, draft))] == [False]


# The whole command, on real lessons with a fault in many places at once.


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command reads of the course."""
    folder = tmp_path_factory.mktemp("copy") / "course"
    (folder / "kit").mkdir(parents=True)
    for name in ("docs", "theme", "tests/foundations/exercises/answers", "src/foundations/exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("mkdocs.yml", "tests/curriculum.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


AUTOGRAD = "docs/lessons/autograd.md"
# What is changed in the lesson, where the fault is to be named, and words of what is to be said of it.
BROKEN = [
    ("road(here + step) - ", "raod(here + step) - ", "raod", "NameError: name 'raod'"),
    ("miss = prediction - 10", "miss = prediction - ten", "- ten", "NameError: name 'ten'"),
    ("has {{ load_diabetes()", "has {{ lode_diabetes()", "lode_diabetes", "NameError: name 'lode_diabetes'"),
    ("a small step downhill\n", "a small step downhill\n    losses.append(1", "losses.append(1", "SyntaxError"),
    ('raises="NotYet"\nrandom', 'raises="KeyError"\nrandom', 'check("small_weights", weights)', "raised NotYet"),
    ('alt="Two losses along a: the mean squared', 'alt="Losses" title="', "a = torch.linspace(0, 4, 81)", "is short"),
    ("(gradient-descent.md).\n\n## Br", "(gradient-decent.md).\n\n## Br", "decent.md", "gradient-descent.md?"),
    ("../errata.md#m28", "../errata.md#m82", "#m82", "there is no such section; did you mean #m"),
    ("https://scikit-learn.org/stable/dat", "http://scikit-learn.org/stable/dat", "http://scikit", "write https://"),
    ("    - [x] `w` alone.", "    - [ ] `w` alone.", "What has a `.grad` after", "no choice is right"),
    ("    A nudge is stretched by each operation", "    - [ ] A nudge", "How do slopes combine?", "it has no reason"),
    ("## Where slopes are delivered", "## Where slopes arrive", "---", "tests/curriculum.yml:36 leads to #where-slopes-are"),
    ("## Looking away", "![](../assets/descent.svg)\n\n## Looking away", "![](../", "no alternative text"),
]  # fmt: skip


def test_many_faults_of_a_real_lesson_are_found_in_one_run(copy: Path, subtests: pytest.Subtests):
    original = text = (ROOT / AUTOGRAD).read_text("utf-8")
    for old, new, _, _ in BROKEN:
        assert old in text, old
        text = text.replace(old, new, 1)
    text += "\nIt stands below code that is only shown: [a crossover](cpu-or-gpu.md#a-crossover-on-every-machine).\n"
    (copy / AUTOGRAD).write_text(text, "utf-8")
    try:
        _, found, seconds = check_page.check(copy / AUTOGRAD, copy)
    finally:
        (copy / AUTOGRAD).write_text(original, "utf-8")
    shown = [f"{fault.line}: {fault.what}" for fault in found]
    for _, _, at, words in BROKEN:
        with subtests.test(words):
            line = text[: text.index(at)].count("\n") + 1
            assert any(one.startswith(f"{line}: ") and words in one for one in shown), shown
    assert found == sorted(found)
    assert sum("need what failed above" in one for one in shown) == 1
    assert not any("crossover" in one for one in shown)
    assert not any("name 'rise'" in one or "name 'miss'" in one for one in shown), "what follows from it is no news"
    assert seconds > 0


def test_answers_that_are_wrong_are_found(copy: Path):
    lesson = read(copy / AUTOGRAD, copy)
    assert list(check_page.answers(lesson)) == []
    file = copy / "tests/foundations/exercises/answers/autograd.py"
    before = file.read_text("utf-8")
    changed = before.replace('"sign turned": lambda fn, at: -slope', '"sign turned": lambda fn, at: slope')
    changed = changed.replace('"small_weights": [', '"small_weights": [1.0, ').replace('"after its `return`"', '"lost"')
    for text, words in {
        changed + '\ndel WRONG["one_step"]\nRIGHT["two_steps"] = [1]\n': [
            "no wrong answer to one_step", "answers two_steps, which no exercise here asks for",
            "the wrong answer for “sign turned” to slope_of passes", "the wrong answer for “lost” to slope_of gets the hint",
            "right answer 1 does not pass: small_weights: ",
        ],
        "import nothing_of_this_name\n": ["cannot be read: ModuleNotFoundError"],
    }.items():  # fmt: skip
        file.write_text(text, "utf-8")
        found = [fault.what for fault in check_page.answers(lesson)]
        assert all(any(word in what for what in found) for word in words), found
    file.unlink()
    assert [
        "there is no tests/foundations/exercises/answers/autograd.py" in fault.what
        for fault in check_page.answers(lesson)
    ] == [True]
    file.write_text(before, "utf-8")


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("x = lost\ny = x\n---\ny\n---\nz = 1\nz\n", [(5, "'lost'"), (10, "a snippet or number from here on")]),
        ("def f():\n    return x\n---\nx = 1 / 0\n---\nf()\n", [(10, "ZeroDivisionError"), (14, "from here on need")]),
        ("x = 1\n---\nx = 1 / 0\n---\nx = 2\n---\nx\n", [(9, "ZeroDivisionError")]),
        ("import os\nos._exit(3)\n---\nx = 1\n", [(5, "ended by itself with exit code 3"), (10, "from here on")]),
        ("import time\nt = time.process_time()\nwhile time.process_time() < t + 1.1: ...\n", [(2, "promises under 1")]),
        ("x = 1\ny = 1 / 0\nz = 1\n---\nx\n---\nz\n", [(6, "ZeroDivisionError"), (15, "from here on")]),
        ("for lost in lost:\n    pass\n---\nlost = 1\n---\nlost += 1\n", [(5, "'lost'")]),
    ],
)  # fmt: skip
def test_a_run_goes_past_what_fails(tmp_path: Path, text: str, faults: list[tuple[int, str]]):
    fences = "\n".join(f"```python\n{code}```\n" for code in text.split("---\n"))
    lesson = small(tmp_path, f"---\nruns_in: 1\n---{fences}".replace("---```", "---\n```"), "docs/page.md")
    found = sorted(check_page.run(lesson, {}).faults)
    assert len(found) == len(faults), found
    for fault, (line, words) in zip(found, faults, strict=True):
        assert (fault.line, words in fault.what) == (line, True), found


def test_a_fault_of_one_list_of_passengers_alone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(check_page, "variants", lambda _: [{"LIST": "a"}, {"LIST": "b"}])
    lesson = small(
        tmp_path, "```python\nimport os\n\nassert os.environ['LIST'] == 'a'\n```\n\n{{ 1 / 0 }}\n", "docs/p.md"
    )
    runs = [check_page.run(lesson, values) for values in check_page.variants(lesson)]
    assert sorted(fault.what for fault in check_page.merged(lesson, runs)) == [
        "AssertionError (with LIST=b)",
        "ZeroDivisionError: division by zero, in {{ 1 / 0 }}",
    ]


def test_the_command_says_in_one_line_that_a_page_is_sound(capsys: pytest.CaptureFixture[str]):
    assert check_page.main(["docs/accessibility.md"]) == 0
    assert capsys.readouterr().out == "docs/accessibility.md is sound: 0 snippets in 0.0 s\n"


def test_what_the_command_says_of_a_draft():
    lesson = Lesson(ROOT, NAME, "---\ndraft: true\n---\n", parse("", NAME))
    later, now = Fault(3, "it has no end: write one", later=True), Fault(2, "it is wrong: mend it")
    lines, sound = check_page.told(lesson, [now, later], 0.0)
    assert (lines, sound) == ([f"{NAME}:2: it is wrong: mend it"], False)
    lines, sound = check_page.told(lesson, [later], 0.0)
    assert sound and len(lines) == 1 and lines[0].endswith("what is still to mend: it has no end")


@pytest.mark.parametrize("name", ["docs/lessons/gradient-decent.md", "README.md", "", "docs", "descent"])
def test_a_page_that_is_not_there_is_named(name: str):
    with pytest.raises(SystemExit, match=r"is no page of the course: name one under docs/, such as PAGE=docs/"):
        check_page.main([name])
