"""How long a build takes: with nothing kept, and with nothing changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .compute import own_compute
from .imports import seconds
from .report import Row
from .sites import Site, notebooks

BUILD = ["mkdocs", "build", "--quiet"]


@dataclass(frozen=True)
class Builds:
    """Seconds that one site's builds took, medians of some rounds."""

    cold: float
    unchanged: float
    plain: float  # Material on the same pages, without ours
    least: float  # the pages' own compute and one import of torch


def builds(site: Site, bare: Site, rounds: int) -> Builds:
    """Build a site cold and again, and plainly, in turns."""
    taken = []
    for _ in range(rounds):
        site.remove("site", ".cache")
        bare.remove("site")
        round_ = [site.run(*BUILD), site.run(*BUILD), bare.run(*BUILD)]
        taken.append([*round_, sum(own_compute(site.pages)) + seconds("import torch")])
    return Builds(*map(median, zip(*taken, strict=True)))


def least_row(name: str, built: Builds) -> Row:
    """A cold build against the least that it has to do."""
    return Row(f"cold build, {name}", built.cold, built.least, "own compute + one import of torch", limit=1.0)


def notebooks_row(name: str, built: Builds, site: Site, folder: Path) -> Row:
    """A cold build against mkdocs-jupyter's, once."""
    other = notebooks(site, folder).run(*BUILD)
    return Row(f"cold build, {name}", built.cold, other, "mkdocs-jupyter on the same pages", faster=8)


def unchanged_row(name: str, built: Builds, limit: float) -> Row:
    what = f"build with nothing changed, {name}"
    return Row(what, built.unchanged, built.plain, "plain MkDocs", limit=limit)


def linear_row(size: int, large: Builds, small_size: int, small: Builds) -> Row:
    """A page's share of a cold build where there are many pages, against its share where there are few."""
    what = f"cold build a page, {size:,} generated pages"
    return Row(what, large.cold / size, small.cold / small_size, f"a page of {small_size}", limit=1.2)
