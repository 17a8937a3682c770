"""The course's pages, edited where they are read: an edit that changes nothing gives the built page, others what torch gives."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from other_numbers import other_numbers
from pages import LESSONS
from project_root import ROOT
from tabs import Serving

from build_pages import only
from page_runner.page import NumberError, Page, Snippet, parse
from page_runner.pieces import parts
from page_runner.process import PageProcess
from page_runner.program import Output, settled

SOME = os.environ.get("COURSE_PAGES", "").split()  # a look at a few pages alone
pytestmark = [pytest.mark.weekly, pytest.mark.xdist_group("editing")]

REMARK = '<span class="c1"># nothing else</span>\n'


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("PAGE_RUNNER_PATIENCE", "10")
        serving = Serving(ROOT, **(only(*SOME) if SOME else {}))
        stack.callback(serving.stop)
        yield serving


def test_an_edit_that_changes_nothing_gives_the_built_page(served: Serving, subtests):
    pages = [name for name in served.engine.pages if served.engine.about(name)]
    assert len(pages) > 40 or SOME
    for name in pages:
        with subtests.test(name):
            tab = served.tab(name)
            for _ in range(2):
                assert differing(tab.run({}).page, tab.article) == []
            codes = [snippet.source for snippet in served.engine.page(served.engine.pages[name]).snippets]
            for number in sorted({0, len(codes) // 2, len(codes) - 1}):
                page = re.sub(
                    r"\n?" + re.escape(REMARK), "\n", tab.run({number: f"{codes[number]}# nothing else\n"}).page
                )
                assert differing(bare(page), bare(tab.article)) == []


def differing(page: str, built: str) -> list[tuple[str, str]]:
    """The first lines in which two articles differ, cut: they are long."""
    if page == built:
        return []
    both = list(zip([*page.split("\n"), ""], [*built.split("\n"), ""], strict=False))
    return [(one[:300], other[:300]) for one, other in both if one != other][:3]


def bare(article: str) -> str:
    """An article without code, with what stands in the place of what varies left out."""
    article = re.sub(r'<div class="[^"]*\bsnippet\b.*?</pre></div>', "", article, flags=re.S)
    article = re.sub(r'<a href="data:[^"]*" download="([^"]*)">', r'<a href="\1" download>', article)
    return (
        re.sub(r'<(p|pre) class="output[^>]*>.*?</\1>\n?', "", article, flags=re.S)
        if "--varies" in article
        else article
    )


@pytest.mark.parametrize("name", [name for name in LESSONS if not SOME or name.rstrip("/") in SOME])
def test_a_number_that_is_changed_changes_what_torch_changes(served: Serving, name: str, subtests):
    tab = served.tab(name)
    written = served.engine.page(served.engine.pages[name])
    for number, code, change in other_numbers(written):
        with subtests.test(change):
            ran = tab.run({number: code})
            assert ran[-1]["event"] == "done"
            given, values = [], []
            for item, value in run_file(with_code(written, number, code)):
                if not isinstance(item, Snippet):
                    values.append(value)
                elif value is None or "download" in item.options:
                    given.append("")
                else:
                    given.append(served.engine.site.pieces("\n".join(parts(value)))[0])
            other = [at for at, html in enumerate(given) if html and differing(ran.of(at)["html"], html)]
            assert other == [] and len(given) >= number
            if len(given) < len(written.snippets) and "raises" not in written.snippets[len(given)].options:
                assert ran.of(len(given))["event"] == "error"
            assert [value for value in values if " ".join(value.split()) not in ran.text] == []


def with_code(page: Page, number: int, code: str) -> Page:
    """A page as whoever writes this code into its file has it."""
    text, snippet = page.text.split("\n"), page.snippets[number]
    first = snippet.line - 1
    text[first : first + snippet.source.count("\n")] = [
        f"{snippet.indent}{row}".rstrip() for row in code.split("\n")[:-1]
    ]
    return parse("\n".join(text), page.name)


def run_file(page: Page) -> Iterator[tuple[object, Output | str | None]]:
    """What the snippets and numbers of a page give up to the first error, by the runner alone."""
    with PageProcess(page, ROOT) as process:
        for item in page.items:
            try:
                value = process.run(item)
            except NumberError:
                continue
            except Exception:
                break
            yield item, settled(value, ROOT)
