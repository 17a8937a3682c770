"""The plugin as `plugins` in mkdocs.yml names it: `site_extras`, after page_runner and whatever else changes pages."""

from __future__ import annotations

import os
import platform
import posixpath
from fnmatch import fnmatch
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import is_markdown_file, write_file
from mkdocs.utils.templates import TemplateContext

from page_runner.beside import beside
from page_runner.errors import errors_of, page_hook
from page_runner.front_matter import read_front_matter
from page_runner.generator import MKDOCSTRINGS
from page_runner.notebook_page import taken_away
from page_runner.page import PageError
from page_runner.plugin import PageRunnerPlugin, in_site
from page_runner.store import Store

from .cards import Look, kept_card
from .from_html import from_html
from .plain import plain_notebook, plain_page
from .reading import minutes, runs_in, words


class Extras(Config):
    """The plugin's options."""

    timed = options.Type(str, default="")  # pages that say how long they take, such as lessons/*
    versions = options.ListOfItems(options.Type(str), default=[])  # packages that a page's numbers depend on
    colours = options.Type(dict, default={})  # of the cards: paper, ink, accent


class SiteExtrasPlugin(BasePlugin[Extras]):
    """Times under the title, each page as Markdown, `llms.txt`, a card for each page."""

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the runner, and what pages are made with."""
        found = config.plugins.get("page_runner")
        if not isinstance(found, PageRunnerPlugin):
            raise PluginError("the site_extras plugin needs the page_runner plugin before it")
        self.runner = found.runner
        try:
            self.look = Look(**self.config.colours)
        except TypeError:
            raise PluginError("site_extras: colours may have paper, ink and accent, as '#rrggbb'") from None
        self.made_with = {name: package_version(name) for name in self.config.versions}
        self.made_with["python"] = platform.python_version()
        self.words: dict[str, int] = {}
        self.kept_cards = Store(self.runner.root / ".cache" / "cards")

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep the order of the pages for `llms.txt`."""
        self.nav = nav

    def on_page_markdown(self, markdown: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Count the words as the author wrote them."""
        self.words[page.file.src_uri] = words(markdown)

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> str | None:
        """Write the page as Markdown, draw its card; say under its title how long it takes, and if it is a draft."""
        path = Path(page.file.abs_src_path or "")
        link = partial(in_site, page=page, files=files, site_url=config.site_url)
        files_beside = beside(page)
        if config.site_url:
            files_beside[card_path(page.file)] = self._card(page, config)
        if path.suffix == ".ipynb":
            text = plain_notebook(taken_away(path.read_text("utf-8"), link=link))
            files_beside[markdown_path(page.file)] = text.encode()
        elif is_markdown_file(page.file.src_uri):
            latest = self.runner.latest  # the page was rendered a moment ago
            ours = latest.page and self.runner.root / latest.page.name == path.resolve()
            if latest.page and ours and latest.page.name not in errors_of(self.runner.root):
                base = urljoin(config.site_url or "", page.url)
                if MKDOCSTRINGS.search(latest.page.text):
                    text = from_html(html, partial(urljoin, base))
                else:
                    text = plain_page(latest.page, latest.given, link)
                files_beside[markdown_path(page.file)] = text.encode()
        about = ["A draft"] * bool(page.meta.get("draft")) + [self._times(page)] * self.timed(page)
        if not about:
            return None
        return html.replace("</h1>", f'</h1>\n<p class="times" data-search-exclude>{" · ".join(about)}</p>', 1)

    def on_page_context(
        self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Give the theme what it links, as `extras`: the Markdown, the card, the versions that made the numbers."""
        context["extras"] = {  # type: ignore[typeddict-unknown-key]
            "plain": markdown_path(page.file) if markdown_path(page.file) in beside(page) else "",
            "card": card_path(page.file) if card_path(page.file) in beside(page) else "",
            "versions": self.made_with if self.timed(page) else {},
        }

    def on_post_page(self, output: str, /, *, page: SitePage, config: MkDocsConfig) -> None:
        """Put the Markdown and the card into the site."""
        for path, data in beside(page).items():
            write_file(data, os.path.join(config.site_dir, path))

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write `llms.txt`, which names every page of the site's order."""
        write_file(self.list_of_pages(config).encode(), os.path.join(config.site_dir, "llms.txt"))

    def timed(self, page: SitePage) -> bool:
        """Whether a page says how long it takes."""
        return bool(self.config.timed) and fnmatch(page.file.src_uri, self.config.timed)

    def list_of_pages(self, config: MkDocsConfig) -> str:
        """The text of `llms.txt`, as https://llmstxt.org/ describes it."""
        lines = [f"# {config.site_name}"]
        if config.site_description:
            lines += ["", f"> {config.site_description}"]
        lines += [
            "",
            "Each page is linked as Markdown, with what its code gave; without `index.md` its address is the page.",
        ]
        for item in self.nav:
            lines += ["", *self._listed(item, config, 2)]
        return "\n".join(lines) + "\n"

    def _listed(self, item: Any, config: MkDocsConfig, level: int) -> list[str]:
        """A page or a section of the site's order, as lines."""
        if isinstance(item, Section):
            below = [line for child in item.children for line in self._listed(child, config, level + 1)]
            return [f"{'#' * level} {item.title}", "", *below]
        if not isinstance(item, SitePage) or markdown_path(item.file) not in beside(item):
            return []
        address = urljoin(config.site_url or "", quote(markdown_path(item.file)))
        about = f": {item.meta['description']}" if item.meta.get("description") else ""
        return [f"- [{item.title}]({address}){about}"]

    def _card(self, page: SitePage, config: MkDocsConfig) -> bytes:
        """The page's card."""
        around = [section.title for section in reversed(list(page.ancestors))]
        title = str(page.meta.get("title") or page.title)
        about = str(page.meta.get("description") or config.site_description or "")
        above = " · ".join(filter(None, around))
        below = "" if title == config.site_name else config.site_name
        return kept_card(self.kept_cards, title, about, above, below, self.look)

    def _times(self, page: SitePage) -> str:
        """How long a page takes, in words."""
        try:
            seconds = runs_in(page.meta)
        except ValueError as error:
            path = Path(page.file.abs_src_path or "").resolve()
            line = read_front_matter(path.read_text("utf-8-sig")).lines.get("runs_in", 1)
            raise PageError(path.relative_to(self.runner.root).as_posix(), line, str(error)) from None
        count = minutes(self.words[page.file.src_uri])
        return (
            f"{count} minute{'s' * (count > 1)} to read, longer with the exercises"
            f" · its code runs in under {seconds} seconds"
        )


def markdown_path(file: File) -> str:
    """Where a page's Markdown lies in the site: beside the page, under its name."""
    return posixpath.splitext(file.dest_uri)[0] + ".md"


def card_path(file: File) -> str:
    """Where a page's card lies in the site."""
    name = posixpath.splitext(file.src_uri)[0].replace("/", "-")
    return f"assets/cards/{name}.png"


def package_version(name: str) -> str:
    """A package's version, without what says how it was built; empty where it is not installed.

    Example:
        ```python
        from site_extras.plugin import package_version

        assert package_version("no-such-package") == ""
        ```
    """
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return ""
