"""A chart's handles as ipywidgets, for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from operator import itemgetter
from typing import Any

from live_charts.axes import Axes
from live_charts.handles import Choices, Draggable, Handle, Slider

# The widgets of a handle by their names, what is shown of it, and what reads the handle's value from theirs.
Made = tuple[dict[str, Any], list[Any], Callable[[dict[str, Any]], Any]]


def widgets_of(widgets: Any, handles: Mapping[str, Handle], axes: Axes, drawn: Callable[[dict[str, Any]], str]) -> Any:
    """A box with a widget for each slider, two for each point and one for each choice, and the chart below them.

    Args:
        widgets: The module ipywidgets.
        handles: The handles by their names.
        axes: The axes, within which points stay.
        drawn: Gives the chart as HTML, from the handles' values by name.

    Returns:
        The box.
    """
    picture, rows = widgets.HTML(), []
    inputs: dict[str, Any] = {}
    read: dict[str, Callable[[dict[str, Any]], Any]] = {}
    makers: dict[type, Callable[..., Made]] = {Slider: positions, Draggable: coordinates, Choices: boxes}
    for name, handle in handles.items():
        made, shown, read[name] = makers[type(handle)](widgets, name, handle, axes)
        inputs |= made
        rows += shown

    def update(**values: Any) -> None:
        picture.value = drawn({name: get(values) for name, get in read.items()})

    widgets.interactive_output(update, inputs)
    return widgets.VBox([*rows, picture])


def positions(widgets: Any, name: str, handle: Slider, axes: Axes) -> Made:
    """A slider, with buttons if it plays."""
    shown = handle.said() if handle.names else handle.values
    made = widgets.SelectionSlider(
        options=[*zip(shown, handle.values, strict=True)], value=handle.start, description=name
    )
    rows = [widgets.HBox([made, player(widgets, handle, made)]) if handle.play else made]
    return {name: made}, rows, itemgetter(name)


def player(widgets: Any, slider: Slider, moved: Any) -> Any:
    """Buttons that play a slider."""
    last = len(slider.values) - 1
    play = widgets.Play(min=0, max=last, value=slider.values.index(slider.start), interval=interval(last + 1))
    widgets.link((play, "value"), (moved, "index"))
    return play


def interval(positions: int) -> int:
    """Milliseconds from one position to the next: eight seconds for all of them, a second at most for one."""
    return max(100, min(1000, 8000 // positions))


def coordinates(widgets: Any, name: str, handle: Draggable, axes: Axes) -> Made:
    """A slider for each coordinate that moves."""
    made: dict[str, Any] = {}
    keys = [
        [f"{name} {side}" if handle.single else f"{name} {place + 1} {side}" for place in range(len(handle.start[0]))]
        for side in "xy"
    ]
    for names, (low, high), start, step in zip(keys, (axes.xlim, axes.ylim), handle.start, handle.step, strict=True):
        for key, value in zip(names, start, strict=True) if step else ():
            made[key] = widgets.FloatSlider(min=low, max=high, step=step, value=value, description=key)
    held = dict(zip(chain(*keys), chain(*handle.start), strict=True))

    def read(values: dict[str, Any]) -> list[list[float]]:
        return [[values.get(key, held[key]) for key in names] for names in keys]

    return made, [*made.values()], read


def boxes(widgets: Any, name: str, handle: Choices, axes: Axes) -> Made:
    """A box for each name."""
    made = {
        f"{name} {each}": widgets.Checkbox(value=start, description=each)
        for each, start in zip(handle.names, handle.start, strict=True)
    }
    return made, [*made.values()], lambda values: [values[key] for key in made]
