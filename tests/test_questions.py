"""The questions at the end of each lesson: they mark themselves, there are enough, and no number is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from page_runner.page import NUMBER as COMPUTED
from page_runner.page import parse
from page_runner.process import PageProcess
from recall.question import Choice, QuestionError, read_list

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "docs" / "lessons").glob("*.md"))
FOLD = re.compile(r'^\?\?\? question "(?P<title>.+)"\n(?P<body>(?:\n| {4}.*\n)+)', re.M)
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


def questions(lesson: Path) -> dict[str, list[str]]:
    """The items of each question of a lesson, by its title."""
    parts = re.split(r"^## Questions to recall\n", lesson.read_text("utf-8"), flags=re.M)
    assert len(parts) == 2, "a lesson has one section “Questions to recall”"
    folds = list(FOLD.finditer(parts[1]))
    assert len(folds) == len(re.findall(r"^ *\?\?\?", parts[1], re.M))
    found = {}
    for fold in folds:
        body = re.sub("^ {4}", "", fold["body"], flags=re.M).strip("\n")
        assert "```" not in body, f"{fold['title']}: a question holds no code block, which its notebook could not fold"
        listed = re.match(r"(?:- .*\n(?: +\S.*\n|\n(?=- ))*)+", body)
        assert listed, f"{fold['title']}: it must begin with a list of - [ ], [x] or [=]"
        assert fold["title"] not in found
        found[fold["title"]] = [item.strip() for item in re.split(r"^- ", listed[0], flags=re.M)[1:]]
    return found


@every_lesson
def test_a_lesson_ends_with_four_questions_or_more_that_mark_themselves(lesson):
    asked = questions(lesson)
    assert len(asked) >= 4
    for title, items in asked.items():
        try:
            read_list([COMPUTED.sub("1", item) for item in items])
        except QuestionError as error:
            pytest.fail(f"{title}: {error}")


@every_lesson
def test_a_number_is_computed_by_the_page_or_whole(lesson):
    for title, items in questions(lesson).items():
        for item in items:
            if item.startswith("[=]"):
                value = item[3:].partition("±")[0]
                computed = COMPUTED.fullmatch(value.strip())
                assert computed or re.fullmatch(r"-?\d[\d,]*", value.strip()), f"{title}: write {{{{ … }}}}"


# Rounded to a whole number. Where a fraction is rounded, the extension sees to it that the tolerance is wide enough.
ROUNDED = re.compile(r"- \[=\] \{\{ *(?P<value>.+):,?\.0f *\}\}(?: ± (?P<tolerance>\S+))?$", re.M)


@pytest.mark.parametrize(
    "lesson", [path for path in LESSONS if ROUNDED.search(path.read_text("utf-8"))], ids=lambda path: path.stem
)
def test_the_number_that_a_whole_one_was_rounded_from_is_right_too(lesson):
    def near(match: re.Match[str]) -> str:
        return f"{{{{ abs(({match['value']}) - round(float({match['value']}))) <= {match['tolerance'] or 0} }}}}"

    page = parse(ROUNDED.sub(near, lesson.read_text("utf-8")), lesson.relative_to(ROOT).as_posix())
    with PageProcess(page, ROOT) as process:
        given = [process.run(item) for item in page.items]
    told = [
        value for item, value in zip(page.items, given, strict=True) if getattr(item, "expression", "")[:4] == "abs("
    ]
    assert told and not any("False" in str(value) for value in told)


@every_lesson
def test_the_right_choice_does_not_always_stand_in_the_same_place(lesson):
    places = [
        next(place for place, choice in enumerate(choices) if choice.right)
        for items in questions(lesson).values()
        if isinstance(choices := read_list([COMPUTED.sub("1", item) for item in items]), list)
        and sum(choice.right for choice in choices) == 1
    ]
    assert len(places) < 3 or len(set(places)) > 1


def test_the_right_choice_is_not_always_the_longest():
    longest = [
        max(choices, key=lambda choice: len(choice.text)).right
        for lesson in LESSONS
        for items in questions(lesson).values()
        if (choices := one_right(items))
    ]
    assert sum(longest) < 0.6 * len(longest)


def one_right(items: list[str]) -> list[Choice]:
    """The choices of a question that has one right choice; none of another."""
    read = read_list([COMPUTED.sub("1", item) for item in items])
    return read if isinstance(read, list) and sum(choice.right for choice in read) == 1 else []
