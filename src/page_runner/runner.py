"""Run many pages at once; keep and collect what they gave."""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .kept import Given, Kept
from .looks import Looks, Stamps, see
from .page import Page, PageError, survey_page
from .process import PRELOAD, PageProcess, end_all
from .program import settled
from .progress import Progress
from .snapshots import Snapshots


@dataclass
class Run:
    """A finished run: what the snippets and numbers gave up to the error, if there was one; the page as it was read.

    A page that cannot be read did not run, and may have several errors.
    """

    given: Given = field(default_factory=list)
    looks: Looks = field(default_factory=dict)
    stamps: Stamps = field(default_factory=dict)
    errors: list[PageError] = field(default_factory=list)
    page: Page | None = None


class Runner:
    r"""The pages of one project.

    Args:
        root: The project's folder.
        cache: The folder of kept outputs.
        preload: Names of modules to import once, before pages are forked.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.runner import Runner

        with TemporaryDirectory() as folder:
            page = Path(folder, "x.md")
            _ = page.write_text("`" * 3 + "python\n1 + 1\n" + "`" * 3 + "\n", "utf-8")
            (output,) = Runner(Path(folder), Path(folder, "kept")).result(page).given
        assert output.text == "2\n"
        ```
    """

    def __init__(self, root: Path, cache: Path, preload: tuple[str, ...] = PRELOAD):
        self.root, self.preload = root.resolve(), preload
        self.kept = Kept(cache, self.root)
        self.pool = self._pool()
        self.progress = Progress()
        self.lock = threading.Lock()
        self.running: dict[str, tuple[str, Future[Run]]] = {}
        self.latest = Run()  # what `result` gave last
        self.snapshots: Snapshots | None = None  # under `mkdocs serve`, of the pages that are edited

    def start(self, paths: Iterable[Path]) -> list[Path]:
        """Start the run of each page that has no kept outputs.

        Args:
            paths: Pages.

        Returns:
            The pages whose outputs are not kept, those that cannot be read among them.
        """
        missing = [(path, page) for path in paths if (page := self._missing(path))]
        for _, page in missing:  # only now: what is read here is no look of a page that runs meanwhile
            if not page.errors:
                self._submit(page)
        return [path for path, _ in missing]

    def _missing(self, path: Path) -> Page | None:
        """A page whose outputs are not kept."""
        try:
            page = survey_page(path, self.root)
        except OSError as error:
            return Page(path.name, "", (), errors=(PageError(path.name, 1, str(error)),))
        return page if page.errors or (page.items and self.kept.load(page) is None) else None

    def _submit(self, page: Page) -> Future[Run]:
        """The page's run; one that is under way for the very same code counts."""
        with self.lock:
            entry = self.kept.entry(page)
            known = self.running.get(page.name)
            if known is None or known[0] != entry:
                self.progress.expect(page)
                known = self.running[page.name] = entry, self.pool.submit(self._run, page)
            return known[1]

    def result(self, path: Path) -> Run:
        """What a page gives: kept, or from the run that is under way, or from a new one.

        Args:
            path: The page.

        Returns:
            The run.
        """
        self.latest = self._collect(path)
        return self.latest

    def _collect(self, path: Path) -> Run:
        page = survey_page(path, self.root)
        if page.errors:
            return Run(errors=list(page.errors), page=page)
        if not page.items:
            return Run(page=page)
        if kept := self.kept.load(page):
            return Run(kept[0], kept[1], page=page)
        run = self._submit(page).result()
        with self.lock:
            self.running.pop(page.name, None)
        # a file may have changed since the run began, as when its author goes on writing
        return run if self.kept.current(run.looks, run.stamps) else self._run(page)

    def _run(self, page: Page) -> Run:
        run = Run(page=page)
        declared: Looks = {("pattern", pattern): see("pattern", pattern, str(self.root)) for pattern in page.reads}
        self.progress.begin(page)
        try:
            with self._process(page, declared) as process:
                run.given += map(settled, process.given)
                for item in page.items[len(run.given) :]:
                    run.given.append(settled(process.run(item)))
                    self.progress.step(page)
                looks, run.stamps = process.looks()
                run.looks = declared | looks
        except PageError as error:
            run.errors.append(error)
        else:
            self.kept.save(page, run.given, run.looks)
        finally:
            self.progress.end(page)
        return run

    def _process(self, page: Page, declared: Looks) -> PageProcess:
        if self.snapshots and self.snapshots.wanted(page):
            return self.snapshots.process(page, declared)
        return PageProcess(page, self.root, self.preload)

    def keep_snapshots(self) -> None:
        """From now on a page that is edited leaves snapshots, where the system can keep them."""
        if sys.platform == "linux" and not self.snapshots:
            self.snapshots = Snapshots(self.kept, self.root, self.preload)

    def stop(self) -> None:
        """End all runs at once, and begin none that waits."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        if self.snapshots:
            self.snapshots.close()
        with self.lock:
            self.running.clear()
            self.pool, self.progress = self._pool(), Progress()

    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(cores(), thread_name_prefix="page")


def cores() -> int:
    """How many processes can run at once on this machine.

    Example:
        ```python
        from page_runner.runner import cores

        assert cores() >= 1
        ```
    """
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


@functools.cache
def runner_for(root: Path, preload: tuple[str, ...] = PRELOAD) -> Runner:
    """The one runner of a project in this process; its kept outputs lie in `.cache/page_runner`.

    Example:
        ```python
        from pathlib import Path

        from page_runner.runner import runner_for

        assert runner_for(Path.cwd()) is runner_for(Path.cwd())
        ```
    """
    return Runner(root, root / ".cache" / "page_runner", preload)
