"""A question as plain Markdown, for readers without the script: first what is asked, then the key."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from .question import Number, is_task, read_list

ITEM = re.compile(r"[-*+][ \t]+")


def in_two(kind: str, lines: Sequence[str]) -> tuple[list[str], str, list[str]] | None:
    r"""Part a question's fold into what may be in view and what must not be.

    Args:
        kind: what the fold is, such as `question`.
        lines: the Markdown in it, not indented, numbers set in.

    Returns:
        The lines to show: the choices, with empty boxes, or a request for a number. Then the heading under which the
        key is folded away, and the key's lines. None for a fold that is no such question.

    Raises:
        QuestionError: its list cannot be read.

    Example:
        ```python
        from recall.plain import in_two

        shown, heading, key = in_two("question", ["- [ ] One. :: Too few.", "- [x] Two.", "", "A pair."])
        assert shown == ["- [ ] One.", "- [ ] Two."] and heading == "Answer"
        assert key == ["- ✗ One. – Too few.", "- ✓ Two.", "", "A pair."]
        ```
    """
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    if kind.split()[:1] != ["question"] or not ITEM.match(text) or not is_task(ITEM.sub("", text, count=1)):
        return None
    items: list[str] = []
    rest = text.split("\n")
    while rest and (ITEM.match(rest[0]) or not rest[0].strip() or (items and rest[0].startswith("  "))):
        line = rest.pop(0)
        if ITEM.match(line):
            items.append(ITEM.sub("", line, count=1))
        elif line.strip():
            items[-1] += "\n" + line.strip()
    read = read_list(items)
    if isinstance(read, Number):
        near = f" ± {read.tolerance:g}" if read.tolerance else ""
        return ["Your answer is a number."], "Answer", [f"**{read.text}**{near}", "", *rest]
    several = ["Tick all that apply.", ""] if sum(choice.right for choice in read) > 1 else []
    shown = [*several, *(f"- [ ] {choice.text}" for choice in read)]
    key = [
        f"- {'✓' if choice.right else '✗'} {' – '.join(filter(None, [choice.text, choice.said]))}" for choice in read
    ]
    return shown, "Answer", [*key, "", *rest]
