"""Live charts in a browser: the numbers on the screen are torch's, however the sliders are moved."""

from __future__ import annotations

import json
import math
import re

import pytest
from charts import FRAMES, changed, charts, move, open_tab, shown, wake
from lesson_charts import LESSONS, charts_of
from pages import arrive


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_numbers_on_the_screen_are_torchs(open_page, lesson):
    page = open_page(f"lessons/{lesson}/")
    found = charts(page)
    assert len(found) == len(charts_of(lesson))
    for chart, ours in zip(found, charts_of(lesson), strict=True):
        open_tab(chart)
        wake(chart)
        # At the start and at both ends; test_live_charts.py has the same script compute many more positions, without a browser.
        for place, numbers in zip(ours.places[:3], ours.numbers[:3], strict=True):
            move(chart, place)
            for value, expected in zip(shown(chart), numbers, strict=True):
                if math.isfinite(expected):
                    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        chart.get_by_role("button", name="Reset").click()
        start = [expected for expected in ours.numbers[0] if math.isfinite(expected)]
        assert [value for value in shown(chart) if math.isfinite(value)] == pytest.approx(start, rel=1e-9, abs=1e-9)


def test_what_is_said_is_the_number_rounded(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    move(chart, [0, 44, 15])
    assert chart.locator(".live__numbers output").all_inner_texts() == [f"{value:.3f}" for value in shown(chart)]
    assert chart.locator(".live__slider output").all_inner_texts() == ["−1.1", "3.3", "0.4"]


def test_a_mouse_drags_and_a_finger_too(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/", has_touch=True)
    chart = wake(charts(page)[0])
    before = shown(chart)
    slider = chart.get_by_label("a", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=5)
    page.mouse.up()
    page.wait_for_function(FRAMES)
    dragged = changed(chart, before)
    page.touchscreen.tap(box["x"] + box["width"] * 0.2, middle)
    changed(chart, dragged)


def test_every_control_has_a_name_and_says_its_value(open_page):
    page = open_page("lessons/05-gradient-descent/")
    for chart in charts(page):
        wake(chart)
        for slider in chart.get_by_role("slider").all():
            assert slider.get_attribute("aria-valuetext")
            assert chart.locator(f"label[for='{slider.get_attribute('id')}']").inner_text()
        assert chart.locator(".live__picture").get_attribute("aria-label")


def test_a_redraw_takes_less_than_a_frame_of_work(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    spec = json.loads(chart.get_attribute("data-spec"))
    assert len(spec["steps"]) < 200  # what the script goes through; benchmarks measure how long it takes


def test_without_scripts_there_is_a_still_picture(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/", java_script_enabled=False)
    picture = page.locator("figure.live .live__picture svg").first
    assert picture.bounding_box()["height"] > 100
    assert page.locator(".live__controls").count() == 0


def test_on_paper_the_controls_are_gone_and_the_picture_stays(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    page.emulate_media(media="print")
    assert not chart.locator(".live__controls").is_visible()
    assert chart.locator(".live__picture svg").first.is_visible()


def test_charts_live_on_after_instant_navigation_and_back(open_page):
    page = open_page("lessons/03-loss-functions/")
    page.get_by_role("navigation").get_by_role("link", name=re.compile("Fitting a quadratic")).first.click()
    arrive(page, "Fitting a quadratic")
    first = wake(charts(page)[0])
    first.get_by_label("a", exact=True).focus()
    before = shown(first)
    page.keyboard.press("ArrowRight")
    changed(first, before)
    page.go_back()
    arrive(page, "Loss functions")
    wake(charts(page)[0])


def fetched(page):
    """Whether the script that draws charts has been asked for, once the page asks for nothing more."""
    page.wait_for_load_state("networkidle")
    return page.evaluate(
        "performance.getEntriesByType('resource').some((each) => each.name.includes('live-charts.js'))"
    )


def test_the_script_is_fetched_only_where_a_chart_nears_the_screen(open_page):
    assert not fetched(open_page())
    page = open_page("lessons/02-fitting-a-quadratic/")
    assert not fetched(page)
    wake(charts(page)[0])
    assert fetched(page)


def test_nothing_is_evaluated_as_code(open_page):
    page = open_page("lessons/02-fitting-a-quadratic/")
    page.evaluate(
        "() => { window.eval = () => { throw new Error('eval'); }; window.Function = () => { throw new Error('Function'); }; }"
    )
    wake(charts(page)[0])
