"""A slider over names: the function gets a place, the reader sees a name."""

import json

import pytest
import torch
from bs4 import BeautifulSoup

from live_charts import Chart, choice, live, number, slider


def chart() -> Chart:
    return live(
        lambda kind, a: [number("value", torch.where(kind == 2, 10.0, kind) + a)],
        kind=choice("none", "linear", "cubic", start="linear"),
        a=slider(0, 1, 1, start=0),
        xlim=(0, 1),
        ylim=(0, 1),
        alt="A number.",
    )


def test_the_function_gets_the_place():
    values = [chart().marks(kind=place)[0].values[0].item() for place in (0, 1, 2)]
    assert values == [0, 1, 10]


def test_the_page_gets_the_names():
    figure = BeautifulSoup(chart()._repr_html_(), "html.parser").figure
    kind, a = json.loads(figure["data-spec"])["handles"]
    assert kind == {
        "name": "kind",
        "kind": "slider",
        "values": [0, 1, 2],
        "start": 1,
        "said": ["none", "linear", "cubic"],
    }
    assert a["said"] == ["0", "1"]


def test_the_first_is_the_start_unless_another_is_named():
    assert choice("a", "b").start == 0
    assert choice("a", "b", start="b").start == 1


def test_a_notebook_offers_the_names(monkeypatch: pytest.MonkeyPatch):
    import ipywidgets

    made = []
    select = ipywidgets.SelectionSlider

    def noted(**options: object) -> ipywidgets.SelectionSlider:
        made.append(options["options"])
        return select(**options)

    monkeypatch.setattr(ipywidgets, "SelectionSlider", noted)
    monkeypatch.setattr("IPython.display.display", lambda *_: None)
    chart()._ipython_display_()
    assert list(made[0]) == [("none", 0), ("linear", 1), ("cubic", 2)]
    assert list(made[1]) == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["one"], None), "two names or more, all different, not one"),
        (([], None), "not none"),
        ((["a", "b", "a"], None), "all different, not a, b, a"),
        ((["a", "b"], "c"), "start is 'c', which is not among a, b"),
    ],
)
def test_bad_choices_are_refused(arguments, message):
    names, start = arguments
    with pytest.raises(ValueError, match=message):
        choice(*names, start=start)
