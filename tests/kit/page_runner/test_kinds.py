"""More cases of the kinds of fault that the kit's README lists: each kind has twelve or more, here and in other tests."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.structure.files import File
from project_root import ROOT
from tiny_site import Built, Site, fence

from page_runner.display import markup, text
from page_runner.generator import page_name, read
from page_runner.page import PageError, parse, survey
from page_runner.plugin import unfit
from page_runner.process import MATPLOTLIB, without_home
from page_runner.program import Program
from page_runner.store import Store

INT = "<class 'int'>"
CUT = re.compile(r".*\n… cut here: [\d,]+ more characters", re.S)

# By kind: snippets of one page, and what stands under each; None where nothing does.
SHOWN: dict[str, list[tuple[str, str | re.Pattern[str] | None]]] = {
    "the runner's compiler flags": [
        ("def f(x: int): ...\nf.__annotations__['x']", INT),
        ("class C:\n    x: int = 1\nC.__annotations__['x']", INT),
        ("async def g(x: int): ...\ng.__annotations__['x']", INT),
        ("def outer():\n    def inner(x: int): ...\n    return inner\nouter().__annotations__['x']", INT),
        ("from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\nP.__annotations__['x']", INT),
        ("import __future__\ncompile('1', 'a', 'eval').co_flags & __future__.annotations.compiler_flag", "0"),
        ("f.__code__.co_flags & __future__.annotations.compiler_flag", "0"),
        ("exec('from __future__ import annotations\\ndef later(x: Later): ...')\nlater.__annotations__['x']", "'Later'"),
        ("def still(x: int): ...\nstill.__annotations__['x']", INT),
    ],
    "output of children, C code, descriptors, bytes": [
        ("import os, subprocess, sys\nprint(os.popen('echo read').read(), end='')", "read"),
        ("print('a')\n_ = os.writev(1, [b'b', b'c\\n'])\nprint('d')", "a\nbc\nd"),
        ("print('a')\n_ = sys.__stdout__.write('b\\n'), sys.__stderr__.write('c\\n')", "a\nb\nc"),
        ("print('a', end='')\n_ = subprocess.run(['sh', '-c', 'printf b; printf c >&2'])\nprint('d')", "abcd"),
        ("_ = subprocess.run([sys.executable, '-c', 'import os; os.system(\"echo deep\")'])", "deep"),
        ("_ = os.waitpid(os.posix_spawn('/bin/echo', ['echo', 'spawned'], os.environ), 0)", "spawned"),
    ],
    "log handlers made earlier; stdout replaced, closed, asked about": [
        ("import contextlib, io, logging, sys, warnings\nlog = logging.getLogger('k')\nlog.addHandler(logging.StreamHandler())", None),
        ("log.warning('by stderr')", "by stderr"),
        ("logging.captureWarnings(True)\nlogging.getLogger('py.warnings').addHandler(logging.StreamHandler(sys.stdout))", None),
        ("warnings.warn('taken')\nlogging.captureWarnings(False)", re.compile(r".*UserWarning: taken.*", re.S)),
        ("class Twice:\n    def write(self, words): return sum(sys.__stdout__.write(words) for _ in '12')\n    def flush(self): ...\nwith contextlib.redirect_stdout(Twice()):\n    print('x', end='')", "xx"),
        ("with contextlib.redirect_stderr(io.StringIO()) as heard:\n    print('no', file=sys.stderr)\nheard.getvalue()", "'no\\n'"),
        ("sys.stdout.reconfigure(line_buffering=True)\nprint(sys.stdout.writable(), sys.stdout.write('ab\\n'))", "ab\nTrue 3"),
    ],
    "too much output, by any way": [
        ("for number in range(9_000): print(number)", CUT),
        ("import os, sys\nfor _ in range(30): print('e' * 999, file=sys.stderr)", CUT),
        ("_ = os.system('yes | head -n 15000')", CUT),
        ("'a' * 10_000 + '\\n' * 15_000", CUT),
    ],
    "processes and workers: fork, spawn, forkserver, pools, `DataLoader`": [
        ("import asyncio, os, subprocess, sys\nimport multiprocessing as mp\nfork = mp.get_context('fork')\nqueue = fork.Queue()\nworker = fork.Process(target=queue.put, args=[7])\nworker.start(); worker.join()\nqueue.get()", "7"),
        ("here, there = fork.Pipe()\nworker = fork.Process(target=there.send, args=['hello'])\nworker.start(); worker.join()\nhere.recv()", "'hello'"),
        ("total = fork.Value('i', 0)\ndef add():\n    with total.get_lock(): total.value += 1\nworkers = [fork.Process(target=add) for _ in range(3)]\nfor each in workers: each.start()\nfor each in workers: each.join()\ntotal.value", "3"),
        ("from multiprocessing.pool import ThreadPool\nwith ThreadPool(2) as pool: print(pool.map(abs, [-1, -2]))", "[1, 2]"),
        ("subprocess.Popen([sys.executable, '-c', 'print(input())'], stdin=-1, stdout=-1, text=True).communicate('said')[0]", "'said\\n'"),
        ("async def child():\n    process = await asyncio.create_subprocess_exec('echo', 'async')\n    return await process.wait()\nasyncio.run(child())", "async\n0"),
    ],
    "`inspect`, pickle, `__main__`, own modules": [
        ("import copy, enum, importlib, inspect, pickle, sys\nfrom dataclasses import dataclass\nfrom pathlib import Path\nclass A:\n    def up(self):\n        return 1\nprint(inspect.getsource(A.up))", "    def up(self):\n        return 1"),
        ("def f(x, y=2): ...\ninspect.signature(f)", "<Signature (x, y=2)>"),
        ("pickle.loads(pickle.dumps(f)) is f", "True"),
        ("class Colour(enum.Enum):\n    RED = 1\npickle.loads(pickle.dumps(Colour.RED)) is Colour.RED", "True"),
        ("@dataclass\nclass D:\n    x: int\npickle.loads(pickle.dumps(D(3))), copy.deepcopy(D(4))", "(D(x=3), D(x=4))"),
        ("import __main__\n__main__.f is f, __name__, D.__module__", "(True, '__main__', '__main__')"),
        ("Path('own_one.py').write_text('y = 1')\nimport own_one\n_ = Path('own_one.py').write_text('y = 23')\nimportlib.reload(own_one).y", "23"),
    ],
    "threads, late prints, exit handlers": [
        ("import asyncio, threading\nfrom concurrent.futures import ThreadPoolExecutor\nclass Mine(threading.Thread):\n    def run(self): print('mine')\nmine = Mine(); mine.start(); mine.join()", "mine"),
        ("timer = threading.Timer(0.01, print, ['in time']); timer.start(); timer.join()", "in time"),
        ("with ThreadPoolExecutor(1) as pool: _ = [*pool.map(print, 'ab')]", "a\nb"),
        ("asyncio.run(asyncio.to_thread(print, 'from asyncio'))", "from asyncio"),
        ("kept = threading.local(); kept.x = 1\nthread = threading.Thread(target=lambda: print(hasattr(kept, 'x'))); thread.start(); thread.join()", "False"),
        ("threading.excepthook = lambda what: print('heard', what.exc_type.__name__)\nthread = threading.Thread(target=lambda: 1 / 0); thread.start(); thread.join()", "heard ZeroDivisionError"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    site = Site(tmp_path_factory.mktemp("kinds"))
    for number, cases in enumerate(SHOWN.values()):
        site.page("\n".join(fence(code) for code, _ in cases), f"kind-{number}")
    return site.build()


@pytest.mark.skipif(sys.platform == "win32", reason="forks, shells and descriptors are POSIX")
@pytest.mark.xdist_group("kinds")
@pytest.mark.parametrize("kind", SHOWN)
def test_under_each_snippet_stands_what_it_gives(built: Built, kind: str):
    assert built.ok, built.errors
    shown = [output.rstrip("\n") for output in built.outputs(f"kind-{[*SHOWN].index(kind)}")]
    expected = [output for _, output in SHOWN[kind] if output is not None]
    assert len(shown) == len(expected)
    for output, found in zip(expected, shown, strict=True):
        assert output.fullmatch(found) if isinstance(output, re.Pattern) else output == found


# By kind: code that fails, and words of what is said of it.
SAID: dict[str, list[tuple[str, str]]] = {
    "exceptions whose text raises, groups, causes": [
        ("class E(Exception):\n    def __str__(self): return 3\nraise E", "E: its text cannot be made (TypeError)"),
        ("class E(Exception):\n    def __repr__(self): raise ValueError\nraise E('words')", "E: words"),
        ("raise ExceptionGroup('one', [OSError(2, 'gone')])", "ExceptionGroup: one (1 sub-exception): "),
        ("try:\n    raise KeyError('a')\nfinally:\n    raise TypeError('b')", "TypeError: b"),
        ("error = ValueError('x')\nerror.add_note('a note')\nraise error", "ValueError: x"),
        ("raise ValueError", "ValueError"),
    ],
    "magics, prompts, shell lines, `await`, `--8<--`": [
        ("%timeit sum(range(9))", "this is a magic of IPython"),
        ("x = !ls", "this is a line for the shell: install packages before the site is built"),
        ("... x", "this is a prompt"),
        ("??print", "this asks IPython for help"),
        ("import asyncio\n[await asyncio.sleep(0) for _ in 'ab']", "a program has no await outside of a function"),
        ("async with lock:\n    pass", "a program has no await outside of a function"),
    ],
    "files beside the page": [
        ("open('sub/more.csv')", "write reads: [docs/sub/more.csv] in its front matter, and it lies there as sub/more.csv"),
        ("open('data/top.csv')", "write reads: [data/top.csv] in its front matter, and it lies there as data/top.csv"),
        ("from pathlib import Path\nPath('beside.csv').read_text()", "write reads: [docs/beside.csv]"),
        ("import os\nos.stat('beside.csv')", "write reads: [docs/beside.csv]"),
        ("os = __import__('os')\nos.listdir('sub')", "No such file or directory: 'sub'"),
        ("open('docs/beside.csv')", "write reads: [docs/beside.csv] in its front matter, and it lies there as beside.csv"),
        ("open('../outside.csv')", "No such file or directory: '../outside.csv'"),
        ("open('/no-such/beside.csv')", "No such file or directory: '/no-such/beside.csv'"),
    ],
    "memory addresses in outputs": [
        ("[object()]", "of object object, which changes with every run: show what it holds"),
        ("(x for x in 'a')", "of generator object"),
        ("lambda: 0", "of function <lambda>"),
        ("class A:\n    def f(self): ...\nA().f", "shows a memory address"),
        ("{'a': object()}", "of object object"),
        ("class B: ...\nB()", "of __main__.B object"),
        ("f'{object()}'", "of object object"),
        ("open", ""),  # which has none
        ("iter([1])", "of list_iterator object"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "words"), [case for cases in SAID.values() for case in cases])
def test_what_fails_is_named_with_what_to_write(site: Site, monkeypatch: pytest.MonkeyPatch, code: str, words: str):
    for name in ("docs/beside.csv", "docs/sub/more.csv", "data/top.csv"):
        site.write(name, "1\n")
    work = site.root / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    program = Program(parse(fence("x = 1") + "\n" + fence(code), "docs/x.md"), root=str(site.root))
    first, failing = program.page.items
    program.run(first)
    if not words:
        assert "0x" not in program.run(failing).text
        return
    with pytest.raises(PageError) as raised:
        program.run(failing)
    assert words in raised.value.message and raised.value.line >= failing.line


NOT_RUN = [
    'py run="no"', "python run='no'", '{.python run="no"}', 'python run="no: why"', 'python run="no:why"',
    'pycon run="no"', 'python2 run="no"', 'ipython run="no: a magic"', 'python run="no" title="x.py"',
    'python hl_lines="1" run="no"', 'python run="no" linenums="1"', 'python run="no" fold="Code"',
]  # fmt: skip


@pytest.mark.parametrize("form", NOT_RUN)
def test_python_is_shown_and_not_run_in_any_form(form: str):
    for ticks in ("```", "~~~", "````"):
        page = parse(f"# T\n\n{ticks}{form}\n1 / 0\n{ticks}\n", "x.md")
        assert (page.errors, page.items, len(page.shown)) == ((), (), 1)


SIGNS = {
    "\x00": "\u2400", "\x02": "\u2402", "\x03": "\u2403", "\x07": "\u2407", "\x08": "\u2408", "\x0b": "\u240b",
    "\x0c": "\u240c", "\x1b": "\u241b", "\x7f": "\u2421", "\x85": "\\x85", "\x9f": "\\x9f", "\udfff": "\\udfff",
    "\t": "\t", "\n": "\n",
}  # fmt: skip


@pytest.mark.parametrize("sign", SIGNS)
def test_control_characters_are_seen(sign: str):
    assert text(f"a{sign}b") == f"a{SIGNS[sign]}b"


# HTML that a value gives, and what a page makes of it.
STYLED = {
    "<style>p{x:y}</style>": '<div id="n"><style>#n {p{x:y}}</style></div>',
    "<style>p{a:b}q{c:d}</style>": '<div id="n"><style>#n {p{a:b}q{c:d}}</style></div>',
    "<STYLE>p{x:y}</STYLE>": '<div id="n"><style>#n {p{x:y}}</style></div>',
    "<style>@media print {p{x:y}}</style>": '<div id="n"><style>#n {@media print {p{x:y}}}</style></div>',
    "<style>@keyframes k {to{x:y}} p{x:y}</style>": '<div id="n"><style>@keyframes k {to{x:y}}#n {p{x:y}}</style></div>',
    "<style>/* } */p{x:y}</style>": '<div id="n"><style>#n {p{x:y}}</style></div>',
    "<b>no style</b>": "<b>no style</b>",
    "<p style='x: y'>its own</p>": "<p style='x: y'>its own</p>",
}


@pytest.mark.parametrize("drawn", STYLED)
def test_styles_stay_within_what_they_came_with(drawn: str):
    assert markup(drawn, "n") == STYLED[drawn]


HOMES = ["file", "file/below", "missing", "missing/below", "", "relative"]


@pytest.mark.skipif(sys.platform == "win32", reason="homes are named otherwise there")
@pytest.mark.parametrize("home", HOMES)
def test_without_a_home_what_is_found_out_is_kept_in_the_project(tmp_path: Path, monkeypatch, home: str):
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(MATPLOTLIB, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / home) if home not in ("", "relative") else home)
    where = without_home(tmp_path)
    assert where == (
        {} if home == "" and os.access(Path.home(), os.W_OK) else {MATPLOTLIB: str(tmp_path / ".cache/matplotlib")}
    )
    monkeypatch.setenv(MATPLOTLIB, "elsewhere")
    assert without_home(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
def test_what_can_be_no_file_of_a_site_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        os.mkfifo("pipe.md")
        Path("file.md").write_text("x", "utf-8")
        Path("folder.md").mkdir()
        links = {"to-pipe": "pipe.md", "to-socket": "socket.md", "to-device": "/dev/null", "to-folder": "folder.md"}
        links |= {
            "to-nothing": "none",
            "to-itself": "to-itself.md",
            "there": "back.md",
            "back": "there.md",
            "to-file": "file.md",
        }
        for name, target in links.items():
            Path(f"{name}.md").symlink_to(target)
        said = {
            name: unfit(File(f"{name}.md", str(tmp_path), str(tmp_path / "site"), False))
            for name in [*links, "pipe", "socket", "folder", "file", "gone"]
        }
    wrong = dict.fromkeys(
        ["pipe", "socket", "folder", "to-pipe", "to-socket", "to-device", "to-folder"],
        "it is no file, but a pipe, a socket or a device",
    )
    wrong |= dict.fromkeys(["to-nothing", "to-itself", "there", "back"], "it is a link that leads nowhere")
    assert said == wrong | {"gone": "it is gone", "file": "", "to-file": ""}


# What a page's file may hold that is no UTF-8, and the line at fault.
BYTES = {
    b"\xff\xfe#\x00 \x00T\x00": 1, b"\xfe\xff\x00#\x00 \x00T": 1, b"# T\n\nCaf\xe9\n": 3, b"# T\n\n\n\x80": 4,
    b"# \xc3(": 1, b"# T\n\xed\xa0\x80": 2, b"# T\r\nx\r\n\xf8": 3, b"\xef\xbb\xbf# T\n\xfe": 2,
}  # fmt: skip


@pytest.mark.parametrize("data", BYTES)
def test_bytes_that_are_no_utf_8_are_named_by_line(data: bytes):
    (error,) = survey(data, "x.md").errors
    assert error.line == BYTES[data] and "is not UTF-8: save the page as UTF-8" in error.message


@pytest.mark.parametrize("name", ["none.md", "folder", "file/below.md", "n" * 300 + ".md", "loop.md"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", "utf-8")
    (tmp_path / "loop.md").symlink_to("loop.md")
    (error,) = read(tmp_path / name, "docs/x.md").errors
    assert str(error).startswith("docs/x.md:1: the page cannot be read: ")


# The folder of the configuration and that of the pages, and what a page is called.
NAMED = [
    ("/a/site", "/a/site/docs", "docs/sub/x.md"),
    ("/a/site", "/a/site", "sub/x.md"),
    ("/a/site", "/a/pages", "../pages/sub/x.md"),
    ("/a/site/settings", "/a/site/docs", "../docs/sub/x.md"),
    ("/a/b/c", "/d", "../../../d/sub/x.md"),
    ("/a", "/a/b/c/docs", "b/c/docs/sub/x.md"),
]


@pytest.mark.parametrize(("project", "docs", "name"), NAMED)
def test_a_page_is_known_by_its_address_wherever_it_lies(project: str, docs: str, name: str):
    config = SimpleNamespace(config_file_path=f"{project}/mkdocs.yml", docs_dir=docs)
    assert page_name("sub/x.md", config) == name


DAMAGED = {
    "empty": lambda data: b"", "one byte": lambda data: data[:1], "cut": lambda data: data[:-1],
    "longer": lambda data: data + b"x", "another": lambda data: data[:-1] + b"?", "the seal alone": lambda data: data[:32],
    "zeros": lambda data: bytes(len(data)), "text": lambda data: b"{}", "turned round": lambda data: data[::-1],
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_damaged_in_a_cache_is_not_there(tmp_path: Path, damage: str):
    store = Store(tmp_path / "kept")
    store.save("one", b'{"outputs": []}')
    assert store.load("one") == b'{"outputs": []}'
    (entry,) = (path for path in (tmp_path / "kept").iterdir() if path.is_file())
    entry.write_bytes(DAMAGED[damage](entry.read_bytes()))
    assert store.load("one") is None


HOOK = """
from mkdocs.structure.files import File

PAGES = {pages!r}
ADD = {add!r}

def on_files(files, config):
    for name, text in PAGES.items():
        files.append(File.generated(config, name, content=text))

def on_page_markdown(markdown, page, config, files):
    before, after = ADD.get(page.file.src_uri, ("", ""))
    return before + markdown + after
"""
MADE: dict[str, str | bytes] = {
    "made-plain.md": "# T\n\n{{ 40 + 2 }}\n",
    "made-crlf.md": "# T\r\n\r\n" + fence("print(42)").replace("\n", "\r\n"),
    "made-bytes.md": ("\ufeff# T\n\n" + fence("42")).encode(),
    "made/in-folder.md": "---\ntime_limit: 9\n---\n# T\n\n" + fence("42"),
    "made-größe.md": "# T\n\n" + fence("print('42')"),
    "made-empty.md": "",
}
ADDED = {
    "above.md": (fence("x = 42") + "\n", ""),
    "below.md": ("", "\n" + fence("x = 42\nx")),
    "both.md": (fence("x = 21") + "\n", "\n{{ 2 * x }}\n"),
    "fails.md": ("", "\n" + fence("x = 42\n1 / 0")),
}


def test_pages_that_others_make_or_change_run(site: Site):
    site.config((site.root / "mkdocs.yml").read_text("utf-8") + "hooks: [hook.py]\n")
    site.write("hook.py", HOOK.format(pages=MADE, add=ADDED))
    site.page("# Home\n")
    site.page("# T\n\n{{ x }}\n", "above")
    site.page("# T\n", "below")
    site.page("# T\n\n" + fence("x"), "both")
    site.page("# T\n", "fails")
    built = site.build()
    error, summary = built.errors
    assert (
        error.startswith("docs/fails.md:")
        and "ZeroDivisionError" in error
        and "what a plugin makes of this page" in error
    )
    assert summary.startswith("1 page failed: docs/fails.md:")
    for name in [*MADE, *ADDED]:
        words = built.page(name.removesuffix(".md")).get_text()
        assert ("42" in words) == (name != "made-empty.md"), name


def test_a_program_may_build_without_saying_what_for(site: Site):
    site.page("# T\n\n{{ 40 + 2 }}\n")
    config = load_config(str(site.root / "mkdocs.yml"))
    build(config)
    assert Built(Path(config.site_dir)).find("p").get_text() == "42"


def test_every_kind_has_twelve_cases_or_more():
    table = (ROOT / "kit/README.md").read_text("utf-8").partition("## What can go wrong")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.split("\n") if re.match(r"\| (?!kind |---)", line)]
    counts = {kind: sum(map(int, re.findall(r"\d+", cases))) for kind, cases, _ in rows}
    assert len(counts) >= 30 and {kind: count for kind, count in counts.items() if count < 12} == {}
    assert {*SHOWN, *SAID} <= counts.keys()
