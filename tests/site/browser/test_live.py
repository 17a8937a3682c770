"""Live charts in a browser: the numbers on the screen are torch's, however the sliders are moved."""

from __future__ import annotations

import json
import math
import re

import pytest
import torch
from charts import FRAMES, changed, charts, move, open_tab, shown, swipe, wake
from lesson_charts import WITH_CHARTS, charts_of
from sizes import SIZES

from live_charts import choices, data, live, number, points, slider


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_the_numbers_on_the_screen_are_torchs(open_page, name):
    page = open_page("" if name == "index" else f"{name}/")
    found = charts(page)
    assert len(found) == len(charts_of(name))
    for chart, ours in zip(found, charts_of(name), strict=True):
        open_tab(chart)
        wake(chart)
        # At the start and at both ends; test_live_charts.py has the same script compute many more positions, without a browser.
        for place, numbers in zip(ours.places[:3], ours.numbers[:3], strict=True):
            move(chart, place, ours.spec)
            for value, expected in zip(shown(chart), numbers, strict=True):
                if math.isfinite(expected):
                    assert value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        chart.get_by_role("button", name="Reset").click()
        start = [expected for expected in ours.numbers[0] if math.isfinite(expected)]
        assert [value for value in shown(chart) if math.isfinite(value)] == pytest.approx(start, rel=1e-9, abs=1e-9)


def test_what_is_said_is_the_number_rounded(open_page):
    page = open_page("lessons/fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    move(chart, [0, 44, 15], json.loads(chart.get_attribute("data-spec")))
    assert chart.locator(".live__numbers output").all_inner_texts() == [f"{value:.3f}" for value in shown(chart)]
    assert chart.locator(".live__slider output").all_inner_texts() == ["−1.1", "3.3", "0.4"]


def test_a_mouse_drags_and_a_finger_too(open_page):
    page = open_page("lessons/fitting-a-quadratic/", has_touch=True)
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


def test_a_finger_moves_what_it_means_and_scrolls_beside_it(open_page):
    page = open_page("lessons/fitting-a-quadratic/", size="phone", has_touch=True, is_mobile=True)
    slider = wake(charts(page)[0]).get_by_label("a", exact=True)
    across, along = middle_of(slider)
    at, place = slider.input_value(), page.evaluate("scrollY")
    swipe(page, *[(across + 8 * step, along + step) for step in range(11)])
    moved = slider.input_value()
    assert moved != at
    assert page.evaluate("scrollY") == place
    across, along = middle_of(slider)
    place = page.evaluate("scrollY")
    swipe(page, *[(across - 60, along - 15 * step) for step in range(12)])  # on its way up the page
    page.wait_for_function("place => scrollY > place + 50", arg=place)
    assert slider.input_value() == moved

    page = open_page("lessons/loss-functions/", size="phone", has_touch=True, is_mobile=True)
    point = wake(charts(page)[0]).locator(".live__handle").nth(3)
    across, along = middle_of(point)
    at, place = point.get_attribute("aria-valuetext"), page.evaluate("scrollY")
    swipe(page, *[(across, along + 10 * step) for step in range(11)])
    assert point.get_attribute("aria-valuetext") != at
    assert page.evaluate("scrollY") == place


def middle_of(control):
    control.evaluate("each => each.scrollIntoView({block: 'center', behavior: 'instant'})")
    box = control.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_every_control_has_a_name_and_says_its_value(open_page):
    page = open_page("lessons/gradient-descent/")
    for chart in charts(page):
        wake(chart)
        for handle in chart.get_by_role("slider").all():
            assert handle.get_attribute("aria-valuetext")
            named = handle.get_attribute("aria-label")
            assert named or chart.locator(f"label[for='{handle.get_attribute('id')}']").inner_text()
        assert chart.locator(".live__picture").get_attribute("aria-label")


@pytest.fixture
def loss_map(open_page):
    """The chart of the loss surface, whose start can be dragged, and its handle."""
    chart = wake(charts(open_page("lessons/gradient-descent/", has_touch=True))[1])
    return chart, chart.locator(".live__handle")


def middle(thing):
    box = thing.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def says(chart, thing, words):
    """Wait until a handle says where it stands; whatever happens in the chart, its picture has one place."""
    chart.page.wait_for_function(
        "([thing, words]) => thing.ariaValueText === words", arg=[thing.element_handle(), words]
    )


def test_a_map_by_mouse_finger_and_keyboard(loss_map, subtests):
    chart, start = loss_map
    reset = chart.get_by_role("button", name="Reset")
    for part in (drags, taps, presses, asks, legend_is_outside):
        with subtests.test(part.__name__):
            part(chart, start)
        reset.click()
        says(chart, start, "a 1.1, c 1.1")


def drags(chart, start):
    page, before = chart.page, shown(chart)
    x, y = middle(start)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 2000, y - 2000, steps=3)
    page.mouse.up()
    says(chart, start, "a 4.0, c 3.0")  # and no further: it stays in the frame
    far = changed(chart, before)
    x, y = middle(start)
    finger = page.context.new_cdp_session(page)
    scrolled = page.evaluate("scrollY")
    for kind, far_away in (("touchStart", 0), ("touchMove", 60), ("touchMove", 120), ("touchEnd", None)):
        points = [] if far_away is None else [{"x": x - far_away, "y": y + far_away}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    changed(chart, far)
    page.wait_for_function(FRAMES)
    assert page.evaluate("scrollY") == scrolled, "the page stays where it is under a finger that drags"


def taps(chart, start):
    x, y = middle(start)
    chart.page.touchscreen.tap(x + 60, y)
    chart.page.wait_for_function("(start) => start.ariaValueNow > 1.3", arg=start.element_handle())
    assert start.get_attribute("aria-valuetext").endswith(", c 1.1")


def presses(chart, start):
    start.focus()
    for key, said in (
        *(("ArrowRight", "a 1.2, c 1.1"), ("Shift+ArrowUp", "a 1.2, c 2.1"), ("ArrowDown", "a 1.2, c 2.0")),
        *(("Home", "a 0.0, c 2.0"), ("PageDown", "a 0.0, c −1.0"), ("ArrowLeft", "a 0.0, c −1.0")),
    ):
        chart.page.keyboard.press(key)
        says(chart, start, said)


def asks(chart, start):
    page, told = chart.page, chart.locator(".live__told")
    box = chart.locator(".live__picture").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.5)
    hovered = told.inner_text()
    assert re.fullmatch(r"a [\d.]+, c [\d.]+: mean squared error [\d.]+", hovered)
    page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    tapped = told.inner_text()
    assert tapped != hovered
    walk = chart.get_by_role("slider", name="What the chart shows")
    walk.focus()
    page.keyboard.press("ArrowRight")
    column = float(re.search(r"a ([\d.]+)", tapped)[1])
    assert told.inner_text().startswith(f"a {column + 0.1:g},")
    assert walk.get_attribute("aria-valuetext") == told.inner_text()


def legend_is_outside(chart, start):
    for size in SIZES.values():
        chart.page.set_viewport_size(size)
        legend, picture = (chart.locator(part).bounding_box() for part in (".live__legend", ".live__picture"))
        assert legend["height"] > 0
        assert legend["y"] + legend["height"] <= picture["y"]


@pytest.fixture
def families(open_page):
    """A chart of names, boxes, data and a slider that plays, in the place of a lesson's chart."""
    x, family = torch.tensor([1.0, 2, 3], dtype=torch.float64), torch.tensor([0, 1, 1])

    def picture(step, cloud, shown):
        y = torch.where(shown[family] > 0, x * step, torch.nan)
        return [
            points(x, y, "models", names=["vit", "levit", "le<b>vit"]),
            number("low", cloud[1].amin(), digits=1),
            number("best", (shown * (cloud[1] - 6)).argmax(), names=["one", "two < 3"]),
        ]

    chart = live(
        picture, step=slider(1, 3, 1, start=1, play=True), cloud=data([1, 2], [5, 7], step=(0, 0.5)),
        shown=choices("first", "second"), xlim=(0, 4), ylim=(0, 10), xlabel="seconds", ylabel="errors", alt="Points.",
    )  # fmt: skip
    page = open_page("lessons/gradient-descent/", reduced_motion="reduce")
    first = wake(charts(page)[0])
    first.evaluate(
        """async (old, html) => {
            old.insertAdjacentHTML("afterend", html);
            const beside = document.querySelector("script[src$='/live.js']").src;
            const { enliven } = await import(new URL("live-charts.js", beside));
            await enliven(old.nextElementSibling);
            old.remove();
        }""",
        chart._repr_html_(),
    )
    return charts(page)[0]


def test_names_boxes_data_and_what_plays(families, subtests):
    for part in (
        names_are_told_and_a_filter_leaves_some_out,
        a_slider_plays_to_its_end_and_goes_step_by_step,
        a_datum_moves_along_the_axis_that_is_free,
    ):
        with subtests.test(part.__name__):
            part(families)
        families.get_by_role("button", name="Reset").click()
        families.page.wait_for_function(FRAMES)


def names_are_told_and_a_filter_leaves_some_out(families):
    page, told = families.page, families.locator(".live__told")
    walk = families.get_by_role("slider", name="What the chart shows")
    walk.focus()
    heard = []
    for key in ("ArrowRight", "ArrowRight", "Home", "ArrowLeft"):
        page.keyboard.press(key)
        assert walk.get_attribute("aria-valuetext") == told.inner_text()
        heard.append(told.inner_text().partition(":")[0])
    assert heard == ["levit", "le<b>vit", "vit", "vit"]
    assert told.inner_text() == "vit: seconds 1, errors 1"
    assert walk.get_attribute("aria-valuemax") == "3"
    best = families.locator(".live__numbers output").last
    assert best.inner_text() == "two < 3"
    walk.press("ArrowRight")
    families.get_by_label("second").uncheck()
    page.wait_for_function("(walk) => walk.ariaValueMax === '1'", arg=walk.element_handle())
    assert families.locator("[data-mark='0'] path").get_attribute("d").count("M") == 1
    assert "levit" not in told.inner_text(), "what was told is there no more"


def a_slider_plays_to_its_end_and_goes_step_by_step(families):
    slider = families.get_by_label("step", exact=True)
    play, back = (families.get_by_role("button", name=name) for name in ("Play", "Back"))
    families.page.wait_for_function(FRAMES)
    assert slider.get_attribute("aria-valuetext") == "1", "it does not play by itself"
    play.click()
    says(families, slider, "3")
    families.get_by_role("button", name="Play").wait_for()
    back.click()
    says(families, slider, "2")


def a_datum_moves_along_the_axis_that_is_free(families):
    second = families.get_by_role("slider", name="cloud 2")
    second.focus()
    for key, said in (("ArrowRight", "seconds 2, errors 7.0"), ("PageDown", "seconds 2, errors 0.0")):
        families.page.keyboard.press(key)
        says(families, second, said)
    assert shown(families) == [0.0, 0.0]
    assert families.locator(".live__numbers output").last.inner_text() == "one"


def test_moves_leave_a_trail_until_the_chart_is_reset(open_page):
    chart = wake(charts(open_page("lessons/fitting-a-quadratic/"))[1])
    trail = chart.locator("[data-mark].live__trail path").first
    assert trail.get_attribute("d") == ""
    for name, key in (("a", "ArrowRight"), ("c", "ArrowLeft")):
        before = shown(chart)
        chart.get_by_label(name, exact=True).press(key)
        changed(chart, before)
    assert trail.get_attribute("d").count("L") == 2
    chart.get_by_role("button", name="Reset").click()
    assert trail.get_attribute("d") == ""


def test_a_redraw_takes_less_than_a_frame_of_work(open_page):
    page = open_page("lessons/fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    spec = json.loads(chart.get_attribute("data-spec"))
    assert len(spec["steps"]) < 200  # what the script goes through; benchmarks measure how long it takes


def test_without_scripts_there_is_a_still_picture(open_page):
    page = open_page("lessons/fitting-a-quadratic/", java_script_enabled=False)
    picture = page.locator("figure.live .live__picture svg").first
    assert picture.bounding_box()["height"] > 100
    assert page.locator(".live__controls").count() == 0


def test_on_paper_the_picture_stays_and_where_its_sliders_stand(open_page):
    page = open_page("lessons/fitting-a-quadratic/")
    chart = wake(charts(page)[0])
    page.emulate_media(media="print")
    assert chart.locator(".live__controls :is(input, button):visible").count() == 0
    assert chart.locator(".live__controls").inner_text().split() == ["a", "1.1", "b", "1.1", "c", "1.1"]
    assert chart.locator(".live__picture svg").first.is_visible()


def fetched(page):
    """Whether the script that draws charts has been asked for, once the page asks for nothing more."""
    page.wait_for_load_state("networkidle")
    return page.evaluate(
        "performance.getEntriesByType('resource').some((each) => each.name.includes('live-charts.js'))"
    )


def test_the_script_is_fetched_only_where_a_chart_nears_the_screen(open_page):
    assert not fetched(open_page("glossary/"))
    page = open_page("lessons/fitting-a-quadratic/#questions-to-recall")
    assert not fetched(page)
    wake(charts(page)[0])
    assert fetched(page)


@pytest.mark.parametrize(
    "script", ["live-charts.js", "marks/line.js", pytest.param("axes.js", marks=pytest.mark.weekly)]
)
def test_a_chart_whose_script_did_not_come_says_so_and_tries_again(course, browser, script):
    page = browser.new_page(service_workers="block")
    page.route(f"**/{script}", lambda route: route.abort())
    page.goto(course.url + "lessons/fitting-a-quadratic/")
    chart = charts(page)[0]
    chart.scroll_into_view_if_needed()
    note = chart.locator(".live__still")
    note.wait_for()
    assert note.inner_text().startswith("This figure stands still: its script could not be fetched.")
    if script == "live-charts.js":
        note.get_by_role("button", name="Try again").click()
        page.wait_for_load_state("networkidle")
        assert note.count() == 1  # still not there
    page.unroute(f"**/{script}")
    if script == "axes.js":
        page.evaluate("dispatchEvent(new Event('online'))")
    elif script == "live-charts.js":
        page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
        page.wait_for_timeout(200)
        chart.scroll_into_view_if_needed()
    else:
        note.get_by_role("button").press("Enter")
    chart.locator(".live__controls").wait_for()
    note.wait_for(state="detached")
    page.close()


def test_nothing_is_evaluated_as_code(open_page):
    page = open_page("lessons/fitting-a-quadratic/")
    page.evaluate(
        "() => { window.eval = () => { throw new Error('eval'); }; window.Function = () => { throw new Error('Function'); }; }"
    )
    wake(charts(page)[0])
