"""What a machine can measure of a page's quality: accessible by axe's rules, and light on the wire."""

from __future__ import annotations

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from sizes import SIZES
from test_pages import PAGES, UNFOLD, every_page

AXE = Axe()
PLAIN, WITH_A_CHART = 200_000, 400_000  # bytes that a first visit may take, compressed
PACKED = (".woff2", ".png")  # compressed already


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
@every_page
def test_axe_finds_nothing(open_page, name, size, scheme):
    page = open_page(name, size=size, scheme=scheme, reduced_motion="reduce")
    page.evaluate(UNFOLD)
    found = AXE.run(page).response["violations"]
    assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []


def compressed(answer):
    """The body of an answer, as a server that compresses sends it."""
    return answer.body() if answer.url.endswith(PACKED) else gzip.compress(answer.body())


@every_page
def test_a_first_visit_is_light(course, browser, name):
    page = browser.new_page(viewport=SIZES["phone"], service_workers="block")
    answers = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(course.url + name, wait_until="networkidle")
    sizes = {answer.url.removeprefix(course.url): len(compressed(answer)) for answer in answers}
    with_a_chart = page.locator("figure.live, figure[data-script]").count() > 0
    page.close()
    assert name in sizes
    assert sum(sizes.values()) <= (WITH_A_CHART if with_a_chart else PLAIN), sizes


def test_pages_of_every_kind_are_measured():
    assert {name.partition("/")[0] for name in PAGES} >= {"", "lessons", "labs", "reference"}
