"""The course's pages, edited where they are read: an edit that changes nothing gives the built page, others what torch gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from project_root import ROOT
from tabs import Serving

from page_runner.page import NumberError, Page, Snippet, parse
from page_runner.pieces import parts
from page_runner.process import PageProcess
from page_runner.program import Output, settled

pytestmark = [pytest.mark.weekly, pytest.mark.xdist_group("editing")]

REMARK = '<span class="c1"># nothing else</span>\n'
CHANGED = {  # in the first snippet that has it, what changes there
    "autograd": [("3", "4"), ("2", "3")],
    "broadcasting": [("4", "5"), ("3", "2")],
    "gradient-descent": [("0.1", "0.05"), ("20", "15")],
    "loss-functions": [("2", "3"), ("1", "2")],
    "rectified-linear-units": [("1", "2"), ("2", "3")],
    "tensors": [("2", "3"), ("3", "4")],
}


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PAGE_RUNNER_PATIENCE", "10")
        serving = Serving(ROOT)
        stack.callback(serving.stop)
        yield serving


def test_an_edit_that_changes_nothing_gives_the_built_page(served: Serving, subtests):
    pages = [name for name in served.engine.pages if served.engine.about(name)]
    assert len(pages) > 40
    for name in pages:
        with subtests.test(name):
            tab = served.tab(name)
            for _ in range(2):
                assert tab.run({}).page == tab.article
            codes = [snippet.source for snippet in served.engine.page(served.engine.pages[name]).snippets]
            for number in sorted({0, len(codes) // 2, len(codes) - 1}):
                page = tab.run({number: f"{codes[number]}# nothing else\n"}).page
                assert re.sub(r"\n?" + re.escape(REMARK), "\n", page, count=1) == tab.article or bare(page) == bare(
                    tab.article
                )


def bare(article: str) -> str:
    """An article without code, with what stands in the place of what varies left out."""
    article = re.sub(r'<div class="[^"]*\bsnippet\b.*?</pre></div>', "", article, flags=re.S)
    article = re.sub(r'<a href="data:[^"]*" download="([^"]*)">', r'<a href="\1" download>', article)
    return (
        re.sub(r'<(p|pre) class="output[^>]*>.*?</\1>\n?', "", article, flags=re.S)
        if "--varies" in article
        else article
    )


@pytest.mark.parametrize("lesson", CHANGED)
def test_a_number_that_is_changed_changes_what_torch_changes(served: Serving, lesson: str):
    tab = served.tab(f"lessons/{lesson}/")
    written = served.engine.page(served.engine.pages[f"lessons/{lesson}/"])
    tried = 0
    for old, new in CHANGED[lesson]:
        number = next(
            n for n, snippet in enumerate(written.snippets) if re.search(rf"(?<![\w.]){old}(?![\w.])", snippet.source)
        )
        source = written.snippets[number].source
        code = re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w.])", new, source, count=1)
        ran = tab.run({number: code})
        assert ran[-1]["event"] == "done"
        text = written.text.split("\n")
        first = written.snippets[number].line - 1
        indent = written.snippets[number].indent
        text[first : first + source.count("\n")] = [f"{indent}{row}".rstrip() for row in code.split("\n")[:-1]]
        for n, value in enumerate(run_file(parse("\n".join(text), written.name))):
            if value is not None:
                assert ran.of(n)["html"] == "\n".join(parts(value)), (lesson, old, new, n)
                tried += 1
    assert tried > 5


def run_file(page: Page) -> list[Output | None]:
    """What the snippets of a page give up to the first error, by the runner alone; None for those that vary."""
    found: list[Output | None] = []
    with PageProcess(page, ROOT) as process:
        for item in page.items:
            try:
                value = process.run(item)
            except NumberError:
                continue
            except Exception:
                break
            if isinstance(item, Snippet):
                found.append(None if "varies" in item.options or "download" in item.options else settled(value, ROOT))
    return found
