"""A page's program, inside the process that runs it.

It needs no more than Python. Where there are processes, signals and file descriptors, `page_runner.process` uses them.
"""

from __future__ import annotations
import __future__ as features

import ast
import atexit
import base64
import contextlib
import functools
import linecache
import os
import re
import sys
import threading
import traceback
import types
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .hints import hint
from .libraries import one_thread, when_imported
from .names import names
from .numbers import WORDS, as_program, compiled, filled_words, in_words
from .page import Number, NumberError, Page, PageError, Snippet, together
from .paths import without_paths
from .rich import Shown
from .streams import Streams
from .syntax import parses
from .terminal import as_shown, cut, plain

TEXT_LIMIT = 20_000  # characters of a snippet's text that the page shows
DRAWING_LIMIT = 1_000_000  # characters of HTML and SVG that one snippet may put into the page
DOWNLOAD_LIMIT = 5_000_000  # bytes of a file that a snippet may offer
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
OBJECT = re.compile(r"<(?:[^<>\n]|<[^<>\n]*>)*? at 0x[0-9a-fA-F]{6,}[^<>\n]*>?")
DRAWN = "A figure that your code drew"  # where a reader has edited the page, and says nothing else of a figure
FILE_NAME = re.compile(r"\w[\w.-]*(?<!\.)")
HERE = Path(__file__).parent
FLAGS = functools.reduce(int.__or__, (getattr(features, name).compiler_flag for name in features.all_feature_names))


@dataclass
class Output:
    """What a snippet gave, part by part: text, HTML and figures, of which `alt` says what they show, and its error.

    Text may have styles (`page_runner.terminal`). A file that it offers for download is there by its name and by what
    it holds, in base64. `title` and `fold` stand above the code. Where `varies` says what it shows, all that it shows
    is another thing on every machine. `line` is that of its error, on a page that a reader has edited.
    """

    parts: list[tuple[str, str]] = field(default_factory=list)
    alt: str = ""
    download: str = ""
    content: str = ""
    varies: str = ""
    title: str = ""
    fold: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        self.parts = [(kind, content) for kind, content in self.parts]

    def of(self, kind: str) -> list[str]:
        """The parts of one kind: `text`, `html`, `figure` or `error`."""
        return [content for each, content in self.parts if each == kind]

    @property
    def text(self) -> str:
        """All text, without styles."""
        return plain("".join(self.of("text")))

    @property
    def error(self) -> str:
        """The error that it was to raise."""
        return "".join(self.of("error"))

    @property
    def markup(self) -> list[str]:
        """Its tables, charts and other HTML."""
        return self.of("html")

    @property
    def figures(self) -> list[str]:
        """Its figures."""
        return self.of("figure")


class Program:
    """One page as one program: every snippet runs in one namespace, and errors name the page and the line.

    Args:
        page: The page.
        streams: What it prints to.
        root: The project's folder, where there is one.
    """

    def __init__(self, page: Page, streams: Streams | None = None, root: str = ""):
        self.root = root
        self.module = types.ModuleType("__main__")
        self.module.__dict__.update(__file__=page.name, __builtins__=__builtins__)
        self.streams = streams or Streams()
        self.shown = Shown(self.streams)
        self.flags = 0  # of the compiler, as the page's own imports from __future__ set them
        self.count = 0
        self.last = 1  # the line of the snippet that ran last
        self.done: list[Snippet] = []  # and the one that runs
        self.varying: dict[str, int] = {}  # names that a snippet which varies has made, with its line
        self.take(page)

    def take(self, page: Page) -> None:
        """Be the program of this page from now on; its code can be shown."""
        self.page = page
        self.streams.forget()
        code = [""] * (page.text.count("\n") + 1)
        for snippet in page.snippets:
            if parses(snippet.source):
                rows = snippet.source.split("\n")[:-1]
                code[snippet.line - 1 : snippet.line - 1 + len(rows)] = rows
        self.code = [f"{line}\n" for line in code]
        self.module.__dict__["__loader__"] = self  # who is asked when what was kept of the lines is gone
        keep_lines(page.name, self.code)

    def get_source(self, name: str) -> str:
        """The page's code, every line at its place."""
        return "".join(self.code)

    def run(self, item: Snippet | Number) -> Output | str:
        """What a snippet gives, or a number as text.

        Raises:
            NumberError: The number cannot be worked out, or one in an option of the snippet.
            PageError: It failed.
        """
        try:
            self._refuse_late(self.last)
            self._keep_apart(item)
            return self._snippet(item) if isinstance(item, Snippet) else self._value(item.expression, item.line)
        except PageError:
            raise
        except BaseException as error:  # a page may raise anything, SystemExit too
            raise self._report(error, item) from None

    def finish(self) -> None:
        """End as a script does: wait for its threads, call what it left to be called.

        Raises:
            PageError: Something was printed then, where no snippet can show it.
        """
        with contextlib.suppress(Exception):
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        self._refuse_late(self.last)

    def _refuse_late(self, line: int) -> None:
        """Refuse what was printed since the last snippet ended."""
        if late := plain(as_shown(self.streams.take())).strip():
            what = f"after this snippet had ended, something that it or one above it had started printed “{late[:80]}”"
            raise PageError(self.page.name, line, f"{what}: wait for it in the snippet, as with join()")

    def _keep_apart(self, item: Snippet | Number) -> None:
        """Refuse what would show a value of another snippet that varies, as far as names tell."""
        varies = isinstance(item, Snippet) and "varies" in item.options
        if self.page.edited or (not varies and not self.varying):
            return
        try:
            makes, reads = names(item.source if isinstance(item, Snippet) else as_program(item.expression))
            if isinstance(item, Snippet):
                for number in in_words(item.options):
                    reads |= names(as_program(number.written))[1] - makes
        except SyntaxError:  # the run says so
            return
        if varies:
            self.varying |= dict.fromkeys(makes, item.line)
            return
        for name in sorted(reads - makes):
            if line := self.varying.get(name):
                what = f"{name} comes from the snippet on line {line}, which varies: no other may use it"
                raise PageError(self.page.name, item.line, what)
        for name in makes:
            self.varying.pop(name, None)

    def _snippet(self, snippet: Snippet) -> Output:
        expected = snippet.options.get("raises")
        output = Output(varies=snippet.options.get("varies", ""))
        self.count += 1
        self.last = snippet.line
        self.done.append(snippet)
        self.shown.begin(f"s{self.count}")
        try:
            value = self._execute(snippet)
        except BaseException as error:
            if type(error).__name__ != expected and not self.page.edited:
                raise
            self.shown.draw()
            self.shown.printed()
            self.shown.parts.append(["error", message(error)])
            output.line = self._line_in(snippet, error) if self.page.edited else 0
            before = len(self.shown.parts)
        else:
            if expected and not self.page.edited:
                raise PageError(self.page.name, snippet.line, f"the snippet should raise {expected} but raised nothing")
            self.shown.printed()
            before = len(self.shown.parts)
            self.shown.parts.append(["text", ""])
            self.shown.last(value)
            self.shown.draw()
            self.shown.printed()
        if not output.varies and not self.page.edited:
            self._refuse_addresses(snippet, self.shown.parts[:before], self.shown.parts[before:])
        output.parts = readable(self.shown.parts)
        self._check(snippet, output)
        self._fill_in(snippet, output)
        name = snippet.options.get("download")
        if name is not None and (os.path.isfile(name) or not self.page.edited):
            output.download, output.content = name, self._offered(name, snippet.line)
        return output

    def _offered(self, name: str, line: int) -> str:
        """A file that a snippet has left in the page's folder, in base64."""
        where, file = (self.page.name, line), Path(name)
        if not FILE_NAME.fullmatch(name):
            raise PageError(*where, f'download="{name}" must be the plain name of a file, without a folder')
        if file.is_symlink():
            raise PageError(*where, f"{name} is a link to another file: offer a file of the page's own folder")
        if not file.is_file():
            raise PageError(*where, f"the snippet offers {name}, but has left no such file in the page's folder")
        if (size := file.stat().st_size) > DOWNLOAD_LIMIT:
            raise PageError(*where, f"{name} weighs {size:,} bytes, over {DOWNLOAD_LIMIT:,}: offer a smaller one")
        return base64.b64encode(file.read_bytes()).decode()

    def _execute(self, snippet: Snippet) -> Any:
        """Run the snippet; the value of its last line if that is an expression without a semicolon after it."""
        tree = self._parse(snippet.source, snippet.line)
        names = self.module.__dict__
        last = tree.body[-1] if tree.body else None
        if not isinstance(last, ast.Expr) or semicolon(snippet.source):
            exec(self._compile(tree, "exec"), names)
            return None
        tree.body.pop()
        exec(self._compile(tree, "exec"), names)
        return eval(self._compile(ast.Expression(last.value), "eval"), names)

    def _compile(self, tree: ast.Module | ast.Expression, mode: str) -> types.CodeType:
        """Compile with the page's own imports from __future__, and none of ours."""
        code: types.CodeType = compile(tree, self.page.name, mode, self.flags, dont_inherit=True)
        self.flags |= code.co_flags & FLAGS
        return code

    def _parse(self, source: str, line: int) -> ast.Module:
        """Parse code so that every node knows its line in the page."""
        try:
            tree = ast.parse(source, self.page.name)
        except SyntaxError as error:
            error.lineno = (error.lineno or 1) + line - 1
            error.end_lineno = (error.end_lineno or 1) + line - 1
            raise
        return ast.increment_lineno(tree, line - 1)

    def _value(self, expression: str, line: int) -> str:
        """A number as text."""
        try:
            return self._formatted(expression, line)
        except PageError as error:
            wrong = error
        except BaseException as error:
            wrong = self._report(error, Number(expression, line, 0, 0))
        raise NumberError(*wrong.args)

    def _formatted(self, expression: str, line: int) -> str:
        """An expression with its format, as an f-string would set it."""
        before, _, _ = "".join(self.page.text.split("\n")[line - 1 : line]).partition(expression)
        code = compiled(expression, self.page.name, line, len(before.encode()), self.flags)
        text = str(eval(code, self.module.__dict__))
        if found := ADDRESS.search(text):
            raise PageError(self.page.name, line, f"the number shows a memory address{advice(text, found.start())}")
        if len(text) > TEXT_LIMIT:
            raise PageError(self.page.name, line, f"the number is {len(text):,} characters long, over {TEXT_LIMIT:,}")
        if printed := self.streams.take().strip():
            raise PageError(
                self.page.name, line, f"working the number out prints “{printed[:80]}”: a snippet shows that"
            )
        return text

    def _check(self, snippet: Snippet, output: Output) -> None:
        """Refuse what would be wrong on the page."""
        where = self.page.name, snippet.line
        if (size := sum(map(len, output.markup + output.figures))) > DRAWING_LIMIT:
            raise PageError(
                *where,
                f"the output weighs {size:,} characters of SVG, HTML or pictures, over {DRAWING_LIMIT:,}: "
                "draw fewer points, or show fewer rows",
            )
        if self.page.edited:
            return
        if output.figures and not snippet.options.get("alt"):
            raise PageError(*where, 'the figure has no alternative text: add alt="what one sees" to the fence')
        if not output.figures and "alt" in snippet.options:
            raise PageError(*where, "the fence has alternative text but draws no figure")

    def _fill_in(self, snippet: Snippet, output: Output) -> None:
        """Work out the numbers in the snippet's options."""
        failed: list[PageError] = []

        def value(written: str) -> str:
            try:
                return self._value(written, snippet.line - 1)
            except NumberError as error:
                failed.append(error)
                return "…"

        for key in WORDS:
            setattr(output, key, filled_words(snippet.options.get(key, ""), value))
        if self.page.edited:
            output.alt = output.alt or DRAWN * bool(output.figures)
        elif failed:
            raise NumberError(*together(failed).args)

    def _refuse_addresses(self, snippet: Snippet, printed: list[list[str]], value: list[list[str]]) -> None:
        """Refuse what shows a memory address, and say what to write instead."""
        for parts, of_value in ((printed, False), (value, True)):
            text = "".join(content for kind, content in parts if kind != "figure")
            if found := ADDRESS.search(text):
                what = f"the output shows a memory address{advice(text, found.start(), of_value=of_value)}"
                raise PageError(self.page.name, snippet.line, what)

    def _report(self, error: BaseException, item: Snippet | Number) -> PageError:
        """The error as the page's author should read it: the line in the page, no frame of the runner."""
        keep_lines(self.page.name, lines_of(self.page.text))
        trace = own_frames(traceback.TracebackException.from_exception(error))
        keep_lines(self.page.name, self.code)
        line = (self._lines(error, trace) or [item.line])[-1]
        if isinstance(error, SystemExit):
            what = f"the snippet calls sys.exit({error.code!r}), which would end the page"
        else:
            what = told(error)
        if advised := self._advice(error, line, what):
            what += f": {advised}"
        if isinstance(item, Number):
            what += f", in {{{{ {item.expression} }}}}"
        if expected := getattr(item, "options", {}).get("raises"):
            what = f"the snippet should raise {expected} but raised {what}"
        return PageError(self.page.name, line, what, shortened("".join(trace.format())))

    def _lines(self, error: BaseException, trace: traceback.TracebackException) -> list[int]:
        """The lines of the page at which an error was raised, those that called others first."""
        if isinstance(error, SyntaxError) and error.filename == self.page.name and error.lineno:
            return [error.lineno]
        return [frame.lineno for frame in trace.stack if frame.filename == self.page.name and frame.lineno]

    def _line_in(self, snippet: Snippet, error: BaseException) -> int:
        """The line of a snippet at which an error was raised."""
        lines = self._lines(error, traceback.TracebackException.from_exception(error))
        return [snippet.line, *(line for line in lines if snippet.line <= line < snippet.end)][-1]

    def _advice(self, error: BaseException, line: int, what: str) -> str:
        """What to do about an error, where that is known."""
        if isinstance(error, MemoryError):
            return f"a page may take {self.page.memory_limit / 1e9:g} GB: set memory_limit in its front matter for more"
        if isinstance(error, FileNotFoundError):
            return self._beside(error.filename)
        text = self.page.text.split("\n")[line - 1 : line]
        return hint(text[0], what) if text and isinstance(error, (SyntaxError, NameError, TypeError)) else ""

    def _beside(self, name: Any) -> str:
        """What to do about a file that was not found, if it stands beside the page or in the project."""
        root = Path(self.root)
        if not self.root or not isinstance(name, str) or Path(name).is_absolute():
            return ""
        for folder in ((root / self.page.name).parent, root):
            if (file := (folder / name).resolve()).is_file() and file.is_relative_to(root):
                known = file.relative_to(root).as_posix()
                above = (root / self.page.name).parent
                lies = file.relative_to(above if file.is_relative_to(above) else root).as_posix()
                what = f"write reads: [{known}] in its front matter, and it lies there as {lies}"
                return f"a page works in an empty folder: {what}"
        return ""


def settled(value: Output | str, root: Path | None = None) -> Output | str:
    """What a page may show, and what may be kept, of what one of its items gave: nothing that varies, and no path.

    Args:
        value: An output, or a number as text.
        root: The project's folder.

    Returns:
        The output or the number.

    Example:
        ```python
        from page_runner.program import Output, settled

        assert settled(Output([("text", "3.1 s")], varies="your time")) == Output(varies="your time")
        assert settled("2") == "2"
        ```
    """
    if isinstance(value, str):
        return without_paths(value, root)
    if value.varies:
        return Output(varies=value.varies)
    return replace(value, parts=[(kind, without_paths(part, root)) for kind, part in value.parts])


def message(error: BaseException) -> str:
    """An error's own text, as it closes a traceback, and those of a group."""
    lines = traceback.TracebackException.from_exception(error).format_exception_only()
    text = "".join(line for line in lines if not line.startswith("  File "))
    if isinstance(error, BaseExceptionGroup):
        inner = "\n".join(map(message, error.exceptions)).replace("\n", "\n  ")
        first, _, _ = text.partition("\n")
        text = f"{first}\n  {inner}"
    return shortened(plain(as_shown(text)).rstrip())


def told(error: BaseException) -> str:
    """An error in one line or a few, whatever its text does."""
    try:
        text = str(error)
    except BaseException as second:
        text = f"its text cannot be made ({type(second).__name__})"
    inner = ""
    if isinstance(error, BaseExceptionGroup):
        inner = ": " + "; ".join(map(told, error.exceptions[:9]))
    return shortened(f"{type(error).__name__}: {text}{inner}" if text else type(error).__name__)


def shortened(text: str) -> str:
    """Text up to the limit, with how much more there was."""
    if (more := len(plain(text)) - TEXT_LIMIT) <= 0:
        return text
    return f"{cut(text, TEXT_LIMIT)}\n… cut here: {more:,} more characters\n"


def readable(parts: list[list[str]]) -> list[tuple[str, str]]:
    """Parts as a page shows them: text as a terminal would, all of it together up to the limit."""
    joined: list[tuple[str, str]] = []
    for kind, content in parts:
        if kind == "text" and joined and joined[-1][0] == "text":
            joined[-1] = kind, joined[-1][1] + content
        elif content:
            joined.append((kind, content))
    joined = [(kind, as_shown(content) if kind == "text" else content) for kind, content in joined]
    left = sum(len(plain(content)) for kind, content in joined if kind == "text") - TEXT_LIMIT
    if left > 0:
        room, at = TEXT_LIMIT, 0
        for number, (kind, content) in enumerate(joined):
            if kind == "text":
                size = len(plain(content))
                joined[number] = kind, cut(content, room) if room else ""
                at, room = number if room else at, max(room - size, 0)
        joined[at] = "text", f"{joined[at][1]}\n… cut here: {left:,} more characters\n"
    return [(kind, content) for kind, content in joined if content]


def advice(text: str, at: int, *, of_value: bool = True) -> str:
    """What to write instead of what shows a memory address."""
    found = next((match[0] for match in OBJECT.finditer(text) if match.end() > at), "")
    what = f" of {ADDRESS.sub('', found).removeprefix('<').removesuffix('>')}" if found else ""
    if "<matplotlib." in found and of_value:
        instead = "end the snippet with plt.show(), or its last line with a semicolon"
    elif of_value:
        instead = "show what it holds, give its class a __repr__, or end the last line with a semicolon"
    else:
        instead = "print what it holds, or give its class a __repr__"
    return f"{what}, which changes with every run: {instead}"


def own_frames(trace: traceback.TracebackException) -> traceback.TracebackException:
    """A traceback without frames of the runner, in it and in those that led to it."""
    stack = [
        frame for frame in trace.stack if HERE not in Path(frame.filename).parents and frame.filename != ast.__file__
    ]
    trace.stack = traceback.StackSummary.from_list(stack)
    for other in (trace.__cause__, trace.__context__, *(trace.exceptions or ())):
        if other is not None:
            own_frames(other)
    return trace


def lines_of(text: str) -> list[str]:
    """A text's lines as Python counts them: `str.splitlines` ends one at a form feed, too."""
    return [f"{line}\n" for line in text.split("\n")]


def keep_lines(name: str, lines: list[str]) -> None:
    """Let tracebacks and `inspect` find these lines under a name."""
    linecache.cache[name] = sum(map(len, lines)), None, lines, name


def semicolon(source: str) -> bool:
    """Whether the code ends in a semicolon, as in `plt.plot(x, y);`."""
    return re.sub(r"\s*#.*\Z", "", source.rstrip().rpartition("\n")[2]).endswith(";")


def in_thread(failure: Any) -> None:
    """Print the error that ended a thread, as the page's author should read it."""
    if failure.exc_type is SystemExit:
        return
    trace = own_frames(traceback.TracebackException(failure.exc_type, failure.exc_value, failure.exc_traceback))
    trace.stack = traceback.StackSummary.from_list(
        frame for frame in trace.stack if frame.filename != threading.__file__
    )
    name = failure.thread.name if failure.thread else "that is gone"
    print(f"Exception in thread {name}:", "".join(trace.format()).rstrip(), file=sys.stderr, sep="\n")


def prepare(program: Program) -> None:
    """Make this process the page's: its module is `__main__`, its code can be shown, its sums come in one order."""
    page = program.page
    sys.modules["__main__"] = program.module
    sys.argv = [page.name]
    program.take(page)
    program.streams.install()
    program.shown.install()
    warnings.showwarning = lambda message, category, *_: print(f"{category.__name__}: {message}", file=sys.stderr)
    when_imported({"torch": one_thread})
    threading.excepthook = in_thread
