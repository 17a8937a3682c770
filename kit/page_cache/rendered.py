"""What a page left in the site when it was rendered, and what that depends on, as bytes to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from page_runner.looks import Looks


@dataclass
class Rendered:
    r"""A rendered page.

    Example:
        ```python
        from page_cache.rendered import Rendered

        page = Rendered("Sums", html="<h1>Sums</h1>", files={"sums.ipynb": b"{}"})
        assert Rendered.unpack(page.pack()) == page
        ```
    """

    title: Any = ""
    meta: dict[str, Any] = field(default_factory=dict)  # its front matter, as plugins left it
    anchors: list[str] = field(default_factory=list)  # that others can link to
    links: dict[str, dict[str, str]] = field(default_factory=dict)  # to anchors of others, by page
    looks: Looks = field(default_factory=dict)  # what was looked at while it ran and was rendered
    menu: str = ""  # hash of what all pages show of each other: titles, addresses, front matter
    crossing: bool = False  # whether autorefs has a part in it
    entries: list[list[dict[str, Any]]] = field(default_factory=list)  # for the search, by plugin
    html: str = ""
    files: dict[str, bytes] = field(default_factory=dict)  # generated for it, by their paths in the site
    beside: dict[str, bytes] = field(default_factory=dict)  # written beside it, by their paths in the site

    def pack(self) -> bytes:
        """The page as bytes: what JSON can say on one line, then the files.

        Raises:
            TypeError: The front matter holds what JSON has not, as a date.
        """
        blobs = [self.html.encode(), *self.files.values(), *self.beside.values()]
        head = {
            "title": self.title,
            "meta": self.meta,
            "anchors": self.anchors,
            "links": self.links,
            "looks": [[*look, seen] for look, seen in self.looks.items()],
            "menu": self.menu,
            "crossing": self.crossing,
            "entries": self.entries,
            "files": list(self.files),
            "beside": list(self.beside),
            "sizes": list(map(len, blobs)),
        }
        return b"\n".join([json.dumps(head).encode(), b"".join(blobs)])

    @classmethod
    def unpack(cls, data: bytes) -> Rendered:
        """The page from its bytes.

        Raises:
            ValueError: They are not those of a page.
        """
        line, _, body = data.partition(b"\n")
        try:
            head = json.loads(line)
            blobs = parts(body, head.pop("sizes"))
            head["html"] = next(blobs).decode()
            head["files"] = {name: next(blobs) for name in head["files"]}
            head["beside"] = {name: next(blobs) for name in head["beside"]}
            head["looks"] = {(kind, name): seen for kind, name, seen in head["looks"]}
            return cls(**head)
        except (KeyError, TypeError, StopIteration) as error:
            raise ValueError(f"this is no rendered page: {error}") from None


def parts(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Bytes in parts of these sizes."""
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
