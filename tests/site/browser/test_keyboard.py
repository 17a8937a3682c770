"""Everything on a page can be reached, seen and used with the keyboard alone."""

from __future__ import annotations

import pytest
from keyboard import assert_tab_reaches_everything
from pages import ONE_OF_EACH_KIND, PAGES, UNFOLD


# On a phone, and a quick way on all pages: test_pages.py.
@pytest.mark.parametrize(
    "name",
    [name if name in ONE_OF_EACH_KIND else pytest.param(name, marks=pytest.mark.weekly) for name in PAGES],
    ids=lambda name: name or "home",
)
def test_tab_reaches_everything_and_shows_where_it_is(open_page, name):
    page = open_page(name, reduced_motion="reduce")
    page.evaluate(UNFOLD)
    assert_tab_reaches_everything(page)


@pytest.mark.parametrize("name", ["errata/", "lessons/loss-functions/", "404.html"])
def test_the_first_stop_skips_to_the_text(open_page, name):
    page = open_page(name)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('.md-skip')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('article h1')")
    page.keyboard.press("Tab")
    page.wait_for_function("document.activeElement.closest('article') && !document.activeElement.matches('h1')")


def test_who_goes_on_at_once_keeps_the_place(open_page):
    page = open_page("lessons/loss-functions/")
    page.evaluate("scrollTo(0, 3000)")
    for key in ("Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    page.wait_for_timeout(500)  # in which Material would have put a new copy of the text there
    assert page.evaluate("document.activeElement.matches('article a')")
    assert page.evaluate("document.querySelector('article h1').getBoundingClientRect().top") > 0


def test_the_palette_changes_from_the_keyboard(open_page):
    page = open_page()
    page.locator("input[name=__palette]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-md-color-scheme=slate]")


NOBODY_POINTS = """for (const kind of ["pointerover", "touchstart"])
    addEventListener(kind, (event) => event.stopImmediatePropagation(), {capture: true});"""


def test_the_search_opens_finds_and_closes_from_the_keyboard(open_page):
    page = open_page()
    page.evaluate(NOBODY_POINTS)  # though the search opens where a browser thinks that the mouse is
    page.keyboard.press("/")
    page.keyboard.type("gradient")
    page.wait_for_selector("a.md-search-result__link")
    page.keyboard.press("ArrowDown")
    assert "md-search-result__link" in page.evaluate("document.activeElement.className")
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()


def test_the_arrows_show_which_tab_they_have_come_to(open_page):
    page = open_page("lessons/how-random-forests-really-work/")
    tabs = page.locator(".tabbed-set").first
    labels = tabs.locator(":scope > .tabbed-labels > label")
    outlined = "labels => labels.map((label) => getComputedStyle(label).outlineStyle !== 'none')"
    tabs.locator(":scope > input").first.focus()
    for at in range(labels.count()):
        assert labels.evaluate_all(outlined) == [place == at for place in range(labels.count())]
        page.keyboard.press("ArrowRight")


def test_a_phones_menu_opens_and_closes_from_the_keyboard(open_page):
    page = open_page("lessons/fitting-a-quadratic/", size="phone", reduced_motion="reduce")
    menu = page.get_by_role("button", name="Menu")
    lesson = page.locator(".md-sidebar--primary a", has_text="Loss functions")
    assert not lesson.is_visible()
    menu.focus()
    page.keyboard.press("Space")
    lesson.wait_for(state="visible")
    menu.press("Space")
    lesson.wait_for(state="hidden")
