"""A Python-Markdown extension: each snippet's output under it, each number in its sentence.

It works wherever Python-Markdown renders a page from a file: MkDocs and Zensical both take it.
"""

from __future__ import annotations

import functools
import re
import textwrap
from base64 import b64decode
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from .display import text as escape
from .errors import NO_VALUE, errors_of, guard, report
from .fences import is_python, last_line, opening
from .generator import is_docstring, is_zensical, rendered_page
from .kept import Given
from .page import Number, Snippet, scan
from .process import PRELOAD
from .program import Output
from .runner import Runner, runner_for

OWN = ("raises", "alt", "fold", "download", "varies")  # options that Material knows nothing of
ANNOTATION = re.compile(r"#.*\(\d+\)!?\s*$", re.M)
# Names, punctuation and white space in highlighted code have the colour of the text around them, and are most of a
# long page's elements.
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
MARKDOWN = re.compile(r"[\\`*_\[\]]")


class RunSnippets(Preprocessor):
    """Sets what a page's program gave into the page's Markdown."""

    def __init__(self, md: Markdown, preload: tuple[str, ...]):
        super().__init__(md)
        self.preload = preload

    def run(self, lines: list[str]) -> list[str]:
        """The page's lines with every output and number in them."""
        if is_docstring(self.md):
            return lines
        page = rendered_page(self.md)
        if page is None:
            raise ValueError(
                "page_runner renders the pages of MkDocs and Zensical; this Markdown text comes from neither"
            )
        runner = runner_for(page.root, self.preload)
        if is_zensical(self.md):  # where no plugin of ours starts the runs
            start_all(runner, page.docs)
        errors_of(page.root).pop(page.name, None)
        run = runner.result(page.path)
        items, errors = scan("\n".join(lines), page.name)
        if not run.errors and (errors or len(items) != len(run.given)):
            raise ValueError("something changed the page's snippets before they were shown")
        boxes = [report(error, page.root, "This page does not run.") for error in run.errors]
        stopped = run.page is not None and not run.page.errors and bool(boxes) and len(run.given) < len(items)
        failed = items[len(run.given)] if stopped else None
        below = boxes.pop() if isinstance(failed, Snippet) else ""
        rows = self._write(lines, items, run.given, below)
        at = [failed.line] if failed else [error.line for error in errors]
        at = [0] * (len(boxes) - len(at)) + at  # on top what is wrong with the front matter
        for line, box in reversed(list(zip(at, boxes, strict=False))):
            self._show_above(rows, lines, line, items, box)
        return [line for row in rows for line in row]

    def _write(
        self, lines: list[str], items: list[Snippet | Number], given: Given, below_failed: str
    ) -> list[list[str]]:
        """For each of the page's lines those that take its place; what has no value yet is shown without."""
        values = [*given, *[None] * (len(items) - len(given))]
        lines = list(lines)
        for item, value in reversed(list(zip(items, values, strict=True))):
            if isinstance(item, Number):
                set_number(lines, item, NO_VALUE if value is None else prose(str(value)))
        rows = [[line] for line in lines]
        for number, (item, value) in enumerate(zip(items, values, strict=True)):
            if isinstance(item, Snippet):
                shown = parts(value) if isinstance(value, Output) else []
                if below_failed and number == len(given):
                    shown = [below_failed]
                self._show(rows, lines, item, shown)
        return rows

    def _show(self, rows: list[list[str]], lines: list[str], snippet: Snippet, shown: list[str]) -> None:
        """Set what it gave under a snippet, and the options that are Material's into the form that it reads."""
        others = " ".join(f'{key}="{value}"' for key, value in snippet.options.items() if key not in OWN)
        raises = f".raises-{snippet.options['raises']} " if "raises" in snippet.options else ""
        code = [
            f"{snippet.indent}```{{.python .snippet {raises}{others}}}",
            *lines[snippet.line - 1 : snippet.end - snippet.closed],
            f"{snippet.indent}```",
        ]
        if summary := snippet.options.get("fold"):
            code = [
                f'{snippet.indent}??? code "{summary}"',
                "",
                *textwrap.indent("\n".join(code), "    ").split("\n"),
                "",
            ]
        rows[snippet.line - 2 : snippet.end] = [code, *[[] for _ in range(snippet.end - snippet.line + 1)]]
        below = after_annotations(lines, snippet) if ANNOTATION.search(snippet.source) else snippet.end
        rows[below - 1] += [line for part in shown for line in self._block(part, snippet.indent)]

    def _show_above(
        self, rows: list[list[str]], lines: list[str], line: int, items: list[Snippet | Number], box: str
    ) -> None:
        """Set an error above the paragraph, list or table that a line stands in; on top for line 0."""
        fence = opening(lines[line - 1]) if line else None
        if fence and not is_python(fence["info"]) and last_line(lines, line, fence)[1]:
            rows[line - 1] = [""]  # without its first line, what should have ended is no longer a fence
        ends = {item.end for item in items if isinstance(item, Snippet)}
        while not fence and line > 1 and lines[line - 2].strip() and line - 1 not in ends:
            line -= 1
        at = max(line - 1, 0)
        indent = re.match("[ >]*", lines[at]) if line else None
        rows[at][:0] = self._block(box, indent[0] if indent else "")

    def _block(self, html: str, indent: str) -> list[str]:
        """HTML as a block of its own; Markdown does not look inside."""
        return ["", indent + self.md.htmlStash.store(html), ""]


class Slim(Postprocessor):
    """Takes the marks off those parts of highlighted code that look like plain text."""

    def run(self, text: str) -> str:
        """The page's HTML with fewer elements, and the same text."""
        return PLAIN.sub(r"\1", text)


@functools.cache
def start_all(runner: Runner, docs: Path) -> None:
    """Start the runs of all pages, once."""
    runner.start(sorted(docs.rglob("*.md")))


def parts(output: Output) -> list[str]:
    """The pieces of HTML that show an output; of one that varies, what the reader will see."""
    if output.varies:
        return [f'<p class="output output--varies" data-search-exclude>{escape(to_run(output))}</p>']
    shown = [f'<pre class="output" tabindex="0">{escape(output.text.rstrip())}</pre>'] if output.text.strip() else []
    if output.error:
        shown.append(f'<pre class="output output--error" tabindex="0">{escape(output.error)}</pre>')
    for drawn in output.markup:
        kind = "table" if "<table" in drawn else "chart"
        shown.append(f'<div class="output output--{kind}">{drawn}</div>')
    if output.figures:
        drawn = "".join(output.figures)
        label = escape(output.alt)
        shown.append(
            f'<div class="output output--figure" role="img" aria-label="{label}" data-search-exclude>{drawn}</div>'
        )
    if output.download:
        name, size = escape(output.download), len(b64decode(output.content))
        weight = f"{size / 1000:,.0f} kB" if size >= 1000 else f"{size} bytes"
        shown.append(f'<p class="output output--download"><a href="{name}" download>Download {name}</a> ({weight})</p>')
    return shown


def to_run(output: Output) -> str:
    """What stands in the place of an output that varies."""
    return f"Run this yourself to see {output.varies}. That differs from machine to machine, so it is not shown here."


def prose(value: str) -> str:
    """A value as Markdown that reads as the value itself."""
    return MARKDOWN.sub(lambda match: "\\" + match[0], value.replace("&", "&amp;").replace("<", "&lt;"))


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
            "preload": [list(PRELOAD), "modules to import once, before pages are forked"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Run snippets before the fences are read; thin out what the highlighter made of them."""
        run = RunSnippets(md, tuple(self.getConfig("preload")))
        md.preprocessors.register(run, "page_runner", 27)
        md.postprocessors.register(Slim(md), "page_runner", 5)  # after 30, where the code is set in
        guard(md)


def makeExtension(**options: Any) -> PageRunnerExtension:
    """The extension, for those who name its module."""
    return PageRunnerExtension(**options)
