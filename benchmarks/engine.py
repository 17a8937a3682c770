"""What readers wait for who run a page in their own browsers: `python -m benchmarks.engine site`, of a built site.

The bytes come once, at the first run. Each run begins in a Python of its own; while one is read, the next gets ready.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from browser_engine.chrome import find_chrome
from browser_engine.web import WebServer, handler_of
from page_runner.console import write_utf8

# Runs a page twice; for each run the seconds until its program began.
BOOT = """async ([script, page]) => {
  const { workerEngine } = await import(new URL(script, location.href).href);
  const root = new URL("./", location.href);
  const { hash } = await (await fetch(new URL(`${page}program.json`, root))).json();
  const request = { page, made_from: hash, edits: {}, tab: "" };
  const seconds = [];
  for (const pause of [0, 1]) {
    await new Promise((resolve) => setTimeout(resolve, pause * 1000 * (10 + 2 * (seconds[0] ?? 0))));
    const began = performance.now();
    let started = NaN;
    const tell = ({ event }) => event === "started" && (started = performance.now());
    await workerEngine(root).run(request, tell, new AbortController().signal);
    seconds.push((started - began) / 1000);
  }
  return seconds;
}"""


def bytes_of(site: Path) -> dict[str, tuple[int, int]]:
    """How many bytes each file of the engine has, largest first, and how many come where a host compresses them."""
    files: dict[str, int] = json.loads((site / "engine/engine.json").read_text("utf-8"))["files"]
    found = {name: (size, len(gzip.compress((site / "engine" / name).read_bytes()))) for name, size in files.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1][0]))


def boot_seconds(site: Path, rounds: int = 3) -> tuple[float, float]:
    """Seconds until a page's program begins: at a browser's first run, and when the next Python has got ready."""
    pages = json.loads((site / "engine/pages.json").read_text("utf-8"))
    page = next(page for page, about in pages.items() if about["agrees"])
    script = next(site.glob("assets*/worker-engine.js")).relative_to(site).as_posix()
    found = []
    with WebServer(handler_of(site)) as server, sync_playwright() as playwright:
        for _ in range(rounds):
            with playwright.chromium.launch(executable_path=find_chrome()) as browser:
                tab = browser.new_page()
                tab.goto(f"{server.root}/404.html")
                found.append(tab.evaluate(BOOT, [script, page]))
    first, again = zip(*found, strict=True)
    return median(first), median(again)


def main(site: str) -> None:
    """Print a Markdown table."""
    held = bytes_of(Path(site))
    print("| file | bytes | compressed |\n|---|---:|---:|")
    for name, (size, small) in held.items():
        print(f"| {name} | {size:,} | {small:,} |")
    print(f"| all | {sum(size for size, _ in held.values()):,} | {sum(small for _, small in held.values()):,} |")
    first, again = boot_seconds(Path(site))
    print(f"\nA page's program began after {first:.1f} s at the first run, and after {again:.2f} s at the next.")


if __name__ == "__main__":
    write_utf8()
    main(*sys.argv[1:])
