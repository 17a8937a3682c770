"""The live charts of a lesson, and what torch computes for them."""

from __future__ import annotations

from lesson_demos import Computed
from page_runs import demos_of, lessons_with

LESSONS = lessons_with("live(")


def charts_of(lesson: str) -> list[Computed]:
    """The lesson's charts, in the page's order, each computed where it stands."""
    return demos_of(lesson, "charts")
