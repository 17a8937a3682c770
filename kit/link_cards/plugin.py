"""The plugin as `plugins` in mkdocs.yml names it: `link_cards`, after page_runner."""

from __future__ import annotations

import posixpath
import re

from mkdocs.config import config_options as options
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils.templates import TemplateContext

from page_runner.beside import beside
from page_runner.errors import page_hook
from page_runner.plugin import PageRunnerPlugin
from page_runner.store import Store

from .cards import Look, cached_card


class Colour(options.Type[str]):
    """A colour, as #rrggbb."""

    def __init__(self, default: str):
        super().__init__(str, default=default)

    def run_validation(self, value: object) -> str:
        """Say what a colour looks like."""
        if not isinstance(value, str) or not re.fullmatch("#[0-9a-fA-F]{6}", value):
            raise ValidationError(f"{value!r} is no colour: write it as '{self.default}'")
        return value


class LinkCards(Config):
    """The plugin's options: the colours of the cards."""

    paper: BaseConfigOption[str] = Colour(default=Look.paper)
    ink: BaseConfigOption[str] = Colour(default=Look.ink)
    accent: BaseConfigOption[str] = Colour(default=Look.accent)


class LinkCardsPlugin(BasePlugin[LinkCards]):
    """A card for each page of a site that has an address."""

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the project's folder."""
        found = config.plugins.get("page_runner")
        if not isinstance(found, PageRunnerPlugin):
            raise PluginError("the link_cards plugin needs the page_runner plugin before it")
        self.look = Look(**self.config)
        self.cache = Store(found.runner.root / ".cache" / "cards")

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Draw the page's card: other sites need an address to show it."""
        if config.site_url:
            beside(page)[card_path(page.file)] = self._card(page, config)

    @page_hook
    def on_page_context(
        self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Let the theme name the card, as `link_card`."""
        path = card_path(page.file)
        context["link_card"] = path if path in beside(page) else ""  # type: ignore[typeddict-unknown-key]

    def _card(self, page: SitePage, config: MkDocsConfig) -> bytes:
        """The page's card."""
        around = [section.title for section in reversed(list(page.ancestors))]
        title = str(page.meta.get("title") or page.title)
        about = str(page.meta.get("description") or config.site_description or "")
        above = " · ".join(filter(None, around))
        below = "" if title == config.site_name else config.site_name
        return cached_card(self.cache, title, about, above, below, self.look)


def card_path(file: File) -> str:
    """Where a page's card lies in the site."""
    name = posixpath.splitext(file.src_uri)[0].replace("/", "-")
    return f"assets/cards/{name}.png"
