"""Read a page: which snippets and which numbers it holds, and on which lines.

There is one reading, which is Markdown's own. The site, the tests and the command line all use it.
"""

from __future__ import annotations

import contextlib
import functools
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TIME_LIMIT = 60.0  # seconds, where a page does not say
MEMORY_LIMIT = 4e9  # bytes, where a page does not say


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


class NumberError(PageError):
    """A number cannot be worked out; the page's program goes on."""


def together(errors: Sequence[PageError]) -> PageError:
    r"""Several errors of a page as one: the first, and below it the others.

    Example:
        ```python
        from page_runner.page import PageError, together

        assert str(together([PageError("x.md", 2, "a"), PageError("x.md", 5, "b")])) == "x.md:2: a\nx.md:5: b"
        ```
    """
    first, *others = errors
    trace = "\n".join(filter(None, [first.trace.rstrip(), *map(str, others)]))
    return PageError(first.page, first.line, first.message, trace)


@contextlib.contextmanager
def collected(errors: list[PageError]) -> Iterator[None]:
    """Raise all errors of a page together: those that were collected, and the one that ended it."""
    try:
        yield
    except PageError as error:
        errors.append(error)
    if errors:
        raise together(errors) from None


@dataclass(frozen=True)
class Snippet:
    """A fence of Python: code that runs, or code that is only shown."""

    source: str  # dedented, ready to compile
    line: int  # line in the page of its first line of code, counted from 1
    indent: str = ""  # indentation of the fence, which may sit in an admonition, a tab or a quotation
    options: dict[str, str] = field(default_factory=dict)
    closed: bool = True  # whether its fence has an end
    ticks: str = "```"
    language: str = "python"  # as it is coloured
    attributes: str = ""  # classes and the like, as an attribute list has them

    @property
    def end(self) -> int:
        """Line of the closing fence; of the last line of code where there is none."""
        return self.line + self.source.count("\n") - (not self.closed)


@dataclass(frozen=True)
class Number:
    """A `{{ expression:format }}` in a sentence: a value of the page's program."""

    expression: str  # what stands between its braces, as the author wrote it
    line: int
    start: int  # columns of the whole form in its line
    stop: int


@dataclass(frozen=True)
class Page:
    """A page as read: its path, its snippets and numbers in order, its limits in seconds and bytes, what is wrong.

    `reads` are patterns of files of the project on which its outputs depend. Those that stand beside the page, or below
    its folder, lie in the folder in which it works.
    `shown` are its fences of Python that are shown and not run. A page that a reader has `edited` need not be right.
    """

    name: str
    text: str
    items: tuple[Snippet | Number, ...]
    time_limit: float = TIME_LIMIT
    errors: tuple[PageError, ...] = ()
    reads: tuple[str, ...] = ()
    memory_limit: float = MEMORY_LIMIT
    shown: tuple[Snippet, ...] = ()
    edited: bool = False

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
        raise together(page.errors)
    return page


def survey_page(path: Path, root: Path) -> Page:
    r"""Read a page from disk with all that is wrong with it, in `errors`.

    Args:
        path: The Markdown file.
        root: The project's folder; messages name the page relative to it.

    Returns:
        The page; one with errors cannot run.

    Raises:
        OSError: There is no such file, or it cannot be read.

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
    return survey(read_regular(path), name_from(path, root))


def survey(data: bytes, name: str) -> Page:
    r"""Read a page from its bytes with all that is wrong with it, in `errors`.

    Args:
        data: What the page's file holds.
        name: The page's path, for messages.

    Returns:
        The page.

    Example:
        ```python
        from page_runner.page import survey

        (error,) = survey(b"# Caf\xe9\n", "x.md").errors
        assert str(error) == "x.md:1: byte 0xe9 is not UTF-8: save the page as UTF-8"
        ```
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before, bad = error.object[: error.start], error.object[error.start]  # without a byte order mark
        wrong = PageError(name, before.count(b"\n") + 1, f"byte 0x{bad:02x} is not UTF-8: save the page as UTF-8")
        return Page(name, data.decode("utf-8-sig", "replace"), (), errors=(wrong,))
    return parse(text, name)


def name_from(path: Path, root: Path) -> str:
    """A page as messages name it: by its way from the project's folder, wherever links on that way lead.

    Example:
        ```python
        from pathlib import Path

        from page_runner.page import name_from

        assert name_from(Path("/course/docs/x.md"), Path("/course")) == "docs/x.md"
        assert name_from(Path("/pages/x.md"), Path("/course")) == "../pages/x.md"
        ```
    """
    with contextlib.suppress(ValueError):  # on Windows, of another disk
        return Path(os.path.relpath(path, root)).as_posix()
    return path.as_posix()


def read_regular(path: Path) -> bytes:
    """What a file holds.

    Raises:
        OSError: It cannot be read, or is a pipe or a socket, at which one would wait forever.
    """
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("it is a folder" if stat.S_ISDIR(mode) else "it is no file, but a pipe, a socket or a device")
    return path.read_bytes()


@functools.lru_cache(maxsize=4096)  # a build asks for each page several times
def parse(text: str, name: str) -> Page:
    r"""A page from its text, with all that is wrong with it.

    Args:
        text: The page.
        name: The page's path, for messages.

    Returns:
        The page; its text is as Markdown reads it, without tabs.

    Example:
        ```python
        from page_runner.page import parse

        assert parse("---\ntime_limit: 9\n---\n", "x.md").time_limit == 9
        ```
    """
    from .reading import read  # only here: the process in which a page runs need not read Markdown

    return read(text, name)


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
    page = parse(text, name)
    if page.errors:
        raise page.errors[0]
    return list(page.items)
