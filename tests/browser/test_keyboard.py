"""Everything on a page can be reached, seen and used with the keyboard alone."""

from __future__ import annotations

import pytest
from pages import PAGES, UNFOLD

ONE_OF_EACH_KIND = (
    *("", "lessons/03-loss-functions/", "lessons/10-an-engine-of-your-own/", "lessons/22-three-or-seven/", "labs/"),
    *("errata/", "glossary/", "review/", "whole-course/", "reference/error-messages/", "reference/api/images/"),
)

# Each thing that is visible and that a keyboard should reach gets a number. Radio buttons of one name are one stop: the
# first, as long as none is chosen.
NUMBER = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const seen = (element) => {
        const {width, height} = element.getBoundingClientRect();
        const drawn = width * height > 0 || element.id === "__palette_0";
        return drawn && element.checkVisibility({visibilityProperty: true});
    };
    const leads = (element) => element.type !== "radio"
        || element === document.querySelector(`input[type=radio][name="${element.name}"]`);
    const stops = [...document.querySelectorAll(wanted)].filter((element) => seen(element) && leads(element)
        && element.tabIndex >= 0 && !element.closest("[hidden], [aria-hidden=true], .md-search__output"));
    stops.forEach((element, number) => { element.dataset.stop = number; });
    return stops.length;
}"""

# Where the keyboard is, and whether one can see that: an outline, on the thing itself or on the button drawn for it. It
# may take a moment: a phone's search opens when the focus comes to it. A phone's page stands still while the search covers
# it, and soon after the search has closed, Material moves the page back to where it was.
FOCUSED = """async () => {
    const standing = () => document.getElementById("__search").checked || !("mdScrolllock" in document.body.dataset);
    const look = () => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const drawn = element.matches(".md-option") ? document.querySelectorAll(".md-option + label")
            : element.matches(".tabbed-set > input") ? element.parentElement.querySelectorAll(".tabbed-labels > label")
            : [element];
        const shown = [...drawn].some((part) => {
            const {outlineStyle, outlineWidth} = getComputedStyle(part);
            const box = part.getBoundingClientRect();
            return outlineStyle !== "none" && parseFloat(outlineWidth) > 0
                && part.checkVisibility({opacityProperty: true, visibilityProperty: true})
                && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        });
        return {stop: element.dataset.stop ?? null, what: element.outerHTML.slice(0, 120), shown};
    };
    const end = performance.now() + 10_000;
    for (;;) {
        const focused = standing() ? look() : {shown: false};
        if (!focused || focused.shown) return focused;
        if (performance.now() > end - 9_000 && standing() || performance.now() > end) return look();
        await new Promise((done) => setTimeout(done, 20));
    }
}"""


def walk(page, steps):
    """Press Tab from the top of the page until it leaves the page."""
    for _ in range(steps):
        page.keyboard.down("Tab")  # and keep it down: the key repeats
        focused = page.evaluate(FOCUSED)
        if focused is None:
            page.keyboard.up("Tab")
            return
        yield focused
    pytest.fail("the keyboard is trapped")


def assert_tab_reaches_everything(page):
    page.evaluate(UNFOLD)
    count = page.evaluate(NUMBER)
    stops = list(walk(page, 2 * count + 20))
    assert [stop["what"] for stop in stops if not stop["shown"]] == []
    reached = {stop["stop"] for stop in stops}
    missed = [number for number in range(count) if str(number) not in reached]
    assert [page.locator(f"[data-stop='{n}']").evaluate("e => e.outerHTML.slice(0, 120)") for n in missed] == []


@pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "home")
def test_tab_reaches_everything_and_shows_where_it_is(open_page, name):
    assert_tab_reaches_everything(open_page(name, reduced_motion="reduce"))


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND, ids=lambda name: name or "home")
def test_on_a_phone_in_the_dark_too(open_page, name):
    assert_tab_reaches_everything(open_page(name, size="phone", scheme="dark", reduced_motion="reduce"))


@pytest.mark.weekly
@pytest.mark.parametrize("name", [name for name in PAGES if name not in ONE_OF_EACH_KIND], ids=str)
def test_on_a_phone_in_the_dark_all_others_too(open_page, name):
    assert_tab_reaches_everything(open_page(name, size="phone", scheme="dark", reduced_motion="reduce"))


@pytest.mark.parametrize("name", ["errata/", "lessons/03-loss-functions/"])
def test_the_first_stop_skips_to_the_text(open_page, name):
    page = open_page(name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('article h1')")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.closest('article') && !document.activeElement.matches('h1')")


def test_the_palette_changes_from_the_keyboard(open_page):
    page = open_page()
    page.locator("input[name=__palette]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-md-color-scheme=slate]")


def test_the_search_opens_finds_and_closes_from_the_keyboard(open_page):
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("gradient")
    page.wait_for_selector("a.md-search-result__link")
    page.keyboard.press("ArrowDown")
    assert "md-search-result__link" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()


def test_the_arrows_show_which_tab_they_have_come_to(open_page):
    page = open_page("lessons/21-how-random-forests-really-work/")
    tabs = page.locator(".tabbed-set").first
    labels = tabs.locator(":scope > .tabbed-labels > label")
    outlined = "labels => labels.map((label) => getComputedStyle(label).outlineStyle !== 'none')"
    tabs.locator(":scope > input").first.focus()
    for at in range(labels.count()):
        assert labels.evaluate_all(outlined) == [place == at for place in range(labels.count())]
        page.keyboard.press("ArrowRight")


def test_a_phones_menu_opens_and_closes_from_the_keyboard(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/", size="phone", reduced_motion="reduce")
    menu = page.get_by_role("button", name="Menu")
    lesson = page.locator(".md-sidebar--primary a", has_text="Loss functions")
    assert not lesson.is_visible()
    menu.focus()
    page.keyboard.press("Space")
    lesson.wait_for(state="visible")
    menu.press("Space")
    lesson.wait_for(state="hidden")
