"""Fences of code: where they open and end, what language and options they name.

They are read by the very code of pymdownx.superfences that shows them: what Markdown takes for a fence is one here.
"""

from __future__ import annotations

import difflib
import functools
import re
import textwrap
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from markdown import Markdown
from markdown.extensions.attr_list import get_attrs
from pygments.lexers import find_lexer_class_by_name
from pygments.lexers.python import Python2Lexer, PythonConsoleLexer, PythonLexer
from pygments.util import ClassNotFound
from pymdownx.superfences import (
    RE_HL_LINES,
    RE_LINENUMS,
    RE_NESTED_FENCE_START,
    RE_OPTIONS,
    SuperFencesBlockPreprocessor,
)

from .numbers import find_numbers
from .syntax import parses

FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
AFTER_MARK = re.compile(
    r"^[ >]*(?:[-*+]|\d+[.)])[ ]+(?P<ticks>`{3,}|~{3,})(?P<info>[^`]*)$"
)  # on the line of a list's mark
LANGUAGE = re.compile(r"[ \t]*\{?[ \t]*\.?(?P<name>[\w#.+-]*)")
# A line that is Markdown and no Python, where it stands below an empty line.
PROSE = re.compile(r"(?:`{3}|#{2,6} |\?\?\?|!!!|=== \"|[-*>] |\d+\. |[A-Z][\w’']*,? +(?:[a-z’']+|\{\{))")

RUNS = {"python", "py", "python3", "py3"}  # the languages of fences that run
OPTIONS = {"title", "hl_lines", "linenums", "raises", "alt", "fold", "download", "varies", "run"}
NOT_RUN = re.compile(r"no(?:: *(?P<why>\S.*))?")  # what `run` can say


@dataclass(frozen=True)
class Fence:
    """A fence: its lines, counted from 1, what stands before and in its first line, and what is wrong with it."""

    first: int
    last: int
    indent: str = ""  # spaces, and the signs of quotations, that every line of it begins with
    ticks: str = "```"
    info: str = ""  # what follows the ticks
    code: str = ""  # not indented
    options: dict[str, str] = field(default_factory=dict)  # of one in Python's colours
    attributes: str = ""  # its classes, id and data, as an attribute list has them
    faults: tuple[tuple[int, str], ...] = ()  # with their lines
    closed: bool = True

    @property
    def language(self) -> str:
        """The language that it names."""
        return language(self.info)

    @property
    def python(self) -> bool:
        """Whether it has Python's colours."""
        return is_python(self.language)


class FindFences(SuperFencesBlockPreprocessor):  # type: ignore[misc]
    """Finds fences as superfences does, and notes them; one in Python's colours may have any options."""

    def run(self, lines: list[str]) -> list[str]:
        """The text's lines with a placeholder for each fence."""
        self.found: list[Fence] = []
        self.lines = lines
        return super().run(lines)  # type: ignore[no-any-return]

    def parse_options(self, m: re.Match[str]) -> bool:
        """Take any options of Python."""
        return self._take(m) or super().parse_options(m)

    def handle_attrs(self, m: re.Match[str]) -> bool:
        """Take any attributes of Python."""
        return self._take(m) or super().handle_attrs(m)

    def handle_unrecognized(self, m: re.Match[str]) -> bool:
        """Take what cannot be read, too, unless it is a span of code between three ticks."""
        return self._take(m) or super().handle_unrecognized(m)

    def _take(self, m: re.Match[str]) -> bool:
        info = m.string[m.end("fence") :]
        return m["fence"] not in info and is_python(language(info))

    def process_nested_block(self, ws: str, content: str, start: int, end: int) -> None:
        """Note a fence that is whole."""
        self.last = ws + self.normalize_ws(content)
        self.found.append(read_fence(start + 1, end, FENCE.match(self.lines[start]), self.rebuild_block(self.code)))
        self._store(self.normalize_ws("\n".join(self.code)) + "\n", MARK.format(len(self.found) - 1), start, end)
        self.clear()


MARK = "qzjfence{}z"  # stands for a fence in HTML that nobody sees


def finder(md: Markdown) -> FindFences:
    """Let a Markdown with superfences find fences instead of showing them."""
    shown: Any = md.preprocessors["fenced_code_block"]
    find = FindFences(md)
    find.config, find.extension = shown.config, shown.extension
    md.preprocessors.register(find, "fenced_code_block", 25)
    return find


FINDER = finder(Markdown(extensions=["attr_list", "pymdownx.superfences"]))
FINDING = threading.Lock()


def find(lines: list[str]) -> list[Fence]:
    """The fences of a text that Markdown sees."""
    with FINDING:
        FINDER.md.reset()
        FINDER.run(lines)
        return FINDER.found


def read_fences(lines: Sequence[str]) -> list[Fence]:
    r"""The fences of a text, in order, with what is wrong with them.

    Args:
        lines: The text's lines, without tabs.

    Returns:
        The fences. One that never ends is there, too, with the lines that can belong to it.

    Example:
        ```python
        from page_runner.fences import read_fences

        (fence,) = read_fences(["~~~ { .py title='`a`' }", "x", "~~~"])
        assert fence.python and fence.options == {"title": "`a`"} and not fence.faults
        ```
    """
    left = list(lines)
    lost: list[Fence] = []
    while True:
        found = find(left)
        bad = damage(left, found, bool(lost))
        if not bad:
            return sorted([*found, *lost], key=lambda fence: fence.first)
        lost.append(bad)
        left[bad.first - 1 : bad.last] = [""] * (bad.last - bad.first + 1)


def damage(lines: list[str], found: list[Fence], lost: bool) -> Fence | None:
    """The first fence that is none for Markdown, or that has swallowed what stands below it.

    Where others are `lost`, a bare one that never ends is the end of one of those.
    """
    whole = {fence.first: fence for fence in found}
    number = 0
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        fence = whole.get(number)
        bad = None
        if fence:
            bad = swallowing(lines, fence)
            number = fence.last
        elif match := FENCE.match(line):
            bad = unclosed(lines, number, match, lost)
        elif (match := AFTER_MARK.match(line)) and is_python(language(match["info"])):
            bad = after_mark(lines, number, match)
        if bad:
            return bad
    return None


def read_fence(
    first: int, last: int, match: re.Match[str] | None, code: str, fault: tuple[int, str] | None = None
) -> Fence:
    """A fence from its first line and its code; one with a `fault` is not closed."""
    assert match
    indent, ticks, info = match["indent"], match["ticks"], match["info"]
    options, attributes, wrong = read_options(ticks, info) if is_python(language(info)) else ({}, "", misspelt(match))
    faults = [*((first, what) for what in wrong), *([fault] if fault else [])]
    return Fence(first, last, indent, ticks, info, code, options, attributes, tuple(faults), closed=not fault)


def swallowing(lines: list[str], fence: Fence) -> Fence | None:
    """A fence without what it has swallowed, as its own end is missing."""
    match = FENCE.match(lines[fence.first - 1])
    never = f"the fence {written(fence.ticks, fence.info)} is never closed"
    if fence.python:
        if "raises" in fence.options or not (count := code_before_prose(fence.code.split("\n"))):
            return None
        last = fence.first + count
        code = "\n".join(fence.code.split("\n")[:count])
        return read_fence(fence.first, last, match, code, (fence.first, f"{never}: line {last + 1} is no code"))
    inner = re.compile(rf"{re.escape(fence.indent)}{fence.ticks}python\b")
    for number in range(fence.first + 1, fence.last):
        if inner.match(lines[number - 1]):
            return read_fence(
                fence.first, fence.first, match, "", (fence.first, f"{never}: on line {number} opens the next")
            )
    return None


def unclosed(lines: list[str], number: int, match: re.Match[str], lost: bool) -> Fence | None:
    """A fence that Markdown does not take for one, as it never ends; None for what is none at all."""
    indent, ticks, info = match["indent"], match["ticks"], match["info"]
    python = is_python(language(info))
    if ticks in info or not find([lines[number - 1], indent + ticks]) or (lost and not info.strip()):
        return None
    never = f"the fence {written(ticks, info)} is never closed"
    end = number
    for end in range(number + 1, len(lines) + 1):
        line = lines[end - 1]
        if line.strip() and not line.startswith(indent.rstrip() or indent):
            fault = end, f"this line is indented less than its fence, opened on line {number}"
            return read_fence(
                number, end - 1 if python else number, match, dedented(lines[number : end - 1], indent), fault
            )
    count = (code_before_prose(lines[number:]) or len(lines) - number) if python else 0
    return read_fence(number, number + count, match, dedented(lines[number : number + count], indent), (number, never))


def after_mark(lines: list[str], number: int, match: re.Match[str]) -> Fence:
    """A fence on the line of a list's mark, where Markdown takes it for words."""
    line = lines[number - 1].strip()
    ticks = match["ticks"]
    ends = (later for later in range(number + 1, len(lines) + 1) if lines[later - 1].strip() == ticks)
    what = f"{line} is no fence for Markdown: begin it on a line of its own, indented by four spaces"
    return Fence(number, next(ends, number), ticks=ticks, faults=((number, what),), closed=False)


def dedented(lines: list[str], indent: str) -> str:
    """Lines without what each begins with."""
    return "\n".join(line[len(indent) :] for line in lines)


def passages(lines: Sequence[str]) -> Iterator[tuple[int, int, Fence | None]]:
    """The fences of a text, and every line outside of them, in order.

    Args:
        lines: The text's lines.

    Yields:
        The first line of each and its last, counted from 1; and the fence, None for other lines.

    Example:
        ```python
        from page_runner.fences import passages

        assert [(first, last) for first, last, _ in passages(["Words.", "~~~", "x", "~~~"])] == [(1, 1), (2, 4)]
        ```
    """
    number = 0
    for fence in read_fences(lines):
        for line in range(number + 1, fence.first):
            yield line, line, None
        number = max(number, fence.last)
        yield fence.first, fence.last, fence
    for line in range(number + 1, len(lines) + 1):
        yield line, line, None


def code_before_prose(lines: list[str]) -> int:
    """How many lines of a fence are code, where what follows is plainly Markdown: a sentence, a heading, a fence.

    0 where all of it may be code.
    """
    code = textwrap.dedent("\n".join(lines))
    lines = code.split("\n")
    for count in range(1, len(lines)):
        words = not lines[count - 1].strip() and PROSE.match(lines[count])
        if words and not parses(code) and parses("\n".join(lines[:count])):
            return count
    return 0


@functools.cache
def is_python(name: str) -> bool:
    """Whether a fence in this language is shown in Python's colours.

    Example:
        ```python
        from page_runner.fences import is_python

        assert is_python("Python3") and is_python("pycon") and not is_python("text")
        ```
    """
    try:
        lexer = find_lexer_class_by_name(name)
    except ClassNotFound:
        return False
    return issubclass(lexer, (PythonLexer, Python2Lexer, PythonConsoleLexer)) or lexer.__name__.startswith("IPython")


def language(info: str) -> str:
    """The language that a fence names, in small letters: its first word, or the first class in its braces."""
    match = RE_NESTED_FENCE_START.match("```" + info)
    if match and match["lang"]:
        return str(match["lang"]).lower()
    if match and match["attrs"]:
        return next((value for key, value in get_attrs(match["attrs"]) if key == "."), "").lower()
    first = LANGUAGE.match(info)
    return first["name"].lower() if first else ""


def misspelt(fence: re.Match[str]) -> list[str]:
    """What to say of a fence whose language is Python but for a slip."""
    name = language(fence["info"])
    if not difflib.get_close_matches(name, ["python"], cutoff=0.75):
        return []
    try:
        find_lexer_class_by_name(name)
    except ClassNotFound:
        line = written(fence["ticks"], fence["info"])
        return [f"{line} is in no language that is known, and would not run: write ```python"]
    return []


def written(ticks: str, info: str) -> str:
    """A fence's first line."""
    return f"{ticks}{info}".rstrip()


def read_options(ticks: str, info: str) -> tuple[dict[str, str], str, list[str]]:
    """The options of a fence in Python's colours, its attributes, and what is wrong with it."""
    match = RE_NESTED_FENCE_START.match(ticks + info)
    assert match
    line, attributes, wrong = written(ticks, info), [], []
    named: list[tuple[str, str | None]] = []
    if match["unrecognized"] or (match["options"] and RE_OPTIONS.sub("", match["options"]).strip()):
        wrong.append(f'{line} has options that cannot be read: write key="value", one after the other')
    elif match["attrs"]:
        pairs = get_attrs(match["attrs"])
        if not match["lang"]:
            pairs.remove(next(pair for pair in pairs if pair[0] == "."))
        signs = {".": ".", "id": "#"}
        attributes = [signs[key] + value for key, value in pairs if key in signs]
        attributes += [quoted(key, value) for key, value in pairs if key.startswith("data-")]
        named = [(key, value) for key, value in pairs if key not in signs and not key.startswith("data-")]
    elif match["options"]:
        named = [(option["key"], option["value"]) for option in RE_OPTIONS.finditer(match["options"])]
    options = {key: value for key, value in named if key in OPTIONS and value is not None}
    if unknown := ", ".join(key for key, _ in named if key not in OPTIONS):
        wrong.append(f"{unknown} is no option of a snippet: {', '.join(sorted(OPTIONS))} are")
    wrong += [f'{key} has no value: write {key}="…"' for key, value in named if key in OPTIONS and value is None]
    return options, " ".join(attributes), [*wrong, *refused(line, language(info), options)]


def refused(line: str, name: str, options: dict[str, str]) -> Iterator[str]:
    """What a snippet cannot do with these options."""
    run = options.get("run")
    if run is None and name not in RUNS:
        yield f'{line} would be shown as Python but not run: write ```python, or add run="no"'
    if run is not None and not NOT_RUN.fullmatch(run):
        yield f'run="{run}" says neither no nor why: write run="no", or run="no: it needs eight GPUs"'
    for key in ("alt", "download", "raises", "varies"):
        if run is not None and key in options:
            yield f'what is not run gives nothing: take {key}="…" or run="{run}" away'
    for key, form, right in (("hl_lines", RE_HL_LINES, "2 4-6"), ("linenums", RE_LINENUMS, "1")):
        if key in options and not form.match(options[key]):
            yield f'{key}="{options[key]}" names no lines: write {key}="{right}"'
    for key in ("fold", "title", "run", "varies"):
        if {"run", "varies"} & options.keys() and find_numbers(options.get(key, "")):
            why = "code that is not run gives none" if "run" in options else "what varies is not shown"
            yield f'{key}="{options[key]}" can hold no number, as {why}: write it out, or \\{{{{ for two braces'
    if "raises" in options and not options["raises"].isidentifier():
        yield f'raises="{options["raises"]}" names no error: write raises="ValueError"'
    if options.get("varies", "it").strip() == "":
        yield 'varies="" does not say what the reader will see: write varies="the times of your own machine"'
    if "varies" in options and "download" in options:
        yield "a snippet that varies can offer no file: the site would not be the same in every build"


def quoted(key: str, value: str) -> str:
    """An option as a fence has it."""
    sign = "'" if '"' in value else '"'
    return f"{key}={sign}{value}{sign}"
