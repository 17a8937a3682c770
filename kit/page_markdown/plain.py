"""A page as plain Markdown: its prose with every number in place, its code, and under each snippet what it gave."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from html import unescape
from operator import itemgetter

from page_runner.blocks import Code, in_order, read_blocks
from page_runner.cache import Outputs
from page_runner.fences import passages
from page_runner.numbers import CODE_SPAN
from page_runner.page import Page
from page_runner.pieces import to_run
from page_runner.program import Output
from page_runner.terminal import plain as plain_text

from .from_html import block, from_html

TAG = re.compile(r"</?(?:span|div|figure|noscript|p)\b[^>]*>")
EMPTY_ITEM = re.compile(r"^( *[-*])\n\n +(?=\S)", re.M)  # where a drawing stood first
LABEL = re.compile(r'aria-label="([^"]*)"')


def plain_page(page: Page, values: Outputs, link: Callable[[str], str] = str) -> str:
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
        from page_markdown.plain import plain_page

        text = "# Sum\n\n" + "`" * 3 + "python\n1 + 1\n" + "`" * 3 + "\n\nIt is {{ 1 + 1 }}.\n"
        page = Page("sum.md", text, tuple(read_items(text, "sum.md")))
        lines = plain_page(page, [Output([("text", "2\n")]), "2"]).splitlines()
        assert lines[-1] == "It is 2." and lines[lines.index("`" * 3 + "text") + 1] == "2"
        ```
    """
    parts: list[str] = []
    for part in in_order(read_blocks(page, values, link)):
        if isinstance(part, Code):
            parts += [block(part.source, "python"), *shown(part.output)]
        else:
            parts.append(without_tags(part))
    return "\n\n".join(filter(None, parts)) + "\n"


def plain_notebook(source: str) -> str:
    r"""A notebook as Markdown, without outputs.

    Args:
        source: The notebook's JSON, nbformat 4.5.

    Returns:
        Markdown.

    Example:
        ```python
        from page_markdown.plain import plain_notebook

        assert plain_notebook('{"cells": [{"cell_type": "markdown", "source": ["# One\\n", "two"]}]}') == "# One\ntwo\n"
        ```
    """
    parts: list[str] = []
    for cell in json.loads(source)["cells"]:
        text = "".join(cell["source"])
        parts.append(block(text, "python") if cell["cell_type"] == "code" else without_tags(text))
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
        from page_markdown.plain import shown

        assert list(shown(Output([("figure", "<svg/>")], alt="A line."))) == ["*Figure: A line.*"]
        ```
    """
    if output.varies:
        yield f"*{to_run(output)}*"
        return
    for kind, several in itertools.groupby(output.parts, key=itemgetter(0)):
        contents = [content for _, content in several]
        if kind == "figure":
            yield f"*Figure: {output.alt}*"
        elif kind != "html":
            text = plain_text("".join(contents))
            yield from [block(text, "text")] if text.strip() else []
        else:
            yield from filter(None, map(shown_html, contents))
    if output.download:
        yield f"[Download {output.download}]({output.download})"


def shown_html(drawn: str) -> str:
    """HTML as Markdown; a chart by its name."""
    if "<tr" in drawn and "data-script=" not in drawn:
        return from_html(drawn).rstrip()
    if label := LABEL.search(drawn):
        return f"*Figure that moves in the page: {unescape(label[1]).strip()}*"
    return "" if "data-script=" in drawn else from_html(drawn).rstrip()


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
