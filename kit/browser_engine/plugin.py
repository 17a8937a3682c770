"""The plugin as `plugins` in mkdocs.yml names it: `browser_engine`, after page_editing."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
from html import escape
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import is_markdown_file
from platformdirs import user_cache_path

from page_editing.preview import Site, runner_of
from page_runner.generator import written
from page_runner.page import Page

from .agreement import Difference, of_page
from .files import EngineError, Places, Wheel, gather, licences
from .gate import run_pages
from .programs import Program, program_of, runner_archive

log = logging.getLogger("mkdocs.browser_engine")

ON_DEMAND = ("engine/*", "*program.json")
FOLDER, PROGRAM, TABLE = "engine", "program.json", "engine/pages.json"
PYODIDE = "314.0.2"  # of which there is a build of PyTorch, too
INTEGRITY = "sha512-rXkXOriXhzRkEV/coVGELjz4da77oNQEOu8hOf8dtBHEKOzqoIAmSJGeKuPl4wbLDv9EDibfKOchnC73CVX4DQ=="
CACHE = user_cache_path("course-kit") / FOLDER
META = re.compile(r'<meta name="page-editing"[^>]*>')


class WheelOptions(Config):
    """A wheel that is not of Pyodide's release."""

    name = options.Type(str)
    url = options.URL()
    sha256 = options.Type(str)
    depends = options.ListOfItems(options.Type(str), default=[])


class BrowserEngine(Config):
    """The plugin's options."""

    enabled = options.Type(bool, default=False)
    pyodide = options.Type(str, default=PYODIDE)
    integrity = options.Type(str, default=INTEGRITY)
    libraries = options.ListOfItems(options.Type(str), default=[])  # by the names that Pyodide has for them
    wheels = options.ListOfItems(options.SubConfig(WheelOptions), default=[])
    packages = options.ListOfItems(options.Type(str), default=[])  # of this site, in Python alone
    imports = options.ListOfItems(options.Type(str), default=[])  # before a page runs
    folder = options.Optional(options.Dir())  # of files that lie ready


class BrowserEnginePlugin(BasePlugin[BrowserEngine]):
    """An engine in the site, and with each page that it gives as it was built a program to change."""

    building = False
    site: Site | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note what the build is for: under `mkdocs serve` there is another engine."""
        self.building = command != "serve"

    def on_config(self, config: MkDocsConfig) -> None:
        """Ask for the plugin that has the pages' part of it; nothing of it is kept before somebody runs a page."""
        if self.config.enabled and "page_editing" not in config.plugins:
            raise PluginError("browser_engine needs page_editing under plugins too")
        if offline := config.plugins.get("offline_site"):
            patterns = offline.config["on_demand"]
            offline.config["on_demand"] = [*patterns, *(each for each in ON_DEMAND if each not in patterns)]

    @event_priority(-100)
    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep what pages are rendered with."""
        self.nav = nav

    @event_priority(-100)
    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep what pages are rendered with."""
        self.site = Site(config, files, self.nav, env)

    @event_priority(-50)  # when the site stands, and before its files are listed
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Put the engine into the site, and offer it on those pages that it gives as they were built."""
        folder = Path(config.site_dir)
        shutil.rmtree(folder / FOLDER, ignore_errors=True)
        if not (self.config.enabled and self.building and self.site):
            return
        try:
            self._put_engine(folder / FOLDER)
            found = self._gate(folder, self.site)
        except EngineError as error:
            shutil.rmtree(folder / FOLDER, ignore_errors=True)
            for file in self.site.files.documentation_pages():
                path = Path(folder, file.dest_uri)
                path.with_name(PROGRAM).unlink(missing_ok=True)
                name_engine(path, None)
            log.info("readers cannot change the code of this site where they read it: %s", error)
            return
        (folder / TABLE).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")
        agree = [page for page, about in found.items() if about["agrees"]]
        log.info("%d of %d pages run in the reader's browser as they were built", len(agree), len(found))
        for page, about in found.items():
            if not about["agrees"]:
                log.info("  %s does not: %s", page or "the first page", about["why"])

    def _put_engine(self, folder: Path) -> None:
        """Put all files of the engine into the site."""
        settings = self.config
        wheels = [Wheel(each.name, each.url, each.sha256, tuple(each.depends)) for each in settings.wheels]
        places = Places(Path(settings.folder) if settings.folder else None, CACHE)
        files = gather(settings.pyodide, settings.integrity, settings.libraries, wheels, places)
        archive = runner_archive(settings.packages)
        runner = f"runner.{hashlib.sha256(archive).hexdigest()[:8]}.zip"  # no page meets that of another release
        files |= {runner: archive}
        folder.mkdir(parents=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        about = {
            "files": {name: len(data) for name, data in files.items()},
            "libraries": settings.libraries,
            "runner": runner,
            "imports": settings.imports,
        }
        (folder / "engine.json").write_text(json.dumps(about, indent=1) + "\n", "utf-8", newline="\n")
        (folder / "licences.txt").write_text(licences(settings.pyodide, files), "utf-8", newline="\n")

    def _gate(self, folder: Path, site: Site) -> dict[str, dict[str, Any]]:
        """Put a program beside each page, run it, and leave it there where it gives what the page shows."""
        programs: dict[str, tuple[Path, Program]] = {}
        found: dict[str, dict[str, Any]] = {}
        for file in site.files.documentation_pages():
            page = self._page(file, site)
            if page and page.snippets:
                address, path = "" if file.url in (".", "./") else file.url, Path(folder, file.dest_uri)
                name_engine(path, None)
                outputs = runner_of(site.config).runner.run(page).outputs
                try:
                    programs[address] = path, program_of(site, file, page, outputs)
                except EngineError as error:
                    found[address] = {"agrees": False, "digits": 0, "why": str(error)}
        for path, program in programs.values():
            path.with_name(PROGRAM).write_text(program.text, "utf-8", newline="\n")
        size = sum(json.loads((folder / FOLDER / "engine.json").read_text("utf-8"))["files"].values())
        told = run_pages(folder, [(address, program.hash) for address, (_, program) in programs.items()])
        for (address, (path, program)), results in zip(programs.items(), told, strict=True):
            found[address] = about = judged(program, results)
            if about["agrees"]:
                named = {"engine": "worker", "page": address, "made_from": program.hash}
                name_engine(path, named | {"size": size, "digits": about["digits"]})
            else:
                path.with_name(PROGRAM).unlink()
        return found

    def _page(self, file: File, site: Site) -> Page | None:
        """A page as it is written, where it is Markdown."""
        if not file.page or not is_markdown_file(file.src_uri):
            return None
        page: Page = written(file, site.config, runner_of(site.config).runner.cache.page)
        return page


def judged(program: Program, told: dict[str, Any]) -> dict[str, Any]:
    """Whether a page's run in the browser gave what the page shows, and what differs."""
    if told["event"] != "results":
        return {"agrees": False, "digits": 0, "why": told["message"]}
    found = of_page(program.results, told["results"])
    large = [each for each in found if not each.small]
    return {"agrees": not large, "digits": len(found) - len(large), "why": said(large[0]) if large else ""}


def said(difference: Difference) -> str:
    """What differs, in words."""
    return f"“{difference.once}” is “{difference.now}” there"


def name_engine(path: Path, about: dict[str, Any] | None) -> None:
    """Name the engine in a page that is built, or in no way."""
    html = path.read_text("utf-8")
    before = META.sub("", html)
    meta = f'<meta name="page-editing" content="{escape(json.dumps(about))}">' if about else ""
    if (after := before.replace("</head>", f"{meta}</head>", 1)) != html:
        path.write_text(after, "utf-8", newline="\n")
