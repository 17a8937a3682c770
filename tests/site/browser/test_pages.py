"""Every page in a browser, on a desk in the light and on a phone in the dark: one visit, and all there is to see in it."""

from __future__ import annotations

import ast
import builtins
import gzip
import textwrap
from typing import Any

import pytest
from axe import contrast_everywhere, faint, violations
from keyboard import assert_everything_takes_and_gives_the_focus, assert_tab_reaches_everything
from pages import (
    COVERED,
    LESSONS,
    ONE_OF_EACH_KIND,
    PAGES,
    ROOT,
    STICKING_OUT,
    UNFOLD,
    arrive,
    assert_nothing_sticks_out,
    assert_shows,
    copied,
    expected_outputs,
)
from ready import NEAR_ALL_CODE
from sizes import SIZES

from page_runner.page import Page, Snippet, read_page
from page_runner.process import PageProcess

PASTED = "lessons/loss-functions/"  # the others run once a week
PLAIN, WITH_A_CHART = 200_000, 400_000  # bytes that a first visit may take, compressed
PACKED = (".woff2", ".png")  # compressed already
every_page = pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "home")


# What readers may set for themselves, by WCAG 1.4.12, and words that are cut off then.
# The pages' policy lets no style stand in them.
ADOPT = """css => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
}"""
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }"""
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((each) => {
    const style = getComputedStyle(each), cut = (axis) => style[`overflow${axis}`] === "hidden";
    return (cut("Y") && each.scrollHeight > each.clientHeight + 3 || cut("X") && each.scrollWidth > each.clientWidth + 3)
        && each.textContent.trim() && each.checkVisibility({visibilityProperty: true, opacityProperty: true})
        && !each.closest("svg, .md-sidebar, .md-search");
}).map((each) => each.cloneNode().outerHTML)"""


@every_page
def test_a_page(open_page, course, subtests, name):
    """On a desk in the light; then the window becomes a phone's, and the night comes."""
    answers: list[Any] = []
    page = open_page(name, reduced_motion="reduce", on_response=answers.append)
    page.wait_for_load_state("networkidle")
    with subtests.test("weight"):
        sizes = {answer.url.removeprefix(course.url): compressed(answer) for answer in answers}
        with_a_chart = page.locator("figure.live, figure[data-script]").count() > 0
        assert name in sizes
        assert sum(sizes.values()) <= (WITH_A_CHART if with_a_chart else PLAIN), sizes
    page.evaluate(UNFOLD)
    assert_sound(page, name, subtests, "default")
    with subtests.test("copy"):
        assert_snippets_are_copied(page, name)
    if len(read_page(PAGES[name], ROOT).snippets) > 1:
        with subtests.test("pasted"):
            pasted = assert_the_whole_program_is_copied(page, name)
            if name == PASTED:
                assert_it_runs(pasted, name)
    with subtests.test("keyboard"):
        assert_everything_takes_and_gives_the_focus(page)
    page.get_by_title("Switch to dark").click()
    page.set_viewport_size(SIZES["phone"])
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    with subtests.test("width of a phone"):
        assert_nothing_sticks_out(page)
    with subtests.test("contrast in the dark"):
        assert faint(page) == []
        assert page.evaluate(COVERED) == []
        lines = "all => all.map((part) => part.getClientRects().length && part.offsetHeight < 40)"
        assert all(page.locator(".take-away__part").evaluate_all(lines))
    with subtests.test("320 pixels, as a window of 1280 is at 400 %, and wider spacing"):
        page.set_viewport_size({"width": 320, "height": 256})
        assert page.evaluate(STICKING_OUT) <= 0
        page.evaluate(ADOPT, SPACED)
        assert page.evaluate(STICKING_OUT) <= 0
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND, ids=lambda name: name or "home")
def test_a_page_on_a_phone_in_the_dark(open_page, subtests, name):
    page = open_page(name, size="phone", scheme="dark", reduced_motion="reduce")
    page.evaluate(UNFOLD)
    assert_sound(page, name, subtests, "slate")
    with subtests.test("keyboard"):
        assert_tab_reaches_everything(page)


@pytest.mark.weekly
@pytest.mark.parametrize("name", [name for name in PAGES if name not in ONE_OF_EACH_KIND], ids=str)
def test_another_page_on_a_phone_in_the_dark(open_page, subtests, name):
    test_a_page_on_a_phone_in_the_dark(open_page, subtests, name)


def assert_sound(page, name, subtests, scheme):
    with subtests.test("scheme"):
        assert page.locator("body").get_attribute("data-md-color-scheme") == scheme
    with subtests.test("outputs"):
        assert_shows(page, name)
    with subtests.test("width"):
        assert_nothing_sticks_out(page)
    with subtests.test("axe"):
        assert violations(page) == []


@pytest.mark.weekly
@pytest.mark.parametrize("name", [name for name in LESSONS if name != PASTED], ids=str)
def test_another_lesson_that_is_pasted_runs(open_page, name):
    page = open_page(name, reduced_motion="reduce")
    page.evaluate(UNFOLD)
    assert_it_runs(assert_the_whole_program_is_copied(page, name), name)


def assert_the_whole_program_is_copied(page, name):
    """What the last button copies is the page's program; where a snippet raises, it goes on. Gives the program."""
    page.evaluate(NEAR_ALL_CODE)
    pasted = copied(page, page.locator(".take-away__copy").last.click)
    *above, last = read_page(PAGES[name], ROOT).snippets
    assert ast.unparse(ast.parse(pasted)) == ast.unparse(ast.parse("\n".join([*map(survived, above), last.source])))
    return pasted


def survived(snippet):
    """A snippet's source; where it raises, what Python can read of it, and the error printed."""
    error = snippet.options.get("raises")
    if not error:
        return snippet.source
    if issubclass(getattr(builtins, error, Exception), SyntaxError):
        return ""
    said = 'print(f"{type(expected_error).__name__}: {expected_error}")'
    return f"try:\n{textwrap.indent(snippet.source, '    ')}\nexcept Exception as expected_error:\n    {said}\n"


def assert_it_runs(program, name):
    drawing = any("alt" in snippet.options for snippet in read_page(PAGES[name], ROOT).snippets)
    with PageProcess(Page("pasted.py", program, ()), ROOT) as process:
        process.run(Snippet(program, 1, options={"alt": "drawn"} if drawing else {}))


PACKED_SIZES: dict[str, int] = {}


def compressed(answer):
    """The size of an answer's body, as a server that compresses sends it."""
    if answer.url not in PACKED_SIZES:
        body = answer.body()
        PACKED_SIZES[answer.url] = len(body if answer.url.endswith(PACKED) else gzip.compress(body))
    return PACKED_SIZES[answer.url]


# Material copies what a button has when it is pressed.
COPIED = """() => [...document.querySelectorAll(".snippet .md-code__button")].map((button) => {
    button.addEventListener("click", (event) => event.stopPropagation(), {once: true});
    button.click();
    return button.dataset.clipboardText;
})"""


def assert_snippets_are_copied(page, name):
    """Every button would copy its snippet; the first and the last are pressed, and do."""
    snippets = read_page(PAGES[name], ROOT).snippets
    sources = [snippet.source.rstrip("\n") for snippet in snippets]
    page.evaluate(NEAR_ALL_CODE)
    buttons = page.locator(".snippet .md-code__button").all()
    assert len(buttons) == len(sources)
    assert page.evaluate(COPIED) == sources
    for number in sorted({0, len(sources) - 1} if sources else []):
        assert copied(page, buttons[number].click).rstrip("\n") == sources[number]


def test_pages_have_outputs_of_every_kind(course):
    outputs = [output for path in PAGES.values() for output in expected_outputs(path)]
    assert {type(output) for output in outputs} >= {str, tuple}


def test_pages_of_every_kind_are_visited():
    assert {name.partition("/")[0] for name in PAGES} >= {"", "lessons", "labs", "reference"}


@pytest.mark.weekly
@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
@every_page
def test_contrast_of_every_word(open_page, name, size, scheme):
    page = open_page(name, size=size, scheme=scheme, reduced_motion="reduce")
    page.evaluate(UNFOLD)
    assert contrast_everywhere(page) == []


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


def test_the_search_index_waits_until_the_search_is_used(open_page):
    page = open_page()
    page.wait_for_load_state("networkidle")
    index = "performance.getEntriesByType('resource').some(({ name }) => name.endsWith('search_index.json'))"
    assert not page.evaluate(index)
    page.get_by_role("textbox", name="Search").focus()
    page.wait_for_function(index)


def test_search_finds_every_lesson(course, open_page, subtests):
    page = open_page()
    field = page.get_by_role("textbox", name="Search")
    for name in LESSONS:
        title = PAGES[name].read_text("utf-8").partition("\n# ")[2].partition("\n")[0]
        with subtests.test(name):
            field.fill("")
            page.evaluate("document.querySelector('.md-search-result__list').replaceChildren()")
            field.fill(max(title.split(), key=len))
            page.locator(f"a.md-search-result__link[href*='{name}']").first.wait_for()
    page.locator(f"a.md-search-result__link[href*='{name}']").first.click()
    page.wait_for_url(f"{course.url}{name}**")
    page.wait_for_function("title => document.title.startsWith(title)", arg=title)


def test_the_next_page_and_back(open_page):
    here, there = LESSONS[:2]
    page = open_page(here)
    for name, go in [(there, lambda: page.locator("a.md-footer__link--next").click()), (here, page.go_back)]:
        title = PAGES[name].read_text("utf-8").partition("\n# ")[2].partition("\n")[0]
        go()
        arrive(page, title)
        page.wait_for_function("history.scrollRestoration === 'auto'")  # else the page still goes to its place
        page.evaluate(UNFOLD)
        assert_shows(page, name)
        assert_nothing_sticks_out(page)
        first = page.locator(".snippet").first
        first.scroll_into_view_if_needed()
        button = first.locator(".md-code__button")
        assert copied(page, button.click).rstrip("\n") == read_page(PAGES[name], ROOT).snippets[0].source.rstrip("\n")


INK = """() => {
    const figure = document.querySelector(".output--figure");
    const style = getComputedStyle(figure.querySelector("svg"));
    const line = figure.querySelector("[stroke*='--figure-'], [fill*='--figure-']");
    const [body, stroke] = [getComputedStyle(document.body), getComputedStyle(line)];
    return {paper: body.backgroundColor, ink: style.fill, line: stroke.stroke + stroke.fill};
}"""


def test_the_palette_button_changes_a_figures_ink(open_page):
    page = open_page("lessons/loss-functions/")
    light = page.evaluate(INK)
    page.get_by_title("Switch to dark").click()
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    page.wait_for_function("document.getAnimations().every(({ playState }) => playState !== 'running')")  # of colours
    dark = page.evaluate(INK)
    assert all(dark[part] != light[part] for part in light)
    page.reload()
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    assert page.evaluate(INK) == dark
    frame = "document.querySelector('meta[name=theme-color]').content"  # of a phone's browser
    paper = page.evaluate(frame).removeprefix("#")
    assert dark["paper"] == f"rgb{tuple(bytes.fromhex(paper))}"


def test_colours_follow_the_system_until_they_are_chosen(open_page):
    page = open_page("accessibility/", scheme="dark")
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("body[data-md-color-scheme=default]")
    page.get_by_title("Switch to dark").click()
    page.emulate_media(color_scheme="dark")
    page.emulate_media(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_a_page_says_everything_without_scripts(open_page, subtests):
    page = open_page(java_script_enabled=False)
    for name in ONE_OF_EACH_KIND:  # of the others the site's HTML is looked at
        with subtests.test(name or "home"):
            open_page.go(page, name)
            assert len(page.locator(".output").all_text_contents()) == len(expected_outputs(PAGES[name]))
            assert page.locator(".md-content h1").is_visible()


def test_on_paper_a_dark_page_is_light_and_nothing_is_folded(open_page):
    name = next(name for name in LESSONS if "fold=" in PAGES[name].read_text("utf-8"))
    on_screen = open_page(name, scheme="dark")
    on_paper = open_page(name, scheme="dark")
    on_paper.emulate_media(media="print", color_scheme="dark")
    assert brightness(on_screen) > 150 > 80 > brightness(on_paper)
    seen = "all => all.map((code) => code.checkVisibility() && code.offsetHeight > 0)"  # a part that is skipped has a height
    folded = on_paper.eval_on_selector_all("details.code pre", seen)
    assert folded
    assert all(folded)


def test_on_paper_the_source_of_functions_stays_folded(open_page):
    page = open_page("reference/api/trees/")
    page.emulate_media(media="print")
    page.eval_on_selector_all("details", "all => all.forEach((each) => each.open = true)")  # as Material does
    shown = "all => all.filter((each) => each.checkVisibility()).length"
    assert page.eval_on_selector_all(".mkdocstrings-source > summary", shown) > 20
    assert page.eval_on_selector_all(".mkdocstrings-source > :not(summary)", shown) == 0
    assert page.eval_on_selector_all(".doc-contents details:not(.mkdocstrings-source) pre", shown) > 20


def brightness(page):
    """Of the text, from 0 to 255."""
    colour = page.locator("article h1 ~ p:not([class])").first.evaluate("text => getComputedStyle(text).color")
    return sum(float(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) / 3


# What a policy forbids, each of its own kind.
FORBIDDEN = """() => {
    document.body.setAttribute("style", "color: red");
    document.body.append(Object.assign(document.createElement("script"), { text: "window.ran = true" }));
    document.body.insertAdjacentHTML("beforeend", "<img src=x alt='' onerror='window.ran = true'>");
    document.body.append(Object.assign(document.createElement("img"), { src: "https://example.org/x.png" }));
    setTimeout(() => eval("window.ran = true")); // not at once: what a test evaluates may
    return getComputedStyle(document.body).color;
}"""


def test_what_the_policy_forbids_does_not_happen_and_fails_the_visit(open_page):
    page = open_page("accessibility/")
    assert page.evaluate(FORBIDDEN) != "rgb(255, 0, 0)"
    page.wait_for_timeout(300)
    assert page.evaluate("window.ran") is None
    (watch,) = open_page.watches
    said = " ".join(watch.faults)
    kinds = ("inline style", "inline script", "inline event", "the image", "a string as JavaScript")
    assert [kind for kind in kinds if kind not in said] == []
    watch.faults.clear()
