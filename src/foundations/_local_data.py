"""Data that is not ours to ship: from a folder of the reader's own, from the user's cache, or from the network.

The folder is the one that the environment variable FOUNDATIONS_DATA names.
"""

import hashlib
import io
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TIMEOUT = 5  # seconds that a mirror may keep silent
MOST_SECONDS = 60  # that it may take
MOST_BYTES = 10_000_000  # that it may send
PART = 64  # bytes that are waited for at a time: so few that one who takes for ever is noticed


def local_file(name: str) -> Path | None:
    """Where a file of this name would lie in the reader's folder; None where no folder is named."""
    folder = os.environ.get("FOUNDATIONS_DATA")
    return Path(os.path.expanduser(folder), name).absolute() if folder else None


def pinned(names: Sequence[str], sha256: str, mirrors: Sequence[str]) -> bytes | None:
    """The bytes of the one file that has this hash, as it is or with LF at line ends; None where it cannot be had.

    Args:
        names: What it may be called in the reader's folder; the first is its name in the cache.
        sha256: Its hash. What has another is not used, not in part either.
        mirrors: Where it is downloaded from, in turn; it is then kept in the cache.

    Returns:
        Its bytes, or None.
    """
    for file in _copies(names):
        if data := _whole(_read(file), sha256):
            return data
    for url in mirrors:
        if data := _whole(_fetched(url), sha256):
            _keep(data, _cached(names[0]))
            return data
    return None


def in_place_of_a_file(path: Path) -> str:
    """What stands where a file should be, as an error names it; nothing where there is a file, or nothing at all."""
    if os.path.isdir(path):  # which never raises an error, as Path.is_dir may
        return "a folder"
    return "a pipe or a device" if os.path.exists(path) and not os.path.isfile(path) else ""


def _read(file: Path) -> bytes:
    """A file's bytes; none where it is no file, cannot be read, or is larger than any that is downloaded."""
    with suppress(OSError):
        if os.path.isfile(file) and file.stat().st_size <= MOST_BYTES:  # reading a pipe might never end
            return file.read_bytes()
    return b""


def _fetched(url: str) -> bytes:
    """What a mirror sends in time, be it the file or something else.

    It is left in another thread where it is not done then: one that sends a byte a second is never silent for long.
    """
    import pooch

    download = _Download()

    def fetch() -> None:
        with suppress(Exception):  # whatever is wrong with one mirror, another may have it
            pooch.HTTPDownloader(timeout=TIMEOUT, chunk_size=PART)(url, download, None)

    seconds = download.end - time.monotonic()
    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    thread.join(seconds)
    return b"" if thread.is_alive() else download.getvalue()


class _Download(io.BytesIO):
    """What a mirror sends, part by part; it may neither send without end nor take for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.end = time.monotonic() + MOST_SECONDS

    def write(self, part: Any, /) -> int:
        n = super().write(part)
        if self.tell() > MOST_BYTES or time.monotonic() > self.end:
            raise ValueError("the mirror sends too much, or too slowly")
        return n


def _copies(names: Sequence[str]) -> Iterator[Path]:
    """Where the file may lie on this machine; the reader's own folder comes first."""
    yield from filter(None, map(local_file, names))
    yield _cached(names[0])


def _cached(name: str) -> Path:
    import pooch

    return Path(pooch.os_cache("neural-net-foundations"), name)


def _whole(data: bytes, sha256: str) -> bytes | None:
    """The file's bytes, as they are or with LF at line ends; None where they are another file, or not all of it."""
    ways = (data, data.replace(b"\r\n", b"\n"))
    return next((each for each in ways if hashlib.sha256(each).hexdigest() == sha256), None)


def _keep(data: bytes, file: Path) -> None:
    """Put a file into the cache, whole or not at all."""
    with suppress(OSError):  # a home that cannot be written to: it is fetched again next time
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent) as folder:
            part = Path(folder, file.name)
            part.write_bytes(data)
            part.replace(file)
