"""Lets a headless browser run each page of a built site in the site's own engine."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .chrome import find_chrome
from .files import EngineError
from .web import WebServer, handler_of

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


def run_pages(site: Path, pages: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What each page gives in the site's engine.

    Args:
        site: The folder of the site, with its engine.
        pages: For each page its address below the site's root, and the hash of its code.

    Returns:
        For each the last thing that its run told: of kind `results`, or of kind `failed` with a message.

    Raises:
        EngineError: The site lacks the engine's script, or there is no browser that stays.
    """
    script = next((path.relative_to(site).as_posix() for path in site.glob("assets*/worker-engine.js")), "")
    if not script:
        raise EngineError("package_assets is to name browser_engine, too: the site lacks its scripts")
    with ThreadPoolExecutor(1) as alone:  # Playwright refuses a thread in which asyncio runs, as another browser's does
        return alone.submit(_run_pages, site, script, list(pages)).result()


def _run_pages(site: Path, script: str, pages: list[tuple[str, str]]) -> list[dict[str, Any]]:
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise EngineError("there is no Playwright, which looks after a browser") from None
    with WebServer(handler_of(site)) as server, sync_playwright() as playwright:
        root = f"{server.root}/"
        try:
            with playwright.chromium.launch(executable_path=find_chrome()) as browser:
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
        except Error as error:
            raise EngineError(f"no browser runs here: {str(error).splitlines()[0]}") from None
