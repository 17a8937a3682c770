"""However a page's program ends, it is named by page and line, reaches no other page, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from served import PATIENCE
from tiny_site import Built, Site, fence

from page_runner.check import check_page
from page_runner.front_matter import read_front_matter
from page_runner.page import PageError, Snippet, parse
from page_runner.process import PageProcess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are POSIX")
TOP = "---\ntime_limit: {limit}\nmemory_limit: {memory}\n---\n\n"
FIRST = 7  # line of the first code
AWAY = "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        {what}\n    os._exit(0)\nos.wait()\n"
HOLD = "time.sleep(600)"

# By name: the code of a page, the line at which it fails, and words of what is said.
ENDS: dict[str, tuple[str, int, str]] = {
    "an error without a text": ("class E(Exception):\n    def __str__(self): raise ValueError('x')\nraise E", 2, "E: its text cannot be made (ValueError)"),
    "an error whose text exits": ("class E(Exception):\n    def __str__(self): raise SystemExit\nraise E", 2, "E: its text cannot be made (SystemExit)"),
    "a group": ("x = 1\nraise ExceptionGroup('many', [ValueError('a'), ExceptionGroup('in', [KeyError('b')])])", 1, "ExceptionGroup: many (2 sub-exceptions): ValueError: a; ExceptionGroup: in (1 sub-exception): KeyError: 'b'"),
    "a group with an exit": ("raise BaseExceptionGroup('b', [SystemExit(3)])", 0, "BaseExceptionGroup: b (1 sub-exception): SystemExit: 3"),
    "a cause": ("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('no') from error", 3, "ValueError: no"),
    "a repr that fails": ("class R:\n    def __repr__(self): return 1 / 0\nR()", 1, "ZeroDivisionError: division by zero"),
    "an exit with words": ("raise SystemExit('enough')", 0, "calls sys.exit('enough')"),
    "SIGUSR2": ("import os, signal\nos.kill(os.getpid(), signal.SIGUSR2)", 0, "was killed by SIGUSR2"),
    "SIGTERM": ("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", 0, "was killed by SIGTERM"),
    "SIGALRM": ("import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(60)", 0, "was killed by SIGALRM"),
    "SIGABRT": ("import os\nx = 1\nos.abort()", 2, "was killed by SIGABRT"),
    "SIGFPE": ("import os, signal\nx = 1\nos.kill(os.getpid(), signal.SIGFPE)", 2, "was killed by SIGFPE"),
    "a signal without a name": ("import os\nos.kill(os.getpid(), 36)", 0, "was killed by signal 36"),
    "an interrupt": ("import os, signal\nos.kill(os.getpid(), signal.SIGINT)", 1, "KeyboardInterrupt"),
    "a stop": ("import os, signal\nx = 1\nos.kill(os.getpid(), signal.SIGSTOP)", 2, "was stopped by a signal"),
    "a crash beside a thread": ("import ctypes, threading, time\nthreading.Thread(target=time.sleep, args=[60], daemon=True).start()\nctypes.string_at(0)", 2, "was killed by SIGSEGV"),
    "a pipe held open": ("import os, time\nif not os.fork():\n    time.sleep(600)\nos._exit(3)", 0, "ended by itself with exit code 3"),
    "all files closed": ("import os\nos.closerange(3, 100)", 0, "ended by itself with exit code"),
    "a flood of bytes": ("import sys\nwhile True:\n    _ = sys.stdout.buffer.write(b'x' * 99_999)", 2, "the snippet printed more than 10,000,000 characters"),
    "a flood of errors": ("import sys\nwhile True:\n    print('x' * 99_999, file=sys.stderr)", 2, "the snippet printed more than 10,000,000 characters"),
    "a child's flood": ("import os\nx = 1\nos.system('yes')", 2, "the snippet printed more than 10,000,000 characters"),
    "a flood of a descriptor": ("import os\nwhile True:\n    os.write(1, b'x' * 99_999)", 2, "the snippet printed more than 10,000,000 characters"),
    "a memory hog": ("x = []\nwhile True:\n    x.append(bytearray(9_000_000))", 2, "set memory_limit in its front matter"),
    "one huge piece": ("x = 1\ny = bytearray(10**13)", 1, "MemoryError: a page may take 0.4 GB"),
    "a family that hogs": ("import os, time\nfor _ in range(4):\n    if not os.fork():\n        x = bytearray(b'x') * 150_000_000\n        time.sleep(600)\ntime.sleep(600)", 5, "the page and what it has started take more than 0.4 GB of memory, which is its limit"),
    "a late thread": ("import threading\ndef late():\n    threading.main_thread().join()\n    print('late')\nthreading.Thread(target=late).start()", 0, "had started printed “late”: wait for it in the snippet"),
    "words at the exit": ("import atexit\n_ = atexit.register(print, 'bye')", 0, "had started printed “bye”"),
    "a thread without end": ("import threading\nevent = threading.Event()\nthreading.Thread(target=event.wait).start()", 0, "still ran here after"),
    "a magic": ("%matplotlib inline", 0, "this is a magic of IPython, which Python does not know: leave it out"),
    "a magic of a cell": ("%%time\nx = 1", 0, "this is a magic of IPython"),
    "a line for the shell": ("!pip install x", 0, "this is a line for the shell: install packages before"),
    "a shell's prompt": ("$ pip install x", 0, "this is a line for the shell: show it in a fence of its own"),
    "a prompt": (">>> x = 1", 0, "this is a prompt: leave out >>>"),
    "a label": ("In [1]: x = 3", 0, "this is a notebook's label"),
    "await": ("import asyncio\nawait asyncio.sleep(0)", 1, "a program has no await outside of a function"),
    "async for": ("async for x in y: pass", 0, "a program has no await outside of a function"),
    "another file": ('--8<-- "x.py"', 0, "the page runs before snippets of other files are put in"),
    "a question": ("print?", 0, "this asks IPython for help: write help"),
    "a file beside the page": ("open('data.csv')", 0, "a page works in an empty folder: write reads: [docs/data.csv] in its front matter, and it lies there as data.csv"),
    "a file of the project": ("import pandas as pd\npd.read_csv('mkdocs.yml')", 1, "write reads: [mkdocs.yml] in its front matter, and it lies there as mkdocs.yml"),
    "a file that is nowhere": ("open('nowhere.csv')", 0, "No such file or directory: 'nowhere.csv'"),
    "an address of a line": ("import matplotlib.pyplot as plt\nplt.plot([1, 2])", 0, "shows a memory address of matplotlib.lines.Line2D object, which changes with every run: end the snippet with plt.show(), or its last line with a semicolon"),
    "an address of a value": ("object()", 0, "of object object, which changes with every run: show what it holds, give its class a __repr__, or end the last line with a semicolon"),
    "an address that is printed": ("print(object())", 0, "print what it holds, or give its class a __repr__"),
    "a million points": ("import matplotlib.pyplot as plt, numpy as np\nplt.scatter(np.arange(1_000_000), np.zeros(1_000_000), s=1);|alt=\"Points.\"", 0, "characters of SVG: draw fewer points"),
}  # fmt: skip
LONGER = {"a million points": 60, "a thread without end": 1.5}


def page(name: str) -> str:
    code, *options = ENDS[name][0].split("|")
    return TOP.format(limit=LONGER.get(name, 30), memory="4 GB" if "points" in name else "400 MB") + fence(
        code, *options
    )


def named(name: str) -> str:
    return "é-" + name.replace(" ", "-").replace("'", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("ends"))
    site.write("docs/data.csv", "1\n")
    for name in ENDS:
        site.page(page(name), named(name))
    site.page(fence("print('fine')"))
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build()


@pytest.mark.xdist_group("ends")
@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_named_by_page_and_line(built: Built, name: str):
    _, line, words = ENDS[name]
    (error,) = (each for each in built.errors if each.startswith(f"docs/{named(name)}.md:"))
    assert error.startswith(f"docs/{named(name)}.md:{FIRST + line}: ")
    assert words in error.split("\n")[0]
    assert words in built.find(".page-error", named(name)).get_text()
    assert "page_runner" not in error and str(built.site.parent) not in error


@pytest.mark.xdist_group("ends")
def test_other_pages_are_fine(built: Built):
    assert built.outputs() == ["fine"] and len(built.errors) == len(ENDS) + 1


@pytest.mark.parametrize(
    "name", ["a group", "a pipe held open", "a child's flood", "a late thread", "a file beside the page"]
)
def test_the_same_is_said_in_tests(site: Site, name: str):
    with pytest.raises(PageError) as raised:
        check_page(site.root / f"docs/{named(name)}.md", site.root)
    assert raised.value.line == FIRST + ENDS[name][1] and ENDS[name][2] in raised.value.message


def test_a_page_at_its_limit_says_so_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("page_runner.family.Watched.takes_too_much", lambda self: True)
    snippet = Snippet("import time\ntime.sleep(0.3)\nraise MemoryError\n", 2)  # longer than between two looks
    with (
        PageProcess(parse(fence("1"), "x.md"), tmp_path, ()) as process,
        pytest.raises(PageError, match=r"x\.md:4: MemoryError"),
    ):
        process.run(snippet)


# By name: what a page starts; {mark} is the name of its file.
LEFT = {
    "a child": "import subprocess\nsubprocess.Popen(['sleep', '{mark}']);",
    "one in a session of its own": "import subprocess\nsubprocess.Popen(['sleep', '{mark}'], start_new_session=True);",
    "a daemon": AWAY.format(what="os.execvp('sleep', ['sleep', '{mark}'])"),
    "a daemon of a page that crashes": AWAY.format(what="os.execvp('sleep', ['sleep', '{mark}'])") + "os.kill(os.getpid(), 11)",
    "a daemon without a program of its own": AWAY.format(what="open('/proc/self/comm', 'w').write('{mark}'); time.sleep(600)") + "os._exit(1)",
    "a shell's child": "import os\n_ = os.system('sleep {mark} &')",
    "a thread's child": "import subprocess, threading\nthreading.Thread(target=subprocess.Popen, args=[['sleep', '{mark}']]).start()",
    "a child of asyncio": "import asyncio\nasync def go(): await asyncio.create_subprocess_exec('sleep', '{mark}')\nasyncio.run(go())",
    "a worker": "import multiprocessing as mp\np = mp.get_context('fork').Process(target=__import__('os').execvp, args=('sleep', ['sleep', '{mark}']), daemon=True)\np.start()",
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_nothing_is_left_running(tmp_path: Path, name: str):
    if sys.platform != "linux" and "daemon" in name:
        pytest.skip("only Linux tells who has started what")
    mark = str(10_000 * os.getpid() + list(LEFT).index(name))  # another run may have left what it started
    page = parse(fence(LEFT[name].replace("{mark}", mark)), "x.md")
    try:
        with PageProcess(page, tmp_path, ()) as process:
            process.run(page.items[0])
            end = time.monotonic() + PATIENCE
            while not running(mark):
                assert time.monotonic() < end
    except PageError:
        assert "crashes" in name or "without" in name
    assert not running(mark)


def running(mark: str) -> list[psutil.Process]:
    found = []
    for each in psutil.process_iter(["name", "cmdline", "status"]):
        here = each.info["name"] == mark or mark in (each.info["cmdline"] or ())
        found += [each] if here and each.info["status"] != psutil.STATUS_ZOMBIE else []
    return found


def test_a_page_that_ends_where_pages_come_from_ends_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from multiprocessing import forkserver

    connect = forkserver.connect_to_new_process
    said: list[str] = []

    def is_ending(fds):
        if not said:  # it takes a moment to go, and hears nothing meanwhile
            said.append("Broken pipe")
            raise BrokenPipeError(*said)
        return connect(fds)

    snippet = Snippet("import os\nos.kill(os.getppid(), 9)\n", 2)
    with PageProcess(parse(fence("1"), "a.md"), tmp_path, ()) as process:
        process.run(snippet)
    monkeypatch.setattr(forkserver, "connect_to_new_process", is_ending)
    with PageProcess(parse(fence("1"), "b.md"), tmp_path, ()) as process:
        assert process.run(Snippet("1 + 1\n", 2)).text == "2\n"
    assert said


def test_why_a_page_could_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("page_runner.process.page_folder", lambda: Nowhere(tmp_path))
    with pytest.raises(PageError, match=r"x.md:1: the page's process could not start: FileNotFoundError: .*no-such"):
        PageProcess(parse(fence("1"), "x.md"), tmp_path, ()).__enter__()


class Nowhere:
    def __init__(self, root: Path):
        self.name = str(root / "no-such")

    def cleanup(self) -> None: ...


def test_at_its_end_a_page_undoes_what_it_did_and_not_what_was_imported_before(tmp_path: Path):
    finalizer = "import weakref\nclass Kept: ...\nkept = Kept()\nweakref.finalize(kept, print, {!r})\n"
    (tmp_path / "library.py").write_text(finalizer.format("the library's"), "utf-8")
    program = f"from page_runner.origin import preload\npreload(['library'])\n{finalizer.format('its own')}"
    modules = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    printed = subprocess.check_output(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": modules}, encoding="utf-8"
    )
    assert printed == "its own\n"


@pytest.mark.parametrize("home", ["/dev/null", "/proc/none", "nowhere"])
def test_pages_draw_where_the_user_has_no_home(site: Site, monkeypatch: pytest.MonkeyPatch, home: str):
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    text = fence("import os\nprint(os.environ['MPLCONFIGDIR'])") + "\n" + fence("1")
    with PageProcess(parse(text, "x.md"), site.root, ()) as process:
        first, last = process.page.items
        assert process.run(first).text == f"{site.root / '.cache/matplotlib'}\n"
        assert process.run(last).text == "1\n"


@pytest.mark.parametrize("value", [".inf", ".nan", "-1", "-.inf", "1e9", "86401", "yes", "[1]", "60 s", "'60'", "0"])
def test_a_time_limit_can_be_waited_for(value: str):
    ((line, what),) = read_front_matter(f"---\ntitle: T\ntime_limit: {value}\n---\n").errors
    assert line == 3 and "must be a positive number of seconds, up to 86,400 (a day)" in what


@pytest.mark.parametrize("value", ["8", "much", "-1 GB", "0 GB", ".inf", "8 apples", "[1]"])
def test_a_memory_limit_is_a_size(value: str):
    ((line, what),) = read_front_matter(f"---\nmemory_limit: {value}\n---\n").errors
    assert line == 2 and what.endswith("but must be a size, such as 8 GB")


@pytest.mark.parametrize(("value", "size"), [("8 GB", 8e9), ("1.5GiB", 1.5e9), ("500 mb", 5e8), ("1 TB", 1e12)])
def test_sizes(value: str, size: float):
    assert parse(f"---\nmemory_limit: {value}\n---\n", "x.md").memory_limit == size


def test_files_that_a_page_reads_lie_where_it_works(site: Site):
    site.write("data/top.csv", "7\n")
    path = site.page(
        "---\nreads: [docs/data.csv, data/*.csv]\n---\n"
        + fence("open('data.csv').read(), open('data/top.csv').read()"),
        "reads",
    )
    with PageProcess(parse(path.read_text("utf-8"), "docs/reads.md"), site.root, ()) as process:
        (item,) = process.page.items
        assert process.run(item).text == "('1\\n', '7\\n')\n"
    path.unlink()


@pytest.mark.parametrize("asked", [False, True])
def test_once_asked_to_end_nothing_is_started_anew_to_fork_pages_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: bool
):
    started = []

    class Dying:
        def __init__(self, **_):
            pass

        def start(self):
            started.append(1)
            raise EOFError

    monkeypatch.setattr("page_runner.process.CONTEXT.Process", Dying)
    monkeypatch.setattr("page_runner.process.wait_for_origin", lambda: None)
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.SIG_IGN if asked else signal.SIG_DFL)
    with pytest.raises(PageError, match="could not start"):
        PageProcess(parse(fence("1"), "x.md"), tmp_path, ()).__enter__()
    assert len(started) == (1 if asked else 2)
