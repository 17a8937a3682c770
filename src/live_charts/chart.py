"""A chart with sliders: `live` puts a function, its sliders and its drawing together."""

from __future__ import annotations

import html
import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from live_charts.drawing import Axes, draw
from live_charts.marks import Mark
from live_charts.notebook import show_live, styled
from live_charts.record import PLAIN, record

FRAMES = 500  # positions of all sliders together that a chart made of frames may have


@dataclass(frozen=True)
class Slider:
    """The positions of a slider, and where it starts.

    Attributes:
        values: The positions, in order; two booleans make a switch.
        start: The first position, one of the values.
        unit: What stands after the value.
        names: What stands in place of each value; empty where the values stand for themselves.

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


def slider(low: float, high: float, step: float = 0.1, start: float | None = None, unit: str = "") -> Slider:
    """A slider from low to high.

    Args:
        low: Its lowest position.
        high: Its highest position.
        step: Distance between two positions.
        start: Where it stands at first: the position nearest to this; the middle one where it is None.
        unit: What stands after its value.

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
    return Slider(values, middle if start is None else min(values, key=lambda value: abs(value - start)), unit)


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


@dataclass(frozen=True)
class Chart:
    """A chart with sliders; a page and a notebook show it by `_repr_html_`.

    Attributes:
        function: Takes the sliders' values by name, gives marks.
        sliders: The sliders by the names of the function's parameters.
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
    sliders: dict[str, Slider]
    axes: Axes
    frames: bool
    title: str
    alt: str

    def marks(self, **values: float | bool) -> list[Mark]:
        """The marks for some values of the sliders, computed in Python.

        Args:
            values: The sliders' values by name; the others stand at their start.

        Returns:
            The marks.

        Raises:
            ValueError: A name is not that of a slider.

        Example:
            ```python
            from live_charts import live, rule, slider

            chart = live(lambda a: [rule(2 * a)], a=slider(0, 4, 1), xlim=(0, 8), ylim=(0, 1), alt="An upright line.")
            assert chart.marks(a=3)[0].values[0] == 6
            ```
        """
        if unknown := set(values) - set(self.sliders):
            raise ValueError(f"{', '.join(sorted(unknown))} is no slider of this chart: {', '.join(self.sliders)} are")
        at = {name: values.get(name, slider.start) for name, slider in self.sliders.items()}
        if self.frames:
            try:
                return list(self.function(**at))
            except (AttributeError, TypeError) as error:
                lacks = isinstance(error, AttributeError) and isinstance(error.obj, (int, float))
                if lacks or "must be Tensor, not" in str(error):
                    error.args = (f"{error}: with frames=True {PLAIN}; torch.tensor(…) makes one",)
                raise
        return list(self.function(**{name: torch.tensor(value, dtype=torch.float64) for name, value in at.items()}))

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs: sliders, marks, axes, and a record or frames."""
        start = self.marks()
        sliders = [
            {"name": name, "values": each.values, "start": each.values.index(each.start), "unit": each.unit}
            | ({"names": each.names} if each.names else {})
            for name, each in self.sliders.items()
        ]
        marks = [
            {"kind": mark.kind, "label": mark.label, "size": len(mark.values), "digits": mark.digits, "unit": mark.unit}
            for mark in start
        ]
        spec: dict[str, Any] = {"sliders": sliders, "marks": marks, "axes": self.axes.spec()}
        if self.frames:
            return spec | {"frames": self._frames(start)}
        names = list(self.sliders)

        def flat(*values: Tensor) -> list[Tensor]:
            given = self.function(**dict(zip(names, values, strict=True)))
            return [value for mark in given for value in mark.values]

        return spec | record(flat, [float(each.start) for each in self.sliders.values()])

    def _frames(self, start: list[Mark]) -> list[list[list[float | None]]]:
        """The marks' values at every position of the sliders, the last slider's positions running fastest."""
        positions = list(itertools.product(*(each.values for each in self.sliders.values())))
        if len(positions) > FRAMES:
            raise ValueError(f"the sliders have {len(positions)} positions together, over {FRAMES}: give them fewer")
        frames = []
        for position in positions:
            marks = self.marks(**dict(zip(self.sliders, position, strict=True)))
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

    def _drawn(self, marks: Sequence[Mark]) -> str:
        """The drawing, and the numbers below it."""
        label = html.escape(self.alt)
        picture = f'<div class="live__picture" role="img" aria-label="{label}">{draw(marks, self.axes)}</div>'
        return picture + numbers(marks)

    def _ipython_display_(self) -> None:
        """In a notebook: the same chart, its sliders by ipywidgets, computed in Python."""
        show_live(self._widget, lambda: styled("live", self._drawn(self.marks())), "Its sliders need")

    def _widget(self, widgets: Any) -> Any:
        picture = widgets.HTML()
        inputs = {
            name: widgets.SelectionSlider(
                options=[*zip(each.names, each.values, strict=True)] if each.names else each.values,
                value=each.start,
                description=name,
            )
            for name, each in self.sliders.items()
        }

        def update(**values: float | bool) -> None:
            picture.value = styled("live", self._drawn(self.marks(**values)))

        widgets.interactive_output(update, inputs)
        return widgets.VBox([*inputs.values(), picture])


def live(
    function: Callable[..., Sequence[Mark]],
    *,
    alt: str,
    title: str = "",
    xlabel: str = "",
    ylabel: str = "",
    xlim: tuple[float, float] | None = None,
    ylim: tuple[float, float] | None = None,
    yscale: str = "linear",
    frames: bool = False,
    **sliders: Slider | bool | Sequence[float],
) -> Chart:
    """A chart with sliders, from a function that takes their values and gives marks.

    The function is called once with symbols, and the browser replays what it did with them. With `frames=True` it
    is called for every position instead, and may do anything, such as train.

    Args:
        function: Takes the sliders' values by name, as float64 tensors of shape (); with frames, as plain numbers.
            Gives a list of marks, always of the same kinds.
        alt: What the chart shows at the start, for those who do not see it.
        title: Stands above the chart.
        xlabel: Name of the horizontal axis.
        ylabel: Name of the vertical axis.
        xlim: Ends of the horizontal axis; from the marks at the start where it is None.
        ylim: Ends of the vertical axis; from the marks at the start where it is None.
        yscale: `linear` or `log`.
        frames: Whether to compute every position in Python.
        sliders: A `slider(…)`, a `choice(…)`, a list of values, or True or False for a switch, by the function's
            parameter.

    Returns:
        The chart; as a snippet's last line it is shown.

    Raises:
        ValueError: There is no slider, no text for `alt`, an unknown scale, or an axis that no mark gives.

    Example:
        ```python
        import torch
        from live_charts import line, live, number, slider

        x = torch.linspace(-2, 2, 50, dtype=torch.float64)
        chart = live(
            lambda a, b: [line(x, a * x + b, "a line"), number("height at 1", a + b)],
            a=slider(-3, 3, start=1), b=slider(-3, 3, start=0), alt="A straight line through zero.",
        )
        assert [step[0] for step in chart.spec()["steps"][:2]] == ["slider", "slider"]
        ```
    """
    if not sliders:
        raise ValueError("a live chart needs a slider, such as a=slider(-1, 1)")
    if not alt:
        raise ValueError("alt is empty: say what the chart shows at the start")
    if yscale not in ("linear", "log"):
        raise ValueError(f"yscale is {yscale!r} but must be 'linear' or 'log'")
    made = {name: as_slider(each) for name, each in sliders.items()}
    chart = Chart(function, made, Axes((0, 1), (0, 1)), frames, title, alt)
    axes = Axes.around(chart.marks(), xlim, ylim, xlabel=xlabel, ylabel=ylabel, log=yscale == "log")
    return Chart(function, made, axes, frames, title, alt)


def as_slider(given: Slider | bool | Sequence[float]) -> Slider:
    """A slider from any of the forms that `live` takes.

    Args:
        given: A slider, a switch's first state, or the positions, of which the first is the start.

    Returns:
        The slider.

    Raises:
        ValueError: There are fewer than two positions.

    Example:
        ```python
        from live_charts.chart import as_slider

        assert as_slider([0.1, 0.2]).start == 0.1
        assert as_slider(True).values == (False, True)
        ```
    """
    if isinstance(given, Slider):
        return given
    if isinstance(given, bool):
        return Slider((False, True), given)
    values = tuple(given)
    if len(values) < 2:
        raise ValueError(f"a slider needs two positions or more, not {len(values)}")
    return Slider(values, values[0])


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
    return value if abs(value) < float("inf") else None


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
    shown = "".join(
        f"<div><dt>{html.escape(mark.label)}</dt><dd><output>{mark.values[0].item():.{mark.digits}f}</output>"
        f"{' ' + html.escape(mark.unit) if mark.unit else ''}</dd></div>"
        for mark in marks
        if mark.kind == "number"
    )
    return f'<dl class="live__numbers">{shown}</dl>' if shown else ""
