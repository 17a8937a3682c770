"""Sketch pads as the browser's tests use them."""

from __future__ import annotations

from charts import FRAMES


def pads(page):
    found = page.locator("figure.pad")
    return [found.nth(number) for number in range(found.count())]


def wake(pad):
    pad.scroll_into_view_if_needed()
    pad.locator(".pad__controls").wait_for()
    pad.locator(".pad__grid").evaluate("grid => grid.scrollIntoView({ block: 'center', behavior: 'instant' })")
    return pad


def ink(pad):
    return pad.locator(".pad__ink rect").evaluate_all(
        "cells => cells.map((cell) => Number(cell.getAttribute('fill-opacity')))"
    )


def shown(pad):
    """Each model's scores on the screen, once they are drawn."""
    pad.page.wait_for_function(FRAMES)
    tables = "tables => tables.map((table) => [...table.rows].map((row) => Number(row.cells[2].dataset.value)))"
    return pad.locator(".pad__scores").evaluate_all(tables)


def verdicts(pad):
    return pad.locator(".pad__scores caption strong").all_inner_texts()


def places(pad, *cells):
    box = pad.locator(".pad__grid svg").bounding_box()
    rows, columns = 8, 8
    return [(box["x"] + x * box["width"] / columns, box["y"] + y * box["height"] / rows) for x, y in cells]


def drag(pad, *cells):
    mouse, (first, *others) = pad.page.mouse, places(pad, *cells)
    mouse.move(*first)
    mouse.down()
    for place in others:
        mouse.move(*place, steps=6)
    mouse.up()
    pad.page.wait_for_function(FRAMES)


SEVEN = [(1.6, 1), (6, 1), (4, 4.5), (3.4, 7.2)]
