"""Runs a page's program in a reader's browser; it needs no more than Python there."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from page_editing.edited import edited
from page_editing.run import EditedRun, own_checks
from page_runner.display import text as escape
from page_runner.page import Number, Page, Snippet
from page_runner.pieces import NOT_REACHED, parts
from page_runner.program import Output, Program, prepare
from strict_policy.inline import Apart, apart

if TYPE_CHECKING:
    from page_runner.cache import Outputs

PLACE = "70917{:05d}7"  # a number, which stands in a page's article for what one of its items gives
PLACES = re.compile(r'<div class="output output--chart"><p>70917(\d{5})7</p></div>(\n?)|70917(\d{5})7')


class Here:
    """This process, with what `page_runner.process.PageProcess` has.

    Args:
        page: The page.
    """

    def __init__(self, page: Page):
        self.outputs: Outputs = []
        self.root = ""
        self.program = Program(page)
        prepare(self.program)

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left to do: nothing else runs here."""

    def run(self, item: Snippet | Number) -> Output | str:
        """What an item gives."""
        return self.program.run(item)

    def kill(self) -> None:
        """Nothing: who ends a run ends all that is here."""


class Told:
    """Passes on what a run says.

    Args:
        tell: Hears it, as JSON.
    """

    def __init__(self, tell: Callable[[str], None]):
        self.tell = tell

    def put(self, event: dict[str, Any] | None) -> None:
        """Pass it on."""
        if event is not None:
            self.tell(json.dumps(event))


def warm(modules: str) -> None:
    """Import what pages use, before one runs.

    Args:
        modules: Their names, as JSON.
    """
    for name in json.loads(modules):
        importlib.import_module(name)


def run(program: str, edits: str, tell: Callable[[str], None]) -> None:
    """Run a page as it is edited.

    Args:
        program: What the page has beside it.
        edits: The code that stands in its snippets now, by their number, as JSON.
        tell: Hears what comes of it, as JSON, bit by bit.
    """
    given = json.loads(program)

    def pieces(html: str) -> tuple[str, str]:
        found = apart(html) if given["strict"] else Apart(html)
        return found.html, found.sheet

    def show(outputs: Outputs, _: object) -> tuple[str, str]:
        results = [result(output) for output in outputs]
        tell(json.dumps({"event": "results", "results": results}))
        html, sheet = pieces(filled(given["article"], outputs))
        return html, "\n".join(filter(None, [given["sheet"], sheet]))

    original = page_from(given["page"])
    page = edited(original, {int(number): code for number, code in json.loads(edits).items()})
    checks = own_checks(original, page, given["exercise"])
    started = EditedRun(page, Here(page), show, pieces, checks, lambda _: None)  # type: ignore[arg-type]
    started.events = Told(tell)  # type: ignore[assignment]
    started.run()  # not in a thread: there are none


def page_from(given: dict[str, Any]) -> Page:
    """A page from what JSON holds of it."""
    items = tuple(Number(**item) if "expression" in item else Snippet(**item) for item in given["items"])
    return Page(**given | {"items": items})


def result(output: Output | str | None) -> str:
    """What an item gave, as the page has it."""
    if isinstance(output, Output):
        return "\n".join(parts(output))
    return "" if output is None else str(output)


def filled(article: str, outputs: Outputs) -> str:
    """A page's article with what its items gave in its places."""

    def found(match: re.Match[str]) -> str:
        output = outputs[int(match[1] or match[3])]
        if match[1]:
            shown = NOT_REACHED if output is None else result(output)
            return shown and shown + match[2]  # what shows nothing has no line
        if isinstance(output, Output):
            return escape(output.fold or output.title)
        return escape("…" if output is None else str(output))

    return PLACES.sub(found, article)
