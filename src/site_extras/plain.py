"""A page as plain Markdown: its prose with every number in place, its code, and under each snippet what it gave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import unescape

from page_runner.extension import to_run
from page_runner.fences import passages
from page_runner.kept import Given
from page_runner.notebook import notebook
from page_runner.page import CODE_SPAN, Page
from page_runner.program import Output

from .from_html import block, from_html

TAG = re.compile(r"</?(?:span|div|figure|noscript|p)\b[^>]*>")
EMPTY_ITEM = re.compile(r"^( *[-*])\n\n +(?=\S)", re.M)  # where a drawing stood first
LABEL = re.compile(r'aria-label="([^"]*)"')


def plain_page(page: Page, values: Given, link: Callable[[str], str] = str) -> str:
    r"""A page and its outputs as Markdown.

    Args:
        page: The page.
        values: What its snippets and numbers gave.
        link: Turns the target of a link into what the text should have there.

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
    outputs = [value for value in values if isinstance(value, Output)]
    return plain_notebook(notebook(page, values, "", link), outputs)


def plain_notebook(source: str, outputs: list[Output] | None = None) -> str:
    r"""A notebook as Markdown.

    Args:
        source: The notebook's JSON, nbformat 4.5.
        outputs: What each of its cells of code gave, in order; none are shown where there is no list.

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


def shown(output: Output) -> Iterator[str]:
    """The parts of the text that show an output.

    Args:
        output: What a snippet gave.

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
        if "<tr" in drawn and "data-script=" not in drawn:
            yield from_html(drawn).rstrip()
        elif label := LABEL.search(drawn):
            yield f"*Figure that moves in the page: {unescape(label[1]).strip()}*"
    if output.figures:
        yield f"*Figure: {output.alt}*"
    if output.download:
        yield f"[Download {output.download}]({output.download})"


def without_tags(text: str) -> str:
    """Markdown without HTML that only gives it a look; code keeps its own."""
    lines = text.split("\n")
    cleaned: list[str] = []
    for first, last, fence in passages(lines):
        cleaned += lines[first - 1 : last] if fence else [outside_code(lines[first - 1])]
    slim = re.sub(r"\n{3,}", "\n\n", "\n".join(cleaned)).strip("\n")
    return EMPTY_ITEM.sub(r"\1   ", slim)


def outside_code(line: str) -> str:
    """A line without such tags; code spans are left alone."""
    parts, at = [], 0
    for span in CODE_SPAN.finditer(line):
        parts += [TAG.sub("", line[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*parts, TAG.sub("", line[at:])]).rstrip() if "<" in line else line
