"""Projects to measure, as copies in a temporary folder: ours, plain MkDocs, mkdocs-jupyter."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from page_runner.page import Snippet, read_items

from .pages import lesson

ROOT = Path(__file__).resolve().parents[1]
COPIED = ["LICENSE", "README.md", "mkdocs.yml", "pyproject.toml", "docs", "kit", "src", "tests", "theme"]
PLAIN = Path(__file__).with_name("plain.yml")
AS_NOTEBOOKS = "plugins: [search, {mkdocs-jupyter: {execute: true, allow_errors: false}}]\n"
ANY_ORDER = "nav: []\n"  # Zensical wants a list
GLOSSARY = "# Glossary\n\nLoss { #loss }\n:   How far predictions are off.\n"
# On a page: the line that opens a snippet, and the options there that only the runner knows.
FENCE = re.compile(r"^ *```python .*$", re.M)
OPTION = re.compile(r' (?:alt|download|fold|raises)="[^"]*"')


@dataclass(frozen=True)
class Site:
    """A project in a folder of its own."""

    folder: Path

    @property
    def pages(self) -> list[Path]:
        return sorted((self.folder / "docs").rglob("*.md"))

    @property
    def kept(self) -> dict[str, int]:
        """The kept outputs: when each was written."""
        return {path.name: path.stat().st_mtime_ns for path in (self.folder / ".cache" / "page_runner").glob("*.json")}

    def run(self, *command: str) -> float:
        """Seconds that `python -m COMMAND` takes in the project."""
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed in {self.folder}:\n{done.stdout[-4000:]}")
        return seconds

    @contextmanager
    def running(self, *command: str) -> Iterator[Callable[[], None]]:
        """A server, `python -m COMMAND`, and what it started; ended on the way out.

        What it gives is to be called while one waits for the server: it stops the benchmark if there is none any more.
        """
        with tempfile.TemporaryFile() as log:
            server = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

            def still_there() -> None:
                if server.poll() is not None:
                    log.seek(0)
                    said = log.read().decode("utf-8", "replace")
                    raise SystemExit(f"{' '.join(command)} ended in {self.folder}:\n{said[-4000:]}")

            try:
                yield still_there
            finally:
                end(server)

    def environment(self) -> dict[str, str]:
        """The project's own copy of the source goes first."""
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(self.folder / "src"), str(self.folder / "kit")]),
            "NO_MKDOCS_2_WARNING": "1",
        }

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def real(folder: Path) -> Site:
    """The course as it is, with its labs."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return Site(folder)


def generated(folder: Path, count: int) -> Site:
    """The course's settings and theme around `count` generated lessons."""
    site = real(folder)
    for page in site.pages:
        page.unlink()
    shutil.rmtree(folder / "docs" / "labs")
    (folder / "docs" / "moved.yml").unlink()
    over(folder, ANY_ORDER)
    lessons = folder / "docs" / "lessons"
    lessons.mkdir(exist_ok=True)
    (folder / "docs" / "index.md").write_text("# Lessons\n", "utf-8")
    (folder / "docs" / "glossary.md").write_text(GLOSSARY, "utf-8")
    for number in range(1, count + 1):
        (lessons / f"lesson-{number:04}.md").write_text(lesson(number), "utf-8")
    return site


def plain(site: Site, folder: Path) -> Site:
    """The same pages without our plugins and extensions, and without the labs."""
    copy(site, folder)
    shutil.rmtree(folder / "docs" / "labs", ignore_errors=True)
    (folder / "bare").mkdir()
    over(folder, PLAIN.read_text("utf-8"))
    for page in Site(folder).pages:
        text = page.read_text("utf-8")
        page.write_text(FENCE.sub(lambda fence: OPTION.sub("", fence[0]), text), "utf-8")
    return Site(folder)


def notebooks(site: Site, folder: Path) -> Site:
    """The same pages as notebooks, which mkdocs-jupyter executes."""
    plain(site, folder)
    over(folder, AS_NOTEBOOKS + ANY_ORDER)
    for name in (page.relative_to(folder) for page in Site(folder).pages):
        cells = list(notebook_cells(site.folder / name))
        if len(cells) > 1:
            notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
            (folder / name).with_suffix(".ipynb").write_text(json.dumps(notebook), "utf-8")
            (folder / name).unlink()
    return Site(folder)


def over(folder: Path, settings: str) -> None:
    """Put settings over those in mkdocs.yml."""
    config = folder / "mkdocs.yml"
    below = folder / f"below-{len(list(folder.glob('below-*.yml')))}.yml"
    config.rename(below)
    config.write_text(f"INHERIT: {below.name}\n{settings}", "utf-8")


def notebook_cells(page: Path) -> Iterator[dict[str, object]]:
    """A page's snippets as cells of code, with what stands between them as cells of text."""
    text = page.read_text("utf-8")
    lines, below = text.split("\n"), 0
    for item in read_items(text, page.name):
        if isinstance(item, Snippet):
            tags = ["raises-exception"] if "raises" in item.options else []
            yield cell("markdown", "\n".join(lines[below : item.line - 2]))
            yield cell("code", item.source) | {"metadata": {"tags": tags}, "outputs": [], "execution_count": None}
            below = item.end
    yield cell("markdown", "\n".join(lines[below:]))


def cell(kind: str, source: str) -> dict[str, object]:
    return {"cell_type": kind, "source": source, "metadata": {}}


def copy(site: Site, folder: Path) -> None:
    shutil.copytree(site.folder, folder, ignore=shutil.ignore_patterns("__pycache__", ".cache", "site"))


def end(server: subprocess.Popen[bytes]) -> None:
    """End a server and what it started."""
    if sys.platform == "win32":
        server.kill()
    else:
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(5)
        with suppress(ProcessLookupError, PermissionError):  # macOS forbids to signal what has ended
            os.killpg(server.pid, signal.SIGKILL)
    server.wait()
