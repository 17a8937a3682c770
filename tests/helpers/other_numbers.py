"""Edits that change a number in a page's code."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from page_runner.page import Page


def other_numbers(page: Page) -> Iterator[tuple[int, str, str]]:
    """Three of the numbers in a page's code, each another: the snippet, its code then, and in words what it was."""
    found, named = [], []
    for at, snippet in enumerate(page.snippets):
        if {"varies", "raises"} & snippet.options.keys():
            continue
        before = ""
        for kind, text, (row, start), (_, end), _ in tokenize.generate_tokens(io.StringIO(snippet.source).readline):
            if kind == tokenize.NUMBER and re.fullmatch(r"\d+|\d+\.\d+", text):
                found.append((at, row - 1, start, end, text))
                named += found[-1:] if before == "=" else []  # no place in a list, whose end it might pass
            before = text
    found = named if len(named) >= 3 else found
    for place in sorted({len(found) // 6, len(found) // 2, len(found) * 5 // 6}):
        at, row, start, end, text = found[place]
        lines = page.snippets[at].source.split("\n")
        other = f"{float(text) * 1.5:g}" if "." in text else f"{int(text) + 1}"
        line = lines[row]
        lines[row] = line[:start] + other + line[end:]
        yield at, "\n".join(lines), f"snippet {at + 1}, {line.strip()!r}: {text} is {other}"
