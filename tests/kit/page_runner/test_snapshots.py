"""Snapshots: a page that is edited runs again from the change on, and gives what a whole run gives."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from served import PATIENCE, Served
from tiny_site import Site, fence

from page_runner import snapshots
from page_runner.page import Snippet
from page_runner.process import PageProcess
from page_runner.runner import Run, Runner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows what a snapshot must know")


class Edited:
    """A page of a project that is served, and its runs: each with what ran for it, and with what a whole run gives."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch):
        self.root, self.path = root, root / "page.md"
        self.runner = Runner(root, root / ".cache/served")
        self.runner.keep_snapshots()
        self.asked: list[str] = []
        run = PageProcess.run

        def noted(process, item):
            self.asked.append(item.source if isinstance(item, Snippet) else item.expression)
            return run(process, item)

        patch.setattr(PageProcess, "run", noted)

    def write(self, *parts: str) -> None:
        """Snippets, each with its options behind a bar, and what is none: numbers and titles."""
        texts = [part if part.startswith(("{{", "# ")) else fence(*part.split(" | ")) for part in parts]
        self.path.write_text("\n\n".join(texts), "utf-8")

    def run(self, *parts: str) -> tuple[Run, list[str]]:
        """The page with these parts, from a snapshot where that is possible, and the items that have run."""
        self.write(*parts)
        self.asked.clear()
        run = self.runner.result(self.path)
        return run, [each.strip() for each in self.asked]

    def whole(self) -> Run:
        """A whole run of the page as it is."""
        shutil.rmtree(self.root / ".cache/whole", ignore_errors=True)
        return Runner(self.root, self.root / ".cache/whole").result(self.path)

    def same(self, *parts: str) -> list[str]:
        """The items that have run for these parts; what they give is what a whole run gives."""
        run, ran = self.run(*parts)
        whole = self.whole()
        assert run.outputs == whole.outputs
        assert list(map(str, run.errors)) == list(map(str, whole.errors))
        assert run.looks == whole.looks
        return ran


@pytest.fixture
def page(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edited]:
    """A page that leaves a snapshot after every item."""
    monkeypatch.setattr(snapshots, "SPACING", 0.0)
    monkeypatch.setattr(snapshots, "BEFORE_CHANGE", 0.0)
    monkeypatch.setattr(snapshots, "SHARE", float("inf"))
    edited = Edited(tmp_path_factory.mktemp("project"), monkeypatch)
    yield edited
    assert edited.runner.snapshots
    edited.runner.snapshots.close()


# A page on which each snippet uses what those above it have left in memory and in files.
EVERYTHING = [
    "import logging, os, pickle, random, sys, tempfile, warnings\nimport numpy as np, torch\nfrom pathlib import Path\nrandom.seed(1); np.random.seed(1); _ = torch.manual_seed(1)",
    "class Point:\n    def __init__(self): self.x = [0]\npoint = Point()\ndef warn(): warnings.warn('once')\nwarn()",
    "point.x.append(random.random()); point.x.append(np.random.rand()); point.x.append(torch.rand(1).item())\nwarn(); print(point.x)",
    "{{ point.x.append(5) }} and {{ len(point.x) }}",
    "import matplotlib.pyplot as plt\nlines = plt.plot(point.x)\nopen('own.txt', 'w').write('a') | alt=\"A line, up to {{ point.x[-1] }}.\"",
    "os.wait() | raises=\"ChildProcessError\"",
    "folder = tempfile.TemporaryDirectory()\nos.mkdir('below'); os.chdir('below')\nPath(folder.name, 'x').write_text('one' * 9000)\ntorch.save(torch.ones(2), Path(folder.name, 't.pt'))",
    "file = open(Path(folder.name, 'x'))\nprint(file.read(1), os.listdir('..'), os.getcwd() == str(Path.cwd()))\nopen('../own.txt', 'a').write('b')",
    "print(len(file.read()), random.random(), torch.rand(1), np.random.rand(), pickle.loads(pickle.dumps(point)).x)\nfile.close()",
    "plt.plot(point.x); plt.title('again')\nprint(open('../own.txt').read(), sorted(os.listdir(folder.name)))\nopen('../own.txt', 'a').write('c') | alt=\"A line.\"",
    "x: int = 3\nprint(__annotations__, __name__, sys.argv, sys.modules['__main__'].point is point)\nopen('../left.csv', 'w').write('1')",
    "os.chdir('..'); print(open('own.txt').read(), sorted(os.listdir()))\nfolder.cleanup() | download=\"left.csv\"",
]  # fmt: skip


def edited(part: str) -> str:
    """The same with a remark in its code."""
    code, bar, options = part.partition(" | ")
    return part.replace("len(", "1 * len(") if part.startswith("{{") else f"{code}  # edited{bar}{options}"


def test_each_item_of_a_page_goes_on_from_those_above_it(page):
    run, ran = page.run(*EVERYTHING)
    whole = page.whole()
    assert len(ran) == len(EVERYTHING) + 1 and not run.errors, run.errors
    assert (run.outputs, run.looks) == (whole.outputs, whole.looks)
    for number in (11, 10, 9, 8, 7, 6, 3, 1):
        parts = [*EVERYTHING[:number], edited(EVERYTHING[number]), *EVERYTHING[number + 1 :]]
        changed, ran = page.run(*parts)
        assert changed.outputs == run.outputs, EVERYTHING[number]
        assert len(ran) == len(EVERYTHING) - number + (number < 3), EVERYTHING[number]
    assert page.runner.cache.load(changed.page) == (whole.outputs, whole.looks)


def test_a_number_that_fails_is_said_after_every_edit(page):
    parts = ["x = 1", "{{ y }}", "x = 2", "{{ x / 0 }}", "x = 3"]
    for number in (0, 4, 2, 4):
        parts[number] += "  # edited"
        run, ran = page.run(*parts)
        assert len(ran) == (5 if number == 0 else 4)
        assert [error.line for error in run.errors] == [6, 13]
    assert list(map(str, run.errors)) == list(map(str, page.whole().errors))


def test_random_edits_give_what_whole_runs_give(page):
    pool = [
        "x.append(len(x)); print(x)", "x = [*x, 'new']", "del x[:1]", "print(random.random())", "random.seed(3)",
        "print(sorted(os.listdir()))", "open('a', 'a').write('+'); print(open('a').read())", "os.remove('a')",
        "def f(): return x[0] / 0", "f()", "f() | raises=\"ZeroDivisionError\"", "{{ len(x) }}", "{{ x.pop() }}",
        "import warnings; warnings.warn('look')", "plt.plot(range(len(x)));  | alt=\"A line.\"", "x",
    ]  # fmt: skip
    chance = random.Random(7)
    parts = [
        "import os, random\nimport matplotlib.pyplot as plt\nrandom.seed(1)\nx = [1, 2, 3]",
        *chance.choices(pool, k=4),
    ]
    ran = 0
    for _ in range(14):
        at = chance.randrange(1, len(parts) + 1)
        parts[at : at + chance.choice([0, 0, 1, 1, 2])] = chance.choices(pool, k=chance.choice([0, 1, 1, 2]))
        ran += len(page.same(*parts))
    assert ran < 14 * 3, "most of it was not run again"


def test_a_failing_snippet_is_all_that_runs_until_it_is_right(page):
    above = ["x = [1]", "x.append(2)"]
    assert page.same(*above, "x.append(3); 1 / 0") == [*above, "x.append(3); 1 / 0"]
    endings = [
        "x.append(4); y",
        "import os; os._exit(3)",
        "import os; os.kill(0, 9)",
        "import sys; sys.exit()",
        "1 +",
        "print(x)",
    ]
    for ending in endings:
        assert page.same(*above, ending) == [ending]


def test_items_that_are_inserted_removed_or_moved(page):
    first, second, last = "x = 1", "x += 1", "print(x)"
    page.run(first, second, last)
    assert page.same(first, second, last, "x * 5") == ["x * 5"]
    assert page.same(first, second, last) == []
    assert page.same(first, second, second, last) == [second, last]
    assert page.same(first, last) == [last]
    assert page.same("# A title\n\n{{ 0 }}", first, last) == ["0", first, last], (
        "lines have moved, as tracebacks show them"
    )
    assert page.same("# A title\n\n{{ 0 }}", first, last + ' | title="x"') == [last], "options are code, too"


def test_a_line_that_moves_is_named_where_it_is(page):
    above = "def f():\n    raise ValueError('no')"
    page.run(above, "f()")
    page.path.write_text("A line.\n\n" + page.path.read_text("utf-8"), "utf-8")
    page.runner.cache.store.sweep()
    (error,) = page.runner.result(page.path).errors
    assert str(error) == str(page.whole().errors[0]) and error.line == 5


def test_what_a_snapshot_looked_at_must_be_as_it_was(page):
    data, module = page.root / "data.txt", page.root / "own.py"
    data.write_text("old", "utf-8")
    module.write_text("y = 1\n", "utf-8")
    parts = [
        f"import sys; sys.path.insert(0, {str(page.root)!r})",
        f"print(open({str(data)!r}).read())",
        "import own\nown.y",
        "1",
    ]
    page.run(*parts)
    data.write_text("new", "utf-8")
    assert page.same(*parts) == parts[1:]
    module.write_text("y = 200\n", "utf-8")
    assert page.same(*parts[:3], "2") == [parts[2], "2"]


def test_what_a_page_says_that_it_reads_counts_from_its_beginning(page):
    (page.root / "a.csv").write_text("1", "utf-8")
    front, body = "---\nreads: [a.csv]\n---\n", fence("1") + fence("2")
    page.path.write_text(front + body, "utf-8")
    page.runner.result(page.path)
    (page.root / "a.csv").write_text("2", "utf-8")
    page.asked.clear()
    page.path.write_text(front + body.replace("2", "3"), "utf-8")
    page.runner.result(page.path)
    assert page.asked == ["1\n", "3\n"]


def test_another_environment_or_time_limit_begins_anew(page, monkeypatch):
    page.run("1", "2")
    monkeypatch.setenv("TINY_MODE", "loud")
    last = "import os; print(os.environ['TINY_MODE'])"
    assert page.same("1", last) == ["1", last]
    page.path.write_text("---\ntime_limit: 50\n---\n" + fence("1") + fence("2"), "utf-8")
    page.runner.result(page.path)
    page.asked.clear()
    page.path.write_text("---\ntime_limit: 51\n---\n" + fence("1") + fence("3"), "utf-8")
    page.runner.result(page.path)
    assert page.asked == ["1\n", "3\n"]


def test_the_time_above_counts(page):
    page.path.write_text("---\ntime_limit: 3\n---\n" + fence("import time\ntime.sleep(1.5)") + fence("2"), "utf-8")
    assert not page.runner.result(page.path).errors
    page.asked.clear()
    page.path.write_text(page.path.read_text("utf-8").replace("\n2\n", "\ntime.sleep(2)\n"), "utf-8")
    (error,) = page.runner.result(page.path).errors
    assert (error.line, page.asked) == (9, ["time.sleep(2)\n"])
    assert "the page still ran here after 3 seconds" in error.message


# What does not lie in memory, and what comes after it on the page.
ELSEWHERE = {
    "a thread": ("import threading\nstop = threading.Event()\nthread = threading.Thread(target=stop.wait, daemon=True)\nthread.start()", "thread.is_alive()"),
    "a program that runs": ("import subprocess\nprogram = subprocess.Popen(['sleep', '60'])", "program.poll() is None"),
    "a program that has ended": ("import subprocess, sys\n_ = subprocess.run([sys.executable, '-c', 'open(\"a\", \"a\").write(\"x\")'])", "open('a').read()"),
    "a file that is written": ("file = open('log', 'w')\nfile.write('a' * 9000)", "file.write('b'); file.flush(); open('log').read()[8999:]"),
    "a file that is gone": ("import os\n_ = open('a', 'w').write('abc')\nfile = open('a')\nos.remove('a')", "file.read()"),
    "a socket": ("import socket\na, b = socket.socketpair()\na.send(b'x')", "b.recv(9)"),
    "shared memory": ("import mmap\nshared = mmap.mmap(-1, 8)", "shared[0] += 1; shared[0]"),
    "a timer": ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 100)", "signal.getitimer(signal.ITIMER_REAL)[0] > 0"),
    "a file of the project": ("_ = open({root!r} + '/log', 'a').write('a')", "open({root!r} + '/log').read() != ''"),
    "a file that was there": ("import os\nos.replace({root!r} + '/there', {root!r} + '/gone')\n_ = open({root!r} + '/there', 'w').write('1')", "1"),
    "the number of the process": ("import os\nnumber = os.getpid()", "os.getpid() == number"),
    "a process for later": ("import multiprocessing\nlater = multiprocessing.get_context('fork').Process(target=int)", "later.start(); later.join(); later.exitcode"),
    "someone who waits for a child": ("import signal\n_ = signal.signal(signal.SIGCHLD, lambda *_: None)", "1"),
    "a descriptor that was closed": ("import os\nos.close(2)", "1"),
    "a GPU": ("import torch\ntorch.cuda._is_in_bad_fork = lambda: True", "1"),
}  # fmt: skip


@pytest.mark.parametrize(("code", "last"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_there_is_no_snapshot_of_what_does_not_lie_in_memory(page, code, last):
    (page.root / "there").write_text("0", "utf-8")
    code, last = (each.replace("{root!r}", repr(str(page.root))) for each in (code, last))
    page.run("x = 1", code, last)
    run, ran = page.run("x = 1", code, f"{last}  # edited")
    assert ran == [code, f"{last}  # edited"]
    assert run.outputs == page.whole().outputs


def test_there_are_no_more_snapshots_than_may_be(page, monkeypatch):
    def left(*parts: str) -> list[int]:
        page.run(*parts)
        return [each.at for each in page.runner.snapshots.trails["page.md"].snapshots]

    parts = [f"x = {number}" for number in range(9)]
    assert left(*parts) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "MOST", 4)
        assert left("0", *parts) == [1, 7, 9, 10]
        assert page.same("0", *parts[:7], "x", "x") == ["x = 6", "x", "x"]
        patch.setattr(snapshots, "MEMORY", 1)
        assert left("1", *parts) == [8, 10]
    monkeypatch.setattr(snapshots, "COPIED", 100_000)
    assert left("2", "_ = open('a', 'w').write('a' * 90_000)", "3", "4") == [1, 2]


def test_pages_that_ran_last_keep_theirs(page, monkeypatch):
    monkeypatch.setattr(snapshots, "PAGES", 2)
    for name in "abc":
        page.path = page.root / f"{name}.md"
        page.run("1", "2")
    assert list(page.runner.snapshots.trails) == ["b.md", "c.md"]


def test_a_page_that_is_not_edited_leaves_none(page):
    data = page.root / "data.txt"
    data.write_text("old", "utf-8")
    parts = ["1", f"open({str(data)!r}).read()"]
    page.write(*parts)
    Runner(page.root, page.root / ".cache/served").result(page.path)  # the first build
    data.write_text("new", "utf-8")
    run, ran = page.run(*parts)
    assert (run.outputs[1].text, len(ran)) == ("'new'\n", 2) and not page.runner.snapshots.trails


def processes(mark: str) -> list[int]:
    """The processes that have a variable in the environment with which they began."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes() and (process / "cmdline").read_bytes():
                found.append(int(process.name))
        except OSError:  # it has ended
            continue
    return found


def wait_until_gone(mark: str) -> None:
    end = time.monotonic() + PATIENCE
    while left := processes(mark):
        assert time.monotonic() < end, [Path(f"/proc/{each}/cmdline").read_text("utf-8") for each in left]
        time.sleep(0.01)


SERVER = """
import signal, sys
from pathlib import Path
from page_runner import snapshots
from page_runner.runner import Runner

if __name__ == "__main__":
    snapshots.SPACING, snapshots.SHARE = 0, 1e9
    runner = Runner(Path(), Path(".cache"), ())
    runner.keep_snapshots()
    for page in map(Path, "ab"):
        page.write_text("```python\\nx = 1\\n```\\n```python\\nx\\n```\\n")
        runner.result(page.resolve())
    print(*(trail.folder.name for trail in runner.snapshots.trails.values()), flush=True)
    signal.pause()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda how: how.name)
def test_nothing_is_left_when_the_server_ends(tmp_path, how):
    mark = f"SNAPSHOTS={tmp_path}"
    environment = os.environ | {"SNAPSHOTS": str(tmp_path)}
    (tmp_path / "server.py").write_text(SERVER, "utf-8")
    with subprocess.Popen(
        [sys.executable, "server.py"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        folders = server.stdout.readline().split()
        assert len(folders) == 2 and all(map(os.path.isdir, folders))
        assert len(processes(mark)) >= 5, "the server, and four snapshots"
        server.send_signal(how)
    wait_until_gone(mark)
    assert not any(map(os.path.exists, folders))


def test_what_follows_a_change_runs_again_under_mkdocs_serve(tmp_path_factory, monkeypatch):
    site = Site(tmp_path_factory.mktemp("project"))
    monkeypatch.setenv("SNAPSHOTS", str(site.root))
    began = fence("import time\nbegan = time.time_ns()\nwhile time.time_ns() < began + 3e8:\n    pass")
    site.page(began + fence("print('first', began)"))
    served = Served(site.root)

    def edit(word: str) -> str:
        site.page(began + fence(f"print('{word}', began)"))
        return re.search(rf"{word} (\d+)", served.wait_for(f"{word} 1"))[1]

    try:
        served.wait_for("first")
        assert edit("second") == edit("third"), "the first snippet has not run again"
        assert len(processes(f"SNAPSHOTS={site.root}")) > 2
    finally:
        served.stop()
    wait_until_gone(f"SNAPSHOTS={site.root}")


def test_streams_go_on_from_a_snapshot(page):
    above = [
        "import logging, os, sys\nlogging.basicConfig(format='%(message)s', force=True)\nlogging.warning('first')",
        "print('\\x1b[31mred\\x1b[0m'); _ = os.write(1, b'bytes\\n'); display({'text/html': '<b>x</b>'}, raw=True)",
        "def f(x: int): ...\nf.__annotations__",
    ]
    endings = [
        "logging.warning('second')",
        "_ = os.write(2, b'a\\n'); print('b')",
        "display(1)\n2",
        "print(os.getcwd()[-4:])",
    ]
    page.run(*above, "1")
    for ending in endings:
        assert page.same(*above, ending) == [ending]
    late = "import threading\ndef late():\n    threading.main_thread().join()\n    print('late')\nthreading.Thread(target=late).start()"
    page.run(*above, late, "1")
    run, ran = page.run(*above, late, "2")
    assert ran == [late, "2"] and "“late”" in str(run.errors[0])


def test_a_page_that_goes_on_from_a_snapshot_leaves_nothing_running(page):
    first = "import os, subprocess"
    page.run(first, "1")
    code = "child = subprocess.Popen(['sleep', '7654321'], start_new_session=True)"
    run, ran = page.run(first, code, "os._exit(3)")
    assert ran == [code, "os._exit(3)"] and "exit code 3" in str(run.errors[0])
    assert not [each for each in psutil.process_iter(["cmdline"]) if "7654321" in (each.info["cmdline"] or ())]
