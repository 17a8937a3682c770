"""Old addresses: links, what was read and what was answered lead to where the text is now."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from project_root import ROOT

MOVED = yaml.safe_load((ROOT / "docs/moved.yml").read_text("utf-8"))
OLD = next(old for old, parts in MOVED.items() if len(parts) == 1)
NOW = next(iter(MOVED[OLD]))
STORED = "([key, value]) => localStorage.setItem(key, JSON.stringify(value))"


def address(name: str) -> str:
    return f"{name.removesuffix('.md')}/"


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_link_to_an_old_address_leads_on(course, browser, script):
    context = browser.new_context(java_script_enabled=script)
    try:
        page = context.new_page()
        part = "#exercises" if script else ""
        page.goto(f"{course.url}{address(OLD)}{part}")
        page.wait_for_url(f"{course.url}{address(NOW)}{part}")
        assert page.locator("h1").is_visible()
    finally:
        context.close()


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [(old, new, name) for old, parts in MOVED.items() for new, names in parts.items() for name in names[:1]]
    or [(OLD, NOW, "questions-to-recall")],
)
def test_a_link_to_a_part_leads_to_the_page_that_has_it(open_page, course, old, new, part):
    page = open_page()
    page.goto(f"{course.url}{address(old)}#{part}")
    page.wait_for_url(f"{course.url}{address(new)}#{part}")
    assert page.locator(f'[id="{part}"]').count() == 1


def test_what_was_read_there_is_read_here(open_page, course):
    page = open_page(address(NOW))
    read = {"lessons": {address(OLD): {"opened": "2026-01-02", "done": "2026-01-03"}}, "last": {"lesson": address(OLD)}}
    page.evaluate(STORED, ["nnf.read", read])
    page.goto(course.url)
    page.wait_for_function(f"localStorage['nnf.read'].includes('{address(NOW)}')")
    kept = json.loads(page.evaluate("localStorage['nnf.read']"))
    assert kept["lessons"] == {address(NOW): {"opened": "2026-01-02", "done": "2026-01-03"}}
    assert kept["last"]["lesson"] == address(NOW)
    badge = page.locator(f".cards li:has(a[href$='{address(NOW)}']) .state")
    page.wait_for_function("document.querySelector('.cards .state--done')")
    assert badge.inner_text() == "Done on 3 January 2026"


def test_what_was_answered_there_comes_back_here(open_page, course):
    page = open_page(address(NOW))
    question = page.locator("article details.quiz").first.get_attribute("id")
    record = {"times": 2, "right": 1, "last": "wrong", "box": 0, "due": "2026-01-01"}
    page.evaluate(STORED, ["nnf.quiz", {"version": 1, "questions": {f"{address(OLD)}#{question}": record}}])
    page.goto(f"{course.url}review/")
    page.wait_for_selector(".review details.quiz")
    link = page.locator(".review__status a").get_attribute("href")
    assert re.fullmatch(rf".*/{address(NOW)}#{question}", link)
    assert json.loads(page.evaluate("localStorage['nnf.quiz']"))["questions"] == {f"{address(NOW)}#{question}": record}
