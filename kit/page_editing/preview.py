"""Renders an edited page as MkDocs renders pages, and leaves no trace of it in the site and in what is kept."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MethodType
from typing import Any, TypeAlias

from jinja2 import Environment
from mkdocs.commands.build import _populate_page, get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, PluginCollection
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage

from page_cache.plugin import PAGE_EVENTS, entries_of, unmake, unwrapped
from page_runner.cache import Outputs
from page_runner.errors import errors_of
from page_runner.generator import EDITED
from page_runner.page import Page
from page_runner.plugin import PageRunnerPlugin, notebook_path
from page_runner.runner import Run, Runner
from strict_policy import inline

Styled: TypeAlias = tuple[str, str]  # HTML, and styles that do not stand in it
ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.S)
# Plugins that take from a page what goes elsewhere, and change nothing of what it shows.
ELSEWHERE = {"link_cards", "page_cache", "page_editing", "page_markdown"}


@dataclass(frozen=True)
class Site:
    """A site as it was built: whoever renders with it must hold the lock of the builds."""

    config: MkDocsConfig
    files: Files
    nav: Navigation
    env: Environment

    @property
    def exercise(self) -> str:
        """The error that an exercise raises until it is solved; empty where the site names none."""
        return str((self.config.mdx_configs.get("page_runner") or {}).get("exercise", ""))

    def article(self, file: File, page: Page, outputs: Outputs) -> Styled:
        """What stands in the article of a page.

        Args:
            file: The page's file in the site.
            page: The page as it is edited.
            outputs: What its snippets and numbers gave; None for each that did not run.

        Returns:
            HTML, and the styles that a strict policy has taken out of it, unless they are those of the site's page.
        """
        root = runner_of(self.config).runner.root
        before = errors_of(root).copy()
        with TemporaryDirectory(prefix="page-editing-") as folder, silence():
            try:
                return self._styled(self._article(file, page, outputs, folder), folder)
            finally:
                errors_of(root).clear()
                errors_of(root).update(before)

    def pieces(self, html: str) -> Styled:
        """Pieces of a page's HTML as the page has them."""
        if "strict_policy" not in self.config.plugins:
            return html, ""
        found = inline.apart(html)
        return found.html, found.sheet

    def _styled(self, html: str, folder: str) -> Styled:
        """An article without the link to a style sheet that the site has not, and what that holds."""
        for path in Path(folder, "assets").glob("page.*.css"):
            if not Path(self.config.site_dir, "assets", path.name).exists():
                return re.sub(rf'<link rel="stylesheet" href="[^"]*{re.escape(path.name)}">', "", html), path.read_text(
                    "utf-8"
                )
        return html, ""

    def _article(self, file: File, page: Page, outputs: Outputs, folder: str) -> str:
        errors_of(runner_of(self.config).runner.root).pop(page.name, None)
        config, files = copy(self.config), Files([*self.files])
        config["site_dir"] = folder
        config["plugins"] = apart(self.config.plugins, GivenRunner(runner_of(self.config).runner, outputs))
        shown = self._page(file, page, folder)
        _populate_page(shown, config, files)
        if "<autoref" in (shown.content or ""):
            for method in self.config.plugins.events["env"]:
                if type(getattr(method, "__self__", None)).__module__.startswith("mkdocs_autorefs"):
                    method(self.env, config=config, files=Files([shown.file]))
        return self._in_template(shown, config)

    def _page(self, file: File, page: Page, folder: str) -> SitePage:
        """A page of MkDocs that is not read yet, in the place of that of the site."""
        assert file.page is not None
        shown = copy(file.page)
        shown.file = copy(file)
        unmake(shown)
        shown.file.page, shown.file._content, shown.file.dest_dir = shown, page.text, folder
        shown.file.__dict__.pop("abs_dest_path", None)
        setattr(shown.file, EDITED, page)
        return shown

    def _in_template(self, page: SitePage, config: MkDocsConfig) -> str:
        """What stands in the article of a page that is populated, as MkDocs' `_build_page` has it."""
        config._current_page = page
        try:
            page.active = True
            context = get_context(self.nav, self.files, config, page)
            template = self.env.get_template(page.meta.get("template", "main.html"))
            context = config.plugins.on_page_context(context, page=page, config=config, nav=self.nav)
            html = config.plugins.on_post_page(template.render(context), page=page, config=config)
        finally:
            page.active = False
        found = ARTICLE.search(html)
        return found[1] if found else page.content or ""


class GivenRunner(Runner):
    """Gives a page that is rendered what a run gave that has ended."""

    def __init__(self, runner: Runner, outputs: Outputs):
        self.root, self.preload, self.cache, self.outputs = runner.root, runner.preload, runner.cache, outputs
        self.shown = Run()

    def run(self, page: Page) -> Run:
        """What the run gave."""
        self.shown = Run(self.outputs, page=page)
        return self.shown

    def run_of(self, name: str) -> Run:
        """The same, once the page is rendered."""
        return self.shown


class PreviewRunnerPlugin(PageRunnerPlugin):
    """The plugin `page_runner` while it shows an edited page: it offers the site's notebook, and publishes nothing."""

    def _publish_downloads(self, *_: object) -> Iterator[Any]:
        return iter(())

    def _publish_notebook(self, run: Run, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        if run.page and run.page.snippets:
            self.offers[page.file.src_uri] = self.offer(notebook_path(page.file), config)


def runner_of(config: MkDocsConfig) -> PageRunnerPlugin:
    """The plugin that runs the site's pages."""
    found = config.plugins["page_runner"]
    assert isinstance(found, PageRunnerPlugin)
    return found


def apart(plugins: PluginCollection, runner: Runner) -> PluginCollection:
    """Plugins as they are now, for one page: what they note of it, they forget."""
    others = {id(plugin): alone(plugin) for name, plugin in plugins.items() if name not in ELSEWHERE}
    left_out = [plugin for name, plugin in plugins.items() if name in ELSEWHERE or entries_of(plugin) is not None]
    for plugin in others.values():
        if isinstance(plugin, PageRunnerPlugin):
            plugin.__class__, plugin.runner = PreviewRunnerPlugin, runner
    fresh = PluginCollection()
    dict.update(fresh, {name: others.get(id(plugin), plugin) for name, plugin in plugins.items()})
    for event in PAGE_EVENTS:
        for method in map(unwrapped, plugins.events[event]):
            owner = getattr(method, "__self__", None)
            if not any(owner is plugin for plugin in left_out):
                fresh.events[event].append(rebound(method, others.get(id(owner))))
    return fresh


def alone(plugin: Any) -> Any:
    """A copy of a plugin, with its own lists and dicts; a hook, which is a module, as it is."""
    if not isinstance(plugin, BasePlugin):
        return plugin
    other = copy(plugin)
    for name, value in vars(other).items():
        if isinstance(value, (dict, list, set)):
            vars(other)[name] = copy(value)
    return other


def rebound(method: Callable[..., Any], owner: Any) -> Callable[..., Any]:
    """A method of another object."""
    return MethodType(method.__func__, owner) if isinstance(method, MethodType) and owner is not None else method


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Let MkDocs' log hear nothing of this thread: what is wrong with an edited page, its reader sees."""
    own_thread = threading.get_ident()

    def others(record: logging.LogRecord) -> bool:
        return record.thread != own_thread

    handlers = logging.getLogger("mkdocs").handlers[:]
    for handler in handlers:
        handler.addFilter(others)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(others)
