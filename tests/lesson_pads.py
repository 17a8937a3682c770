"""The sketch pads of a lesson, and what torch says about some pictures on them, by running the lesson."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from lesson_demos import demos_of, lessons_with

from live_charts import SketchPad

LESSONS = lessons_with("sketch_pad(")


@dataclass
class Judged:
    """A pad as it stands in its lesson, and each model's scores for some pictures, by the name of the picture."""

    spec: dict[str, Any]
    inks: dict[str, list[float]]
    scores: dict[str, dict[str, list[float]]]


def judged(pad: SketchPad) -> Judged:
    rows, columns = pad.start.shape
    dot = pad.start.clone()
    dot[rows // 2, columns // 2] = 1 if dot[rows // 2, columns // 2] < 1 else 0
    noise = torch.rand(12, rows, columns, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    inks = {"Clear": torch.zeros(rows, columns, dtype=torch.float64), "Reset": pad.start, **pad.examples, "a dot": dot}
    inks |= {f"noise {place}": each * (each > 0.6) for place, each in enumerate(noise)}
    scores = {name: {model: each.tolist() for model, each in pad.scores(ink).items()} for name, ink in inks.items()}
    return Judged(pad.spec(), {name: ink.flatten().tolist() for name, ink in inks.items()}, scores)


@cache
def pads_of(lesson: str) -> list[Judged]:
    """The lesson's pads, in the page's order, each judged where it stands."""
    return demos_of(lesson, SketchPad, judged)
