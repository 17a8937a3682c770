"""A folder of kept data that may be lost at any time, and can do no harm.

Each entry is one file: a seal, then the data. The seal is made with a key that lies outside of the project, readable
by its user alone. It protects who builds against those who can put files into the project's folder, but cannot read
that key: a commit with a `.cache` in it, an unpacked archive, a cache that several machines share. An entry that they
write is not shown. Who can read the user's own files needs no entry to do harm. Nothing that is kept is ever executed.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import secrets
import stat
import tempfile
import threading
import time
from collections.abc import Container
from functools import cache
from pathlib import Path

from platformdirs import user_state_path

log = logging.getLogger("mkdocs.page_runner")

KEY_FROM = "PAGE_RUNNER_KEY"  # a secret by which machines can share what they keep
LENGTH = 64  # of the key
UNFINISHED = ".new"  # the ending of a file that is being written
ABANDONED = 60.0  # seconds after which nobody is writing it any more


class Store:
    r"""A folder of entries, by their names.

    Args:
        folder: Where the entries lie; made when the first is written.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.store import Store

        with TemporaryDirectory() as folder:
            store = Store(Path(folder, "kept"))
            assert store.load("one") is None
            store.save("one", b"data")
            assert store.load("one") == b"data"
        ```
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.failed = False
        self.lock = threading.Lock()

    def load(self, name: str) -> bytes | None:
        """An entry's data; None where there is none that counts, whatever lies in its place."""
        try:
            data = read_file(self.folder / name)
        except OSError:
            return None
        sealed, _, body = data.partition(b"\n")
        return body if hmac.compare_digest(sealed, seal(name, body)) else None

    def save(self, name: str, body: bytes) -> None:
        """Keep an entry, whole or not at all. Where that is not possible, it says so once, and nothing is lost."""
        try:
            replace_file(self.folder / name, seal(name, body) + b"\n" + body)
        except OSError as error:
            if os.name == "nt" and isinstance(error, PermissionError):
                return  # another build reads the same entry at this moment
            with self.lock:  # many pages are kept at once
                failed, self.failed = self.failed, True
            if not failed:
                log.info("%s: nothing new is kept there, so the next build takes longer (%s)", self.folder, error)

    def drop_unused(self, used: Container[str]) -> None:
        """Remove every entry that is not used."""
        self.sweep()
        for entry in self._entries():
            if entry.name not in used:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)  # a folder is none of ours, and stays

    def drop_oldest(self, most: int, used: Container[str]) -> None:
        """Remove entries that nobody used for the longest time, until no more than `most` are left."""
        self.sweep()
        entries = []
        for entry in self._entries():
            with contextlib.suppress(OSError):
                if entry.name in used:
                    os.utime(entry.path)
                entries.append((entry.name in used, entry.stat().st_mtime, entry.path))
        for _, _, path in sorted(entries)[: max(0, len(entries) - most)]:
            with contextlib.suppress(OSError):
                os.unlink(path)

    def sweep(self) -> None:
        """Remove what was left half-written."""
        for entry in self._entries(finished=False):
            with contextlib.suppress(OSError):
                if time.time() - entry.stat().st_mtime > ABANDONED:
                    os.unlink(entry.path)

    def _entries(self, finished: bool = True) -> list[os.DirEntry[str]]:
        with contextlib.suppress(OSError):
            return [entry for entry in os.scandir(self.folder) if entry.name.endswith(UNFINISHED) != finished]
        return []


def replace_file(path: Path, data: bytes) -> None:
    r"""Write a file, whole or not at all: whoever reads it meanwhile finds what was there before.

    Args:
        path: The file; its folder is made where there is none.
        data: What it will hold.

    Raises:
        OSError: It cannot be written; what was there before is left as it was.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.store import replace_file

        with TemporaryDirectory() as folder:
            replace_file(Path(folder, "new/file"), b"data")
            assert [path.read_bytes() for path in Path(folder, "new").iterdir()] == [b"data"]
        ```
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, suffix=UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(fresh, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(fresh)
        raise


def read_file(path: Path) -> bytes:
    """What a file holds.

    Raises:
        OSError: It is no file: a link or a folder, or a pipe, at which one would wait forever.
    """
    way = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(way, "rb") as file:
        if not stat.S_ISREG(os.fstat(way).st_mode):
            raise OSError(f"{path} is no file")
        return file.read()


def seal(name: str, body: bytes) -> bytes:
    """What only those can write who have the key."""
    return hmac.new(key(), name.encode() + b"\0" + body, hashlib.sha256).hexdigest().encode()


def for_the_user_alone(path: str, flags: int) -> int:
    """Open a file so that others cannot read what is written to it."""
    return os.open(path, flags, 0o600)


@cache
def key() -> bytes:
    """The user's key, made when it is first needed; one for this process alone where none can be kept."""
    if secret := os.environ.get(KEY_FROM):
        return secret.encode()
    path = user_state_path("page_runner", appauthor=False) / "key"
    with contextlib.suppress(OSError):
        if not path.is_absolute():  # the user has no home
            raise FileNotFoundError(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(path, "x", opener=for_the_user_alone, encoding="utf-8") as file:
            file.write(secrets.token_hex(LENGTH // 2))
        for _ in range(50):  # another process may be writing it
            if len(known := read_file(path)) == LENGTH:
                return known
            time.sleep(0.02)
    return secrets.token_bytes()
