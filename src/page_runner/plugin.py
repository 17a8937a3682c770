"""What only a whole build can do: start every page's run, make notebooks, fail when a page failed, drop old outputs."""

from __future__ import annotations

import logging
import os
import posixpath
import signal
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import ClassVar, Literal
from urllib.parse import unquote, urljoin, urlsplit

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from mkdocs.config.base import LegacyConfig
from mkdocs.config.config_options import Optional, Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import is_markdown_file
from mkdocs.utils.templates import TemplateContext

from .bar import Bar, MakeRoom
from .errors import errors_of, page_hook, report
from .listener import Listener
from .notebook import notebook
from .page import PageError, survey_page
from .process import PRELOAD
from .program import Output
from .runner import Run, Runner, runner_for
from .take_away import TakeAway
from .wheel import project_wheel

log = logging.getLogger("mkdocs.page_runner")

DEFAULT = (signal.SIG_DFL, signal.default_int_handler)  # what a signal does that nobody has set


class PageRunnerPlugin(BasePlugin[LegacyConfig]):
    """The plugin as `plugins` in mkdocs.yml names it: `page_runner`.

    Its option `in_two`, a function, parts folds for the notebooks: `page_runner.notebook.InTwo` says how.
    """

    config_scheme = (("in_two", Optional(Type(FunctionType))),)

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note what the build is for."""
        self.serving, self.dirty = command == "serve", dirty
        self.listener: Listener | None = None
        self.bar: Bar | None = None
        end_in_order(signal.SIGTERM)
        if self.serving:
            end_in_order(signal.SIGINT)

    def on_shutdown(self) -> None:
        """End what still runs, as when the build was interrupted."""
        self._take_bar_away()
        if self.listener:
            self.listener.close()
        if hasattr(self, "runner"):
            self.runner.stop()

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the project's runner."""
        if "page_runner" not in config.markdown_extensions:
            raise PluginError("the page_runner plugin needs page_runner under markdown_extensions too")
        options = config.mdx_configs.get("page_runner") or {}
        root = Path(config.config_file_path).parent.resolve()
        self.runner: Runner = runner_for(root, tuple(options.get("preload", PRELOAD)))
        errors_of(root).clear()
        self.done: set[Path] = set()  # pages that another plugin has finished
        self.offers: dict[str, TakeAway] = {}
        if self.serving and not self.listener:
            self.listener = self._listen(config)

    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., None]) -> None:
        """From now on run only what follows a change."""
        self.runner.keep_snapshots()

    def _listen(self, config: MkDocsConfig) -> Listener:
        host, port = config.dev_addr
        try:
            return Listener((host, port), config.site_name, lambda: self.runner.progress.state())
        except OSError as error:
            raise PluginError(
                f"cannot serve at {host}:{port} ({error.strerror or error}): if another program is there, stop it, "
                f"or choose another address: mkdocs serve -a {host}:{port % 65535 + 1}"
            ) from None

    def _show_bar(self) -> None:
        """Say how far the runs have come, unless the build is quiet."""
        if log.isEnabledFor(logging.INFO):
            self.bar = Bar(self.runner.progress.state, log.info)
            logging.getLogger("mkdocs").handlers.insert(0, MakeRoom(self.bar))
            self.bar.__enter__()

    def _take_bar_away(self) -> None:
        if self.bar:
            self.bar.stop()
            logger = logging.getLogger("mkdocs")
            for handler in [handler for handler in logger.handlers if isinstance(handler, MakeRoom)]:
                logger.removeHandler(handler)
            self.bar = None

    def on_build_error(self, *, error: Exception) -> None:
        """Say no more how far the runs have come."""
        self._take_bar_away()

    @event_priority(-10)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Start the run of every page that has no kept outputs."""
        pages = {
            Path(file.abs_src_path).resolve(): file
            for file in files.documentation_pages()
            if file.abs_src_path and is_markdown_file(file.src_uri)
        }
        self.ran = self.runner.start(path for path in pages if path not in self.done)
        for path in self.ran:
            if self.dirty and os.path.exists(pages[path].abs_dest_path):
                os.unlink(pages[path].abs_dest_path)  # so that the page is made anew though its own text is the same
        if self.ran:
            self._show_bar()
        try:
            self.wheel = project_wheel(self.runner.root, self.runner.root / ".cache" / "wheel")
        except ValueError as error:
            raise PluginError(str(error)) from None
        if self.wheel:
            files.append(File.generated(config, f"dist/{self.wheel.name}", abs_src_path=str(self.wheel)))

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
        """Compile each template once: under `mkdocs serve` that would take half of the time of each rebuild."""
        env.bytecode_cache = CompiledTemplates()

    def on_page_read_source(self, /, page: SitePage, config: MkDocsConfig) -> str | None:
        """A page that is not UTF-8 is shown as far as it can be, instead of ending the build for every page."""
        if not page.file.abs_src_path:
            return None
        data = Path(page.file.abs_src_path).read_bytes()
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("utf-8-sig", "replace")
        return None

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> str | None:
        """Publish the files that a page offers, and the page's notebook."""
        if not page.file.abs_src_path or not is_markdown_file(page.file.src_uri):
            return None
        run = self.runner.latest  # the page was rendered a moment ago
        if run.page is None or run.page.name != self._name(Path(page.file.abs_src_path).resolve()):
            run = Run()
        for error in self._publish_downloads(run, page, config, files):
            html = report(error, self.runner.root) + html
        if not page.is_homepage:
            self._publish_notebook(run, page, config, files)
        return html

    def _publish_downloads(self, run: Run, page: SitePage, config: MkDocsConfig, files: Files) -> Iterator[PageError]:
        """Put the files that snippets offer into the site, beside their page; those that cannot be there are errors."""
        if run.page is None:
            return
        for item, output in zip(run.page.items, run.given, strict=False):
            if isinstance(output, Output) and output.download:
                path = posixpath.join(posixpath.dirname(page.file.dest_uri), output.download)
                if wrong := clash(path, config, files):
                    yield PageError(run.page.name, item.line, wrong)
                else:
                    files.append(File.generated(config, path, content=b64decode(output.content)))

    def _publish_notebook(self, run: Run, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Put a page's notebook into the site; a page with an error has none, nor has one without snippets."""
        path = notebook_path(page.file)
        if not run.page or not run.page.snippets or run.page.name in errors_of(self.runner.root):
            Path(config.site_dir, path).unlink(missing_ok=True)  # made before, under `mkdocs serve --dirty`
            return
        offer = TakeAway(path, self.wheel.name if self.wheel else None, config.site_url, config.repo_url)
        link = partial(in_site, page=page, files=files, site_url=config.site_url)
        book = notebook(run.page, run.given, offer.install, link, self.config["in_two"])
        files.append(File.generated(config, path, content=book.encode()))
        self.offers[page.file.src_uri] = offer

    def on_page_context(
        self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Let the theme link the notebook, as `take_away`."""
        context["take_away"] = self.offers.get(page.file.src_uri)  # type: ignore[typeddict-unknown-key]

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Fail the build when a page has an error; after a good one drop the outputs that no page uses."""
        self._take_bar_away()
        if failed := list(errors_of(self.runner.root).values()):
            if not self.serving:
                where = ", ".join(f"{error.page}:{error.line}" for errors in failed for error in errors)
                raise PluginError(f"{len(failed)} page{'s' * (len(failed) > 1)} failed: {where}")
        elif self.ran and not self.dirty:
            docs = Path(config.docs_dir).resolve()
            self.runner.kept.drop_unused(survey_page(path, self.runner.root) for path in docs.rglob("*.md"))
        else:
            self.runner.kept.store.sweep()

    def _name(self, path: Path) -> str:
        return path.relative_to(self.runner.root).as_posix()


def end_in_order(number: signal.Signals) -> None:
    """Let a signal be answered as Ctrl-C is, once: nothing that was started or half written stays behind."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(number) in DEFAULT:
        signal.signal(number, end_once)


def end_once(number: int, frame: FrameType | None) -> None:
    """End what runs, and let no further signal interrupt that: make passes on what its whole group has been sent."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    signal.default_int_handler(number, frame)


class CompiledTemplates(BytecodeCache):
    """The templates that this process has compiled; nothing is written to disk."""

    known: ClassVar[dict[str, tuple[str, CodeType]]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template that has not changed."""
        checksum, code = self.known.get(bucket.key, (None, None))
        if code and checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        if bucket.code:
            self.known[bucket.key] = bucket.checksum, bucket.code


def clash(path: str, config: MkDocsConfig, files: Files) -> str:
    """Why a file that a snippet offers cannot lie at this path of the site; empty where it can."""
    name = posixpath.basename(path)
    if is_markdown_file(path):
        return f"{name} would become a page of the site: give it another ending"
    taken = {*config.theme.static_templates, *(file.dest_uri for file in files)}
    taken |= {notebook_path(file) for file in files.documentation_pages()}
    wanted = path.casefold()  # for disks that do not tell a.csv from A.csv
    if any(other.casefold() == wanted or other.casefold().startswith(f"{wanted}/") for other in taken):
        return f"offers {name}, but the site has something else at {path}"
    return ""


def notebook_path(file: File) -> str:
    """Where a page's notebook lies in the site: beside the page."""
    return posixpath.join(posixpath.dirname(file.dest_uri), f"{file.name}.ipynb")


def in_site(target: str, *, page: SitePage, files: Files, site_url: str | None) -> str:
    """Where a link of a page leads, as an address that holds outside of the site, too."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not site_url:
        return target
    url = page.url
    if parts.path:
        src_uri = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), unquote(parts.path)))
        file = files.get_file_from_path(src_uri.lstrip("/"))
        url = file.url if file else urljoin(page.url, parts.path)
    return urljoin(site_url, url) + (f"#{parts.fragment}" if parts.fragment else "")
