"""The items of a question's list: choices that are right or wrong, or the number that is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from page_runner.numbers import CODE_SPAN

MARK = re.compile(r"\[(?P<mark>[^\]\[]?)\](?:[ \t]+|(?=\n)|\Z)")
FEEDBACK = re.compile(r"(?<!\S)::(?!\S)")
DIGITS = r"[+\-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+\-−]?\d+)?"
NUMBER = re.compile(rf"(?P<value>{DIGITS})(?:\s*±\s*(?P<tolerance>{DIGITS}))?")


class QuestionError(ValueError):
    """A question's list cannot be read: says what is wrong and what would be right."""


@dataclass(frozen=True)
class Choice:
    """One choice: its Markdown, the feedback for those who take it, and whether it is right."""

    text: str
    feedback: str
    right: bool


@dataclass(frozen=True)
class Number:
    """A number that is asked for: as the page shows it, its value, and how far off an answer may be."""

    text: str
    value: float
    tolerance: float


def is_task(item: str) -> bool:
    """Whether an item of a list begins with one of the three marks.

    Example:
        ```python
        from questions.question import is_task

        assert is_task("[x] Yes.") and is_task("[=] 3") and not is_task("[x](a.md)")
        ```
    """
    match = MARK.match(item)
    return match is not None and match["mark"] in tuple(" xX=")


def is_task_list(element: Element) -> bool:
    """Whether an element is a list of which any item has such a mark.

    Args:
        element: What Markdown made of a block, before it reads the inline Markdown in it.
    """
    return element.tag == "ul" and any(is_task(text_of(item)) for item in element)


def text_of(item: Element) -> str:
    """The Markdown of a list's item, which stands in a paragraph where the list has empty lines."""
    first = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    return (first.text or "").strip()


def read_question(tasks: Element, values: Callable[[str], str] = str) -> list[Choice] | Number:
    """The choices or the number of a question's list, from its element; `values` sets those of a page into a text.

    Raises:
        QuestionError: `read_list` refuses its items, or one of them is more than a paragraph.
    """
    if any(len(item) > 1 or (len(item) == 1 and item[0].tag != "p") for item in tasks):
        raise QuestionError("an item of its list holds more than one paragraph")
    return read_list([text_of(item) for item in tasks], values)


def kind(asked: list[Choice] | Number) -> str:
    """What is asked for: `number`, `one` choice, or `several`."""
    if isinstance(asked, Number):
        return "number"
    return "one" if sum(choice.right for choice in asked) == 1 else "several"


def read_list(items: Sequence[str], values: Callable[[str], str] = str) -> list[Choice] | Number:
    """The choices or the number of a question's list.

    Args:
        items: The Markdown of each item, its mark first.
        values: Sets a page's values into a text, where words stand for them.

    Returns:
        The choices in the order that they are written in, or the number.

    Raises:
        QuestionError: An item has no mark or is empty, no choice is right, choices and a number stand together, or
            the number or its tolerance cannot be read.

    Example:
        ```python
        from questions.question import Choice, Number, read_list

        assert read_list(["[ ] One. :: Too few.", "[x] Two."])[0] == Choice("One.", "Too few.", False)
        assert read_list(["[=] 0.25 ± 0.01"]) == Number("0.25", 0.25, 0.01)
        ```
    """
    marks = [MARK.match(item) for item in items]
    for item, mark in zip(items, marks, strict=True):
        if mark is None or not is_task(item):
            raise QuestionError(f"“{short(item)}” must begin with [ ], [x] or [=], as the list's other items do")
    if any(mark and mark["mark"] == "=" for mark in marks):
        if len(items) > 1:
            raise QuestionError("[=] stands beside other items: ask for one number, or give choices")
        return read_number(values(items[0][3:]).strip())
    choices = [read_choice(item[3:].strip(), item[1] in "xX") for item in items]
    if len(choices) < 2:
        raise QuestionError("there is only one choice: write two or more")
    if not any(choice.right for choice in choices):
        raise QuestionError("no choice is right: mark one or more with [x]")
    texts = [values(choice.text) for choice in choices]
    if double := next((text for text in texts if texts.count(text) > 1), None):
        raise QuestionError(f"the choice “{short(double)}” stands there twice")
    return choices


def read_choice(item: str, right: bool) -> Choice:
    """A choice, parted from its feedback."""
    prose = CODE_SPAN.sub(lambda span: "`" * len(span[0]), item)
    parting = FEEDBACK.search(prose)
    text, feedback = (item[: parting.start()].strip(), item[parting.end() :].strip()) if parting else (item, "")
    if not text:
        raise QuestionError("a choice is empty: say something after [x]" if right else "a choice is empty")
    if parting and not feedback:
        raise QuestionError(f"nothing stands after the :: of “{short(text)}”")
    return Choice(text, feedback, right)


def read_number(item: str) -> Number:
    """A number and its tolerance, from `0.25 ± 0.01`; a whole number may stand alone."""
    match = NUMBER.fullmatch(item)
    if not match:
        raise QuestionError(f"“{short(item)}” is no number: write [=] 0.25 ± 0.01, or a whole number alone")
    value, tolerance = decimal(match["value"]), decimal(match["tolerance"] or "0")
    step = Decimal(1).scaleb(int(value.as_tuple().exponent))  # the last digit that is shown counts as much as this
    fraction = step < 1 or "e" in match["value"].lower()
    if match["tolerance"] is None and fraction:
        raise QuestionError(f"{match['value']} needs a tolerance: write how far off an answer may be, after ±")
    if tolerance < 0:
        raise QuestionError(f"the tolerance {match['tolerance']} is negative")
    if fraction and tolerance < step / 2:
        raise QuestionError(
            f"{match['value']} is rounded, and ± {match['tolerance']} would turn away the number that it was "
            f"rounded from: allow {step / 2} or more, or show more digits"
        )
    return Number(match["value"], float(value), float(tolerance))


def decimal(text: str) -> Decimal:
    """A number as a page writes it."""
    return Decimal(text.replace(",", "").replace("−", "-"))


def short(text: str) -> str:
    """The beginning of a text, for messages."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
