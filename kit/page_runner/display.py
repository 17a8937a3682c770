"""How a value and a figure look on the page."""

from __future__ import annotations

import html
import io
import re
import sys
from html.parser import HTMLParser
from typing import Any

# Matplotlib's own colours, in order. The page's style sheet gives each a shade for light and one for dark.
CYCLE = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"]
PALETTE = {colour: f"var(--figure-{number}, {colour})" for number, colour in enumerate(CYCLE)} | {
    "#000000": "currentColor",
    "#ffffff": "var(--figure-paper, #ffffff)",
}
COLOUR = re.compile("|".join(PALETTE), re.I)
# What Matplotlib says of all lines in a style sheet, which would reach the whole page, and of each text anew; and the
# page's ink.
ROOT = (
    'fill="currentColor" stroke-linejoin="round" stroke-linecap="butt" '
    "font-family=\"'DejaVu Sans', Verdana, Geneva, sans-serif\""
)
UNUSED = re.compile(r"; font-family: 'DejaVu Sans'[^;\"]*| id=\"[\w.]+_\d+\"")
GROUP = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.S)  # a group that says nothing, with no other in it
TAG = re.compile(r"<[^>]+>")  # what stands between tags is text that a reader sees
# Ids that are drawn anew in every run: those of pandas's Styler, and UUIDs.
RANDOM = re.compile(
    r"""\bid=["']?[\w-]*?(\bT_[0-9a-f]{5}(?![0-9a-f])|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})"""
)
STYLE_SHEET = re.compile(r"<style[^>]*>(.*?)</style>", re.S | re.I)
SVG_LIMIT = 10_000_000  # characters of a drawing as Matplotlib writes it; what a page may show is less
UNHELD = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff]")  # control characters, halves of characters
ATTRIBUTE = re.compile(r"""\s+(?P<name>[^\s=>"'/]+)(?:\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s>"']+))?""")
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def markup(drawn: str, name: str) -> str:
    r"""HTML that a value gives, as it may stand on a page.

    Args:
        drawn: The HTML.
        name: What its ids begin with, so that two pieces of a page share none.

    Returns:
        That of a plain data frame without styles of its own, so that the page's apply. Other styles reach what they
        came with alone, and ids that are drawn anew in every run are named in order.

    Example:
        ```python
        import pandas as pd

        from page_runner.display import markup

        assert markup(pd.DataFrame({"a": [1]})._repr_html_(), "a").startswith("<div>")
        assert markup("<style>b {color: red}</style><b>x</b>", "a").startswith('<div id="a"><style>#a {b {color: red}}')
        ```
    """
    drawn = drawn.strip().encode("utf-8", "replace").decode()
    if "<table" in drawn and 'class="dataframe"' in drawn:
        return Unstyled(drawn).html.strip()
    for number, drawn_anew in enumerate(dict.fromkeys(RANDOM.findall(drawn)), 1):
        drawn = drawn.replace(drawn_anew, f"{name}-{number}")
    if "<style" not in drawn.lower():
        return drawn
    return f'<div id="{name}">{STYLE_SHEET.sub(lambda sheet: within(sheet[1], name), drawn)}</div>'


class Unstyled(HTMLParser):
    """Writes a table's HTML again without the styles of its own; what stands in its cells stays as it is."""

    def __init__(self, drawn: str):
        super().__init__(convert_charrefs=False)
        self.html = ""
        self.in_style = False
        self.feed(drawn)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Write a tag without style, border and class."""
        self.in_style = tag == "style"
        if not self.in_style:
            self.html += ATTRIBUTE.sub(unstyled, self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Write a tag that has no end."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Write an end; an empty corner is no heading."""
        if tag == "th" and self.html.endswith("<th>"):
            self.html, tag = self.html.removesuffix("<th>") + "<td>", "td"
        self.html += "" if self.in_style else f"</{tag}>"
        self.in_style = False

    def handle_data(self, data: str) -> None:
        """Write text."""
        self.html += "" if self.in_style else data

    def handle_entityref(self, name: str) -> None:
        """Write a character that has a name."""
        self.html += f"&{name};"

    def handle_charref(self, name: str) -> None:
        """Write a character that has a number."""
        self.html += f"&#{name};"

    def handle_comment(self, data: str) -> None:
        """Write what nobody sees."""
        self.html += f"<!--{data}-->"


def unstyled(attribute: re.Match[str]) -> str:
    """An attribute of a table's tag, unless it gives the table a look."""
    look = attribute["name"].lower() in ("style", "border") or attribute["value"] == '"dataframe"'
    return "" if look else attribute[0]


def within(sheet: str, name: str) -> str:
    """A style sheet that reaches no further than one element."""
    inside: list[str] = []
    beside: list[str] = []
    rule, depth = "", 0
    for part in re.split(r"([{};])", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)):
        rule += part
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part in ("}", ";") and depth <= 0:
            free = re.match(r"\s*@(?!media|supports|container|layer)", rule)  # as @keyframes, which are for all
            (beside if free else inside).append(rule.strip())
            rule, depth = "", 0
    return f"<style>{''.join(beside)}#{name} {{{''.join(inside)}{rule.strip()}}}</style>"


def figures(salt: str, only: Any = None) -> list[str]:
    """Every open Matplotlib figure, or one, as SVG in the page's own ink; they are closed.

    Args:
        salt: Goes into the ids inside the drawing, so that two drawings of a page share none.
        only: The one figure to draw.

    Returns:
        One `<svg>` a figure.

    Raises:
        ValueError: A drawing weighs far too much for a page.

    Example:
        ```python
        import matplotlib

        matplotlib.use("agg")
        import matplotlib.pyplot as plt

        from page_runner.display import figures

        lines = plt.plot([0, 1], [0, 1])
        (drawing,) = figures("a")
        assert drawing.startswith("<svg") and "currentColor" in drawing
        ```
    """
    if "matplotlib.pyplot" not in sys.modules:
        return []
    import matplotlib
    import matplotlib.pyplot as plt

    drawn = []
    open_ones = {number: plt.figure(number) for number in plt.get_fignums()} if only is None else {1: only}
    for number, figure in open_ones.items():
        svg = Bounded()
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{salt}-{number}"}):
            figure.savefig(
                svg, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None}
            )
        drawn.append(ink(svg.getvalue()))
    plt.close("all" if only is None else only)
    return drawn


class Bounded(io.StringIO):
    """Takes text up to a limit."""

    def write(self, text: str, /) -> int:
        """Take some text; too much raises ValueError."""
        if self.tell() > SVG_LIMIT:
            raise ValueError(f"the figure weighs more than {SVG_LIMIT:,} characters of SVG: draw fewer points")
        return super().write(text)


def ink(svg: str) -> str:
    """Let the page's palette colour a drawing; drop what would repeat or weigh without being seen.

    Args:
        svg: An SVG document as Matplotlib writes it.

    Returns:
        The `<svg>` element on one line.

    Example:
        ```python
        from page_runner.display import ROOT, ink

        drawn = ink('<?xml version="1.0"?><svg width="9pt" id="figure_1"><path d="M 1.23456 2" fill="#000000"/></svg>')
        assert drawn == f'<svg {ROOT} width="9pt"><path d="M 1.23 2" fill="currentColor"/></svg>'
        ```
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->|<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.S)
    svg = svg.replace("<svg ", f"<svg {ROOT} ", 1)
    svg = TAG.sub(lambda tag: LONG_NUMBER.sub(shorter, COLOUR.sub(theme_colour, UNUSED.sub("", tag[0]))), svg)
    while (flat := GROUP.sub(r"\1", svg)) != svg:
        svg = flat
    return re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><").strip()


def theme_colour(match: re.Match[str]) -> str:
    """The page's name for one of Matplotlib's colours."""
    return PALETTE[match[0].lower()]


def shorter(match: re.Match[str]) -> str:
    """A coordinate to a hundredth of a point."""
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def text(value: str) -> str:
    r"""Plain text as HTML, safe inside an element or a quoted attribute.

    Args:
        value: Any text.

    Returns:
        The text, escaped; what HTML cannot hold is shown by a sign for it.

    Example:
        ```python
        from page_runner.display import text

        assert text('a < "b"\0') == "a &lt; &quot;b&quot;␀"
        ```
    """
    return html.escape(visible(value))


def visible(value: str) -> str:
    r"""A text with a sign for each character that HTML cannot hold, such as ␂ or \x85."""
    return UNHELD.sub(sign, value)


def sign(match: re.Match[str]) -> str:
    """What shows a character that HTML cannot hold."""
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else ascii(match[0])[1:-1]
