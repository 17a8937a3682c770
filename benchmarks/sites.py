"""Projects to measure, as copies in a temporary folder: ours, plain MkDocs, mkdocs-jupyter."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from page_runner.page import Snippet, read_items

from .pages import lesson

ROOT = Path(__file__).resolve().parents[1]
COPIED = ["LICENSE", "README.md", "mkdocs.yml", "pyproject.toml", "docs", "src", "tests", "theme"]
# In mkdocs.yml: the runner, as a plugin and as an extension; the pages' order; where the list of plugins begins.
RUNNER = re.compile(r"^ +- page_runner:?\n(?: {4,}.*\n)*", re.M)
LABS = re.compile(r"^  - (?:Labs:|mkdocs-jupyter:|notebook_pages.*)\n(?: {6,}.*\n)*", re.M)
NAVIGATION = re.compile(r"^nav:\n(?: .*\n)*", re.M)
PLUGINS = re.compile(r"^plugins:\n", re.M)
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
            text=True,
            errors="replace",
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed in {self.folder}:\n{done.stdout[-4000:]}")
        return seconds

    @contextmanager
    def running(self, *command: str) -> Iterator[None]:
        """A server, `python -m COMMAND`, and what it started; ended on the way out."""
        server = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            end(server)

    def environment(self) -> dict[str, str]:
        """The project's own copy of the source goes first."""
        return {**os.environ, "PYTHONPATH": str(self.folder / "src"), "NO_MKDOCS_2_WARNING": "1"}

    def remove(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)


def real(folder: Path) -> Site:
    """The course as it is."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    edit(folder / "mkdocs.yml", LABS, "", times=3)  # notebooks are no pages of the runner's
    shutil.rmtree(folder / "docs" / "labs")
    return Site(folder)


def generated(folder: Path, count: int) -> Site:
    """The course's settings and theme around `count` generated lessons."""
    site = real(folder)
    for page in site.pages:
        page.unlink()
    edit(folder / "mkdocs.yml", NAVIGATION, "", times=1)
    lessons = folder / "docs" / "lessons"
    lessons.mkdir(exist_ok=True)
    (folder / "docs" / "index.md").write_text("# Lessons\n", "utf-8")
    for number in range(1, count + 1):
        (lessons / f"lesson-{number:04}.md").write_text(lesson(number), "utf-8")
    return site


def plain(site: Site, folder: Path) -> Site:
    """The same pages with the runner off."""
    copy(site, folder)
    edit(folder / "mkdocs.yml", RUNNER, "", times=2)
    for page in Site(folder).pages:
        text = page.read_text("utf-8")
        page.write_text(FENCE.sub(lambda fence: OPTION.sub("", fence[0]), text), "utf-8")
    return Site(folder)


def notebooks(site: Site, folder: Path) -> Site:
    """The same pages as notebooks, which mkdocs-jupyter executes."""
    copy(site, folder)
    config = folder / "mkdocs.yml"
    edit(config, RUNNER, "", times=2)
    edit(config, PLUGINS, "plugins:\n  - mkdocs-jupyter: {execute: true, allow_errors: false}\n", times=1)
    settings = config.read_text("utf-8")
    for page in Site(folder).pages:
        cells = list(notebook_cells(page))
        if len(cells) > 1:
            notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
            page.with_suffix(".ipynb").write_text(json.dumps(notebook), "utf-8")
            page.unlink()
            name = page.relative_to(folder / "docs").with_suffix("").as_posix()
            settings = settings.replace(f"{name}.md", f"{name}.ipynb")
    config.write_text(settings, "utf-8")
    return Site(folder)


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


def edit(file: Path, pattern: re.Pattern[str], new: str, times: int) -> None:
    """Replace what a pattern finds; it must be found so many times."""
    text, count = pattern.subn(new, file.read_text("utf-8"))
    if count != times:
        raise ValueError(f"{pattern.pattern!r} stands {count} times in {file.name}, not {times}")
    file.write_text(text, "utf-8")


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
