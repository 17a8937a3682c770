"""The axes of a chart: their ends, their names, and where in the picture a value lies."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 50  # room around the plot
FAR = 1e5  # further out browsers lose precision, so nothing is drawn there
ROOM = {"x": 50, "y": 7}  # characters of the names along an axis: all of them together; each of them


@dataclass(frozen=True)
class Axes:
    """The ends, names and scale of a chart's axes.

    Attributes:
        xlim: Ends of the horizontal axis.
        ylim: Ends of the vertical axis.
        xlabel: Its name.
        ylabel: Its name.
        log: Whether the vertical axis is logarithmic.
        xnames: What stands at 0, 1, 2 and so on of the horizontal axis, in place of numbers.
        ynames: The same of the vertical axis.

    Example:
        ```python
        from live_charts.axes import Axes

        assert Axes((0, 1), (0, 1)).x(0) == 64
        ```
    """

    xlim: tuple[float, float]
    ylim: tuple[float, float]
    xlabel: str = ""
    ylabel: str = ""
    log: bool = False
    xnames: tuple[str, ...] = ()
    ynames: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, (low, high) in (("xlim", self.xlim), ("ylim", self.ylim)):
            if not low < high:
                raise ValueError(f"{name} must go from low to high, not from {low:g} to {high:g}")
        if self.log and self.ylim[0] <= 0:
            raise ValueError(f"a logarithmic axis has no place for {self.ylim[0]:g}: give ylim above 0")
        if (length := len(" ".join(self.xnames))) > ROOM["x"]:
            raise ValueError(f"xnames have {length} characters with their spaces, over {ROOM['x']}: shorten them")
        if long := [name for name in self.ynames if len(name) > ROOM["y"]]:
            raise ValueError(f"ynames has {long[0]!r}, but each may have {ROOM['y']} characters: shorten it")

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs in order to place a mark and to name a value."""
        plot = [LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP]
        spec: dict[str, Any] = {"xlim": self.xlim, "ylim": self.ylim, "log": self.log, "plot": plot, "far": FAR}
        spec |= {"xlabel": self.xlabel or "x", "ylabel": self.ylabel or "y"}
        spec |= {"xnames": self.xnames} if self.xnames else {}
        return spec | ({"ynames": self.ynames} if self.ynames else {})

    def x(self, value: float) -> float:
        """Where a value lies across the picture."""
        low, high = self.xlim
        return near(LEFT + (value - low) / (high - low) * (WIDTH - RIGHT - LEFT))

    def y(self, value: float) -> float:
        """Where a value lies up and down the picture; nan where a logarithmic axis has no place for it."""
        low, high = self.ylim
        if self.log:
            if not value > 0:
                return math.nan
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return near(HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP))


def near(place: float) -> float:
    """A place in the picture or around it; nan where there is none."""
    return max(-FAR, min(FAR, place)) if math.isfinite(place) else math.nan


def span(name: str, values: Iterable[float], log: bool = False) -> tuple[float, float]:
    """The ends of an axis that holds some values, with a little room on both sides.

    Args:
        name: The axis, `x` or `y`, as the error says it.
        values: The values; those that are not finite, or have no place on a logarithmic axis, are left out.
        log: Whether the axis is logarithmic.

    Returns:
        Its ends.

    Raises:
        ValueError: There are not two different values.

    Example:
        ```python
        from live_charts.axes import span

        assert span("x", [0.0, 2.0]) == (-0.1, 2.1)
        ```
    """
    values = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not values or min(values) == max(values):
        raise ValueError(f"no mark says how far the {name} axis goes: give {name}lim")
    low, high = min(values), max(values)
    if log:
        return low / 1.5, high * 1.5
    room = 0.05 * (high - low)
    return low - room, high + room


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, about six of them.

    Args:
        low: One end.
        high: The other end.

    Returns:
        The numbers, in order.

    Example:
        ```python
        from live_charts.axes import ticks

        assert ticks(-2.1, 2.1) == [-2.0, -1.0, 0.0, 1.0, 2.0]
        ```
    """
    rough = (high - low) / 6
    unit = 10 ** math.floor(math.log10(rough))
    step = unit * min((each for each in (1, 2, 5, 10) if each * unit >= rough), default=10)
    first = math.ceil(low / step - 1e-9)
    return [round(index * step, 12) for index in range(first, math.floor(high / step + 1e-9) + 1)]


def decades(low: float, high: float) -> list[float]:
    """Powers of ten between two ends, seven of them at most."""
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    return [10.0**exponent for exponent in range(first, last + 1, 1 + (last - first) // 7)]


def short(value: float) -> str:
    """A coordinate to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def pairs(axes: Axes, xs: Sequence[float], ys: Sequence[float]) -> list[tuple[float, float]]:
    """Where points lie in the picture."""
    return [(axes.x(x), axes.y(y)) for x, y in zip(xs, ys, strict=True)]
