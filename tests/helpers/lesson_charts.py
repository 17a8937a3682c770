"""The live charts of a page, and what torch computes for them."""

from __future__ import annotations

from lesson_demos import Computed
from page_runs import demos_of, pages_with

WITH_CHARTS = pages_with("live(")


def charts_of(page: str) -> list[Computed]:
    """The page's charts, in their order, each computed where it stands."""
    return demos_of(page, "charts")
