"""A Python-Markdown extension: each snippet's output under it, each number in its sentence.

It works wherever Python-Markdown renders a page from a file: MkDocs and Zensical both take it.
"""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from pymdownx.superfences import SuperFencesBlockPreprocessor

from .cache import Outputs
from .display import text as escape
from .display import visible
from .errors import NO_VALUE, errors_of, guard, page_source, report
from .fences import is_python, quoted
from .generator import RenderedPage, is_docstring, is_zensical, read, rendered_page, zensical_pages
from .marks import slim
from .needs import needs
from .numbers import filled_words
from .page import Number, Page, PageError, Snippet, name_from
from .pieces import NOT_REACHED, not_run, parts
from .program import Output
from .reading import Reading, scan
from .runner import Run, Runner, runner_for
from .shown import placed, shown_page

OWN = ("raises", "alt", "fold", "download", "varies", "run")  # options that Material knows nothing of
ANNOTATION = re.compile(r"#.*\(\d+\)!?\s*$", re.M)
# What Markdown reads as more than itself: anywhere, an address among it, and at the beginning of a line.
MARKDOWN = re.compile(r"[\\`*_\[\]|~$@]|(?<=\w):(?=//)|(?<=www)\.", re.I)
BEGINNING = re.compile(r"(\d{0,9})([.)](?=\s|\Z)|[-+:](?=[\s:+-]|\Z)|[=#>]|!(?=!!)|\?(?=\?\?))")
STARTED: set[Runner] = set()  # of projects that Zensical renders
WORD = re.compile(r"qzjvalue(\d+)z")  # a word that stands for a text until the page is HTML


class Texts:
    """Words that stand for texts while a page is rendered: Markdown reads the words, and never a value."""

    def __init__(self) -> None:
        self.html: list[str] = []
        self.plain: list[str] = []
        self.lines: list[int] = []
        self.shown: set[int] = set()

    def word(self, plain: str, html: str, line: int) -> str:
        """A word for a text that is to stand on a line's place."""
        self.plain.append(plain)
        self.html.append(html)
        self.lines.append(line)
        return f"qzjvalue{len(self.html) - 1}z"

    def in_html(self, html: str) -> str:
        """HTML with the texts themselves."""
        return WORD.sub(lambda match: self._text(self.html, match), html)

    def in_plain(self, text: str) -> str:
        """Words with the texts themselves."""
        return WORD.sub(lambda match: self._text(self.plain, match), text)

    def _text(self, texts: list[str], match: re.Match[str]) -> str:
        number = int(match[1])
        if number >= len(texts):
            return match[0]
        self.shown.add(number)
        return texts[number]

    def unseen(self) -> list[int]:
        """The lines of texts that have got lost."""
        return [line for number, line in enumerate(self.lines) if number not in self.shown]


def with_values(md: Markdown, text: str) -> str:
    """A part of a page that is being rendered, with the values of its numbers: for extensions that look at them.

    Args:
        md: What renders the page.
        text: The part, as Markdown.

    Returns:
        The text with the values as they are; one that was not computed is `errors.NO_VALUE`.
    """
    run: Any = "page_runner" in md.preprocessors and md.preprocessors["page_runner"]
    return run.texts.in_plain(text) if isinstance(run, RunSnippets) else text


class RunSnippets(Preprocessor):
    """Sets what a page's program gave into the page's Markdown."""

    def __init__(self, md: Markdown, preload: tuple[str, ...], exercise: str = ""):
        super().__init__(md)
        self.preload, self.exercise = preload, exercise
        self.texts = Texts()
        self.coloured: list[tuple[str, list[str]]] = []  # code that is shown as Python, and its classes
        self.read = Reading()
        self.page: RenderedPage | None = None
        self.shown = Page("", "", ())
        self.below = 0  # so many lines of front matter stand above

    def run(self, lines: list[str]) -> list[str]:
        """The page's lines with every output in them, and for every number a word that stands for it."""
        self.texts, self.coloured, self.read, self.page = Texts(), [], Reading(), None
        if is_docstring(self.md):
            return lines
        page = rendered_page(self.md)
        if page is None:
            raise ValueError(
                "page_runner renders the pages of MkDocs and Zensical; this Markdown text comes from neither"
            )
        runner = page.runner or runner_for(page.root, self.preload)
        if is_zensical(self.md):  # where no plugin of ours starts the runs
            self._start_all(runner)
            errors_of(page.root).pop(page.name, None)
        page = replace(page, read=functools.cache(partial(page.read, survey=runner.cache.page)))
        self.shown = shown = shown_page(self.md, page, page_source(self.md), lines)
        run = runner.run(shown)
        text = "\n".join(lines).rstrip("\n")
        self.below = max(0, shown.text.rstrip("\n").count("\n") - text.count("\n"))
        if shown.edited:  # what stands in its fences need not be code
            reading = Reading(shown.items, shown.shown).below(-self.below)
        else:
            reading = scan("\n" * self.below + text).below(-self.below)
        if not run.errors and (reading.faults or len(reading.items) != len(run.outputs)):
            raise ValueError("something changed the page's snippets before they were shown")
        found = [placed(error, shown, page.read(), generated=page.generated) for error in run.errors]
        boxes = [report(error, page.root, "This page does not run.") for error in found]
        at, below = self._places(run, reading)
        rows = self._write(lines, reading, run.outputs, boxes.pop() if below else "")
        for line, box in reversed(list(zip(at, boxes, strict=False))):
            self._show_above(rows, lines, line, reading, box)
        if run.page and not run.errors and not shown.edited:
            self.page, self.read = page, reading
            self._watch()
        return [line for row in rows for line in row]

    def _start_all(self, runner: Runner) -> None:
        """Start the runs of all pages, once."""
        if runner not in STARTED:
            STARTED.add(runner)
            runner.start(read(path, name_from(path, runner.root)) for path in zensical_pages(self.md))

    def _places(self, run: Run, reading: Reading) -> tuple[list[int], bool]:
        """The lines above which the errors of a run stand, 0 for the top; whether the last stands below its snippet."""
        items = reading.items
        if run.page is None or run.page.errors:
            faults = [line for line, _ in reading.faults]
            return [0] * (len(run.errors) - len(faults)) + faults, False  # on top what is wrong with the front matter
        failed = [item.line for item, value in zip(items, run.outputs, strict=False) if value is None]
        rest = items[len(run.outputs) : len(run.outputs) + 1] if len(run.errors) > len(failed) else ()
        at = [*failed, *(item.line for item in rest), 0][: len(run.errors)]
        return at, any(isinstance(item, Snippet) for item in rest)

    def _write(self, lines: list[str], read: Reading, outputs: Outputs, below_failed: str) -> list[list[str]]:
        """For each of the page's lines those that take its place; what has no value yet is shown without."""
        values = [*outputs, *[None] * (len(read.items) - len(outputs))]
        lines = list(lines)
        for item, value in reversed(list(zip(read.items, values, strict=True))):
            if isinstance(item, Number):
                shown = (NO_VALUE, NO_VALUE) if value is None else (str(value), escape(str(value)))
                set_number(lines, item, self.texts.word(*shown, item.line))
        rows = [[line] for line in lines]
        for number, (item, value) in enumerate(zip(read.items, values, strict=True)):
            if isinstance(item, Snippet):
                pieces = parts(value) if isinstance(value, Output) else []
                if below_failed and number == len(outputs):
                    pieces = [below_failed]
                elif value is None and self.shown.edited:
                    pieces = [NOT_REACHED]
                self._show(rows, lines, item, pieces, value)
        for item in read.shown:
            self._show(rows, lines, item, [f'<p class="output output--not-run">{escape(not_run(item))}</p>'])
        return rows

    def _show(
        self, rows: list[list[str]], lines: list[str], snippet: Snippet, pieces: list[str], value: Any = None
    ) -> None:
        """Set what it gave under a snippet, and the options that are Material's into the form that it reads."""
        options = snippet.options
        classes = [f".{snippet.language}", ".not-run" if "run" in options else ".snippet", snippet.attributes]
        classes += [f".raises-{options['raises']}"] if "raises" in options else []
        title, fold = (self._words(key, snippet, value) for key in ("title", "fold"))
        shown = options | ({"title": title} if title else {})
        if self.exercise and options.get("raises") == self.exercise and self.shown.snippets:
            parts = needs(self.shown.snippets, self._number(snippet))
            classes += [quoted("data-needs", " ".join(f"{number}:{first}-{last}" for number, first, last in parts))]
        classes += [quoted(key, words) for key, words in shown.items() if key not in OWN]
        indent = snippet.indent
        code = [
            f"{indent}{snippet.ticks}{{{' '.join(filter(None, classes))}}}",
            *lines[snippet.line - 1 : snippet.end - snippet.closed],
            f"{indent}{snippet.ticks}",
        ]
        if fold:
            inside = [f"{indent}    {line[len(indent) :]}".rstrip() for line in code]
            code = [f'{indent}??? code "{fold}"', "", *inside, ""]
        rows[snippet.line - 2 : snippet.end] = [code, *[[] for _ in range(snippet.end - snippet.line + 1)]]
        below = after_annotations(lines, snippet) if ANNOTATION.search(snippet.source) else snippet.end
        rows[below - 1] += [line for piece in pieces for line in self._block(piece, indent)]

    def _number(self, snippet: Snippet) -> int:
        """Which snippet of the page it is."""
        return [each.line - self.below for each in self.shown.snippets].index(snippet.line)

    def _words(self, key: str, snippet: Snippet, value: Any) -> str:
        """The words of an option; where Markdown would read them, a word that stands for them."""
        written = snippet.options.get(key, "")
        if not written or (key == "title" and "{{" not in written):
            return written
        known = isinstance(value, Output) and not value.varies
        text = getattr(value, key) if known else filled_words(written, lambda _: "…")
        return self.texts.word(text, escape(text), snippet.line - 1)

    def _show_above(self, rows: list[list[str]], lines: list[str], line: int, read: Reading, box: str) -> None:
        """Set an error above the paragraph, list or table that a line stands in; on top for line 0."""
        if line in read.damaged:
            rows[line - 1] = [""]  # without its first line, what should have ended is no longer a fence
        snippets = [*read.shown, *(item for item in read.items if isinstance(item, Snippet))]
        ends, starts = {item.end for item in snippets}, {item.line - 1 for item in snippets}
        while line not in read.damaged | starts and line > 1 and lines[line - 2].strip() and line - 1 not in ends:
            line -= 1
        at = max(line - 1, 0)
        indent = re.match("[ >]*", lines[at]) if line else None
        rows[at][:0] = self._block(box, indent[0] if indent else "")

    def _block(self, html: str, indent: str) -> list[str]:
        """HTML as a block of its own; Markdown does not look inside."""
        return ["", indent + self.md.htmlStash.store(html), ""]

    def _watch(self) -> None:
        """Note from now on what is shown as Python."""
        fences = "fenced_code_block" in self.md.preprocessors and self.md.preprocessors["fenced_code_block"]
        if not isinstance(fences, SuperFencesBlockPreprocessor):
            raise ValueError("page_runner needs pymdownx.superfences under markdown_extensions")
        default = fences.extension.superfences[0]
        if not isinstance(default["formatter"], Watched):
            default["formatter"] = Watched(default["formatter"], self)

    def lost(self) -> list[str]:
        """What to say of code that is shown and did not run, and of what is not shown, after the page was rendered."""
        if not self.page:
            return []
        page, self.page = self.page, None
        own = page.read()
        found = [(line, "the number on this line is shown nowhere on the page") for line in self.texts.unseen()]
        shown = {textwrap.dedent(code).rstrip("\n") for code, classes in self.coloured if "snippet" in classes}
        for snippet in self.read.items:
            if isinstance(snippet, Snippet) and snippet.source.rstrip("\n") not in shown:
                found.append((snippet.line - 1, "the snippet is not shown on the page"))
        for code, classes in self.coloured:
            if not {"snippet", "not-run"}.intersection(classes) and code not in self.read.hidden:
                what = f"is shown as Python but did not run: {code.strip().partition(chr(10))[0]}"
                found.append((1 - self.below, what))
        errors = [PageError(page.name, line + self.below, what) for line, what in found]
        return [report(placed(error, self.shown, own, generated=page.generated), page.root) for error in errors]


class Watched:
    """Shows a fence, and notes it if it has Python's colours."""

    def __init__(self, show: Callable[..., Any], run: RunSnippets):
        self.show, self.snippets = show, run

    def __call__(self, src: str = "", language: str = "", **rest: Any) -> Any:
        """The fence's HTML."""
        if is_python(language):
            self.snippets.coloured.append((src, list(rest["classes"])))
        return self.show(src=src, language=language, **rest)


class SetIn(Postprocessor):
    """Sets texts in the places of the words that stand for them."""

    def __init__(self, md: Markdown, run: RunSnippets):
        super().__init__(md)
        self.snippets = run

    def run(self, text: str) -> str:
        """HTML of the page, or of a part of it, such as a heading for the table of contents."""
        return self.snippets.texts.in_html(text)


class Slim(Postprocessor):
    """Takes the marks off those parts of highlighted code that look like what stands beside them."""

    def run(self, text: str) -> str:
        """The page's HTML with fewer elements, and the same text."""
        return slim(text)


def prose(value: str, begins: bool = True, ends: bool = True) -> str:
    """A value as Markdown that reads as the value itself, whether or not it begins and ends its line."""
    value = MARKDOWN.sub(r"\\\g<0>", visible(value).replace("&", "&amp;").replace("<", "&lt;"))
    beginning = BEGINNING.match(value) if begins else None
    if beginning:
        value = f"{beginning[1]}\\{value[beginning.start(2) :]}"
    for space in ("\n", r"\A[ \t]" if begins else "", r"[ \t]\Z" if ends else ""):
        value = re.sub(space, lambda found: f"&#{ord(found[0])};", value) if space else value
    return value


def set_number(lines: list[str], number: Number, value: str) -> None:
    """Set Markdown in a number's place; the last number of a line comes first, so that columns hold."""
    line = lines[number.line - 1]
    lines[number.line - 1] = line[: number.start] + value + line[number.stop :]


def after_annotations(lines: list[str], snippet: Snippet) -> int:
    """Line after which a snippet's list of code annotations ends; Material wants it right under the code."""
    end = below = snippet.end
    item = re.compile(rf"{snippet.indent}\d+\. ")
    for number, line in enumerate(lines[below:], below + 1):
        if item.match(line) or (end > below and line.startswith(snippet.indent + "    ")):
            end = number
        elif line.strip():
            break
    return end


class PageRunnerExtension(Extension):
    """The extension as `markdown_extensions` in mkdocs.yml names it: `page_runner`."""

    def __init__(self, **options: Any):
        self.config = {
            "preload": [[], "modules to import once, before pages are forked"],
            "exercise": ["", "the error that the starter of an exercise raises until it is solved"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Run snippets before the fences are read; thin out what the highlighter made of them."""
        run = RunSnippets(md, tuple(self.getConfig("preload")), self.getConfig("exercise"))
        md.preprocessors.register(run, "page_runner", 27)
        md.postprocessors.register(Slim(md), "page_runner", 5)  # after 30, where the code is set in
        md.postprocessors.register(SetIn(md, run), "page_runner_texts", -100)  # when nothing is read any more
        convert = md.convert
        md.convert = lambda source: (html := convert(source)) and "".join([*run.lost(), html])  # type: ignore[method-assign]
        guard(md)


def makeExtension(**options: Any) -> PageRunnerExtension:
    """The extension, for those who name its module."""
    return PageRunnerExtension(**options)
