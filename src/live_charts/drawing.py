"""A chart as HTML: the still picture of a page without scripts, and the frame in which the browser's script draws."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

from live_charts.axes import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, decades, short, ticks
from live_charts.handles import Draggable, Handle
from live_charts.marks.image import Image
from live_charts.marks.mark import Mark
from live_charts.marks.number import Number
from live_charts.words import power, words

GRIP, REACH = 7, 24  # how large a handle is, and how near to it a finger takes hold


def draw(marks: Sequence[Mark], axes: Axes) -> str:
    """Draw marks in their axes.

    Args:
        marks: The marks; numbers are left out.
        axes: The axes.

    Returns:
        An `<svg>` whose colours are the page's.

    Example:
        ```python
        import torch
        from live_charts import line
        from live_charts.axes import Axes
        from live_charts.drawing import draw

        x = torch.tensor([0.0, 1.0])
        assert 'd="M64,310L624,34"' in draw([line(x, x)], Axes((0, 1), (0, 1)))
        ```
    """
    plot = "".join(
        f'<g class="{style}" data-mark="{place}">{mark.svg(axes)}</g>'
        for place, (mark, style) in enumerate(zip(marks, styles(marks), strict=True))
        if not isinstance(mark, Number)
    )
    width, height = WIDTH - RIGHT - LEFT, HEIGHT - BOTTOM - TOP
    inner = f'x="{LEFT}" y="{TOP}" width="{width}" height="{height}" viewBox="{LEFT} {TOP} {width} {height}"'
    shown = f"{frame(axes)}<svg {inner}>{plot}</svg>{names(axes)}"
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{shown}</svg>'


def styles(marks: Sequence[Mark]) -> list[str]:
    """The classes of each mark: its kind, and the colour that is its own."""
    given, taken = [], 0
    for mark in marks:
        given.append(f"live__{mark.kind}" + (f" live__ink--{taken % 10}" if mark.inked else ""))
        taken += mark.inked
    return given


def frame(axes: Axes) -> str:
    """The grid, below the marks."""
    lines = "".join(f"M{x},{HEIGHT - BOTTOM}V{TOP}" for x, _ in across(axes))
    lines += "".join(f"M{LEFT},{y}H{WIDTH - RIGHT}" for y, _ in up(axes))
    return f'<path class="live__grid" d="{lines}"/>'


def names(axes: Axes) -> str:
    """What stands at the axes."""
    texts = "".join(
        f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{said}</text>' for x, said in across(axes)
    )
    texts += "".join(
        f'<text x="{LEFT - 8}" y="{y}" dy="0.35em" text-anchor="end">{said}</text>' for y, said in up(axes)
    )
    if axes.xlabel:
        texts += f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{html.escape(axes.xlabel)}</text>'
    if axes.ylabel:
        texts += f'<text x="4" y="18">{html.escape(axes.ylabel)}</text>'
    return f'<g class="live__words">{texts}</g>'


def across(axes: Axes) -> list[tuple[str, str]]:
    """Where the horizontal axis says something, and what."""
    if axes.xnames:
        return [(short(axes.x(place)), html.escape(name)) for place, name in enumerate(axes.xnames)]
    return [(short(axes.x(value)), tick(value)) for value in ticks(*axes.xlim)]


def up(axes: Axes) -> list[tuple[str, str]]:
    """The same of the vertical axis."""
    if axes.ynames:
        return [(short(axes.y(place)), html.escape(name)) for place, name in enumerate(axes.ynames)]
    if axes.log:
        return [(short(axes.y(value)), power(round(math.log10(value)))) for value in decades(*axes.ylim)]
    return [(short(axes.y(value)), tick(value)) for value in ticks(*axes.ylim)]


def tick(value: float) -> str:
    """A tick's number."""
    return words(value) if abs(value) >= 1000 else f"{value:g}".replace("-", "−")


def legend(marks: Sequence[Mark], handles: Mapping[str, Handle]) -> str:
    """The labels of the marks that have one, and what can be dragged, as a list above the picture.

    Args:
        marks: The marks.
        handles: The handles by their names.

    Returns:
        HTML; nothing where there is nothing to say.

    Example:
        ```python
        from live_charts import rule
        from live_charts.drawing import legend

        assert ">the limit</li>" in legend([rule(0.5, "the limit")], {})
        ```
    """
    rows = [
        f"<li>{each}</li>"
        for mark, style in zip(marks, styles(marks), strict=True)
        if isinstance(mark, Image) or (mark.label and not isinstance(mark, Number))
        for each in (
            mark.keys()
            if isinstance(mark, Image)
            else [
                f'<svg class="live__key {style}" viewBox="0 0 18 10" aria-hidden="true">{mark.key()}</svg>'
                f"{html.escape(mark.label)}"
            ]
        )
    ]
    ring = (
        '<svg class="live__key live__grip" viewBox="0 0 18 10" aria-hidden="true"><circle cx="9" cy="5" r="4"/></svg>'
    )
    rows += [
        f"<li>{ring}{html.escape(name.replace('_', ' '))} (drag {'it' if len(handle.start[0]) == 1 else 'one'})</li>"
        for name, handle in handles.items()
        if isinstance(handle, Draggable)
    ]
    return f'<ul class="live__legend">{"".join(rows)}</ul>' if rows else ""


def hand(places: Mapping[str, Sequence[tuple[float, float]]], axes: Axes, *, tells: bool) -> str:
    """What can be dragged, where it stands: a drawing that lies on the picture, and in which the script points at data.

    Args:
        places: The coordinates of each, by the handle's name.
        axes: The axes.
        tells: Whether the chart says something of its data.

    Returns:
        An `<svg>`; nothing where nothing can be dragged and nothing is said.

    Example:
        ```python
        from live_charts.axes import Axes
        from live_charts.drawing import hand

        assert 'cx="64"' in hand({"start": [(0.0, 0.5)]}, Axes((0, 1), (0, 1)), tells=False)
        ```
    """
    drawn = "".join(
        f'<g data-handle="{html.escape(name)}">'
        f'<circle class="live__reach" {at} r="{REACH}"/><circle class="live__grip" {at} r="{GRIP}"/></g>'
        for name, each in places.items()
        for x, y in each
        for at in [f'cx="{short(axes.x(x))}" cy="{short(axes.y(y))}"']
    )
    return (
        f'<svg class="live__hand" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{drawn}</svg>'
        if drawn or tells
        else ""
    )
