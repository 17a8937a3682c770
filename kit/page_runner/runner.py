"""Run many pages at once; keep and collect what they gave."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from .cache import Cache, Outputs
from .looks import Looks, Stamps, see
from .page import NumberError, Page, PageError, name_from, read_regular
from .process import PageProcess, end_all
from .program import settled
from .progress import Progress
from .snapshots import Snapshots, can_keep


@dataclass
class Run:
    """A finished run: what the snippets and numbers gave up to the error, if there was one; the page as it was read.

    A page may have several errors: one that cannot be read did not run, and one goes on after a number that failed.
    """

    outputs: Outputs = field(default_factory=list)
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
            (output,) = Runner(Path(folder), Path(folder, "kept")).result(page).outputs
        assert output.text == "2\n"
        ```
    """

    def __init__(self, root: Path, cache: Path, preload: tuple[str, ...] = ()):
        self.root, self.preload = root.resolve(), preload
        self.cache = Cache(cache, self.root)
        self.pool = self._pool()
        self.progress = Progress()
        self.lock = threading.Lock()
        self.running: dict[str, tuple[str, Future[Run]]] = {}
        self.runs: dict[str, Run] = {}  # of this build, by the page's name
        self.snapshots: Snapshots | None = None  # under `mkdocs serve`, of the pages that are edited

    def start(self, pages: Iterable[Page]) -> list[Page]:
        """Start the run of each page that has no kept outputs.

        Args:
            pages: Pages.

        Returns:
            The pages whose outputs are not kept, those that cannot be read among them.
        """
        missing = [page for page in pages if page.errors or (page.items and self.cache.load(page) is None)]
        for page in missing:  # only now: what is read here is no look of a page that runs meanwhile
            if not page.errors:
                self._submit(page)
        return missing

    def _submit(self, page: Page) -> Future[Run]:
        """The page's run; one that is under way for the very same code counts."""
        with self.lock:
            entry = self.cache.entry(page)
            known = self.running.get(page.name)
            if known is None or known[0] != entry:
                self.progress.expect(page)
                known = self.running[page.name] = entry, self.pool.submit(self._run, page)
            return known[1]

    def result(self, path: Path) -> Run:
        """What a page gives, by its file: kept, or from the run that is under way, or from a new one.

        Args:
            path: The page.

        Returns:
            The run.
        """
        return self.run(self.cache.page(read_regular(path), name_from(path, self.root)))

    def run(self, page: Page) -> Run:
        """What a page gives, as `result`; `run_of` knows it from now on."""
        run = self.runs[page.name] = self._collect(page)
        return run

    def run_of(self, name: str) -> Run:
        """The run of the page that was rendered under this name; an empty one where none was."""
        return self.runs.get(name, Run())

    def _collect(self, page: Page) -> Run:
        if page.errors:
            return Run(errors=list(page.errors), page=page)
        if not page.items:
            return Run(page=page)
        if cached := self.cache.load(page):
            return Run(*cached, page=page)
        try:
            run = self._submit(page).result()
        finally:
            with self.lock:
                self.running.pop(page.name, None)
        # A file may have changed since the run began, as when its author goes on writing; and errors tell of lines.
        if not self.cache.current(run.looks, run.stamps) or (run.errors and run.page != page):
            return self._run(page)
        return replace(run, page=page)

    def _run(self, page: Page) -> Run:
        run = Run(page=page)
        declared = self.declared(page)
        self.progress.begin(page)
        try:
            with self._process(page, declared) as process:
                run.outputs += (value and settled(value, self.root) for value in process.outputs)
                for item in page.items[len(run.outputs) :]:
                    try:
                        run.outputs.append(settled(process.run(item), self.root))
                    except NumberError as error:
                        run.errors.append(error)
                        run.outputs.append(None)
                    self.progress.step(page)
                looks, run.stamps = process.finish()
                run.looks = declared | looks
        except PageError as error:
            run.errors.append(error)
        finally:
            self.progress.end(page)
        if not run.errors:
            self.cache.save(page, run.outputs, run.looks)
        return run

    def declared(self, page: Page) -> Looks:
        """What a page says of itself that it looks at, as that is now."""
        return {("pattern", pattern): see("pattern", pattern, str(self.root)) for pattern in page.reads}

    def _process(self, page: Page, declared: Looks) -> PageProcess:
        if self.snapshots and self.snapshots.wanted(page):
            return self.snapshots.process(page, declared)
        return PageProcess(page, self.root, self.preload)

    def keep_snapshots(self) -> None:
        """From now on a page that is edited leaves snapshots, where the system can keep them."""
        if can_keep() and not self.snapshots:
            self.snapshots = Snapshots(self.cache, self.root, self.preload)

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
def runner_for(root: Path, preload: tuple[str, ...] = ()) -> Runner:
    """The one runner of a project in this process; its kept outputs lie in `.cache/page_runner`.

    Example:
        ```python
        from pathlib import Path

        from page_runner.runner import runner_for

        assert runner_for(Path.cwd()) is runner_for(Path.cwd())
        ```
    """
    return Runner(root, root / ".cache" / "page_runner", preload)
