"""A page as plain Markdown: its prose with every number in place, its code, and under each snippet what it gave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from page_runner.extension import to_run
from page_runner.fences import last_line, opening
from page_runner.kept import Given
from page_runner.notebook import notebook
from page_runner.page import CODE_SPAN, Page
from page_runner.program import Output

TAG = re.compile(r"</?(?:span|div|figure|noscript|p)\b[^>]*>")
EMPTY_ITEM = re.compile(r"^( *[-*])\n\n +(?=\S)", re.M)  # where a drawing stood first
LABEL = re.compile(r'aria-label="([^"]*)"')


def plain_page(page: Page, given: Given, link: Callable[[str], str] = str) -> str:
    r"""A page and its outputs as Markdown.

    Args:
        page: the page.
        given: what its snippets and numbers gave.
        link: turns the target of a link into what the text should have there.

    Returns:
        Markdown; outputs are fences marked `text`, a figure is the sentence that describes it.

    Example:
        ```python
        from page_runner.page import Page, read_items
        from page_runner.program import Output
        from site_extras.plain import plain_page

        text = "# Sum\n\n" + "`" * 3 + "python\n1 + 1\n" + "`" * 3 + "\n\nIt is {{ 1 + 1 }}.\n"
        page = Page("sum.md", text, tuple(read_items(text, "sum.md")))
        lines = plain_page(page, [Output("2\n"), "2"]).splitlines()
        assert lines[-1] == "It is 2." and lines[lines.index("`" * 3 + "text") + 1] == "2"
        ```
    """
    outputs = [each for each in given if isinstance(each, Output)]
    return plain_notebook(notebook(page, given, "", link), outputs)


def plain_notebook(source: str, outputs: list[Output] | None = None) -> str:
    r"""A notebook as Markdown.

    Args:
        source: the notebook's JSON, nbformat 4.5.
        outputs: what each of its cells of code gave, in order; none are shown where there is no list.

    Returns:
        Markdown.

    Example:
        ```python
        from site_extras.plain import plain_notebook

        assert plain_notebook('{"cells": [{"cell_type": "markdown", "source": ["# One\\n", "two"]}]}') == "# One\ntwo\n"
        ```
    """
    left = iter(outputs or [])
    parts: list[str] = []
    for cell in json.loads(source)["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code":
            parts.append(block(text, "python"))
            parts += shown(next(left, Output()))
        else:
            parts.append(without_tags(text))
    return "\n\n".join(filter(None, parts)) + "\n"


def block(text: str, language: str) -> str:
    r"""A fence around some text, longer than any inside.

    Example:
        ```python
        from site_extras.plain import block

        assert block("a\n", "text") == "`" * 3 + "text\na\n" + "`" * 3
        ```
    """
    ticks = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def shown(output: Output) -> Iterator[str]:
    """The parts of the text that show an output.

    Args:
        output: what a snippet gave.

    Yields:
        Blocks of Markdown.

    Example:
        ```python
        from page_runner.program import Output
        from site_extras.plain import shown

        assert list(shown(Output(figures=["<svg/>"], alt="A line."))) == ["*Figure: A line.*"]
        ```
    """
    if output.varies:
        yield f"*{to_run(output)}*"
        return
    if output.text.strip():
        yield block(output.text, "text")
    if output.error:
        yield block(output.error, "text")
    for drawn in output.markup:
        table = Table()
        table.feed(drawn)
        if table.rows and "data-script=" not in drawn:
            yield table.markdown()
        elif label := LABEL.search(drawn):
            reader = Table()
            reader.feed(label[1])
            reader.close()
            yield f"*Figure that moves in the page: {''.join(reader.text).strip()}*"
    if output.figures:
        yield f"*Figure: {output.alt}*"
    if output.download:
        yield f"[Download {output.download}]({output.download})"


class Table(HTMLParser):
    r"""Reads the cells of an HTML table.

    Example:
        ```python
        from site_extras.plain import Table

        table = Table()
        table.feed("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")
        assert table.markdown() == "| a |\n|---|\n| 1 |"
        ```
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self.silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell."""
        self.silent = tag in ("style", "script")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.text = []

    def handle_endtag(self, tag: str) -> None:
        """Note the cell that ends here."""
        self.silent = False
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append(" ".join("".join(self.text).split()).replace("|", "\\|"))

    def handle_data(self, data: str) -> None:
        """Take the text of a cell."""
        if not self.silent:
            self.text.append(data)

    def markdown(self) -> str:
        """The table as Markdown; rows that are too short are filled up."""
        width = max(map(len, self.rows))
        rows = [row + [""] * (width - len(row)) for row in self.rows]
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])


def without_tags(text: str) -> str:
    """Markdown without HTML that only gives it a look; code keeps its own."""
    lines = text.split("\n")
    number, cleaned = 0, []
    while number < len(lines):
        if fence := opening(lines[number]):
            end, _ = last_line(lines, number + 1, fence)
            cleaned += lines[number:end]
            number = end
            continue
        cleaned.append(outside_code(lines[number]))
        number += 1
    slim = re.sub(r"\n{3,}", "\n\n", "\n".join(cleaned)).strip("\n")
    return EMPTY_ITEM.sub(r"\1   ", slim)


def outside_code(line: str) -> str:
    """A line without such tags; code spans are left alone."""
    parts, at = [], 0
    for span in CODE_SPAN.finditer(line):
        parts += [TAG.sub("", line[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*parts, TAG.sub("", line[at:])]).rstrip() if "<" in line else line
