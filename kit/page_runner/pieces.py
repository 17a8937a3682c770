"""What stands under a snippet on its page: its outputs, piece by piece, or why there are none."""

from __future__ import annotations

import itertools
from base64 import b64decode
from operator import itemgetter

from .display import text as escape
from .display import visible
from .numbers import filled_words
from .page import Snippet
from .program import Output
from .terminal import as_html

NOT_REACHED = '<p class="output output--not-run">Not run: the program ended above.</p>'


def parts(output: Output) -> list[str]:
    """The pieces of HTML that show an output; of one that varies, what the reader will see."""
    if output.varies:
        return [f'<p class="output output--varies" data-search-exclude>{escape(to_run(output))}</p>']
    shown = [
        drawn
        for kind, several in itertools.groupby(output.parts, key=itemgetter(0))
        for drawn in shown_part(kind, [content for _, content in several], output.alt)
    ]
    if output.download:
        name, size = escape(output.download), len(b64decode(output.content))
        weight = f"{size / 1000:,.0f} kB" if size >= 1000 else f"{size} bytes"
        shown.append(f'<p class="output output--download"><a href="{name}" download>Download {name}</a> ({weight})</p>')
    return shown


def shown_part(kind: str, several: list[str], alt: str) -> list[str]:
    """The HTML of parts of one kind that come one after the other."""
    if kind == "text":
        text = as_html("".join(several).rstrip())
        return [f'<pre class="output" tabindex="0">{text}</pre>'] if text.strip() else []
    if kind == "error":
        return [f'<pre class="output output--error" tabindex="0">{escape("".join(several))}</pre>']
    if kind == "figure":
        label = f'role="img" aria-label="{escape(alt)}" data-search-exclude'
        return [f'<div class="output output--figure" {label}>{visible("".join(several))}</div>']
    kinds = ["table" if "<table" in drawn else "chart" for drawn in several]
    return [
        f'<div class="output output--{name}">{visible(drawn)}</div>' for name, drawn in zip(kinds, several, strict=True)
    ]


def not_run(snippet: Snippet) -> str:
    """What stands under code that is shown and not run."""
    _, _, why = filled_words(snippet.options["run"], str).partition(":")
    return f"Not run here: {why.strip()}" if why.strip() else "Not run here."


def to_run(output: Output) -> str:
    """What stands in the place of an output that varies."""
    what = filled_words(output.varies, str)
    return f"Run this yourself to see {what}. That differs from machine to machine, so it is not shown here."
