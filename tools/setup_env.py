"""Make .venv and keep it in step with requirements.lock. The Makefile calls this with Python 3.11 or newer.

Commands:
    install       make .venv if needed and install the pinned packages, unless that is done already
    port ADDRESS  end with an error if ADDRESS (127.0.0.1:8000) cannot be listened on
    lock          write the newest versions of everything into requirements.lock
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from page_runner.bar import Bar, State  # noqa: E402  it needs nothing that is not there before the set-up

LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"

# Says what .venv holds: the state it was last installed for, or UNFINISHED while an installation runs.
STAMP = VENV / "installed-state.txt"
UNFINISHED = "unfinished"

# torch comes first and alone, so that nothing else can pull in another build of it.
FIRST = ["torch", "hatchling", "editables"]
PROJECT = ["--no-build-isolation", "-e", ".[dev]"]

LOCK_HEADER = "# Made by `make lock` from the newest versions; for `pip install -c requirements.lock`.\n"


def main(arguments: list[str]) -> None:
    match arguments:
        case ["install"]:
            with one_at_a_time():
                install()
        case ["port", address]:
            check_port(address)
        case ["lock"]:
            lock()
        case _:
            sys.exit(__doc__)


def install() -> None:
    """Bring .venv into the state that requirements.lock and pyproject.toml ask for."""
    version = version_of(VENV)
    before = STAMP.read_text().strip() if STAMP.exists() else ""
    other_wanted = bool(os.environ.get("PYTHON")) and version != sys.version_info[:2]
    if version is None or version < (3, 11) or other_wanted or before == UNFINISHED:
        print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
        make_venv(VENV)
        version, before = sys.version_info[:2], UNFINISHED
    state = wanted_state(version)
    if before == state:
        return
    STAMP.write_text(UNFINISHED + "\n")
    print("Installing the packages into .venv (the first time takes some minutes)", flush=True)
    try:
        pip(VENV, "install", "-c", LOCK.name, *FIRST)
        pip(VENV, "install", "-c", LOCK.name, *PROJECT)
    except PipError as error:
        STAMP.write_text(before + "\n")  # pip changes nothing before all downloads are there
        give_up(explain(str(error)))
    STAMP.write_text(state + "\n")


def wanted_state(version: tuple[int, ...]) -> str:
    """A hash of all that an installation depends on; the folder too, because an editable install names it."""
    files = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    parts = [*files, repr(version).encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def version_of(venv: Path) -> tuple[int, ...] | None:
    """The Python version of a virtual environment, or None if it is missing or broken."""
    code = "import sys, pip; assert sys.prefix != sys.base_prefix; print(*sys.version_info[:2])"
    try:
        run = subprocess.run([python_of(venv), "-c", code], capture_output=True, text=True)
    except OSError:
        return None
    return tuple(int(part) for part in run.stdout.split()) if run.returncode == 0 else None


def make_venv(venv: Path) -> None:
    """Make a virtual environment in place of whatever is there."""
    # Not sys.executable, which may lie in the very folder that is to be replaced.
    python = getattr(sys, "_base_executable", sys.executable)
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        give_up(
            f"{python} cannot make virtual environments, because its modules venv or ensurepip are missing: "
            "install them (on Debian and Ubuntu: sudo apt install python3-venv) and run the command again."
        )
    if venv.exists():
        (venv / "pyvenv.cfg").unlink(missing_ok=True)  # so that a half-removed one is known as broken
        shutil.rmtree(venv)
    venv.mkdir()
    (venv / STAMP.name).write_text(UNFINISHED + "\n")
    run = subprocess.run([python, "-m", "venv", venv], capture_output=True, text=True)
    if run.returncode != 0:
        give_up(f"{python} could not make a virtual environment: {(run.stderr or run.stdout).strip()}")


class PipError(Exception):
    """pip ended with an error; the message is all that it wrote."""


def pip(venv: Path, *arguments: str) -> None:
    """Run a virtual environment's pip, showing only what it downloads and installs."""
    options = ["--require-virtualenv", "--disable-pip-version-check"]
    command = [str(python_of(venv)), "-m", "pip", *options, *arguments]
    written = []
    work = PipWork(venv)
    with (
        Bar(work.state, lambda line: print(line, flush=True)),
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            written.append(line)
            work.hear(line.strip())
            if line.strip().startswith("Downloading") and not sys.stderr.isatty():
                print(line.strip(), flush=True)
    if process.returncode != 0:
        raise PipError("".join(written))


class PipWork:
    """How far a virtual environment's pip has come, from what it writes and installs."""

    def __init__(self, venv: Path):
        self.venv = venv
        self.installed = self._packages()  # before
        self.found: set[str] = set()
        self.wanted = 0  # how many it installs, once it says so
        self.total = len(LOCK.read_text("utf-8").splitlines()) - 1
        self.now, self.since = "", time.monotonic()  # the package it is at
        self.began = self.since

    def hear(self, line: str) -> None:
        """A line that pip wrote."""
        if match := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            self.found.add(match[1])
            self.now, self.since = match[1], time.monotonic()
        elif match := re.match(r"Installing collected packages: (.+)", line):
            self.wanted = match[1].count(",") + 1
            self.now, self.began = "", time.monotonic()

    def state(self) -> State:
        """For the bar."""
        taken = time.monotonic() - self.began
        if self.wanted:
            what, done, total = "packages are installed", self._packages() - self.installed, self.wanted
        else:
            what, done, total = "packages are found or downloaded", len(self.found), max(self.total, len(self.found))
        left = taken * (total - done) / done if done and taken >= 3 else None
        now = [(self.now, time.monotonic() - self.since)] if self.now else []
        return State(what, done, total, now, left)

    def _packages(self) -> int:
        places = ["lib/python*/site-packages", "Lib/site-packages"]  # the latter on Windows
        return sum(1 for place in places for _ in self.venv.glob(f"{place}/*.dist-info"))


def explain(written: str) -> str:
    """Why pip failed, from what it wrote: one sentence, after pip's own words where they may help."""
    if re.search("connection broken by|Max retries exceeded|ConnectionError|ConnectTimeout", written):
        return (
            "The packages could not be downloaded, because the package index cannot be reached: "
            "connect to the network and run the command again."
        )
    return (
        f"{written}\npip could not install the packages, for the reason above: check that the network is up "
        f"and that PyTorch has a build for Python {sys.version.split()[0]}, then run the command again."
    )


def check_port(address: str) -> None:
    """End with an error if nothing can listen on the address, which is written host:port."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        give_up(f"{address} is not an address to serve at: write host:port, as in ADDRESS=127.0.0.1:8001.")
    with socket.socket() as server:
        if sys.platform != "win32":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the site's server does
        try:
            server.bind((host, int(port)))
        except OSError as error:
            give_up(
                f"Cannot serve at {address} ({error.strerror or error}): if another program is there, stop it "
                f"or choose another port: make serve ADDRESS={host}:{int(port) % 65535 + 1}"
            )


def lock() -> None:
    """Pin the newest versions that work together on the oldest supported Python and so on all."""
    # Run by that very Python, because pip judges conditions such as python_version < "3.12" by its own.
    if sys.version_info[:2] != (3, 11):
        give_up("make lock needs Python 3.11, the oldest supported: make lock PYTHON=/path/to/python3.11")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*FIRST, *project["dependencies"], *project["optional-dependencies"]["dev"]]
    with tempfile.TemporaryDirectory() as folder:
        venv, report = Path(folder) / "venv", Path(folder) / "report.json"
        make_venv(venv)
        dry_run = ["--dry-run", "--ignore-installed", "--report", str(report)]
        oldest = ["--python-version", "3.11.0", "--only-binary", ":all:", "--target", str(venv)]
        try:
            pip(venv, "install", *dry_run, *oldest, *wanted)
        except PipError as error:
            give_up(explain(str(error)))
        chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    lines = pins([package["metadata"] for package in chosen])
    LOCK.write_text(LOCK_HEADER + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"Wrote {LOCK.name}: make test installs and tests it.")


def pins(packages: list[dict[str, str]]) -> list[str]:
    """Lines of name==version, sorted and the same on every machine.

    A build's mark (torch 2.13.0+cpu) is left off, and so are the libraries of CUDA builds: torch itself asks
    for exact versions of those.
    """
    lines = [f"{package['name']}=={package['version'].partition('+')[0]}" for package in packages]
    return sorted((line for line in lines if not re.match(r"(nvidia|cuda|triton)\b", line)), key=str.lower)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for another run of this script, such as make serve beside make test."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with open(__file__, encoding="utf-8") as this_file:
        fcntl.flock(this_file, fcntl.LOCK_EX)
        yield


def give_up(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
