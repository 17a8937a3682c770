"""The pad to draw on, without a browser: for the same ink the page's script computes what torch does."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pytest
import torch
from bs4 import BeautifulSoup
from javascript import evaluate
from lesson_pads import LESSONS, pads_of
from pretended import pretended
from project_root import ROOT
from torch import nn
from torch.nn import functional as F

from live_charts import sketch_pad
from live_charts.pad import bars, picture, winner
from live_charts.record import Unrecordable

SCRIPT = ROOT / "src/live_charts/assets/sketch-pad.js"

RANDOM = torch.Generator().manual_seed(42)
WEIGHTS = torch.randn(10, 64, generator=RANDOM, dtype=torch.float64)
BIAS = torch.randn(10, generator=RANDOM, dtype=torch.float64)
MEANS = torch.rand(10, 8, 8, generator=RANDOM, dtype=torch.float64)
DIGITS = [str(digit) for digit in range(10)]


def with_weights(model: nn.Module) -> nn.Module:
    """The model in float64, as it would be after some training, ready for use."""
    for name, each in model.state_dict().items():
        if each.is_floating_point():
            values = torch.randn(each.shape, generator=RANDOM) * 0.3
            each.copy_(values.abs() + 0.1 if name.endswith("var") else values)
    return model.double().eval()


NET = with_weights(nn.Sequential(nn.Flatten(), nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 10)))
CONVOLUTIONS = with_weights(
    nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1, stride=2), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 2, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 10),
    )
)  # fmt: skip
MODELS = {
    "softmax": lambda ink: {"linear": (WEIGHTS @ ink.flatten() + BIAS).softmax(0)},
    "a row": lambda ink: {"linear": (ink.reshape(1, 64) @ WEIGHTS.T + BIAS)[0], "other": F.linear(ink.flatten(), WEIGHTS, BIAS)},
    "a net": lambda ink: {"net": NET(ink[None])[0].softmax(-1), "logs": NET(ink[None])[0].log_softmax(-1)},
    "convolutions": lambda ink: {"net": CONVOLUTIONS(ink[None, None])[0].softmax(-1)},
    "pooling": lambda ink: {
        "most": F.max_pool2d(F.conv2d(ink[None, None], MEANS[:1, None, :3, :2], dilation=2), 3, 1, 1).flatten()[:10],
        "mean": F.avg_pool2d(ink[None, None], 2).flatten()[:10],
    },
    "distances": lambda ink: {
        "absolute": (ink - MEANS).abs().mean((1, 2)),
        "squared": ((ink - MEANS) ** 2).mean((-1, -2)).sqrt(),
        "norm": (ink - MEANS).flatten(1).norm(dim=1),
        "softmax": (-10 * (ink - MEANS).abs().mean((1, 2))).softmax(0),
    },
    "one or none": lambda ink: {
        "nearest": (torch.arange(10) == (ink - MEANS).abs().sum((1, 2)).argmin()).double(),
        "likeliest": (torch.arange(10) == (WEIGHTS @ ink.flatten()).argmax()).double(),
    },
    "products": lambda ink: {"overlap": torch.einsum("kij,ij->k", MEANS, ink), "logs": WEIGHTS @ ink.flatten() - (WEIGHTS @ ink.flatten()).logsumexp(0)},
}  # fmt: skip


def pictures(count: int) -> torch.Tensor:
    """Pictures of many kinds: noise, sixteenths as scanned digits have, few cells, nothing, all black."""
    noise = torch.rand(count, 8, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    sparse = noise * (noise > 0.8)
    return torch.cat([noise, (noise * 16).round() / 16, sparse, torch.zeros(1, 8, 8), torch.ones(1, 8, 8)])


def pad(function=MODELS["softmax"], **options):
    return sketch_pad(function, **({"labels": DIGITS, "alt": "An empty pad."} | options))


@pytest.mark.parametrize("name", MODELS)
def test_the_page_computes_what_torch_computes(name):
    made, inks = pad(MODELS[name]), pictures(40)
    given = {"spec": made.spec(), "inks": [ink.flatten().tolist() for ink in inks]}
    for ink, page in zip(
        inks, evaluate(SCRIPT, "given.inks.map((ink) => script.scores(given.spec, ink))", given), strict=True
    ):
        for ours, torchs in zip(page, made.scores(ink).values(), strict=True):
            assert ours == pytest.approx(torchs.tolist(), rel=1e-9, abs=1e-9)


def test_bars_and_winners_are_pythons():
    given = [[0.25, 0.5, 0.25], [-3.0, 2.0, 2.0], [0.0, 0.0], [-0.5, -2.5], [0.1, 12.0, 0.4]]
    assert evaluate(SCRIPT, "given.map(script.bars)", given) == [
        [list(bar) for bar in bars(scores)] for scores in given
    ]
    for lowest in (False, True):
        code = f"given.map((scores) => script.winner(scores, {json.dumps(lowest)}))"
        assert evaluate(SCRIPT, code, given) == [winner(scores, lowest) for scores in given]


def drawn(strokes: list[list[list[float]]], ink: list[float] | None = None) -> torch.Tensor:
    code = """(() => {
        const pad = script.blank([8, 8], given.ink);
        for (const [from, to] of given.strokes) script.stroke(pad, from, to);
        return pad.ink;
    })()"""
    return torch.tensor(evaluate(SCRIPT, code, {"strokes": strokes, "ink": ink}), dtype=torch.float64).reshape(8, 8)


def test_a_stroke_is_soft_at_its_edges_and_dark_within():
    ink = drawn([[[4.0, 1.0], [4.0, 7.0]]])
    assert torch.equal(ink * 16, (ink * 16).round()), "a cell's ink is a number of sixteenths"
    assert torch.equal(ink, ink.flip(1)) and torch.equal(ink, ink.flip(0)), "it lies as far left as right"
    assert (ink[3, 3:5] == 0.75).all() and ink[:, :3].sum() == 0
    leaning = drawn([[[1.0, 1.0], [7.0, 6.0]]])
    assert len(leaning.unique()) > 6, "many greys"
    assert leaning.max() <= 1


def test_ink_adds_up_and_never_exceeds_one():
    along = [[1.3, 4.2], [6.6, 4.2]]
    once = drawn([along])
    assert torch.equal(drawn([along, along]), once), "the same stroke again covers nothing new"
    assert torch.equal(drawn([along], [0.5] * 64), (once + 0.5).clamp(max=1))
    halves = drawn([[along[0], [4.0, 4.2]], [[4.0, 4.2], along[1]]])
    assert torch.equal(halves, once), "in two parts it is the same stroke"
    assert drawn([[[-3.0, -3.0], [-2.0, 9.0]]]).sum() == 0, "outside the pad there is nothing"


def test_the_page_has_a_still_picture_and_the_scores():
    start = MEANS[3].clone()
    start[0] = 0
    made = pad(MODELS["distances"], start=start, lowest=["absolute"], title="A & B", alt='A "three".', digits=3)
    figure = BeautifulSoup(made._repr_html_(), "html.parser").figure
    assert figure["data-script"] == "sketch-pad"
    assert figure.figcaption.text == "A & B"
    assert figure.select_one("[role=img]")["aria-label"] == 'A "three".'
    assert len(figure.select(".pad__ink rect")) == 56, "cells without ink are left out"
    absolute, squared, *_ = figure.select("table")
    assert [each.text for each in absolute.select("th")] == DIGITS
    scores = made.scores(start)
    assert [each.text for each in absolute.select("td:last-child")] == [f"{score:.3f}" for score in scores["absolute"]]
    assert absolute.caption.text == f"absolute: {scores['absolute'].argmin()}"
    assert squared.caption.text == f"squared: {scores['squared'].argmax()}"
    assert absolute.select_one(".pad__best th").text == str(scores["absolute"].argmin().item())


def test_other_shapes_and_negative_scores():
    ink = torch.tensor([[0.0, 1.0, 0.25]])
    made = sketch_pad(lambda ink: {"balance": ink[0, :2] - 1}, labels=["a", "b"], shape=(1, 3), start=ink, alt="Three.")
    shown = made._repr_html_()
    assert "<td>−1.00</td>" in shown and "balance: <strong>b</strong>" in shown
    assert math.isclose(made.scores(ink)["balance"][1], 0)


def test_the_record_holds_the_weights_and_nothing_else_is_kept():
    trained = nn.Linear(64, 10).double()  # its parameters ask for gradients
    spec = pad(lambda ink: {"linear": trained(ink.flatten())}).spec()
    tensors = [step for step in spec["steps"] if step[0] == "tensor"]
    assert sorted(len(step[2]) for step in tensors) == [10, 640]
    json.dumps(spec, allow_nan=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shape": (0, 8)}, r"rows and columns, each 1 or more, not \(0, 8\)"),
        ({"labels": ["3"]}, "two labels or more, not 1"),
        ({"alt": ""}, "alt is empty"),
        ({"start": torch.zeros(28, 28)}, r"start has shape \(28, 28\), but the pad has shape \(8, 8\)"),
        ({"start": torch.full((8, 8), 16.0)}, "from 16 to 16, but ink goes from 0 to 1"),
        ({"start": torch.full((8, 8), torch.nan)}, "from nan to nan"),
        ({"examples": {"a seven": torch.zeros(8)}}, "the example a seven has shape"),
        ({"labels": ["3", "7"]}, r"linear has scores of shape \(10,\), but 2 labels need \(2,\)"),
        ({"lowest": ["distance"]}, "lowest names distance, but the models are linear"),
    ],
    ids=["no rows", "labels", "alt", "shape", "range", "nan", "example", "scores", "lowest"],
)
def test_bad_arguments_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        pad(**options)


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_picture_may_lie_on_a_gpu(kind):
    with pretended(kind):
        ink = picture("start", torch.eye(8, device=kind), (8, 8))
    assert torch.equal(ink, torch.eye(8, dtype=torch.float64))


def test_every_picture_has_a_finite_score():
    def share(ink):
        return {"share": ink.sum(dim=0) / ink.sum()}

    with pytest.raises(ValueError, match="share gives nan or inf for an empty pad"):
        sketch_pad(share, labels=["a", "b"], shape=(2, 2), start=torch.ones(2, 2), alt="Ink.")


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda ink: ink.sum(0), "must give a dict of tensors by model, not Tensor"),
        (lambda ink: {}, "must give a dict"),
        (lambda ink: {"a": 0.5}, "a must be a tensor of scores, not float"),
        (lambda ink: {"a": nn.Linear(64, 10)(ink.flatten())}, r"give the models \.double\(\)"),
    ],
    ids=["tensor", "nothing", "number", "float32"],
)
def test_what_a_function_must_give(function, message):
    with pytest.raises(TypeError, match=message):
        pad(function)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda ink: {"a": BIAS if ink.sum() > 1 else -BIAS}, "looks at a pixel's value.*or leave it out, or compute it before the pad"),
        (lambda ink: {"a": torch.linalg.det(ink) * BIAS}, "does not know the operation _linalg_det: leave it out, or compute it before the pad"),
        (lambda ink: {"a": nn.BatchNorm2d(1).double()(ink[None, None]).flatten()[:10]}, r"\.eval\(\)"),
        (lambda ink: {"a": F.avg_pool2d(ink[None, None], 2, padding=1).flatten()[:10]}, "without padding"),
        (lambda ink: {"a": F.max_pool2d(ink[None, None], 3, ceil_mode=True).repeat(1, 2, 1, 1).flatten()[:10]}, "without ceil_mode"),
        (lambda ink: {"a": F.conv2d(ink[None].expand(2, 8, 8)[None], MEANS[:2, None, :3, :3], groups=2).flatten()[:10]}, "without groups"),
        (lambda ink: {"a": F.conv1d(ink[None], MEANS[:2, :, :3]).flatten()[:10]}, r"images of shape"),
    ],
    ids=["if", "unknown", "training", "padding", "ceil", "groups", "one axis"],
)  # fmt: skip
def test_what_cannot_be_replayed_is_refused(function, message):
    with pytest.raises(Unrecordable, match=message):
        pad(function)


def displayed(made, monkeypatch):
    import IPython.display

    given: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", given.append)
    made._ipython_display_()
    return given[0]


def test_a_notebook_has_the_examples_to_choose_from(monkeypatch):
    widgets = pytest.importorskip("ipywidgets")
    shown = displayed(pad(examples={"a seven": MEANS[7]}), monkeypatch)
    choice, picture = shown.children
    assert isinstance(choice, widgets.ToggleButtons)
    before = picture.value
    assert before.count("fill-opacity=") == 0 and 'aria-label="An empty pad."' in before
    choice.value = "a seven"
    assert picture.value.count("fill-opacity=") == 64 and 'aria-label="a seven"' in picture.value


def test_a_notebook_shows_a_still_picture_where_there_is_nothing_to_choose(monkeypatch):
    assert "<table" in displayed(pad(), monkeypatch).data
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert "%pip install ipywidgets" in displayed(pad(examples={"a seven": MEANS[7]}), monkeypatch).data


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_pad_of_the_lessons_computes_what_torch_computes(lesson):
    pads = pads_of(lesson)
    assert pads
    for each in pads:
        code = "given.inks.map((ink) => script.scores(given.spec, ink))"
        page = evaluate(SCRIPT, code, {"spec": each.spec, "inks": list(each.inks.values())})
        for ours, torchs in zip(page, each.scores.values(), strict=True):
            for row, expected in zip(ours, torchs.values(), strict=True):
                assert row == pytest.approx(expected, rel=1e-9, abs=1e-9)
