"""Outputs kept on disk, under the hash of everything they were made from.

An entry's name is the hash of the page's code, the runner, and the versions of Python and of every installed package.
Inside stands what the run looked at (`page_runner.looks`): where something is no longer as it was seen, the entry does
not count.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

from .looks import Looks, Stamps, digest, see, stamp
from .page import Number, Page, Snippet, survey
from .program import Output
from .store import Store

Outputs = list[Output | str | None]  # what a page's snippets and numbers gave, in its order; None where a number failed


class Cache:
    r"""The folder of kept outputs.

    Args:
        folder: Where the entries lie; made when the first is written.
        root: The project's folder.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.cache import Cache
        from page_runner.page import Page, Snippet
        from page_runner.program import Output

        page = Page("x.md", "", (Snippet("1 + 1\n", line=2),))
        with TemporaryDirectory() as folder:
            cache = Cache(Path(folder, "cache"), Path(folder))
            assert cache.load(page) is None
            cache.save(page, [Output([("text", "2\n")])], {})
            assert cache.load(page) == ([Output([("text", "2\n")])], {})
        ```
    """

    def __init__(self, folder: Path, root: Path):
        self.root, self.store = root, Store(folder)
        self.readings = Store(folder.with_name("readings"))
        self.readings.failed = True  # nothing is said where it fails: to read a page again takes a moment
        self.pages: dict[str, tuple[str, Page]] = {}  # each as it was read last, and the entry that keeps it
        self.read: dict[str, tuple[tuple[int, ...], str | None]] = {}

    def page(self, data: bytes, name: str) -> Page:
        """A page from its bytes, with all that is wrong with it; what has been read is not read again."""
        entry = f"{digest(json.dumps([versions(), name]).encode() + data)}.json"
        if self.pages.get(name, ("",))[0] != entry:
            kept = self._kept_page(entry)
            self.pages[name] = entry, kept or survey(data, name)
            if not kept and not self.pages[name][1].errors:
                self.readings.save(entry, json.dumps(dataclasses.asdict(self.pages[name][1])).encode())
        return self.pages[name][1]

    def _kept_page(self, entry: str) -> Page | None:
        """A page that an earlier build has read."""
        try:
            kept = json.loads(self.readings.load(entry) or b"{}")
            items = tuple(Snippet(**item) if "source" in item else Number(**item) for item in kept["items"])
            shown = tuple(Snippet(**item) for item in kept["shown"])
            return Page(**kept | {"items": items, "errors": (), "reads": tuple(kept["reads"]), "shown": shown})
        except (ValueError, TypeError, KeyError):
            return None

    def entry(self, page: Page) -> str:
        """The name under which a page's outputs are kept."""
        code = [[item.source, item.options] if isinstance(item, Snippet) else item.expression for item in page.items]
        key = json.dumps([versions(), page.name, page.reads, code], sort_keys=True)
        return f"{digest(key.encode())}.json"

    def load(self, page: Page) -> tuple[Outputs, Looks] | None:
        """A page's kept outputs, with what its run looked at; None where there are none that count."""
        try:
            entry = json.loads(self.store.load(self.entry(page)) or b"{}")
            looks: Looks = {(kind, name): seen for kind, name, seen in entry["looks"]}
            if not self.current(looks):
                return None
            return [Output(**value) if isinstance(value, dict) else value for value in entry["outputs"]], looks
        except (ValueError, TypeError, KeyError):
            return None

    def save(self, page: Page, values: Outputs, looks: Looks) -> None:
        """Keep a page's outputs with what its run looked at; whole or not at all."""
        outputs = [dataclasses.asdict(value) if isinstance(value, Output) else value for value in values]
        entry = {"page": page.name, "looks": [[*look, seen] for look, seen in looks.items()], "outputs": outputs}
        self.store.save(self.entry(page), json.dumps(entry).encode())

    def current(self, looks: Looks, stamps: Stamps | None = None) -> bool:
        """Whether all that was looked at is as it was seen; files with the same stamps are not read for that."""
        for name, known in (stamps or {}).items():
            self.read[name] = known, looks["content", name]
        return all(self._see(kind, name) == seen for (kind, name), seen in looks.items())

    def _see(self, kind: str, name: str) -> str | None:
        """Look again; a file is read again only when its time or size has changed."""
        if kind != "content":
            return see(kind, name, str(self.root))
        try:
            now = stamp(os.path.join(self.root, name))
        except (OSError, ValueError):
            return None
        if self.read.get(name, (None,))[0] != now:
            self.read[name] = now, see(kind, name, str(self.root))
        return self.read[name][1]

    def drop_unused(self, pages: Iterable[Page]) -> None:
        """Remove every entry that no page uses."""
        self.store.drop_unused({self.entry(page) for page in pages})
        self.readings.drop_unused({entry for entry, _ in self.pages.values()})


@functools.cache
def versions() -> list[str]:
    """What every page's outputs depend on beside its own code: machine, Python, packages and the runner itself.

    Example:
        ```python
        from page_runner.cache import versions

        assert any(name.startswith("mkdocs-1.") for name in versions())
        ```
    """
    packages = {info.name for folder in sys.path for info in Path(folder or ".").glob("*.dist-info")}
    runner = [digest(file.read_bytes()) for file in sorted(Path(__file__).parent.glob("*.py"))]
    return [sys.version, platform.system(), platform.machine(), *sorted(packages), *runner]
