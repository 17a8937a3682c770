"""Pages that are edited where they are read: what the engine behind `mkdocs serve` answers, and whom it does not."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from tabs import Serving, Tab, wait_until
from tiny_site import CONFIG, Site, fence

from page_editing import engine as engine_module
from page_editing.endpoint import is_loopback
from page_runner import process, snapshots
from page_runner.errors import errors_of
from page_runner.looks import digest

pytestmark = pytest.mark.xdist_group("page_editing")

SETTINGS = (
    CONFIG.replace("[page_runner]", "[page_cache, search, page_runner, page_editing, page_markdown]")
    + "  - questions\n"
)
THEME = "<html><head></head><body><nav>{{ nav }}</nav><article>{{ page.content }}</article></body></html>"
WALK = [
    fence("x = 3\nprint('x is', x)"),
    "It is {{ x + 1 }}, and so is {{ x + 1 }} [here](other.md).\n",
    "??? note\n\n    ```python\n    y = x * 2\n    y\n    ```\n",
    fence("print('before'); int('no')", 'raises="ValueError"'),
    fence("time = 5\nprint(time)", 'varies="the time"'),
    fence("open('x.txt', 'w').write(str(x))", 'download="x.txt" title="It is {{ y }}"'),
    '```python run="no"\nnever\n```\n',
    fence("print(x + y)"),
    "The end: {{ x + y }}.\n",
]
OTHER = "# Other\n\n" + "\n".join(fence(f"n{number} = {number}\nprint(n{number})") for number in range(4))
SLOW = fence("import time\nprint('a')") + fence("time.sleep(0)") + fence("print('end')")
LIMITED = "---\ntime_limit: 3\nmemory_limit: 300 MB\n---\n\n# Limited\n\n" + fence("x = 1") + fence("print(x)")
CHECKED = "# Checked\n\n" + fence("x = 3\nassert x > 0") + fence("assert x == 3, 'it was 3'\nx") + fence("print(x)")
ASKED = "# Asked\n\n" + fence("x = 3") + '\n??? question "How many?"\n\n    - [=] {{ x }}\n\n    As many as x.\n'
ENDLESS = "while True: pass"


def a_site(root: Path) -> Site:
    site = Site(root)
    site.config(SETTINGS)
    site.write("theme/main.html", THEME)
    site.page("---\ntitle: Walk\n---\n\n# Walk\n\n" + "\n".join(WALK))
    site.page(OTHER, "other")
    site.page("# Slow\n\n" + SLOW, "slow")
    site.page(LIMITED, "limited")
    site.page(CHECKED, "checked")
    site.page(ASKED, "asked")
    site.page("# Words\n\nNothing runs here.\n", "words")
    return site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(a_site(tmp_path_factory.mktemp("edited")).root)
    yield serving
    serving.stop()


@pytest.fixture
def walk(served: Serving) -> Iterator[Tab]:
    yield served.tab()
    wait_until(lambda: not served.engine.runs)


# What a reader gets


@pytest.mark.parametrize("address", ["", "other/", "slow/", "limited/"])
def test_an_unedited_page_gives_the_built_one_from_the_top_and_from_a_snapshot(served: Serving, address: str):
    tab = served.tab(address)
    for _ in range(2):
        ran = tab.run({})
        assert ran.page == tab.article
        assert ran[-1]["event"] == "done" and ran[0]["event"] == "started"
    first = tab.run({0: "# a remark\n" * 3})
    assert not first.all("failed") and tab.run({}).page == tab.article


def test_an_edit_changes_outputs_sentences_and_titles(walk: Tab):
    ran = walk.run({0: "x = 5\nprint('now', x)"})
    assert ran[0] == {"event": "started", "snippets": 6, "from": 0}
    assert ran.of(0)["html"] == '<pre class="output" tabindex="0">now 5</pre>'
    assert ran.of(1)["html"] == '<pre class="output" tabindex="0">10</pre>'
    assert "It is 6, and so is 6 here." in ran.text and "The end: 15." in ran.text and "It is 10" in ran.text
    assert '<p class="output output--download"><a href="data:' in ran.of(4)["html"] and ";base64,NQ==" in ran.page
    assert 'href="other/"' in ran.page and "Not run here" in ran.text
    assert ran.of(2) | {"seconds": 0} == {
        "event": "error", "snippet": 2, "line": 1, "message": "ValueError: invalid literal for int() with base 10: 'no'",
        "html": '<pre class="output" tabindex="0">before</pre>\n<pre class="output output--error" tabindex="0">'
        "ValueError: invalid literal for int() with base 10: &#x27;no&#x27;</pre>",
        "ends": False, "seconds": 0,
    }  # fmt: skip


def test_a_snippet_that_was_to_raise_may_raise_another_error_or_none(walk: Tab):
    ran = walk.run({2: "def f(): return 1 / 0\n\nprint('so far')\nf()"})
    assert ran.of(2)["message"] == "ZeroDivisionError: division by zero"
    assert ran.of(2)["line"] == 4 or ran.of(2)["line"] == 1, "the last line in the snippet itself"
    assert "so far" in ran.of(2)["html"] and not ran.of(2)["ends"] and "The end: 9." in ran.text
    assert walk.run({2: "int('7')"}).of(2)["html"] == '<pre class="output" tabindex="0">7</pre>'
    below = walk.run({0: "x = 3\ndef int(_): return 'fine'"})
    assert below.of(2)["event"] == "output" and "The end: 9." in below.text


def test_an_error_ends_the_page_and_what_did_not_run_says_so(walk: Tab):
    ran = walk.run({0: "x = 3\nprint('here')\nmissing"})
    assert ran.of(0)["line"] == 3 and ran.of(0)["ends"] and "here" in ran.of(0)["html"]
    assert [event["snippet"] for event in ran if event["event"] in ("output", "error")] == [0]
    assert ran.page.count("Not run: the program ended above.") == 5
    assert "It is …" in ran.text and ran.page.count("<mark>…</mark>") == 3
    assert ran.of(0)["html"] in ran.page and ran[-1]["event"] == "done"
    below = walk.run({0: "z = 3"})
    assert (below.of(1)["message"], below.of(1)["line"]) == ("NameError: name 'x' is not defined", 1)


def test_what_the_page_itself_asserts_does_not_end_the_readers_program(served: Serving):
    tab = served.tab("checked/")
    for _ in range(2):  # the second time it goes on from a snapshot
        ran = tab.run({0: "x = 4"})
        assert not ran.of(1)["ends"] and ran.of(1)["line"] == 1
        assert ran.of(1)["html"].count("does not hold for your program") == 1 and ran.of(1)["html"] in ran.page
        assert ran.of(2)["html"] == '<pre class="output" tabindex="0">4</pre>'
    assert tab.run({0: "x = -1\nassert x > 0"}).of(0)["ends"], "the reader's own assertion is an error as any"
    assert tab.run({}).page == tab.article


def test_a_syntax_error_is_said_by_its_line_and_stays_in_its_fence(walk: Tab):
    ran = walk.run({3: "```\n\nThis is prose, and no code.\n\n# Title\n```python\n1 +"})
    assert ran.of(3)["line"] == 1 and ran.of(3)["message"].startswith("SyntaxError") and ran.of(3)["ends"]
    assert "<h1" in ran.page and ran.page.count("<h1") == 1 and "This is prose, and no code." in ran.text
    assert walk.run({0: "x = 3\ny = ("}).of(0)["line"] == 2


@pytest.mark.parametrize(
    "code", ["'</code></pre><script>'", "'''\n---\ntitle: no\n---\n# {{ x }}\n'''", "'`' * 3\n'''\n```\n'''", "'\\x00'"]
)
def test_code_and_outputs_never_become_markup(walk: Tab, code: str):
    ran = walk.run({5: f"print({code!r})\nprint(x + y)"})
    assert "<script>" not in ran.page and ran.page.count("<h1") == 1 and "The end: 9." in ran.text
    assert ran.of(5)["event"] == "output"


def test_what_varies_is_shown_and_an_address_is_no_error_where_the_reader_asked_for_it(walk: Tab):
    assert "Run this yourself" in walk.run({0: "x = 4"}).of(3)["html"]
    ran = walk.run({3: "time = 7\nprint(time, object())", 5: "print(time)"})
    assert "7 &lt;object object at 0x" in ran.of(3)["html"]
    assert ran.of(5)["html"] == '<pre class="output" tabindex="0">7</pre>'


def test_a_figure_without_words_gets_some(walk: Tab):
    draw = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])\nplt.show()"
    assert 'aria-label="A figure that your code drew"' in walk.run({5: draw}).of(5)["html"]


def test_a_file_that_is_as_it_was_is_the_sites(walk: Tab):
    assert '<a href="x.txt" download>' in walk.run({5: "print(x, y)"}).of(4)["html"]


def test_a_file_that_is_offered_no_more_and_a_number_in_a_title_that_fails_end_nothing(walk: Tab):
    ran = walk.run({1: "z = 6", 4: "y = 6; del y", 5: "print(x)"})
    assert ran.of(4)["event"] == "error" or ran.of(4)["html"] == ""
    ran = walk.run({4: "q = 1", 5: "print(x)"})
    assert ran.of(4)["html"] == "" and ran.of(5)["html"] == '<pre class="output" tabindex="0">3</pre>'


def test_runs_go_on_from_snapshots_and_back_to_what_was(served: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(served.engine.trails, "spacing", 0.0)
    monkeypatch.setattr(served.engine.trails, "share", float("inf"))
    monkeypatch.setattr(snapshots, "BEFORE_CHANGE", 0.0)
    tab = served.tab("other/")
    tab.run({})
    assert tab.run({3: "print('last')"})[0]["from"] == 3
    assert tab.run({0: "print('first')"})[0]["from"] == 0
    again = tab.run({3: "print('at last')"})
    assert again[0]["from"] == 3 and again.of(3)["html"] == '<pre class="output" tabindex="0">at last</pre>'
    two = served.tab("other/").run({3: "print('another tab')"})
    assert two[0]["from"] == 3 and two.text.count("another tab") == 2
    assert len(served.engine.trails.trails) <= snapshots.PAGES


def test_where_no_snapshot_is_to_be_had_it_runs_from_the_top(walk: Tab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(walk.serving.engine, "trails", None)
    for _ in range(2):
        ran = walk.run({5: "print('right')"})
        assert ran[0]["from"] == 0 and "right" in ran.of(5)["html"]


# Limits


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (ENDLESS, "the page still ran here after 3 seconds: speed it up"),
        ("print('x' * 100, flush=True)\nwhile True: print('x' * 10000)", "the snippet printed more than"),
        ("kept = [bytearray(10**7) for _ in range(10**6)]", "MemoryError"),
        ("import os; os._exit(3)", "ended by itself with exit code 3"),
        ("import sys; sys.exit('no')", "SystemExit: no"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL"),
    ],
)
def test_a_run_has_the_limits_of_any_page(served: Serving, code: str, said: str):
    tab = served.tab("limited/")
    ran = tab.run({1: f"print(x)\n{code}"})
    error = ran.of(1)
    assert said in error["message"] and error["ends"] and "front matter" not in error["message"]
    assert ran[-1]["event"] == "done" and "Limited" in ran.text
    assert tab.run({}).page == tab.article


def test_a_reader_who_goes_away_ends_the_run(served: Serving):
    tab = served.tab("slow/")
    events = tab.events({1: ENDLESS})
    assert next(event for event in events if event.get("snippet") == 1)["event"] == "running"
    (run,) = served.engine.runs.values()
    page = psutil.Process(run.process.process.pid)
    events.close()
    began = time.monotonic()
    wait_until(lambda: not page.is_running() or page.status() == psutil.STATUS_ZOMBIE)
    assert time.monotonic() - began < 3  # where nothing else runs, a tenth of a second
    wait_until(lambda: not served.engine.runs)


def test_a_new_run_ends_the_last_one_of_its_tab_and_others_go_on(served: Serving, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "cores", lambda: 2)
    one, two, three = (served.tab("slow/") for _ in range(3))
    first, second = one.events({1: ENDLESS}), two.events({1: ENDLESS})
    assert next(first)["event"] == next(second)["event"] == "started"
    (refused,) = three.run({})
    assert refused["status"] == 429 and "try again" in refused["message"]
    third = one.events({1: "print('b')"})
    assert [event["html"] for event in third if event["event"] == "output"][
        1
    ] == '<pre class="output" tabindex="0">b</pre>'
    assert list(first)[-1]["event"] == "running"
    assert next(event for event in second if event.get("snippet") == 1)["event"] == "running"
    second.close()
    first.close()
    wait_until(lambda: not served.engine.runs)
    assert three.run({}).page == three.article


def test_a_hundred_at_once_are_refused_or_answered(served: Serving):
    tabs = [served.tab("other/") for _ in range(100)]
    with ThreadPoolExecutor(100) as pool:
        done = list(pool.map(lambda tab: tab.run({0: "print('me')"}), tabs))
    answered = [ran for ran in done if ran[-1]["event"] == "done"]
    assert answered and all("me" in ran.text for ran in answered)
    assert {ran[0]["status"] for ran in done if ran not in answered} <= {429}
    wait_until(lambda: not served.engine.runs)


def left() -> dict[str, object]:
    """What this process and the one from which pages are forked have."""
    gc.collect()
    return {
        "threads": sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("edited")),
        "folders": sorted(os.listdir(tempfile.gettempdir())),
        "files": len(os.listdir("/proc/self/fd")),
        "processes": sorted(each.pid for each in psutil.Process(process.origin_pid()).children(recursive=True)),
    }


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="nobody else says what is open")
def test_many_edits_leave_nothing_behind(served: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    tab, other = served.tab("other/"), served.tab("slow/")
    tab.run({})
    served.engine.trails.close()
    wait_until(lambda: not left()["processes"])
    before = left()
    for number in range(8):
        assert f"now {number}" in tab.run({number % 4: f"print('now', {number})"}).text
        events = other.events({1: f"import subprocess\nsubprocess.Popen(['sleep', '100'])\n{ENDLESS}  # {number}"})
        next(events)
        events.close()
    wait_until(lambda: not served.engine.runs)
    served.engine.trails.close()
    with contextlib.suppress(AssertionError):
        wait_until(lambda: left() == before, 5)
    assert left() == before


# The site


def seen(root: Path, *folders: str) -> dict[str, str]:
    files = [path for folder in folders for path in Path(root, folder).rglob("*") if path.is_file()]
    return {str(path): digest(path.read_bytes()) for path in files}


def test_nothing_of_an_edit_reaches_the_site_what_is_kept_and_the_log(
    served: Serving, walk: Tab, caplog: pytest.LogCaptureFixture
):
    serving = walk.serving
    site, plugins = serving.engine.site, serving.engine.site.config.plugins
    runner = plugins["page_runner"]

    def state() -> list[object]:
        files = seen(serving.root, ".cache"), seen(Path(serving.folder), ".")
        pages = [
            (file.page.content, file.page.title, dict(file.page.meta)) for file in site.files.documentation_pages()
        ]
        index = [dict(entry) for entry in plugins["search"].search_index._entries]
        return [*files, pages, index, list(site.files.src_uris), dict(runner.runner.runs), dict(runner.offers),
                dict(runner.words), dict(errors_of(serving.root)), site.config.site_dir, len(site.config.plugins.events["page_content"])]  # fmt: skip

    before = state()
    assert "is no number" in served.tab("asked/").run({0: "x = 'three'"}).text  # an error of the edited page alone
    caplog.clear()  # where MkDocs writes its log, nobody reads of it
    with caplog.at_level(logging.WARNING):
        walk.run({0: "x = 1234567\n1 / 0"})
        walk.run({0: "x = 1234567\n# [no such page](nowhere.md)", 4: "open('x.txt', 'w').write('edited')"})
    assert state() == before
    assert [record for record in caplog.records if "code" not in record.getMessage()] == []


def test_outputs_do_not_wait_for_a_build_and_the_page_does(walk: Tab):
    with walk.serving.engine.builds:
        events = walk.events({0: "x = 4"})
        assert next(event for event in events if event.get("snippet") == 5 and event["event"] == "output")
        assert [next(events)["event"] for _ in range(2)] == ["running", "running"]
    assert [event["event"] for event in events if event["event"] != "running"] == ["page", "done"]


def test_a_page_that_changes_on_disk_is_another_one_until_it_is_loaded_again(tmp_path: Path):
    site = a_site(tmp_path)
    serving = Serving(site.root)
    try:
        tab, other = serving.tab(), serving.tab("other/")
        site.page("# Walk\n\n" + "\n".join(WALK).replace("x = 3", "x = 4"))
        (refused,) = tab.run({})
        assert refused["status"] == 409 and "load it again" in refused["message"]
        assert other.run({}).page == other.article
        serving.rebuild()
        (refused,) = tab.run({1: "y"})
        again = serving.tab()
        assert (refused["status"], refused["made_from"]) == (409, again.about["made_from"])
        assert again.about["made_from"] != tab.about["made_from"] and again.about["token"] == tab.about["token"]
        assert again.run({}).page == again.article and "x is 4" in again.run({}).text
        site.page("# New\n\n" + fence("print('new')"), "new")
        serving.rebuild()
        new = serving.tab("new/")
        assert new.run({}).page == new.article and again.run({}).page == again.article
        site.page(b"# Not \xff\n" + fence("1").encode(), "new")
        assert new.run({})[0]["status"] == 409
        os.unlink(site.root / "docs/new.md")
        assert new.run({})[0]["status"] == 409
        serving.rebuild()
        assert new.run({})[0]["status"] == 404
    finally:
        serving.stop()
    assert not serving.engine.trails.trails


def test_a_build_holds_no_trace_of_it(tmp_path: Path):
    site = a_site(tmp_path)
    built = []
    for settings in (SETTINGS, SETTINGS.replace("page_editing, ", "")):
        site.config(settings)
        assert site.build().ok
        built.append(seen(tmp_path, "site"))
        text = "".join(
            path.read_text("utf-8", "replace") for path in Path(tmp_path, "site").rglob("*") if path.is_file()
        )
        assert "page-editing" not in text and "page_editing" not in text
    assert built[0] == built[1]


# Nobody else


def test_only_pages_with_snippets_have_a_token_and_only_under_names_of_this_machine(served: Serving):
    assert 'name="page-editing"' in served.get("other/index.html")
    for address in (
        "words/",
        "no-such/",
        "other/x.txt",
        "search/search_index.json",
        "-/page-editing/run",
        "../mkdocs.yml",
    ):
        assert "page-editing" not in served.get(address), address
    assert "page-editing" not in served.get("other/", Host=f"evil.example:{served.port}")
    kept = [path.read_bytes() for path in Path(served.root, ".cache").rglob("*") if path.is_file()]
    assert kept and not any(b"page-editing" in data for data in kept)


FOREIGN = {
    "no token": {"X-Page-Editing": None},
    "another token": {"X-Page-Editing": "x" * 43},
    "a token that is no text": {"X-Page-Editing": "\xff\xfe"},
    "no origin": {"Origin": None},
    "a foreign origin": {"Origin": "http://evil.example"},
    "an origin that begins like ours": {"Origin": "http://127.0.0.1.evil.example"},
    "the origin null": {"Origin": "null"},
    "an extension's origin": {"Origin": "chrome-extension://127.0.0.1"},
    "another port of this machine": {"Origin": "http://127.0.0.1:1"},
    "another name of this machine": {"Origin": "http://localhost"},
    "a rebound name": {"Host": "evil.example", "Origin": "http://evil.example"},
    "a name that begins like ours": {"Host": "127.0.0.1.evil.example", "Origin": "http://127.0.0.1.evil.example"},
    "a name with a user": {"Host": "evil@127.0.0.1", "Origin": "http://evil@127.0.0.1"},
    "an address of the network": {"Host": "192.168.0.7", "Origin": "http://192.168.0.7"},
    "any address": {"Host": "0.0.0.0", "Origin": "http://0.0.0.0"},
    "no name": {"Host": "", "Origin": "http://"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_nobody_else_gets_in(walk: Tab, headers: dict[str, str | None]):
    answer = walk.ask(walk.body({0: "raise SystemExit"}), **headers)
    assert answer.status == 403 and not walk.serving.engine.runs
    assert not [name for name, _ in answer.getheaders() if name.lower().startswith("access-control")]
    assert "again" in (said := answer.read().decode()) or "Only pages" in said


def test_a_page_of_a_server_that_was_started_before_is_told_to_load_again(walk: Tab):
    answer = walk.ask(walk.body({}), **{"X-Page-Editing": "of-the-server-before"})
    assert (answer.status, "load it again" in answer.read().decode()) == (403, True)


def test_this_machine_has_several_names(walk: Tab):
    for host in (f"localhost:{walk.serving.port}", "LOCALHOST:9000", "[::1]:8000", "127.0.0.2"):
        answer = walk.ask(walk.body({}), Host=host, Origin=f"http://{host}")
        assert answer.status == 200, host
        assert b'"done"' in answer.read()


WRONG = {
    "no JSON": (b"{", {}, 400),
    "not UTF-8": (b'{"page": "\xff"}', {}, 400),
    "deep": (b"[" * 100_000, {}, 400),
    "a list": (b"[]", {}, 400),
    "nothing": (b"", {}, 400),
    "text": (None, {"Content-Type": "text/plain"}, 415),
    "a form": (None, {"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "no type": (None, {"Content-Type": None}, 415),
    "100 MB": (b"", {"Content-Length": "100000000"}, 413),
    "more than anybody has": (b"", {"Content-Length": "9" * 17}, 413),
    "a length that is none": (b"", {"Content-Length": "-5"}, 400),
    "a length in words": (b"", {"Content-Length": "ten"}, 400),
    "in pieces": (b"0\r\n\r\n", {"Content-Length": None, "Transfer-Encoding": "chunked"}, 400),
}


@pytest.mark.parametrize(("body", "headers", "status"), WRONG.values(), ids=WRONG)
def test_what_is_no_request_is_refused(walk: Tab, body: bytes | None, headers: dict[str, str | None], status: int):
    answer = walk.ask(walk.body({}) if body is None else body, **headers)
    assert answer.status == status and b"message" in answer.read()


def test_what_cannot_be_meant_is_refused(walk: Tab):
    for other in (
        {"edits": {"6": "x"}}, {"edits": {"-1": "x"}}, {"edits": {"1.5": "x"}}, {"edits": {"٣": "x"}}, {"edits": {"x": "x"}},
        {"edits": {"1": "x", "01": "x"}}, {"edits": {"1": 2}}, {"edits": ["x"]}, {"edits": None}, {"edits": {"1": "\0"}},
        {"edits": {"1": "\ud800"}}, {"tab": ""}, {"tab": "x" * 101}, {"tab": 1}, {"page": None}, {"made_from": 1}, {"more": 1},
    ):  # fmt: skip
        assert walk.ask(walk.body({}, **other)).status == 400, other
    for page in ("no-such/", "../mkdocs.yml", "index.md", "/", "\ud800"):
        assert walk.ask(walk.body({}, page=page)).status == 404, page
    assert walk.ask(walk.body({}, made_from="")).status == 409
    for method in ("GET", "PUT", "OPTIONS", "HEAD"):
        assert walk.ask(b"", method).status == 405, method


def test_a_large_body_is_not_read(walk: Tab):
    with socket.create_connection(("127.0.0.1", walk.serving.port), 10) as connection:
        head = f"POST {walk.about['run']} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(1000), "before a byte of it is sent"


@pytest.mark.parametrize(("hosts", "edited"), [([], False), (["box:80"], True)])
def test_an_address_that_others_reach_turns_it_off(tmp_path, caplog, hosts: list[str], edited: bool):
    assert not any(map(is_loopback, ("0.0.0.0", "::", "", "192.168.0.7")))
    site = a_site(tmp_path)
    site.config(SETTINGS.replace("page_editing", f"page_editing: {{hosts: {hosts}}}"))
    with caplog.at_level(logging.INFO):
        serving = Serving(site.root, host="0.0.0.0")
    try:
        assert ("page-editing" in serving.get("", Host="box:80")) == edited == (serving.engine is not None)
        assert "page-editing" not in serving.get("", Host="other:80")
        assert ("cannot be edited" in caplog.text) != edited
    finally:
        serving.stop()


def test_it_needs_the_runner(tmp_path: Path):
    site = a_site(tmp_path)
    site.config(SETTINGS.replace("page_runner, page_editing", "page_editing, page_runner"))
    config = load_config(str(site.root / "mkdocs.yml"))
    build(config)
    site.config(SETTINGS.replace("page_cache, search, page_runner, page_editing, page_markdown", "page_editing"))
    assert not site.build().ok
