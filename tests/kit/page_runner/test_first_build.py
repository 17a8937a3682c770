"""The first build says how far it has come, the address answers meanwhile, and an interruption leaves nothing."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import PATIENCE, Served
from tiny_site import CONFIG, Site, fence

from page_runner.bar import Bar, MakeRoom, State
from page_runner.page import parse
from page_runner.progress import Progress

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups as POSIX has them")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """What stood in the terminal's last line, one state after the other."""
        return [state.rstrip() for state in re.split("[\r\n]", self.getvalue())]


def wait_until(said) -> None:
    end = time.monotonic() + PATIENCE
    while not said():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_bar_is_drawn_on_a_terminal_and_makes_room_for_messages(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    terminal = Terminal()
    state = State("pages have run", 5, 10, [("trees", 12.4), ("a-page-with-a-name-that-is-too-long", 3)], left=31)
    log = logging.Logger("test")
    with Bar(lambda: state, pytest.fail, terminal) as bar:
        log.addHandler(MakeRoom(bar))
        log.addHandler(logging.StreamHandler(terminal))
        wait_until(terminal.getvalue)
        log.warning("a link is broken")
    wanted = "[##########..........] 5 of 10 pages have run, about 35 s left: trees (12 s), a-page"
    assert wanted[:59] in terminal.lines()
    assert all(len(line) < 60 for line in terminal.lines())
    assert "a link is broken\n" in terminal.getvalue()
    assert re.search(r"\r +\ra link is broken\n", terminal.getvalue()), "the message stands on a line of its own"
    assert terminal.lines()[-1] == "", "nothing is left of the bar"


def test_plain_lines_are_said_where_there_is_no_terminal(monkeypatch):
    monkeypatch.setattr("page_runner.bar.WRITE_EVERY", 0.01)
    said: list[str] = []
    stream = io.StringIO()
    with Bar(lambda: State("pages have run", 1, 2), said.append, stream):
        wait_until(lambda: said)
    assert said[0] == "1 of 2 pages have run"
    assert not stream.getvalue()


def test_the_time_left_is_guessed_from_what_is_done(monkeypatch):
    now = 100.0
    monkeypatch.setattr("page_runner.progress.time.monotonic", lambda: now)
    progress = Progress()
    first, second = (parse("{{ 1 }}\n{{ 2 }}\n", f"docs/{name}.md") for name in ("first", "second"))
    for page in (first, second):
        progress.expect(page)
    progress.begin(first)
    assert progress.state() == State("pages have run", 0, 2, [("first", 0.0)], None)
    now = 110.0
    progress.step(first)
    assert progress.state() == State("pages have run", 0, 2, [("first", 10.0)], 30.0)
    progress.end(first)
    progress.begin(second)
    assert progress.state() == State("pages have run", 1, 2, [("second", 0.0)], 10.0)
    progress.end(second)
    assert progress.state() is None
    progress.expect(first)
    assert str(progress.state()) == "0 of 1 pages have run", "a new build counts anew"


def ask(address: str, accept: str) -> tuple[int, str]:
    request = urllib.request.Request(f"http://{address}/some/page/", headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    """The tiny site, named with signs of HTML, whose first page runs until there is a file."""
    config = site.root / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace("site_name: Tiny", 'site_name: "A & <b> %NOW%"'), "utf-8")
    go_on = site.root / "go-on"
    site.page(fence(f"import pathlib, time\nwhile not pathlib.Path({str(go_on)!r}).exists():\n    time.sleep(0.01)"))
    site.page("Here.\n", "some/page")
    served = Served(site.root)
    yield served
    served.stop()


def test_the_address_answers_while_the_first_build_goes_on_and_turns_into_the_site(served):
    refused, answers = True, list[tuple[int, str]]()
    end = time.monotonic() + PATIENCE
    while not answers or answers[-1][0] != 200:
        assert time.monotonic() < end, served.logged()
        try:
            answers.append(ask(served.address, "application/json"))
            refused = False
        except (urllib.error.URLError, ConnectionError):
            assert refused, "once somebody answered, somebody always answers"
        if answers and '"now": ["index' in answers[-1][1] and not (served.root / "go-on").exists():
            code, page = ask(served.address, "text/html")
            assert code == 503
            assert "<h1>A &amp; &lt;b&gt; %NOW%: the site is being built</h1>" in page
            assert '<p id="said" role="status">0 of 1 pages have run</p>' in page
            (served.root / "go-on").touch()
        time.sleep(0.01)
    assert [code for code, _ in answers[:-1]] == [503] * (len(answers) - 1)
    assert json.loads(answers[-2][1]).keys() == {"said", "done", "total", "now"}
    assert "Here." in answers[-1][1]


def test_a_taken_address_is_said_at_once(site, served):
    wait_until(lambda: "Building" in served.logged())
    wait_until(lambda: answers(served.address))
    command = [sys.executable, "-m", "mkdocs", "serve", "-a", served.address]
    other = subprocess.run(command, cwd=site.root, capture_output=True, encoding="utf-8", timeout=PATIENCE)
    assert other.returncode == 1
    assert f"cannot serve at {served.address}" in other.stderr
    assert "choose another address: mkdocs serve -a 127.0.0.1:" in other.stderr
    assert "Traceback" not in other.stderr
    (site.root / "go-on").touch()


def answers(address: str) -> bool:
    try:
        return bool(ask(address, "text/html"))
    except (urllib.error.URLError, ConnectionError):
        return False


@POSIX
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
@pytest.mark.parametrize("command", [["build"], ["serve", "-a", "127.0.0.1:0"]], ids=lambda command: command[0])
@pytest.mark.parametrize("moment", ["while a page runs", "before it is started"])
def test_an_interrupted_build_ends_at_once_and_leaves_nothing(site, tmp_path, command, sign, moment):
    running = tmp_path / "running"
    temporary = Path(tempfile.mkdtemp())  # its name is short enough for sockets
    (tmp_path / "slow.py").write_text(f"open({str(running)!r}, 'w')\nimport time\ntime.sleep(999)\n", "utf-8")
    if moment == "while a page runs":
        site.page("---\ntime_limit: 900\n---\n" + fence(f"import sys; sys.path.append({str(tmp_path)!r})\nimport slow"))
    else:  # the process from which pages are forked is still importing
        site.config(CONFIG.replace("  - page_runner\n", "  - page_runner: {preload: [slow]}\n"))
        site.page(fence("1 + 1"))
    modules = f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": modules, "PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "mkdocs", *command],
        cwd=site.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        wait_until(running.exists)
        os.killpg(process.pid, sign)
        try:
            said, _ = process.communicate(timeout=PATIENCE)  # also waits for whoever holds the pipe, so for every child
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # it says where each of its threads is
            said, _ = process.communicate(timeout=PATIENCE)
            pytest.fail(f"it did not end:\n{said}")
    assert process.returncode == 1
    assert "Aborted!" in said
    assert "Traceback" not in said
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    assert [
        path for path in (site.root / ".cache").rglob("*") if path.is_file() and path.parent.name != "readings"
    ] == []
