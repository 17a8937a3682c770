"""A question as plain Markdown, for readers without the script: first what is asked, then the key."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from markdown import Markdown

from .question import Number, is_task_list, kind, read_question

MARKDOWN = Markdown()


def in_two(types: str, lines: Sequence[str]) -> tuple[list[str], str, list[str]] | None:
    r"""Part a question's fold into what may be in view and what must not be.

    Args:
        types: What the fold is, such as `question`.
        lines: The Markdown in it, not indented, numbers set in.

    Returns:
        The lines to show: the choices, with empty boxes, or a request for a number. Then the heading under which the
        key is folded away, and the key's lines. None for a fold that is no such question.

    Raises:
        QuestionError: Its list cannot be read.

    Example:
        ```python
        from questions.plain import in_two

        shown, heading, key = in_two("question", ["- [ ] One. :: Too few.", "- [x] Two.", "", "A pair."])
        assert shown == ["- [ ] One.", "- [ ] Two."] and heading == "Answer"
        assert key == ["- ✗ One. – Too few.", "- ✓ Two.", "", "A pair."]
        ```
    """
    if "question" not in types.split():
        return None
    tasks, reason = first_list(textwrap.dedent("\n".join(lines)).strip("\n").split("\n"))
    if tasks is None or not is_task_list(tasks):
        return None
    asked = read_question(tasks)
    if isinstance(asked, Number):
        near = f" ± {asked.tolerance:g}" if asked.tolerance else ""
        return ["Your answer is a number."], "Answer", [f"**{asked.text}**{near}", "", *reason]
    shown = ["Tick all that apply.", ""] if kind(asked) == "several" else []
    key = []
    for choice in asked:
        text, feedback = unindented(choice.text), unindented(choice.feedback)
        shown.append(f"- [ ] {text}")
        key.append(f"- {'✓' if choice.right else '✗'} {' – '.join(filter(None, [text, feedback]))}")
    return shown, "Answer", [*key, "", *reason]


def first_list(lines: list[str]) -> tuple[Element | None, list[str]]:
    """The list that a text begins with, read as Markdown reads it, and the lines below; None if it begins otherwise."""
    found = None
    for number in range(len(lines)):
        blocks = [*MARKDOWN.parser.parseDocument(lines[: number + 1]).iterfind("*")]
        if [block.tag for block in blocks] != ["ul"]:
            return found, lines[number:]
        (found,) = blocks
    return found, []


def unindented(text: str) -> str:
    """A text of several lines without their indentation."""
    return "\n".join(line.strip() for line in text.split("\n"))
