"""`mkdocs serve` survives every failure, shows it in the page, and heals with the next good save."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest
from served import Served
from test_failures import FAILURES
from tiny_site import fence


@pytest.fixture(params=[(), ("--dirty",)], ids=["plain", "dirty"])
def served(site, request) -> Iterator[Served]:
    site.page(fence("print('good page')"))
    site.page(fence("print('neighbour')"), "other")
    site.start_lightly()
    served = Served(site.root, *request.param)
    try:
        served.wait_for("good page")
        yield served
    finally:
        served.stop()


def test_every_failure_is_shown_and_healed(site, served, request):
    cases = {name: getattr(case, "values", case) for name, case in FAILURES.items()}
    if "plain" in request.node.name:  # `make serve` is the dirty one
        cases = {name: cases[name] for name in ("exception", "os._exit", "unclosed fence", "not UTF-8")}
    for number, (text, line, message) in enumerate(cases.values()):
        if sys.platform == "win32" and ("SIGKILL" in message or "SIGSEGV" in message):
            continue
        site.page(text)
        shown = re.sub(r"\s+", " ", served.wait_for("This page does not run."))
        assert f"docs/index.md:{line or ''}" in shown
        assert message.replace("'", "&#x27;").replace('"', "&quot;") in shown
        site.page(fence(f"print('healed', {number})"))
        served.wait_for(f"healed {number}")
    assert "neighbour" in served.get("other")


def test_a_failure_at_the_start_does_not_keep_the_server_from_starting(site):
    site.page(fence("1 / 0"))
    site.start_lightly()
    served = Served(site.root, "--dirty")
    try:
        served.wait_for("ZeroDivisionError")
        site.page(fence("print('healed')"))
        served.wait_for("healed")
    finally:
        served.stop()


def test_a_change_in_the_code_below_a_page_reaches_it(site):
    module = site.write("src/course.py", "def f(): return 'first'\n")
    site.config((site.root / "mkdocs.yml").read_text() + "watch: [src]\n")
    site.page(fence(f"import sys\nsys.path.insert(0, {str(module.parent)!r})\nfrom course import f\nf()"))
    site.page(fence("print('neighbour')"), "other")
    site.start_lightly()
    served = Served(site.root, "--dirty")
    try:
        served.wait_for("first")
        site.write("src/course.py", "def f(): return 'second'\n")
        served.wait_for("second")
        site.write("src/course.py", "def f(): return 1 / 0\n")
        served.wait_for("ZeroDivisionError")
        site.write("src/course.py", "def f(): return 'third'\n")
        served.wait_for("third")
    finally:
        served.stop()
