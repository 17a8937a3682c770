"""What is held around a judge: a limit of time, and settings, random numbers and output as they were before it."""

import contextlib
import random
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import numpy as np
import torch

SECONDS = 10.0  # of computing; no right answer takes more than two or three


class Endless(BaseException):
    """An answer has run for too long; a learner's `except Exception` does not stop it."""


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise Endless in the code inside when it has computed for so many seconds, or waited for six times as many.

    Another thread does it, between two steps of Python, on every system. A call that Python waits for, such as a long
    sleep, is first waited for, and so is an import. Where there are no threads, as in a browser, there is no limit.
    """
    running, done = threading.get_ident(), threading.Event()
    begun, begun_in = (time.process_time(), time.monotonic()), sys._getframe(2)

    def watch() -> None:
        import ctypes

        while not done.wait(min(seconds, 1.0)):  # again and again, for a bare `except:` may have caught it
            over = time.process_time() - begun[0] >= seconds or time.monotonic() - begun[1] >= 6 * seconds
            if over and not _imports(sys._current_frames().get(running), begun_in):
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(running), ctypes.py_object(Endless))

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
    except RuntimeError:
        yield
        return
    try:
        yield
    finally:
        while watcher.is_alive():
            try:
                done.set()
                watcher.join()
            except Endless:  # it was on its way already
                continue


def _imports(frame: FrameType | None, within: FrameType) -> bool:
    """Whether a module is just being imported, which would be left half done."""
    while frame is not None and frame is not within:
        if "importlib" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def settings() -> dict[str, Any]:
    """PyTorch's settings that an answer may change for all that comes after it."""
    return {
        "gradients": torch.is_grad_enabled(),
        "the default dtype": torch.get_default_dtype(),
        "the default device": torch.get_default_device(),
    }


def restored(before: dict[str, Any]) -> str:
    """Put settings back, and say which were changed to what, or nothing."""
    changed = {name: value for name, value in settings().items() if value != before[name]}
    if "gradients" in changed:
        torch.set_grad_enabled(before["gradients"])
    if "the default dtype" in changed:
        torch.set_default_dtype(before["the default dtype"])
    if "the default device" in changed:
        device = before["the default device"]
        torch.set_default_device(None if device.type == "cpu" else device)
    words = {True: "switched on", False: "switched off"}
    return " and ".join(f"{name} {words.get(value) or f'set to {value}'}" for name, value in changed.items())


@contextlib.contextmanager
def same_random_numbers() -> Iterator[None]:
    """Leave the random numbers that all share where they were."""
    before = torch.get_rng_state(), np.random.get_state(), random.getstate()  # noqa: NPY002 (an answer may use the old ones)
    try:
        yield
    finally:
        torch.set_rng_state(before[0])
        np.random.set_state(before[1])  # noqa: NPY002
        random.setstate(before[2])


class _Lines:
    """Standard output that knows whether its last line has ended."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.ended = stream, True

    def write(self, text: str) -> int:
        self.ended = text.endswith("\n") if text else self.ended
        return int(self.stream.write(text) or 0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def whole_lines() -> Iterator[None]:
    """Let an answer print what it likes, and end its last line for it."""
    lines = _Lines(sys.stdout)
    try:
        with contextlib.redirect_stdout(lines):
            yield
    finally:
        if not lines.ended:
            print()
