from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from ready import READY
from sizes import SIZES
from waiting import wait_for_function
from watch import Watch

from browser_engine.chrome import find_chrome

ARGUMENTS = [
    "--disable-background-networking", "--disable-component-update", "--disable-gpu", "--disable-quic",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
HERE = Path(__file__).parent
# For pages with a strict policy.
Page.wait_for_function = wait_for_function  # type: ignore[method-assign, assignment]
pytest.register_assert_rewrite("axe", "charts", "keyboard", "pads", "pages")  # so that they say what they saw


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    chrome = find_chrome()
    if not chrome:
        missing = "no Chrome or Chromium found: install one, or name its program in CHROME_PATH"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chrome, args=ARGUMENTS)
        yield browser
        browser.close()


class OpenPage:
    """Opens pages of the course, each in a window of its own, and watches what goes wrong in them."""

    def __init__(self, course, browser):
        self.course, self.browser, self.contexts, self.watches = course, browser, [], []

    def __call__(self, path="", *, size="desktop", scheme="light", on_response=None, **options):
        context = self.browser.new_context(
            viewport=SIZES[size],
            color_scheme=scheme,
            permissions=["clipboard-read", "clipboard-write"],
            **{"service_workers": "block", **options},  # what one page keeps must not answer another
        )
        context.set_default_timeout(60_000)  # beside other work a machine may be slow
        self.contexts.append(context)
        page = context.new_page()
        scripts = options.get("java_script_enabled", True)
        self.watches.append(Watch(page, self.course.url, scripts))
        if on_response:
            page.on("response", lambda answer: on_response(answer))
        self.go(page, path)
        if scripts:
            page.wait_for_function(READY)
        return page

    def go(self, page, path=""):
        """Lead a window that is open to another page of the course."""
        page.goto(self.course.url + path)


@pytest.fixture
def open_page(course, browser):
    """Opens a page of the course in a window of its own; at the end, nothing must have gone wrong in any of them."""
    opening = OpenPage(course, browser)
    yield opening
    for context in opening.contexts:
        context.close()
    assert [fault for watch in opening.watches for fault in watch.faults] == []
