"""Terms show their definitions to every kind of reader, and the glossary can be filtered."""

from __future__ import annotations

import pytest

LESSON = "lessons/a-multilayer-perceptron/"
TIP = ".term-definition"


def term(page, number=0):
    link = page.locator("a.term").nth(number)
    return link, link.get_attribute("data-definition")


def test_the_pointer_shows_a_definition_and_may_go_onto_it(open_page):
    page = open_page(LESSON)
    link, definition = term(page)
    link.hover()
    tip = page.locator(TIP)
    tip.wait_for(state="visible")
    assert tip.inner_text() == definition
    box = tip.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10, steps=5)
    page.wait_for_timeout(500)
    assert tip.is_visible()
    page.mouse.move(600, 5, steps=5)
    tip.wait_for(state="hidden")


def test_escape_puts_a_definition_away_that_the_pointer_has_shown(open_page):
    page = open_page(LESSON)
    link, _ = term(page)
    link.hover()
    page.locator(TIP).wait_for(state="visible")
    page.keyboard.press("Escape")
    assert page.locator(TIP).is_hidden()
    page.wait_for_timeout(400)
    assert page.locator(TIP).is_hidden()


def test_the_keyboard_shows_a_definition_and_a_screen_reader_hears_it(open_page):
    page = open_page(LESSON)
    link, definition = term(page, 2)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    tip = page.locator(TIP)
    assert tip.is_visible()
    assert tip.get_attribute("role") == "tooltip"
    assert page.evaluate(
        "document.getElementById(document.activeElement.getAttribute('aria-describedby')).innerText"
    ) == (definition)
    page.keyboard.press("Escape")
    assert tip.is_hidden()
    assert link.evaluate("link => link === document.activeElement && !link.hasAttribute('aria-describedby')")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert tip.is_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary/#*")
    page.locator(TIP).wait_for(state="hidden")
    assert page.locator("dt:target").is_visible()


def test_a_first_touch_shows_a_definition_and_a_second_follows_the_link(open_page):
    page = open_page(LESSON, size="phone", has_touch=True)
    link, definition = term(page)
    link.tap()
    tip = page.locator(TIP)
    assert tip.inner_text() == definition
    assert page.url.endswith(LESSON)
    box = tip.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    page.locator("article h1").tap()
    assert tip.is_hidden()
    link.tap()
    link.tap()
    page.wait_for_url("**/glossary/#*")


def test_definitions_stay_on_the_screen(open_page):
    page = open_page(LESSON, size="phone", scheme="dark")
    inside = """([tip, text]) => {
        const box = document.querySelector(tip);
        const {left, right, top, bottom} = box?.getBoundingClientRect() ?? {};
        return box?.innerText === text && left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
    }"""
    for number in range(page.locator("a.term").count()):
        link, definition = term(page, number)
        link.focus()
        page.wait_for_function(inside, arg=[TIP, definition], timeout=5000)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_a_term_is_a_link(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    link, _ = term(page)
    name = link.get_attribute("href").partition("#")[2]
    link.click()
    page.wait_for_url(f"**/glossary/#{name}")
    assert page.locator(".glossary-filter input").count() == 0


def test_on_paper_a_term_is_text(open_page):
    page = open_page(LESSON)
    page.emulate_media(media="print")
    assert page.locator("a.term").first.evaluate("link => getComputedStyle(link).textDecorationLine") == "none"


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_glossary_is_filtered_as_one_types(open_page, size):
    page = open_page("glossary/", size=size)
    words = page.get_by_label("Filter")
    count = page.locator("dt:visible").count()
    assert count > 150
    words.press_sequentially("Leaves tree")
    assert 1 <= page.locator("dt:visible").count() <= 3
    assert page.locator("article h2:visible").count() <= 3
    assert page.get_by_role("status").inner_text() == f"{page.locator('dt:visible').count()} of {count}"
    words.fill("")
    assert page.locator("dt:visible").count() == count
    words.fill("matrices")  # a form that stands in no sentence of its entry
    assert page.locator("dt#matrix").is_visible()
