"""Read a page's Markdown: `page_runner.page` holds what is found there."""

from __future__ import annotations

import functools
import textwrap
from dataclasses import dataclass, replace

from markdown import Markdown
from markdown.preprocessors import NormalizeWhitespace
from mkdocs.utils.meta import get_data

from .fences import Fence, read_fences
from .front_matter import memory_limit, read_front_matter
from .numbers import find_numbers, in_words
from .page import MEMORY_LIMIT, TIME_LIMIT, Number, Page, PageError, Snippet
from .sentences import see

NORMALIZE = NormalizeWhitespace(Markdown())


def read(text: str, name: str) -> Page:
    """A page from its text: its front matter as MkDocs reads it, the rest as Markdown does."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front = read_front_matter(text)
    head, body = in_two(text)
    lines = NORMALIZE.run(body.split("\n"))[:-2]  # it adds two
    read = scan("\n" * head.count("\n") + "\n".join(lines))
    faults = [*front.errors, *read.faults]
    values = {} if front.errors else front.values
    return Page(
        name,
        head + "\n".join(lines),
        read.items,
        float(values.get("time_limit", TIME_LIMIT)),
        tuple(PageError(name, line, what) for line, what in faults),
        tuple(values.get("reads", ())),
        memory_limit(values.get("memory_limit")) or MEMORY_LIMIT,
        read.shown,
    )


def in_two(text: str) -> tuple[str, str]:
    r"""A page's front matter, and what MkDocs shows of it.

    Example:
        ```python
        from page_runner.reading import in_two

        assert in_two("---\ntitle: T\n---\n\n# T\n") == ("---\ntitle: T\n---\n\n", "# T\n")
        ```
    """
    body, _ = get_data(text)
    return text[: len(text) - len(body)], body


@dataclass(frozen=True)
class Reading:
    """What stands in a text: snippets and numbers, Python that is only shown, and what is wrong, each in order."""

    items: tuple[Snippet | Number, ...] = ()
    shown: tuple[Snippet, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()
    damaged: frozenset[int] = frozenset()  # the first lines of other fences that never end
    hidden: frozenset[str] = frozenset()  # code of fences that stand in comments, or in code
    fences: tuple[Fence, ...] = ()  # all of them

    def below(self, lines: int) -> Reading:
        """The same, below so many other lines."""
        return Reading(
            tuple(replace(item, line=item.line + lines) for item in self.items),
            tuple(replace(item, line=item.line + lines) for item in self.shown),
            tuple((line + lines, what) for line, what in self.faults),
            frozenset(line + lines for line in self.damaged),
            self.hidden,
            tuple(replace(fence, first=fence.first + lines, last=fence.last + lines) for fence in self.fences),
        )


def scan(text: str) -> Reading:
    r"""What stands in a text that is Markdown alone, without front matter and tabs.

    Args:
        text: The text.

    Returns:
        Its snippets and numbers, as far as they can be made out, and what is wrong with them, by line.

    Example:
        ```python
        from page_runner.reading import scan

        read = scan("One { 1 }} and {{ 2 }}.\n")
        assert len(read.items) == 2 and read.faults[0][1].startswith("“{ 1 }}” lacks a brace")
        ```
    """
    return _scan(text.rstrip("\n"))


@functools.lru_cache(maxsize=4096)
def _scan(text: str) -> Reading:
    lines = text.split("\n")
    fences = every = read_fences(lines)
    inside = {line for fence in fences for line in range(fence.first, fence.last + 1)}
    outside = [(number, line) for number, line in enumerate(lines, 1) if number not in inside]
    places = [(number, braces) for number, line in outside for braces in find_numbers(line)]
    for fence in fences:
        if not fence.closed:
            lines[fence.first - 1 : fence.last] = [""] * (fence.last - fence.first + 1)
    seen = see(lines, places)
    whole = [fence for fence in fences if fence.closed]
    hidden = [fence for place, fence in enumerate(whole) if place not in seen.fences]
    fences = [fence for fence in fences if fence not in hidden]
    numbers = [place for index, place in enumerate(places) if index in seen.numbers]
    python = [fence for fence in fences if fence.python]
    items: list[Snippet | Number] = [Number(found.written, line, found.start, found.stop) for line, found in numbers]
    items += [snippet_of(fence) for fence in python if "run" not in fence.options]
    faults = [(line, found.fault) for line, found in numbers]
    faults += [(fence.first, found.fault) for fence in python for found in in_words(fence.options)]
    faults += [fault for fence in fences for fault in fence.faults]
    faults += coloured(outside, seen.coloured)
    return Reading(
        tuple(sorted(items, key=lambda item: (item.line, getattr(item, "start", 0)))),
        tuple(snippet_of(fence) for fence in python if "run" in fence.options),
        tuple(sorted(fault for fault in faults if fault[1])),
        frozenset(fence.first for fence in fences if not fence.closed and not fence.python),
        frozenset(fence.code for fence in hidden),
        tuple(every),
    )


def snippet_of(fence: Fence) -> Snippet:
    """A fence of Python as a snippet."""
    source = textwrap.dedent(fence.code + "\n") if fence.last > fence.first + fence.closed else ""
    language = fence.language if "run" in fence.options else "python"
    return Snippet(
        source, fence.first + 1, fence.indent, fence.options, fence.closed, fence.ticks, language, fence.attributes
    )


def coloured(lines: list[tuple[int, str]], firsts: list[str]) -> list[tuple[int, str]]:
    """What to say of indented code whose first line names Python, with its lines."""
    left = list(firsts)
    found = []
    for number, line in lines:
        if line.strip() in left:
            left.remove(line.strip())
            what = f"{line.strip()} would colour this as Python but not run it: write it in a fence, ```python"
            found.append((number, what))
    return found
