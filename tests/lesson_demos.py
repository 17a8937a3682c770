"""The live charts and sketch pads of a page, found in its own process while it runs, and what torch computes for them."""

from __future__ import annotations

import pickle
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from live_charts import Chart, SketchPad


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


@dataclass
class Judged:
    """A pad as it stands in its lesson, and each model's scores for some pictures, by the name of the picture."""

    spec: dict[str, Any]
    inks: dict[str, list[float]]
    scores: dict[str, dict[str, list[float]]]


def judged(pad: SketchPad) -> Judged:
    """A pad with its examples and some other pictures, the same in every run."""
    rows, columns = pad.start.shape
    dot = pad.start.clone()
    dot[rows // 2, columns // 2] = 1 if dot[rows // 2, columns // 2] < 1 else 0
    noise = torch.rand(12, rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    inks = {"Clear": torch.zeros(rows, columns, dtype=torch.float64), "Reset": pad.start, **pad.examples, "a dot": dot}
    inks |= {f"noise {place}": each * (each > 0.6) for place, each in enumerate(noise)}
    scores = {name: {model: each.tolist() for model, each in pad.scores(ink).items()} for name, ink in inks.items()}
    return Judged(pad.spec(), {name: ink.flatten().tolist() for name, ink in inks.items()}, scores)


FOUND: dict[str, list[Any]] = {"charts": [], "pads": []}
SPENT = [0.0]  # seconds of computing for `FOUND`, which are not the page's


def watch() -> None:
    """From now on, describe every chart and pad at the place where the page shows it."""
    for name, kind, described in ("charts", Chart, computed), ("pads", SketchPad, judged):
        kind._repr_html_ = noting(FOUND[name], described, kind._repr_html_)  # type: ignore[attr-defined]
    SPENT[0] = time.process_time()


def noting(found: list[Any], described: Callable[[Any], Any], show: Callable[[Any], str]) -> Callable[[Any], str]:
    def note(demo: Any) -> str:
        before = time.process_time()
        found.append(described(demo))
        SPENT[0] += time.process_time() - before
        return show(demo)

    return note


def write(path: str) -> None:
    """Write down how long the page has computed, and its demos."""
    Path(path).write_bytes(pickle.dumps((time.process_time() - SPENT[0], FOUND)))
