"""A page's HTML as Markdown, for pages whose words another plugin writes, such as an API reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

from .plain import block

HEADING = re.compile(r"h[1-6]")
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}
SILENT = {"style", "script", "svg", "button", "label", "nav"}
ALONE = {"p", "div", "section", "article", "details", "summary", "ul", "ol", "dl", "table", "dt", "dd", "tr"}


def from_html(html: str, link: Callable[[str], str] = str) -> str:
    r"""A page's HTML as Markdown: headings, paragraphs, lists, code, links and the text of everything else.

    Args:
        html: the page's content.
        link: turns the target of a link into what the text should have there.

    Returns:
        Markdown.

    Example:
        ```python
        from site_extras.from_html import from_html

        html = '<h2>A <code>b</code></h2><ul><li>c</li></ul><pre><code>x = 1\n</code></pre>'
        assert from_html(html) == "## A `b`\n\n- c\n\n" + "`" * 3 + "python\nx = 1\n" + "`" * 3 + "\n"
        ```
    """
    reader = Reader(link)
    reader.feed(html)
    reader.close()
    reader.end_line()
    items = re.compile(r"(?<=\n)(- .*\n)\n(?=- )")
    return items.sub(r"\1", "\n" + "\n\n".join(reader.blocks)).lstrip("\n") + "\n"


class Reader(HTMLParser):
    """Goes through the elements once and writes a block for each piece of text that stands alone.

    Example:
        ```python
        from site_extras.from_html import Reader

        reader = Reader(str)
        reader.feed("<p>a <b>b</b></p>")
        assert reader.blocks == ["a b"]
        ```
    """

    def __init__(self, link: Callable[[str], str]) -> None:
        super().__init__()
        self.link = link
        self.blocks: list[str] = []
        self.line: list[str] = []
        self.mark = ""  # what the next block begins with
        self.inside: list[tuple[str, str]] = []  # elements, each with what is to be written at its end

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block or what surrounds some words."""
        if tag in VOID:
            return
        given = dict(attrs)
        after = ""
        silent = tag in SILENT or "headerlink" in (given.get("class") or "")
        if HEADING.fullmatch(tag) or tag in ALONE or tag in ("li", "pre"):
            self.end_line()
        if HEADING.fullmatch(tag):
            self.mark = "#" * int(tag[1]) + " "
        elif tag == "li":
            self.mark = "- "
        elif tag == "code" and not self.within("pre") and not self.silent():
            self.line.append("`")
            after = "`"
        elif tag == "a" and given.get("href") and not silent and not self.silent() and not self.within("pre"):
            self.line.append("[")
            after = f"]({self.link(str(given['href']))})"
        self.inside.append(("silent" if silent else tag, after))

    def handle_endtag(self, tag: str) -> None:
        """End what surrounds some words, or a block."""
        if tag in VOID or not self.inside:
            return
        if tag == "pre" and not self.silent():
            if text := "".join(self.line).strip("\n"):
                self.blocks.append(block(text, "python"))
            self.line = []
        _, after = self.inside.pop()
        if after:
            self.line.append(after)
        if HEADING.fullmatch(tag) or tag in ALONE or tag == "li":
            self.end_line()

    def handle_data(self, data: str) -> None:
        """Take some text."""
        if not self.silent():
            self.line.append(data)

    def within(self, tag: str) -> bool:
        """Whether the text stands in such an element."""
        return any(name == tag for name, _ in self.inside)

    def silent(self) -> bool:
        """Whether the text is for the screen alone."""
        return self.within("silent")

    def end_line(self) -> None:
        """Write the block that has come together."""
        if self.within("pre"):
            return
        if text := " ".join("".join(self.line).split()):
            self.blocks.append(self.mark + text)
            self.mark = ""
        self.line = []
