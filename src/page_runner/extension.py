"""A Python-Markdown extension: each snippet's output under it, each number in its sentence.

It works wherever Python-Markdown renders a page from a file: MkDocs and Zensical both take it.
"""

from __future__ import annotations

import functools
import logging
import re
import textwrap
from base64 import b64decode
from pathlib import Path
from typing import Any

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor

from .display import text as escape
from .kept import Given
from .page import Number, PageError, Snippet, read_items
from .process import PRELOAD
from .program import Output
from .runner import Runner, runner_for

log = logging.getLogger("mkdocs.page_runner")

OWN = ("raises", "alt", "fold", "download")  # options that Material knows nothing of
ANNOTATION = re.compile(r"#.*\(\d+\)!?\s*$", re.M)
# Names, punctuation and white space in highlighted code have the colour of the text around them, and are most of a
# long page's elements.
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
MARKDOWN = re.compile(r"[\\`*_\[\]]")


class RunSnippets(Preprocessor):
    """Sets what a page's program gave into the page's Markdown."""

    def __init__(self, md: Markdown, preload: tuple[str, ...], environment: tuple[str, ...]):
        super().__init__(md)
        self.preload, self.environment = preload, environment

    def run(self, lines: list[str]) -> list[str]:
        """The page's lines with every output and number in them."""
        if "mkdocstrings_headings" in self.md.treeprocessors:
            return lines  # no page, but a docstring on one
        path, root, docs = place(self.md)
        runner = runner_for(root, self.preload, self.environment)
        if docs:
            start_all(runner, docs)
        run = runner.result(path)
        try:
            items = list(read_items("\n".join(lines), path.relative_to(runner.root).as_posix()))
        except PageError:
            items = []  # the file has the same fault, and it stands in run.error
        if run.error:
            log.error("%s", run.error)
        elif len(items) != len(run.given):
            raise ValueError(f"{path}: something changed the page's snippets before they were shown")
        return self._write(lines, items, run.given, run.error)

    def _write(
        self, lines: list[str], items: list[Snippet | Number], given: Given, error: PageError | None
    ) -> list[str]:
        """The page's lines with everything set in, from the last to the first so that line numbers hold."""
        lines = list(lines)
        if error:
            at = items[len(given)] if len(given) < len(items) else None
            below = at.end if isinstance(at, Snippet) else at.line if at else 0
            indent = at.indent if isinstance(at, Snippet) else ""
            lines[below:below] = self._block(failure(error), indent)
        for item, value in reversed(list(zip(items, given, strict=False))):
            if isinstance(value, str):
                assert isinstance(item, Number)
                set_number(lines, item, value)
            elif isinstance(item, Snippet):
                self._show(lines, item, value)
        return lines

    def _show(self, lines: list[str], snippet: Snippet, output: Output) -> None:
        """Set the output under its snippet, and the options that are Material's into the form that it reads."""
        below = after_annotations(lines, snippet) if ANNOTATION.search(snippet.source) else snippet.end
        lines[below:below] = [line for part in parts(output) for line in self._block(part, snippet.indent)]
        others = " ".join(f'{key}="{value}"' for key, value in snippet.options.items() if key not in OWN)
        raises = f".raises-{snippet.options['raises']} " if "raises" in snippet.options else ""
        code = [
            f"{snippet.indent}```{{.python .snippet {raises}{others}}}",
            *lines[snippet.line - 1 : snippet.end - 1],
            f"{snippet.indent}```",
        ]
        if summary := snippet.options.get("fold"):
            code = [
                f'{snippet.indent}??? code "{summary}"',
                "",
                *textwrap.indent("\n".join(code), "    ").split("\n"),
                "",
            ]
        lines[snippet.line - 2 : snippet.end] = code

    def _block(self, html: str, indent: str) -> list[str]:
        """HTML as a block of its own; Markdown does not look inside."""
        return ["", indent + self.md.htmlStash.store(html), ""]


class Slim(Postprocessor):
    """Takes the marks off those parts of highlighted code that look like plain text."""

    def run(self, text: str) -> str:
        """The page's HTML with fewer elements, and the same text."""
        return PLAIN.sub(r"\1", text)


def place(md: Markdown) -> tuple[Path, Path, Path | None]:
    """The file of the page that is being rendered and the project's folder: each generator keeps them elsewhere.

    Where no plugin of ours can start the runs of all pages, the folder of the pages comes third.
    """
    if "relpath" in md.treeprocessors:  # MkDocs
        at: Any = md.treeprocessors["relpath"]
        return Path(at.file.abs_src_path).resolve(), Path(at.config.config_file_path).parent.resolve(), None
    if "rendering_context" in md.preprocessors:  # Zensical
        context: Any = md.preprocessors["rendering_context"]
        root = Path.cwd().resolve()
        docs = root / context.config["docs_dir"]
        return docs / context.page.path, root, docs
    raise ValueError("page_runner renders the pages of MkDocs and Zensical; this Markdown text comes from neither")


@functools.cache
def start_all(runner: Runner, docs: Path) -> None:
    """Start the runs of all pages, once."""
    runner.start(sorted(docs.rglob("*.md")))


def parts(output: Output) -> list[str]:
    """The pieces of HTML that show an output."""
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


def failure(error: PageError) -> str:
    """The error as a page under `mkdocs serve` shows it."""
    where = escape(f"{error.page}:{error.line}: {error.message}")
    trace = f'<pre tabindex="0">{escape(error.trace.rstrip())}</pre>' if error.trace else ""
    return f'<div class="page-error" role="alert"><p><strong>This page does not run.</strong> {where}</p>{trace}</div>'


def prose(value: str) -> str:
    """A value as Markdown that reads as the value itself."""
    return MARKDOWN.sub(lambda match: "\\" + match[0], value.replace("&", "&amp;").replace("<", "&lt;"))


def set_number(lines: list[str], number: Number, value: str) -> None:
    """Set a number's value into its line; the last number of a line comes first, so that columns hold."""
    line = lines[number.line - 1]
    lines[number.line - 1] = line[: number.start] + prose(value) + line[number.stop :]


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
            "environment": [[], "names of environment variables that the pages depend on"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Run snippets before the fences are read; thin out what the highlighter made of them."""
        run = RunSnippets(md, tuple(self.getConfig("preload")), tuple(self.getConfig("environment")))
        md.preprocessors.register(run, "page_runner", 27)
        md.postprocessors.register(Slim(md), "page_runner", 5)  # after 30, where the code is set in


def makeExtension(**options: Any) -> PageRunnerExtension:
    """The extension, for those who name its module."""
    return PageRunnerExtension(**options)
