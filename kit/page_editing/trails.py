"""Snapshots of pages that are edited where they are read: several of a page, since readers go back to what was."""

from __future__ import annotations

import itertools

from page_runner.page import Page
from page_runner.runner import Runner
from page_runner.snapshots import Snapshots, Trail, can_keep

SPACING, SHARE = 0.1, 0.15  # where somebody waits for each run, snapshots are left more often


class Trails(Snapshots):
    """The snapshots that edited pages have left; those of the runs that came last are kept.

    Args:
        runner: The runner of the site's pages.
    """

    def __init__(self, runner: Runner):
        super().__init__(runner.cache, runner.root, runner.preload, SPACING, SHARE)
        self.count = itertools.count()

    def best(self, page: Page) -> str:
        """The key of the trail that saves most of a run; empty where none saves anything."""
        reach = {key: trail.reach(page) for key, trail in self.trails.items() if trail.page.name == page.name}
        return max((key for key in reach if reach[key]), key=reach.__getitem__, default="")

    def key(self, trail: Trail) -> str:
        """A key of its own."""
        return str(next(self.count))


def trails_of(runner: Runner) -> Trails | None:
    """Room for snapshots, where the system can keep them."""
    return Trails(runner) if can_keep() else None
