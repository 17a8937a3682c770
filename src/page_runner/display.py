"""How a value and a figure look on the page."""

from __future__ import annotations

import html
import io
import re
import sys
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
FAMILY = re.compile(r"; font-family: 'DejaVu Sans'[^;\"]*")
GROUP = re.compile(r"<g>((?:(?!</?g[ >]).)*)</g>", re.S)  # a group that says nothing, with no other in it
TAG = re.compile(r"<[^>]+>")  # what stands between tags is text that a reader sees
LONG_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def markup(value: Any) -> str | None:
    """HTML of a value that has some, such as a data frame or a chart; None for the rest.

    Args:
        value: What a snippet's last line gave.

    Returns:
        Its HTML; that of a table without styles of its own, so that the page's apply.

    Example:
        ```python
        import pandas as pd

        from page_runner.display import markup

        assert markup(pd.DataFrame({"a": [1]})).startswith("<div>")
        assert markup(3) is None
        ```
    """
    show = getattr(value, "_repr_html_", None)
    drawn: str | None = show() if callable(show) and not isinstance(value, type) else None
    if not drawn:
        return None
    if "<table" not in drawn:
        return drawn.strip()
    drawn = re.sub(r"<style.*?</style>", "", drawn, flags=re.S)
    drawn = re.sub(r' (?:border="\d+"|class="dataframe"|style="[^"]*")', "", drawn)
    return drawn.replace("<th></th>", "<td></td>").strip()  # an empty corner is no heading


def figures(salt: str) -> list[str]:
    """Every open Matplotlib figure as SVG in the page's own ink; the figures are closed.

    Args:
        salt: Goes into the ids inside the drawing, so that two drawings of a page share none.

    Returns:
        One `<svg>` a figure.

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
    for number in plt.get_fignums():
        svg = io.StringIO()
        with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": f"{salt}-{number}"}):
            plt.figure(number).savefig(
                svg, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None}
            )
        drawn.append(ink(svg.getvalue()))
    plt.close("all")
    return drawn


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
    svg = FAMILY.sub("", re.sub(r' id="[\w.]+_\d+"', "", svg))
    svg = svg.replace("<svg ", f"<svg {ROOT} ", 1)
    svg = TAG.sub(lambda tag: LONG_NUMBER.sub(shorter, COLOUR.sub(theme_colour, tag[0])), svg)
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
    """Plain text as HTML, safe inside an element or a quoted attribute.

    Args:
        value: Any text.

    Returns:
        The text, escaped.

    Example:
        ```python
        from page_runner.display import text

        assert text('a < "b"') == "a &lt; &quot;b&quot;"
        ```
    """
    return html.escape(value)
