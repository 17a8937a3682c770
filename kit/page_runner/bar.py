"""Say how far something long has come: a bar on a terminal, a plain line now and then elsewhere.

Nothing is imported but the standard library: the set-up of a bare machine says it in the same way.
"""

from __future__ import annotations

import logging
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

WIDTH = 20  # characters of the bar itself
DRAW_EVERY = 0.2  # seconds between two states of the bar
WRITE_EVERY = 10.0  # seconds between two plain lines


@dataclass(frozen=True)
class State:
    """How far it has come.

    Args:
        what: What is counted, such as `pages have run`.
        done: How many are done.
        total: Of how many.
        now: What is under way, with the seconds since each began, the longest first.
        left: The seconds that the rest may take; None where nobody can know yet.

    Example:
        ```python
        from page_runner.bar import State

        state = State("pages have run", 3, 4, [("trees", 12.0)], left=7)
        assert str(state) == "3 of 4 pages have run, about 10 s left: trees (12 s)"
        ```
    """

    what: str
    done: int
    total: int
    now: Sequence[tuple[str, float]] = field(default_factory=list)
    left: float | None = None

    def __str__(self) -> str:
        left = f", about {round_up(self.left)} s left" if self.left is not None else ""
        now = ", ".join(f"{name} ({seconds:.0f} s)" if seconds >= 1 else name for name, seconds in self.now)
        return f"{self.done} of {self.total} {self.what}{left}{': ' * bool(now)}{now}"


def round_up(seconds: float) -> int:
    """A guess of seconds as one says it: in steps of five, of ten from a minute on.

    Example:
        ```python
        from page_runner.bar import round_up

        assert [round_up(seconds) for seconds in (0.2, 12, 71)] == [5, 15, 80]
        ```
    """
    step = 5 if seconds <= 60 else 10
    return max(step, -int(-seconds // step) * step)


class Bar:
    """Shows a state until it is stopped, or until `ask` gives None; a context manager.

    Args:
        ask: Gives the state now.
        say: Writes one plain line where there is no terminal.
        stream: Where a bar is drawn if it is a terminal.

    Example:
        ```python
        import io
        from page_runner.bar import Bar, State

        with Bar(lambda: State("pages have run", 0, 2), print, io.StringIO()):
            pass  # soon over: nothing is said
        ```
    """

    def __init__(self, ask: Callable[[], State | None], say: Callable[[str], object], stream: TextIO | None = None):
        self.ask, self.say = ask, say
        self.stream = sys.stderr if stream is None else stream
        self.lock, self.drawn = threading.Lock(), 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._show, daemon=True, name="bar")

    def __enter__(self) -> Bar:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        self.over.set()
        if self.thread.is_alive():
            self.thread.join()

    def _show(self) -> None:
        terminal = self.stream.isatty()
        written = time.monotonic()
        while not self.over.wait(DRAW_EVERY):
            state = self.ask()
            if state is None:
                break
            if terminal:
                self._draw(state)
            elif time.monotonic() - written >= WRITE_EVERY:
                written = time.monotonic()
                self.say(str(state))
        self.erase()

    def _draw(self, state: State) -> None:
        done = WIDTH * state.done // max(state.total, 1)
        line = f"[{'#' * done}{'.' * (WIDTH - done)}] {state}"
        line = line[: shutil.get_terminal_size().columns - 1]
        with self.lock:
            self.stream.write("\r" + line.ljust(self.drawn))
            self.stream.flush()
            self.drawn = len(line)

    def erase(self) -> None:
        """Make room for a line that someone else writes; the bar comes again below it."""
        with self.lock:
            if self.drawn:
                self.stream.write("\r" + " " * self.drawn + "\r")
                self.stream.flush()
            self.drawn = 0


class MakeRoom(logging.Handler):
    """Takes a bar away before a message is written where the bar stands."""

    def __init__(self, bar: Bar):
        super().__init__()
        self.bar = bar

    def emit(self, record: logging.LogRecord) -> None:
        """Make room."""
        self.bar.erase()
