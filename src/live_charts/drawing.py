"""A chart as SVG: the still picture of a page without scripts, and the frame in which the browser's script draws."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from live_charts.marks import Mark

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 34, 50  # room around the plot
RADIUS = 4  # of a point


@dataclass(frozen=True)
class Axes:
    """The ends, names and scale of a chart's axes.

    Attributes:
        xlim: Ends of the horizontal axis.
        ylim: Ends of the vertical axis.
        xlabel: Its name.
        ylabel: Its name.
        log: Whether the vertical axis is logarithmic.

    Example:
        ```python
        from live_charts.drawing import Axes

        assert Axes((0, 1), (0, 1)).x(0) == 64
        ```
    """

    xlim: tuple[float, float]
    ylim: tuple[float, float]
    xlabel: str = ""
    ylabel: str = ""
    log: bool = False

    @classmethod
    def around(
        cls,
        marks: Sequence[Mark],
        xlim: tuple[float, float] | None,
        ylim: tuple[float, float] | None,
        *,
        xlabel: str = "",
        ylabel: str = "",
        log: bool = False,
    ) -> Axes:
        """Axes that hold some marks, with a little room, where their ends are not given.

        Args:
            marks: The marks.
            xlim: Ends of the horizontal axis, or None.
            ylim: Ends of the vertical axis, or None.
            xlabel: Its name.
            ylabel: Its name.
            log: Whether the vertical axis is logarithmic.

        Returns:
            The axes.

        Raises:
            ValueError: An end is missing and no mark gives it, the ends are in the wrong order, or a logarithmic axis
                would start at 0 or below.

        Example:
            ```python
            import torch
            from live_charts import line
            from live_charts.drawing import Axes

            axes = Axes.around([line(torch.tensor([0.0, 2.0]), torch.tensor([0.0, 10.0]))], None, None)
            assert axes.xlim == (-0.1, 2.1)
            ```
        """
        drawn = [mark for mark in marks if mark.kind in ("line", "points", "segments")]
        xs = [value for mark in drawn for value in mark.values[0].tolist()]
        ys = [value for mark in drawn for values in mark.values[1:] for value in values.tolist()]
        xlim, ylim = xlim or span("x", xs, False), ylim or span("y", ys, log)
        for name, (low, high) in (("xlim", xlim), ("ylim", ylim)):
            if not low < high:
                raise ValueError(f"{name} must go from low to high, not from {low:g} to {high:g}")
        if log and ylim[0] <= 0:
            raise ValueError(f"a logarithmic axis has no place for {ylim[0]:g}: give ylim above 0")
        return cls(xlim, ylim, xlabel, ylabel, log)

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs in order to place a mark."""
        plot = [LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP]
        return {"xlim": self.xlim, "ylim": self.ylim, "log": self.log, "plot": plot, "radius": RADIUS}

    def x(self, value: float) -> float:
        """Where a value lies across the picture."""
        low, high = self.xlim
        return LEFT + (value - low) / (high - low) * (WIDTH - RIGHT - LEFT)

    def y(self, value: float) -> float:
        """Where a value lies up and down the picture; nan where a logarithmic axis has no place for it."""
        low, high = self.ylim
        if self.log:
            if value <= 0:
                return math.nan
            low, high, value = math.log10(low), math.log10(high), math.log10(value)
        return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - TOP)


def span(name: str, values: list[float], log: bool) -> tuple[float, float]:
    """The ends of an axis that holds some values, with a little room on both sides."""
    values = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not values or min(values) == max(values):
        raise ValueError(f"no mark says how far the {name} axis goes: give {name}lim")
    low, high = min(values), max(values)
    if log:
        return low / 1.5, high * 1.5
    room = 0.05 * (high - low)
    return low - room, high + room


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
        from live_charts.drawing import Axes, draw

        x = torch.tensor([0.0, 1.0])
        assert 'd="M64,310L624,34"' in draw([line(x, x)], Axes((0, 1), (0, 1)))
        ```
    """
    shown = [(number, mark) for number, mark in enumerate(marks) if mark.kind != "number"]
    plot = "".join(
        f'<path class="live__{mark.kind}" data-mark="{number}" {ink(place)} d="{path(mark, axes)}"/>'
        for place, (number, mark) in enumerate(shown)
    )
    width, height = WIDTH - RIGHT - LEFT, HEIGHT - BOTTOM - TOP
    inner = f'x="{LEFT}" y="{TOP}" width="{width}" height="{height}" viewBox="{LEFT} {TOP} {width} {height}"'
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{frame(axes)}'
        f"<svg {inner}>{plot}</svg>{legend(shown)}</svg>"
    )


def path(mark: Mark, axes: Axes) -> str:
    """A mark as the `d` of a path; assets/drawing.js has the same in its own language."""
    values = [value.tolist() for value in mark.values]
    if mark.kind == "rule":
        return f"M{short(axes.x(values[0][0]))},{HEIGHT - BOTTOM}V{TOP}"
    xs = [axes.x(value) for value in values[0]]
    ys = [axes.y(value) for value in values[1]]
    if mark.kind == "line":
        drawn, pen = "", "M"
        for x, y in zip(xs, ys, strict=True):
            if not math.isfinite(y):
                pen = "M"
                continue
            drawn += f"{pen}{short(x)},{short(y)}"
            pen = "L"
        return drawn
    if mark.kind == "points":
        r = RADIUS
        return "".join(
            f"M{short(x - r)},{short(y)}a{r},{r} 0 1,0 {2 * r},0a{r},{r} 0 1,0 {-2 * r},0"
            for x, y in zip(xs, ys, strict=True)
            if math.isfinite(y)
        )
    return "".join(
        f"M{short(x)},{short(y)}V{short(axes.y(to))}"
        for x, y, to in zip(xs, ys, values[2], strict=True)
        if math.isfinite(y) and math.isfinite(axes.y(to))
    )


def frame(axes: Axes) -> str:
    """The axes: lines, ticks and names."""
    lines, texts = "", ""
    for value in ticks(*axes.xlim):
        x = short(axes.x(value))
        lines += f"M{x},{HEIGHT - BOTTOM}V{TOP}"
        texts += f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{label(value)}</text>'
    for value in decades(*axes.ylim) if axes.log else ticks(*axes.ylim):
        y = short(axes.y(value))
        lines += f"M{LEFT},{y}H{WIDTH - RIGHT}"
        said = power(value) if axes.log else label(value)
        texts += f'<text x="{LEFT - 8}" y="{y}" dy="0.35em" text-anchor="end">{said}</text>'
    if axes.xlabel:
        texts += f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{html.escape(axes.xlabel)}</text>'
    if axes.ylabel:
        texts += f'<text x="4" y="18">{html.escape(axes.ylabel)}</text>'
    return f'<path class="live__grid" d="{lines}"/><g class="live__text">{texts}</g>'


def legend(shown: list[tuple[int, Mark]]) -> str:
    """The labels of the marks that have one, in the corner at the top."""
    rows = [(place, mark) for place, (_, mark) in enumerate(shown) if mark.label]
    return "".join(
        f'<g class="live__text" transform="translate({LEFT + 14} {TOP + 14 + 18 * row})">'
        f'<path class="live__key live__key--{mark.kind}" {ink(place)} d="M0,0H18"/>'
        f'<text x="24" dy="0.35em">{html.escape(mark.label)}</text></g>'
        for row, (place, mark) in enumerate(rows)
    )


def ink(place: int) -> str:
    """The colour of the mark at some place in the drawing."""
    return f'style="--ink:var(--figure-{place % 10})"'


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two ends, about six of them.

    Args:
        low: One end.
        high: The other end.

    Returns:
        The numbers, in order.

    Example:
        ```python
        from live_charts.drawing import ticks

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


def power(value: float) -> str:
    """A power of ten, as 10 with a raised exponent."""
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def label(value: float) -> str:
    """A tick's number, with a true minus sign."""
    return f"{value:g}".replace("-", "−")


def short(value: float) -> str:
    """A coordinate to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
