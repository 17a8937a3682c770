"""The plugin as `plugins` in mkdocs.yml names it: `page_markdown`, after page_runner and others that change pages."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote, urljoin

from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import write_file
from mkdocs.utils.templates import TemplateContext

from page_runner.beside import beside
from page_runner.errors import errors_of, page_hook
from page_runner.generator import MKDOCSTRINGS
from page_runner.notebook_page import taken_away
from page_runner.plugin import PageRunnerPlugin, in_site

from .from_html import from_html
from .plain import plain_notebook, plain_page


class PageMarkdownPlugin(BasePlugin[LegacyConfig]):
    """Each page as Markdown, beside the page; `llms.txt`, which lists them, and `llms-full.txt`, which has them all."""

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the runner."""
        found = config.plugins.get("page_runner")
        if not isinstance(found, PageRunnerPlugin):
            raise PluginError("the page_markdown plugin needs the page_runner plugin before it")
        self.root, self.run_of = found.runner.root, found.run_of

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep the order of the pages for `llms.txt`."""
        self.nav = nav

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Write the page as Markdown, unless it has an error."""
        link = partial(in_site, page=page, files=files, site_url=config.site_url)
        if text := self._text(html, page, config, link):
            beside(page)[markdown_path(page.file)] = text.encode()

    def _text(self, html: str, page: SitePage, config: MkDocsConfig, link: Callable[[str], str]) -> str:
        """The page as Markdown; empty for a page with an error, and for what is no page of ours."""
        if page.file.src_uri.endswith(".ipynb"):
            return plain_notebook(taken_away(page.file.content_string, link=link))
        run = self.run_of(page, config)
        if not run.page or run.page.name in errors_of(self.root):
            return ""
        if MKDOCSTRINGS.search(run.page.text):
            return from_html(html, partial(urljoin, urljoin(config.site_url or "", page.url)))
        return plain_page(run.page, run.outputs, link)

    @page_hook
    def on_page_context(
        self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Let the theme link the Markdown, as `page_markdown`."""
        path = markdown_path(page.file)
        context["page_markdown"] = path if path in beside(page) else ""  # type: ignore[typeddict-unknown-key]

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write `llms.txt`, which names every page of the site's order, and `llms-full.txt`, which has their texts."""
        write_file(self.list_of_pages(config).encode(), os.path.join(config.site_dir, "llms.txt"))
        write_file(self.all_pages(config), os.path.join(config.site_dir, "llms-full.txt"))

    def all_pages(self, config: MkDocsConfig) -> bytes:
        """The text of `llms-full.txt`: every page of the site's order, each after a line with its address."""
        parts = []
        for page in self.nav.pages:
            if text := beside(page).get(markdown_path(page.file)):
                address = urljoin(config.site_url or "", page.url)
                parts.append(f"<!-- {address or './'} -->\n\n".encode() + text.strip() + b"\n")
        return b"\n".join(parts)

    def list_of_pages(self, config: MkDocsConfig) -> str:
        """The text of `llms.txt`, as https://llmstxt.org/ describes it."""
        lines = [f"# {config.site_name}"]
        if config.site_description:
            lines += ["", f"> {config.site_description}"]
        lines += [
            "",
            "Each page is linked as Markdown, with what its code gave; without `index.md` its address is the page.",
            f"All of them in one file: [llms-full.txt]({urljoin(config.site_url or '', 'llms-full.txt')}).",
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


def markdown_path(file: File) -> str:
    """Where a page's Markdown lies in the site: beside the page, under its name."""
    return posixpath.splitext(file.dest_uri)[0] + ".md"
