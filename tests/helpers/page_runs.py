"""One run of each page for all tests, in a process of its own: what it gave, how long it computed, what its demos do.

The run is a fresh one. The first test that asks for it starts it; the others, in other processes too, read what it left.
"""

from __future__ import annotations

import os
import pickle
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from course_runner import ENVIRONMENT, ROOT
from filelock import FileLock

from page_runner import check
from page_runner.cache import Outputs
from page_runner.looks import digest
from page_runner.page import Number, Page, PageError
from page_runner.process import PageProcess

PATIENCE = 10  # times a page's own limit: on a busy machine it takes longer
FOLDER = Path(tempfile.gettempdir())  # of the runs; `one_folder_for_all_processes` sets it


@dataclass
class PageRun:
    """A page's run: outputs and numbers up to the error, if there was one; seconds of computing; demos by their kind."""

    outputs: Outputs = field(default_factory=list)
    error: PageError | None = None
    seconds: float = 0.0
    demos: dict[str, list[Any]] = field(default_factory=dict)


class WatchedProcess(PageProcess):
    """A page's process that keeps what the page gave, and notes at its end how long it computed and what its demos do."""

    def __init__(self, seen: PageRun, page: Page, *rest, **options):
        super().__init__(replace(page, time_limit=PATIENCE * page.time_limit), *rest, **options)
        self.seen = seen

    def __enter__(self):
        super().__enter__()
        self.evaluate(f"__import__('sys').path.append({str(Path(__file__).parent)!r})")
        self.evaluate("__import__('lesson_demos').watch()")
        return self

    def run(self, item):
        outputs = super().run(item)
        self.seen.outputs.append(outputs)
        return outputs

    def __exit__(self, kind=None, *rest):
        if kind is None:
            file = Path(self.folder.name, "demos")
            self.evaluate(f"__import__('lesson_demos').write({str(file)!r})")
            self.seen.seconds, self.seen.demos = pickle.loads(file.read_bytes())
        super().__exit__(kind, *rest)

    def evaluate(self, expression: str) -> None:
        super().run(Number(expression, 1, 0, 0))


def page_run(path: Path) -> PageRun:
    """The run of a page with the environment as it is now."""
    return _page_run(path, tuple(os.environ.get(name, "") for name in ENVIRONMENT))


@cache
def _page_run(path: Path, environment: tuple[str, ...]) -> PageRun:
    file = FOLDER / f"run-{digest(repr((path, environment)).encode())[:16]}"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            file.write_bytes(pickle.dumps(_run(path)))
    return pickle.loads(file.read_bytes())


def _run(path: Path) -> PageRun:
    """Run a page as `check_page` does, through mktestdocs."""
    seen = PageRun()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "PageProcess", partial(WatchedProcess, seen))
        try:
            check.check_page(path, ROOT)
        except PageError as error:
            seen.error = error
    return seen


@pytest.fixture(scope="session", autouse=True)
def one_folder_for_all_processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep runs in a folder that the processes of this run of the tests share."""
    global FOLDER
    base = tmp_path_factory.getbasetemp()
    FOLDER = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def pages_with(call: str) -> list[str]:
    """The names of the home page and of the lessons whose text holds a call: `index`, `lessons/autograd`."""
    docs = ROOT / "docs"
    paths = [docs / "index.md", *(docs / "lessons").glob("*.md")]
    return sorted(
        path.relative_to(docs).with_suffix("").as_posix() for path in paths if call in path.read_text("utf-8")
    )


def demos_of(name: str, kind: str) -> list[Any]:
    """The demos of a kind in a page, in their order, each described at the place where it stands."""
    run = page_run(ROOT / f"docs/{name}.md")
    assert run.error is None, str(run.error)
    return run.demos[kind]
