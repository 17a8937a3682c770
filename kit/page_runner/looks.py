"""What a page's run looks at, outside of its own code: noted as it happens, and compared before what it gave is shown.

A look is a kind and a name, such as `("content", "data/fares.csv")`, and what was seen there. Paths in the project are
relative to its folder. `see` looks again.

Seen are Python's own looks, of the page and of all that it calls: files opened, folders listed, paths asked for whether
they are there, modules looked for, SQLite databases, files named in a command; and environment variables that the page
or the project asks for by name. Opens made in C are seen on Linux: in the project when they happen, elsewhere while the
file is still open or mapped at the end of a snippet. What a run writes first is its own. Installed packages do not
count; their versions do (`page_runner.cache`).
"""

from __future__ import annotations

import contextlib
import ctypes
import glob
import hashlib
import os
import re
import site
import stat
import struct
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib.util import source_from_cache
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

Looks = dict[tuple[str, str], str | None]
Stamps = dict[str, tuple[int, ...]]  # by a file's name, as among looks

# The functions as they are before `Watch` puts its own in their place.
_stat, _lstat, _readlink = os.stat, os.lstat, os.readlink

# What is not of the project, and changes by itself or with a package's version.
SYSTEM = ("/proc/", "/sys/", "/dev/")
# Frames that only pass a question on: who asks is further out.
PASSING = ("genericpath", "posixpath", "ntpath", "pathlib", "os", "glob", "fnmatch", "shutil")
# Functions that ask what a path is, and not when it was changed or how long it is; modules that ask no more than that.
WHETHER = {
    "exists", "isdir", "isfile", "islink", "ismount", "is_dir", "is_file", "is_mount", "is_symlink", "lexists",
    "samefile", "is_block_device", "is_char_device", "is_fifo", "is_socket",
}  # fmt: skip
RESOLVING = {"_joinrealpath", "realpath"}  # which ask whether a path is a link
CARELESS = {"linecache", "inspect", "tokenize", "importlib", "pkgutil", "zipimport", "runpy", "traceback", "tempfile"}


def see(kind: str, name: str, root: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Look at something now.

    Args:
        kind: `content` of a file, `names` in a folder, those with their `sizes`, the `type` of a path, where a `link`
            leads, the `state` of a file (its type, size and time), files that fit a `pattern`, a `variable`.
        name: The path, absolute or within `root`; the pattern; the variable.
        root: The project's folder.
        environment: The variables.

    Returns:
        What is there, as a short text; None where nothing is.

    Example:
        ```python
        from page_runner.looks import see

        assert see("type", "no such file", "/") is None
        ```
    """
    if kind == "variable":
        value = environment.get(name)
        return None if value is None else digest(os.fsencode(value))
    with alone():
        try:
            return KINDS[kind](os.path.join(root, name))
        except (OSError, ValueError):
            return None


BUSY = threading.local()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody notes what this thread looks at meanwhile: it is ours."""
    before, BUSY.now = busy(), True
    try:
        yield
    finally:
        BUSY.now = before


def busy() -> bool:
    """Whether what this thread does now is ours."""
    return bool(getattr(BUSY, "now", False))


def digest(data: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal.

    Example:
        ```python
        from page_runner.looks import digest

        assert len(digest(b"")) == 64
        ```
    """
    return hashlib.sha256(data).hexdigest()


def stamp(path: str) -> tuple[int, ...]:
    """A file's time, size and number: where they are the same, nobody reads it again.

    Raises:
        OSError: It is not there.
    """
    now = _stat(path)
    return now.st_mtime_ns, now.st_size, now.st_ino


def _content(path: str) -> str | None:
    if not stat.S_ISREG(_stat(path).st_mode):
        return None
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _type(path: str) -> str:
    mode = _lstat(path).st_mode
    if stat.S_ISLNK(mode):
        there = os.path.join(os.path.dirname(path), _readlink(path))
        return f"link to {_readlink(path)}, {_type(there) if _there(there) else 'nothing'}"
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _there(path: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        _stat(path)
        return True
    return False


def _state(path: str) -> str:
    now = _stat(path)
    if not stat.S_ISREG(now.st_mode):  # a folder's size and time change with files that nobody asked for
        return _type(path)
    return f"{_type(path)} {now.st_size} {now.st_mtime_ns}"


def _names(path: str) -> str:
    return digest("\0".join(sorted(name for name in os.listdir(path) if name != "__pycache__")).encode())


def _sizes(path: str) -> str:
    found = [f"{name}\0{_state(os.path.join(path, name))}" for name in os.listdir(path) if name != "__pycache__"]
    return digest("\0".join(sorted(found)).encode())


def _pattern(path: str) -> str:
    found = (file for file in sorted(glob.glob(path, recursive=True)) if os.path.isfile(file))
    return digest("\0".join(f"{os.path.relpath(file, path)}\0{_content(file)}" for file in found).encode())


KINDS: dict[str, Callable[[str], str | None]] = {
    "content": _content,
    "link": _readlink,
    "names": _names,
    "sizes": _sizes,
    "type": _type,
    "state": _state,
    "pattern": _pattern,
}


class Watch:
    """Notes what this process looks at, from now on; there is no way back.

    Args:
        root: The project's folder.
        own: The folder in which the process works; what lies there is its own.
        page: The name that the page's code has in tracebacks.
        environment: The variables that the process started with.
        thorough: Whether to see more than what Python tells of by itself, in this thread.
    """

    def __init__(self, root: str, own: str, page: str, environment: Mapping[str, str], *, thorough: bool = True):
        self.looks: Looks = {}
        self.stamps: Stamps = {}  # of the files whose content was seen
        self.page, self.environment = page, environment
        self.home = os.path.realpath(root)
        self.own = {os.path.realpath(own)}  # what this process has made
        self.left_out = (*SYSTEM, *installed())
        self.thread = None if thorough else threading.get_ident()
        if thorough:
            self.opens = Opens(self.home) if sys.platform == "linux" else None
            self.open_before = set(open_files())
            self._wrap()
        sys.addaudithook(self._hear)

    def pause(self) -> None:
        """At the end of a snippet: see what C has opened."""
        if sys.platform == "linux":
            with alone():
                for path in {*open_files()} - self.open_before:
                    self._note("content", path)
                for path in self.opens.read() if self.opens else ():
                    self._note("content", path)

    def _note(self, kind: str, path: Any) -> None:
        """Note a look at a path, with what is there, unless it was noted before or does not count."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            if isinstance(path, int):
                path = _readlink(f"/proc/self/fd/{path}")
            path = os.path.abspath(os.fsdecode(path or "."))
            if path.endswith(".pyc"):
                path = source_from_cache(path) if "__pycache__" in path else path
            if kind not in ("type", "state", "link"):
                path = os.path.realpath(path)
            if path.startswith(self.left_out) or self._is_own(path):
                return
            name = name_of(path, self.home)
            if (kind, name) not in self.looks:
                if kind == "content" and os.path.isfile(path):
                    self.stamps[name] = stamp(path)
                self.looks[kind, name] = see(kind, path, self.home)

    def _is_own(self, path: str) -> bool:
        return any(path == made or path.startswith(made + os.sep) for made in self.own)

    def _make(self, path: Any, anew: int = 0) -> None:
        """Note that this process is about to make a path, if nothing is there or it is made anew."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            path = os.path.realpath(os.fsdecode(path))
            if anew or not os.path.lexists(path):
                self.own.add(path)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        listener = LISTENERS.get(event)
        if listener and not busy() and self.thread in (None, threading.get_ident()):
            with alone():
                listener(self, arguments)

    def _open(self, arguments: tuple[Any, ...]) -> None:
        path, _, flags = arguments
        if isinstance(path, int):  # it was open before
            return
        if flags & os.O_EXCL:
            frame = asking()
            if frame is not None and module_of(frame) not in CARELESS:
                self._note("type", path)
        elif not flags & (os.O_WRONLY | os.O_TRUNC):
            self._note("content", path)
        if flags & os.O_CREAT:
            self._make(path, flags & os.O_TRUNC)

    def _list(self, arguments: tuple[Any, ...]) -> None:
        if asking() is not None:
            self._note("names", arguments[0])

    def _scan(self, arguments: tuple[Any, ...]) -> None:
        frame = asking()
        passed_on = frame is not None and module_of(frame) in PASSING
        self._note("names" if passed_on else "sizes", arguments[0])

    def _import(self, arguments: tuple[Any, ...]) -> None:
        """Note where a module was looked for in the project: another may come before it, or one that was not there."""
        parent, _, name = arguments[0].rpartition(".")
        folders = getattr(sys.modules.get(parent), "__path__", None) if parent else arguments[2]
        for folder in folders or ():
            if isinstance(folder, str) and os.path.realpath(folder or ".").startswith(self.home):
                self._note("type", os.path.join(folder, name))
                self._note("type", os.path.join(folder, f"{name}.py"))

    def _database(self, arguments: tuple[Any, ...]) -> None:
        name = os.fsdecode(arguments[0])
        if name.startswith("file:"):
            name = unquote(urlsplit(name).path)
        if name not in ("", ":memory:"):
            self._note("content", name)
            self._note("content", f"{name}-wal")  # what was written last, and is not in the file yet

    def _command(self, arguments: tuple[Any, ...]) -> None:
        parts = [part if isinstance(part, (list, tuple)) else [part] for part in arguments]
        for word in (word for part in parts for word in part if isinstance(word, (str, bytes, os.PathLike))):
            if os.path.isfile(word):
                self._note("content", word)

    def _made(self, arguments: tuple[Any, ...]) -> None:
        self._make(arguments[0])

    def _moved(self, arguments: tuple[Any, ...]) -> None:
        self._make(arguments[1], anew=1)

    def _wrap(self) -> None:
        """Put functions that note what they are asked in the place of those of which Python tells nobody."""
        self._replace(os, "stat", self._asked_state)
        self._replace(os, "lstat", self._asked_state)
        self._replace(os, "access", self._asked("type"))
        self._replace(os, "readlink", self._asked("link"))
        for name in ("exists", "isdir", "isfile", "islink", "lexists"):
            if not hasattr(getattr(os.path, name), "__code__"):  # written in C, on Windows
                self._replace(os.path, name, self._asked("type"))
        getitem = type(os.environ).__getitem__

        def noting(environ: Any, name: Any) -> Any:
            self._asked_variable(name)
            return getitem(environ, name)

        type(os.environ).__getitem__ = noting  # type: ignore[method-assign]

    def _replace(self, module: Any, name: str, note: Callable[[Any], None]) -> None:
        original = getattr(module, name)

        def noting(*args: Any, **kwargs: Any) -> Any:
            if args and not isinstance(args[0], int) and not busy():
                note(args[0])
            return original(*args, **kwargs)

        noting.__name__ = noting.__qualname__ = name
        noting.__module__, noting.__doc__ = module.__name__, original.__doc__
        setattr(module, name, noting)
        for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
            if original in able:
                able.add(noting)

    def _asked_state(self, path: Any) -> None:
        frame: FrameType | None = sys._getframe(2)
        resolving = frame and frame.f_code.co_name in RESOLVING
        whether = resolving
        while frame and (module_of(frame) in PASSING or module_of(frame) in CARELESS):
            whether = whether or frame.f_code.co_name in WHETHER or module_of(frame) in CARELESS
            frame = frame.f_back
        with alone():
            if not (resolving and os.path.isdir(path) and not os.path.islink(path)):  # a folder on the way to a path
                self._note("type" if whether else "state", path)

    def _asked(self, kind: str) -> Callable[[Any], None]:
        def note(path: Any) -> None:
            with alone():
                self._note(kind, path)

        return note

    def _asked_variable(self, name: Any) -> None:
        """Note a variable that the page or the project asks for; what a library asks for is its own."""
        frame: FrameType | None = sys._getframe(2)
        while frame and module_of(frame) in ("os", "collections"):  # `get` and `in` ask for the item
            frame = frame.f_back
        if frame and isinstance(name, (str, bytes)):
            file = frame.f_code.co_filename
            ours, runner = os.path.join(self.home, ""), os.path.dirname(__file__)
            left_out = (*self.left_out, runner)
            if file == self.page or (os.path.realpath(file).startswith(ours) and not file.startswith(left_out)):
                known = os.fsdecode(name)
                self.looks.setdefault(("variable", known), see("variable", known, "", self.environment))


LISTENERS: dict[str, Callable[[Watch, tuple[Any, ...]], None]] = {
    "open": Watch._open,
    "os.listdir": Watch._list,
    "os.scandir": Watch._scan,
    "import": Watch._import,
    "sqlite3.connect": Watch._database,
    "subprocess.Popen": Watch._command,
    "os.system": Watch._command,
    "os.posix_spawn": Watch._command,
    "os.exec": Watch._command,
    "os.mkdir": Watch._made,
    "os.rename": Watch._moved,
    "os.link": Watch._moved,
    "os.symlink": Watch._moved,
}


def name_of(path: str, home: str) -> str:
    """What a look calls a path: where it lies in the project's folder, or else all of it."""
    inside = path.startswith(os.path.join(home, ""))
    return os.path.relpath(path, home).replace(os.sep, "/") if inside else path


def module_of(frame: FrameType) -> str:
    """The outermost package of a frame's module."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def asking() -> FrameType | None:
    """The frame that made Python tell of a look; None where it is Python's own way of finding modules."""
    frame: FrameType | None = sys._getframe(1)
    while frame and frame.f_code.co_filename in (__file__, contextlib.__file__):
        frame = frame.f_back
    return None if frame is None or "importlib" in frame.f_code.co_filename else frame


def installed() -> tuple[str, ...]:
    """Where Python and its packages lie."""
    schemes = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders = {*schemes, *site.getsitepackages(), site.getusersitepackages()} - {None}  # a browser has no users
    zipped = f"python{sys.version_info.major}{sys.version_info.minor}.zip"  # of the standard library, where it is one
    folders |= {os.path.join(os.path.dirname(folder), zipped) for folder in schemes[:2]}
    folders = {re.sub("^//", "/", folder) for folder in folders}  # as a browser's Python says it, which lies in /
    if sys.prefix != sys.base_prefix:  # a virtual environment
        folders.add(sys.prefix)
    return tuple(
        path if path.endswith(".zip") else os.path.join(path, "")
        for folder in folders
        for path in {folder, os.path.realpath(folder)}
    )


def open_files() -> Iterator[str]:
    """On Linux the files that this process has open or mapped into its memory, code of libraries left out."""
    with contextlib.suppress(OSError):
        for number in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                path = _readlink(f"/proc/self/fd/{number}")
                if path.startswith("/") and stat.S_ISREG(_stat(path).st_mode):
                    yield path
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line.rstrip("\n")[73:]
                if path.startswith("/") and ".so" not in os.path.basename(path) and not path.endswith(" (deleted)"):
                    yield path


HEAD = struct.Struct("iIII")  # of each thing that inotify tells: the folder's number, what happened, the name's length


class Opens:
    """On Linux the files of the project that anybody opens, by inotify: also C, and programs that the page starts.

    Other processes open files, too. So what Python opens in every page is left out here, since that is heard of anyway:
    code and pages.
    """

    OPENED, A_FOLDER, NONBLOCK = 0x20, 0x4000_0000, os.O_NONBLOCK if hasattr(os, "O_NONBLOCK") else 0
    LEFT_OUT = (".py", ".pyc", ".md")
    NOT_BELOW = ("__pycache__", "node_modules")
    MOST_FOLDERS = 2_000

    def __init__(self, root: str):
        self.folders: dict[int, str] = {}
        self.file = -1
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None, use_errno=True)
            self.file = libc.inotify_init1(self.NONBLOCK | os.O_CLOEXEC)
            for folder in self._below(root):
                number = libc.inotify_add_watch(self.file, os.fsencode(folder), self.OPENED)
                if number < 0:  # the system allows no more
                    break
                self.folders[number] = folder

    def _below(self, root: str) -> Iterator[str]:
        count = 0
        for folder, names, files in os.walk(root):
            if "pyvenv.cfg" in files or "sitemap.xml" in files or count >= self.MOST_FOLDERS:
                names.clear()
                continue
            names[:] = [name for name in names if not name.startswith(".") and name not in self.NOT_BELOW]
            count += 1
            yield folder

    def close(self) -> None:
        """Ask no more."""
        if self.file >= 0:
            os.close(self.file)
            self.file = -1

    def read(self) -> set[str]:
        """What was opened since this was asked last."""
        found = set()
        with contextlib.suppress(OSError):  # no more is there
            while self.file >= 0:
                data = os.read(self.file, 65_536)
                while data:
                    number, mask, _, length = HEAD.unpack_from(data)
                    name = os.fsdecode(data[HEAD.size : HEAD.size + length].rstrip(b"\0"))
                    data = data[HEAD.size + length :]
                    if name and not mask & self.A_FOLDER and not name.endswith(self.LEFT_OUT):
                        found.add(os.path.join(self.folders.get(number, ""), name))
        return found
