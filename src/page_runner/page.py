"""Read a page: which snippets and which numbers it holds, and on which lines.

There is one reading. The site, the tests and the command line all use it.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from pygments.lexers.python import Python2Lexer, PythonLexer

FENCE = re.compile(r"^(?P<indent>[ \t>]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
LANGUAGE = re.compile(r"[ \t]*\{?[ \t]*\.?(?P<name>[\w#.+-]*)")
OPTION = re.compile(r'[ \t]+(?P<key>\w+)="(?P<value>[^"]*)"')
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
NUMBER = re.compile(r"\{\{(?P<expression>.+?)\}\}")
FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)

PYTHON = {alias.lower() for lexer in (PythonLexer, Python2Lexer) for alias in lexer.aliases}
OPTIONS = {"title", "hl_lines", "linenums", "raises", "alt", "fold", "download"}
TIME_LIMIT = 60.0


class PageError(Exception):
    """A page cannot be read or does not run.

    Args:
        page: the page's path as messages name it, such as `docs/lessons/x.md`.
        line: the line in the page, counted from 1.
        message: what is wrong, and what would be right.
        trace: the traceback as the page's author should read it, if there is one.

    Example:
        ```python
        from page_runner.page import PageError

        assert str(PageError("docs/x.md", 28, "the fence is never closed")) == "docs/x.md:28: the fence is never closed"
        ```
    """

    def __init__(self, page: str, line: int, message: str, trace: str = ""):
        self.page, self.line, self.message, self.trace = page, line, message, trace
        super().__init__(page, line, message, trace)

    def __str__(self) -> str:
        return "\n".join(filter(None, [f"{self.page}:{self.line}: {self.message}", self.trace.rstrip()]))


@dataclass(frozen=True)
class Snippet:
    """A ```` ```python ```` fence: code that runs."""

    source: str  # dedented, ready to compile
    line: int  # line in the page of its first line of code, counted from 1
    indent: str = ""  # indentation of the fence, which may sit in an admonition or a tab
    options: dict[str, str] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """Line of the closing fence."""
        return self.line + self.source.count("\n")


@dataclass(frozen=True)
class Number:
    """A `{{ expression:format }}` in a sentence: a value of the page's program."""

    expression: str  # what stands between the braces of an f-string
    line: int
    start: int  # columns of the whole form in its line
    stop: int


@dataclass(frozen=True)
class Page:
    """A page as read: its path, its snippets and numbers in order, its time limit in seconds."""

    name: str
    text: str
    items: tuple[Snippet | Number, ...]
    time_limit: float = TIME_LIMIT

    @property
    def snippets(self) -> list[Snippet]:
        """The page's snippets alone."""
        return [item for item in self.items if isinstance(item, Snippet)]


def read_page(path: Path, root: Path) -> Page:
    r"""Read a page from disk.

    Args:
        path: the Markdown file, UTF-8.
        root: the project's folder; messages name the page relative to it.

    Returns:
        The page.

    Raises:
        PageError: the page is not UTF-8, its front matter is damaged, or a fence would not run.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.page import read_page

        with TemporaryDirectory() as folder:
            file = Path(folder, "page.md")
            _ = file.write_text("# Sum\n\nIt is {{ 1 + 1 }}.\n", "utf-8")
            page = read_page(file, Path(folder))
        assert [type(item).__name__ for item in page.items] == ["Number"]
        ```
    """
    name = path.relative_to(root).as_posix()
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        bad = data[error.start]
        raise PageError(name, line, f"byte 0x{bad:02x} is not UTF-8: save the page as UTF-8") from None
    return parse(text.replace("\r\n", "\n"), name)


@functools.lru_cache(maxsize=4096)  # a build asks for each page several times
def parse(text: str, name: str) -> Page:
    r"""A page from its text; `read_page` says what it raises.

    Example:
        ```python
        from page_runner.page import parse

        assert parse("---\ntime_limit: 9\n---\n", "x.md").time_limit == 9
        ```
    """
    return Page(name, text, tuple(read_items(text, name)), time_limit(text, name))


def time_limit(text: str, name: str) -> float:
    r"""The page's time limit in seconds, from its front matter.

    Args:
        text: the page.
        name: the page's path, for messages.

    Returns:
        Seconds; 60 where the page does not say.

    Raises:
        PageError: the front matter is not YAML, or the limit is not a positive number.

    Example:
        ```python
        from page_runner.page import time_limit

        assert time_limit("---\ntime_limit: 120\n---\n# Slow\n", "x.md") == 120
        ```
    """
    match = FRONT_MATTER.match(text)
    if not match:
        return TIME_LIMIT
    try:
        meta = yaml.safe_load(match["yaml"] or "") or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise PageError(name, line, f"the front matter is not YAML: {getattr(error, 'problem', error)}") from None
    limit = meta.get("time_limit", TIME_LIMIT) if isinstance(meta, dict) else TIME_LIMIT
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not limit > 0:
        raise PageError(name, 1, f"time_limit is {limit!r} but must be a positive number of seconds")
    return float(limit)


def read_items(text: str, name: str) -> Iterator[Snippet | Number]:
    r"""The snippets and numbers of a page, in order.

    Args:
        text: the page, with or without its front matter.
        name: the page's path, for messages.

    Yields:
        Snippets and numbers.

    Raises:
        PageError: a fence is never closed, or would be shown as Python without being run.

    Example:
        ```python
        from page_runner.page import read_items

        (snippet,) = read_items("`" * 3 + "python\nx = 1\n" + "`" * 3 + "\n", "x.md")
        assert (snippet.source, snippet.line) == ("x = 1\n", 2)
        ```
    """
    lines = text.split("\n")
    front = FRONT_MATTER.match(text)
    number = front[0].count("\n") if front else 0
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        fence = FENCE.match(line)
        if not fence or ("`" in fence["info"] and fence["ticks"][0] == "`"):
            yield from numbers(line, number)
            continue
        end = closing(lines, number, fence, name)
        if is_python(fence["info"]):
            code = lines[number : end - 1]
            source = textwrap.dedent("\n".join(code) + "\n") if code else ""
            yield Snippet(source, number + 1, fence["indent"], options(fence, number, name))
        number = end


def closing(lines: list[str], number: int, fence: re.Match[str], name: str) -> int:
    """Line of the fence that closes the one opened on line `number`."""
    indent, ticks = fence["indent"], fence["ticks"]
    for end in range(number + 1, len(lines) + 1):
        line = lines[end - 1]
        if line.strip() == ticks and len(line) - len(line.lstrip()) == len(indent):
            return end
        if line.startswith(indent.rstrip() or indent) or not line.strip():
            if ">" in indent and line[len(indent) :].strip() == ticks:
                return end
            continue
        raise PageError(name, end, f"this line is indented less than its fence, opened on line {number}")
    raise PageError(name, number, f"the fence {ticks}{fence['info'].rstrip()} is never closed")


def is_python(info: str) -> bool:
    """Whether a fence would be shown as Python."""
    language = LANGUAGE.match(info)
    return language is not None and language["name"].lower() in PYTHON


def options(fence: re.Match[str], line: int, name: str) -> dict[str, str]:
    """The options of a fence that is shown as Python; an error unless the fence runs, too."""
    written = f"{fence['ticks']}{fence['info']}".rstrip()
    if set(fence["indent"]) - {" "}:
        raise PageError(name, line, f"{written} would be shown but not run: indent it with spaces alone")
    if fence["ticks"] != "```" or not re.match(r"python(?![^ \t])", fence["info"]):
        raise PageError(name, line, f"{written} would be shown as Python but not run: write ```python")
    rest, found = fence["info"].removeprefix("python"), {}
    for option in OPTION.finditer(rest):
        if option["key"] not in OPTIONS:
            raise PageError(name, line, f"{option['key']} is no option of a snippet: {', '.join(sorted(OPTIONS))} are")
        found[option["key"]] = option["value"]
    if OPTION.sub("", rest).strip():
        raise PageError(
            name, line, f'{written} has options that cannot be read: write key="value", one after the other'
        )
    return found


def numbers(line: str, number: int) -> Iterator[Number]:
    """The numbers in a line of prose; code spans are left alone."""
    if "{{" not in line:
        return
    prose = CODE_SPAN.sub(lambda span: " " * len(span[0]), line)
    for match in NUMBER.finditer(prose):
        yield Number(match["expression"].strip(), number, match.start(), match.end())
