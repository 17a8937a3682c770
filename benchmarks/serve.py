"""How long it takes under a development server from one changed word to the page that shows it."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from statistics import median

from .build import BUILD
from .pages import WORD
from .ports import free_port
from .report import Row
from .sites import Site

PAGE = "lesson-0001"
OURS = ["mkdocs", "serve", "--livereload", "--dev-addr"]  # as `make serve` has it
PLAIN = ["mkdocs", "serve", "--livereload", "--dev-addr"]
ZENSICAL = ["zensical", "serve", "--dev-addr"]
PATIENCE = 600.0  # seconds


def rows(name: str, site: Site, bare: Site, limit: float, edits: int) -> list[Row]:
    """One changed word, ours and Zensical's with our outputs, against plain MkDocs."""
    if not site.kept:
        site.run(*BUILD)
    plain = latency(bare, PLAIN, edits)
    what = "one word changed → page served"
    other = "plain MkDocs serve"
    return [
        Row(f"`make serve`, {what}, {name}", unchanged(site, OURS, edits), plain, other, limit=limit),
        Row(f"`zensical serve`, {what}, {name}", unchanged(site, ZENSICAL, edits), plain, other, limit=limit),
    ]


def first_row(name: str, site: Site, bare: Site, rounds: int) -> Row:
    """The first page of a server that is started again where it was, so that nothing has changed."""
    port = free_port()
    first_page(site, OURS, port)
    ours = median(first_page(site, OURS, port) for _ in range(rounds))
    plain = median(first_page(bare, PLAIN, port) for _ in range(rounds))
    return Row(
        f"`make serve`, nothing changed, start → first page, {name}", ours, plain, "plain MkDocs serve", limit=0.5
    )


def first_page(site: Site, server: list[str], port: int) -> float:
    """Seconds from the start of a server to its first answer."""
    start = time.perf_counter()
    with site.running(*server, f"127.0.0.1:{port}") as still_there:
        while not get(port, "/"):
            still_there()
            time.sleep(0.01)
        return time.perf_counter() - start


def unchanged(site: Site, server: list[str], edits: int) -> float:
    """The same as `latency`, where no snippet may run again: kept outputs must stay the files they are."""
    before = site.kept
    seconds = latency(site, server, edits)
    if not before or site.kept != before:
        raise SystemExit(
            f"{' '.join(server[:2])}: a word of prose was changed and snippets ran again "
            "(or a package was installed meanwhile, which counts as a change of every page)"
        )
    return seconds


def latency(site: Site, server: list[str], edits: int) -> float:
    """Median seconds from saving one changed word to the served page that shows it."""
    page = site.folder / "docs" / "lessons" / f"{PAGE}.md"
    text = page.read_text("utf-8")
    port = free_port()
    seconds = []
    with site.running(*server, f"127.0.0.1:{port}") as still_there:
        wait_for(port, WORD, still_there)
        for number in range(edits):
            time.sleep(2 + 0.13 * number)  # the server is at rest again, and its polling at another point
            word = f"{WORD}{number}"
            start = time.perf_counter()
            page.write_text(text.replace(WORD, word), "utf-8")
            wait_for(port, word + ",", still_there)
            seconds.append(time.perf_counter() - start)
    page.write_text(text, "utf-8")
    return median(seconds)


def wait_for(port: int, words: str, still_there: Callable[[], None], page: str = f"/lessons/{PAGE}/") -> str:
    """A page, asked for until it shows some words."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if words in (text := get(port, page)):
            return text
        still_there()
        time.sleep(0.01)
    raise SystemExit(f"the page did not show {words!r} within {PATIENCE:.0f} seconds")


def get(port: int, path: str) -> str:
    """What a server answers; nothing while there is no server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read().decode("utf-8", "replace") if answer.status == 200 else ""  # ours says 503 while it builds
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()
