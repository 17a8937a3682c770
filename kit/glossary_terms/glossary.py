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
HEAD = re.compile(r"^\S[^\n]*[{}][^\n]*(?=\n:[ \t])", re.M)  # of an entry, readable or not
LAST_LINK = re.compile(r"\s*\[[^\]]*\]\([^)]*\)\s*$")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
MARKS = re.compile(r"[`*]")


class GlossaryError(ValueError):
    """A glossary cannot be read: says what is wrong, and in `line` where."""

    def __init__(self, line: int, message: str):
        self.line = line
        super().__init__(message)


class Entry(NamedTuple):
    """A term, its id on the glossary page, and its definition as plain text."""

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
    Markdown's definition lists. A link at the end says where to read more, and is no part of the definition, nor are
    further paragraphs that begin with a colon, such as one with other names.
    A term without brackets is one of its own forms. One with them, as *Leaf (of a tree)*, has only those that are
    listed, since its plain name may mean another thing. Forms with capital letters are found as they are written;
    others may begin with one.

    Args:
        text: The page's Markdown source.

    Returns:
        The glossary.

    Raises:
        GlossaryError: Two entries claim the same form, or what stands behind a term cannot be read.

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
    read = {match.start(): match for match in ENTRY.finditer(text)}
    for head in HEAD.finditer(text):
        if head.start() not in read:
            raise GlossaryError(
                line_at(text, head.start()), f'“{head[0]}” cannot be read: write Term {{ #id forms="one, another" }}'
            )
    for match in read.values():
        entry = Entry(MARKS.sub("", match["term"]), match["id"], plain(match["definition"]))
        listed.append(entry)
        forms = [form.strip() for form in (match["forms"] or "").split(",")]
        if "(" not in entry.term:
            forms.append(entry.term)
        for form in {lowered(form) for form in forms if form}:
            if form in entries:
                raise GlossaryError(
                    line_at(text, match.start()),
                    f"the glossary has {form!r} under {entries[form].id} and again under {entry.id}",
                )
            entries[form] = entry
    choices = [spelling(form) for form in sorted(entries, key=lambda form: (-len(form), form))]
    anything = "|".join(choices) or r"(?!)"
    return Glossary(tuple(listed), entries, re.compile(rf"(?<![\w./–-])(?:{anything})(?![\w–-]|\.\w)"))


def line_at(text: str, position: int) -> int:
    """The line that a position in a text stands on, counted from 1."""
    return text.count("\n", 0, position) + 1


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
