"""How long it takes from an edit in the page, under `make serve`, to what the edited program gives."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from html import unescape
from statistics import median
from typing import Any

from .compute import own_compute
from .ports import free_port
from .report import Row
from .serve import OURS, PATIENCE, wait_for
from .sites import Site

KNOWN = re.compile(r'name="page-editing" content="([^"]*)"')
CODE = re.compile(r'<div class="[^"]*\bsnippet\b[^>]*>.*?<code>(.*?)</code>', re.S)
TAG = re.compile(r"<[^>]+>")
Event = dict[str, Any]


class Tab:
    """A page in a browser, as a reader edits it."""

    def __init__(self, port: int, page: str, still_there: Callable[[], None]):
        self.port = port
        text = wait_for(port, "page-editing", still_there, page)
        self.about = json.loads(unescape(KNOWN.findall(text)[0]))
        self.codes = [unescape(TAG.sub("", code)) for code in CODE.findall(text)]

    def run(self, edits: dict[int, str]) -> list[Event]:
        """What a run says."""
        address = f"127.0.0.1:{self.port}"
        request = {key: self.about[key] for key in ("page", "made_from")} | {"edits": edits, "tab": "benchmark"}
        headers = {
            "Content-Type": "application/json",
            "X-Page-Editing": self.about["token"],
            "Origin": f"http://{address}",
        }
        connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        try:
            connection.request("POST", self.about["run"], json.dumps(request), headers)
            events = [json.loads(line) for line in connection.getresponse()]
        finally:
            connection.close()
        if events[-1].get("event") != "done":
            raise SystemExit(f"an edited page did not run to its end: {events[-1]}")
        return events


def rows(name: str, site: Site, page: str, edits: int) -> list[Row]:
    """An edit of a page's last snippet, against what that takes by itself, and one of its first, against the page."""
    port = free_port()
    last, itself, first = [], [], []
    with site.running(*OURS, f"127.0.0.1:{port}") as still_there:
        tab = Tab(port, f"/lessons/{page}/", still_there)
        tab.run({})  # as when a reader opens an editor
        end = len(tab.codes) - 1
        for number in range(edits + 1):
            begins, ends = times_of(tab.run({end: f"{tab.codes[end]}# {number}\n"}), end)
            last.append(ends)
            itself.append(ends - begins)
        for number in range(edits):
            first.append(times_of(tab.run({0: f"{tab.codes[0]}# {number}\n"}), end)[1])
    own = median(own_compute([site.folder / "docs" / "lessons" / f"{page}.md"])[0] for _ in range(edits))
    at_last = median(last[1:])  # the first of these edits leaves the snapshot from which the others go on
    return [
        Row(
            f"an edited page, last snippet → its output, {name}",
            at_last,
            0.3 + median(itself[1:]),
            "0.3 s + its own time",
            limit=1.0,
        ),
        Row(
            f"an edited page, first snippet → the last output, {name}",
            median(first),
            0.5 + own,
            "0.5 s + own compute",
            limit=1.0,
        ),
    ]


def times_of(events: list[Event], snippet: int) -> tuple[float, float]:
    """When a snippet began and when its output came, in seconds from the beginning of the run."""
    own = [event for event in events if event.get("snippet") == snippet]
    return own[0]["seconds"], next(event["seconds"] for event in own if event["event"] != "running")
