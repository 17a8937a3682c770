"""A stranger's course whose readers change its code with no server: built, gated, and used in two browsers."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from firefox import Firefox, find_firefox
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import Page, expect, sync_playwright
from tiny_site import fence

from benchmarks.engine import boot_seconds
from browser_engine.chrome import find_chrome
from browser_engine.files import EngineError, Places, pyodide
from browser_engine.plugin import CACHE, INTEGRITY, PYODIDE
from browser_engine.web import SiteHandler, WebServer

pytestmark = [pytest.mark.browser, pytest.mark.weekly, pytest.mark.xdist_group("browser_engine")]
PATIENCE = 180_000  # milliseconds: a machine may have more to do
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
HERE = fence("import sys\nhere = sys.platform == 'emscripten'") + "\n"
DRAWN = """class Drawn:
    def _repr_svg_(self):
        return f'<svg viewBox="0 0 9 9"><path d="M 0 {7 if here else 5}.5 L 9 9"/></svg>'
Drawn()
"""
PAGES = {
    "index": "# Lengths\n\n" + fence(
        "lengths = [1.98, 2.01, 2.00, 1.99, 20.3]\nmean = sum(lengths) / len(lengths)\nprint(mean)"
    ) + "\nThe mean of {{ len(lengths) }} lengths is {{ mean:.2f }} m.\n\n" + fence("sorted(lengths)"),
    "near": "# Near\n\n" + HERE + fence("0.26 if here else 0.25"),
    "digit": "# Digit\n\n" + HERE + fence("0.35 if here else 0.25"),
    "word": "# Word\n\n" + HERE + fence("print('worse' if here else 'better')"),
    "figure": "# Figure\n\n" + HERE + fence(DRAWN, 'alt="A line."'),
    "limits": "---\ntime_limit: 6\n---\n\n# Limits\n\n" + fence("1 + 1"),
}  # fmt: skip
WATCH = """addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI, target}) =>
    console.error(`${violatedDirective} forbids ${blockedURI} at ${target?.className}`))"""


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


class Served:
    """The course, below a folder of its host, as many hosts have it; and what was asked for there."""

    def __init__(self, folder: Path):
        asked: list[str] = []
        self.asked = asked

        class Handler(SiteHandler):
            base = "/course/"

            def do_GET(self):
                asked.append(self.path.removeprefix(self.base))
                super().do_GET()

        Handler.folder = folder
        self.server = WebServer(Handler)
        self.address = f"{self.server.root}/course/"


@pytest.fixture
def served(course: Path):
    served = Served(course)
    yield served
    served.server.stop()


@pytest.fixture(scope="module")
def chromium(course):
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=find_chrome()) as browser:
        yield browser


@pytest.fixture
def opened(chromium, served):
    """Opens a page; what it says on its console must be nothing."""
    said: list[str] = []
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE / 3)

    def open_page(name: str = "") -> Page:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(f"{served.address}{name}")
        return page

    yield open_page
    context.close()
    assert said == []


def test_only_pages_that_agree_are_offered(course):
    found = json.loads((course / "engine/pages.json").read_text("utf-8"))
    assert found == {
        "": {"agrees": True, "digits": 0, "why": ""},
        "near/": {"agrees": True, "digits": 1, "why": ""},
        "digit/": {"agrees": False, "digits": 0, "why": "“0.25” is “0.35” there"},
        "word/": {"agrees": False, "digits": 0, "why": "“better” is “worse” there"},
        "figure/": {"agrees": False, "digits": 0, "why": "“5.5” is “7.5” there"},
        "limits/": {"agrees": True, "digits": 0, "why": ""},
    }
    offered = {
        path.parent.name for path in course.rglob("index.html") if 'name="page-editing"' in path.read_text("utf-8")
    }
    assert offered == {"site", "near", "limits"} == {path.parent.name for path in course.rglob("program.json")}


def test_how_long_readers_wait_is_measured(course):
    first, again = boot_seconds(course, 1)
    assert 0 < again < first


def edit(page: Page, code: str, number: int = 0) -> None:
    """Put other code into a snippet, where it is not in an editor yet."""
    page.locator(".page-editing__edit").nth(number).click()
    write(page, code)


def write(page: Page, code: str) -> None:
    """Put other code into the first editor."""
    page.locator(".cm-content").first.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


def run(page: Page) -> str:
    """Run the page from its editor, and what the bar says in the end."""
    page.locator(".cm-content").first.press("ControlOrMeta+Enter")
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop.first).to_be_visible()
    expect(stop).to_have_count(0, timeout=PATIENCE)
    return page.locator(".page-editing__bar").inner_text()


def test_a_snippet_is_changed_where_it_is_read(opened):
    page = opened()
    edit(page, "lengths = [2.0, 4.0]\nmean = sum(lengths) / len(lengths)\nprint(mean)\n")
    expect(page.locator(".page-editing__bar")).to_contain_text("for that fetches 14 MB, once")
    assert "1 snippet changed" in run(page)
    article = page.locator("article")
    expect(article).to_contain_text("The mean of 2 lengths is 3.00 m.")
    assert page.locator(".output").all_inner_texts() == ["3.0", "[2.0, 4.0]"]
    assert page.locator(".page-editing--differs").count() == 3
    other = opened("near/")  # another tab, in which another page runs
    edit(other, "x = 1\nx / 0", 1)
    assert "program ended in snippet 2, line 2: ZeroDivisionError: division by zero." in run(other)
    assert "1 number may differ by one in the last digit" in other.locator(".page-editing__bar").inner_text()
    expect(other.locator(".output")).to_contain_text("ZeroDivisionError: division by zero")
    write(page, "lengths = 5\nprint(lengths))")
    assert "line 2: SyntaxError" in run(page)
    page.get_by_role("button", name="Reset page").click()
    expect(article).to_contain_text("The mean of 5 lengths is 5.66 m.", timeout=PATIENCE)


def test_what_does_not_end_is_ended(opened):
    page = opened("limits/")
    edit(page, "while True: pass")
    page.locator(".cm-content").press("ControlOrMeta+Enter")
    bar = page.locator(".page-editing__bar")
    expect(bar).to_contain_text("snippet 1 of 1", timeout=PATIENCE)
    page.wait_for_timeout(1_000)
    bar.get_by_role("button", name="Stop").click()
    expect(bar).to_contain_text("Stopped after", timeout=2_000)
    assert "6 seconds, which is its limit" in run(page)
    write(page, "def f(n): return f(n + 1)\nf(0)")
    assert "RecursionError" in run(page)
    write(page, "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)")
    assert re.search("RecursionError|MemoryError|could not run|which is its limit", run(page))
    write(page, "while True: print('x' * 1_000_000)")
    assert "printed more than 10,000,000 characters" in run(page)
    write(page, "2 + 2")
    run(page)
    expect(page.locator(".output")).to_have_text("4")


def test_web_assembly_is_for_the_worker_alone(chromium, served):
    page = chromium.new_page()
    page.goto(served.address)
    module = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])"
    assert page.evaluate(f"WebAssembly.compile({module}).then(() => 'compiled', ({{name}}) => name)") == "CompileError"
    page.close()


def test_after_its_first_run_it_runs_without_a_connection(opened, served):
    page = opened()
    page.wait_for_function("caches.match(location.href)")
    page.wait_for_timeout(2_000)
    assert [name for name in served.asked if name.startswith("engine/")] == []
    edit(page, "lengths = [2.0]\nmean = 2.0")
    run(page)
    page.wait_for_function("caches.match(new URL('engine/pyodide.asm.wasm', location.href))", timeout=PATIENCE)
    page.wait_for_function("caches.match(new URL('program.json', location.href))")
    assert {"engine/pyodide.asm.wasm", "engine/python_stdlib.zip", "program.json"} < set(served.asked)
    served.server.stop()
    page.reload()
    expect(page.locator(".page-editing__bar")).to_contain_text("1 snippet changed")
    edit(page, "lengths = [7.0]\nmean = 7.0")
    assert "1 snippet changed" in run(page)
    expect(page.locator("article")).to_contain_text("The mean of 1 lengths is 7.00 m.")


def test_the_same_in_firefox(served, monkeypatch):
    program = find_firefox()
    if not program:
        pytest.skip("no Firefox found: install one, or name its program in FIREFOX_PATH")
    monkeypatch.setattr("firefox.PATIENCE", PATIENCE / 1000)
    firefox = Firefox(program)
    said = "document.querySelector('.page-editing__bar').innerText"

    def edit_and_run(code: str) -> None:
        firefox.wait_for("document.querySelector('.page-editing__editor')?.shadowRoot.querySelector('.cm-content')")
        firefox.evaluate(
            "document.querySelector('.page-editing__editor').shadowRoot.querySelector('.cm-content').focus()"
        )
        firefox.press("a", "\ue009")
        firefox.type(code)
        firefox.press("\ue007", "\ue009")

    try:
        firefox.visit(served.address)
        firefox.wait_for("document.querySelector('.page-editing__edit')")
        firefox.evaluate("document.querySelector('.page-editing__edit').click()")
        edit_and_run("lengths = [2.0, 4.0]; mean = 3.0; print(mean)")
        firefox.wait_for(f"{said}.includes('It took')")
        assert "The mean of 2 lengths is 3.00 m." in firefox.evaluate("document.querySelector('article').innerText")
        edit_and_run("lengths = []\n1 / 0")
        firefox.wait_for(f"{said}.includes('snippet 1, line 2: ZeroDivisionError')")
        edit_and_run("while True: pass")
        firefox.wait_for(f"{said}.includes('snippet 1 of 2')")
        firefox.evaluate("document.querySelector('.page-editing__run').click()")
        firefox.wait_for(f"{said}.includes('Stopped after')")
        assert [*firefox.evaluate("window.faults"), *firefox.faults] == []
    finally:
        firefox.close()


def test_a_build_without_it_takes_it_away(course, tmp_path):
    shutil.copytree(course.parent, tmp_path, dirs_exist_ok=True)
    course = tmp_path / "site"
    assert (course / "engine").exists()
    config = load_config(str(tmp_path / "mkdocs.yml"))
    config.plugins["browser_engine"].config["enabled"] = False
    build(config)
    assert not (course / "engine").exists() and not list(course.rglob("program.json"))
    assert 'name="page-editing"' not in (course / "index.html").read_text("utf-8")
