"""How long the tests of all pages take."""

from __future__ import annotations

from page_runner.runner import cores

from .compute import own_compute
from .report import Row
from .sites import Site


def row(name: str, site: Site, torch: float) -> Row:
    """The pages' tests on every core against the pages' own compute, divided over the cores."""
    seconds = site.run("pytest", "-q", "-n", str(cores()), "tests/test_lessons.py")
    least = sum(own_compute(site.pages)) / cores() + torch
    other = "own compute ÷ cores + one import of torch"
    return Row(f"tests of all pages, {name}", seconds, least, other, limit=1.3)
