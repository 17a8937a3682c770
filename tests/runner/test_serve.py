"""`mkdocs serve` survives every failure, shows it in the page, and heals with the next good save."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from test_failures import FAILURES
from tiny_site import Site, fence

PATIENCE = 30


class Served:
    def __init__(self, site: Site, *options: str):
        site.start_lightly()
        self.site = site
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        command = [sys.executable, "-m", "mkdocs", "serve", "--livereload", *options, "-a", self.address]
        self.log = open(site.root / "serve.log", "w+")  # noqa: SIM115
        self.process = subprocess.Popen(command, cwd=site.root, stdout=self.log, stderr=subprocess.STDOUT)

    def get(self, name: str) -> str:
        path = "" if name == "index" else f"{name}/"
        try:
            with urllib.request.urlopen(f"http://{self.address}/{path}", timeout=PATIENCE) as answer:
                return re.sub(r"\s+", " ", answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            return ""

    def wait_for(self, text: str, name: str = "index") -> None:
        end = time.monotonic() + PATIENCE
        while text not in (seen := self.get(name)):
            assert self.process.poll() is None, f"the server is gone:\n{(self.site.root / 'serve.log').read_text()}"
            assert time.monotonic() < end, f"{text!r} never came; the page reads:\n{seen}"
            time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()


@pytest.fixture(params=[(), ("--dirty",)], ids=["plain", "dirty"])
def served(site, request) -> Iterator[Served]:
    site.page(fence("print('good page')"))
    site.page(fence("print('neighbour')"), "other")
    served = Served(site, *request.param)
    try:
        served.wait_for("good page")
        yield served
    finally:
        served.stop()


def test_every_failure_is_shown_and_healed(served, request):
    cases = {name: getattr(case, "values", case) for name, case in FAILURES.items()}
    if "plain" in request.node.name:  # `make serve` is the dirty one
        cases = {name: cases[name] for name in ("exception", "os._exit", "unclosed fence", "not UTF-8")}
    for number, (text, line, message) in enumerate(cases.values()):
        if sys.platform == "win32" and ("SIGKILL" in message or "SIGSEGV" in message):
            continue
        served.site.page(text)
        served.wait_for("This page does not run.")
        shown = served.get("index")
        assert f"docs/index.md:{line or ''}" in shown
        assert message.replace("'", "&#x27;").replace('"', "&quot;") in shown
        served.site.page(fence(f"print('healed', {number})"))
        served.wait_for(f"healed {number}")
    assert "neighbour" in served.get("other")


def test_a_failure_at_the_start_does_not_keep_the_server_from_starting(site):
    site.page(fence("1 / 0"))
    served = Served(site, "--dirty")
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
    served = Served(site, "--dirty")
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
