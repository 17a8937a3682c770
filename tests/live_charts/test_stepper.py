"""Drawings to step through, without a browser: what goes into the page, what a notebook shows, what is refused."""

from __future__ import annotations

import sys

import IPython.display
import ipywidgets as widgets
import pytest
from bs4 import BeautifulSoup

from live_charts import steps

DRAWINGS = [f'<svg viewBox="0 0 9 9"><circle cx="5" cy="5" r="{radius}"/></svg>' for radius in (1, 2, 4)]
CAPTIONS = ["Small.", "Larger: 2 < 4, as <b>markup</b> says.", "Large."]


def made(**options):
    return steps(DRAWINGS, CAPTIONS, **({"alt": 'A "circle" grows.', "title": "One & all"} | options))


def displayed(shown, monkeypatch):
    given: list[object] = []
    monkeypatch.setattr(IPython.display, "display", given.append)
    shown._ipython_display_()
    return given


def test_the_page_has_all_drawings_and_captions():
    figure = BeautifulSoup(made()._repr_html_(), "html.parser").figure
    assert figure["class"] == ["steps"]
    assert figure["data-script"] == "steps"
    assert figure.figcaption.text == "One & all"
    picture = figure.select_one(".steps__picture")
    assert picture["aria-label"] == 'A "circle" grows.'
    assert [str(frame.svg) for frame in picture.find_all("div", recursive=False)] == [
        str(BeautifulSoup(drawing, "html.parser")) for drawing in DRAWINGS
    ]
    assert [item.text for item in figure.select("ol > li")] == CAPTIONS
    assert BeautifulSoup(made(title="")._repr_html_(), "html.parser").figcaption is None


def test_a_notebook_steps_through_them(monkeypatch):
    (box,) = displayed(made(), monkeypatch)
    heading, picture, row = box.children
    back, slider, on = row.children
    assert "One &amp; all" in heading.value
    assert isinstance(slider, widgets.IntSlider)
    seen = []
    for button in (on, on, on, back):
        seen.append(picture.value)
        button.click()
    assert [
        each.count(caption) for each, caption in zip(seen[:3], ("1. Small", "2 &lt; 4", "3. Large"), strict=True)
    ] == [1, 1, 1]
    assert seen[3] == seen[2], "after the last there is nothing more"
    assert slider.value == 2
    slider.value = 1
    assert picture.value == seen[0]


def test_a_notebook_without_widgets_shows_the_last(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    (shown,) = displayed(made(), monkeypatch)
    assert 'r="4"' in shown.data
    assert "3. Large." in shown.data
    assert "%pip install ipywidgets" in shown.data


@pytest.mark.parametrize(
    ("drawings", "captions", "alt", "words"),
    [
        (DRAWINGS[:1], CAPTIONS[:1], "A circle.", "two drawings or more, not 1"),
        (DRAWINGS, CAPTIONS[:2], "A circle.", "there are 3 and 2"),
        (DRAWINGS, CAPTIONS, "", "alt is empty"),
    ],
)
def test_what_it_refuses(drawings, captions, alt, words):
    with pytest.raises(ValueError, match=words):
        steps(drawings, captions, alt=alt)


def test_drawings_and_captions_are_text():
    with pytest.raises(TypeError, match="drawings and captions must be text, such as '<svg …>', not Steps"):
        steps([made(), made()], CAPTIONS[:2], alt="A circle.")
    with pytest.raises(TypeError, match="not int"):
        steps(DRAWINGS, [1, 2, 3], alt="A circle.")
