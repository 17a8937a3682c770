"""A stranger's course whose readers change its code with no server: built, gated, and used in a browser."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from chrome import find_chrome
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import expect, sync_playwright
from tiny_site import fence
from web import SiteHandler, WebServer

from browser_engine.files import EngineError, Places, pyodide
from browser_engine.gate import Quiet
from browser_engine.plugin import CACHE, INTEGRITY, PYODIDE

pytestmark = [pytest.mark.browser, pytest.mark.weekly, pytest.mark.xdist_group("browser_engine")]
CONFIG = """
site_name: Stranger
site_url: https://example.org/course/
theme: {name: material, font: false}
markdown_extensions: [admonition, attr_list, pymdownx.details, pymdownx.superfences, page_runner]
extra_css: [assets/page-runner.css, assets/page-editing.css]
extra_javascript: [{path: assets/page-editing.js, type: module}]
plugins:
  - page_runner
  - page_editing
  - package_assets: {packages: [page_runner, page_editing, browser_engine]}
  - strict_policy
  - browser_engine: {enabled: true}
  - offline_site
"""
HERE = "import sys\nhere = sys.platform == 'emscripten'\n"
DRAWN = """class Drawn:
    def _repr_svg_(self):
        return f'<svg viewBox="0 0 9 9"><path d="M 0 {7 if here else 5}.5 L 9 9"/></svg>'
Drawn()
"""
PAGES = {
    "index": "# Lengths\n\n" + fence(
        "lengths = [1.98, 2.01, 2.00, 1.99, 20.3]\nmean = sum(lengths) / len(lengths)\nprint(mean)"
    ) + "\nThe mean of {{ len(lengths) }} lengths is {{ mean:.2f }} m.\n\n" + fence("sorted(lengths)"),
    "digit": "# Digit\n\n" + fence(HERE + "0.26 if here else 0.25"),
    "word": "# Word\n\n" + fence(HERE + "print('worse' if here else 'better')"),
    "figure": "# Figure\n\n" + fence(HERE + DRAWN, 'alt="A line."'),
    "limits": "---\ntime_limit: 6\n---\n\n# Limits\n\n" + fence("1 + 1"),
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, built: the folder of its site."""
    try:
        pyodide(PYODIDE, INTEGRITY, Places(None, CACHE))
    except EngineError as error:
        pytest.skip(f"Pyodide cannot be had here: {error}")
    if not find_chrome():
        pytest.skip("there is no browser")
    folder = tmp_path_factory.mktemp("stranger")
    (folder / "docs").mkdir()
    for name, text in PAGES.items():
        (folder / f"docs/{name}.md").write_text(text, "utf-8")
    (folder / "mkdocs.yml").write_text(CONFIG, "utf-8")
    config = load_config(str(folder / "mkdocs.yml"))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return folder / "site"


@pytest.fixture(scope="module")
def address(course: Path):
    """Where the course is served: below a folder of its host, as many hosts do."""

    class Handler(SiteHandler):
        folder, base = course, "/course/"
        extensions_map = Quiet.extensions_map

    with WebServer(Handler) as server:
        yield f"{server.root}/course/"


@pytest.fixture(scope="module")
def context(course):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chrome())
        context = browser.new_context()
        context.set_default_timeout(60_000)
        yield context
        browser.close()


@pytest.fixture
def opened(context, address):
    """Opens a page; what it says on its console must be nothing."""
    pages, said = [], []

    def open_page(name: str = ""):
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (e) => console.log(e.target?.outerHTML, e.sourceFile, e.lineNumber))"
        )
        page.goto(f"{address}{name}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert said == []


def test_only_pages_that_agree_are_offered(course):
    found = json.loads((course / "engine/pages.json").read_text("utf-8"))
    assert {name: about["agrees"] for name, about in found.items()} == {
        "": True, "digit/": True, "word/": False, "figure/": False, "limits/": True,
    }  # fmt: skip
    assert found["digit/"]["digits"] == 1 and 'better</pre>” is “">worse' in found["word/"]["why"]
    offered = {
        path.parent.name for path in course.rglob("index.html") if 'name="page-editing"' in path.read_text("utf-8")
    }
    assert offered == {"site", "digit", "limits"} == {path.parent.name for path in course.rglob("program.json")}


def edit(page, code: str, number: int = 0) -> None:
    """Put other code into a snippet."""
    page.locator(".page-editing__edit").nth(number).click()
    editor = page.locator(".cm-content").first
    editor.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


def run(page) -> str:
    """Run the page, and wait for what the bar says then."""
    page.keyboard.press("ControlOrMeta+Enter")
    return said(page, r"It took|Stopped|failed|limit")


def said(page, pattern: str) -> str:
    bar = page.locator(".page-editing__bar")
    expect(bar).to_contain_text(re.compile(pattern), timeout=60_000)
    return bar.inner_text()


def test_a_snippet_is_changed_where_it_is_read(opened):
    page = opened()
    edit(page, "lengths = [2.0, 4.0]\nmean = sum(lengths) / len(lengths)\nprint(mean)\n")
    assert "1 snippet changed" in run(page)
    article = page.locator("article")
    expect(article).to_contain_text("The mean of 2 lengths is 3.00 m.")
    assert page.locator(".output").all_inner_texts() == ["3.0", "[2.0, 4.0]"]
    assert page.locator(".page-editing--differs").count() == 3
    other = opened("digit/")  # another tab, in which another page runs
    edit(other, "1 / 0")
    assert "ZeroDivisionError" in run(other)
    expect(other.locator(".output")).to_have_text("ZeroDivisionError: division by zero")
    page.get_by_role("button", name="Reset page").click()
    expect(article).to_contain_text("The mean of 5 lengths is 5.66 m.")


def test_what_does_not_end_is_ended(opened):
    page = opened("limits/")
    edit(page, "while True: pass")
    page.keyboard.press("ControlOrMeta+Enter")
    said(page, "Stop")
    page.wait_for_timeout(1_000)
    page.get_by_role("button", name="Stop").last.click()
    expect(page.locator(".page-editing__bar")).to_contain_text("Stopped", timeout=1_000)
    assert "6 seconds, which is its limit" in run(page)
    edit(page, "def f(n): return f(n + 1)\nf(0)")
    assert "RecursionError" in run(page)
    edit(page, "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)")
    assert re.search("RecursionError|could not run", run(page))
    edit(page, "while True: print('x' * 1_000_000)")
    assert "printed more than 10,000,000 characters" in run(page)
    edit(page, "2 + 2")
    run(page)
    expect(page.locator(".output")).to_have_text("4")


def test_a_build_without_it_takes_it_away(course, tmp_path):
    shutil.copytree(course.parent, tmp_path, dirs_exist_ok=True)
    course = tmp_path / "site"
    assert (course / "engine").exists()
    config = load_config(str(tmp_path / "mkdocs.yml"))
    config.plugins["browser_engine"].config["enabled"] = False
    build(config)
    assert not (course / "engine").exists() and not list(course.rglob("program.json"))
    assert 'name="page-editing"' not in (course / "index.html").read_text("utf-8")
