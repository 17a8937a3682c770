"""How long the tests of all pages take."""

from __future__ import annotations

from statistics import median

from page_runner.runner import cores

from .compute import own_compute
from .imports import seconds
from .report import Row
from .sites import Site


def row(name: str, site: Site, rounds: int, workers: int | None = None) -> Row:
    """The pages' tests on every core against the pages' own compute, divided over the cores."""
    tests, least = [], []
    workers = cores() if workers is None else workers
    for _ in range(rounds):
        tests.append(site.run("pytest", "-q", "-n", str(workers), "tests/site/test_lessons.py", "-k", "test_page"))
        least.append(sum(own_compute(site.pages)) / cores() + seconds("import torch"))
    other = "own compute ÷ cores + one import of torch"
    return Row(f"tests of all pages, {name}", median(tests), median(least), other, limit=1.3)
