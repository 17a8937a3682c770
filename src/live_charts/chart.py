"""A chart: `live` puts a function, its handles and its drawing together."""

from __future__ import annotations

import html
import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from live_charts.axes import Axes, span
from live_charts.drawing import draw, hand, legend
from live_charts.handles import Draggable, Handle, Slider, as_handle, check_inside
from live_charts.marks.mark import Mark
from live_charts.marks.number import Number
from live_charts.notebook import show_live, styled
from live_charts.record import PLAIN, record
from live_charts.widgets import widgets_of

FRAMES = 500  # positions of all sliders together that a chart made of frames may have
UNPLACED = Axes((0, 1), (0, 1))  # before the marks say how far the axes go


@dataclass(frozen=True)
class Chart:
    """A chart with handles; a page and a notebook show it by `_repr_html_`.

    Attributes:
        function: Takes the handles' values by name, gives marks.
        handles: Sliders and what else a reader takes hold of, by the names of the function's parameters.
        axes: The frame that the marks are drawn in.
        frames: Whether every position is computed in Python.
        title: Stands above the chart.
        alt: What the chart shows at the start, for those who do not see it.

    Example:
        ```python
        import torch
        from live_charts import line, live, slider

        x = torch.linspace(-1, 1, 5, dtype=torch.float64)
        chart = live(lambda a: [line(x, a * x)], a=slider(-1, 1, start=1), alt="A straight line.")
        assert "<svg" in chart._repr_html_()
        ```
    """

    function: Callable[..., Sequence[Mark]]
    handles: dict[str, Handle]
    axes: Axes
    frames: bool
    title: str
    alt: str

    def marks(self, **values: Any) -> list[Mark]:
        """The marks for some values of the handles, computed in Python.

        Args:
            values: Values by name: a slider's, (x, y) of a point, lists of both of data, or a 1 or 0 for each choice.
                The others stand at their start.

        Returns:
            The marks.

        Raises:
            ValueError: A name is not that of a handle.

        Example:
            ```python
            from live_charts import live, rule, slider

            chart = live(
                lambda a: [rule(2 * a)], a=slider(0, 4, 1), xlim=(0, 8), ylim=(0, 1), alt="An upright line."
            )
            assert chart.marks(a=3)[0].values[0] == 6
            ```
        """
        if unknown := set(values) - set(self.handles):
            raise ValueError(f"{', '.join(sorted(unknown))} is no handle of this chart: {', '.join(self.handles)} are")
        at = {name: values.get(name, handle.start) for name, handle in self.handles.items()}
        if self.frames:
            try:
                return list(self.function(**at))
            except (AttributeError, TypeError) as error:
                lacks = isinstance(error, AttributeError) and isinstance(error.obj, (int, float))
                if lacks or "must be Tensor, not" in str(error):
                    error.args = (f"{error}: with frames=True {PLAIN}; torch.tensor(…) makes one",)
                raise
        return list(self.function(**{name: self.handles[name].tensor(value) for name, value in at.items()}))

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs: handles, marks, axes, and a record or frames."""
        start = self.marks()
        spec: dict[str, Any] = {
            "handles": [{"name": name} | handle.spec() for name, handle in self.handles.items()],
            "marks": [mark.spec() for mark in start],
            "axes": self.axes.spec(),
        }
        if self.frames:
            return spec | {"frames": self._frames(start)}
        names = list(self.handles)

        def flat(*values: Tensor) -> list[Tensor]:
            given = self.function(**dict(zip(names, values, strict=True)))
            return [value for mark in given for value in mark.values]

        return spec | record(flat, [handle.tensor(handle.start) for handle in self.handles.values()])

    def _frames(self, start: list[Mark]) -> list[list[list[float | None]]]:
        """The marks' values at every position of the sliders, the last slider's positions running fastest."""
        sliders = [handle for handle in self.handles.values() if isinstance(handle, Slider)]
        positions = list(itertools.product(*(slider.values for slider in sliders)))
        if len(positions) > FRAMES:
            raise ValueError(f"the sliders have {len(positions)} positions together, over {FRAMES}: give them fewer")
        frames = []
        for position in positions:
            marks = self.marks(**dict(zip(self.handles, position, strict=True)))
            if [mark.kind for mark in marks] != [mark.kind for mark in start]:
                raise ValueError(f"at {position} the function gives other marks than at the start")
            frames.append(
                [[plain(float(f"{item:.12g}")) for item in value.tolist()] for mark in marks for value in mark.values]
            )
        return frames

    def _repr_html_(self) -> str:
        """The chart as HTML: a still picture, and what the script needs to make it live."""
        spec = html.escape(json.dumps(self.spec(), separators=(",", ":"), allow_nan=False))
        title = f"<figcaption>{html.escape(self.title)}</figcaption>" if self.title else ""
        shown = title + self._drawn(self.marks())
        return f'<figure class="live" data-search-exclude data-spec="{spec}">{shown}</figure>'

    def _drawn(self, marks: Sequence[Mark], values: Mapping[str, Any] = {}) -> str:
        """The drawing under its legend, and the numbers below it."""
        label = html.escape(self.alt)
        picture = f'<div class="live__picture" role="img" aria-label="{label}">{draw(marks, self.axes)}</div>'
        places = {
            name: handle.places(values.get(name, handle.start))
            for name, handle in self.handles.items()
            if isinstance(handle, Draggable)
        }
        plot = (
            f'<div class="live__plot">{picture}{hand(places, self.axes, tells=any(mark.tells for mark in marks))}</div>'
        )
        return legend(marks, self.handles) + plot + numbers(marks)

    def _ipython_display_(self) -> None:
        """In a notebook: the same chart, its handles by ipywidgets, computed in Python."""
        show_live(self._widget, lambda: styled("live", self._drawn(self.marks())), "Its sliders need")

    def _widget(self, widgets: Any) -> Any:
        def drawn(values: dict[str, Any]) -> str:
            return styled("live", self._drawn(self.marks(**values), values))

        return widgets_of(widgets, self.handles, self.axes, drawn)


def live(
    function: Callable[..., Sequence[Mark]],
    *,
    alt: str,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    xlim: tuple[float, float] | None = None,
    ylim: tuple[float, float] | None = None,
    xnames: Sequence[str] = (),
    ynames: Sequence[str] = (),
    yscale: str = "linear",
    frames: bool = False,
    **handles: Handle | bool | Sequence[float],
) -> Chart:
    """A chart with handles, from a function that takes their values and gives marks.

    The function is called once with symbols, and the browser replays what it did with them. With `frames=True` it
    is called for every position of its sliders instead, and may do anything, such as train.

    Args:
        function: Takes the handles' values by name, as float64 tensors: of a slider of shape (), of a point (2,), of
            data (2, n), of choices (n,). With frames, sliders give plain numbers. Gives a list of marks, always of
            the same kinds.
        alt: What the chart shows at the start, for those who do not see it.
        title: Stands above the chart.
        xlabel: Name of the horizontal axis, with its unit.
        ylabel: Name of the vertical axis, with its unit.
        xlim: Ends of the horizontal axis; from the marks at the start where it is None.
        ylim: Ends of the vertical axis; from the marks at the start where it is None.
        xnames: What stands at 0, 1, 2 and so on of the horizontal axis, in place of numbers.
        ynames: The same of the vertical axis.
        yscale: `linear` or `log`.
        frames: Whether to compute every position in Python.
        handles: By the function's parameter, a `slider(…)`, a `choice(…)`, a list of values, True or False for a
            switch, a `point(…)`, `data(…)` or `choices(…)`.

    Returns:
        The chart; as a snippet's last line it is shown.

    Raises:
        ValueError: There is no handle, no text for `alt`, an unknown scale, an axis that no mark gives, a point
            outside of the axes, or with frames a handle that is no slider.

    Example:
        ```python
        import torch
        from live_charts import line, live, number, slider

        x = torch.linspace(-2, 2, 50, dtype=torch.float64)
        chart = live(
            lambda a, b: [line(x, a * x + b, "a line"), number("height at 1", a + b)],
            a=slider(-3, 3, start=1), b=slider(-3, 3, start=0), xlabel="x", ylabel="y", alt="A line through zero.",
        )
        assert [step[0] for step in chart.spec()["steps"][:2]] == ["slider", "slider"]
        ```
    """
    if not handles:
        raise ValueError("a live chart needs a slider, such as a=slider(-1, 1)")
    if not alt:
        raise ValueError("alt is empty: say what the chart shows at the start")
    if yscale not in ("linear", "log"):
        raise ValueError(f"yscale is {yscale!r} but must be 'linear' or 'log'")
    made = {name: as_handle(each) for name, each in handles.items()}
    if frames and (others := [name for name, handle in made.items() if not isinstance(handle, Slider)]):
        raise ValueError(
            f"with frames=True every handle must be a slider, a choice or a switch, but {others[0]} is not"
        )
    draggable = {name: handle for name, handle in made.items() if isinstance(handle, Draggable)}
    marks = Chart(function, made, UNPLACED, frames, title, alt).marks()
    dragged = [each.start for each in draggable.values()]
    xs = [value for mark in marks for value in mark.xs()] + [value for each, _ in dragged for value in each]
    ys = [value for mark in marks for value in mark.ys()] + [value for _, each in dragged for value in each]
    log = yscale == "log"
    ends = [
        given or (-0.5, len(names) - 0.5) if names else given or span(axis, values, axis == "y" and log)
        for axis, given, names, values in (("x", xlim, xnames, xs), ("y", ylim, ynames, ys))
    ]
    axes = Axes(ends[0], ends[1], xlabel, ylabel, log, tuple(xnames), tuple(ynames))
    for name, handle in draggable.items():
        check_inside(name, handle, axes)
    return Chart(function, made, axes, frames, title, alt)


def plain(value: float) -> float | None:
    """A number fit for JSON: inf and nan, which it lacks, become None, and are not drawn.

    Args:
        value: Any number.

    Returns:
        The number, or None.

    Example:
        ```python
        from live_charts.chart import plain

        assert plain(1.5) == 1.5 and plain(float("nan")) is None
        ```
    """
    return value if math.isfinite(value) else None


def numbers(marks: Sequence[Mark]) -> str:
    """The chart's numbers as HTML.

    Args:
        marks: Marks, of which the numbers are taken.

    Returns:
        A list, or nothing where there is no number.

    Example:
        ```python
        from live_charts import number
        from live_charts.chart import numbers

        assert ">0.50<" in numbers([number("half", 0.5, digits=2)])
        ```
    """
    shown = "".join(mark.row() for mark in marks if isinstance(mark, Number))
    return f'<dl class="live__numbers">{shown}</dl>' if shown else ""
