"""One page's process, seen from outside.

Each page runs in a process of its own, started fresh: on Linux and macOS it is forked from one that has imported
what is slow to import already, on Windows it starts from nothing. A crash, an exit, an endless loop or a changed
global ends with it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import glob
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterator, Sequence
from multiprocessing import process as multiprocessing_process
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from . import origin
from .family import Watched, adopt, end, end_orphans, is_gone, watched
from .fork import LEAVE, Forks
from .looks import Looks, Stamps, Watch, busy
from .origin import PRELOAD_FROM, preload
from .page import Number, Page, PageError, Snippet
from .paths import PAGE_FOLDER, WORK
from .program import Output, Program, prepare
from .streams import PRINT_LIMIT, Files
from .workers import teach

INHERITED = frozenset(os.environ)  # in the process from which pages are forked: what it was started with
LOOK_EVERY = 0.25  # seconds between two looks at a process that has not answered
GRACE = 5.0  # seconds after the time limit at which a process that did not stop itself is killed

# What every page's process starts with: the same order of sets and of sums in every run, UTF-8, and no window.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MKL_CBWR": "COMPATIBLE",  # one way to add up, wherever in memory the numbers lie
    "MPLBACKEND": "agg",
    "PYTHONUTF8": "1",  # what a page reads and writes is the same in every locale
    "COLUMNS": "80",  # as wide as Python takes a file to be
}
TERMINALS = {"CLICOLOR_FORCE", "FORCE_COLOR", "LINES", "NO_COLOR", "PYTHON_COLORS"}  # what the author's own is like

MATPLOTLIB = "MPLCONFIGDIR"  # where Matplotlib keeps what it has found out
PRINTED = "printed"  # the file that has what the page prints
TOO_MUCH = "the page and what it has started take more than"
FIRST = multiprocessing.current_process()  # where pages run, that is not yet the page's
own_number = os.getpid  # as it is before a page's process puts its own in this place

# What a system lacks is gone without, which Windows shows: it has no forks, process groups and blocked signals.
FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()
CONTEXT: Any = multiprocessing.get_context("forkserver" if FORKSERVER else "spawn")
STARTING = threading.Lock()
ALIVE: set[PageProcess] = set()


class PageProcess:
    r"""Runs a page's snippets and numbers one after the other; a context manager.

    Args:
        page: The page to run.
        root: The project's folder.
        preload: Names of modules to import once, before pages are forked, as they are slow to import; what is not
            installed is passed over.

    Example:
        ```python
        from pathlib import Path

        from page_runner.page import Page, Snippet
        from page_runner.process import PageProcess

        with PageProcess(Page("x.md", "", ()), Path.cwd()) as process:
            assert process.run(Snippet("1 + 1\n", line=2)).text == "2\n"
        ```
    """

    leaves_snapshots = False
    at = 1  # the line of what ran last

    def __init__(self, page: Page, root: Path, preload: tuple[str, ...] = ()):
        self.page, self.root, self.preload = page, root, preload
        self.outputs: list[Output | str | None] = []  # what the items gave that need not run
        self.limit = patience() * page.time_limit
        self.ended = False

    def __enter__(self) -> PageProcess:
        self.folder = page_folder()
        self.pipe: Any = None
        self.process: Any = None
        self.watched: Watched | None = None
        ALIVE.add(self)
        try:
            self._start()
        except (EOFError, OSError) as error:
            self.__exit__()
            why = origin_ended() or str(error) or "it ended at once"
            raise PageError(self.page.name, 1, f"the page's process could not start: {why}") from None
        return self

    def _start(self) -> None:
        self.pipe, theirs = CONTEXT.Pipe()
        with STARTING, theirs:
            if self.ended:
                raise EOFError
            homeless = without_home(self.root)
            values, folder = dict(os.environ) | homeless, self.folder.name
            arguments = (theirs, self.page, str(self.root), values, self.preload, folder, self.leaves_snapshots)
            with fresh_start():
                process = CONTEXT.Process(target=serve, args=arguments, daemon=True)
                os.environ.update(homeless)
                prepare_origin(self.preload)
                try:
                    process.start()
                except (EOFError, ConnectionError):  # that from which pages are forked is just ending
                    wait_for_origin()
                    if self.ended or asked_to_end():
                        raise
                    process.start()
                self.process = process
        self._watch()
        if why := self.pipe.recv():  # else it is ready: its time counts from now
            raise OSError(why)

    def _watch(self) -> None:
        self.watched = watched(self.process.pid, self.page.memory_limit)

    def __exit__(self, *_: object) -> None:
        ALIVE.discard(self)
        if self.pipe:
            self.pipe.close()
        self.kill()
        if self.process:
            self.process.join()
            self.process.close()
        with STARTING:  # else one that starts just now would seem to be left behind
            end_left_behind()
        self._leave_folder()

    def _leave_folder(self) -> None:
        self.folder.cleanup()

    def kill(self) -> None:
        """End the process, and what the page has started where that can be told."""
        self.ended = True
        with contextlib.suppress(ValueError, AttributeError):  # it is closed, or was not started
            if self.watched:
                end(self.watched.process)
            self.process.kill()
            if sys.platform != "linux" and hasattr(os, "killpg"):  # where what has lost its parent goes elsewhere
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process.pid, signal.SIGKILL)

    def run(self, item: Snippet | Number) -> Output | str:
        """Run one snippet, or work out one number.

        Args:
            item: The snippet or number.

        Returns:
            The snippet's output, or the number as text.

        Raises:
            NumberError: A number cannot be worked out; others can still be asked for.
            PageError: It failed, the page ran out of time, or its process ended.
        """
        value: Output | str = self._ask(item, item.line)
        return value

    def finish(self) -> tuple[Looks, Stamps]:
        """End the page's program as a script ends.

        Returns:
            What the run has looked at, and what it saw there first; the stamps of the files that it read.

        Raises:
            PageError: It printed something then, or does not end.
        """
        seen: tuple[Looks, Stamps] = self._ask(None, self.at)
        return seen

    def _ask(self, question: Snippet | Number | None, line: int) -> Any:
        self.at = line
        try:
            self.pipe.send(question)
            self._wait(line)
            answer = self.pipe.recv()
        except (EOFError, OSError):
            raise self._gone(line) from None
        if isinstance(answer, PageError):
            raise answer
        return answer

    def _wait(self, line: int) -> None:
        """Wait for an answer, and look after the process meanwhile."""
        ends = time.monotonic() + self.limit + GRACE
        printed = self._printed()
        while not self.pipe.poll(LOOK_EVERY):
            if time.monotonic() > ends:
                raise self._too_slow(line)
            # A process that has come to its own limit is just about to say so, and where.
            if self.watched and self.watched.takes_too_much() and not self.pipe.poll(LOOK_EVERY):
                raise self._stopped(
                    line,
                    f"{TOO_MUCH} {self.page.memory_limit / 1e9:g} GB of memory, which is its limit: "
                    "take less, or set memory_limit in its front matter, as in memory_limit: 8 GB",
                )
            if self._printed() - printed > PRINT_LIMIT:
                raise self._stopped(line, f"the snippet printed more than {PRINT_LIMIT:,} characters")
            if self.watched and self.watched.is_stopped():
                raise self._stopped(line, "the page's process was stopped by a signal, and nothing lets it go on")

    def _printed(self) -> int:
        with contextlib.suppress(OSError):
            return os.stat(Path(self.folder.name, PRINTED)).st_size
        return 0

    def _stopped(self, line: int, why: str) -> PageError:
        """Stop the process where it is; the error that says why, and where that was."""
        if hasattr(signal, "SIGCONT"):
            for number in (signal.SIGABRT, signal.SIGCONT):  # at the first it notes where it is
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(self.process.pid, number)
            self.process.join(GRACE)
        return PageError(self.page.name, self._place() or line, why)

    def _trace(self) -> str:
        file = Path(self.folder.name, "trace")
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def _place(self) -> int:
        """The line of the page at which its main thread was when it ended; 0 where nobody knows."""
        threads = re.split(r"^(?=Thread 0x|Current thread 0x)", self._trace(), flags=re.M)
        name = re.escape(self.page.name.encode("ascii", "backslashreplace").decode())  # as it is written there
        places = [re.search(rf'File "{name}", line (\d+)', each) for each in threads]
        current = [place for place, each in zip(places, threads, strict=True) if each.startswith("Current")]
        found = [place for place in (*current, *reversed(places)) if place]  # the main thread stands last
        return int(found[0][1]) if found else 0

    def _gone(self, line: int) -> PageError:
        """Why the process is gone."""
        line = self._place() or line
        if "Timeout" in self._trace():
            return self._too_slow(line)
        self.process.join(GRACE)
        return PageError(self.page.name, line, f"the page's process {how_it_ended(self.process.exitcode)}")

    def _too_slow(self, line: int) -> PageError:
        limit = f"{self.page.time_limit:g} seconds"
        return PageError(
            self.page.name,
            line,
            f"the page still ran here after {limit}: speed it up, or set time_limit in its front matter",
        )


def page_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder for a page: what it writes goes into `work`."""
    return tempfile.TemporaryDirectory(prefix=PAGE_FOLDER, ignore_cleanup_errors=True)


def how_it_ended(code: int | None) -> str:
    """What an exit code says."""
    if code is None or code >= 0:
        return f"ended by itself with exit code {code}"
    names = {each.value: each.name for each in signal.Signals}
    return f"was killed by {names.get(-code, f'signal {-code}')}"


def origin_pid() -> int | None:
    """The process from which pages are forked, if there is one."""
    if not FORKSERVER:
        return None
    from multiprocessing.forkserver import _forkserver

    pid: int | None = getattr(_forkserver, "_forkserver_pid", None)
    return pid


def asked_to_end() -> bool:
    """Whether a signal has asked the program to end, which from then on lets no other interrupt that: see `plugin`."""
    return signal.getsignal(signal.SIGTERM) == signal.SIG_IGN


def wait_for_origin() -> None:
    """Wait until the process from which pages are forked has ended: the next start then makes another."""
    ends = time.monotonic() + GRACE
    while (pid := origin_pid()) and not is_gone(pid) and time.monotonic() < ends:
        time.sleep(0.01)


def origin_ended() -> str:
    """How the process from which pages are forked has ended; empty where it has not."""
    if pid := origin_pid():
        if not is_gone(pid):
            return ""
        code = 0
        with contextlib.suppress(ChildProcessError):
            code = os.waitstatus_to_exitcode(os.waitpid(pid, os.WNOHANG)[1])
        return f"the process from which pages are forked {how_it_ended(code)}, as when a module of preload ends it"
    return ""


def prepare_origin(modules: Sequence[str]) -> None:
    """Say what the process from which pages are forked imports, in case it is not there yet; within `fresh_start`.

    Whoever forks from it calls this first: what is forked there later must find it as a page needs it.
    """
    os.environ[PRELOAD_FROM] = json.dumps(modules)
    if FORKSERVER:
        CONTEXT.set_forkserver_preload([origin.__name__, __name__])


def end_left_behind() -> None:
    """End what pages that are gone have left."""
    pages = []
    for each in list(ALIVE):
        with contextlib.suppress(ValueError, AttributeError):
            pages.append(each.process.pid)
    if pid := origin_pid():
        end_orphans(pid, pages)


def end_all() -> None:
    """End every page's process at once, and the one from which they are forked, whatever it imports just now."""
    for process in list(ALIVE):
        process.kill()
    ends = time.monotonic() + GRACE
    while True:
        if pid := origin_pid():
            end_orphans(pid, ())
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if STARTING.acquire(timeout=0.05):  # else a page that starts just now may have made another
            STARTING.release()
            return
        if time.monotonic() > ends:
            return


def patience() -> float:
    """How many times its time limit a page may take: 1, or what PAGE_RUNNER_PATIENCE says, where a machine is busy.

    Raises:
        ValueError: It says no positive number.
    """
    value = os.environ.get("PAGE_RUNNER_PATIENCE", "1")
    try:
        times = float(value)
    except ValueError:
        times = 0.0
    if not 0 < times < float("inf"):
        raise ValueError(f"PAGE_RUNNER_PATIENCE is {value!r} but must be a positive number, such as 10")
    return times


@contextlib.contextmanager
def fresh_start() -> Iterator[None]:
    """Start processes that know nothing of the program which starts them and share one environment."""
    main = sys.modules["__main__"]
    before = {name: os.environ.get(name) for name in (*ENVIRONMENT, PRELOAD_FROM, MATPLOTLIB)}
    sys.modules["__main__"] = types.ModuleType("__main__")  # else every child imports the program's main module
    os.environ.update(ENVIRONMENT)
    if hasattr(signal, "pthread_sigmask"):
        resource_tracker.ensure_running()  # which lets interrupts through when it is started
    hold_interrupts(block=True)  # they are for the program; pages are ended by it
    try:
        yield
    finally:
        hold_interrupts(block=False)
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def without_home(root: Path) -> dict[str, str]:
    """What to set where nobody can write in the user's home: Matplotlib would complain on every page that draws."""
    with contextlib.suppress(RuntimeError):  # the user has none
        if Path.home().is_dir() and os.access(Path.home(), os.W_OK):
            return {}
    return {} if MATPLOTLIB in os.environ else {MATPLOTLIB: str(root / ".cache" / "matplotlib")}


def hold_interrupts(*, block: bool) -> None:
    """Block SIGINT for this thread and for what it starts, or let it through again."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK if block else signal.SIG_UNBLOCK, {signal.SIGINT})


def serve(
    pipe: Connection,
    page: Page,
    root: str,
    environment: dict[str, str],
    modules: tuple[str, ...],
    folder: str,
    leaves_snapshots: bool,
) -> None:
    """The page's process: answer until the pipe closes."""
    try:
        program, watch, forks = begin(pipe, page, root, environment, modules, folder, leaves_snapshots)
    except BaseException as error:
        pipe.send(f"{type(error).__name__}: {error}")
        os._exit(1)
    pipe.send("")
    while True:
        try:
            question = pipe.recv()
            if forks and question == LEAVE:
                forks.leave()
                continue
            own = own_number()
            answer: Any
            try:
                if question:
                    answer = program.run(question)
                else:
                    program.finish()
                    answer = watch.looks, watch.stamps
            except PageError as error:
                answer = error
            if own_number() != own:  # the page has forked, and this is the child
                end_child(answer)
            watch.pause()
            pipe.send(answer)
        except (EOFError, OSError):
            break
    os._exit(0)  # whatever threads the page left


def begin(
    pipe: Connection,
    page: Page,
    root: str,
    environment: dict[str, str],
    modules: tuple[str, ...],
    folder: str,
    leaves_snapshots: bool,
) -> tuple[Program, Watch, Forks | None]:
    """Be a page's process."""
    for name in INHERITED - environment.keys():
        os.environ.pop(name, None)
    os.environ.update(environment | ENVIRONMENT)  # as it is now: the process that was forked may have another
    for name in TERMINALS:
        os.environ.pop(name, None)
    if hasattr(os, "setsid"):
        os.setsid()
        hold_interrupts(block=False)
    adopt()
    if hasattr(os, "fork"):
        os.register_at_fork(after_in_child=lambda: None if busy() else pipe.close())  # a child answers nobody
    if not FORKSERVER:  # with it they are here already
        preload(list(modules))
    gc.freeze()  # what was imported stays: to look through all of it for garbage takes a third of a second each time
    work = Path(folder, WORK)
    work.mkdir()
    bring_files(page, Path(root), work)
    watch = Watch(root, folder, page.name, environment)
    os.chdir(work)
    sys.path.insert(0, str(work))
    trace = open(Path(folder, "trace"), "w", encoding="utf-8")  # noqa: SIM115  it must stay open for the fault handler
    faulthandler.enable(trace)
    ends = time.monotonic() + patience() * page.time_limit
    faulthandler.dump_traceback_later(patience() * page.time_limit, exit=True, file=trace)
    limit_memory(page.memory_limit)
    program = Program(page, Files(str(Path(folder, PRINTED))), root)
    prepare(program)
    be_main(program, folder)
    forks = Forks(pipe, program, watch, trace, ends) if leaves_snapshots else None
    return program, watch, forks


def be_main(program: Program, folder: str) -> None:
    """Be for multiprocessing what a script's process is: the first one, which may have children."""
    FIRST.name = "MainProcess"
    multiprocessing_process._current_process = FIRST  # type: ignore[attr-defined]
    multiprocessing_process._parent_process = None  # type: ignore[attr-defined]
    multiprocessing.set_start_method(None, force=True)  # a page's processes are started as those of a script are
    sys.modules["__mp_main__"] = program.module
    if FORKSERVER:
        resource_tracker._resource_tracker = fresh = resource_tracker.ResourceTracker()  # which ends with the page
        for name in ("ensure_running", "register", "unregister", "getfd"):
            setattr(resource_tracker, name, getattr(fresh, name))
    teach(program.page.name, lambda: [(each.source, each.line) for each in program.done], folder)


def bring_files(page: Page, root: Path, work: Path) -> None:
    """Copy what the page reads into the folder in which it works: beside the page, or as it lies in the project."""
    above = (root / page.name).parent
    for pattern in page.reads:
        for found in map(Path, glob.glob(str(root / pattern), recursive=True)):
            if found.is_file() and found.is_relative_to(root):
                place = work / found.relative_to(above if found.is_relative_to(above) else root)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, place)


def limit_memory(most: float) -> None:
    """On Linux give this process no more memory than the page may take, beside what it has; no memory to a crash."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        now = int(Path("/proc/self/statm").read_text("ascii").split()[5]) * resource.getpagesize()
        _, highest = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = now + int(most)
        resource.setrlimit(resource.RLIMIT_DATA, (wanted if highest < 0 else min(wanted, highest), highest))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def end_child(answer: Any) -> None:
    """End a process that the page has forked and that has come to the end of its snippet."""
    if isinstance(answer, PageError):
        print(answer.trace or answer.message, file=sys.stderr)
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(isinstance(answer, PageError))
