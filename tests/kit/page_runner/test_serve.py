"""`mkdocs serve` survives every failure, shows it in the page, and heals with the next good save."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from failures import FAILURES
from served import PATIENCE, Served
from tiny_site import fence


@pytest.fixture
def serve(site) -> Iterator[Callable[..., Served]]:
    """Serves the tiny site with options of `mkdocs serve`, until the test has ended."""
    started = []

    def start(*options: str) -> Served:
        started.append(Served(site.root, *options))
        return started[-1]

    yield start
    for served in started:
        served.stop()


def assert_shown(served: Served, name: str, line: int | None, message: str) -> None:
    shown = re.sub(r"\s+", " ", served.wait_for("This page does not run.", name))
    assert f"docs/{name}.md:{line or ''}" in shown
    assert message.replace("'", "&#x27;").replace('"', "&quot;") in shown


@pytest.mark.parametrize("options", [(), ("--dirty",)], ids=["plain", "dirty"])
def test_one_failure_after_another_is_shown_and_healed(site, serve, options):
    site.page(fence("print('good page')"))
    site.page(fence("print('neighbour')"), "other")
    served = serve(*options)
    served.wait_for("good page")
    for name in ("exception", "os._exit", "unclosed fence", "not UTF-8"):
        text, line, message = FAILURES[name]
        site.page(text)
        assert_shown(served, "index", line, message)
        site.page(fence(f"print('healed', {name!r})"))
        served.wait_for(f"healed {name}")
    assert "neighbour" in served.get("other")


def test_every_failure_is_shown_on_its_page_and_healed(site, serve, subtests):
    pages = {f"page-{number}": case for number, case in enumerate(FAILURES.values())}
    for name in ("index", *pages):
        site.page(fence("print('good page')"), name)
    site.page(fence("print('neighbour')"), "other")
    served = serve()
    served.wait_for("good page")
    for name, (text, _, _) in pages.items():
        site.page(text, name)
    for name, (text, line, message) in pages.items():
        with subtests.test(text):
            assert_shown(served, name, line, message)
    for name in pages:
        site.page(fence("print('healed')"), name)
    for name in pages:
        served.wait_for("healed", name)
    assert "neighbour" in served.get("other")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_signals_that_come_again_do_not_interrupt_the_ending(site, serve, number):
    site.page(fence("print('good page')"))
    served = serve()
    served.wait_for("good page")
    for _ in range(1000):
        served.process.send_signal(number)
        try:
            assert served.process.wait(0.001) == 0
            break
        except subprocess.TimeoutExpired:
            continue
    else:
        assert served.process.wait(PATIENCE) == 0
    assert "Traceback" not in served.logged() and "Exception ignored" not in served.logged()


def test_a_failure_at_the_start_does_not_keep_the_server_from_starting(site, serve):
    site.page(fence("1 / 0"))
    served = serve()
    served.wait_for("ZeroDivisionError")
    site.page(fence("print('healed')"))
    served.wait_for("healed")


def test_a_change_in_the_code_below_a_page_reaches_it(site, serve):
    module = site.write("src/course.py", "def f(): return 'first'\n")
    site.config((site.root / "mkdocs.yml").read_text("utf-8") + "watch: [src]\n")
    site.page(fence(f"import sys\nsys.path.insert(0, {str(module.parent)!r})\nfrom course import f\nf()"))
    site.page(fence("print('neighbour')"), "other")
    served = serve()
    served.wait_for("first")
    site.write("src/course.py", "def f(): return 'second'\n")
    served.wait_for("second")
    site.write("src/course.py", "def f(): return 1 / 0\n")
    served.wait_for("ZeroDivisionError")
    site.write("src/course.py", "def f(): return 'third'\n")
    served.wait_for("third")
