"""A page with other code in its fences."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import replace

from page_runner.looks import digest
from page_runner.page import Page, Snippet

NO_TEXT = re.compile("[\0\2\3\ud800-\udfff]")  # which no page can hold: Markdown uses two of them itself
TAB = 4  # columns, as Markdown has them


def code_hash(page: Page) -> str:
    r"""The hash of a page's program: whoever edits it says by this which one they edit.

    Example:
        ```python
        from page_editing.edited import code_hash
        from page_runner.page import parse

        one, two, three = (parse(text, "x.md") for text in ("{{ 1 }}", "Words. {{ 1 }}", "{{ 2 }}"))
        assert code_hash(one) == code_hash(two) != code_hash(three)
        ```
    """
    code = [[item.source, item.options] if isinstance(item, Snippet) else item.expression for item in page.items]
    return digest(json.dumps(code, sort_keys=True).encode())[:32]


def settled_code(code: str) -> str:
    r"""Code as a fence holds it: without tabs, lines of mere spaces and what all its lines are indented by.

    Raises:
        ValueError: It has a character that a page cannot have.

    Example:
        ```python
        from page_editing.edited import settled_code

        assert settled_code("\tx = 1\r\n\t  ") == "x = 1\n"
        ```
    """
    if found := NO_TEXT.search(code):
        raise ValueError(f"the character U+{ord(found[0]):04X} is no text")
    code = code.replace("\r\n", "\n").replace("\r", "\n").expandtabs(TAB)
    code = textwrap.dedent(re.sub(r"^ +$", "", code, flags=re.M))
    return f"{code.rstrip(chr(10))}\n" if code.strip() else ""


def edited(page: Page, edits: Mapping[int, str]) -> Page:
    r"""A page with other code in some of its fences.

    Args:
        page: The page.
        edits: The code, by the snippet's number, counted from 0; code that is as it was is no edit.

    Returns:
        The page; it is the same one where nothing is edited.

    Raises:
        IndexError: The page has no snippet of that number.
        ValueError: The code has a character that a page cannot have.

    Example:
        ```python
        from page_editing.edited import edited
        from page_runner.page import parse

        ticks = "`" * 3
        page = parse(f"{ticks}python\n1\n{ticks}\n\n{{{{ 2 }}}}\n", "x.md")
        other = edited(page, {0: f"'''\n{ticks}\n'''"})
        assert other.text == f"{ticks}`python\n'''\n{ticks}\n'''\n{ticks}`\n\n{{{{ 2 }}}}\n"
        assert other.items[1].line == 7
        ```
    """
    snippets = page.snippets
    given = {snippets[number].line: (snippets[number], settled_code(code)) for number, code in edits.items()}
    changed = {line: code for line, (snippet, code) in given.items() if code != settled_code(snippet.source)}
    if not changed:
        return page
    lines = page.text.split("\n")
    items, shown = list(page.items), list(page.shown)
    for snippet in reversed([snippet for snippet in snippets if snippet.line in changed]):
        code = changed[snippet.line]
        rows = code.split("\n")[:-1]
        ticks = longer(snippet.ticks, rows)
        first = snippet.line - 2
        opening, closing = lines[first], lines[snippet.end - 1]
        lines[first : snippet.end] = [
            opening.replace(snippet.ticks, ticks, 1),
            *(f"{snippet.indent}{row}".rstrip() for row in rows),
            closing.replace(snippet.ticks, ticks, 1),
        ]
        more = len(rows) - snippet.source.count("\n")
        items = [replace(item, line=item.line + more) if item.line > snippet.line else item for item in items]
        shown = [replace(item, line=item.line + more) if item.line > snippet.line else item for item in shown]
        options = {key: value for key, value in snippet.options.items() if key != "varies"}
        items[items.index(snippet)] = replace(snippet, source=code, ticks=ticks, options=options)
    return replace(page, text="\n".join(lines), items=tuple(items), shown=tuple(shown), edited=True)


def longer(ticks: str, rows: list[str]) -> str:
    """The signs of a fence that none of these lines can end."""
    sign = re.escape(ticks[0])
    longest = max((len(found) for row in rows for found in re.findall(f"{sign}+", row)), default=0)
    return ticks[0] * max(len(ticks), longest + 1) if longest >= len(ticks) else ticks
