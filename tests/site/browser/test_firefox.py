"""The same pages in Firefox: what a reader does there works, and nothing goes wrong. Once a week, on every page."""

from __future__ import annotations

import pytest
from course_site import BASE
from firefox import Firefox, find_firefox
from pages import PAGES, STICKING_OUT

from browser_engine.web import WebServer, handler_of

PAD = "lessons/three-or-seven/"


@pytest.fixture(scope="module")
def firefox():
    program = find_firefox()
    if not program:
        pytest.skip("no Firefox found: install one, or name its program in FIREFOX_PATH")
    firefox = Firefox(program)
    yield firefox
    firefox.close()


@pytest.fixture
def server(course):
    server = WebServer(handler_of(course.folder, BASE))
    yield server
    server.stop()


def assert_sound(firefox):
    faults = [*firefox.evaluate("window.faults"), *firefox.faults]
    firefox.faults.clear()
    assert faults == []


def test_a_reader_finds_all_of_it_in_firefox(firefox, server, subtests):
    url = server.root + BASE
    with subtests.test("the first page and its search"):
        firefox.visit(url)
        firefox.wait_for("document.querySelector('.progress__count')?.textContent.startsWith('0 of ')")
        firefox.click(".md-search__input")
        firefox.type("sketch pad")
        firefox.wait_for(f"document.querySelector(\"a.md-search-result__link[href*='{PAD}']\")")
        assert_sound(firefox)
    with subtests.test("the dark"):
        firefox.evaluate("document.querySelector('label[title=\"Switch to dark\"]').click()")
        firefox.wait_for("document.body.dataset.mdColorScheme === 'slate'")
    with subtests.test("a pad"):
        firefox.visit(url + PAD)
        assert firefox.evaluate("document.body.dataset.mdColorScheme") == "slate"
        firefox.evaluate("document.querySelector('figure.pad').scrollIntoView({block: 'center', behavior: 'instant'})")
        firefox.wait_for("document.querySelector('.pad__controls button')")
        firefox.evaluate("document.querySelector('.pad__controls button').click()")
        box = firefox.evaluate("document.querySelector('.pad__grid svg').getBoundingClientRect()")
        firefox.drag(*[(box["x"] + box["width"] * x, box["y"] + box["height"] * x) for x in (0.2, 0.4, 0.6, 0.8)])
        inked = (
            "[...document.querySelectorAll('.pad__ink rect')].filter((cell) => cell.getAttribute('fill-opacity') > 0.2)"
        )
        firefox.wait_for(f"{inked}.length > 3")
    with subtests.test("a chart"):
        firefox.evaluate("document.querySelector('figure.live').scrollIntoView({block: 'center', behavior: 'instant'})")
        firefox.wait_for("document.querySelector('figure.live .live__controls')")
    with subtests.test("a question"):
        firefox.evaluate("""(() => {
            const question = [...document.querySelectorAll("details.quiz")].find((each) => each.querySelector("[type=radio]"));
            question.open = true;
            question.querySelector("[type=radio]").click();
            question.querySelector("[type=submit]").click();
        })()""")
        firefox.wait_for("document.querySelector('.quiz__outcome')?.textContent.match(/Right|Not right/)")
        assert firefox.evaluate("Object.keys(JSON.parse(localStorage['nnf.quiz']).questions).length") == 1
        assert_sound(firefox)
    with subtests.test("without a connection"):
        firefox.wait_for("caches.match(location.href)")
        server.stop()
        firefox.visit(url + PAD)
        assert firefox.evaluate("document.querySelector('h1').textContent").startswith("Three or seven?")
        assert firefox.evaluate("getComputedStyle(document.querySelector('article')).fontFamily").count("Georgia")


@pytest.mark.weekly
@pytest.mark.parametrize("name", PAGES, ids=lambda name: name or "home")
def test_a_page_in_firefox(firefox, course, name):
    firefox.visit(course.url + name)
    firefox.wait_for(
        "!document.querySelector('.snippet:not(:has(.md-code__nav)), article details.quiz:not([data-live])')"
    )
    for number in range(firefox.evaluate("document.querySelectorAll('figure.live, figure[data-script]').length")):
        figure = f"document.querySelectorAll('figure.live, figure[data-script]')[{number}]"
        firefox.evaluate(f"{figure}.closest('.tabbed-block') || {figure}.scrollIntoView({{behavior: 'instant'}})")
        firefox.wait_for(f"{figure}.closest('.tabbed-block') || {figure}.dataset.live !== undefined")
    assert firefox.evaluate(STICKING_OUT) <= 0
    assert_sound(firefox)
