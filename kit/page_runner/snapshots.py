"""Snapshots of the pages that are edited under `mkdocs serve`: what stands above a change need not run again.

Now and then a page's process leaves a copy of itself, which waits (`page_runner.fork`). When the page runs again, it
goes on from the last of them before which the same code stands on the same lines, and all that this looked at is as it
was. The page gives what a whole run would give. Only the time from before a snapshot to after it has the waiting in it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from tempfile import TemporaryDirectory

from .cache import Cache, Outputs
from .fork import LEAVE, LOOKS
from .looks import Looks, Stamps
from .page import Number, NumberError, Page, Snippet
from .process import CONTEXT, PageProcess
from .program import Output

PAGES = 3  # that have snapshots: those that ran last
# Of one page:
MOST = 32  # snapshots
MEMORY = 1_000_000_000  # bytes that they may take together, their part of what they share with others counted in
COPIED = 100_000_000  # bytes of files that they may copy
SHARE = 0.05  # of the time of running, spent on leaving them
# Seconds of running after which the next one may be left; sooner before a change, since that is often changed again.
SPACING, BEFORE_CHANGE = 0.25, 0.02


def can_keep() -> bool:
    """Whether this system can keep snapshots."""
    return sys.platform == "linux" and hasattr(os, "fork")


class Snapshots:
    """The snapshots of a project's pages.

    Args:
        cache: The kept outputs.
        root: The project's folder.
        preload: Names of modules to import before pages are forked.
        spacing: Seconds of running after which the next one may be left.
        share: Of the time of running, spent on leaving them.
    """

    def __init__(
        self,
        cache: Cache,
        root: Path,
        preload: tuple[str, ...],
        spacing: float | None = None,
        share: float | None = None,
    ):
        self.cache, self.root, self.preload = cache, root, preload
        self.spacing = SPACING if spacing is None else spacing
        self.share = SHARE if share is None else share
        self.trails: dict[str, Trail] = {}  # by their keys, in the order of the runs
        self.lock = threading.Lock()

    def wanted(self, page: Page) -> bool:
        """Whether a page is being edited: it has snapshots, or no good run of the very same code is known."""
        return page.name in self.trails or self.cache.store.load(self.cache.entry(page)) is None

    def process(self, page: Page, declared: Looks, change: int = 0) -> PageProcess:
        """A process for a page, which goes on from a snapshot if it can, and leaves snapshots.

        Args:
            page: The page.
            declared: What it says of itself that it looks at.
            change: How many items stand before a change, where no earlier run tells.

        Returns:
            The process; those of the page's items are left to run that are not among its `outputs`.
        """
        with self.lock:
            last = self.trails.pop(self.best(page), None)
        return ResumedProcess(page, declared, self, last, change)

    def best(self, page: Page) -> str:
        """The key of the trail to go on from."""
        return page.name

    def key(self, trail: Trail) -> str:
        """The key under which a trail is kept."""
        return trail.page.name

    def put(self, trail: Trail) -> None:
        """Keep what a run has left, in the place of what an earlier one has, and drop what is too much."""
        with self.lock:
            key = self.key(trail)
            dropped = [self.trails.pop(key, None)]
            self.trails[key] = trail
            dropped += [self.trails.pop(name) for name in list(self.trails)[:-PAGES]]
        for each in filter(None, dropped):
            each.close()

    def close(self) -> None:
        """End all snapshots."""
        with self.lock:
            trails, self.trails = self.trails, {}
        for trail in trails.values():
            trail.close()


@dataclass
class Trail:
    """What a page's last run has left: what its items gave, and snapshots of its process between them."""

    page: Page
    declared: Looks
    folder: TemporaryDirectory[str]
    spacing: float
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    outputs: Outputs = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)

    def fits(self, other: Trail) -> bool:
        """Whether runs of two pages differ in nothing but their code."""
        mine, others = (
            (each.declared, each.environment, each.page.time_limit, each.page.memory_limit) for each in (self, other)
        )
        return mine == others

    def reach(self, page: Page) -> int:
        """How many items of a page need not run again with it, if all that they looked at is as it was."""
        most = unchanged(self.page, page)
        return max((each.at for each in self.snapshots if each.at <= most), default=0)

    def last(self, most: int, cache: Cache) -> Snapshot | None:
        """The last snapshot before which all is as it was, in no more than so many items; later ones are forgotten."""
        self.cut(most)
        while self.snapshots:
            snapshot = self.snapshots[-1]
            with contextlib.suppress(EOFError, OSError):
                if cache.current(*snapshot.looks()):
                    self.cut(snapshot.at)
                    return snapshot
            self.cut(snapshot.at - 1)
        return None

    def add(self, control: Connection, places: list[str]) -> None:
        """Keep a snapshot, with copies of the files and folders that are the page's alone, unless that is too much."""
        at = len(self.outputs)
        snapshot = Snapshot(at, control, Path(self.folder.name, f"copies-{at}"))
        self.snapshots.append(snapshot)
        try:
            snapshot.place.mkdir()
            for number, path in enumerate(outermost(places)):
                snapshot.size += size(path)
                if sum(each.size for each in self.snapshots) > COPIED:
                    raise OSError("the page has written too much")
                snapshot.copies[path] = snapshot.place / str(number)
                copy_to(path, snapshot.copies[path])
        except OSError:
            self.cut(at - 1)
        if len(self.snapshots) > MOST or (len(self.snapshots) % 4 == 0 and self._memory() > MEMORY):
            self._thin_out()

    def _memory(self) -> int:
        with contextlib.suppress(EOFError, OSError):
            return sum(memory(each.pid) for each in self.snapshots)
        return 0

    def _thin_out(self) -> None:
        """Drop every second snapshot, from the last but one on, and leave fewer from now on."""
        self.spacing *= 2
        for each in self.snapshots[-2::-2]:
            self.snapshots.remove(each)
            each.drop()

    def cut(self, at: int) -> None:
        """Forget what came after so many items."""
        while self.snapshots and self.snapshots[-1].at > at:
            self.snapshots.pop().drop()
        del self.outputs[at:]

    def close(self) -> None:
        """Forget it all."""
        self.cut(0)
        self.folder.cleanup()


@dataclass
class Snapshot:
    """A process that waits before one of the page's items, and copies of the files that were the page's alone."""

    at: int  # how many items have run
    control: Connection
    place: Path  # of the copies
    copies: dict[str, Path] = field(default_factory=dict)
    size: int = 0  # of the copies, in bytes

    @cached_property
    def pid(self) -> int:
        """The number of its process, which it says when it is there."""
        number: int = self.control.recv()
        return number

    def looks(self) -> tuple[Looks, Stamps]:
        """What the items before it looked at."""
        assert self.pid
        self.control.send(LOOKS)
        seen: tuple[Looks, Stamps] = self.control.recv()
        return seen

    def go_on(self, page: Page, pipe: Connection) -> Forked:
        """Let a copy of it be the page's process, which is asked over a pipe."""
        for path, copy in self.copies.items():
            remove(path)
            copy_to(copy, path)
        self.control.send(page)
        send_handle(self.control, pipe.fileno(), None)
        return Forked(self.control, self.control.recv())

    def drop(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            self.control.send(None)
        self.control.close()
        shutil.rmtree(self.place, ignore_errors=True)


@dataclass
class Forked:
    """A process that goes on from a snapshot, with what `multiprocessing.Process` has."""

    control: Connection
    pid: int
    exitcode: int | None = None

    def kill(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, which the snapshot sees."""
        with contextlib.suppress(EOFError, OSError):
            if self.exitcode is None and self.control.poll(timeout):
                self.exitcode = self.control.recv()

    def close(self) -> None:
        """Do nothing: the snapshot stays."""


class ResumedProcess(PageProcess):
    """A page's process that goes on from a snapshot if it can, and leaves snapshots.

    Args:
        page: The page.
        declared: What it says of itself that it looks at.
        snapshots: Those of all pages.
        last: What the page's last run has left, if anything.
        change: How many items stand before a change, where no earlier run tells.
    """

    leaves_snapshots = True

    def __init__(self, page: Page, declared: Looks, snapshots: Snapshots, last: Trail | None, change: int):
        super().__init__(page, snapshots.root, snapshots.preload)
        self.declared, self.snapshots, self.last = declared, snapshots, last
        self.change = unchanged(last.page, page) if last else change  # how many items stand before it
        self.failed = False  # a number has: from there on all runs again, and says so again
        self.seconds = 0.0  # of running since the last snapshot
        self.cost = 0.0  # of that one, in seconds

    def _start(self) -> None:
        self.trail = Trail(self.page, self.declared, self.folder, self.snapshots.spacing)
        if self.last and self.last.fits(self.trail) and self._go_on(self.last):
            return
        if self.last:
            self.last.close()
        super()._start()

    def _go_on(self, last: Trail) -> bool:
        while snapshot := last.last(self.change, self.snapshots.cache):
            if self.ended:
                return False
            self.pipe, theirs = CONTEXT.Pipe()
            with contextlib.suppress(EOFError, OSError):
                with theirs:
                    self.process = snapshot.go_on(self.page, theirs)
                self._watch()
                if self.ended:  # meanwhile
                    self.kill()
                self.pipe.recv()
                self.folder.cleanup()
                self.folder, self.trail, last.page = last.folder, last, self.page
                self.outputs = list(last.outputs)
                return True
            self.pipe.close()
            last.cut(snapshot.at - 1)
        return False

    def _leave_folder(self) -> None:
        if self.trail.snapshots:
            self.snapshots.put(self.trail)
        else:
            super()._leave_folder()

    def run(self, item: Snippet | Number) -> Output | str:
        """Run an item, and leave a snapshot after it, unless the last one is near."""
        began = time.monotonic()
        try:
            outputs = super().run(item)
        except NumberError:
            self.failed = True
            raise
        if self.failed:
            return outputs
        self.trail.outputs.append(outputs)
        self.seconds += time.monotonic() - began
        before_change = len(self.trail.outputs) == self.change
        if self.seconds >= (
            BEFORE_CHANGE if before_change else max(self.trail.spacing, self.cost / self.snapshots.share)
        ):
            began = time.monotonic()
            self._leave_snapshot()
            self.seconds, self.cost = 0.0, time.monotonic() - began
        return outputs

    def _leave_snapshot(self) -> None:
        with contextlib.suppress(EOFError, OSError):  # the process has ended, as the next question will tell
            self.pipe.send(LEAVE)
            if places := self.pipe.recv():
                control = Connection(recv_handle(self.pipe))
                os.set_inheritable(control.fileno(), False)
                self.trail.add(control, places)


def unchanged(before: Page, now: Page) -> int:
    r"""How many of a page's first items are as they were, on the same lines.

    Example:
        ```python
        from page_runner.page import parse
        from page_runner.snapshots import unchanged

        assert unchanged(parse("{{ 1 }}\n{{ 2 }}", "x.md"), parse("One {{ 1 }}\n{{ 3 }}", "x.md")) == 1
        ```
    """
    same = [code(old) == code(new) for old, new in zip(before.items, now.items, strict=False)]
    return [*same, False].index(False)


def code(item: Snippet | Number) -> Snippet | Number:
    """An item without what makes no difference to its run: where in its line a number stands."""
    return replace(item, start=0, stop=0) if isinstance(item, Number) else item


def outermost(places: Iterable[str]) -> list[str]:
    """Files and folders that are there, without those within others.

    Example:
        ```python
        from page_runner.snapshots import outermost

        assert outermost(["/usr/lib", "/usr", "/nowhere"]) == ["/usr"]
        ```
    """
    found: list[str] = []
    for place in sorted(places):
        if os.path.lexists(place) and not any(place.startswith(each + os.sep) for each in found):
            found.append(place)
    return found


def memory(pid: int) -> int:
    """How many bytes of memory a process takes, with its part of what it shares with others.

    Raises:
        OSError: Nobody can say.
    """
    with open(f"/proc/{pid}/smaps_rollup", encoding="utf-8") as file:
        return sum(1024 * int(line.split()[1]) for line in file if line.startswith("Pss:"))


def size(path: str) -> int:
    """How many bytes a file holds, or all files of a folder."""
    files = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    return os.lstat(path).st_size + sum(os.lstat(file).st_size for file in files)


def copy_to(path: str | Path, place: str | Path) -> None:
    """Copy a file or a folder, with times and rights; links stay links."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.copytree(path, place, symlinks=True)
    else:
        shutil.copy2(path, place, follow_symlinks=False)


def remove(path: str | Path) -> None:
    """Remove a file or a folder, if it is there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)
