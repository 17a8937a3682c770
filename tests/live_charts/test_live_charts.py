"""Live charts without a browser: what the page's script computes and draws is what Python does."""

from __future__ import annotations

import ast
import math
import re
import subprocess
import sys
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from javascript import evaluate
from lesson_charts import WITH_CHARTS, charts_of
from lesson_demos import values_at
from project_root import ROOT
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from foundations import course22_points, quad, quad_mae, quad_mse
from live_charts import (
    Chart,
    arrows,
    bars,
    choices,
    data,
    image,
    line,
    live,
    number,
    point,
    points,
    region,
    rule,
    segments,
    slider,
    text,
    trail,
)
from live_charts.axes import Axes
from live_charts.chart import numbers, plain
from live_charts.drawing import legend
from live_charts.record import KNOWN, Unrecordable
from live_charts.words import words

ASSETS = ROOT / "src/live_charts/assets"
GRID = torch.linspace(-2.1, 2.1, 25, dtype=torch.float64)[:, None]
X, Y = course22_points(dtype=torch.float64)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def values_in_the_page(chart: Chart, positions: list[int]) -> list[list[float]]:
    code = "script.compute(given.spec, given.positions)"
    return evaluate(ASSETS / "live-charts.js", code, {"spec": chart.spec(), "positions": positions})


def values_in_python(chart: Chart, positions: list[int]) -> list[list[float]]:
    return [value.tolist() for mark in chart.marks(**values_at(chart, positions)) for value in mark.values]


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
        line(GRID, (a * GRID * (GRID - b)).cummax(dim=0).values),
        number("which", (a * GRID).argmax(), names=[str(each) for each in range(25)]),
    ],
    "matrices": lambda a, b: [
        line(GRID, (torch.hstack([GRID, GRID**2]) @ torch.stack([a, b])[:, None]).T),
        line(GRID, torch.stack([a, b]) @ torch.hstack([GRID, GRID**2]).T),
    ],
    "shapes": lambda a, b: [
        line(GRID, torch.cat([GRID[:5] * a, GRID[5:].flip(0).flip(0) * b]).reshape(5, 5).transpose(0, 1))
    ],
    "slices": lambda a, b: [line(GRID[-99:], (a * GRID)[-99:] + b), line(GRID[3:99], (a * GRID)[3:99])],
    "slopes through places": lambda a, b: [
        number(
            "g",
            torch.func.grad(lambda pair: pair[0] ** 2 * pair[-1] + (pair[1:] * pair[:1]).sum())(torch.stack([a, b]))[0],
        ),
    ],
    "cross-entropy": lambda a, b: [
        line(GRID, cross_entropy(a * GRID, (b < GRID).double(), reduction="none")),
        *(number(how, cross_entropy(a * GRID, (b < GRID).double(), reduction=how)) for how in ("mean", "sum")),
    ],
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
    opened, same = run.stdout.splitlines()
    assert set(opened.split()) == {f"live_charts.{name}" for name in ("axes", "marks", "marks.line", "marks.mark")}
    assert same == "True"
    assert run.stdout.splitlines()[-1:] == ["True"]
    assert run.stderr.rstrip().endswith(
        "AttributeError: module 'live_charts' has no attribute 'lime'. Did you mean: 'line'?"
    )


def test_contributing_shows_every_mark_and_handle_in_charts_that_work():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    section = text.partition("### Marks and handles of live charts\n")[2].partition("\n### ")[0]
    names: dict[str, Any] = {}
    code = re.findall(r"^```python\n(.*?)^```$", section, re.M | re.S)
    *_, last = ast.parse("\n".join(code)).body
    exec("\n".join(code), names)
    assert isinstance(last, ast.Expr)
    chart = eval(ast.unparse(last), names)
    spec = chart.spec()
    start = [handle["start"] for handle in spec["handles"]]
    assert len(values_in_the_page(chart, start)) == len(values_in_python(chart, start)) == 5
    modules = {path.stem for path in (ROOT / "src/live_charts/marks").glob("*.py")} - {"__init__", "mark"}
    assert (
        {mark.kind for mark in names["marks"]}
        == modules
        == {path.stem for path in (ASSETS / "marks").glob("*.js")} | {"number"}
    )
    assert {handle["kind"] for handle in spec["handles"]} == {"slider", "switch", "point", "data", "choices"}
    assert "<svg" in live(lambda on: names["marks"], on=True, alt="All marks.")._repr_html_()


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


@pytest.mark.parametrize(
    "place",
    [[[[1.0], [2.0]], [[0.0, 1, 2], [3.0, 4, 8]], [1, 1]], [[[-1.5], [0.25]], [[0.5, 0.75, 1], [-1.0, 2, 0]], [0, 1]]],
    ids=["start", "moved"],
)
def test_what_points_data_and_choices_give_is_torchs(place):
    family = torch.tensor([0, 1, 1])

    def picture(at, cloud, shown):
        x, y = cloud
        slope = torch.func.grad(lambda a: ((a * x - y) ** 2).mean())(at[0])
        kept = torch.where(shown[family] > 0, y, torch.nan)
        return [
            points(x, kept, "shown", names=["a", "b", "c"]),
            image((x[:, None] - at[0]) ** 2 + (y - at[1]) ** 2, (0, 1), (0, 1), vmin=0, vmax=9),
            number("slope", slope),
            number("how many", shown.index_select(0, family).cumsum(0)[-1]),
        ]

    chart = live(
        picture, at=point(1, 2), cloud=data([0, 1, 2], [3, 4, 8]), shown=choices("one", "two"),
        xlim=(-2, 9), ylim=(-2, 9), alt="Points.",
    )  # fmt: skip
    for ours, torchs in zip(values_in_the_page(chart, place), values_in_python(chart, place), strict=True):
        finite = [(math.nan if a is None else a, b) for a, b in zip(ours, torchs, strict=True)]
        assert [a for a, _ in finite] == pytest.approx([b for _, b in finite], rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_cells_of_an_image_with_names_say_them_and_empty_ones_nothing():
    named = image(torch.tensor([[0.0, 1.0]]).double(), (0, 2), (0, 1), names=["low", "<high>"], label="it is")
    chart = live(lambda a: [named], a=[0, 1], alt="Cells.", xlabel="x", ylabel="y")
    assert "&lt;high&gt;</li>" in chart._repr_html_()
    given = {"mark": named.spec(), "axes": chart.axes.spec()}
    said = evaluate(
        ASSETS / "told.js",
        "script.dataOf(given.mark, [[1, NaN]], given.axes).map(({x, said}) => [isNaN(x), said()])",
        given,
    )
    assert said[0] == [False, "x 0.5, y 0.5: it is <high>"] and said[1][0]


def test_the_legend_says_what_to_do_with_one_point_and_with_many():
    start, measured = point(0, 1), data([0.0, 1.0], [2.0, 3.0])
    assert "start (drag it)<" in legend([], {"start": start, "k": slider(0, 1, 1)})
    assert "measured (drag one)<" in legend([], {"measured": measured})
    assert legend([], {"k": slider(0, 1, 1)}) == ""


def test_numbers_are_the_same_words_on_both_sides():
    given = [(value, digits) for value in (0, 0.2, 1.0625, -0.5, 1e-5, 0.12345, 3.0, -1234.5, 99999, 1e6, 4.54990613172e25, -2e-7, None)
             for digits in (None, 0, 2)]  # fmt: skip
    code = "given.map(([value, digits]) => script.words(value, digits ?? undefined))"
    expected = [words(math.nan if value is None else value, digits) for value, digits in given]
    assert evaluate(ASSETS / "words.js", code, given) == expected


def test_a_name_stands_in_the_place_of_a_number():
    def said(place: float) -> Any:
        return re.findall("<output>(.*)</output>", numbers([number("it is a", place, names=["three", "a & b"])]))[0]

    assert [said(place) for place in (0, 1, math.nan)] == ["three", "a &amp; b", "none"]


def test_the_script_knows_every_operation_that_may_be_recorded():
    assert set(evaluate(ASSETS / "operations.js", "script.known", None)) >= KNOWN


def test_the_page_draws_what_the_still_picture_draws(subtests):
    nan, x = torch.nan, torch.tensor([-1.0, 0.0, 0.4, 1.0, 2.0])
    y = torch.tensor([0.5, nan, -1.0, 2.0, 1e9])
    grid = torch.tensor([[0.1, 0.1, 0.5], [nan, 0.9, 7.0]])
    marks = [
        *(line(x, y), points(x, y), segments(x, y, x), rule(0.4), region(x, y), region(x, y, x), bars(y, width=0.5)),
        *(
            text(x, y, list("abcde")),
            text(x, y, y),
            text(x, x, y, digits=1),
            arrows(x, y, y, x),
            arrows(x, x, x + 1, x - 0.01),
        ),
        trail(0.25, 1.5),
        *(image(grid, (-1, 2), (2, -1), vmin=0.1, vmax=1, log=log) for log in (False, True)),
        image(grid.round(), (-1, 2), (2, -1), names=["low", "high"]),
    ]
    for axes in (Axes((-1, 2), (-1, 2)), Axes((-0.5, 3), (0.1, 100), log=True)):
        code = """Promise.all(given.marks.map(async ([spec, values]) =>
            (await import(`${given.folder}/${spec.kind}.js`)).draw(values, script.scales(given.axes), spec)))"""
        given = [[mark.spec(), [[plain(item) for item in each] for each in mark.lists]] for mark in marks]
        folder = (ASSETS / "marks").as_uri()
        drawn = evaluate(ASSETS / "axes.js", f"await {code}", {"marks": given, "axes": axes.spec(), "folder": folder})
        for mark, ours in zip(marks, drawn, strict=True):
            expected = mark.draw(axes)
            with subtests.test(mark.kind, log=axes.log):
                assert [each.keys() for each in ours] == [each.keys() for each in expected]
                script = " ".join(value for each in ours for value in each.values())
                python = " ".join(value for each in expected for value in each.values())
                assert NUMBER.sub("0", script) == NUMBER.sub("0", python)
                assert [*map(float, NUMBER.findall(script))] == pytest.approx(
                    [*map(float, NUMBER.findall(python))], abs=0.0101
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
        live(lambda n: [rule([n].reshape(1))], alt="A rule.", frames=True, n=[1, 2], **AXES)  # type: ignore[attr-defined]


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
        ({"a": point(5, 0)}, None),
        ({"a": point(5, 0), "xlim": (0, 3)}, r"a starts at \(5, 0\), outside of the axes"),
        ({"a": point(1, 1), "frames": True}, "every handle must be a slider, a choice or a switch, but a is not"),
        ({"a": slider(0, 1), "xnames": ["a rather long name for a feature", "and another one here"]}, "shorten them"),
        ({"a": slider(0, 1), "ynames": ["thirteen", "7"]}, "'thirteen', but each may have 7 characters"),
    ],
    ids=[
        *("no slider", "no alt", "one position", "scale", "ends", "log of zero"),
        *("stretched", "outside", "frames", "long names", "a long name"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message) if message else nullcontext():
        live(lambda a=0: [line(GRID, GRID)], **{"alt": "A line.", **arguments})


def test_an_axis_that_nothing_gives_is_asked_for():
    with pytest.raises(ValueError, match="give xlim"):
        live(lambda a: [number("x", a)], alt="A number.", a=slider(0, 1))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: line(torch.zeros(3), torch.zeros(2)), "x has 3 values but y has 2 values"),
        (lambda: points(X, Y, names=["one"]), "names must be a list of 20 names"),
        (lambda: text(X, Y, "one"), "names must be a list of 20 names"),
        (lambda: trail(X, Y), "x has 20 values but a trail is of one point"),
        (lambda: bars(X, width=0), "width must be more than 0"),
        (lambda: image(X[:, 0], (0, 1), (0, 1), vmin=0, vmax=1), r"z has shape \(20,\) but an image is a grid"),
        (lambda: image(X, (0, 1), (0, 1), vmin=1, vmax=1), "vmin must be below vmax"),
        (lambda: image(X, (0, 1), (0, 1), vmin=0, vmax=1, log=True), "vmin must be above 0"),
        (lambda: image(X, (0, 1), (1, 1), vmin=0, vmax=1), "ylim must be two different ends"),
        (lambda: image(X, (0, 1), (0, 1), vmin=0, vmax=1, scale="rainbow"), "must be 'ink' or 'diverging'"),
        (lambda: image(X, (0, 1), (0, 1)), "needs vmin and vmax"),
        (lambda: image(X, (0, 1), (0, 1), names=["low", "high"], log=True), "leave out vmin, vmax, log and scale"),
        (lambda: image(X, (0, 1), (0, 1), names="abcdefghijk"), "a list of ten names at most"),
        (lambda: point(0, 0, step=0), "step must be more than 0 along one axis"),
        (lambda: point(0, 0, step=(0.1, -1)), "below 0 along none"),
        (lambda: data([], []), "and one at least"),
        (lambda: data([1, 2], [1]), "x has 2 values and y 1"),
        (lambda: choices(), "choices need names"),
        (lambda: choices("a", "a"), "all different"),
        (lambda: choices("a", "b", ticked=["c"]), "ticked has 'c', which is not among a, b"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_marks_and_handles_that_cannot_be_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_every_chart_of_the_pages_computes_what_torch_computes(name):
    charts = charts_of(name)
    assert charts
    for chart in charts:
        code = "given.places.map((place) => script.compute(given.spec, place))"
        page = evaluate(ASSETS / "live-charts.js", code, {"spec": chart.spec, "places": chart.places})
        for marks, torchs_marks in zip(page, chart.marks, strict=True):
            for ours, torchs in zip(marks, torchs_marks, strict=True):
                finite = [(a, b) for a, b in zip(ours, torchs, strict=True) if math.isfinite(b)]
                assert [a for a, _ in finite] == pytest.approx([b for _, b in finite], rel=1e-9, abs=1e-9)


def test_a_notebook_has_widgets_for_every_handle(monkeypatch):
    boxes: list[Any] = []
    monkeypatch.setattr("IPython.display.display", boxes.append)
    chart = live(
        lambda step, at, cloud, shown: [number("sum", step + at.sum() + cloud.sum() + shown.sum())],
        step=slider(0, 2, 1, start=1, play=True), at=point(1, 2), cloud=data([0, 1], [0, 3], step=(0, 0.5)),
        shown=choices("vit", "levit"), xlim=(0, 4), ylim=(0, 4), alt="Points.",
    )  # fmt: skip
    chart._ipython_display_()
    *rows, picture = boxes[0].children
    step, play = rows[0].children
    assert [type(row).__name__ for row in rows[1:]] == ["FloatSlider"] * 4 + ["Checkbox"] * 2
    assert [row.description for row in rows[1:]] == ["at x", "at y", "cloud 1 y", "cloud 2 y", "vit", "levit"]
    assert ">10.000<" in picture.value  # 1 + 3 + 4 + 2
    play.value, rows[1].value, rows[4].value, rows[5].value = 2, 3.0, 0.5, False
    assert step.value == 2
    assert ">9.500<" in picture.value  # 2 + 5 + 1.5 + 1
    assert picture.value.count('class="live__grip" cx') == 3
