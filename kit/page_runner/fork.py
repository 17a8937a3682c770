"""How a page's process leaves snapshots: copies of itself that wait, and of which copies go on when they are asked to.

A fork copies what lies in memory. So no snapshot is left while a part of the state lies elsewhere: in other threads or
processes, open files, memory that is shared, timers, a GPU; nor after a page has started a program, or changed files
that others can see. Those in its own folders are copied beside the snapshot (`page_runner.snapshots`). Only Linux shows
all of that.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import random
import shutil
import signal
import socket
import stat
import sys
import time
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, TextIO

from .family import SNAPSHOT, adopt, be_named
from .looks import Opens, Watch, alone, busy
from .page import Page
from .program import Program

LEAVE = "leave a snapshot"  # what a page's process is asked between two of its items
LOOKS = "looks"  # what a snapshot is asked; else it is given a page that is to go on from it, or None at its end

HERE, COPY, FAILED = "the process itself", "its copy", "no copy"
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
# What changes files: where the path stands among what Python tells of it, and where the folder that it is relative to.
CHANGES = {
    "os.chmod": [(0, 2)], "os.chown": [(0, 3)], "os.link": [(1, 3)], "os.remove": [(0, 1)], "os.rmdir": [(0, 1)],
    "os.rename": [(0, 2), (1, 3)], "os.symlink": [(1, 2)], "os.truncate": [(0, 2)], "os.utime": [(0, 3)],
}  # fmt: skip
STARTS = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn", "subprocess.Popen",
}  # fmt: skip
HEARD = {"open", "os.mkdir", *CHANGES, *STARTS}  # of all that Python tells of, often


class Forks:
    """Lets this process leave snapshots, from now on; there is no way back.

    Args:
        pipe: On which the process is asked.
        program: The page's program.
        watch: Notes what it looks at and makes.
        trace: The file of the fault handler, in the page's folder.
        ends: When its time is over, on the clock of `time.monotonic`.
    """

    def __init__(self, pipe: Connection, program: Program, watch: Watch, trace: TextIO, ends: float):
        self.pipe, self.program, self.watch, self.trace, self.ends = pipe, program, watch, trace, ends
        self.spoilt = False  # whether there can be no more snapshots
        self.places = {os.path.realpath(os.curdir)}  # where nobody else writes
        self._wrap_getpid()
        sys.addaudithook(self._hear)
        with alone():
            self.known, self.shared = descriptors(), shared_memory()

    def leave(self) -> None:
        """Leave a snapshot if all is in memory. It comes back here, and again in each process that goes on from it."""
        left = max(self.ends - time.monotonic(), 0.001)
        faulthandler.cancel_dump_traceback_later()  # its thread would be missing in a copy
        with alone():
            numbers = random.getstate()  # a fork draws them anew
            role = self._fork() if self._is_whole() else FAILED
            if role == COPY:
                page = self._wait()
                random.setstate(numbers)
                self._go_on(page)
        if role == FAILED:
            self.pipe.send(None)
        self.ends = time.monotonic() + left
        faulthandler.dump_traceback_later(left, exit=True, file=self.trace)
        if role == COPY:
            self.pipe.send("")

    def _is_whole(self) -> bool:
        """Whether what this process has in its memory is all that it has."""
        with contextlib.suppress(OSError):
            self.at, self.reading = os.getcwd(), self._reading()
            return not self.spoilt and no_thread() and no_child() and no_timer() and shared_memory() == self.shared
        return False

    def _reading(self) -> dict[int, tuple[str, int, int]]:
        """The files that the page has open, with how and how far they are read.

        Raises:
            OSError: Something is open that another process cannot open in the same way.
        """
        now = descriptors()
        if not self.known.items() <= now.items():
            raise OSError("the page has closed what it has not opened")
        return {number: how_read(number) for number in now.keys() - self.known.keys()}

    def _fork(self) -> str:
        """Fork the snapshot, and give the server a pipe to it."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            role = fork_away()
            if role == HERE:
                self.pipe.send(sorted(self.places))
                send_handle(self.pipe, theirs.fileno(), None)
            elif role == COPY:
                self._listen_at(ours.detach())
        return role

    def _wait(self) -> Page:
        """Be the snapshot. It comes back in each process that goes on from it, with the page that this one is to be."""
        if any(getattr(sys.modules.get(f"torch.{kind}"), "_is_in_bad_fork", bool)() for kind in ("cuda", "xpu")):
            os._exit(1)  # what is on a GPU was not copied
        if self.watch.opens:
            self.watch.opens.close()  # else all that is opened meanwhile would wait there
        self.pipe.send(os.getpid())
        with contextlib.suppress(EOFError, ConnectionError):
            while asked := self.pipe.recv():
                if asked == LOOKS:
                    self.pipe.send((self.watch.looks, self.watch.stamps))
                    continue
                theirs = recv_handle(self.pipe)
                if not (child := os.fork()):
                    self._listen_at(theirs)
                    page: Page = asked
                    return page
                os.close(theirs)
                self.pipe.send(child)
                self.pipe.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            os._exit(0)
        shutil.rmtree(os.path.dirname(self.trace.name), ignore_errors=True)
        os._exit(0)

    def _listen_at(self, other: int) -> None:
        os.dup2(other, self.pipe.fileno(), inheritable=False)
        os.close(other)

    def _go_on(self, page: Page) -> None:
        """Be a page's process that has come as far as the snapshot."""
        os.setsid()
        adopt()
        be_named("python")
        os.chdir(self.at)  # which may have been made anew
        os.ftruncate(self.trace.fileno(), 0)
        os.lseek(self.trace.fileno(), 0, os.SEEK_SET)
        for number, (path, flags, at) in self.reading.items():
            fresh = os.open(path, flags)
            os.lseek(fresh, at, os.SEEK_SET)
            os.dup2(fresh, number, inheritable=not flags & os.O_CLOEXEC)
            os.close(fresh)
        if self.watch.opens:
            self.watch.opens = Opens(self.watch.home)
        self.program.take(page)
        self.known = {number: what for number, what in descriptors().items() if number in self.known}

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Note what cannot be copied: programs that are started, changes of files that are not the page's alone."""
        if event not in HEARD or self.spoilt or busy():
            return
        try:
            with alone():
                self._note(event, arguments)
        except (OSError, TypeError, ValueError):  # what it was nobody knows
            self.spoilt = True

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in STARTS:
            self.spoilt = True
        elif event == "open":
            path, _, flags = arguments
            if flags & os.O_EXCL:
                self._make(path)
            elif flags & WRITING and not isinstance(path, int):
                self._change(path, -1)
        elif event == "os.mkdir":
            path, rights, _ = arguments
            if not rights & 0o077:  # as temporary folders are made
                self._make(path)
        elif event in CHANGES:
            for path, folder in CHANGES[event]:
                self._change(arguments[path], arguments[folder] if folder < len(arguments) else -1)

    def _make(self, path: Any) -> None:
        place = os.path.realpath(os.fsdecode(path))
        if not os.path.lexists(place):
            self.places.add(place)

    def _change(self, path: Any, folder: int) -> None:
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        above = os.readlink(f"/proc/self/fd/{folder}") if folder >= 0 else os.curdir
        place = os.path.realpath(os.path.join(above, os.fsdecode(path)))
        within = any(place == each or place.startswith(each + os.sep) for each in self.places)
        if not (within or place.startswith("/dev/") or "__pycache__" in place):
            self.spoilt = True

    def _wrap_getpid(self) -> None:
        """Note when the page asks for the number of its process, which is another one in a process that goes on."""
        original = os.getpid

        def getpid() -> int:
            asking = str(sys._getframe(1).f_globals.get("__name__"))
            if asking == "__main__" or asking.startswith("multiprocessing."):
                self.spoilt = True
            return original()

        getpid.__doc__, getpid.__module__ = original.__doc__, original.__module__
        os.getpid = getpid


def fork_away() -> str:
    """Fork a process that is no child of this one and does not end with it: where it comes back, or that it failed."""
    adopt(yes=False)  # it goes to the process from which pages are forked
    try:
        if child := os.fork():
            return HERE if os.waitpid(child, 0)[1] == 0 else FAILED
    except OSError:
        return FAILED
    finally:
        adopt()
    try:
        os.setsid()
        be_named(SNAPSHOT)
        if not os.fork():
            return COPY
    except OSError:
        os._exit(1)
    os._exit(0)


def descriptors() -> dict[int, str]:
    """What this process has open, by number."""
    found = {}
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):  # that of the listing itself
            found[number] = os.readlink(f"/proc/self/fd/{number}")
    return found


def how_read(number: int) -> tuple[str, int, int]:
    """The path of an open file, how it was opened and how far it is read.

    Raises:
        OSError: It is no file, is no longer at its place, or can be written to.
    """
    path = os.readlink(f"/proc/self/fd/{number}")
    with open(f"/proc/self/fdinfo/{number}", encoding="utf-8") as file:
        how = dict(line.split(":", 1) for line in file)
    flags, now = int(how["flags"], 8), os.fstat(number)
    if not stat.S_ISREG(now.st_mode) or flags & os.O_ACCMODE != os.O_RDONLY or not os.path.samestat(os.stat(path), now):
        raise OSError(f"{path} cannot be opened a second time in the same way")
    return path, flags, int(how["pos"])


def shared_memory() -> list[str]:
    """The parts of this process's memory that a copy could write to, and this process would read."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        return [line for line in maps if line.split(" ", 2)[1][1::2] == "ws"]


def no_thread() -> bool:
    """Whether this is the only thread; one that has ended may take a moment to go."""
    for _ in range(20):
        if len(os.listdir("/proc/self/task")) == 1:
            return True
        time.sleep(0.001)
    return False


def no_child() -> bool:
    """Whether no process is this one's child."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def no_timer() -> bool:
    """Whether no signal is to come, and nobody waits for that of a child's end."""
    timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
    running = any(signal.getitimer(each)[0] for each in timers)
    return not running and not signal.sigpending() and signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
