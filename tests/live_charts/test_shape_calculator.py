"""The shape calculator without a browser: what the page's script says and draws is what torch and Python do."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest
import torch
from javascript import evaluate
from project_root import ROOT

from live_charts import broadcast_calculator
from live_charts.shape_calculator import AXES, LARGEST, aligned, broadcast, cells, drawn, parse, said

SCRIPT = ROOT / "src/live_charts/assets/shape-calculator.js"
SHAPES = [shape for rank in range(4) for shape in itertools.product(range(4), repeat=rank)]
PAIRS = list(itertools.product(SHAPES, SHAPES))
LARGER = [
    ((32, 3, 28, 28), (3, 1, 1)),
    ((4, 5, 5), (5,)),
    ((4, 8, 8), (8,)),
    ((5, 1, 1), (1, 8)),
    ((1, 9), (2, 1)),
    ((713, 1), (713,)),
    ((2, 3, 4, 5), (2, 3, 4)),
    ((6, 1, 5, 1, 4, 1), (2, 1, 3, 1)),
    ((9999,), (9999, 1)),
]


def product(a: tuple[int, ...], b: tuple[int, ...]) -> list[Any]:
    """The shape of a real product of two real tensors, or its error."""
    try:
        return [list((torch.empty(a) * torch.empty(b)).shape), None]
    except RuntimeError as error:
        return [None, str(error)]


def test_the_page_says_what_torch_does_for_all_small_shapes():
    ours = evaluate(
        SCRIPT, "given.map(([a, b]) => { const r = script.broadcast(a, b); return [r.shape, r.error]; })", PAIRS
    )
    wrong = [pair for pair, each in zip(PAIRS, ours, strict=True) if each != product(*pair)]
    assert wrong == []
    assert {each[0] is None for each in ours} == {True, False}


def test_python_asks_torch_without_making_large_tensors():
    for pair in PAIRS:
        shape, error = broadcast(*pair)
        assert [None if shape is None else list(shape), error or None] == product(*pair)
    assert broadcast((LARGEST,) * 3, (LARGEST, 1)) == ((LARGEST,) * 3, "")


def test_the_page_says_and_draws_what_python_does():
    pairs = [*itertools.islice(PAIRS, 0, None, 7), *LARGER, *((b, a) for a, b in LARGER)]
    ours = evaluate(SCRIPT, "given.map(([a, b]) => [...script.said(a, b), script.drawn(a, b)])", pairs)
    for pair, (result, why, picture) in zip(pairs, ours, strict=True):
        assert (result, why) == said(*pair)
        assert picture == drawn(*pair)


TEXTS = {
    "4, 3": (4, 3),
    "(4, 3)": (4, 3),
    "[2 3,4]": (2, 3, 4),
    "3,": (3,),
    "torch.Size([5, 0])": (5, 0),
    "": (),
    "()": (),
    "007": (7,),
    "0" * 5000 + "1": (1,),
    "x": "“x” is not a whole number",
    "4, n": "“n” is not a whole number",
    "2.5": "“2.5” is not a whole number",
    "4x3": "“4x3” is not a whole number",
    "<b>": "“<b>” is not a whole number",
    "٣": "“٣” is not a whole number",
    "4, -1": "A size cannot be negative, as -1 is",
    "−2": "A size cannot be negative, as −2 is",
    "10000": "Sizes up to 9999 fit here",
    "1" * 400: "Sizes up to 9999 fit here",
    "1 2 3 4 5 6 7": "Up to 6 axes fit here, and these are 7",
}


@pytest.mark.parametrize("text", TEXTS, ids=[text[:20] for text in TEXTS])
def test_what_is_typed_is_read_alike(text):
    try:
        expected: object = list(parse(text))
    except ValueError as error:
        expected = str(error)
    attempt = "(() => { try { return script.parse(given); } catch (error) { return error.message; } })()"
    assert evaluate(SCRIPT, attempt, text) == expected
    wanted = TEXTS[text]
    assert str(expected).startswith(wanted) if isinstance(wanted, str) else expected == list(wanted)


def test_shapes_are_right_aligned():
    assert aligned((2, 3, 4), (3, 1)) == [(2, None, 2), (3, 3, 3), (4, 1, 4)]
    assert aligned((4, 3), (4,)) == [(4, None, 4), (3, 4, None)]


@pytest.mark.parametrize(
    ("a", "b", "count"),
    [((2, 1), (3,), 10), ((4, 3), (4, 1), 10), ((2, 1, 5), (4, 1), 10), ((1, 8), (6, 1), 10), ((3, 4), (3, 4), 100)],
)
def test_cells_have_the_values_of_each_tensor_and_of_torchs_sum(a, b, count):
    ours = [count * torch.arange(math.prod(a)).view(a), torch.arange(math.prod(b)).view(b)]
    together = ours[0] + ours[1]
    panels = re.split(r'<text class="shapes__name"[^>]*>[^<]+</text>', cells(a, b))[1:]
    for panel, own in zip(panels, [*ours, together], strict=True):
        shown = {
            sort: [int(each) for each in re.findall(r">(\d+)<", group)]
            for sort, group in re.findall(r'<g class="shapes__(own|copy)-numbers">(.*?)</g>', panel)
        }
        paths = dict(re.findall(r'<path class="shapes__(own|copy) shapes__\w+" d="([^"]+)"', panel))
        assert {sort: path.count("M") for sort, path in paths.items()} == {
            sort: len(each) for sort, each in shown.items()
        }
        assert shown["own"] == own.flatten().tolist()
        assert sorted(shown["own"] + shown.get("copy", [])) == sorted(own.expand(together.shape).flatten().tolist())


@pytest.mark.parametrize(
    ("a", "b"), [((0, 3), (3,)), ((9,), (9,)), ((2, 8, 8), ()), ((5, 1, 1), ()), ((1, 1, 1, 2), (2,))]
)
def test_what_has_no_cells_or_too_many_is_not_drawn(a, b):
    assert cells(a, b) == ""


def test_the_page_has_the_answer_without_scripts():
    shown = broadcast_calculator((4, 3), (4,))._repr_html_()
    assert 'data-a="4, 3" data-b="4"' in shown
    assert (
        "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"
        in shown
    )
    assert "<svg" in shown and "<input" not in shown


def test_no_shape_is_refused():
    with pytest.raises(ValueError, match="cannot be negative"):
        broadcast_calculator((-1,), ())
    with pytest.raises(ValueError, match=f"Up to {AXES} axes"):
        broadcast_calculator((1,) * 7, ())


def test_a_notebook_has_fields(monkeypatch: pytest.MonkeyPatch):
    widgets = pytest.importorskip("ipywidgets")
    import IPython.display

    displayed: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", displayed.append)
    broadcast_calculator((4, 3), (3,))._ipython_display_()
    first, second, answer = displayed[0].children
    assert isinstance(first, widgets.Text) and "Result: (4, 3)" in answer.value
    second.value = "4, 1"
    assert "Axis 1 of b is 1, and becomes 3." in answer.value
    first.value = "4, <x>"
    assert "“&lt;x&gt;” is not a whole number" in answer.value
