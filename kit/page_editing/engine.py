"""The site that is served, and the runs of its readers."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import is_markdown_file

from page_runner.cache import Outputs
from page_runner.generator import written
from page_runner.looks import stamp
from page_runner.page import Page, PageError
from page_runner.process import PageProcess
from page_runner.runner import cores
from page_runner.snapshots import unchanged

from .edited import code_hash, edited
from .preview import Site, Styled, runner_of
from .run import EditedRun, own_checks
from .trails import trails_of

PATIENCE = 5.0  # seconds to wait for the end of a run that was told to end


class Refused(Exception):
    """A run that is not started: the status of the answer, and what the reader is told."""

    def __init__(self, status: int, message: str, **more: str):
        super().__init__(message)
        self.status, self.more = status, {"message": message, **more}


class Engine:
    """Runs edited pages of a site.

    Args:
        site: The site as it was built first.
    """

    def __init__(self, site: Site):
        self.builds = threading.Lock()  # held by who builds the site or renders with what belongs to it
        self.lock = threading.Lock()
        self.runs: dict[str, EditedRun] = {}  # by the tab
        self.runner = runner_of(site.config).runner
        self.trails = trails_of(self.runner)
        self.hashes: dict[str, tuple[Any, str]] = {}
        self.take(site)
        self.stamps = self._stamps()  # of each page on disk, when the last build began

    def take(self, site: Site) -> None:
        """Run the pages of this site from now on."""
        self.site = site
        pages = site.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        self.pages = {address(file): file for file in pages}

    def build(self, build: Callable[[], None]) -> None:
        """Build the site anew, in its turn."""
        with self.builds:
            self.stamps = self._stamps()
            build()

    def _stamps(self) -> dict[str, Any]:
        """What is on disk of each page."""
        return {file.src_uri: stamp_of(file) for file in self.pages.values()}

    def made_from(self, file: File) -> str:
        """The hash of the code from which a page of the site was made; empty if there is another on disk by now."""
        now = stamp_of(file)
        if file.src_uri in self.stamps and self.stamps[file.src_uri] != now:
            return ""
        known = self.hashes.get(file.src_uri)
        if known is None or known[0] != now or now is None:
            known = self.hashes[file.src_uri] = now, code_hash(self.page(file))
        return known[1]

    def page(self, file: File) -> Page:
        """A page as it is written."""
        return written(file, self.site.config, self.runner.cache.page)

    def about(self, name: str) -> dict[str, str] | None:
        """What a page's own script needs to know to run it, by its address; None for what is no page with snippets."""
        file = self.pages.get(name)
        if file is None or not is_markdown_file(file.src_uri) or not self.page(file).snippets:
            return None
        return {"page": name, "made_from": self.made_from(file)}

    def start(self, name: str, made_from: str, edits: Mapping[int, str], tab: str) -> EditedRun:
        """Start a run.

        Args:
            name: The page's address below that of the site.
            made_from: The hash of the code that the reader has edited.
            edits: What stands now in fences, by their number.
            tab: Whose run this is: it ends the last one of the same tab.

        Returns:
            The run.

        Raises:
            Refused: It is not started.
        """
        file = self.pages.get(name)
        if file is None:
            raise Refused(404, "There is no such page.")
        known, original = self.made_from(file), self.page(file)
        if known != made_from or original.errors:
            raise Refused(409, "This page is another one by now: load it again.", made_from=known)
        try:
            page = edited(original, edits)
        except (IndexError, ValueError) as error:
            raise Refused(400, f"This cannot be run: {error}.") from None
        with self.lock:
            last = self.runs.get(tab)
        if last:
            last.stop()
            last.join(PATIENCE)
        with self.lock:
            if len(self.runs) >= cores() or tab in self.runs:
                raise Refused(429, "As many pages run as this machine has cores: try again in a moment.")
            process = self._process(page, unchanged(original, page))
            run = EditedRun(
                page,
                process,
                partial(self._show, file, page),
                self.site.pieces,
                own_checks(original, page, self.site.exercise),
                self._ended,
                self._offered(file, original),
            )
            self.runs[tab] = run
            run.start()
        return run

    def _process(self, page: Page, change: int) -> PageProcess:
        if not self.trails:
            return PageProcess(page, self.runner.root, self.runner.preload)
        return self.trails.process(page, self.runner.declared(page), change)

    def _offered(self, file: File, page: Page) -> dict[str, str]:
        """The files of the site that a page offers, by name, in base64."""
        folder = Path(self.site.config.site_dir, file.dest_uri).parent
        names = {snippet.options.get("download", "") for snippet in page.snippets} - {""}
        return {name: b64encode((folder / name).read_bytes()).decode() for name in names if (folder / name).is_file()}

    def _show(self, file: File, page: Page, outputs: Outputs, is_stopped: Callable[[], bool]) -> Styled:
        """The article of a page that has run, when nobody builds the site."""
        while not self.builds.acquire(timeout=0.1):
            if is_stopped():
                raise PageError(page.name, 1, "the run was stopped")
        try:
            return self.site.article(file, page, outputs)
        finally:
            self.builds.release()

    def _ended(self, run: EditedRun) -> None:
        with self.lock:
            for tab in [tab for tab, each in self.runs.items() if each is run]:
                del self.runs[tab]

    def close(self) -> None:
        """End all runs and their snapshots."""
        with self.lock:
            runs = list(self.runs.values())
        for run in runs:
            run.stop()
        for run in runs:
            run.join(PATIENCE)
        if self.trails:
            self.trails.close()


def address(file: File) -> str:
    """The address of a page below that of the site; empty for the home page."""
    return "" if file.url in (".", "./") else file.url


def stamp_of(file: File) -> Any:
    """What is on disk of a page: the stamp of its file; None where there is none."""
    try:
        return stamp(str(file.abs_src_path)) if file.abs_src_path else None
    except OSError:
        return "gone"
