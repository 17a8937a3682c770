"""How long each built page keeps a phone from answering a finger: `python -m benchmarks.blocking site [page/ …]`.

Counted is the time that the processor gives to the browser's main thread, four times over, as Lighthouse has it for a
phone; so other work on the machine hardly counts. A task blocks for what it takes above 50 ms. Lighthouse's "total
blocking time" is that of the tasks after the first paint.
"""

from __future__ import annotations

import statistics
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from browser_engine.chrome import find_chrome
from browser_engine.web import WebServer, handler_of
from page_runner.console import write_utf8

SLOWER, FREE = 4, 50  # a phone's processor; milliseconds that nobody notices
RUNS, IDLE = 3, 2500
PHONE = {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75, "is_mobile": True, "has_touch": True}
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
CATEGORIES = ["toplevel", "loading", "devtools.timeline", "disabled-by-default-devtools.timeline"]

Event = dict[str, Any]


def traced(browser: Browser, url: str) -> list[Event]:
    """What a browser notes while it loads a page, anew and as a phone."""
    context = browser.new_context(**PHONE, service_workers="block")  # type: ignore[arg-type]
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    events: list[Event] = []
    ended: list[Event] = []
    devtools.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    devtools.on("Tracing.tracingComplete", lambda data: ended.append(data))
    devtools.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {"includedCategories": CATEGORIES}})
    page.goto(url)
    page.wait_for_timeout(IDLE)
    devtools.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    context.close()
    return events


def blocking(events: list[Event]) -> tuple[float, float, float]:
    """Milliseconds that tasks block after the first paint, that they block in all, and that all of them take."""
    at_work = Counter((event["pid"], event["tid"]) for event in events if event["name"] in ("Layout", "ParseHTML"))
    (process, thread), _ = at_work.most_common(1)[0]
    own = [event for event in events if event["pid"] == process]
    painted = min((event["ts"] for event in own if event["name"] == "firstContentfulPaint"), default=0)
    after, whole, total, end = 0.0, 0.0, 0.0, 0
    for event in sorted(own, key=lambda event: event["ts"]):
        if event["tid"] != thread or event["name"] not in TASKS or event["ts"] < end or "tdur" not in event:
            continue  # of another thread, or a part of the task before
        end = event["ts"] + event["dur"]
        took = SLOWER * event["tdur"] / 1000
        over = max(0.0, took - FREE)
        after, whole, total = after + over * (end > painted), whole + over, total + took
    return after, whole, total


def main(site: str, *pages: str) -> None:
    """Print a Markdown table of medians, the longest first."""
    names = pages or [file.parent.relative_to(site).as_posix() + "/" for file in sorted(Path(site).rglob("index.html"))]
    rows = []
    with (
        WebServer(handler_of(Path(site))) as server,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chrome()) as browser,
    ):
        traced(browser, f"{server.root}/")
        for name in names:
            runs = [blocking(traced(browser, f"{server.root}/{name}")) for _ in range(RUNS)]
            rows.append((*(round(statistics.median(each)) for each in zip(*runs, strict=True)), name))
    print("| blocked after the first paint (ms) | in all | all tasks | page |")
    print("|---:|---:|---:|---|")
    for row in sorted(rows, reverse=True):
        print("| " + " | ".join(map(str, row)) + " |")


if __name__ == "__main__":
    write_utf8()
    main(*sys.argv[1:])
