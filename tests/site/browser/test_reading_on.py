"""From page to page: what is left behind, what is fetched ahead, and the way back."""

from __future__ import annotations

import pytest
from pages import LESSONS

PREFETCHED = "[...document.querySelectorAll('link[rel=prefetch]')].map(({ href }) => href)"
TOP = "name => document.getElementById(name).getBoundingClientRect().top"
RESTS = """name => new Promise((done) => {
    const top = () => document.getElementById(name).getBoundingClientRect().top;
    let last = top(), same = 0;
    const look = () => {
        same = top() === last ? same + 1 : 0;
        last = top();
        same < 60 ? requestAnimationFrame(look) : done(last);
    };
    look();
})"""


def left(devtools):
    """Nodes, listeners and bytes that the browser holds for the window, without what is garbage."""
    devtools.send("HeapProfiler.collectGarbage")
    found = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
    return [found[name] for name in ("Nodes", "JSEventListeners", "JSHeapUsedSize")]


@pytest.mark.parametrize("count", [12, pytest.param(100, marks=pytest.mark.weekly)])
def test_reading_on_leaves_nothing_behind(open_page, course, count):
    page = open_page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    after: list[list[float]] = []
    for number in range(1, count + 1):
        measured = number in (5, count)  # on the same page
        menu = page.eval_on_selector_all("nav.md-nav--primary a.md-nav__link", "all => all.map(({ href }) => href)")
        others = [link for link in menu if "#" not in link and link not in (course.url, course.url + LESSONS[0])]
        link = course.url + LESSONS[0] if measured else others[number % len(others)]
        page.evaluate("link => [...document.links].find(({ href }) => href === link).click()", link)
        page.wait_for_url(link)
        if measured:
            page.wait_for_load_state("networkidle")
            after.append(left(devtools))
    for early, late in zip(*after, strict=True):
        assert late <= 1.2 * early, after


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("lessons/fitting-a-quadratic/", "desktop"),
        ("reference/error-messages/", "desktop"),
        ("reference/api/losses-and-descent/", "phone"),
    ],
)
def test_back_leads_to_the_very_place(open_page, course, name, size):
    page = open_page(name, size=size)
    heading = page.locator("article :is(h2, h3, h4)[id]").nth(-4)
    part = heading.get_attribute("id")
    while page.evaluate(TOP, part) > 300:  # as one reads
        page.mouse.wheel(0, 600)
        page.wait_for_timeout(15)
    before = page.evaluate(RESTS, part)
    page.goto(f"{course.url}glossary/")
    page.go_back()
    page.wait_for_url(course.url + name)
    assert abs(page.evaluate(RESTS, part) - before) <= 2
    page.reload()
    assert abs(page.evaluate(RESTS, part) - before) <= 2


def test_a_page_is_fetched_ahead_once_the_pointer_rests_on_its_link(open_page, course):
    page = open_page()
    page.locator(f"article a[href$='{LESSONS[1]}']").first.hover()
    page.wait_for_function(f"{PREFETCHED}.length === 1")
    assert page.evaluate(PREFETCHED) == [course.url + LESSONS[1]]
    page.keyboard.press("Tab")
    for _ in range(3):
        page.locator(f"article a[href$='{LESSONS[1]}']").first.hover()
    page.wait_for_timeout(200)
    assert page.evaluate(PREFETCHED).count(course.url + LESSONS[1]) == 1


def test_nothing_is_fetched_ahead_for_readers_who_save_data(open_page):
    page = open_page()
    page.evaluate("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    page.locator(f"article a[href$='{LESSONS[1]}']").first.focus()
    page.wait_for_timeout(200)
    assert page.evaluate(PREFETCHED) == []


def test_code_gets_its_buttons_as_it_nears_the_screen(open_page):
    page = open_page(LESSONS[1])
    last = page.locator("article > .snippet").last
    assert last.locator(".md-code__button").count() == 0
    last.scroll_into_view_if_needed()
    last.get_by_role("button", name="Copy to clipboard").wait_for()
