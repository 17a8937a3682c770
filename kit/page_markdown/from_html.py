"""HTML as Markdown: tables that snippets show, and pages that another plugin writes, such as an API reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import copy

from bs4 import BeautifulSoup
from bs4.element import Tag
from markdownify import MarkdownConverter

UNSEEN = "style, script, svg, button, label, nav, .headerlink, .times"  # what is for the screen alone
# What may be read as emphasis: no star between spaces, and no underscore within a word.
EMPHASIS = re.compile(r"(?<!\s)\*|\*(?!\s)|(?<![^\W_])_|_(?![^\W_])")


def from_html(html: str, link: Callable[[str], str] = str) -> str:
    r"""HTML as Markdown.

    Args:
        html: A page's content, or a part of it.
        link: Turns the target of a link into what the text should have there.

    Returns:
        Markdown; code is Python.

    Example:
        ```python
        from page_markdown.from_html import from_html

        html = '<h2>A <code>b</code></h2><ul><li>c</li></ul><pre><code>x = 1\n</code></pre>'
        assert from_html(html) == "## A `b`\n\n- c\n\n" + "`" * 3 + "python\nx = 1\n" + "`" * 3 + "\n"
        ```
    """
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.select(UNSEEN):
        element.decompose()
    for fold in soup.select("details, summary"):
        fold.name = "div"
    for anchor in soup.select("a[href]"):
        anchor["href"] = link(str(anchor["href"]))
    for cell in soup.find_all(["td", "th"], rowspan=re.compile(r"^[1-9]\d*$")):
        repeat(cell)
    for text in soup.find_all(string=re.compile(r"\|")):
        if text.find_parent(["td", "th"]):
            text.replace_with(text.replace("|", "\\|"))
    writer = Writer(
        autolinks=False,
        bullets="-",
        heading_style="atx",
        table_infer_header=True,
        wrap=True,
        wrap_width=None,  # a paragraph is one line
    )
    return writer.convert_soup(soup) + "\n"


def repeat(cell: Tag) -> None:
    """Put what a cell says into each row that it spans: a cell of Markdown belongs to one."""
    row, before = cell.find_parent("tr"), cell.find_previous_siblings(["td", "th"])
    below = row.find_next_siblings("tr")[: int(str(cell["rowspan"])) - 1] if row else []
    for other in below:
        after = other.find_all(["td", "th"], recursive=False)[len(before) :]
        other.insert(other.index(after[0]) if after else len(other), copy(cell))


class Writer(MarkdownConverter):
    """Markdownify, with fences that can hold fences, and names such as `max_depth` as they are."""

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Code."""
        return "\n\n" + block(text.strip("\n"), "python") + "\n\n"

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """A text that means itself."""
        return EMPHASIS.sub(r"\\\g<0>", text)


def block(text: str, language: str) -> str:
    r"""A fence around some text, longer than any inside.

    Example:
        ```python
        from page_markdown.from_html import block

        assert block("a\n", "text") == "`" * 3 + "text\na\n" + "`" * 3
        ```
    """
    ticks = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"
