"""The plugin as `plugins` in mkdocs.yml names it: `page_editing`, after page_runner."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Literal

from jinja2 import Environment
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from page_runner.plugin import PageRunnerPlugin

from .endpoint import Endpoint, is_loopback
from .engine import Engine
from .preview import Site

QUEUE = 128  # browsers that may knock at once: five are soon too few
log = logging.getLogger("mkdocs.page_editing")


class PageEditing(Config):
    """The plugin's options."""

    hosts = options.ListOfItems(options.Type(str), default=[])  # names of the server for readers elsewhere


class PageEditingPlugin(BasePlugin[PageEditing]):
    """Under `mkdocs serve`, runs pages that readers edit; in a build it does nothing."""

    serving = False
    engine: Engine | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Stay the same plugin for all builds of one server."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> None:
        """See that there is a runner."""
        if not isinstance(config.plugins.get("page_runner"), PageRunnerPlugin):
            raise PluginError("the page_editing plugin needs the page_runner plugin before it")

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep the menu, which every page has."""
        self.nav = nav

    @event_priority(-1000)  # when others have changed it
    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep what pages are rendered with."""
        if self.serving:
            self.site = Site(config, files, self.nav, env)

    @event_priority(-2000)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Run the pages of the new site from now on."""
        if self.engine:
            self.engine.take(self.site)

    @event_priority(-200)  # when page_cache has put its own way to build in the place of MkDocs'
    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., None]) -> None:
        """Answer those who edit pages."""
        host, hosts = str(config.dev_addr.host), self.config.hosts
        if not is_loopback(host) and not hosts:
            log.info("pages cannot be edited: the server listens at %s, where others can reach it, too", host)
            return
        self.engine = Engine(self.site)
        server.builder = partial(self.engine.build, server.builder)
        server.request_queue_size = QUEUE
        app = server.get_app()
        assert app
        server.set_app(Endpoint(self.engine, app, server.mount_path, hosts))

    def on_shutdown(self) -> None:
        """End what still runs."""
        if self.engine:
            self.engine.close()
