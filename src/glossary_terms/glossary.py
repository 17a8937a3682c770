"""A glossary page, read from its Markdown: terms, their other forms, ids and definitions."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import NamedTuple

ENTRY = re.compile(
    r"""^(?P<term>\S[^\n{]*?)[ \t]*
        \{:?[ \t]*\#(?P<id>[\w-]+)(?:[ \t]+forms="(?P<forms>[^"]*)")?[ \t]*\}[ \t]*\n
        :[ \t]+(?P<definition>\S.*(?:\n[ \t]+\S.*)*)""",
    re.M | re.X,
)
LAST_LINK = re.compile(r"\s*\[[^\]]*\]\([^)]*\)\s*$")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKS = re.compile(r"[`*]")


class Entry(NamedTuple):
    """A term, the id of its place on the glossary page, and its definition as plain text."""

    term: str
    id: str
    definition: str


@dataclass(frozen=True)
class Glossary:
    """All entries, those that are looked for by the forms in which they are written, and the pattern of all forms."""

    listed: tuple[Entry, ...]
    entries: dict[str, Entry]
    pattern: re.Pattern[str]

    def entry(self, found: str) -> Entry:
        """The entry of what the pattern found, which may begin with a capital letter and break over lines."""
        form = " ".join(found.split())
        return self.entries.get(form) or self.entries[form[0].lower() + form[1:]]


@functools.lru_cache(maxsize=1)
def read_glossary(text: str) -> Glossary:
    r"""The glossary that a page's Markdown source defines.

    A term stands on a line of its own, with an id and maybe other forms; its definition follows in the way of
    Markdown's definition lists. A link at the end says where to read more, and is no part of the definition.
    A term without brackets is one of its own forms. One with them, as *Leaf (of a tree)*, has only those that are
    listed, since its plain name may mean another thing. Forms with capital letters are found as they are written;
    others may begin with one.

    Args:
        text: the page's Markdown source.

    Returns:
        The glossary.

    Raises:
        ValueError: two entries claim the same form.

    Example:
        ```python
        from glossary_terms import read_glossary

        text = 'Axis { #axis forms="axes" }\n:   A direction of a tensor. [Tensors](tensors.md)\n'
        entry = read_glossary(text).entry("Axes")
        assert entry == ("Axis", "axis", "A direction of a tensor.")
        ```
    """
    listed: list[Entry] = []
    entries: dict[str, Entry] = {}
    for match in ENTRY.finditer(text):
        entry = Entry(MARKS.sub("", match["term"]), match["id"], plain(match["definition"]))
        listed.append(entry)
        forms = [form.strip() for form in (match["forms"] or "").split(",")]
        if "(" not in entry.term:
            forms.append(entry.term)
        for form in {lowered(form) for form in forms if form}:
            if form in entries:
                raise ValueError(f"the glossary has {form!r} under {entries[form].id} and again under {entry.id}")
            entries[form] = entry
    choices = [spelling(form) for form in sorted(entries, key=lambda form: (-len(form), form))]
    anything = "|".join(choices) or r"(?!)"
    return Glossary(tuple(listed), entries, re.compile(rf"(?<![\w./–-])(?:{anything})(?![\w–-]|\.\w)"))


def plain(definition: str) -> str:
    """A definition as plain text, without its last link."""
    text = LINK.sub(r"\1", LAST_LINK.sub("", definition))
    return " ".join(MARKS.sub("", text).split())


def lowered(form: str) -> str:
    """A form with a small first letter, unless it has capitals elsewhere, as abbreviations and names have."""
    form = " ".join(form.split())
    return form if any(letter.isupper() for letter in form[1:]) else form[0].lower() + form[1:]


def spelling(form: str) -> str:
    """The pattern of a form: a small first letter may be a capital, a space any white space."""
    first = form[0] if form[0].isupper() else f"(?:{re.escape(form[0].upper())}|{re.escape(form[0])})"
    return first + r"\s+".join(map(re.escape, form[1:].split(" ")))
