"""Fences of code: where they open and end, what language and options they name."""

from __future__ import annotations

import ast
import difflib
import re
import textwrap
import threading
from collections.abc import Iterator

from pygments.lexers import find_lexer_class_by_name
from pygments.lexers.python import Python2Lexer, PythonLexer
from pygments.util import ClassNotFound

FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
LANGUAGE = re.compile(r"[ \t]*\{?[ \t]*\.?(?P<name>[\w#.+-]*)")
OPTION = re.compile(r'[ \t]+(?P<key>\w+)="(?P<value>[^"]*)"')
# A line that is Markdown and no Python, where it stands below an empty line.
PROSE = re.compile(r"(?:`{3}|#{2,6} |\?\?\?|!!!|=== \"|[-*>] |\d+\. |[A-Z][\w’']*,? +(?:[a-z’']+|\{\{))")

PYTHON = {alias.lower() for lexer in (PythonLexer, Python2Lexer) for alias in lexer.aliases}
OPTIONS = {"title", "hl_lines", "linenums", "raises", "alt", "fold", "download", "varies"}


def opening(line: str) -> re.Match[str] | None:
    """The fence that a line opens, if it opens one."""
    fence = FENCE.match(line)
    return None if fence and "`" in fence["info"] and fence["ticks"][0] == "`" else fence


def last_line(lines: list[str], number: int, fence: re.Match[str]) -> tuple[int, tuple[int, str] | None]:
    r"""Where a fence ends.

    Args:
        lines: The page's lines.
        number: The line on which the fence opens, counted from 1.
        fence: What `opening` gave for it.

    Returns:
        The line of the fence that closes it, and None. Where there is none, the last line that can belong to it, and
        what is wrong, with its line.

    Example:
        ```python
        from page_runner.fences import last_line, opening

        lines = ["~~~", "x", "~~~"]
        assert last_line(lines, 1, opening(lines[0])) == (3, None)
        ```
    """
    indent, ticks, python = fence["indent"], fence["ticks"], is_python(fence["info"])
    never = f"the fence {ticks}{fence['info'].rstrip()} is never closed"
    inner = re.compile(rf"{re.escape(indent)}{ticks}python\b")
    for end in range(number + 1, len(lines) + 1):
        line = lines[end - 1]
        inside = line.startswith(indent.rstrip() or indent) or not line.strip()
        if line.strip() == ticks and len(line) - len(line.lstrip()) == len(indent):
            break
        if inside and ">" in indent and line[len(indent) :].strip() == ticks:
            break
        if not python and inner.match(line):
            return number, (number, f"{never}: on line {end} opens the next")
        if not inside:
            return end - 1, (end, f"this line is indented less than its fence, opened on line {number}")
    else:
        count = code_before_prose(lines[number:]) if python else 0
        return number + count if count else len(lines) if python else number, (number, never)
    if python and 'raises="' not in fence["info"] and (count := code_before_prose(lines[number : end - 1])):
        return number + count, (number, f"{never}: line {number + count + 1} is no code")
    return end, None


def passages(lines: list[str]) -> Iterator[tuple[int, int, re.Match[str] | None]]:
    """The fences of a page, and every line outside of them, in order.

    Args:
        lines: The page's lines.

    Yields:
        The first line of each and its last, counted from 1; and what `opening` gave for a fence, None for other lines.

    Example:
        ```python
        from page_runner.fences import passages

        assert [(first, last) for first, last, _ in passages(["Words.", "~~~", "x", "~~~"])] == [(1, 1), (2, 4)]
        ```
    """
    number = 0
    while number < len(lines):
        first, number = number + 1, number + 1
        if fence := opening(lines[first - 1]):
            number, _ = last_line(lines, first, fence)
        yield first, number, fence


def code_before_prose(lines: list[str]) -> int:
    """How many lines of a fence are code, where what follows is plainly Markdown: a sentence, a heading, a fence.

    0 where all of it may be code.
    """
    lines = textwrap.dedent("\n".join(lines)).split("\n")
    for count in range(1, len(lines)):
        if not lines[count - 1].strip() and PROSE.match(lines[count]) and not parses(lines) and parses(lines[:count]):
            return count
    return 0


def parses(lines: list[str]) -> bool:
    """Whether lines are Python."""
    try:
        parsed("\n".join(lines))
    except (SyntaxError, ValueError):
        return False
    return True


def is_python(info: str) -> bool:
    """Whether a fence would be shown as Python."""
    return language(info) in PYTHON


def language(info: str) -> str:
    """The language that a fence names."""
    match = LANGUAGE.match(info)
    return match["name"].lower() if match else ""


def misspelt(fence: re.Match[str]) -> list[str]:
    """What to say of a fence whose language is Python but for a slip."""
    name = language(fence["info"])
    if not difflib.get_close_matches(name, ["python"], cutoff=0.75):
        return []
    try:
        find_lexer_class_by_name(name)
    except ClassNotFound:
        return [f"{written(fence)} is in no language that is known, and would not run: write ```python"]
    return []


def written(fence: re.Match[str]) -> str:
    """A fence's first line."""
    return f"{fence['ticks']}{fence['info']}".rstrip()


def options(fence: re.Match[str]) -> tuple[dict[str, str], list[str]]:
    """The options of a fence that is shown as Python, and what is wrong with it; the page runs only if nothing is."""
    rest = fence["info"].removeprefix("python")
    found = {option["key"]: option["value"] for option in OPTION.finditer(rest)}
    known = {key: value for key, value in found.items() if key in OPTIONS}
    if set(fence["indent"]) - {" "}:
        return known, [f"{written(fence)} would be shown but not run: indent it with spaces alone"]
    if fence["ticks"] != "```" or not re.match(r"python(?![^ \t])", fence["info"]):
        return known, [f"{written(fence)} would be shown as Python but not run: write ```python"]
    wrong = [
        f"{key} is no option of a snippet: {', '.join(sorted(OPTIONS))} are" for key in found if key not in OPTIONS
    ]
    if OPTION.sub("", rest).strip():
        wrong.append(f'{written(fence)} has options that cannot be read: write key="value", one after the other')
    if known.get("varies", "it").strip() == "":
        wrong.append('varies="" does not say what the reader will see: write varies="the times of your own machine"')
    if "varies" in known and "download" in known:
        wrong.append("a snippet that varies can offer no file: the site would not be the same in every build")
    return known, wrong


def parsed(source: str) -> ast.Module:
    r"""Code as a tree, for one thread after the other: in Python 3.11 two at once fail now and then.

    https://github.com/python/cpython/issues/106905 tells of it.

    Raises:
        SyntaxError: It is no code.

    Example:
        ```python
        from page_runner.fences import parsed

        assert len(parsed("x = 1\ny = 2").body) == 2
        ```
    """
    with PARSING:
        return ast.parse(source)


PARSING = threading.Lock()
