"""A page's program, inside the process that runs it."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import linecache
import re
import sys
import traceback
import types
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .display import figures, markup
from .names import names
from .page import NUMBER, Number, Page, PageError, Snippet

TEXT_LIMIT = 20_000  # characters of a snippet's text that the page shows
PRINT_LIMIT = 10_000_000  # characters at which a snippet is stopped
DRAWING_LIMIT = 1_000_000  # characters of HTML and SVG that one snippet may put into the page
DOWNLOAD_LIMIT = 5_000_000  # bytes of a file that a snippet may offer
# The look of the page's figures.
STYLE = {"legend.frameon": False, "axes.spines.top": False, "axes.spines.right": False}
TERMINAL = re.compile(r"\x1b\[[0-9;]*m")  # bold and colours, as some errors have them in their text
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
FILE_NAME = re.compile(r"\w[\w.-]*(?<!\.)")
HERE = Path(__file__).parent


@dataclass
class Output:
    """What a snippet gave: text, tables and charts as HTML, and figures, of which `alt` says what they show.

    A file that it offers for download is there by its name and, in base64, by what it holds. Where `varies` says what
    it shows, all that it shows is another thing on every machine.
    """

    text: str = ""
    markup: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    alt: str = ""
    error: str = ""
    download: str = ""
    content: str = ""
    varies: str = ""


class Screen(io.TextIOBase):
    """Takes what a snippet prints: keeps the beginning, counts the rest, stops a flood."""

    def __init__(self) -> None:
        self.kept = io.StringIO()
        self.size = 0

    def writable(self) -> bool:
        """Yes: it takes text."""
        return True

    def write(self, text: str) -> int:
        """Take some text; a flood raises RuntimeError."""
        room = TEXT_LIMIT - self.size
        self.size += len(text)
        if room > 0:
            self.kept.write(text[:room])
        if self.size > PRINT_LIMIT:
            raise RuntimeError(f"the snippet printed more than {PRINT_LIMIT:,} characters")
        return len(text)

    def text(self) -> str:
        """What the page shows of it."""
        shown = self.kept.getvalue()
        if self.size > TEXT_LIMIT:
            shown += f"\n… cut here: {self.size - TEXT_LIMIT:,} more characters\n"
        return shown


class Program:
    """One page as one program: every snippet runs in one namespace, and errors name the page and the line."""

    def __init__(self, page: Page):
        self.page = page
        self.module = types.ModuleType("__main__")
        self.module.__dict__.update(__file__=page.name, __builtins__=__builtins__)
        self.count = 0
        self.varying: dict[str, int] = {}  # names that a snippet which varies has made, with its line

    def take(self, page: Page) -> None:
        """Be the program of this page from now on; its code can be shown."""
        self.page = page
        linecache.cache[page.name] = (len(page.text), None, page.text.splitlines(keepends=True), page.name)

    def run(self, item: Snippet | Number) -> Output | str:
        """What a snippet gives, or a number as text.

        Raises:
            PageError: It failed.
        """
        try:
            self._keep_apart(item)
            return self._snippet(item) if isinstance(item, Snippet) else self._value(item.expression, item.line)
        except PageError:
            raise
        except BaseException as error:  # a page may raise anything, SystemExit too
            raise self._report(error, item) from None

    def _keep_apart(self, item: Snippet | Number) -> None:
        """Refuse what would show a value of another snippet that varies, as far as names tell."""
        varies = isinstance(item, Snippet) and "varies" in item.options
        if not varies and not self.varying:
            return
        try:
            makes, reads = names(item.source if isinstance(item, Snippet) else as_f_string(item.expression))
            if isinstance(item, Snippet):
                for number in NUMBER.finditer(item.options.get("alt", "")):
                    reads |= names(as_f_string(number["expression"].strip()))[1] - makes
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
        screen, output = Screen(), Output(varies=snippet.options.get("varies", ""))
        with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
            try:
                value = self._execute(snippet)
            except BaseException as error:
                if type(error).__name__ != expected:
                    raise
                output.error = message(error)
            else:
                if expected:
                    raise PageError(
                        self.page.name, snippet.line, f"the snippet should raise {expected} but raised nothing"
                    )
                if drawn := markup(value):
                    output.markup.append(drawn)
                elif value is not None and not is_figure(value):
                    print(repr(value))
        output.text = screen.text()
        self.count += 1
        output.figures = figures(f"s{self.count}")
        self._check(snippet, output)
        if (name := snippet.options.get("download")) is not None:
            output.download, output.content = name, self._offered(name, snippet.line)
        return output

    def _offered(self, name: str, line: int) -> str:
        """A file that a snippet has left in the page's folder, in base64."""
        where, file = (self.page.name, line), Path(name)
        if not FILE_NAME.fullmatch(name):
            raise PageError(*where, f'download="{name}" must be the plain name of a file, without a folder')
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
            exec(compile(tree, self.page.name, "exec"), names)
            return None
        tree.body.pop()
        exec(compile(tree, self.page.name, "exec"), names)
        return eval(compile(ast.Expression(last.value), self.page.name, "eval"), names)

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
        """An expression with its format, as an f-string would set it."""
        tree = self._parse(as_f_string(expression), line)
        (statement,) = tree.body
        assert isinstance(statement, ast.Expr)
        text = str(eval(compile(ast.Expression(statement.value), self.page.name, "eval"), self.module.__dict__))
        if ADDRESS.search(text):
            raise PageError(self.page.name, line, "the number shows a memory address, which changes with every run")
        return text

    def _check(self, snippet: Snippet, output: Output) -> None:
        """Refuse what would be wrong on the page; fill in the figures' description."""
        where = self.page.name, snippet.line
        shown = output.text + output.error + "".join(output.markup)
        if ADDRESS.search(shown) and not output.varies:
            raise PageError(*where, "the output shows a memory address, which changes with every run")
        if (size := sum(map(len, output.markup + output.figures))) > DRAWING_LIMIT:
            raise PageError(
                *where,
                f"the drawing weighs {size:,} characters of SVG or HTML, over {DRAWING_LIMIT:,}: draw fewer points",
            )
        if output.figures and not snippet.options.get("alt"):
            raise PageError(*where, 'the figure has no alternative text: add alt="what one sees" to the fence')
        if output.figures:
            alt = snippet.options["alt"]
            output.alt = NUMBER.sub(lambda match: self._value(match["expression"].strip(), snippet.line - 1), alt)
        elif "alt" in snippet.options:
            raise PageError(*where, "the fence has alternative text but draws no figure")

    def _report(self, error: BaseException, item: Snippet | Number) -> PageError:
        """The error as the page's author should read it: the line in the page, no frame of the runner."""
        trace = traceback.TracebackException.from_exception(error)
        trace.stack = traceback.StackSummary.from_list(
            frame
            for frame in trace.stack
            if HERE not in Path(frame.filename).parents and frame.filename != ast.__file__
        )
        lines = [frame.lineno for frame in trace.stack if frame.filename == self.page.name and frame.lineno]
        line = lines[-1] if lines else item.line
        if isinstance(error, SyntaxError) and error.filename == self.page.name:
            line = error.lineno or line
        if isinstance(error, SystemExit):
            what = f"the snippet calls sys.exit({error.code!r}), which would end the page"
        else:
            what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if expected := getattr(item, "options", {}).get("raises"):
            what = f"the snippet should raise {expected} but raised {what}"
        return PageError(self.page.name, line, what, "".join(trace.format()))


def as_f_string(expression: str) -> str:
    """A number's expression, with its format, as code."""
    return f'f"""{{{expression}}}"""'


def settled(value: Output | str) -> Output | str:
    """What a page may show, and what may be kept, of what one of its items gave: nothing that varies.

    Example:
        ```python
        from page_runner.program import Output, settled

        assert settled(Output("3.1 s", varies="your time")) == Output(varies="your time")
        assert settled(Output("2")) == Output("2") and settled("2") == "2"
        ```
    """
    return Output(varies=value.varies) if isinstance(value, Output) and value.varies else value


def message(error: BaseException) -> str:
    """An error's own text, as it closes a traceback."""
    lines = traceback.TracebackException.from_exception(error).format_exception_only()
    return TERMINAL.sub("", "".join(line for line in lines if not line.startswith("  File "))).rstrip()


def semicolon(source: str) -> bool:
    """Whether the code ends in a semicolon, as in `plt.plot(x, y);`."""
    return re.sub(r"\s*#.*\Z", "", source.rstrip().rpartition("\n")[2]).endswith(";")


def is_figure(value: Any) -> bool:
    """Whether a value is a Matplotlib figure, which is drawn rather than printed."""
    return "matplotlib.figure" in sys.modules and isinstance(value, sys.modules["matplotlib.figure"].Figure)


def prepare(program: Program) -> None:
    """Make this process the page's: its module is `__main__`, its code can be shown, its sums come in one order."""
    page = program.page
    sys.modules["__main__"] = program.module
    sys.argv = [page.name]
    program.take(page)
    warnings.showwarning = lambda message, category, *_: print(f"{category.__name__}: {message}", file=sys.stderr)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].__dict__["show"] = lambda *_, **__: None
        sys.modules["matplotlib"].__dict__["rcParams"].update(STYLE)
