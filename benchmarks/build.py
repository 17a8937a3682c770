"""How long a build takes: with nothing kept, and with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .compute import own_compute
from .report import Row
from .sites import Site, notebooks

BUILD = ["mkdocs", "build", "--quiet"]


@dataclass(frozen=True)
class Builds:
    """Seconds that one site's builds took, the median of some runs."""

    cold: float
    unchanged: float
    plain: float


def builds(site: Site, bare: Site, runs: int) -> Builds:
    """Build a site cold, again, and with the runner off, in turns."""
    cold, unchanged, off = [], [], []
    for _ in range(runs):
        site.remove("site", ".cache")
        cold.append(site.run(*BUILD))
        unchanged.append(site.run(*BUILD))
        bare.remove("site")
        off.append(bare.run(*BUILD))
    return Builds(median(cold), median(unchanged), median(off))


def compute_row(name: str, site: Site, cold: float, torch: float) -> Row:
    """A cold build against the least that it has to do."""
    seconds = sum(own_compute(site.pages)) + torch
    return Row(f"cold build, {name}", cold, seconds, "own compute + one import of torch", limit=1.3)


def notebooks_row(name: str, site: Site, cold: float, folder: Path) -> Row:
    """A cold build against mkdocs-jupyter's, once."""
    seconds = notebooks(site, folder).run(*BUILD)
    return Row(f"cold build, {name}", cold, seconds, "mkdocs-jupyter on the same pages", faster=8)


def unchanged_row(name: str, built: Builds, limit: float) -> Row:
    what = f"build with nothing changed, {name}"
    return Row(what, built.unchanged, built.plain, "plain MkDocs, runner off", limit=limit)


def linear_row(size: int, large: Builds, small_size: int, small: Builds) -> Row:
    """A page's share of a cold build where there are many pages, against its share where there are few."""
    what = f"cold build a page, {size:,} pages"
    return Row(what, large.cold / size, small.cold / small_size, f"a page of {small_size}", limit=1.2)
