"""How far the runs of a build have come: for the bar on a terminal, and for who opens the site before it is there."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import PurePath

from .bar import State
from .page import Page

KNOWN_AFTER = 3.0  # seconds of runs after which the rest can be guessed


@dataclass
class PageRun:
    """One page's run: how many snippets and numbers it has, how many are done, when it began and whether it ended."""

    items: int
    done: int = 0
    began: float | None = None
    ended: bool = False


class Progress:
    r"""The runs that were asked for since last all were done.

    Example:
        ```python
        from page_runner.page import parse
        from page_runner.progress import Progress

        page = parse("{{ 1 + 1 }}\n", "docs/sum.md")
        progress = Progress()
        progress.expect(page)
        progress.begin(page)
        assert str(progress.state()) == "0 of 1 pages have run: sum"
        progress.end(page)
        assert progress.state() is None  # all is done
        ```
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.runs: dict[str, PageRun] = {}
        self.began = 0.0

    def expect(self, page: Page) -> None:
        """A page will run."""
        with self.lock:
            if all(run.ended for run in self.runs.values()):
                self.runs.clear()
                self.began = time.monotonic()
            self.runs[page.name] = PageRun(len(page.items))

    def begin(self, page: Page) -> None:
        """Its run begins."""
        with self.lock:
            self.runs.setdefault(page.name, PageRun(len(page.items))).began = time.monotonic()

    def step(self, page: Page) -> None:
        """One more of its snippets or numbers is done."""
        with self.lock:
            self.runs[page.name].done += 1

    def end(self, page: Page) -> None:
        """Its run has ended, well or not."""
        with self.lock:
            run = self.runs[page.name]
            run.ended, run.done = True, run.items

    def state(self) -> State | None:
        """How far they have come; None where no run is under way."""
        with self.lock:
            runs = dict(self.runs)
            now = time.monotonic()
            if all(run.ended for run in runs.values()):
                return None
            done, items = sum(run.done for run in runs.values()), sum(run.items for run in runs.values())
            under_way = [
                (PurePath(name).stem, now - run.began)
                for name, run in runs.items()
                if run.began is not None and not run.ended
            ]
            taken = now - self.began
        left = taken * (items - done) / done if done and taken >= KNOWN_AFTER else None
        ended = sum(run.ended for run in runs.values())
        return State("pages have run", ended, len(runs), sorted(under_way, key=lambda page: -page[1]), left)
