"""What only a whole build can do: start every page's run, make notebooks, fail when a page failed, drop old outputs."""

from __future__ import annotations

import errno
import logging
import os
import platform
import posixpath
import signal
import stat
import threading
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import ClassVar, Literal
from urllib.parse import unquote, urljoin, urlsplit

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from mkdocs.config.base import LegacyConfig
from mkdocs.config.config_options import ListOfItems, Optional, Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import is_markdown_file, write_file
from mkdocs.utils.meta import get_data
from mkdocs.utils.templates import TemplateContext

from .bar import Bar, MakeRoom
from .beside import beside
from .errors import errors_of, page_hook, report
from .front_matter import read_front_matter
from .generator import is_generated, page_name, project_root, written
from .listener import Listener
from .notebook import notebook
from .page import Page, PageError
from .program import Output
from .runner import Run, Runner, runner_for
from .shown import placed
from .take_away import TakeAway, is_public
from .times import runs_in, times, words
from .wheel import project_wheel

log = logging.getLogger("mkdocs.page_runner")

TEMPLATES = str(Path(__file__).parent / "templates")  # which a theme may have, too: then its own count
DEFAULT = (signal.SIG_DFL, signal.default_int_handler)  # what a signal does that nobody has set


class PageRunnerPlugin(BasePlugin[LegacyConfig]):
    """The plugin as `plugins` in mkdocs.yml names it: `page_runner`.

    Its options: `in_two`, a function, parts folds for the notebooks, as `page_runner.notebook.InTwo` says. `timed` is a
    pattern of the pages that say how long they take, and `versions` names the packages that made their numbers.
    `notebooks_branch` is the branch of the repository where Colab and Kaggle find the published site's notebooks.
    """

    config_scheme = (
        ("in_two", Optional(Type(FunctionType))),
        ("notebooks_branch", Optional(Type(str))),
        ("timed", Type(str, default="")),
        ("versions", ListOfItems(Type(str), default=[])),
    )
    serving = dirty = False  # until MkDocs says what the build is for, which not every program asks it to
    listener: Listener | None = None
    bar: Bar | None = None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note what the build is for."""
        self.serving, self.dirty = command == "serve", dirty
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
        root = project_root(config)
        self.runner: Runner = runner_for(root, tuple(options.get("preload", ())))
        self.runner.runs.clear()
        errors_of(root).clear()
        self.done: set[str] = set()  # addresses of pages that another plugin has finished
        self.ran: list[Page] = []
        self.offers: dict[str, TakeAway] = {}
        self.words: dict[str, int] = {}
        self.built_with = {name: package_version(name) for name in self.config["versions"]}
        self.built_with["python"] = platform.python_version()
        if TEMPLATES not in config.theme.dirs:
            config.theme.dirs.append(TEMPLATES)
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

    @event_priority(100)  # before others read them
    def _leave_out(self, files: Files, *, config: MkDocsConfig) -> None:
        """Leave out what can be no file of a site."""
        for file in list(files):
            own = file.src_dir == config.docs_dir and file.inclusion != InclusionLevel.EXCLUDED
            if own and (wrong := unfit(file)):
                files.remove(file)
                shown = page_name(file.src_uri, config).encode("utf-8", "backslashreplace").decode()
                if is_markdown_file(file.src_uri) and os.path.isfile(str(file.abs_src_path)):
                    report(PageError(shown, 1, f"the page is left out: {wrong}"), self.runner.root)
                else:
                    log.warning("%s is left out: %s", shown, wrong)

    @event_priority(-10)
    def _add_wheel(self, files: Files, *, config: MkDocsConfig) -> None:
        """Offer the project's package."""
        try:
            self.wheel = project_wheel(self.runner.root, self.runner.root / ".cache" / "wheel")
        except ValueError as error:
            raise PluginError(str(error)) from None
        if self.wheel:
            files.append(File.generated(config, f"dist/{self.wheel.name}", abs_src_path=str(self.wheel)))

    on_files = CombinedEvent(_leave_out, _add_wheel)

    @event_priority(90)  # MkDocs knows now what is a page, and nobody has begun to look at them
    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Start the run of every page that has no kept outputs."""
        self.pages = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)  # with those of the preview alone
        shown = (file for file in self.pages if self.serving or file.inclusion.is_included())
        self.start((file for file in shown if file.src_uri not in self.done), config)
        if self.ran:
            self._show_bar()

    def start(self, files: Iterable[File], config: MkDocsConfig) -> None:
        """Start the run of those pages that have no kept outputs."""
        pages = {page_name(file.src_uri, config): file for file in files if is_markdown_file(file.src_uri)}
        self.ran = self.runner.start(written(file, config, self.runner.cache.page) for file in pages.values())
        for page in self.ran:
            if self.dirty and os.path.exists(path := pages[page.name].abs_dest_path):
                os.unlink(path)  # so that the page is made anew though its own text is the same

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
        """Compile each template once: under `mkdocs serve` that would take half of the time of each rebuild."""
        env.bytecode_cache = CompiledTemplates()
        self.env = env

    @event_priority(100)
    @page_hook
    def on_pre_page(self, page: SitePage, /, *, config: MkDocsConfig, files: Files) -> None:
        """Let a page that cannot be read be shown as far as it can be, instead of ending the build for every page."""
        page.__dict__.pop("read_source", None)  # under `mkdocs serve` it may be as it was before
        try:
            _ = page.file.content_string
        except (OSError, ValueError):  # which the page's run says
            page.read_source = partial(read_source, page)  # type: ignore[method-assign]

    @page_hook
    def on_page_markdown(self, markdown: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Count the words as the author wrote them."""
        self.words[page.file.src_uri] = words(markdown)

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> str | None:
        """Say what stands under the title; publish the files that a page offers, and the page's notebook."""
        html = self._with_times(html, page, config)
        if not is_markdown_file(page.file.src_uri):
            return html
        run = self.run_of(page, config)
        for error in self._publish_downloads(run, page, config, files):
            html = report(error, self.runner.root) + html
        if not page.is_homepage:
            self._publish_notebook(run, page, config, files)
        return html

    def run_of(self, page: SitePage, config: MkDocsConfig) -> Run:
        """The run that this page shows; an empty one where it has none."""
        return self.runner.run_of(page_name(page.file.src_uri, config))

    def timed(self, page: SitePage) -> bool:
        """Whether a page says how long it takes."""
        return bool(self.config["timed"]) and fnmatch(page.file.src_uri, self.config["timed"])

    def _with_times(self, html: str, page: SitePage, config: MkDocsConfig) -> str:
        """A page that says under its title how long it takes, and whether it is a draft."""
        about = ["A draft"] * bool(page.meta.get("draft"))
        if self.timed(page):
            try:
                about.append(times(self.words[page.file.src_uri], runs_in(page.meta)))
            except ValueError as error:
                source = written(page.file, config)
                line = read_front_matter(source.text).lines.get("runs_in", 1)
                html = report(PageError(source.name, line, str(error)), self.runner.root) + html
        shown = f'<p class="times" data-search-exclude>{" · ".join(about)}</p>'
        return html.replace("</h1>", f"</h1>\n{shown}", 1) if about else html

    def _publish_downloads(self, run: Run, page: SitePage, config: MkDocsConfig, files: Files) -> Iterator[PageError]:
        """Put the files that snippets offer into the site, beside their page; those that cannot be there are errors."""
        if run.page is None:
            return
        for item, output in zip(run.page.items, run.outputs, strict=False):
            if isinstance(output, Output) and output.download:
                path = posixpath.join(posixpath.dirname(page.file.dest_uri), output.download)
                if wrong := clash(path, config, files):
                    error, source = PageError(run.page.name, item.line, wrong), written(page.file, config)
                    yield placed(error, run.page, source, generated=is_generated(page.file, config))
                else:
                    files.append(File.generated(config, path, content=b64decode(output.content)))

    def _publish_notebook(self, run: Run, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        """Put a page's notebook into the site; a page with an error has none, nor has one without snippets."""
        path = notebook_path(page.file)
        if not run.page or not run.page.snippets or run.page.name in errors_of(self.runner.root):
            Path(config.site_dir, path).unlink(missing_ok=True)  # made before, under `mkdocs serve --dirty`
            return
        offer = self.offer(path, config)
        link = partial(in_site, page=page, files=files, site_url=config.site_url)
        book = notebook(run.page, run.outputs, offer.install, link, self.config["in_two"])
        files.append(File.generated(config, path, content=book.encode()))
        self.offers[page.file.src_uri] = offer

    def offer(self, path: str, config: MkDocsConfig) -> TakeAway:
        """What goes with a notebook at this path of the site."""
        wheel = self.wheel.name if self.wheel else None
        return TakeAway(path, wheel, config.site_url, config.repo_url, self.config["notebooks_branch"])

    @event_priority(-50)  # when the search has read the page
    @page_hook
    def on_page_context(
        self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation
    ) -> None:
        """Link the notebook above the page; let the theme name what made the numbers, as `built_with`."""
        if offer := self.offers.get(page.file.src_uri):
            context["take_away"] = offer  # type: ignore[typeddict-unknown-key]
            page.content = self.env.get_template("partials/take-away.html").render(context) + (page.content or "")
        context["built_with"] = self.built_with if self.timed(page) else {}  # type: ignore[typeddict-unknown-key]

    @page_hook
    def on_post_page(self, output: str, /, *, page: SitePage, config: MkDocsConfig) -> None:
        """Put what plugins lay beside a page into the site."""
        for path, data in beside(page).items():
            write_file(data, os.path.join(config.site_dir, path))

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Fail the build when a page has an error; after a good one drop the outputs that no page uses."""
        self._take_bar_away()
        if not self.serving and is_public(config.site_url) and any(not offer.colab for offer in self.offers.values()):
            log.warning(
                "the notebooks of this public site have no link that opens them in Colab or on Kaggle: "
                "name the repository on GitHub as repo_url in mkdocs.yml, or in the variable that stands there"
            )
        if failed := list(errors_of(self.runner.root).values()):
            if not self.serving:
                where = ", ".join(f"{error.page}:{error.line}" for errors in failed for error in errors)
                raise PluginError(f"{len(failed)} page{'s' * (len(failed) > 1)} failed: {where}")
        elif self.ran and not self.dirty:
            shown = [run.page for run in self.runner.runs.values() if run.page]
            self.runner.cache.drop_unused(
                [*(written(file, config, self.runner.cache.page) for file in self.pages), *shown]
            )
        else:
            self.runner.cache.store.sweep()


def unfit(file: File) -> str:
    """Why a file of the folder of pages can be no file of the site; empty where it can."""
    path = str(file.abs_src_path)
    try:
        file.src_uri.encode()
        fits = stat.S_ISREG(os.stat(path).st_mode)
    except UnicodeEncodeError:
        return "its name has bytes that are not UTF-8: give it another"
    except OSError as error:  # any other is that of who reads it
        gone = error.errno in (errno.ENOENT, errno.ELOOP)
        return "it is a link that leads nowhere" * (gone and os.path.islink(path)) or "it is gone" * gone
    return "" if fits else "it is no file, but a pipe, a socket or a device"


def read_source(page: SitePage, config: MkDocsConfig) -> None:
    """Read as MkDocs does a page that cannot be read: a plugin may know better, or else words stand in."""
    source = config.plugins.on_page_read_source(page=page, config=config)
    if source is None:
        source = written(page.file, config).text
    page.markdown, page.meta = get_data(source)


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


def package_version(name: str) -> str:
    """A package's version, without what says how it was built; empty where it is not installed.

    Example:
        ```python
        from page_runner.plugin import package_version

        assert package_version("no-such-package") == ""
        ```
    """
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
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
