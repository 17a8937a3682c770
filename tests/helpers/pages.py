"""The pages of the course as the browser's tests look at them: which there are, and what must stand on them."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache

import pytest
from bs4 import BeautifulSoup
from course_runner import RUNNER
from project_root import ROOT
from ready import READY

from page_runner.page import Snippet, read_page
from page_runner.pieces import not_run, to_run

DOCS = ROOT / "docs"


def address(path):
    """A page's address within the site."""
    return path.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index") + "/" * (path.stem != "index")


MENU = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.M)
PAGES = {address(path): path for path in [*(DOCS / name for name in MENU), *sorted(DOCS.rglob("*.md"))]}
LESSONS = [name for name in PAGES if name.startswith("lessons/")]
# The errata and the error messages are long, and of the glossary's kind.
ONE_OF_EACH_KIND = (
    *("", "lessons/loss-functions/", "lessons/an-engine-of-your-own/", "lessons/three-or-seven/", "labs/"),
    *("glossary/", "review/", "whole-course/", "reference/api/images/"),
)

# Open what is folded, and show every tab, so that all there is can be seen.
UNFOLD = """() => {
    document.querySelectorAll("details").forEach((details) => details.open = true);
    document.querySelectorAll(".tabbed-block").forEach((tab) => tab.style.display = "block");
}"""


@cache
def expected_outputs(path):
    """What the runner says that each snippet of a page gave, as the page should show it."""
    return list(outputs_of(path))


def outputs_of(path):
    page, run = read_page(path, ROOT), RUNNER.result(path)
    assert run.errors == []
    found = [*zip(page.items, run.outputs, strict=True), *((snippet, None) for snippet in page.shown)]
    for item, output in sorted(found, key=lambda pair: pair[0].line):
        if output is None:
            yield not_run(item)
        elif isinstance(item, Snippet):
            yield from [output.text.rstrip()] if output.text.strip() else []
            yield from [output.error] if output.error else []
            for markup in output.markup:
                yield [cell.get_text().strip() for cell in BeautifulSoup(markup, "html.parser").select("th, td")]
            yield from [(len(output.figures), output.alt)] if output.figures else []
            yield from [to_run(output)] if output.varies else []
            if output.download:
                weight = len(b64decode(output.content)) / 1000
                yield f"Download {output.download} ({weight:.0f} kB)"


SHOWN_OUTPUTS = """() => [...document.querySelectorAll(".output")].map((output) => {
    if (output.matches(".output--figure"))
        return {figure: [output.querySelectorAll(":scope > svg").length, output.ariaLabel]};
    if (output.matches("div"))
        return {markup: [...output.querySelectorAll("th, td")].map((cell) => cell.textContent.trim())};
    return {text: output.textContent};
})"""


def shown_outputs(page):
    for output in page.evaluate(SHOWN_OUTPUTS):
        ((kind, value),) = output.items()
        yield tuple(value) if kind == "figure" else value


def assert_shows(page, name):
    """Every output of a page stands on it."""
    assert list(shown_outputs(page)) == expected_outputs(PAGES[name])


# Blocks of code whose buttons lie on their text.
COVERED = """() => [...document.querySelectorAll("pre:has(> .md-code__nav)")].filter((pre) => {
    const text = document.createRange();
    text.selectNodeContents(pre.querySelector("code"));
    const [code, nav] = [text, pre.querySelector(".md-code__nav")].map((each) => each.getBoundingClientRect());
    return code.bottom > nav.top && code.top < nav.bottom && code.right > nav.left;
}).map((pre) => pre.textContent)"""
STICKING_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def assert_nothing_sticks_out(page):
    assert page.evaluate(STICKING_OUT) <= 0
    sizes = page.eval_on_selector_all(
        ".output--figure > svg",
        "drawings => drawings.map(svg => svg.getBoundingClientRect()).map(box => [box.left, box.right, box.height])",
    )
    width = page.viewport_size["width"]
    assert [size for size in sizes if not (0 <= size[0] < size[1] <= width and size[2] > 30)] == []


def copied(page, act):
    """What an action puts into the clipboard, at the latest when it is done again: a chart may just push a button away."""
    page.evaluate("navigator.clipboard.writeText('')")
    for _ in range(3):
        act()
        for _ in range(120):
            if text := page.evaluate("navigator.clipboard.readText()"):
                return text.replace("\r\n", "\n")
            page.wait_for_timeout(25)
    return pytest.fail("nothing was copied")


def arrive(page, title):
    """Wait until the page with this title is there, and its scripts have run."""
    page.wait_for_function("title => document.querySelector('.md-content h1')?.innerText.startsWith(title)", arg=title)
    page.wait_for_function(READY)
