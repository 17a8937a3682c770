"""One run of an edited page, in a thread of its own, and what it says as it goes on."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from page_runner.display import text as escape
from page_runner.page import NumberError, Page, PageError, Snippet
from page_runner.pieces import parts
from page_runner.program import Output, settled

if TYPE_CHECKING:  # it runs in browsers, too, where there are no processes
    from page_runner.cache import Outputs
    from page_runner.process import PageProcess

SIGN = 0.5  # seconds after which a run that says nothing says that it goes on
LOOK = 0.1  # seconds between two looks whether its reader is still there
DOES_NOT_HOLD = "\n(What this page checks here does not hold for your program.)"
Event = dict[str, Any]


class EditedRun(threading.Thread):
    """A run.

    Args:
        page: The page as it is edited.
        process: Its process.
        show: Renders the page with its outputs, in its turn; it is given a question: whether the run is to end.
        pieces: Makes of pieces of HTML what the page has, and styles that do not stand in it.
        checks: For the page's own snippets, by number, the errors by which they only say that something is not as
            the page had it: then the program goes on below.
        ended: What to do at its end.
        offered: The files that the built page offers, by name, in base64.
    """

    def __init__(
        self,
        page: Page,
        process: PageProcess,
        show: Callable[[Outputs, Callable[[], bool]], tuple[str, str]],
        pieces: Callable[[str], tuple[str, str]],
        checks: Mapping[int, frozenset[str]],
        ended: Callable[[EditedRun], None],
        offered: Mapping[str, str] = MappingProxyType({}),
    ):
        super().__init__(name=f"edited {page.name}", daemon=True)
        self.page, self.process, self.show, self.pieces, self.ended = page, process, show, pieces, ended
        self.checks, self.offered = checks, offered
        self.events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self.began = time.monotonic()
        self.outputs: Outputs = []
        self.at = 0  # the snippet that runs, or ran last
        self.has_started = self.is_stopped = False

    def stop(self) -> None:
        """End it, wherever it is."""
        self.is_stopped = True
        self.process.kill()

    def run(self) -> None:
        """Run the page, and render it."""
        try:
            with self.process:
                self._run_items()
            missing = len(self.page.items) - len(self.outputs)
            html, sheet = self.show([*self.outputs, *[None] * missing], lambda: self.is_stopped)
            html = self._with_downloads(html, self.outputs)
            self._say("page", html=html, **({"sheet": sheet} if sheet else {}))
            self._say("done", seconds=self._seconds())
        except PageError as error:
            self._say("failed", message=told(error))
        except Exception as error:
            self._say("failed", message=f"{type(error).__name__}: {error}")
        finally:
            self.events.put(None)
            self.ended(self)

    def _run_items(self) -> None:
        known = list(self.process.outputs)
        before = sum(isinstance(item, Snippet) for item in self.page.items[: len(known)])
        self._say("started", snippets=len(self.page.snippets), **{"from": before})
        self.has_started = True
        number = -1
        for at, item in enumerate(self.page.items):
            if isinstance(item, Snippet):
                self.at = number = number + 1
                if at >= len(known):
                    self._say("running", snippet=number, seconds=self._seconds())
            try:
                value = known[at] if at < len(known) else self.process.run(item)
            except NumberError:
                value = None
            except PageError as error:
                self._end_at(item, error)
                return
            self.outputs.append(value and settled(value, self.process.root))
            if isinstance(item, Snippet) and self._said(self.outputs[-1], item):
                return

    def _said(self, output: Output | str | None, snippet: Snippet) -> bool:
        """Say what a snippet gave; whether the program ends with it."""
        if not isinstance(output, Output):  # a number in an option has failed
            output = Output()
        message = in_one_line(output.error)
        is_check = message.partition(":")[0] in self.checks.get(self.at, ())
        if is_check and "raises" not in snippet.options:
            output = replace(output, parts=[*output.parts, ("error", DOES_NOT_HOLD)])
            self.outputs[-1] = output
        shown = self._shown(output)
        if not output.error:
            self._say("output", snippet=self.at, **shown, seconds=self._seconds())
            return False
        ends = "raises" not in snippet.options and not is_check
        line = output.line - snippet.line + 1 if output.line else None
        self._say("error", snippet=self.at, line=line, message=message, **shown, ends=ends, seconds=self._seconds())
        return ends

    def _end_at(self, item: Any, error: PageError) -> None:
        """Show an error that ends the program under the snippet that ran last."""
        if self.is_stopped:
            raise error
        if isinstance(item, Snippet):
            output = Output()
        else:
            places = [at for at, each in enumerate(self.page.items[: len(self.outputs)]) if isinstance(each, Snippet)]
            if not places:
                raise error
            item, before = self.page.items[places[-1]], self.outputs[places[-1]]
            output = before if isinstance(before, Output) else Output()
            del self.outputs[places[-1] :]
        output.parts.append(("error", told(error)))
        output.line = error.line if item.line <= error.line < item.end else 0
        self.outputs.append(output)
        line = output.line - item.line + 1 if output.line else None
        self._say("error", snippet=self.at, line=line, message=told(error), **self._shown(output), ends=True)

    def _shown(self, output: Output) -> dict[str, str]:
        """What stands under a snippet."""
        html, sheet = self.pieces("\n".join(parts(output)))
        return {"html": self._with_downloads(html, [output])} | ({"sheet": sheet} if sheet else {})

    def _with_downloads(self, html: str, outputs: Outputs) -> str:
        """HTML in which the files that snippets offer are those of this run, unless the site has the same."""
        for output in outputs if self.page.edited else ():
            if isinstance(output, Output) and output.download and self.offered.get(output.download) != output.content:
                name = escape(output.download)
                data = f"data:application/octet-stream;base64,{output.content}"
                html = html.replace(f'<a href="{name}" download>', f'<a href="{data}" download="{name}">')
        return html

    def _seconds(self) -> float:
        return round(time.monotonic() - self.began, 3)

    def _say(self, event: str, **about: Any) -> None:
        if not self.is_stopped:
            self.events.put({"event": event, **about})

    def lines(self, is_gone: Callable[[], bool]) -> Iterator[bytes]:
        """What it says, as lines of JSON; it ends when the reader is gone.

        Args:
            is_gone: Says whether the reader is.

        Yields:
            The lines.
        """
        try:
            said = time.monotonic()
            while True:
                event: Event | None = {}
                try:
                    event = self.events.get(timeout=LOOK)
                except queue.Empty:
                    if is_gone():
                        return
                    if time.monotonic() - said < SIGN or not self.has_started:
                        continue
                    event = {"event": "running", "snippet": self.at, "seconds": self._seconds()}
                if event is None:
                    return
                said = time.monotonic()
                yield json.dumps(event).encode() + b"\n"
        finally:
            self.stop()


def own_checks(original: Page, page: Page, exercise: str) -> dict[int, frozenset[str]]:
    """For the snippets that are as they were, the errors by which they say that something else is not.

    Args:
        original: The page as it is written.
        page: The page as it is edited.
        exercise: The error that an exercise raises until it is solved; empty where there is none.

    Returns:
        Names of errors, by the snippet's number.
    """
    errors = frozenset(filter(None, ["AssertionError", exercise]))
    both = enumerate(zip(original.snippets, page.snippets, strict=True))
    return {number: errors for number, (once, now) in both if once.source == now.source}


def told(error: PageError) -> str:
    """An error in its reader's words: they cannot set the page's limits."""
    return error.message.partition(", or set ")[0]


def in_one_line(error: str) -> str:
    """The line of an error's text that has its name."""
    lines = error.strip("\n").split("\n")
    return next((line for line in lines if not line.startswith(" ")), lines[0])
