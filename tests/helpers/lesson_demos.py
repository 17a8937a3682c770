"""The live charts and sketch pads of a page, found in its own process while it runs, and what torch computes for them."""

from __future__ import annotations

import functools
import math
import pickle
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from live_charts import Chart, SketchPad, Slider


@dataclass
class Computed:
    """A chart at some places of its handles, the start first: the values of all marks, and of the numbers alone."""

    spec: dict[str, Any]
    places: list[list[Any]]  # as the page's script has them: a slider's is the number of its position
    marks: list[list[list[float]]]
    numbers: list[list[float]]


def computed(chart: Chart) -> Computed:
    """A chart at the start, at both ends, and at places drawn at random, the same in every run."""
    draw = random.Random(0)
    spec = chart.spec()
    places = [
        [handle["start"] for handle in spec["handles"]],
        *([extreme(handle, end, chart) for handle in spec["handles"]] for end in (0, 1)),
        *([anywhere(handle, draw, chart) for handle in spec["handles"]] for _ in range(3)),
    ]
    drawn = [chart.marks(**values_at(chart, place)) for place in places]
    return Computed(
        spec,
        places,
        [[value.tolist() for mark in marks for value in mark.values] for marks in drawn],
        [[mark.values[0].item() for mark in marks if mark.kind == "number"] for marks in drawn],
    )


def values_at(chart: Chart, place: list[Any]) -> dict[str, Any]:
    """What the function gets where the handles stand at some place."""
    return {
        name: handle.values[at] if isinstance(handle, Slider) else at
        for (name, handle), at in zip(chart.handles.items(), place, strict=True)
    }


def extreme(handle: dict[str, Any], end: int, chart: Chart) -> Any:
    """The lowest place of a handle, or the highest."""
    if "values" in handle:
        return end * (len(handle["values"]) - 1)
    if handle["kind"] == "choices":
        return [end for _ in handle["names"]]
    limits = zip((chart.axes.xlim, chart.axes.ylim), handle["step"], handle["start"], strict=True)
    return [[furthest(value, limit[end], step) for value in values] for limit, step, values in limits]


def furthest(value: float, limit: float, step: float) -> float:
    """How near to a limit whole steps lead."""
    return round(value + int((limit - value) / step + math.copysign(1e-9, limit - value)) * step, 9) if step else value


def anywhere(handle: dict[str, Any], draw: random.Random, chart: Chart) -> Any:
    """A place of a handle drawn at random."""
    if "values" in handle:
        return draw.randrange(len(handle["values"]))
    if handle["kind"] == "choices":
        return [draw.randrange(2) for _ in handle["names"]]
    limits = zip((chart.axes.xlim, chart.axes.ylim), handle["step"], handle["start"], strict=True)
    return [[furthest(value, draw.uniform(*limit), step) for value in values] for limit, step, values in limits]


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
        kind._repr_html_ = noting(FOUND[name], described, kind._repr_html_)  # type: ignore[method-assign, assignment]
    SPENT[0] = time.process_time()


def noting(found: list[Any], described: Callable[[Any], Any], show: Callable[[Any], str]) -> Callable[[Any], str]:
    def note(demo: Any) -> str:
        before = time.process_time()
        found.append(described(demo))
        object.__setattr__(
            demo, "spec", functools.partial(getattr, found[-1], "spec")
        )  # made once: it may train at every position
        SPENT[0] += time.process_time() - before
        return show(demo)

    return note


def write(path: str) -> None:
    """Write down how long the page has computed, and its demos."""
    Path(path).write_bytes(pickle.dumps((time.process_time() - SPENT[0], FOUND)))
