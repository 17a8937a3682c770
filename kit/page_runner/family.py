"""A page's process with all that it has started, wherever that has gone: how much memory it takes, and its end.

On Linux a process that has lost its parent becomes a child of the page's process, and of the one from which pages are
forked when the page's is gone. So a daemon does not get away.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import time
from collections.abc import Callable, Iterable

try:
    import psutil
except ImportError:  # somewhere that has no processes, or not as others
    psutil = None

SUBREAPER, NAME = 36, 15  # PR_SET_CHILD_SUBREAPER, PR_SET_NAME
SNAPSHOT = "page-snapshot"  # the name of a process that waits, and is no page's
TRACKER = "resource_tracker"  # of multiprocessing and its like: it ends by itself, and then cleans up
LOOK_EVERY = 1.0  # seconds, at least, between two looks at all processes

GONE: tuple[type[Exception], ...] = (AttributeError,)  # which a system without signals raises
if psutil:
    GONE += (psutil.NoSuchProcess, psutil.AccessDenied)


def adopt(*, yes: bool = True) -> None:
    """On Linux become the parent of what loses its own among what this process has started, or no longer."""
    control(SUBREAPER, int(yes))


def be_named(name: str) -> None:
    """On Linux have a name among the processes."""
    control(NAME, ctypes.c_char_p(name.encode()))


def control(option: int, value: int | ctypes.c_char_p) -> None:
    """Ask Linux for something about this process."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end(process: psutil.Process) -> None:
    """End a process with all that it has started."""
    with contextlib.suppress(*GONE):
        with contextlib.suppress(AttributeError):
            process.suspend()  # it starts nothing more
        end_all_of(lambda: process.children(recursive=True))
        process.kill()


def end_orphans(parent: int, pages: Iterable[int]) -> None:
    """End what pages have left behind.

    Args:
        parent: The process from which pages are forked.
        pages: Those that are there.
    """
    known = {*pages}

    def left() -> list[psutil.Process]:
        children = [each for each in psutil.Process(parent).children() if each.pid not in known]
        lost = [each for each in children if is_of_a_page(each.pid, parent) and name_of(each) != SNAPSHOT]
        return [each for one in lost for each in (one, *one.children(recursive=True))]

    with contextlib.suppress(*GONE):
        end_all_of(left)


def end_all_of(left: Callable[[], list[psutil.Process]]) -> None:
    """Kill processes until none is left."""
    for _ in range(100):
        found = [each for each in left() if is_there(each)]
        if not found:
            return
        for each in found:
            with contextlib.suppress(*GONE):
                each.suspend()
        for each in found:
            with contextlib.suppress(*GONE):
                each.kill()
        psutil.wait_procs(found, timeout=0.05)


def is_there(process: psutil.Process) -> bool:
    """Whether a process runs, and is not one that ends by itself when the others have."""
    with contextlib.suppress(*GONE):
        return process.status() != psutil.STATUS_ZOMBIE and not any(TRACKER in word for word in process.cmdline())
    return False


def name_of(process: psutil.Process) -> str:
    """A process's name; empty if it is gone."""
    with contextlib.suppress(*GONE):
        return str(process.name())
    return ""


def is_of_a_page(pid: int, parent: int) -> bool:
    """Whether a page has started a process: pages have sessions of their own, others share their parent's."""
    with contextlib.suppress(OSError, AttributeError):
        return os.getsid(pid) != os.getsid(parent)
    return False


def is_gone(pid: int) -> bool:
    """Whether a process has ended."""
    with contextlib.suppress(*GONE):
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    return True


def watched(pid: int, most: float) -> Watched | None:
    """A page's process to look at; None where nobody can."""
    with contextlib.suppress(*GONE):
        return Watched(pid, most)
    return None


class Watched:
    """A page's process, looked at now and then.

    Args:
        pid: Its number.
        most: Bytes of memory that it and all that it has started may take together.
    """

    def __init__(self, pid: int, most: float):
        self.most = most
        self.process = psutil.Process(pid)
        self.next = 0.0  # when to look at its children, too
        self.stopped = 0  # how often it was found so

    def takes_too_much(self) -> bool:
        """Whether they take more now."""
        with contextlib.suppress(*GONE):
            now = time.monotonic()
            family = [self.process]
            if now >= self.next:
                family += self.process.children(recursive=True)
                self.stopped = self.stopped + 1 if self.process.status() == psutil.STATUS_STOPPED else 0
                self.next = now + max(LOOK_EVERY, 100 * (time.monotonic() - now))
            roughly = sum(each.memory_info().rss for each in family)
            return roughly > self.most and sum(memory(each.pid) for each in family) > self.most
        return False

    def is_stopped(self) -> bool:
        """Whether a signal had stopped it at the last two looks."""
        return self.stopped > 1


def memory(pid: int) -> int:
    """How many bytes of memory a process takes, with its part of what it shares with others, files left out."""
    with contextlib.suppress(*GONE, OSError):
        if sys.platform != "linux":
            return int(psutil.Process(pid).memory_info().rss)
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            sizes = [line.split() for line in file if line.startswith(("Pss_Anon:", "Pss_Shmem:", "SwapPss:"))]
        return sum(1024 * int(size[1]) for size in sizes)
    return 0
