"""Charts with sliders that work in a static page, computed in the browser from the lesson's own Python function.

`live` calls a function once with symbols in place of the sliders' values. PyTorch records every operation on them,
the gradients of autograd too; the record goes into the page, and a small script replays it whenever a slider moves.
So there is one formula, the Python one. Where a function cannot be recorded, as a training run that stops when it is
good enough, `frames=True` calls it for every position of the sliders while the page is built.

- `marks` says what a chart is made of; `record` turns a function into a list of operations.
- `chart` puts both together; `drawing` draws the chart as SVG, as the page shows it without scripts.
- `docs/assets/live-charts.js` replays the record in the browser.
- `shape_calculator` is a figure of another kind: two shapes in, what broadcasting makes of them out.
- `pad` is something to draw on, by `sketch_pad`, and what models say about the picture.
- `stepper` shows drawings one at a time, by `steps`.
"""

from live_charts.chart import Chart, Slider, choice, live, slider
from live_charts.marks import Mark, line, number, points, rule, segments
from live_charts.pad import SketchPad, sketch_pad
from live_charts.shape_calculator import ShapeCalculator, broadcast_calculator
from live_charts.stepper import Steps, steps

__all__ = [
    "Chart",
    "Mark",
    "ShapeCalculator",
    "SketchPad",
    "Slider",
    "Steps",
    "broadcast_calculator",
    "choice",
    "line",
    "live",
    "number",
    "points",
    "rule",
    "segments",
    "sketch_pad",
    "slider",
    "steps",
]
