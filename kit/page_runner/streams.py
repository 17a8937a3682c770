"""What a page's program writes to `sys.stdout` and `sys.stderr`, and what others write to their file descriptors."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import Any

PRINT_LIMIT = 10_000_000  # characters at which a snippet is stopped
STREAMS = {"stdout": (1, "strict"), "stderr": (2, "backslashreplace")}  # with what Python does where it cannot encode


class Streams:
    r"""Both streams of a program, from which is taken what was written in its order.

    Here they end in memory, which is all that some places have. `Files` also hears what C and child processes write.

    Example:
        ```python
        from page_runner.streams import Streams

        streams = Streams()
        print("one", file=streams.stderr)
        assert (streams.take(), streams.take()) == ("one\n", "")
        ```
    """

    def __init__(self) -> None:
        self.written = bytearray()
        self.stdout, self.stderr = self._streams(Pipe)

    def _streams(self, kind: Callable[[Streams, int], Any]) -> list[io.TextIOWrapper]:
        """Streams as those of `python -u`: each write arrives at once, so that all writes come in one order."""
        self.count = 0
        found = []
        for name, (number, errors) in STREAMS.items():
            raw = kind(self, number)
            raw.name = f"<{name}>"
            stream = io.TextIOWrapper(raw, "utf-8", errors, newline="\n", write_through=True)
            stream.mode = "w"  # type: ignore[misc]
            found.append(stream)
        return found

    def install(self) -> None:
        """Be this process's streams."""
        sys.stdout = sys.__stdout__ = self.stdout  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = self.stderr  # type: ignore[misc]

    def begin(self) -> None:
        """Count from nothing: a snippet begins."""
        self.count = 0

    def take(self) -> str:
        """What was written since this was asked last; bytes that are no UTF-8 are replaced."""
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):  # it may be the page's own, and closed
                stream.flush()
        return codecs.decode(self._take(), "utf-8", "replace")

    def _take(self) -> bytes:
        data = bytes(self.written)
        self.written.clear()
        return data

    def forget(self) -> None:
        """Pass over what was written since."""
        self.take()

    def counted(self, size: int) -> None:
        """Count what is written; a flood raises RuntimeError."""
        self.count += size
        if self.count > PRINT_LIMIT:
            raise RuntimeError(f"the snippet printed more than {PRINT_LIMIT:,} characters")


class Pipe(io.RawIOBase):
    """Takes bytes into memory."""

    name: str

    def __init__(self, streams: Streams, number: int):
        self.streams = streams

    def writable(self) -> bool:
        """Yes."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        taken = bytes(data)
        self.streams.counted(len(taken))
        self.streams.written += taken
        return len(taken)


class Descriptor(io.FileIO):
    """A file descriptor."""

    name: str

    def __init__(self, streams: Streams, number: int):
        self.streams = streams
        super().__init__(number, "wb", closefd=False)

    def write(self, data: Any, /) -> int:
        """Write all of some bytes."""
        view = memoryview(data).cast("B")
        self.streams.counted(len(view))
        done = 0
        while done < len(view):
            done += super().write(view[done:]) or 0
        return done


class Files(Streams):
    """The file descriptors 1 and 2 of this process, and of all that it starts, lead to one file.

    Args:
        path: The file.
    """

    def __init__(self, path: str):
        binary = getattr(os, "O_BINARY", 0)
        self.file = os.open(path, os.O_RDONLY | os.O_CREAT | binary, 0o600)
        self.taken = 0
        writing = os.open(path, os.O_WRONLY | os.O_APPEND | binary)
        for number, _ in STREAMS.values():
            os.dup2(writing, number)
        os.close(writing)
        self.flush_c = unbuffered()
        self.stdout, self.stderr = self._streams(Descriptor)

    def _take(self) -> bytes:
        self.flush_c()
        os.lseek(self.file, self.taken, os.SEEK_SET)
        parts = []
        while part := os.read(self.file, 1_000_000):
            parts.append(part)
            self.taken += len(part)
        return b"".join(parts)

    def forget(self) -> None:
        """Pass over what was written since."""
        self.taken = os.fstat(self.file).st_size


def unbuffered() -> Callable[[], Any]:
    """Let what C prints arrive at once; gives what writes the rest."""
    try:
        import ctypes

        libc = ctypes.CDLL(None)
        for name in ("stdout", "__stdoutp"):  # on Linux, and on macOS
            with contextlib.suppress(ValueError):
                libc.setvbuf(ctypes.c_void_p.in_dll(libc, name), None, 2, 0)  # _IONBF
        return lambda: libc.fflush(None)
    except (ImportError, AttributeError, OSError, TypeError):  # Windows, or no C library to call
        return lambda: None
