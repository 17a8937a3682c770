"""The plugin as `plugins` in mkdocs.yml names it: `page_cache`, before all others.

A page whose text, outputs and all else that its rendering looked at are as they were is not rendered again: its page in
the site, its entries for the search and the files that come with it are taken from what was kept. MkDocs goes through
its pages as ever, and finds those done.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import _build_page, _populate_page
from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents
from mkdocs.utils import is_markdown_file, write_file
from watchdog.observers.polling import PollingObserver

from page_runner.beside import beside
from page_runner.cache import Cache
from page_runner.errors import errors_of, page_hook
from page_runner.generator import MKDOCSTRINGS, page_name, project_root
from page_runner.looks import Looks, Watch, digest, name_of, stamp
from page_runner.plugin import PageRunnerPlugin
from page_runner.store import Store

from .rendered import Rendered
from .settings import below, settings

log = logging.getLogger("mkdocs.page_cache")

PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
# Plugins of which it is known what each page gets from them: all else that changes pages would have to do it again.
KNOWN = (
    "asset_names", "glossary_terms", "link_cards", "material.plugins.search", "mkdocs.contrib.search",
    "mkdocs_autorefs", "mkdocs_jupyter", "mkdocstrings", "offline_site", "page_cache", "page_markdown", "page_runner",
    "questions", "site_search", "strict_policy",
)  # fmt: skip
ALWAYS = {"sitemap.xml"}  # templates that say something of every page


class Making:
    """A page that is being rendered: what is looked at for it, and what it gets."""

    def __init__(self, name: str):
        self.name = name  # under which it will be kept
        self.looks: Looks = {}
        self.run_looks: Looks = {}  # of the page's own program
        self.files: dict[str, bytes] = {}
        self.entries: list[list[dict[str, Any]]] = []
        self.sound = True  # nobody warned of it
        self.meta: dict[str, Any] = {}


class PageCachePlugin(BasePlugin[LegacyConfig]):
    """Takes rendered pages from `.cache/pages`, and keeps those that were made."""

    watch: Watch | None = None
    dirty, began = False, 0  # until MkDocs says what the build is for

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Stay the same plugin for all builds of one server."""
        self.dirty, self.began = dirty, time.time_ns()

    @event_priority(-100)  # when all plugins are there and have changed the configuration
    def on_config(self, config: MkDocsConfig) -> None:
        """See which plugins take part in pages; come between MkDocs and what they do for each page."""
        before, self.root = getattr(self, "root", None), project_root(config)
        if self.root != before:
            self.shared: Looks = {}  # what pages looked at, which others may have from them
        self.store = Store(self.root / ".cache" / "pages")
        runner = config.plugins.get("page_runner")
        self.runner = runner if isinstance(runner, PageRunnerPlugin) else None
        self.reader = (
            self.runner.runner.cache if self.runner else Cache(self.root / ".cache" / "page_runner", self.root)
        )
        self.rendered: dict[str, Rendered] = {}
        self.making: dict[str, Making] = {}
        self.names: dict[str, str] = {}
        self.looks_of: dict[str, Looks] = {}
        self.searched: dict[str, list[list[dict[str, Any]]]] = {}
        self.handler = WarningHandler(self)
        self.site = config
        self.ready = False  # for a change of single pages
        self.current: Making | None = None
        taking_part = {origin(method) for event in PAGE_EVENTS for method in config.plugins.events[event]}
        unknown = sorted(name for name in taking_part if not name.startswith(KNOWN))
        self.idle = self.dirty or bool(unknown)
        if unknown:
            log.info("every page is made anew in every build: nobody knows what %s would do to it", unknown[0])
        if self.idle:
            return
        self.watch = watch_of(self.root)
        for event in PAGE_EVENTS:
            methods = config.plugins.events[event]
            methods[:] = [
                method if isinstance(method, partial) else partial(self._between, event, method) for method in methods
            ]

    def _between(self, event: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call what a plugin does for a page, unless the page is done."""
        page: Page = kwargs["page"] if "page" in kwargs else args[0]
        owner = getattr(method, "__self__", None)
        entries = entries_of(owner) if event == "page_context" else None
        if getattr(owner, "for_kept_pages", False):  # what it does is no part of what is kept
            return method(*args, **kwargs)
        done = self.rendered.get(page.file.src_uri)
        if done:
            if entries is not None and done.entries:
                self.searched.setdefault(page.file.src_uri, []).append(done.entries[0])
                entries += done.entries.pop(0)
            return None
        making = self.making.get(page.file.src_uri)
        if making is None or owner is self:
            return method(*args, **kwargs)
        self._look(making)
        files: Files | None = kwargs.get("files")
        before, count = len(files or ()), len(entries or ())
        result = method(*args, **kwargs)
        if files and len(files) > before:
            for file in islice(files, before, None):
                making.files[file.src_uri] = file.content_bytes
        if entries is not None:
            making.entries.append(entries[count:])
            self.searched[page.file.src_uri] = making.entries
        return result

    def _look(self, making: Making | None) -> None:
        """Note what is looked at for this page from now on."""
        self.current = making
        if self.watch:
            self.watch.looks = making.looks if making else {}

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        """Hear warnings of pages; make the folders of which a list of the project's files would tell later."""
        for folder in (config.site_dir, str(self.store.folder)):
            with suppress(OSError):
                os.makedirs(folder, exist_ok=True)
        logging.getLogger("mkdocs").addHandler(self.handler)

    def on_build_error(self, *, error: Exception) -> None:
        """Hear no more."""
        self._look(None)
        if hasattr(self, "handler"):  # the error is not that of the configuration
            logging.getLogger("mkdocs").removeHandler(self.handler)

    @event_priority(-5)  # when mkdocs-jupyter has named its pages, and before page_runner runs others
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Find the pages that are as they were; where that goes wrong, every page is made anew."""
        if self.idle:
            return
        try:
            self._find(files, config)
        except Exception as error:
            log.info("no page is kept in this build: %s: %s", type(error).__name__, error)
            self.idle = True
            self.rendered.clear()
            self.making.clear()
        if self.runner:
            self.runner.done = set(self.rendered)

    def _find(self, files: Files, config: MkDocsConfig) -> None:
        """Find the pages that are as they were."""
        self.base = settings(config, files)
        crossing = set()
        for file in self._pages(files):
            try:
                source = file.content_bytes
            except (OSError, ValueError):  # it is made, and its error said, in every build
                continue
            name = self.names[file.src_uri] = self._name(file, source)
            self.making[file.src_uri] = Making(name)
            page = self._load(name)
            if page:
                self.rendered[file.src_uri] = page
                self.looks_of[file.src_uri] = page.looks
            if (page and page.crossing) or MKDOCSTRINGS.search(source.decode("utf-8", "replace")):
                crossing.add(file.src_uri)
        if not crossing <= self.rendered.keys():
            for src_uri in crossing:
                self.rendered.pop(src_uri, None)
        self.crossing = crossing

    def _name(self, file: File, source: bytes) -> str:
        """The name under which a page with this text is kept."""
        return digest(f"{self.base}\0{file.src_uri}\0{digest(source)}".encode())

    def _load(self, name: str) -> Rendered | None:
        data = self.store.load(name)
        if data is None:
            return None
        try:
            page = Rendered.unpack(data)
        except ValueError:
            return None
        return page if self.reader.current(page.looks) else None

    @event_priority(100)
    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Let kept pages be what MkDocs would make of them."""
        if self.idle:
            return
        self.nav, self.files = nav, files
        for src_uri, rendered in self.rendered.items():
            file = files.src_uris[src_uri]
            page = file.page or Page(None, file, config)  # which MkDocs makes later for one that is not in the menu
            page.__dict__["named"] = "title" in page.__dict__
            page.read_source = lambda config: None  # type: ignore[method-assign]
            page.render = lambda config, files: None  # type: ignore[method-assign]
            page.markdown, page.content, page.toc = "", "", TableOfContents([])
            page.meta, page.title = rendered.meta, rendered.title
            page.present_anchor_ids = set(rendered.anchors)
            page.links_to_anchors = {
                files.src_uris[target]: links for target, links in rendered.links.items() if target in files.src_uris
            }
            for path, data in rendered.files.items():
                files.append(File.generated(config, path, content=data))
            beside(page).update(rendered.beside)

    @event_priority(200)
    @page_hook
    def on_pre_page(self, page: Page, /, *, config: MkDocsConfig, files: Files) -> None:
        """Note from here what is looked at for a page."""
        self._look(self.making.get(page.file.src_uri))

    @event_priority(-100)
    @page_hook
    def on_page_content(self, html: str, /, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Note what the page's run has looked at."""
        making = self.making.get(page.file.src_uri)
        if making and self.runner:
            making.run_looks = self.runner.run_of(page, config).looks

    @event_priority(100)  # before autorefs fills in what pages link of each other
    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> Environment | None:
        """All titles are known: make anew what shows other ones, and spare the templates of pages that are done."""
        if self.idle:
            return None
        self._look(None)
        self.menu = self._menu()
        made = [file.page for file in self._pages(files) if file.page and file.src_uri not in self.rendered]
        stale = set(self.crossing) if any("<autoref" in (page.content or "") for page in made) else set()
        stale |= {src_uri for src_uri, rendered in self.rendered.items() if rendered.menu != self.menu}
        for src_uri in sorted(stale & self.rendered.keys()):
            self._make_anew(files.src_uris[src_uri], config, files)
        self._look(None)
        for file in self._pages(files):
            if file.page and (making := self.making.get(file.src_uri)):
                making.meta = deepcopy(dict(file.page.meta))
        for done in self.rendered.values():
            for path, data in done.beside.items():
                write_file(data, os.path.join(config.site_dir, path))
        original = env.get_template

        def get_template(name: Any, *args: Any, **kwargs: Any) -> Any:
            page = config._current_page
            if (
                page is not None
                and page.file.src_uri in self.rendered
                and name == page.meta.get("template", "main.html")
            ):
                return RenderedTemplate(self.rendered[page.file.src_uri].html)
            if page is None and name in config.theme.static_templates and name not in ALWAYS:
                self.names[name] = digest(f"{self.base}\0{self.menu}\0{name}".encode())
                html = self.store.load(self.names[name])
                if html:
                    return RenderedTemplate(html.decode())
                return KeepingTemplate(original(name), self.store, self.names[name])
            return original(name, *args, **kwargs)

        env.get_template = get_template  # type: ignore[method-assign]
        self.env = env
        return env

    def _make_anew(self, file: File, config: MkDocsConfig, files: Files) -> None:
        """Render a page after all."""
        page, rendered = file.page, self.rendered.pop(file.src_uri, None)
        assert page is not None
        unmake(page)
        for path in rendered.files if rendered else self.making[file.src_uri].files:
            files.remove(files.src_uris[path])
        self.names[file.src_uri] = self._name(file, file.content_bytes)
        self.making[file.src_uri] = Making(self.names[file.src_uri])
        _populate_page(page, config, files)

    def _menu(self) -> str:
        """The hash of what pages show of each other."""
        shown = [
            [file.src_uri, file.url, file.page.title, file.page.meta]
            for file in sorted(self._pages(self.files), key=lambda file: file.src_uri)
            if file.page
        ]
        order = [[type(item).__name__, item.title, getattr(item, "url", "")] for item in walk(self.nav.items)]
        return digest(json.dumps([shown, order], default=repr).encode())

    @event_priority(-1000)  # when the page is as it goes into the site
    @page_hook
    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> None:
        """Keep a page, unless somebody warned of it: the warning must come again."""
        making = self.making.get(page.file.src_uri)
        self._look(None)
        if self.idle or not making or not making.sound or not output.strip():
            return
        text = self._text(page.file)
        self.shared.update({look: seen for look, seen in making.looks.items() if look != text})
        source = page.file.content_bytes
        if self._name(page.file, source) != making.name:
            return  # it was saved while it was made: nobody knows which text this shows
        own = is_markdown_file(page.file.src_uri) and MKDOCSTRINGS.search(source.decode("utf-8", "replace"))
        shared = {look: seen for look, seen in self.shared.items() if own or not look[1].endswith(".py")}
        rendered = Rendered(
            title=page.title,
            meta=making.meta,
            anchors=sorted(page.present_anchor_ids or ()),
            links={file.src_uri: links for file, links in (page.links_to_anchors or {}).items()},
            looks=shared | making.looks | making.run_looks,
            menu=self.menu,
            crossing=bool(own) or "<autoref" in (page.content or "") or "autorefs" in (page.content or ""),
            entries=making.entries,
            html=output,
            files=making.files,
            beside=beside(page),
        )
        try:
            data = rendered.pack()
        except TypeError:
            return  # its front matter holds what cannot be kept
        self.looks_of[page.file.src_uri] = rendered.looks
        again = Rendered.unpack(data)
        if (again.meta, again.title) == (rendered.meta, rendered.title):  # and not changed by that, as a date is
            self.store.save(making.name, data)

    @event_priority(-1000)
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Drop the pages that were not needed for long."""
        logging.getLogger("mkdocs").removeHandler(self.handler)
        if self.idle:
            return
        self._look(None)
        self.store.drop_oldest(3 * len(self.names), set(self.names.values()))
        self.ready = True

    @event_priority(-100)  # when others have said what they watch
    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Any) -> None:
        """From now on make single pages anew where nothing else has changed."""
        for path in config.watch:  # which MkDocs would watch after this
            server.watch(path)
        start = time.monotonic()
        now = seen_in(server)
        look_more_often(server, time.monotonic() - start)
        self.seen = {path: seen for path, seen in now.items() if seen[0] < self.began}
        server.builder = partial(self._rebuild, server, server.builder)
        server.observer.start = partial(self._look_first, server, server.observer.start)  # type: ignore[method-assign]

    def _look_first(self, server: LiveReloadServer, start: Callable[[], None]) -> None:
        """Start to look for changes; what was saved during the first build may not be in the site."""
        start()
        server._want_rebuild = seen_in(server) != self.seen

    def _rebuild(self, server: LiveReloadServer, build: Callable[[], None]) -> None:
        """Build what has changed since the last time."""
        now = seen_in(server)
        changed = {path for path in now.keys() | self.seen.keys() if now.get(path) != self.seen.get(path)}
        self.seen = now
        if self.ready and not changed:
            return  # it was seen before the server told of it, and is in the site
        with suppress(OSError):  # a page that has gone meanwhile, or cannot be read: the whole build says so
            if self.ready and self._rebuild_pages(changed):
                return
        self.ready = False
        build()

    def _rebuild_pages(self, changed: set[str]) -> bool:
        """Make some pages anew in the site as it stands; whether nothing else depends on what has changed."""
        start, pages = time.monotonic(), self._pages(self.files)
        by_path = {file.abs_src_path: file for file in pages if is_markdown_file(file.src_uri) and file.page}
        files = [by_path[path] for path in changed if path in by_path and os.path.exists(path)]
        if len(files) < len(changed) or any(file.src_uri in self.crossing for file in files):
            return False
        if any(file.src_uri not in self.making for file in files):
            return False
        if any(self._looked_at_by_others(file) for file in files):
            return False
        self.ready = False  # until all of it is done
        self.on_pre_build(config=self.site)
        try:
            self._make_pages(files, pages)
            crossing = any(file.page and "<autoref" in (file.page.content or "") for file in files)
            if crossing or self._menu() != self.menu:
                return False
            for file in files:
                self._write(file, pages)
            for name, plugin in self.site.plugins.items():
                if entries_of(plugin) is not None or name == "site_search":  # which write the index of the search
                    plugin.on_post_build(config=self.site)
        finally:
            self._look(None)
            logging.getLogger("mkdocs").removeHandler(self.handler)
        for file in pages:
            if file.page:
                file.page.validate_anchor_links(files=self.files, log_level=self.site.validation.links.anchors)
        self.ready = True
        names = ", ".join(file.src_uri for file in files)
        log.info("made anew in %.2f seconds: %s", time.monotonic() - start, names)
        return True

    def _looked_at_by_others(self, file: File) -> bool:
        text = self._text(file)
        return any(text in looks for src_uri, looks in self.looks_of.items() if src_uri != file.src_uri)

    def _text(self, file: File) -> tuple[str, str]:
        """The look at a page's own text."""
        return "content", name_of(os.path.realpath(file.abs_src_path or ""), os.path.realpath(self.root))

    def _make_pages(self, files: list[File], pages: Sequence[File]) -> None:
        """Run and render these pages."""
        if self.runner:
            self.runner.start(files, self.site)
            for file in files:
                errors_of(self.root).pop(page_name(file.src_uri, self.site), None)
        for file in files:
            self._make_anew(file, self.site, self.files)
            assert file.page is not None
            self.making[file.src_uri].meta = deepcopy(dict(file.page.meta))

    def _write(self, file: File, pages: Sequence[File]) -> None:
        """Put a page into the site, with its files; its entries for the search replace those before."""
        before = self.searched.get(file.src_uri, [])
        for path in self.making[file.src_uri].files:
            self.files.src_uris[path].copy_file()
        assert file.page is not None
        _build_page(file.page, self.site, pages, self.nav, self.env)
        found = [entries for plugin in self.site.plugins.values() if (entries := entries_of(plugin)) is not None]
        for entries, old, new in zip(found, before, self.making[file.src_uri].entries, strict=False):
            at = next((number for number, entry in enumerate(entries) if old and entry is old[0]), None)
            if at is not None:
                del entries[len(entries) - len(new) :]
                entries[at : at + len(old)] = new

    def _pages(self, files: Files) -> Sequence[File]:
        """The pages that may be kept: all but those that only the preview has."""
        return files.documentation_pages()


def unmake(page: Page) -> None:
    """Let a page be as it was before it was read, whether it was made or taken from what was kept."""
    named = page.__dict__.pop("named", True)
    for name in ("read_source", "render", *([] if named else ["title"])):
        page.__dict__.pop(name, None)
    page.markdown, page.content, page.meta = None, None, {}
    page.__dict__.pop("beside", None)


def origin(method: Callable[..., Any]) -> str:
    """The module of the plugin, or of the hook, that a method belongs to."""
    method = unwrapped(method)
    owner = getattr(method, "__self__", None)
    return method.__module__ if owner is None else type(owner).__module__


def unwrapped(method: Callable[..., Any]) -> Callable[..., Any]:
    """A plugin's own method, without what comes here between it and MkDocs."""
    wrapped = isinstance(method, partial) and isinstance(getattr(method.func, "__self__", None), PageCachePlugin)
    return method.args[1] if wrapped else method  # type: ignore[attr-defined]


def look_more_often(server: LiveReloadServer, takes: float) -> None:
    """Let a server that has not started look for changes twenty times a second, or take a tenth of a core for it."""
    server.observer = PollingObserver(timeout=max(0.05, 10 * takes))
    server.build_delay = 0.01  # what changed since it last looked is told at once; there is nothing to wait for
    watched = list(server._watched_paths)
    server._watched_paths.clear()
    for path in watched:
        server.watch(path)


def seen_in(server: LiveReloadServer) -> dict[str, tuple[int, ...]]:
    """The files that a server watches, with their stamps."""
    found: dict[str, tuple[int, ...]] = {}
    for path in map(str, below(map(Path, list(server._watched_paths)))):
        with suppress(OSError):
            found[path] = stamp(path)
    return found


class WarningHandler(logging.Handler):
    """Hears warnings of the page that is being made."""

    def __init__(self, plugin: PageCachePlugin):
        super().__init__(logging.WARNING)
        self.plugin = plugin

    def emit(self, record: logging.LogRecord) -> None:
        """Note it."""
        if self.plugin.current:
            self.plugin.current.sound = False


class RenderedTemplate:
    """Stands for a template whose work is done."""

    def __init__(self, html: str):
        self.html = html

    def render(self, *args: Any, **kwargs: Any) -> str:
        """What the template became."""
        return self.html


class KeepingTemplate:
    """A template without a page of its own, whose work is kept when it is done."""

    def __init__(self, template: Any, store: Store, name: str):
        self.template, self.store, self.name = template, store, name

    def render(self, *args: Any, **kwargs: Any) -> str:
        """What the template becomes."""
        html: str = self.template.render(*args, **kwargs)
        self.store.save(self.name, html.encode())
        return html


def watch_of(root: Path) -> Watch:
    """The one watch of this process, for the project in this folder."""
    own = str(root / ".cache")
    if not WATCHES:
        WATCHES.append(Watch(str(root), own, "", {}, thorough=False))
    watch = WATCHES[0]
    watch.home, watch.own = os.path.realpath(root), {os.path.realpath(own)}
    return watch


WATCHES: list[Watch] = []


def entries_of(plugin: Any) -> list[Any] | None:
    """The entries that a search plugin collects, if it is one."""
    index = getattr(plugin, "search_index", None)
    found = getattr(index, "entries", getattr(index, "_entries", None))
    return found if isinstance(found, list) else None


def walk(items: Any) -> Any:
    """Everything in a site's menu, in order."""
    for item in items:
        yield item
        yield from walk(item.children or ())
