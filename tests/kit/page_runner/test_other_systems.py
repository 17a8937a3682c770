"""What another system lacks or does otherwise: a locale of ASCII; no forks, process groups and blocked signals."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from project_root import ROOT
from tiny_site import TICKS, Site, fence

from page_runner.runner import Runner

LESSON = "docs/lessons/how-to-take-a-lesson.md"
CODE = 'x = 2  # × ²\nprint(f"{x}² – ünd 日本")'
PAGE = f"# Größe\n\n{fence(CODE)}\nThe sum is {{{{ x + 1 }}}} ±.\n"

# Takes away what Windows has not, from all but the standard library, which has other ways there.
LESS = """
import asyncio, concurrent.futures, multiprocessing, multiprocessing.connection, multiprocessing.popen_spawn_posix
import multiprocessing.reduction, multiprocessing.resource_tracker, os, random, shutil, signal, socketserver, subprocess
import sys, tempfile, threading, types

LACKING = {
    os: "fork forkpty killpg setsid getpgid waitid O_CLOEXEC O_NONBLOCK O_NOFOLLOW sched_getaffinity",
    signal: "SIGKILL SIGCHLD SIGHUP pthread_sigmask sigpending setitimer getitimer ITIMER_REAL ITIMER_VIRTUAL ITIMER_PROF",
}
for module, names in LACKING.items():
    whole = types.ModuleType(module.__name__)
    whole.__dict__.update(module.__dict__)
    for user in list(sys.modules.values()):
        for name, value in list(getattr(user, "__dict__", {}).items()):
            if value is module and user.__name__ != "__main__" and user.__name__ != __name__:
                setattr(user, name, whole)
    for name in names.split():
        delattr(module, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios", "pty"):
    sys.modules[name] = None
multiprocessing.get_all_start_methods = lambda: ["spawn"]
"""

CHECK = """
import sys
from pathlib import Path
from page_runner.check import check_page
from page_runner.notebook import notebook
from page_runner.runner import Runner
root = Path.cwd()
assert check_page(root / "docs/index.md", root, ()) == 1
run = Runner(root, root / "kept", ()).result(root / "docs/index.md")
assert [getattr(value, "text", value) for value in run.outputs] == ["2² – ünd 日本\\n", "3"], run
Path("book.ipynb").write_bytes(notebook(run.page, run.outputs, "pip install x", lambda link: link, None).encode())
"""


def python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    here = {name: value for name, value in os.environ.items() if name not in ("PYTHONIOENCODING", "PYTHONUTF8", "LANG")}
    path = os.pathsep.join([*environment.pop("first", "").split(), str(ROOT / "kit"), str(ROOT / "src")])
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=here | {"PYTHONPATH": path} | environment,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
def page(site: Site) -> Path:
    return site.write("docs/index.md", PAGE)


def test_a_lesson_is_shown_whatever_the_locale():
    run = python("-m", "page_runner", LESSON, cwd=ROOT, **ASCII)
    assert (run.returncode, run.stderr) == (0, "")
    assert not run.stdout.isascii()


def test_a_page_is_tested_and_becomes_a_notebook_whatever_the_locale(site: Site, page: Path):
    assert python("-c", "open('x', 'w').write('日')", cwd=site.root, **ASCII).returncode, "the locale knows ASCII only"
    (site.root / "script.py").write_text(CHECK, "utf-8")
    run = python("script.py", cwd=site.root, **ASCII)
    assert run.returncode == 0, run.stderr
    assert "日本" in (site.root / "book.ipynb").read_text("utf-8")


def test_pages_read_and_write_utf_8_whatever_the_locale(site: Site):
    text = "open('x', 'w').write('²')\nprint(open('x').read())"
    site.write("docs/index.md", f"{TICKS}python\nn = {text}\n{TICKS}\n")
    code = "from page_runner.check import check_page; from pathlib import Path; check_page(Path('docs/index.md').resolve(), Path.cwd(), ())"
    run = python("-c", code, cwd=site.root, **ASCII)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="takes away what is not there")
def test_without_forks_groups_and_signals_pages_run_all_the_same(site: Site, page: Path):
    site.write("less/sitecustomize.py", LESS)
    site.page(fence("import os\nhasattr(os, 'fork'), hasattr(os, 'setsid')"), "bare")
    site.page(fence("import os\nos._exit(3)"), "gone")
    site.page("---\ntime_limit: 0.2\n---\n" + fence("while True: pass"), "endless")
    run = python("-m", "mkdocs", "build", cwd=site.root, first=str(site.root / "less"), PYTHONUTF8="1")
    assert run.returncode == 1
    assert "2 pages failed: docs/endless.md:5, docs/gone.md:2" in run.stderr
    built = (site.root / "site/bare/index.html").read_text("utf-8")
    assert "(False, False)" in built
    assert "2² – ünd 日本" in (site.root / "site/index.html").read_text("utf-8")


def test_without_forks_no_snapshots_are_kept(site: Site, monkeypatch: pytest.MonkeyPatch):
    runner = Runner(site.root, site.root / "kept")
    monkeypatch.delattr(os, "fork", raising=False)
    runner.keep_snapshots()
    assert runner.snapshots is None
    runner.stop()
