"""Every page in a browser: light and dark, on a desk and on a phone."""

from __future__ import annotations

from base64 import b64decode
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from course_runner import RUNNER
from measuring import masked, measuring_pages
from sizes import SIZES

from page_runner.page import Snippet, read_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def address(path):
    """A page's address within the site."""
    return path.relative_to(DOCS).with_suffix("").as_posix().removesuffix("index") + "/" * (path.stem != "index")


PAGES = {address(path): path for path in sorted(DOCS.rglob("*.md"))}
MEASURING = measuring_pages()
LESSONS = [name for name in PAGES if name.startswith("lessons/")]
every_page = pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "home")

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
    items = read_page(path, ROOT).items
    run = RUNNER.result(path)
    assert run.error is None
    for item, output in zip(items, run.given, strict=True):
        if isinstance(item, Snippet):
            yield from [output.text.rstrip()] if output.text.strip() else []
            yield from [output.error] if output.error else []
            for markup in output.markup:
                yield [cell.get_text().strip() for cell in BeautifulSoup(markup, "html.parser").select("th, td")]
            yield from [(len(output.figures), output.alt)] if output.figures else []
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
    """Every output of a page stands on it; where the page measures times, this run's and the site's may differ."""
    shown, expected = list(shown_outputs(page)), expected_outputs(PAGES[name])
    if name in MEASURING:
        shown, expected = masked(str(shown)), masked(str(expected))
    assert shown == expected


def assert_nothing_sticks_out(page):
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    sizes = page.eval_on_selector_all(
        ".output--figure > svg",
        "drawings => drawings.map(svg => svg.getBoundingClientRect()).map(box => [box.left, box.right, box.height])",
    )
    width = page.viewport_size["width"]
    assert [size for size in sizes if not (0 <= size[0] < size[1] <= width and size[2] > 30)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
@every_page
def test_page(open_page, name, size, scheme):
    page = open_page(name, size=size, scheme=scheme)
    assert page.locator("body").get_attribute("data-md-color-scheme") == {"light": "default", "dark": "slate"}[scheme]
    page.evaluate(UNFOLD)
    assert_shows(page, name)
    assert_nothing_sticks_out(page)


def test_pages_have_outputs_of_every_kind():
    outputs = [output for path in PAGES.values() for output in expected_outputs(path)]
    assert {type(output) for output in outputs} >= {str, tuple}


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_an_address_without_a_page(course, browser, size):
    page = browser.new_page(viewport=SIZES[size])
    assert page.goto(course.url + "lessons/none/").status == 404
    assert page.locator(".md-content h1").inner_text() == "Page not found"
    width = "article => article.scrollWidth <= innerWidth && getComputedStyle(article).fontFamily"
    assert "Georgia" in page.locator("article").evaluate(width)  # the style sheet was found, too
    page.get_by_role("link", name="The first page").click()
    page.wait_for_url(course.url)
    page.close()


@every_page
def test_a_copy_button_copies_its_snippet(open_page, name):
    page = open_page(name)
    page.evaluate(UNFOLD)
    buttons = page.locator(".snippet .md-code__button").all()
    snippets = read_page(PAGES[name], ROOT).snippets
    assert len(buttons) == len(snippets)
    for button, snippet in zip(buttons, snippets, strict=True):
        assert copied(page, button) == snippet.source.rstrip("\n")


def copied(page, button):
    page.evaluate("navigator.clipboard.writeText('')")
    button.click()
    page.wait_for_function("navigator.clipboard.readText().then(text => text !== '')")
    return page.evaluate("navigator.clipboard.readText()").replace("\r\n", "\n").rstrip("\n")


def test_the_search_index_waits_until_the_search_is_used(open_page):
    page = open_page()
    page.wait_for_load_state("networkidle")
    index = "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('search_index.json'))"
    assert not page.evaluate(index)
    page.get_by_role("textbox", name="Search").focus()
    page.wait_for_function(index)


@pytest.mark.parametrize("name", LESSONS)
def test_search_finds_a_lesson(course, open_page, name):
    title = open_page(name).locator(".md-content h1").evaluate("h1 => h1.firstChild.textContent")
    page = open_page()
    page.get_by_role("textbox", name="Search").press_sequentially(max(title.split(), key=len))
    found = page.locator(f"a.md-search-result__link[href*='{name}']").first
    found.click()
    page.wait_for_url(f"{course.url}{name}**")
    page.wait_for_function("title => document.title.startsWith(title)", arg=title)


def test_another_page_without_a_reload_and_back(open_page):
    here, there = LESSONS[:2]
    page = open_page(here)
    page.evaluate("window.here = true")
    for name, go in [(there, lambda: page.locator("a.md-footer__link--next").click()), (here, page.go_back)]:
        title = page.locator(".md-content h1").inner_text()
        go()
        page.wait_for_function("title => document.querySelector('.md-content h1').innerText !== title", arg=title)
        page.wait_for_function("document.querySelectorAll('.snippet:not(:has(.md-code__nav))').length === 0")
        assert page.evaluate("window.here"), "the page was loaded anew"
        page.evaluate(UNFOLD)
        assert_shows(page, name)
        assert_nothing_sticks_out(page)
        button = page.locator(".snippet .md-code__button").first
        assert copied(page, button) == read_page(PAGES[name], ROOT).snippets[0].source.rstrip("\n")
        assert page.locator("nav.md-code__nav:not([role=none])").count() == 0


INK = """() => {
    const figure = document.querySelector(".output--figure");
    const style = getComputedStyle(figure.querySelector("svg"));
    const line = [...figure.querySelectorAll("[style*='--figure-']")][0];
    const [body, stroke] = [getComputedStyle(document.body), getComputedStyle(line)];
    return {paper: body.backgroundColor, ink: style.fill, line: stroke.stroke + stroke.fill};
}"""


def test_the_palette_button_changes_a_figures_ink(open_page):
    page = open_page()
    light = page.evaluate(INK)
    page.get_by_title("Switch to dark").click()
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    page.wait_for_timeout(300)  # the colours change slowly
    dark = page.evaluate(INK)
    assert all(dark[part] != light[part] for part in light)
    page.reload()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert page.evaluate(INK) == dark


@every_page
def test_a_page_says_everything_without_scripts(open_page, name):
    page = open_page(name, java_script_enabled=False)
    outputs = page.locator(".output").all_text_contents()
    assert len(outputs) == len(expected_outputs(PAGES[name]))
    assert page.locator(".md-content h1").is_visible()


def test_on_paper_a_dark_page_is_light_and_nothing_is_folded(open_page):
    name = next(name for name in LESSONS if "fold=" in PAGES[name].read_text("utf-8"))
    on_screen = open_page(name, scheme="dark")
    on_paper = open_page(name, scheme="dark")
    on_paper.emulate_media(media="print", color_scheme="dark")
    assert brightness(on_screen) > 150 > 80 > brightness(on_paper)
    heights = on_paper.eval_on_selector_all("details.code pre", "all => all.map(code => code.offsetHeight)")
    assert heights
    assert min(heights) > 0


def brightness(page):
    """Of the text, from 0 to 255."""
    colour = page.locator("article h1 ~ p:not([class])").first.evaluate("text => getComputedStyle(text).color")
    return sum(float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / 3
