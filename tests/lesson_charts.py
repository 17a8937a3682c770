"""The live charts of a lesson, and what torch computes for them, by running the lesson."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Any

from lesson_demos import demos_of, lessons_with

from live_charts import Chart

LESSONS = lessons_with("live(")


@dataclass
class Computed:
    """A chart at some positions of its sliders, the start first: the values of all marks, and of the numbers alone."""

    spec: dict[str, Any]
    places: list[list[int]]
    marks: list[list[list[float]]]
    numbers: list[list[float]]


def computed(chart: Chart) -> Computed:
    """A chart at the start, at both ends, and at positions drawn at random, the same in every run."""
    draw = random.Random(0)
    sliders = chart.sliders.values()
    places = [
        [slider.values.index(slider.start) for slider in sliders],
        [0 for _ in sliders],
        [len(slider.values) - 1 for slider in sliders],
        *([draw.randrange(len(slider.values)) for slider in sliders] for _ in range(3)),
    ]
    drawn = []
    for place in places:
        at = {
            name: slider.values[position] for (name, slider), position in zip(chart.sliders.items(), place, strict=True)
        }
        drawn.append(chart.marks(**at))
    return Computed(
        chart.spec(),
        places,
        [[value.tolist() for mark in marks for value in mark.values] for marks in drawn],
        [[mark.values[0].item() for mark in marks if mark.kind == "number"] for marks in drawn],
    )


@cache
def charts_of(lesson: str) -> list[Computed]:
    """The lesson's charts, in the page's order, each computed where it stands."""
    return demos_of(lesson, Chart, computed)
