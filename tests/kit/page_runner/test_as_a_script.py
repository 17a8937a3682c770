"""A page's program runs as `python page.py` does: whatever writes is heard, whatever starts works, all of it in order."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from multiprocessing import spawn
from pathlib import Path

import pytest
from project_root import ROOT
from tiny_site import Built, Site, fence

from page_runner.check import check_page
from page_runner.page import PageError, parse
from page_runner.program import Program
from page_runner.workers import teach

POOL = "import multiprocessing as mp\nfrom concurrent.futures import ProcessPoolExecutor\nADDED = 3\ndef more(x):\n    return x + ADDED\nclass Point:\n    def __init__(self, x): self.x = x\n    def up(self): return Point(self.x + 1)"
USED = "with mp.get_context({how!r}).Pool(2) as pool:\n    print(pool.map(more, [1, 2]), pool.map(Point.up, [Point(1)])[0].x)\nwith ProcessPoolExecutor(1, mp_context=mp.get_context({how!r})) as pool:\n    print(list(pool.map(more, [3])))"
WORKERS = "import torch\nfrom torch.utils.data import DataLoader, Dataset\nclass Squares(Dataset):\n    def __len__(self): return 4\n    def __getitem__(self, at): return at * at\nfor batch in DataLoader(Squares(), batch_size=2, num_workers=2):\n    print(batch)"

# By name: the snippets of a page, and what stands under them.
PAGES: dict[str, tuple[list[str], list[str]]] = {
    "no flags of the runner": (["def area(r: float) -> int: ...\nprint(area.__annotations__)"], ["{'r': <class 'float'>, 'return': <class 'int'>}"]),
    "no flags in a data class": (["from dataclasses import dataclass, fields\n@dataclass\nclass C:\n    x: int = 1\nfields(C)[0].type"], ["<class 'int'>"]),
    "no flags in eval": (["def f(x: int): ...\neval('f.__annotations__')\nexec('def g(x: int): ...')\ng.__annotations__"], ["{'x': <class 'int'>}"]),
    "flags of its own": (["from __future__ import annotations\nx = 1", "def f(x: Later): ...\nf.__annotations__"], ["{'x': 'Later'}"]),
    "no Markdown": (["import sys\nsorted({'markdown', 'mkdocs', 'pymdownx'} & sys.modules.keys())"], ["[]"]),
    "logging": (
        ["import logging\nlogging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s', force=True)\nlogging.info('first')", "logging.info('second')\nprint('printed')\nlogging.warning('third')"],
        ["INFO first", "INFO second\nprinted\nWARNING third"],
    ),
    "a handler of stdout": (["import logging, sys\nlog = logging.getLogger('x')\nlog.addHandler(logging.StreamHandler(sys.stdout))", "log.error('one')\nlog.handlers[0].flush()"], ["one"]),
    "logging by its own last resort": (["import logging", "logging.getLogger('y').warning('look')"], ["look"]),
    "a child process": (["import subprocess, sys\nprint('before')\n_ = subprocess.run([sys.executable, '-c', 'print(1)'], check=True)\nprint('after')"], ["before\n1\nafter"]),
    "the shell": (["import os\nprint('a', end='')\n_ = os.system('echo b')\nprint('c')"], ["ab\nc"]),
    "file descriptors": (["import os, sys\nprint('a')\n_ = os.write(1, b'b\\n'), os.write(2, b'c\\n')\nprint('d', file=sys.stderr)"], ["a\nb\nc\nd"]),
    "a child's errors": (["import subprocess\n_ = subprocess.run('echo out; echo err >&2', shell=True)"], ["out\nerr"]),
    "a copy of stdout": (["import os, sys\nwith os.fdopen(os.dup(sys.stdout.fileno()), 'w') as copy:\n    _ = copy.write('copied\\n')"], ["copied"]),
    "stdout itself": (["import sys\nprint(sys.stdout.fileno(), sys.stderr.fileno(), sys.stdout.isatty(), sys.stdout.encoding, sys.stdout is sys.__stdout__, sys.stdout.name)"], ["1 2 False utf-8 True <stdout>"]),
    "bytes": (["import sys\n_ = sys.stdout.buffer.write('é\\n'.encode())\nprint('after')"], ["é\nafter"]),
    "bytes of another encoding": (["import sys\n_ = sys.stdout.buffer.write(b'caf\\xe9\\n')"], ["caf\ufffd"]),
    "a stream of its own": (["import io, sys\nkept, sys.stdout = sys.stdout, io.StringIO()\nprint('away')\n3", "sys.stdout = kept\nprint('back')"], ["3", "back"]),
    "print into a stream": (["import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as got:\n    print('x')\ngot.getvalue()"], ["'x\\n'"]),
    "a closed stream": (["import sys\nsys.stdout.close()\n1", "2"], ["1", "2"]),
    "an exhausted bar": (["from tqdm import tqdm\nfor i in tqdm(range(9), mininterval=0, bar_format='{n}/{total}'): pass"], ["9/9"]),
    "carriage returns": (["import sys\nfor i in range(4):\n    _ = sys.stdout.write(f'\\repoch {i}')\nprint()"], ["epoch 3"]),
    "colours": (["print('\\x1b[31mred\\x1b[0m plain')"], ["red plain"]),
    "source of a class": (["class P:\n    x = 1", "import inspect\nprint(inspect.getsource(P))"], ["class P:\n    x = 1"]),
    "source of a function": (["def f():\n    return 1", "import inspect, linecache\nlinecache.clearcache()\nprint(inspect.getsource(f), inspect.getsourcelines(f)[1])"], ["def f():\n    return 1\n 2"]),
    "source beside what is no code": (["class Q:\n    y = 2", "1 +|raises=\"SyntaxError\"", "import inspect\nprint(inspect.getsource(Q))"], ["    1 +\n       ^\nSyntaxError: invalid syntax", "class Q:\n    y = 2"]),
    "pickles": (["import pickle\nclass P: pass\ntype(pickle.loads(pickle.dumps(P()))) is P"], ["True"]),
    "the main process": (["import multiprocessing as mp\nprint(mp.current_process().name, mp.parent_process(), mp.current_process().daemon, mp.get_start_method())"], [f"MainProcess None False {multiprocessing.get_start_method()}"]),
    "a module that it writes": (["open('mine.py', 'w').write('x = 5')\nimport mine\nmine.x"], ["5"]),
    "nothing to read": (["input()|raises=\"EOFError\""], ["EOFError: EOF when reading a line"]),
    "a thread": (["import threading\nt = threading.Thread(target=print, args=['from a thread'])\nt.start(); t.join()"], ["from a thread"]),
    "an error in a thread": (["import threading\nt = threading.Thread(target=lambda: 1 / 0, name='T')\nt.start(); t.join()"], ["Exception in thread T:\nTraceback (most recent call last):\n  File \"docs/an-error-in-a-thread.md\", line 3, in <lambda>\n    t = threading.Thread(target=lambda: 1 / 0, name='T')\n                                        ~~^~~\nZeroDivisionError: division by zero"]),
    "a thread that goes on": (["import queue, threading\ntodo, done = queue.Queue(), threading.Event()\ndef work():\n    print('got', todo.get()); done.set()\nthreading.Thread(target=work, daemon=True).start()", "todo.put(1)\n_ = done.wait()"], ["got 1"]),
    "an error whose text fails": (["class Odd(Exception):\n    def __str__(self): raise KeyError\nraise Odd|raises=\"Odd\""], ["Odd: <exception str() failed>"]),
    "a group of errors": (["raise ExceptionGroup('two', [ValueError('a'), ExceptionGroup('in', [KeyError('b')])])|raises=\"ExceptionGroup\""], ["ExceptionGroup: two (2 sub-exceptions)\n  ValueError: a\n  ExceptionGroup: in (1 sub-exception)\n    KeyError: 'b'"]),
    "a width": (["import shutil\nshutil.get_terminal_size().columns"], ["80"]),
    "much text": (["import os\nprint('a' * 15_000)\n_ = os.write(2, b'b' * 15_000)"], ["a" * 15_000 + "\n" + "b" * 4_999 + "\n… cut here: 10,001 more characters"]),
    "a long repr": (["'x' * 30_000"], ["'" + "x" * 19_999 + "\n… cut here: 10,003 more characters"]),
    "a long error": (["raise ValueError('x' * 30_000)|raises=\"ValueError\""], ["ValueError: " + "x" * 19_988 + "\n… cut here: 10,012 more characters"]),
    "workers of torch": ([WORKERS], ["tensor([0, 1])\ntensor([4, 9])"]),
}  # fmt: skip
if sys.platform != "win32":
    PAGES |= {
        "C": (["import ctypes\nlibc = ctypes.CDLL(None)\nprint('a')\n_ = libc.printf(b'b\\n')\nprint('c')"], ["a\nb\nc"]),
        "a fork": (["import os\nif not (pid := os.fork()):\n    print('child')\nelse:\n    _ = os.waitpid(pid, 0)\n    print('parent')", "print('once')"], ["child\nparent", "once"]),
        "workers that are forked": ([POOL, USED.format(how="fork")], ["[4, 5] 2\n[6]"]),
        "workers that are started anew": ([POOL, USED.format(how="spawn")], ["[4, 5] 2\n[6]"]),
        "workers from a server": ([POOL, USED.format(how="forkserver")], ["[4, 5] 2\n[6]"]),
    }  # fmt: skip


def text_of(snippets: list[str]) -> str:
    return "\n".join(fence(*snippet.split("|")) for snippet in snippets)


def named(name: str) -> str:
    return name.replace(" ", "-").replace("'", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("scripts"))
    for name, (snippets, _) in PAGES.items():
        site.page(text_of(snippets), named(name))
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build()


@pytest.mark.xdist_group("scripts")
@pytest.mark.parametrize("name", PAGES)
def test_what_stands_under_a_snippet_is_what_a_script_writes(built: Built, name: str):
    shown = [output.rstrip("\n") for output in built.outputs(named(name))]
    assert shown == PAGES[name][1]


@pytest.mark.xdist_group("scripts")
def test_no_page_fails(built: Built):
    assert built.errors == [] and built.ok


@pytest.mark.xdist_group("scripts")
def test_colours_are_classes(built: Built):
    assert built.find("pre .ansi-red", "colours").get_text() == "red"


@pytest.mark.parametrize("name", ["no flags of the runner", "logging", "file descriptors", "a child process"])
def test_the_same_pages_pass_as_tests(site: Site, name: str):
    assert check_page(site.root / f"docs/{named(name)}.md", site.root) == len(PAGES[name][0])


def test_each_worker_is_told_the_page_in_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spawn, "get_preparation_data", lambda name: {"name": name})
    code = [("first = 1", 1)]
    teach("page.md", lambda: code, str(tmp_path))
    one = runpy.run_path(spawn.get_preparation_data("one")["init_main_from_path"])
    at = Path(spawn.get_preparation_data("two")["init_main_from_path"])
    told = at.read_text("utf-8")
    code.append(("then = 2", 2))
    three = runpy.run_path(spawn.get_preparation_data("three")["init_main_from_path"])
    assert at.read_text("utf-8") == told  # the second may not have read it yet
    assert (one["first"], "then" in one, three["first"], three["then"], three["__file__"]) == (
        1,
        False,
        1,
        2,
        "page.md",
    )


# A place that has no processes, threads of its own, signals or file descriptors, as a browser.
BARE = """
import os
import subprocess
import sys
for name in ("psutil", "fcntl", "resource", "pwd", "_posixsubprocess", "_multiprocessing", "multiprocessing", "faulthandler"):
    sys.modules[name] = None
import os, signal, threading
for name in ("fork", "dup", "dup2", "pipe", "kill", "killpg", "setsid", "register_at_fork", "posix_spawn"):
    delattr(os, name)
for name in ("pthread_sigmask", "setitimer", "alarm", "SIGKILL"):
    delattr(signal, name)
from page_runner.page import PageError, parse
from page_runner.program import Program, prepare
fence = "`" * 3
"""
SHORT = """
text = f"{fence}python\\nprint('\\x1b[1ma\\x1b[0m')\\ndisplay(1)\\n2\\n{fence}\\n{{{{ 1 + 2 }}}}\\n{fence}python\\n1 / 0\\n{fence}\\n"
program = Program(parse(text, "x.md"))
out = sys.stdout
prepare(program)
first, number, failing = program.page.items
print(program.run(first).parts, program.run(number), file=out)
try:
    program.run(failing)
except PageError as error:
    print(error.line, error.message, file=out)
program.finish()
"""


def test_snippets_run_where_there_are_no_processes_signals_and_descriptors():
    run = subprocess.run([sys.executable, "-c", BARE + SHORT], capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT / "kit")})  # fmt: skip
    assert run.stderr == ""
    assert run.stdout == "[('text', '\\x1b[1ma\\x1b[0m\\n1\\n2\\n')] 3\n8 ZeroDivisionError: division by zero\n"


# Snippets, and what they give there.
THERE = {
    "print('a', end='')\nprint('b')": "ab\n",
    "1 + 1": "2\n",
    "print('gone\\rhere')": "here\n",
    "print('\\x1b[31mred\\x1b[0m')": "red\n",
    "import sys\nprint('e', file=sys.stderr)": "e\n",
    "import logging\nlogging.warning('logged')": "WARNING:root:logged\n",
    "import warnings\nwarnings.warn('old', FutureWarning)": "FutureWarning: old\n",
    "def f(x: int):\n    return x\nf.__annotations__['x']": "<class 'int'>\n",
    "import inspect\nprint(inspect.getsource(f), end='')": "def f(x: int):\n    return x\n",
    "import pickle\npickle.loads(pickle.dumps(f)) is f": "True\n",
    "display(3)\n4": "3\n4\n",
    "sys.stdout.write('w\\n')": "w\n2\n",
}
MANY = """
program = Program(parse("".join(f"{fence}python\\n{code}\\n{fence}\\n" for code in CODES), "x.md"))
out = sys.stdout
prepare(program)
print([program.run(item).text for item in program.page.items], file=out)
"""


def test_snippets_give_there_what_they_give_elsewhere():
    code = BARE + f"CODES = {[*THERE]!r}\n" + MANY
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=os.environ | {"PYTHONPATH": str(ROOT / "kit")})  # fmt: skip
    assert (run.stderr, run.stdout) == ("", f"{[*THERE.values()]!r}\n")


FUTURE = "{{ exec('def f(x: int): ...') or f.__annotations__['x'] }}\n"


@pytest.mark.parametrize(("code", "shown"), [("x = 1", "<class 'int'>"), ("from __future__ import annotations", "int")])
def test_a_number_has_the_pages_own_flags(code: str, shown: str):
    program = Program(parse(fence(code) + FUTURE, "x.md"))
    assert [program.run(item) for item in program.page.items][-1] == shown


@pytest.mark.parametrize("sign", ["\f", "\v", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
def test_a_traceback_shows_the_line_of_the_page_whatever_stands_above(sign: str):
    text = f"# A{sign}title\n\nSome{sign}words.\n\n" + fence(f"x = 'a{sign}b'\ndef f():\n    return len(x) / 0\nf()")
    program = Program(parse(text, "x.md"))
    with pytest.raises(PageError) as raised:
        program.run(program.page.items[0])
    assert raised.value.line == 8
    assert "line 8, in f\n    return len(x) / 0\n" in raised.value.trace
    assert program.code[6:8] == ["def f():\n", "    return len(x) / 0\n"]
