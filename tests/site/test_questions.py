"""The questions at the end of each lesson, where their numbers or all of them together matter.

What each question must be by itself is among the rules for pages: tests/tools/test_page_rules.py.
"""

from __future__ import annotations

import re

import pytest
from project_root import ROOT

from page_rules import ROUNDED, read
from page_runner.numbers import filled
from page_runner.page import parse
from page_runner.process import PageProcess
from questions.question import Choice, read_list

LESSONS = sorted((ROOT / "docs" / "lessons").glob("*.md"))


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


def test_the_right_choice_is_not_always_the_longest():
    longest = [
        max(choices, key=lambda choice: len(choice.text)).right
        for path in LESSONS
        for question in read(path).recalled
        if (choices := one_right([item for _, item in question.items]))
    ]
    assert len(longest) > 50
    assert sum(longest) < 0.6 * len(longest)


def one_right(items: list[str]) -> list[Choice]:
    """The choices of a question that has one right choice; none of another."""
    found = read_list([filled(item, lambda _: "1") for item in items])
    return found if isinstance(found, list) and sum(choice.right for choice in found) == 1 else []
