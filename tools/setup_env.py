"""Make .venv and keep it in step with requirements.lock. The Makefile calls this with Python 3.11 or newer.

Commands:
    install       make .venv if needed and install the pinned packages, unless that is done already
    lowest        the same in .venv-lowest, with the lowest version of every range in pyproject.toml
    port ADDRESS  end with an error if ADDRESS (127.0.0.1:8000) cannot be listened on
    lock          write the newest versions of everything into requirements.lock

Environment:
    TORCH_INDEX   a package index that is asked for torch, and for nothing else
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
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
sys.path.insert(0, str(ROOT / "kit"))

from page_runner.bar import Bar, State  # noqa: E402  they need nothing that is not there before the set-up
from page_runner.console import write_utf8  # noqa: E402

LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
LOWEST = ROOT / ".venv-lowest"

# A file in .venv says what it holds: the state that was installed last, or one of these two.
STAMP = "installed-state.txt"
UNFINISHED = "unfinished"  # packages may be half there, so it is made anew
OUTDATED = "outdated"  # each package is whole, but not all are those that are wanted

# torch comes first and alone, so that nothing else can pull in another build of it.
FIRST = ["torch", "hatchling", "editables"]
PROJECT = ["--no-build-isolation", "-e", "kit", "-e", ".[lab,site,test]"]
EXTRAS = {
    "kit/pyproject.toml": ["cards", "markdown", "notebooks", "test"],
    "pyproject.toml": ["lab", "site", "test"],
}

LOCK_HEADER = "# Made by `make lock` from the newest versions; for `pip install -c requirements.lock`.\n"


def main(arguments: list[str]) -> None:
    match arguments:
        case ["install"]:
            with one_at_a_time():
                install(VENV, LOCK.name)
        case ["lowest"]:
            with one_at_a_time(), tempfile.TemporaryDirectory() as folder:
                install(LOWEST, write_lowest(folder))
        case ["port", address]:
            check_port(address)
        case ["lock"]:
            lock()
        case _:
            sys.exit(__doc__)


def install(venv: Path, pinned: str) -> None:
    """Bring a virtual environment into the state that the pinned versions and both pyproject.toml ask for."""
    version, before = version_of(venv), read_stamp(venv)
    other_wanted = bool(os.environ.get("PYTHON")) and version != sys.version_info[:2]
    if version is None or version < (3, 11) or other_wanted or before == UNFINISHED:
        print(f"Making {venv.name} with Python {sys.version.split()[0]}", flush=True)
        make_venv(venv)
        version, before = sys.version_info[:2], UNFINISHED
    state = wanted_state(version, pinned)
    if before == state:
        return
    write_stamp(venv, UNFINISHED)
    print(f"Installing the packages into {venv.name} (the first time takes some minutes)", flush=True)
    try:
        for what in steps():
            pip(venv, "install", "-c", pinned, *what)
    except PipError as error:
        if not error.began:
            write_stamp(venv, OUTDATED)
        give_up(explain(str(error)))
    write_stamp(venv, state)


def steps() -> list[list[str]]:
    """What pip is asked for, one after the other."""
    index = os.environ.get("TORCH_INDEX")
    return [*([["--no-deps", "--index-url", index, "torch"]] if index else []), FIRST, PROJECT]


def wanted_state(version: tuple[int, ...], pinned: str = LOCK.name) -> str:
    """A hash of all that an installation depends on; the folder too, because an editable install names it."""
    files = [(ROOT / path).read_bytes() for path in [pinned, *EXTRAS]]
    parts = [*files, repr((version, FIRST, PROJECT)).encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp(venv: Path) -> str:
    """What a virtual environment says that it holds; nothing where it says nothing."""
    try:
        return (venv / STAMP).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def write_stamp(venv: Path, state: str) -> None:
    (venv / STAMP).write_text(f"{state}\n", "utf-8")


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def version_of(venv: Path) -> tuple[int, ...] | None:
    """The Python version of a virtual environment, or None if it is missing or broken."""
    code = "import sys, pip; assert sys.prefix != sys.base_prefix; print(*sys.version_info[:2])"
    try:
        run = subprocess.run([python_of(venv), "-c", code], capture_output=True, encoding="utf-8")
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
    if venv.is_symlink() or (venv.exists() and not venv.is_dir()):
        what = f"a link to {os.readlink(venv)}" if venv.is_symlink() else "a file"
        give_up(f"{venv} is {what}, but must be a folder: remove it and run the command again.")
    if venv.exists():
        (venv / "pyvenv.cfg").unlink(missing_ok=True)  # so that a half-removed one is known as broken
        shutil.rmtree(venv)
    venv.mkdir()
    write_stamp(venv, UNFINISHED)
    run = subprocess.run(
        [python, "-m", "venv", venv], capture_output=True, encoding="utf-8", errors="replace", close_fds=False
    )
    if run.returncode != 0:
        give_up(f"{python} could not make a virtual environment: {(run.stderr or run.stdout).strip()}")


class PipError(Exception):
    """pip ended with an error: all that it wrote, and whether it had begun to change packages."""

    def __init__(self, written: str, began: bool):
        super().__init__(written)
        self.began = began


def pip(venv: Path, *arguments: str) -> None:
    """Run a virtual environment's pip, showing only what it downloads and installs."""
    options = ["--require-virtualenv", "--disable-pip-version-check"]
    command = [str(python_of(venv)), "-m", "pip", *options, *arguments]
    written = []
    work = PipWork(venv)
    with (
        Bar(work.state, lambda line: print(line, flush=True)),
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            close_fds=False,  # so that it keeps others waiting even where this process is killed
        ) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            written.append(line)
            work.hear(line.strip())
            if line.strip().startswith("Downloading") and not sys.stderr.isatty():
                print(line.strip(), flush=True)
    if process.returncode != 0:
        raise PipError("".join(written), began=work.wanted > 0)


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
    if "No space left on device" in written:
        return "The packages could not be installed, because the disk is full: make room and run the command again."
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


def requirements() -> list[str]:
    """What the course and its kit need of others, with all extras that are installed."""
    found = []
    for path, extras in EXTRAS.items():
        project = tomllib.loads((ROOT / path).read_text(encoding="utf-8"))["project"]
        optional = project["optional-dependencies"]
        found += [*project["dependencies"], *(line for extra in extras for line in optional[extra])]
    return [line for line in found if not line.startswith("course-kit")]


def write_lowest(folder: str) -> str:
    """Write a file with the lowest version of every range, as pip takes it with -c."""
    lines = (re.sub(r"\[.*\]", "", line).replace(">=", "==") for line in requirements())
    path = Path(folder, "lowest.txt")
    path.write_text("".join(f"{line}\n" for line in sorted(set(lines))), "utf-8")
    return str(path)


def lock() -> None:
    """Pin the newest versions that work together on the oldest supported Python, and so on all, and on every system."""
    with tempfile.TemporaryDirectory() as folder:
        venv, wanted = Path(folder) / "venv", Path(folder) / "wanted.txt"
        make_venv(venv)
        wanted.write_text("".join(f"{line}\n" for line in [*FIRST, *requirements()]), "utf-8")
        try:
            pip(venv, "install", "uv")  # pip knows only the system that it runs on
        except PipError as error:
            give_up(explain(str(error)))
        everywhere = ["--universal", "--fork-strategy", "fewest", "--python-version", "3.11", "--no-build"]
        command = [str(python_of(venv)), "-m", "uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header"]
        run = subprocess.run([*command, *everywhere, str(wanted)], cwd=ROOT, capture_output=True, encoding="utf-8")
    if run.returncode:
        give_up(f"{run.stderr}\nuv found no versions that work together, for the reason above.")
    LOCK.write_text(LOCK_HEADER + "\n".join(pins(run.stdout)) + "\n", encoding="utf-8", newline="\n")
    print(f"Wrote {LOCK.name}: make test installs and tests it.")


def pins(found: str) -> list[str]:
    """Lines of name==version, sorted and the same on every machine.

    Where a package is wanted is left off: pip asks for it there alone. So is a build's mark (torch 2.13.0+cpu), and so
    are the libraries of CUDA builds: torch itself asks for exact versions of those.
    """
    lines = {re.split(r"\+| *;", line)[0] for line in found.splitlines()}
    return sorted((line for line in lines if not re.match(r"(nvidia|cuda|triton)\b", line)), key=str.lower)


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait for another run of this script, such as make serve beside make test, and for a pip that it has left."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        os.set_inheritable(folder, True)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this folder to end", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def give_up(sentence: str) -> NoReturn:
    sys.exit(sentence)


if __name__ == "__main__":
    write_utf8()
    try:
        main(sys.argv[1:])
    except OSError as error:
        give_up(f"The set-up could not go on ({error}): see to that and run the command again.")
    except KeyboardInterrupt:
        sys.exit(130)
