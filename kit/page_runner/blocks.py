"""A page in blocks: what every text that is written from it is written from.

There are four. `Prose` is Markdown that any reader of Markdown knows, `Code` a snippet with what it gave, `Note` and
`Tab` hold other blocks. `in_order` writes those two as plain Markdown, so that prose and code are left.

The site's HTML is written by Python-Markdown, from the same reading of fences and numbers, with the same outputs in it.
What Markdown's extensions do goes across blocks: footnotes, references and abbreviations are defined in one and used in
another, a list or a wrapper goes on around a snippet, and annotations belong to the code above them. Written block by
block, all of that would be lost; so a test holds that code, outputs and numbers are the same in all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from markdown import Markdown

from .cache import Outputs
from .display import text as escape
from .extension import ANNOTATION, WORD, Texts, prose, set_number
from .fences import Fence
from .numbers import CODE_SPAN
from .page import Number, Page, Snippet
from .pieces import not_run
from .program import Output
from .reading import in_two, scan

NOTE = re.compile(r'(?P<mark>!!!|\?\?\?\+?) +(?P<types>[\w -]*?)(?: *"(?P<title>.*)")? *')
TAB = re.compile(r'===[!+]* +"(?P<title>.*)" *')
WRAPPER = re.compile(r"</?div\b[^>]*>")
VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s{}"']+)"""
ATTRIBUTES = re.compile(
    rf"[ \t]*\{{:?[ \t]*(?:[.#][\w-]+|[\w-]+={VALUE})(?:[ \t]+(?:[.#]?[\w-]+|[\w-]+={VALUE}))*[ \t]*\}}"
)
LINK = re.compile(r"(\]\(<?|^ *\[[^\]]+\]: +<?)([^\s)>]+)")
INLINE = Markdown()
# A value at a line's beginning, and a full stop: no item of a list.
BEGINS_LIST = re.compile(rf"^([ >*+-]*{WORD.pattern})([.)])(?=\s|\Z)", re.M)


@dataclass(frozen=True)
class Prose:
    """Lines of Markdown without what only Material for MkDocs understands; a fence is one of them, as it stands."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """A snippet and what it gave."""

    source: str
    output: Output
    raises: bool = False  # an error, on purpose
    hidden: bool = False  # folded away


@dataclass(frozen=True)
class Note:
    """An admonition (`!!!`) or a fold, closed (`???`) or open (`???+`)."""

    mark: str
    types: str  # as the page has them, such as `question`
    title: str
    blocks: tuple[Block, ...]
    heading: str = ""  # the title as HTML, where its Markdown would not give it


@dataclass(frozen=True)
class Tab:
    """One of several tabs."""

    title: str
    blocks: tuple[Block, ...]


Block: TypeAlias = Prose | Code | Note | Tab


def read_blocks(page: Page, values: Outputs, link: Callable[[str], str] = str) -> tuple[Block, ...]:
    r"""A page in blocks.

    Args:
        page: The page.
        values: What its snippets and numbers gave.
        link: Turns the target of a link or image into what the text should have there.

    Returns:
        The blocks, in the page's order.

    Example:
        ```python
        from page_runner.blocks import Note, Prose, read_blocks
        from page_runner.page import Page, read_items

        text = "# Sum\n\n!!! note\n    It is {{ 1 + 1 }}.\n"
        page = Page("sum.md", text, tuple(read_items(text, "sum.md")))
        prose, note = read_blocks(page, ["2"])
        assert prose == Prose(("# Sum", "")) and note.blocks == (Prose(("It is 2.", "")),)
        ```
    """
    reader = Reader(page, values, link)
    return tuple(reader.blocks(reader.above, len(reader.lines), 0))


class Reader:
    """Reads a page's lines, in which a word stands for each number until they have been read."""

    def __init__(self, page: Page, values: Outputs, link: Callable[[str], str]):
        self.lines, self.link, self.texts = page.text.split("\n"), link, Texts()
        head, body = in_two(page.text)
        self.above = head.count("\n")  # lines of front matter
        self.shown = {snippet.line - 1: snippet for snippet in page.shown}
        self.fences = {fence.first: fence for fence in scan("\n" * self.above + body).fences}
        self.snippets: dict[int, tuple[Snippet, Output]] = {}  # by the line of the opening fence
        for item, value in reversed(list(zip(page.items, values, strict=True))):
            if isinstance(item, Number):
                set_number(self.lines, item, self.texts.word(str(value), escape(str(value)), item.line))
            else:
                self.snippets[item.line - 1] = item, value if isinstance(value, Output) else Output()

    def blocks(self, number: int, end: int, inside: int) -> Iterator[Block]:
        """The blocks on the lines after `number`, up to line `end`, which are indented by `inside`."""
        text: list[str] = []
        listed = inside  # indentation of a list that a snippet stood in and that goes on after it
        while number < end:
            number += 1
            line = self.lines[number - 1]
            indent = len(line) - len(line.lstrip(" "))
            if line.strip() and indent < listed:
                listed = inside
            block, last = self._block(line, number, indent)
            if block:
                yield from self._prose(text)
                yield block
                text = []
            elif number in self.fences:
                fence = self.fences[number]
                last = fence.last
                text += self._fence(fence, listed)
            elif not WRAPPER.fullmatch(line.strip()):
                text.append(self._plain(dedent([line], listed)))
            if (found := self.snippets.get(number)) and ">" not in found[0].indent:
                listed = max(inside, len(found[0].indent))
            number = last
        yield from self._prose(text)

    def _prose(self, lines: list[str]) -> Iterator[Prose]:
        """Lines of prose with the numbers' values."""
        if lines:
            yield Prose(
                tuple(self._filled("\n".join(lines)).split("\n")) if any(map(WORD.search, lines)) else tuple(lines)
            )

    def _filled(self, text: str) -> str:
        """Markdown with the numbers' values."""
        return WORD.sub(self._value, BEGINS_LIST.sub(r"\1\\\3", text))

    def _value(self, word: re.Match[str]) -> str:
        before, after = word.string[: word.start()].rpartition("\n")[2], word.string[word.end() :].partition("\n")[0]
        return prose(self.texts.in_plain(word[0]), not before.strip(" >*+-"), not after.strip())

    def _fence(self, fence: Fence, listed: int) -> Iterator[str]:
        """A fence that does not run, and what is said of it."""
        shown = self.shown.get(fence.first)
        name = shown.language if shown else re.split(r"[^\w#.+-]", fence.info.strip(" {."), maxsplit=1)[0]
        yield dedent([f"{fence.indent}{fence.ticks}{name}", *self.lines[fence.first : fence.last]], listed)
        if shown:
            yield from ("", f"*{prose(not_run(shown))}*", "")

    def _block(self, line: str, number: int, indent: int) -> tuple[Block | None, int]:
        """The block that is no prose and opens on a line, if one does, and its last line."""
        if found := self.snippets.get(number):
            return code(*found), found[0].end
        note, tab = NOTE.fullmatch(line, indent), TAB.fullmatch(line, indent)
        if not note and not tab:
            return None, number
        last = self._end(number, indent + 4)
        blocks = tuple(self.blocks(number, last, indent + 4))
        if tab:
            return Tab(self._filled(self._plain(tab["title"])), blocks), last
        assert note
        title = note["title"] if note["title"] is not None else note["types"].partition(" ")[0].capitalize()
        title = self._plain(title)
        heading = self.texts.in_html(summary(title)) if WORD.search(title) else ""
        return Note(note["mark"], note["types"], self._filled(title), blocks, heading), last

    def _end(self, number: int, inside: int) -> int:
        """The last line of the note or tab that opens on line `number`."""
        for later in range(number + 1, len(self.lines) + 1):
            line = self.lines[later - 1]
            if line.strip() and not line.startswith(" " * inside):
                return later - 1
        return len(self.lines)

    def _plain(self, line: str) -> str:
        """A line of prose without what only Material understands, its links as the text needs them."""
        parts, at = [], 0
        for span in [*CODE_SPAN.finditer(line), None]:
            between = ATTRIBUTES.sub("", line[at : span.start() if span else None])
            parts.append(LINK.sub(lambda match: match[1] + self.link(match[2]), between))
            if span:
                parts.append(span[0])
                at = span.end()
        return "".join(parts)


def code(snippet: Snippet, output: Output) -> Code:
    """A snippet as a block; its annotations are comments like others."""
    source = snippet.source.rstrip("\n")
    if ANNOTATION.search(source):
        source = re.sub(r"(#.*\(\d+\))![ \t]*$", r"\1", source, flags=re.M)
    return Code(source, output, "raises" in snippet.options, "fold" in snippet.options)


def dedent(lines: list[str], indent: int) -> str:
    """Lines of the page without the indentation of the notes, tabs and lists around them."""
    return "\n".join(line[indent:] if not line[:indent].strip() else line.lstrip() for line in lines)


def in_order(blocks: Iterable[Block]) -> Iterator[str | Code]:
    r"""A page's prose as Markdown that any reader of Markdown knows, and its code in between.

    Notes are quotes, tabs have their titles in bold, folded text stays folded; of a fold with code, the code is hidden.

    Args:
        blocks: The page.

    Yields:
        Markdown, as long as it can be, or a snippet.

    Example:
        ```python
        from page_runner.blocks import Note, Prose, in_order

        assert [*in_order([Note("!!!", "tip", "Tip", (Prose(("Try.",)),))])] == ["> **Tip**\n>\n> Try."]
        ```
    """
    for is_code, parts in groupby(flat(blocks), lambda part: isinstance(part, Code)):
        if is_code:
            yield from (part for part in parts if isinstance(part, Code))
        elif text := joined(part for part in parts if not isinstance(part, Code)):
            yield text


def flat(blocks: Iterable[Block], depth: int = 0, hidden: bool = False) -> Iterator[tuple[int, str] | Code]:
    """Lines, each with the depth of quotation around it, and code."""
    for block in blocks:
        if isinstance(block, Prose):
            yield from ((depth, line) for line in block.lines)
        elif isinstance(block, Code):
            yield replace(block, hidden=block.hidden or hidden)
        elif isinstance(block, Tab):
            yield from ((depth, line) for line in ("", f"**{block.title}**", ""))
            yield from flat(block.blocks, depth, hidden)
        elif block.mark == "???" and not holds_code(block):
            yield from (
                (depth, line)
                for line in ("", f"<details><summary>{block.heading or summary(block.title)}</summary>", "")
            )
            yield from flat(block.blocks, depth, hidden)
            yield from ((depth, line) for line in ("", "</details>", ""))
        else:
            yield depth, ""
            yield from ((depth + 1, line) for line in ([f"**{block.title}**", ""] if block.title else []))
            yield from flat(block.blocks, depth + 1, hidden or block.mark == "???")


def holds_code(block: Block) -> bool:
    """Whether a block is a snippet, or has one in it."""
    return isinstance(block, Code) or any(map(holds_code, getattr(block, "blocks", ())))


def joined(lines: Iterable[tuple[int, str]]) -> str:
    """Lines as one text, with one empty line at most between two others."""
    text: list[str] = []
    before, blank = 0, None  # depths of the last line, and of the empty lines since
    for depth, line in lines:
        if not line.strip():
            blank = depth if blank is None else min(blank, depth)
            continue
        if text and blank is not None:
            text.append(("> " * min(before, blank, depth)).rstrip())
        text += quoted(depth, line)
        before, blank = depth, None
    return "\n".join(text)


def quoted(depth: int, text: str) -> list[str]:
    """The lines of a text at some depth of quotation."""
    return ["> " * depth + line for line in text.split("\n")]


def summary(title: str) -> str:
    """A title as HTML, since Markdown is not read inside a `<summary>`."""
    return INLINE.convert(title).removeprefix("<p>").removesuffix("</p>")
