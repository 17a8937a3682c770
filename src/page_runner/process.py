"""One page's process, seen from outside.

Each page runs in a process of its own, started fresh: on Linux and macOS it is forked from one that has imported
what is slow to import already, on Windows it starts from nothing. A crash, an exit, an endless loop or a changed
global ends with it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
import time
import types
from collections.abc import Iterator
from importlib import import_module
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .fork import LEAVE, Forks
from .looks import Looks, Stamps, Watch
from .page import Number, Page, PageError, Snippet
from .program import Output, Program, prepare

# Imported once, before pages are forked, since they are slow to import; what is not installed is passed over.
PRELOAD = (
    "torch",
    "torch._dynamo",  # torch.optim imports it
    "torch.fx.experimental.proxy_tensor",
    "matplotlib.pyplot",
    "pandas",
    "sklearn.datasets",
    "sklearn.linear_model",
)
INHERITED = frozenset(os.environ)  # in the process from which pages are forked: what it was started with
GRACE = 5.0  # seconds after the time limit at which a process that did not stop itself is killed

# What every page's process starts with: the same order of sets and of sums in every run, and no window.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MKL_CBWR": "COMPATIBLE",  # one way to add up, wherever in memory the numbers lie
    "MPLBACKEND": "agg",
}

CONTEXT: Any = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
STARTING = threading.Lock()
ALIVE: set[PageProcess] = set()


class PageProcess:
    r"""Runs a page's snippets and numbers one after the other; a context manager.

    Args:
        page: The page to run.
        root: The project's folder.
        preload: Names of modules to import before pages are forked.

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

    def __init__(self, page: Page, root: Path, preload: tuple[str, ...] = PRELOAD):
        self.page, self.root, self.preload = page, root, preload
        self.given: list[Output | str] = []  # what the items gave that need not run
        self.limit = patience() * page.time_limit
        self.ended = False

    def __enter__(self) -> PageProcess:
        self.folder = page_folder()
        self.pipe: Any = None
        self.process: Any = None
        ALIVE.add(self)
        try:
            self._start()
        except (EOFError, OSError) as error:
            self.__exit__()
            why = f": {error}" if str(error) else ""
            raise PageError(self.page.name, 1, f"the page's process could not start{why}") from None
        return self

    def _start(self) -> None:
        self.pipe, theirs = CONTEXT.Pipe()
        with STARTING, theirs:
            if self.ended:
                raise EOFError
            values = dict(os.environ)
            folder = self.folder.name
            arguments = (theirs, self.page, str(self.root), values, self.preload, folder, self.leaves_snapshots)
            with fresh_start():
                process = CONTEXT.Process(target=serve, args=arguments, daemon=True)
                if CONTEXT.get_start_method() == "forkserver":
                    CONTEXT.set_forkserver_preload([__name__, *self.preload])
                process.start()
                self.process = process
        self.pipe.recv()  # it is ready: its time counts from now

    def __exit__(self, *_: object) -> None:
        ALIVE.discard(self)
        if self.pipe:
            self.pipe.close()
        self.kill()
        if self.process:
            self.process.join()
            self.process.close()
        self._leave_folder()

    def _leave_folder(self) -> None:
        self.folder.cleanup()

    def kill(self) -> None:
        """End the process, and what the page has started."""
        self.ended = True
        with contextlib.suppress(ValueError, AttributeError):  # it is closed, or was not started
            self.process.kill()
            if sys.platform != "win32":
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process.pid, signal.SIGKILL)

    def run(self, item: Snippet | Number) -> Output | str:
        """Run one snippet, or work out one number.

        Args:
            item: The snippet or number.

        Returns:
            The snippet's output, or the number as text.

        Raises:
            PageError: It failed, the page ran out of time, or its process ended.
        """
        value: Output | str = self._ask(item, item.line)
        return value

    def looks(self) -> tuple[Looks, Stamps]:
        """What the run has looked at so far, and what it saw there first; the stamps of the files that it read."""
        seen: tuple[Looks, Stamps] = self._ask(None, 1)
        return seen

    def _ask(self, question: Snippet | Number | None, line: int) -> Any:
        try:
            self.pipe.send(question)
            if not self.pipe.poll(self.limit + GRACE):
                raise self._too_slow(line)
            answer = self.pipe.recv()
        except (EOFError, OSError):
            raise self._ended(line) from None
        if isinstance(answer, PageError):
            raise answer
        return answer

    def _ended(self, line: int) -> PageError:
        """Why the process is gone."""
        file = Path(self.folder.name, "trace")
        trace = file.read_text("utf-8", "replace") if file.exists() else ""
        if place := re.search(rf'File "{re.escape(self.page.name)}", line (\d+)', trace):
            line = int(place[1])
        if "Timeout" in trace:
            return self._too_slow(line)
        self.process.join(GRACE)
        code = self.process.exitcode
        if code is not None and code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        else:
            how = f"ended by itself with exit code {code}"
        return PageError(self.page.name, line, f"the page's process {how}")

    def _too_slow(self, line: int) -> PageError:
        limit = f"{self.page.time_limit:g} seconds"
        return PageError(
            self.page.name,
            line,
            f"the page still ran here after {limit}: speed it up, or set time_limit in its front matter",
        )


def page_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder for a page: what it writes goes into `work`."""
    return tempfile.TemporaryDirectory(prefix="page-", ignore_cleanup_errors=True)


def end_all() -> None:
    """End every page's process at once, and the one from which they are forked, whatever it imports just now."""
    for process in list(ALIVE):
        process.kill()
    if sys.platform != "win32":
        from multiprocessing.forkserver import _forkserver

        if pid := getattr(_forkserver, "_forkserver_pid", None):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


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
    main, before = sys.modules["__main__"], {name: os.environ.get(name) for name in ENVIRONMENT}
    sys.modules["__main__"] = types.ModuleType("__main__")  # else every child imports the program's main module
    os.environ.update(ENVIRONMENT)
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # which lets interrupts through when it is started
    hold_interrupts(block=True)  # they are for the program; pages are ended by it
    try:
        yield
    finally:
        hold_interrupts(block=False)
        sys.modules["__main__"] = main
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def hold_interrupts(*, block: bool) -> None:
    """Block SIGINT for this thread and for what it starts, or let it through again."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK if block else signal.SIG_UNBLOCK, {signal.SIGINT})


def serve(
    pipe: Connection,
    page: Page,
    root: str,
    environment: dict[str, str],
    preload: tuple[str, ...],
    folder: str,
    leaves_snapshots: bool,
) -> None:
    """The page's process: answer until the pipe closes."""
    for name in INHERITED - environment.keys():
        os.environ.pop(name, None)
    os.environ.update(environment | ENVIRONMENT)  # as it is now: the process that was forked may have another
    if sys.platform != "win32":
        os.setsid()  # so that what the page starts can be ended with it
        hold_interrupts(block=False)
    for name in preload:  # on Windows; elsewhere they are here already
        with contextlib.suppress(ImportError):
            import_module(name)
    gc.freeze()  # what was imported stays: to look through all of it for garbage takes a third of a second each time
    watch = Watch(root, folder, page.name, environment)
    work = Path(folder, "work")
    work.mkdir()
    os.chdir(work)
    trace = open(Path(folder, "trace"), "w")  # noqa: SIM115  it must stay open for the fault handler
    faulthandler.enable(trace)
    ends = time.monotonic() + patience() * page.time_limit
    faulthandler.dump_traceback_later(patience() * page.time_limit, exit=True, file=trace)
    program = Program(page)
    prepare(program)
    forks = Forks(pipe, program, watch, trace, ends) if leaves_snapshots else None
    pipe.send("ready")
    with contextlib.suppress(EOFError, OSError):
        while True:
            question = pipe.recv()
            if forks and question == LEAVE:
                forks.leave()
                continue
            try:
                answer = program.run(question) if question else (watch.looks, watch.stamps)
                watch.pause()
                pipe.send(answer)
            except PageError as error:
                pipe.send(error)
    os._exit(0)  # whatever threads and exit handlers the page left
