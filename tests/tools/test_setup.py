"""`make serve` and `make test` set everything up: what they do, and what they say when they cannot."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest
from project_root import ROOT

STATE = ".venv/installed-state.txt"

needs_make = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("make") is None, reason="the Makefile needs make and a POSIX shell"
)

# Stands in for pip in a virtual environment: notes its arguments.
PIP = """
import json, sys
if __name__ == "__main__":
    with open("pip-calls.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps(sys.argv[1:]) + "\\n")
"""

# Stands in for an old Python.
OLD_PYTHON = """#!/bin/sh
exec "{python}" -c 'import sys; sys.version_info = (3, 8, 18, "final", 0); exec(sys.argv[2])' "$@"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the set-up reads, in a folder with a space in its name, without a virtual environment."""
    copy = tmp_path / "a course"
    for name in [
        "Makefile",
        "tools/setup_env.py",
        "requirements.lock",
        "pyproject.toml",
        "kit/pyproject.toml",
        "kit/page_runner/bar.py",
        "kit/page_runner/console.py",
    ]:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture
def project_with_pip(project: Path) -> Path:
    """The same with a virtual environment whose pip only notes what it was asked for."""
    venv.create(project / ".venv")
    (site_packages,) = (project / ".venv").glob("lib/python*/site-packages")
    (site_packages / "pip.py").write_text(PIP, "utf-8")
    return project


def make(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS", "MAKELEVEL")}
    command = [shutil.which("make") or "make", *arguments]
    return subprocess.run(command, cwd=project, env=own | environment, capture_output=True, encoding="utf-8")


def pip_calls(project: Path) -> list[list[str]]:
    log = project / "pip-calls.jsonl"
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


def assert_failed(run: subprocess.CompletedProcess[str], sentence: str) -> None:
    """The command failed with one sentence and make's own line, and nothing else."""
    assert run.returncode != 0
    said = [line for line in run.stderr.splitlines() if not re.match(r"make(\[\d+\])?: ", line)]
    assert len(said) == 1, run.stderr
    assert re.search(sentence, said[0]), said[0]


@needs_make
def test_old_python_is_refused(project: Path, tmp_path: Path) -> None:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "python3").write_text(OLD_PYTHON.format(python=sys.executable), "utf-8")
    (bin_ / "python3").chmod(0o755)
    assert_failed(make(project, "serve", PATH=str(bin_)), r"needs Python 3\.11 or newer.*python3 is 3\.8\.18")
    named = make(project, "test", f"PYTHON={bin_ / 'python3'}")
    assert_failed(named, r"needs Python 3\.11 or newer.*python3 is 3\.8\.18.*make test PYTHON=")
    assert not (project / ".venv").exists()


@needs_make
def test_missing_python_is_named(project: Path, tmp_path: Path) -> None:
    assert_failed(make(project, "serve", PATH=str(tmp_path)), r"needs Python 3\.11 or newer, which was not found: ")
    assert_failed(make(project, "serve", "PYTHON=/no/python"), r"which was not found at /no/python: ")


@needs_make
def test_first_set_up_without_a_network(project: Path) -> None:
    offline = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_RETRIES": "1",
        "NO_PROXY": "127.0.0.1",
    }
    run = make(project, "test", f"PYTHON={sys.executable}", **offline)
    assert_failed(run, "package index cannot be reached: connect to the network")
    assert (project / STATE).read_text("utf-8") == "outdated\n"


@needs_make
def test_packages_are_installed_once_for_each_lock(project_with_pip: Path) -> None:
    project = project_with_pip
    assert make(project, "setup").returncode == 0
    calls = pip_calls(project)
    assert [call[-3:] for call in calls] == [["torch", "hatchling", "editables"], calls[1][-3:]]
    assert calls[1][-5:] == ["--no-build-isolation", "-e", "kit", "-e", ".[lab,site,test]"]
    assert all("-c requirements.lock" in " ".join(call) for call in calls)

    assert make(project, "setup").returncode == 0
    assert len(pip_calls(project)) == 2, "nothing changed, so nothing is installed"

    with open(project / "requirements.lock", "a", encoding="utf-8") as lock:
        lock.write("one-more==1.0\n")
    assert make(project, "setup").returncode == 0
    assert len(pip_calls(project)) == 4, "a changed lock is installed"


@needs_make
def test_busy_port_is_named(project_with_pip: Path) -> None:
    make(project_with_pip, "setup")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        run = make(project_with_pip, "serve", f"ADDRESS=127.0.0.1:{port}")
        assert_failed(run, rf"Cannot serve at 127\.0\.0\.1:{port} .*ADDRESS=127\.0\.0\.1:{port + 1}")
    assert_failed(make(project_with_pip, "serve", "ADDRESS=8000"), "8000 is not an address")


def test_every_dependency_is_pinned() -> None:
    comment, *lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    assert comment.startswith("# ")
    pins = [re.fullmatch(r"([\w.-]+)==[\w.!]+", line) for line in lines]
    assert all(pins), "only name==version, which is the same on every machine"
    assert lines == sorted(lines, key=str.lower)

    def plain(name: str) -> str:
        return re.sub("[-_.]+", "-", name).lower()

    pinned = {plain(pin[1]) for pin in pins if pin}
    for path in ("pyproject.toml", "kit/pyproject.toml"):
        project = tomllib.loads((ROOT / path).read_text("utf-8"))["project"]
        optional = [
            line
            for extra in project["optional-dependencies"].keys() - {"faults"}
            for line in project["optional-dependencies"][extra]
        ]
        wanted = {plain(re.split("[<>=!~ ;[]", line)[0]) for line in [*project["dependencies"], *optional]}
        assert wanted - pinned <= {"course-kit"} and len(wanted) > 5


@needs_make
def test_the_written_lines_are_the_ones_that_make_runs(project_with_pip: Path) -> None:
    make(project_with_pip, "setup")
    ran = [call[call.index("install") :] for call in pip_calls(project_with_pip)]
    assert len(ran) == 2
    written = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if "pip install -c " in line]
    found = [shlex.split(line[line.index("install -c ") :]) for line in written]
    assert found == ran * 2, "for Linux and macOS, and for Windows"


def test_the_bar_follows_what_pip_writes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "tools/setup_env.py")
    assert spec and spec.loader
    setup_env = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(setup_env)
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (packages / "pip-1.dist-info").mkdir(parents=True)
    work = setup_env.PipWork(tmp_path)
    pinned = len((ROOT / "requirements.lock").read_text("utf-8").splitlines()) - 1

    assert str(work.state()) == f"0 of {pinned} packages are found or downloaded"
    work.hear("Collecting torch==2.0 (from -c requirements.lock (line 1))")
    work.hear("Requirement already satisfied: numpy in /somewhere")
    work.hear("Downloading torch-2.0-cp311.whl (200 MB)")
    assert str(work.state()) == f"2 of {pinned} packages are found or downloaded: numpy"
    work.hear("Installing collected packages: mpmath, numpy, torch")
    (packages / "mpmath-1.dist-info").mkdir()
    assert str(work.state()) == "1 of 3 packages are installed"
