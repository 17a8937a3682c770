"""Lets a headless browser run each page of a built site in the site's own engine."""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .files import EngineError

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Runs a page with no edits; what it gave, or why it gave nothing.
RUN = """async ([root, script, page, made_from]) => {
  const { workerEngine } = await import(new URL(script, root).href);
  const told = [];
  const tell = (happening) => ["results", "failed"].includes(happening.event) && told.push(happening);
  try {
    const request = { page, made_from, edits: {}, tab: "gate" };
    await workerEngine(new URL(root)).run(request, tell, new AbortController().signal);
  } catch (error) {
    return { event: "failed", message: String(error.message ?? error) };
  }
  return told.find(({ event }) => event === "failed") ?? told[0] ?? { event: "failed", message: "it gave nothing" };
}"""


def browser_path() -> str | None:
    """Where a browser of the kind of Chrome lies: where CHROME_PATH says, or on the path; None for Playwright's own."""
    return os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder at an address of this machine, while the context lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_pages(site: Path, pages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What each page gives in the site's engine.

    Args:
        site: The folder of the site, with its engine.
        pages: For each page its address below the site's root, and the hash of its code.

    Returns:
        For each the last thing that its run told: of kind `results`, or of kind `failed` with a message.

    Raises:
        EngineError: There is no browser.
    """
    script = next(site.glob("assets*/worker-engine.js")).relative_to(site).as_posix()
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise EngineError("there is no Playwright, which looks after a browser") from None
    with served(site) as root, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=browser_path())
        except Error as error:
            raise EngineError(f"no browser starts: {str(error).splitlines()[0]}") from None
        with browser:
            tab = browser.new_page()
            tab.goto(f"{root}404.html")
            found = []
            for page, made_from in pages:
                try:
                    found.append(tab.evaluate(RUN, [root, script, page, made_from]))
                except Error as error:  # as when it takes all memory
                    found.append({"event": "failed", "message": str(error).splitlines()[0]})
                    tab = browser.new_page()
                    tab.goto(f"{root}404.html")
            return found
