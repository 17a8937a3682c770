"""What a reader takes hold of in a chart: sliders and switches, points to drag, and boxes to tick.

A chart's function gets from each a float64 tensor: of shape () from a slider or a switch; (2,) from a point, its x and
y; (2, n) from data; and from choices (n,), with a 1 for each name that is ticked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from live_charts.axes import Axes
from live_charts.words import digits_of, words


@dataclass(frozen=True)
class Slider:
    """The positions of a slider, and where it starts.

    Attributes:
        values: The positions, in order; two booleans make a switch.
        start: The first position, one of the values.
        unit: What stands after the value.
        names: What stands in place of each value; empty where the values stand for themselves.
        play: Whether it has buttons that move it through its positions.

    Example:
        ```python
        from live_charts import slider

        assert slider(0, 1, 0.5).values == (0.0, 0.5, 1.0)
        ```
    """

    values: tuple[float | bool, ...]
    start: float | bool
    unit: str = ""
    names: tuple[str, ...] = ()
    play: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off."""
        return isinstance(self.values[0], bool)

    def tensor(self, value: Any) -> Tensor:
        """What the function gets, of shape ()."""
        return torch.tensor(value, dtype=torch.float64)

    def said(self) -> tuple[str, ...]:
        """What stands beside it at each of its positions."""
        if self.names or self.is_switch:
            return self.names or ("off", "on")
        digits = max(map(digits_of, self.values))
        small = any(0 < abs(value) < 1e-4 for value in self.values)
        unit = f" {self.unit}" if self.unit else ""
        return tuple(words(value, None if small else digits) + unit for value in self.values)

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs."""
        kind = "switch" if self.is_switch else "slider"
        spec = {"kind": kind, "values": self.values, "start": self.values.index(self.start), "said": self.said()}
        return spec | ({"play": True} if self.play else {})


@dataclass(frozen=True)
class Draggable:
    """Points of the plane, and how far they move at a time.

    Attributes:
        start: Their coordinates: x of all, then y of all.
        step: Of x and of y; 0 where they do not move.
        single: Whether it is one point, and the function gets it as a tensor of shape (2,).
        tap: Whether a click or a tap on the picture puts it there, too.

    Example:
        ```python
        from live_charts import point

        assert point(1, 2).start == ((1.0,), (2.0,))
        ```
    """

    start: tuple[tuple[float, ...], tuple[float, ...]]
    step: tuple[float, float]
    single: bool
    tap: bool = False

    def tensor(self, value: Any) -> Tensor:
        """What the function gets, from (x, y) or from lists of both."""
        shape = (2,) if self.single else (2, len(self.start[0]))
        return torch.as_tensor(value, dtype=torch.float64).reshape(shape)

    def places(self, value: Any) -> list[tuple[float, float]]:
        """The coordinates of each point."""
        xs, ys = self.tensor(value).reshape(2, -1).tolist()
        return list(zip(xs, ys, strict=True))

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs."""
        spec = {"tap": True} if self.tap else {}
        return spec | {
            "kind": "point" if self.single else "data",
            "start": [list(values) for values in self.start],
            "step": self.step,
            "digits": [
                max(digits_of(step), min(3, max(map(digits_of, values))))
                for step, values in zip(self.step, self.start, strict=True)
            ],
        }


@dataclass(frozen=True)
class Choices:
    """Names that are ticked or not.

    Attributes:
        names: The names.
        start: Whether each is ticked at first.

    Example:
        ```python
        from live_charts import choices

        assert choices("vit", "levit", ticked=["vit"]).start == (True, False)
        ```
    """

    names: tuple[str, ...]
    start: tuple[bool, ...]

    def tensor(self, value: Any) -> Tensor:
        """What the function gets, of shape (n,)."""
        return torch.as_tensor(value, dtype=torch.float64)

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs."""
        return {"kind": "choices", "names": self.names, "start": [int(each) for each in self.start]}


Handle = Slider | Draggable | Choices


def slider(
    low: float, high: float, step: float = 0.1, start: float | None = None, unit: str = "", play: bool = False
) -> Slider:
    """A slider from low to high.

    Args:
        low: Its lowest position.
        high: Its highest position.
        step: Distance between two positions.
        start: Where it stands at first: the position nearest to this; the middle one where it is None.
        unit: What stands after its value.
        play: Whether it has buttons to play through its positions and to go one on or back. It never plays by itself.

    Returns:
        The slider.

    Raises:
        ValueError: `high` is not above `low`, `step` is not positive, or `start` lies outside.

    Example:
        ```python
        from live_charts import slider

        assert slider(-1, 1, 0.5, start=1).start == 1.0
        ```
    """
    if not high > low:
        raise ValueError(f"high must be above low, but {high:g} is not above {low:g}")
    if not step > 0:
        raise ValueError(f"step must be more than 0, not {step:g}")
    values = tuple(round(low + index * step, 10) for index in range(int((high - low) / step + 1e-9) + 1))
    if start is not None and not low <= start <= high:
        raise ValueError(f"start must lie between {low:g} and {high:g}, not at {start:g}")
    middle = values[len(values) // 2]
    nearest = middle if start is None else min(values, key=lambda value: abs(value - start))
    return Slider(values, nearest, unit, play=play)


def choice(*names: str, start: str | None = None) -> Slider:
    """A slider over things that have names. The function gets the place of the chosen one: 0, 1, 2 and so on.

    Args:
        names: What the slider says at each position.
        start: Where it stands at first; at the first where it is None.

    Returns:
        The slider.

    Raises:
        ValueError: There are fewer than two names, two are equal, or `start` is not among them.

    Example:
        ```python
        from live_charts import choice

        assert choice("linear", "cubic", start="cubic").start == 1
        ```
    """
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(f"a choice needs two names or more, all different, not {', '.join(names) or 'none'}")
    if start is not None and start not in names:
        raise ValueError(f"start is {start!r}, which is not among {', '.join(names)}")
    values = tuple(float(place) for place in range(len(names)))
    return Slider(values, values[0 if start is None else names.index(start)], names=names)


def choices(*names: str, ticked: Sequence[str] | None = None) -> Choices:
    """Boxes to tick, one for each name. The function gets a 1 or a 0 for each, as float64 of shape (n,).

    `shown[family]`, with a tensor that says the place of each datum's family, has the 1 or 0 of each datum, and
    `torch.where(shown[family] > 0, y, torch.nan)` leaves out the data whose family is not ticked.

    Args:
        names: What stands beside each box.
        ticked: The names that are ticked at first; all of them where it is None.

    Returns:
        The boxes.

    Raises:
        ValueError: There is no name, two are equal, or a ticked one is not among them.

    Example:
        ```python
        from live_charts import choices

        assert choices("vit", "levit").start == (True, True)
        ```
    """
    if not names or len(set(names)) < len(names):
        raise ValueError(f"choices need names, all different, not {', '.join(names) or 'none'}")
    if unknown := [name for name in ticked or () if name not in names]:
        raise ValueError(f"ticked has {unknown[0]!r}, which is not among {', '.join(names)}")
    return Choices(names, tuple(ticked is None or name in ticked for name in names))


def point(x: float, y: float, step: float | tuple[float, float] = 0.1, tap: bool = False) -> Draggable:
    """A point to drag, such as a parameter in the plane. The function gets x and y as float64 of shape (2,).

    Args:
        x: Where it starts.
        y: How high it starts.
        step: How far it moves at a time, along both axes or along each. 0 holds it: with (0, 0.1) it moves up and down.
        tap: Whether a click or a tap on the picture puts it there, too.

    Returns:
        The point. It stays within the axes.

    Raises:
        ValueError: `step` is negative, or 0 along both axes.

    Example:
        ```python
        from live_charts import live, number, point

        chart = live(
            lambda start: [number("distance from 0", (start**2).sum().sqrt())],
            start=point(3, 4), xlim=(-5, 5), ylim=(-5, 5), xlabel="x", ylabel="y", alt="A point at 3, 4.",
        )
        assert chart.marks(start=(0.6, 0.8))[0].values[0] == 1
        ```
    """
    return Draggable(((float(x),), (float(y),)), both(step), True, tap)


def data(
    x: Tensor | Sequence[float], y: Tensor | Sequence[float], step: float | tuple[float, float] = 0.1
) -> Draggable:
    """Data to drag. The function gets their coordinates as float64 of shape (2, n): `x, y = data`.

    Args:
        x: Where they start; n numbers.
        y: How high they start; n numbers.
        step: How far one moves at a time, along both axes or along each; 0 holds it.

    Returns:
        The data. They stay within the axes.

    Raises:
        ValueError: There are no data, x and y differ in length, or `step` is negative, or 0 along both axes.

    Example:
        ```python
        from live_charts import data, live, number

        chart = live(
            lambda heights: [number("mean height", heights[1].mean())],
            heights=data([0, 1, 2], [3, 4, 8], step=(0, 0.5)), xlim=(-1, 3), ylim=(0, 9),
            xlabel="person", ylabel="height", alt="Three points.",
        )
        assert chart.marks()[0].values[0] == 5
        ```
    """
    xs, ys = (torch.as_tensor(each, dtype=torch.float64).flatten().tolist() for each in (x, y))
    if not xs or len(xs) != len(ys):
        raise ValueError(f"x has {len(xs)} values and y {len(ys)}: data need as many of both, and one at least")
    return Draggable((tuple(xs), tuple(ys)), both(step), False)


def both(step: float | tuple[float, float]) -> tuple[float, float]:
    """A step along each axis."""
    across, up = step if isinstance(step, tuple) else (step, step)
    if not (across >= 0 and up >= 0 and across + up > 0):
        raise ValueError(f"step must be more than 0 along one axis at least, and below 0 along none, not {step}")
    return float(across), float(up)


def as_handle(given: Handle | bool | Sequence[float]) -> Handle:
    """A handle from any of the forms that `live` takes.

    Args:
        given: A handle, a switch's first state, or the positions of a slider, of which the first is the start.

    Returns:
        The handle.

    Raises:
        ValueError: There are fewer than two positions.

    Example:
        ```python
        from live_charts.handles import as_handle

        assert as_handle([0.1, 0.2]).start == 0.1
        assert as_handle(True).values == (False, True)
        ```
    """
    if isinstance(given, (Slider, Draggable, Choices)):
        return given
    if isinstance(given, bool):
        return Slider((False, True), given)
    values = tuple(given)
    if len(values) < 2:
        raise ValueError(f"a slider needs two positions or more, not {len(values)}")
    return Slider(values, values[0])


def check_inside(name: str, handle: Draggable, axes: Axes) -> None:
    """See that a handle can be reached.

    Args:
        name: The handle's name, as the error says it.
        handle: The handle.
        axes: The axes.

    Raises:
        ValueError: A point starts outside of the axes.
    """
    (left, right), (low, high) = axes.xlim, axes.ylim
    for x, y in handle.places(handle.start):
        if not (left <= x <= right and low <= y <= high):
            raise ValueError(f"{name} starts at ({x:g}, {y:g}), outside of the axes: x {axes.xlim}, y {axes.ylim}")
