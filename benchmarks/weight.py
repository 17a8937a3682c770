"""What each built page makes a browser do: `python -m benchmarks.weight site`, largest first.

Elements and bytes do not depend on the machine. The time that a page blocks does, and grows with them: measured with
Lighthouse or a trace, it is to be compared with the first page's in the same run.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from bs4 import BeautifulSoup

from page_runner.console import write_utf8


@dataclass(frozen=True)
class Weight:
    """Of one page."""

    elements: int
    code: int  # of these within code
    drawings: int  # and within drawings
    menu: int  # and within the menu and the contents
    kilobytes: int
    compressed: int
    page: str


def weigh(file: Path, page: str) -> Weight:
    """What a page weighs."""
    data = file.read_bytes()
    html = BeautifulSoup(data, "html.parser")
    elements, code, drawings, menu = (
        len(html.select(part)) for part in ("*", "pre *", "article svg *", ".md-sidebar *")
    )
    return Weight(elements, code, drawings, menu, len(data) // 1000, len(gzip.compress(data)) // 1000, page)


def weights(site: Path) -> Iterator[Weight]:
    """Of every page of a built site, largest first."""
    found = [weigh(file, file.parent.relative_to(site).as_posix()) for file in site.rglob("index.html")]
    yield from sorted(found, key=lambda weight: weight.elements, reverse=True)


def main(site: str) -> None:
    """Print a Markdown table."""
    print("| " + " | ".join(field.name for field in fields(Weight)) + " |")
    print("|" + "---:|" * (len(fields(Weight)) - 1) + "---|")
    for weight in weights(Path(site)):
        print("| " + " | ".join(map(str, astuple(weight))) + " |")


if __name__ == "__main__":
    write_utf8()
    main(*sys.argv[1:])
