"""Which pages of a site readers may change in their own browsers; for the browser stands a Python that says it is another."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from tiny_site import CONFIG, Site, fence

PLUGINS = """plugins:
  - page_runner
  - page_editing
  - package_assets: {packages: [browser_engine, page_editing]}
  - strict_policy
  - browser_engine: {enabled: true, folder: ready}
  - offline_site
"""
TEMPLATE = "<html><head><title>{{ page.title }}</title></head><body><article>{{ page.content }}</article></body></html>"
DRAWN = """class Drawn:
    def _repr_svg_(self):
        return f'<svg viewBox="0 0 9 9"><path d="M 0 {7 if there else 5}.5 L 9 9"/></svg>'
Drawn()
"""
THERE = fence("import os\nthere = 'THERE' in os.environ") + "\n"
SILENT = """
- A list:

    ```python
    a = 1
    ```

    And more.

!!! note

    ```python fold="Folded {{ a }}"
    b = 2
    ```

=== "A tab"

    ```python
    c = 3
    ```
"""
PAGES = {
    "index": "# Same\n\n" + fence("print([0.5])\n1 / 3") + "\nIt is {{ 1 / 3:.2f }}.\n\n" + fence("1 / 0", 'raises="ZeroDivisionError"'),
    "near": "# Near\n\n" + THERE + fence("0.26 if there else 0.25") + "\nIt is {{ 7 + there }}.\n" + SILENT,
    "digit": "# Digit\n\n" + THERE + fence("0.35 if there else 0.25"),
    "word": "# Word\n\n" + THERE + fence("print('worse' if there else 'better')"),
    "figure": "# Figure\n\n" + THERE + fence(DRAWN, 'alt="A line."'),
    "sentence": "# Sentence\n\n" + THERE + "\nIt is {{ 'worse' if there else 'better' }}.",
    "fails": "# Fails\n\n" + THERE + fence("print(1 / (not there))"),
    "prose": "# Prose\n\nNo code.",
}  # fmt: skip
RUN = """import json, sys
from browser_engine.run import run
own, heard = sys.stdout, []
run(open(sys.argv[1], encoding="utf-8").read(), "{}", lambda said: heard.append(json.loads(said)))
print(json.dumps([each for each in heard if each["event"] in ("failed", "results")][0]), file=own)
"""


def run_there(site: Path, pages) -> list[dict[str, object]]:
    """What each page gives in another Python, which has its program alone."""
    command = [sys.executable, "-c", RUN]
    runs = [
        subprocess.Popen(
            [*command, site / page / "program.json"],
            env=os.environ | {"THERE": "1"},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for page, _ in pages
    ]
    return [json.loads(each.communicate()[0]) for each in runs]


@pytest.fixture
def course(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A course, and of the engine no more than names."""
    site.config(CONFIG.replace("plugins: [page_runner]\n", PLUGINS))
    site.write("theme/main.html", TEMPLATE)
    site.write("theme/404.html", TEMPLATE)
    (site.root / "ready").mkdir()
    monkeypatch.setattr("browser_engine.plugin.CACHE", site.root / "cache")
    return site


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "mkdocs.browser_engine"]


def files_of(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        for path in site.rglob("*")
        if path.is_file()
    }


def test_a_page_that_differs_in_a_digit_a_word_or_a_figure_says_so_and_is_not_offered(course, monkeypatch, caplog):
    for name, text in PAGES.items():
        course.page(text, name)
    monkeypatch.setattr("browser_engine.plugin.gather", lambda *_: {"pyodide.mjs": b"12345"})
    monkeypatch.setattr("browser_engine.plugin.run_pages", run_there)
    caplog.set_level(logging.INFO)
    built = course.build()
    assert built.ok and not built.errors
    why = {
        "digit/": "“0.25” is “0.35” there",
        "word/": "“better” is “worse” there",
        "figure/": "“5.5” is “7.5” there",
        "fails/": "“1.0” is “ZeroDivisionError: division by zero” there",
        "sentence/": "“better” is “worse” there",
    }
    found = json.loads((built.site / "engine/pages.json").read_text("utf-8"))
    assert found.keys() == {"" if name == "index" else f"{name}/" for name in PAGES if name != "prose"}
    assert found[""] == {"agrees": True, "digits": 0, "why": ""}
    assert found["near/"] == {"agrees": True, "digits": 2, "why": ""}
    assert {page: found[page]["why"] for page in why} == why
    said = told(caplog)
    assert said[0] == "2 of 7 pages run in the reader's browser as they were built"
    assert sorted(said[1:]) == sorted(
        f"  {page} does not: {about['why']}" for page, about in found.items() if not about["agrees"]
    )
    offered = {}
    for path in built.site.rglob("*.html"):
        html = path.read_text("utf-8")
        if 'name="page-editing"' in html:
            offered[path.parent.name] = json.loads(
                unescape(html.partition('name="page-editing" content="')[2].partition('"')[0])
            )
    assert offered.keys() == {"site", "near"} == {path.parent.name for path in built.site.rglob("program.json")}
    size = sum(json.loads((built.site / "engine/engine.json").read_text("utf-8"))["files"].values())
    about = {name: (each["engine"], each["digits"], each["size"]) for name, each in offered.items()}
    assert about == {"site": ("worker", 0, size), "near": ("worker", 2, size)}
    kept = json.loads((built.site / "offline.json").read_text("utf-8"))
    on_demand = {address for address, hash in kept.items() if hash.startswith("~")}
    assert on_demand == {each for each in kept if each.startswith("engine/") or each.endswith("program.json")}
    assert {"engine/pyodide.mjs", "near/program.json"} < on_demand


@pytest.mark.parametrize("missing", ["package", "another", "browser", "script"])
def test_without_it_a_site_is_as_it_was_and_one_notice_says_why(course, monkeypatch, caplog, missing):
    course.page(PAGES["index"])
    course.config((course.root / "mkdocs.yml").read_text("utf-8").replace("enabled: true", "enabled: false"))
    plain = files_of(course.build().site)
    course.config((course.root / "mkdocs.yml").read_text("utf-8").replace("enabled: false", "enabled: true"))
    if missing == "package":
        monkeypatch.setenv("PATH", "")
        why = "is fetched with npm, which is not installed here"
    elif missing == "another":
        course.write("ready/pyodide-314.0.2.tgz", b"half of it")
        why = "pyodide-314.0.2.tgz is not the file that was asked for"
    else:
        monkeypatch.setattr("browser_engine.plugin.gather", lambda *_: {"pyodide.mjs": b"12345"})
        monkeypatch.setenv("CHROME_PATH", str(course.root / "no browser"))
        why = "no browser runs here"
    if missing == "script":
        course.config(
            (course.root / "mkdocs.yml").read_text("utf-8").replace("[browser_engine, page_editing]", "[page_editing]")
        )
        plain = {
            name: data
            for name, data in plain.items()
            if name not in ("assets/worker-engine.js", "assets/engine-worker.js")
        }
        why = "the site lacks its scripts"
    caplog.set_level(logging.INFO)
    caplog.clear()
    built = course.build()
    assert built.ok and not built.errors
    (said,) = told(caplog)
    assert said.startswith("readers cannot change the code of this site where they read it: ") and why in said
    found = files_of(built.site)
    if missing == "script":
        found.pop("offline.json"), plain.pop("offline.json")
    assert found == plain
    assert not (course.root / "cache").exists()
