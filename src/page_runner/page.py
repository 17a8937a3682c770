"""Read a page: which snippets and which numbers it holds, and on which lines.

There is one reading. The site, the tests and the command line all use it.
"""

from __future__ import annotations

import functools
import re
import textwrap
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from .fences import is_python, last_line, misspelt, opening, options
from .front_matter import FRONT_MATTER, TIME_LIMIT, read_front_matter

CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
NUMBER = re.compile(r"\{\{(?P<expression>(?:(?!\{\{).)+?)\}\}")
BROKEN = re.compile(r"\{\{[^{}\0]*\}?|\{[^{}\0]*\}\}")  # a number that lacks a brace, where whole ones are hidden as \0


class PageError(Exception):
    """A page cannot be read or does not run.

    Args:
        page: The page's path as messages name it, such as `docs/lessons/x.md`.
        line: The line in the page, counted from 1.
        message: What is wrong, and what would be right.
        trace: The traceback as the page's author should read it, if there is one.

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
    closed: bool = True  # whether its fence has an end

    @property
    def end(self) -> int:
        """Line of the closing fence; of the last line of code where there is none."""
        return self.line + self.source.count("\n") - (not self.closed)


@dataclass(frozen=True)
class Number:
    """A `{{ expression:format }}` in a sentence: a value of the page's program."""

    expression: str  # what stands between the braces of an f-string
    line: int
    start: int  # columns of the whole form in its line
    stop: int


@dataclass(frozen=True)
class Page:
    """A page as read: its path, its snippets and numbers in order, its time limit in seconds, what is wrong with it.

    `reads` are patterns of files of the project on which its outputs depend though nobody sees that it reads them.
    """

    name: str
    text: str
    items: tuple[Snippet | Number, ...]
    time_limit: float = TIME_LIMIT
    errors: tuple[PageError, ...] = ()
    reads: tuple[str, ...] = ()

    @property
    def snippets(self) -> list[Snippet]:
        """The page's snippets alone."""
        return [item for item in self.items if isinstance(item, Snippet)]


def read_page(path: Path, root: Path) -> Page:
    r"""Read a page from disk.

    Args:
        path: The Markdown file, UTF-8.
        root: The project's folder; messages name the page relative to it.

    Returns:
        The page.

    Raises:
        PageError: The page is not UTF-8, its front matter is damaged, a fence would not run, or a number lacks a brace.

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
    page = survey_page(path, root)
    if page.errors:
        raise page.errors[0]
    return page


def survey_page(path: Path, root: Path) -> Page:
    r"""Read a page from disk with all that is wrong with it, in `errors`.

    Args:
        path: The Markdown file.
        root: The project's folder; messages name the page relative to it.

    Returns:
        The page; one with errors cannot run.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.page import survey_page

        with TemporaryDirectory() as folder:
            file = Path(folder, "page.md")
            _ = file.write_text("---\ndraft: 1\n---\nIt is {{ 1 + 1 }.\n", "utf-8")
            page = survey_page(file, Path(folder))
        assert [error.line for error in page.errors] == [2, 4]
        ```
    """
    name = path.relative_to(root).as_posix()
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        bad = data[error.start]
        wrong = PageError(name, line, f"byte 0x{bad:02x} is not UTF-8: save the page as UTF-8")
        return Page(name, data.decode("utf-8-sig", "replace"), (), errors=(wrong,))
    return parse(text.replace("\r\n", "\n"), name)


@functools.lru_cache(maxsize=4096)  # a build asks for each page several times
def parse(text: str, name: str) -> Page:
    r"""A page from its text, with all that is wrong with it.

    Args:
        text: The page.
        name: The page's path, for messages.

    Returns:
        The page.

    Example:
        ```python
        from page_runner.page import parse

        assert parse("---\ntime_limit: 9\n---\n", "x.md").time_limit == 9
        ```
    """
    front = read_front_matter(text)
    items, errors = scan(text, name)
    errors = [*(PageError(name, line, what) for line, what in front.errors), *errors]
    values = {} if front.errors else front.values
    limit, reads = float(values.get("time_limit", TIME_LIMIT)), tuple(values.get("reads", ()))
    return Page(name, text, tuple(items), limit, tuple(errors), reads)


def read_items(text: str, name: str) -> list[Snippet | Number]:
    r"""The snippets and numbers of a page, in order.

    Args:
        text: The page, with or without its front matter.
        name: The page's path, for messages.

    Returns:
        Snippets and numbers.

    Raises:
        PageError: A fence is never closed, or would be shown as Python without being run; a number lacks a brace.

    Example:
        ```python
        from page_runner.page import read_items

        (snippet,) = read_items("`" * 3 + "python\nx = 1\n" + "`" * 3 + "\n", "x.md")
        assert (snippet.source, snippet.line) == ("x = 1\n", 2)
        ```
    """
    items, errors = scan(text, name)
    if errors:
        raise errors[0]
    return items


def scan(text: str, name: str) -> tuple[list[Snippet | Number], list[PageError]]:
    r"""The snippets and numbers of a page, and what is wrong with them.

    Args:
        text: The page, with or without its front matter.
        name: The page's path, for messages.

    Returns:
        Snippets and numbers, as far as they can be made out, then errors; both in the page's order.

    Example:
        ```python
        from page_runner.page import scan

        items, (error,) = scan("One { 1 }} and {{ 2 }}.\n", "x.md")
        assert len(items) == 2 and error.message.startswith("“{ 1 }}” lacks a brace")
        ```
    """
    items: list[Snippet | Number] = []
    errors: list[PageError] = []
    ended = True  # whether all fences so far have an end
    lines = text.split("\n")
    front = FRONT_MATTER.match(text)
    number = front[0].count("\n") if front else 0
    while number < len(lines):
        number += 1
        fence = opening(lines[number - 1])
        if not fence:
            found, wrong = numbers(lines[number - 1], number)
            items += found
            errors += [PageError(name, number, what) for what in wrong]
            continue
        end, unclosed = last_line(lines, number, fence)
        if is_python(fence["info"]):
            code = lines[number : end if unclosed else end - 1]
            source = textwrap.dedent("\n".join(code) + "\n") if code else ""
            read, wrong = options(fence)
            wrong += numbers(read.get("alt", ""), number)[1]
            items.append(Snippet(source, number + 1, fence["indent"], read, not unclosed))
        else:
            wrong = misspelt(fence)
        errors += [PageError(name, number, what) for what in wrong]
        if unclosed and (ended or fence["info"].strip()):  # else it is the end that another fence has lost
            errors.append(PageError(name, *unclosed))
        ended = ended and not unclosed
        number = end
    return items, errors


def numbers(line: str, number: int) -> tuple[list[Number], list[str]]:
    """The numbers in a line of prose, those that lack a brace among them, and what to say of these.

    Code spans are left alone. So are braces that go together, as in a formula.
    """
    if "{{" not in line and "}}" not in line:
        return [], []
    prose = CODE_SPAN.sub(lambda span: " " * len(span[0]), line)
    rest = NUMBER.sub(lambda match: "\0" * len(match[0]), prose)
    broken = [] if rest.count("{") == rest.count("}") else list(BROKEN.finditer(rest))
    found = [Number(match["expression"].strip(), number, *match.span()) for match in NUMBER.finditer(prose)]
    found += [Number(match[0], number, *match.span()) for match in broken]
    wrong = [
        f"“{match[0].strip()}” lacks a brace: write a number as {{{{ expression:format }}}}, on one line"
        for match in broken
    ]
    return sorted(found, key=attrgetter("start")), wrong
