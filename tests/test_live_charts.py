"""Live charts without a browser: what the page's script computes and draws is what Python does."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from javascript import evaluate
from lesson_charts import LESSONS, charts_of
from torch import Tensor, nn

from foundations import course22_points, quad, quad_mae, quad_mse
from live_charts import Chart, line, live, number, points, rule, segments, slider
from live_charts.drawing import path
from live_charts.record import KNOWN, Unrecordable

ASSETS = Path(__file__).resolve().parents[1] / "src/live_charts/assets"
GRID = torch.linspace(-2.1, 2.1, 25, dtype=torch.float64)[:, None]
X, Y = course22_points(dtype=torch.float64)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def values_in_the_page(chart: Chart, positions: list[int]) -> list[list[float]]:
    code = "script.compute(given.spec, given.positions)"
    return evaluate(ASSETS / "live-charts.js", code, {"spec": chart.spec(), "positions": positions})  # type: ignore[return-value]


def values_in_python(chart: Chart, positions: list[int]) -> list[list[float]]:
    at = {name: each.values[place] for (name, each), place in zip(chart.sliders.items(), positions, strict=True)}
    return [value.tolist() for mark in chart.marks(**at) for value in mark.values]


def fit_chart() -> Chart:
    def picture(a: Tensor, b: Tensor, c: Tensor):
        slope = torch.func.grad(lambda params: quad_mse(params, X, Y))(torch.stack([a, b, c]))
        return [
            segments(X, quad(a, b, c, X), Y, "residuals"),
            points(X, Y, "points"),
            line(GRID, quad(a, b, c, GRID), "curve"),
            rule(0.5),
            number("MSE", quad_mse((a, b, c), X, Y)),
            number("MAE", quad_mae((a, b, c), X, Y)),
            number("slope", slope[0]),
        ]

    return live(picture, alt="Points.", **{name: slider(-1.1, 3.3, 0.1, start=1.1) for name in "abc"})


LAYERS = (
    nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 4), nn.Sigmoid(), nn.Linear(4, 1))
    .double()
    .requires_grad_(False)
)
OPERATIONS = {
    "arithmetic": lambda a, b: [line(GRID, -a * GRID / 3 + (2 - GRID) ** 3 - b + 1 / (GRID**2 + 1))],
    "functions": lambda a, b: [
        line(GRID, (a * GRID).sin() + GRID.exp().log1p() - (b * GRID).tanh() + (GRID**2 + a**2).sqrt())
    ],
    "kinks": lambda a, b: [
        line(GRID, torch.relu(a * GRID) + torch.clip(GRID, -0.5, 0.7) + torch.maximum(GRID, b) + GRID.abs())
    ],
    "choices": lambda a, b: [line(GRID, torch.where(a < GRID, GRID, b) + (b >= GRID).double() * 2)],
    "reductions": lambda a, b: [
        number("s", (a * GRID).sum() + GRID.mean(dim=0)[0] * b),
        number("m", (b * GRID).amax() - (a * GRID).amin()),
    ],
    "matrices": lambda a, b: [line(GRID, (torch.hstack([GRID, GRID**2]) @ torch.stack([a, b])[:, None]).T)],
    "shapes": lambda a, b: [
        line(GRID, torch.cat([GRID[:5] * a, GRID[5:].flip(0).flip(0) * b]).reshape(5, 5).transpose(0, 1))
    ],
    "slices": lambda a, b: [line(GRID[-99:], (a * GRID)[-99:] + b), line(GRID[3:99], (a * GRID)[3:99])],
    "a network": lambda a, b: [line(GRID, LAYERS(a * GRID + b))],
    "its gradient": lambda a, b: [
        number("g", torch.func.grad(lambda x: LAYERS(x.reshape(1, 1)).sum())(a)),
        number("h", b),
    ],
}


def test_a_name_opens_its_own_module_alone_and_all_are_listed():
    code = """if True:
        import sys
        from live_charts import line
        print(*(name for name in sys.modules if name.startswith("live_charts.")))
        import live_charts
        print(dir(live_charts) == live_charts.__all__ == sorted(name for name in live_charts.__all__ if getattr(live_charts, name)))
        live_charts.lime
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert run.stdout.splitlines() == ["live_charts.marks", "True"]
    assert run.stderr.rstrip().endswith(
        "AttributeError: module 'live_charts' has no attribute 'lime'. Did you mean: 'line'?"
    )


@pytest.mark.parametrize("positions", [[0, 0, 0], [22, 22, 22], [44, 7, 31], [13, 40, 2]], ids=str)
def test_the_page_computes_what_torch_computes(positions):
    chart = fit_chart()
    for ours, torchs in zip(values_in_the_page(chart, positions), values_in_python(chart, positions), strict=True):
        assert ours == pytest.approx(torchs, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("positions", [[0, 6], [5, 1]], ids=str)
def test_operations(name, positions):
    pair = {"a": slider(-1.5, 1.5, 0.5, start=1), "b": slider(-1.5, 1.5, 0.5, start=-0.5)}
    try:
        chart = live(OPERATIONS[name], alt="Lines.", ylim=(-9, 9), xlim=(-2, 2), **pair)
        chart.spec()
    except Unrecordable as error:
        pytest.fail(str(error))
    for ours, torchs in zip(values_in_the_page(chart, positions), values_in_python(chart, positions), strict=True):
        assert ours == pytest.approx(torchs, rel=1e-9, abs=1e-9)


def test_the_script_knows_every_operation_that_may_be_recorded():
    assert set(evaluate(ASSETS / "operations.js", "script.known", None)) >= KNOWN  # type: ignore[arg-type]


def test_the_page_draws_what_the_still_picture_draws():
    chart = fit_chart()
    for mark in chart.marks():
        if mark.kind != "number":
            given = [mark.kind, [value.tolist() for value in mark.values], chart.axes.spec()]
            drawn = str(evaluate(ASSETS / "drawing.js", "script.path(...given)", given))
            expected = path(mark, chart.axes)
            assert NUMBER.sub("0", drawn) == NUMBER.sub("0", expected)
            assert [*map(float, NUMBER.findall(drawn))] == pytest.approx(
                [*map(float, NUMBER.findall(expected))], abs=0.0101
            )


def test_frames_are_what_the_function_gave_at_each_position():
    def trained(lr: float, steps: int, keep: bool):
        return [line(torch.arange(3), torch.tensor([lr, lr * steps, float(keep)]))]

    chart = live(trained, alt="A line.", frames=True, lr=[0.1, 0.2, 0.3], steps=slider(1, 4, 1), keep=True)
    for positions in ([0, 0, 0], [2, 1, 1], [1, 3, 0]):
        for ours, pythons in zip(values_in_the_page(chart, positions), values_in_python(chart, positions), strict=True):
            assert ours == pytest.approx(pythons)


AXES = {"xlim": (0, 3), "ylim": (0, 1)}


@pytest.mark.parametrize(
    ("function", "error"),
    [
        (lambda n: [rule(n.reshape(1))], AttributeError),
        (lambda n: [rule(torch.exp(n))], TypeError),
    ],
)
def test_with_frames_a_function_that_wants_tensors_is_told_what_it_gets(function, error):
    with pytest.raises(error, match=r"with frames=True the sliders give plain numbers .*not tensors"):
        live(function, alt="A rule.", frames=True, n=[1, 2], **AXES)


def test_another_error_of_the_function_stays_as_it_is():
    with pytest.raises(AttributeError, match=r"'list' object has no attribute 'reshape'$"):
        live(lambda n: [rule([n].reshape(1))], alt="A rule.", frames=True, n=[1, 2], **AXES)


def test_where_frames_are_advised_it_says_what_the_sliders_give_then():
    chart = live(lambda n: [rule(torch.ones(3).double().mul(n).median())], alt="A rule.", n=[1, 2], **AXES)
    with pytest.raises(Unrecordable, match=r"use frames=True, with which the sliders give plain numbers"):
        chart.spec()


def test_a_value_that_is_not_finite_is_kept_out_of_the_frames():
    chart = live(
        lambda n: [number("x", float("inf") if n else 1.0)],
        alt="A number.",
        frames=True,
        xlim=(0, 1),
        ylim=(0, 1),
        n=[0, 1],
    )
    assert chart.spec()["frames"] == [[[1.0]], [[None]]]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda a: [number("x", a if a > 0 else -a)], "looks at a slider's value"),
        (lambda a: [number("x", a * float(a))], "looks at a slider's value"),
        (lambda a: [number("x", (a * torch.ones(3)).sum())], r"\.double\(\)"),
        (
            lambda a: [number("x", torch.linalg.det(a * torch.eye(3, dtype=torch.float64)))],
            "does not know the operation",
        ),
        (lambda a: [number("x", (a * 2.5).long().double())], r"leave out \.long\(\)"),
        (lambda a: [number("x", torch.div(a, 2, rounding_mode="floor"))], "without rounding_mode"),
        (lambda a: [number("x", torch.linalg.vector_norm(a * GRID, ord=torch.inf))], "norm of order 0 or inf"),
    ],
    ids=["if", "float", "float32", "unknown", "whole", "rounded", "norm"],
)
def test_what_cannot_be_replayed_is_refused(function, message):
    chart = live(function, alt="A number.", xlim=(0, 1), ylim=(0, 1), a=slider(-1, 1))
    with pytest.raises(Unrecordable, match=message):
        chart.spec()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a slider"),
        ({"a": slider(0, 1), "alt": ""}, "alt is empty"),
        ({"a": [1.0]}, "two positions or more"),
        ({"a": slider(0, 1), "yscale": "square"}, "'linear' or 'log'"),
        ({"a": slider(0, 1), "xlim": (1, 0)}, "xlim must go from low to high"),
        ({"a": slider(0, 1), "yscale": "log", "ylim": (0, 1)}, "logarithmic axis has no place for 0"),
    ],
    ids=["no slider", "no alt", "one position", "scale", "ends", "log of zero"],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        live(lambda a=0: [line(GRID, GRID)], **{"alt": "A line.", **arguments})


def test_an_axis_that_nothing_gives_is_asked_for():
    with pytest.raises(ValueError, match="give xlim"):
        live(lambda a: [number("x", a)], alt="A number.", a=slider(0, 1))


def test_marks_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="x has 3 values but y has 2 values"):
        line(torch.zeros(3), torch.zeros(2))


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_chart_of_the_lessons_computes_what_torch_computes(lesson):
    charts = charts_of(lesson)
    assert charts
    for chart in charts:
        code = "given.places.map((place) => script.compute(given.spec, place))"
        page = evaluate(ASSETS / "live-charts.js", code, {"spec": chart.spec, "places": chart.places})
        for marks, torchs_marks in zip(page, chart.marks, strict=True):
            for ours, torchs in zip(marks, torchs_marks, strict=True):
                finite = [(a, b) for a, b in zip(ours, torchs, strict=True) if math.isfinite(b)]
                assert [a for a, _ in finite] == pytest.approx([b for _, b in finite], rel=1e-9, abs=1e-9)
