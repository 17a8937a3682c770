"""Outputs kept on disk, under the hash of everything they were made from.

An entry's name is the hash of the page's code, the runner, the versions of Python and of every installed package, and
the environment variables that the project names. Inside stand the hashes of the files that the run opened, in the
project and in folders that those variables name: where one has changed, the entry does not count.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .page import Page, Snippet
from .program import Output

Given = list[Output | str]  # what a page's snippets and numbers gave, in the page's order


class Kept:
    r"""The folder of kept outputs.

    Args:
        folder: where the entries lie; made when the first is written.
        root: the project's folder.
        environment: names of environment variables that the pages depend on.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.kept import Kept
        from page_runner.page import Page, Snippet
        from page_runner.program import Output

        page = Page("x.md", "", (Snippet("1 + 1\n", line=2),))
        with TemporaryDirectory() as folder:
            kept = Kept(Path(folder, "kept"), Path(folder))
            assert kept.load(page) is None
            kept.save(page, [Output("2\n")], {})
            assert kept.load(page) == [Output("2\n")]
        ```
    """

    def __init__(self, folder: Path, root: Path, environment: tuple[str, ...] = ()):
        self.folder, self.root, self.environment = folder, root, environment
        self.read: dict[Path, tuple[tuple[int, int], str]] = {}

    def entry(self, page: Page) -> Path:
        """The file that holds, or would hold, a page's outputs."""
        code = [[item.source, item.options] if isinstance(item, Snippet) else item.expression for item in page.items]
        values = {name: os.environ.get(name) for name in self.environment}
        key = json.dumps([versions(), page.name, code, values], sort_keys=True)
        return self.folder / f"{digest(key.encode())}.json"

    def load(self, page: Page) -> Given | None:
        """A page's kept outputs; None where there are none that count.

        A damaged or foreign entry does not count.
        """
        try:
            seal, _, body = self.entry(page).read_text("utf-8").partition("\n")
            if seal != digest(body.encode()):
                return None
            entry = json.loads(body)
            if not self.current(entry["files"]):
                return None
            return [given if isinstance(given, str) else Output(**given) for given in entry["given"]]
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def save(self, page: Page, given: Given, files: dict[str, str | None]) -> None:
        """Keep a page's outputs with the hashes of the files they were made from; whole or not at all."""
        shown = [item if isinstance(item, str) else dataclasses.asdict(item) for item in given]
        body = json.dumps({"page": page.name, "files": files, "given": shown})
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".new")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(f"{digest(body.encode())}\n{body}")
        try:
            os.replace(name, self.entry(page))
        except PermissionError:  # Windows, while another build reads the same entry
            os.unlink(name)

    def current(self, files: dict[str, str | None]) -> bool:
        """Whether files are as they were, missing or not; each is read again only when its time or size has changed."""
        return all(self._hash(self.root / name) == known for name, known in files.items())

    def _hash(self, path: Path) -> str | None:
        try:
            stat = path.stat()
            stamp = stat.st_mtime_ns, stat.st_size
            if self.read.get(path, (None,))[0] != stamp:
                self.read[path] = stamp, digest(path.read_bytes())
            return self.read[path][1]
        except OSError:
            return None

    def drop_unused(self, pages: Iterable[Page]) -> None:
        """Remove every entry that no page uses."""
        used = {self.entry(page) for page in pages}
        for entry in self.folder.glob("*.json"):
            if entry not in used:
                with suppress(OSError):
                    entry.unlink()


def digest(data: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal.

    Example:
        ```python
        from page_runner.kept import digest

        assert len(digest(b"")) == 64
        ```
    """
    return hashlib.sha256(data).hexdigest()


@functools.cache
def versions() -> list[str]:
    """What every page's outputs depend on beside its own code: machine, Python, packages and the runner itself.

    Example:
        ```python
        from page_runner.kept import versions

        assert any(name.startswith("torch-") for name in versions())
        ```
    """
    packages = {info.name for folder in sys.path for info in Path(folder or ".").glob("*.dist-info")}
    runner = [digest(file.read_bytes()) for file in sorted(Path(__file__).parent.glob("*.py"))]
    return [sys.version, platform.system(), platform.machine(), *sorted(packages), *runner]
