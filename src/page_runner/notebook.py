"""A page as a Jupyter notebook: its prose as Markdown that any notebook shows, its snippets as cells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from markdown import Markdown

from .extension import ANNOTATION, prose, set_number
from .fences import LANGUAGE, last_line, opening
from .front_matter import FRONT_MATTER
from .kept import Given
from .page import CODE_SPAN, Number, Page, Snippet

NOTE = re.compile(r'(?P<mark>!!!|\?\?\?\+?) +(?P<types>[\w -]*?)(?: *"(?P<title>.*)")? *')
TAB = re.compile(r'===[!+]* +"(?P<title>.*)" *')
WRAPPER = re.compile(r"</?div\b[^>]*>")
VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s{}"']+)"""
ATTRIBUTES = re.compile(
    rf"[ \t]*\{{:?[ \t]*(?:[.#][\w-]+|[\w-]+={VALUE})(?:[ \t]+(?:[.#]?[\w-]+|[\w-]+={VALUE}))*[ \t]*\}}"
)
LINK = re.compile(r"(\]\(<?|^ *\[[^\]]+\]: +<?)([^\s)>]+)")
INLINE = Markdown()

# What a project may say about a fold without code: takes what the fold is (`question`) and the lines in it; gives the
# lines that stand in view, a heading, and the lines that stay folded under it. None leaves the fold as it is.
InTwo: TypeAlias = Callable[[str, list[str]], tuple[list[str], str, list[str]] | None]
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(
    page: Page, values: Given, install: str = "", link: Callable[[str], str] = str, in_two: InTwo | None = None
) -> str:
    r"""A page as a notebook.

    Every snippet is a cell, wherever it stands. Numbers are set into their sentences. What only Material for MkDocs
    shows becomes plain Markdown: notes are quotes, tabs have their titles in bold, folded text stays folded.
    Outputs are left to the reader's own run.

    Args:
        page: The page.
        values: What its snippets and numbers gave.
        install: Source of a first cell, which installs what the page imports; none where it is empty.
        link: Turns the target of a link or image into what the notebook should have there.
        in_two: Parts a fold into lines in view and lines that stay folded; None leaves every fold as it is.

    Returns:
        The notebook's JSON, nbformat 4.5. The same page gives the same text.

    Example:
        ```python
        import json

        from page_runner.notebook import notebook
        from page_runner.page import Page, read_items

        text = "# Sum\n\n" + "`" * 3 + "python\nx = 2\n" + "`" * 3 + "\n\nIt is {{ x }}.\n"
        page = Page("sum.md", text, tuple(read_items(text, "sum.md")))
        cells = json.loads(notebook(page, [..., "2"]))["cells"]
        assert ["".join(cell["source"]) for cell in cells] == ["# Sum", "x = 2", "It is 2."]
        ```
    """
    cells = [code_cell(install)] if install else []
    cells += Writer(page, set_numbers(page, values), link, in_two).cells()
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    rows = ",\n".join(
        json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in cells
    )  # much faster than indent=
    return f'{{"cells": [\n{rows}\n], "metadata": {json.dumps(KERNEL)}, "nbformat": 4, "nbformat_minor": 5}}\n'


def set_numbers(page: Page, values: Given) -> list[str]:
    """The page's lines with each number in its place."""
    lines = page.text.split("\n")
    for item, value in reversed(list(zip(page.items, values, strict=True))):
        if isinstance(item, Number):
            set_number(lines, item, prose(str(value)))
    return lines


class Writer:
    """Goes through a page's lines once, knows what surrounds each, and writes the cells."""

    def __init__(self, page: Page, lines: list[str], link: Callable[[str], str], in_two: InTwo | None = None):
        self.page, self.lines, self.link, self.in_two = page, lines, link, in_two
        self.snippets = {snippet.line - 1: snippet for snippet in page.snippets}  # by the line of the opening fence
        self.around: list[tuple[int, str]] = []  # notes and tabs: the indentation inside, and "quote", "fold" or "tab"
        self.hidden: list[int] = []  # indentations inside folded notes that hold code
        self.list = 0  # indentation of a list that a snippet stood in and that goes on after it
        self.text: list[tuple[int, str]] = []  # the prose since the last snippet: depth of quotation, line
        self.written: list[dict[str, Any]] = []

    def cells(self) -> list[dict[str, Any]]:
        """The page's cells."""
        front = FRONT_MATTER.match(self.page.text)
        number = front[0].count("\n") if front else 0
        while number < len(self.lines):
            number += 1
            line = self.lines[number - 1]
            self._leave(line)
            fence = opening(line)
            if snippet := self.snippets.get(number):
                self._code(snippet)
                number = snippet.end
            elif fence:
                end, _ = last_line(self.lines, number, fence)
                language = LANGUAGE.match(fence["info"])
                first = fence["indent"] + fence["ticks"] + (language["name"] if language else "")
                self._put(self._dedent([first, *self.lines[number:end]]))
                number = end
            else:
                number = self._prose(line, number)
        self._leave("end")
        self._flush()
        return self.written

    def _leave(self, line: str) -> None:
        """Close every note and tab that a line no longer belongs to."""
        if not line.strip():
            return
        indent = len(line) - len(line.lstrip(" "))
        while self.around and indent < self.around[-1][0]:
            inside, kind = self.around.pop()
            self.hidden = [other for other in self.hidden if other != inside]
            if kind == "fold":
                self._put("", "</details>", "")
        if indent < self.list:
            self.list = 0

    def _prose(self, line: str, number: int) -> int:
        """Write a line of prose; gives the last line that was written with it."""
        indent = len(line) - len(line.lstrip(" "))
        if note := NOTE.fullmatch(line, indent):
            title = note["title"] if note["title"] is not None else note["types"].partition(" ")[0].capitalize()
            folded, inside = note["mark"].startswith("???"), indent + 4
            if folded and self.in_two and not self._holds_code(number, inside):
                end = self._end(number, inside)
                lines = [self._plain(line[inside:]) for line in self.lines[number:end]]
                if parts := self.in_two(note["types"], lines):
                    self._put_in_two(title, *parts)
                    return end
            self._note(note["mark"] == "???", title, inside, number)
        elif tab := TAB.fullmatch(line, indent):
            self._put("", f"**{tab['title']}**", "")
            self.around.append((indent + 4, "tab"))
        elif not WRAPPER.fullmatch(line.strip()):
            self._put(self._plain(self._dedent([line])))
        return number

    def _put_in_two(self, title: str, shown: list[str], heading: str, folded: list[str]) -> None:
        """Write a fold whose first part is in view."""
        self._put("", f"**{self._plain(title)}**", "", *shown, "")
        self._put(f"<details><summary>{summary(heading)}</summary>", "", *folded, "", "</details>", "")

    def _end(self, number: int, inside: int) -> int:
        """The last line of the note that opens on line `number`."""
        for later in range(number + 1, len(self.lines) + 1):
            line = self.lines[later - 1]
            if line.strip() and not line.startswith(" " * inside):
                return later - 1
        return len(self.lines)

    def _note(self, folded: bool, title: str, inside: int, number: int) -> None:
        """Open a note; a folded one is folded in the notebook too, or its code is."""
        if folded and not self._holds_code(number, inside):
            self._put("", f"<details><summary>{summary(title)}</summary>", "")
            self.around.append((inside, "fold"))
            return
        self._put("")
        self.around.append((inside, "quote"))
        if title:
            self._put(f"**{self._plain(title)}**", "")
        if folded:
            self.hidden.append(inside)

    def _holds_code(self, number: int, inside: int) -> bool:
        """Whether a snippet stands in the note that opens on line `number`."""
        return any(later in self.snippets for later in range(number + 1, self._end(number, inside) + 1))

    def _code(self, snippet: Snippet) -> None:
        self._flush()
        source = snippet.source.rstrip("\n")
        if ANNOTATION.search(source):
            source = re.sub(r"(#.*\(\d+\))![ \t]*$", r"\1", source, flags=re.M)
        cell = code_cell(source)
        if "raises" in snippet.options:
            cell["metadata"]["tags"] = ["raises-exception"]
        if self.hidden or "fold" in snippet.options:
            cell["metadata"]["jupyter"] = {"source_hidden": True}
        self.written.append(cell)
        inside = len(snippet.indent)
        self.list = inside if inside > self._indent() else 0

    def _indent(self) -> int:
        return self.around[-1][0] if self.around else 0

    def _put(self, *lines: str) -> None:
        depth = sum(kind == "quote" for _, kind in self.around)
        self.text += [(depth, line) for line in lines]

    def _dedent(self, lines: list[str]) -> str:
        """Lines of the page without the indentation of the notes, tabs and lists around them."""
        indent = max(self._indent(), self.list)
        return "\n".join(line[indent:] if not line[:indent].strip() else line.lstrip() for line in lines)

    def _plain(self, line: str) -> str:
        """A line of prose without what only Material understands, its links as the notebook needs them."""
        parts, at = [], 0
        for span in [*CODE_SPAN.finditer(line), None]:
            between = ATTRIBUTES.sub("", line[at : span.start() if span else None])
            parts.append(LINK.sub(lambda match: match[1] + self.link(match[2]), between))
            if span:
                parts.append(span[0])
                at = span.end()
        return "".join(parts)

    def _flush(self) -> None:
        """Make a cell of the prose that has come together."""
        lines: list[str] = []
        before, blank = 0, None  # depths of the last line, and of the empty lines since
        for depth, text in self.text:
            if not text.strip():
                blank = depth if blank is None else min(blank, depth)
                continue
            if lines and blank is not None:
                lines.append(("> " * min(before, blank, depth)).rstrip())
            lines += ["> " * depth + line for line in text.split("\n")]
            before, blank = depth, None
        self.text = []
        if source := "\n".join(lines):
            self.written.append({"cell_type": "markdown", "metadata": {}, "source": source.splitlines(keepends=True)})


def code_cell(source: str) -> dict[str, Any]:
    """A cell of code that has not run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def summary(title: str) -> str:
    """A title as HTML, since Markdown is not read inside a `<summary>`."""
    return INLINE.convert(title).removeprefix("<p>").removesuffix("</p>")
