"""The sketch pads of a lesson, and what torch says about some pictures on them."""

from __future__ import annotations

from lesson_demos import Judged
from page_runs import demos_of, pages_with

LESSONS = pages_with("sketch_pad(")


def pads_of(lesson: str) -> list[Judged]:
    """The lesson's pads, in the page's order, each judged where it stands."""
    return demos_of(lesson, "pads")
