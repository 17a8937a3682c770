"""Live charts as the browser's tests use them."""

from __future__ import annotations

import math

import pytest

FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"


def charts(page):
    found = page.locator("figure.live")
    return [found.nth(number) for number in range(found.count())]


def open_tab(chart):
    """Show a chart that stands in a set of tabs, of which all but one are hidden."""
    chart.evaluate(
        """(chart) => {
            const tab = chart.closest(".tabbed-block");
            if (!tab) return;
            const place = [...tab.parentElement.children].indexOf(tab);
            tab.closest(".tabbed-set").querySelectorAll(":scope > input")[place].click();
        }"""
    )


def wake(chart):
    chart.scroll_into_view_if_needed()
    chart.locator(".live__controls").wait_for()
    return chart


def shown(chart):
    return [
        math.inf if value == "null" else float(value)
        for value in chart.locator(".live__numbers output").evaluate_all(
            "found => found.map((each) => each.dataset.value)"
        )
    ]


def changed(chart, before):
    """What a chart shows, once that is no longer what it showed before."""
    for _ in range(400):
        if (now := shown(chart)) != before:
            return now
        chart.page.wait_for_timeout(25)
    return pytest.fail(f"the chart still shows {before}")


def move(chart, places, spec):
    """Put the chart's handles where they should be, and wait until it is drawn. Points go to the ends of the axes."""
    for handle, place in zip(spec["handles"], places, strict=True):
        if handle["kind"] in ("point", "data"):
            to_an_end(chart, handle, place)
    positions = [
        position
        for handle, place in zip(spec["handles"], places, strict=True)
        if handle["kind"] not in ("point", "data")
        for position in (place if isinstance(place, list) else [place])
    ]
    chart.locator(".live__controls input").evaluate_all(
        """(inputs, positions) => inputs.forEach((input, i) => {
            if (input.type === "checkbox") input.checked = positions[i] === 1; else input.value = positions[i];
            input.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        positions,
    )
    chart.page.wait_for_function(FRAMES)


def swipe(page, *points):
    """Draw a finger over the screen."""
    client = page.context.new_cdp_session(page)
    touches = [[{"x": x, "y": y}] for x, y in points]
    client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": touches[0]})
    for touch in touches[1:]:
        client.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": touch})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(300)


def to_an_end(chart, handle, place):
    """Move points to the lowest or the highest place, by the keyboard; at the start they stand already."""
    if place == handle["start"]:
        return
    lower = [end for axis in place for end in axis] < [value for axis in handle["start"] for value in axis]
    for grip in chart.locator(f"[data-handle='{handle['name']}']").all():
        for key in ("Home", "PageDown") if lower else ("End", "PageUp"):
            grip.press(key)
