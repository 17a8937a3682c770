"""The live charts of a lesson, and what torch computes for them, by running the lesson."""

from __future__ import annotations

import random
import warnings
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from live_charts import Chart
from page_runner.page import read_page
from page_runner.program import Program

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.stem for path in (ROOT / "docs/lessons").glob("*.md") if "live(" in path.read_text("utf-8"))


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
    charts: list[Computed] = []
    show = Chart._repr_html_

    def note(chart: Chart) -> str:
        charts.append(computed(chart))
        return show(chart)

    program = Program(read_page(ROOT / f"docs/lessons/{lesson}.md", ROOT))
    with TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Chart._repr_html_ = note  # type: ignore[method-assign]
        try:
            for item in program.page.items:
                program.run(item)
        finally:
            Chart._repr_html_ = show  # type: ignore[method-assign]
    return charts
