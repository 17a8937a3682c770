"""What a chart is made of: lines, points, segments, rules and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Mark:
    """One thing in a chart: its kind, its label, and the tensors that place it.

    Attributes:
        kind: `line`, `points`, `segments`, `rule` or `number`.
        label: What the legend or the number's name says; empty for none.
        values: Tensors in float64: x and y; x, y and the other end of y; x of a rule; a number's value.
        digits: Digits after the point, of a number.
        unit: What stands after a number.

    Example:
        ```python
        import torch
        from live_charts import number

        assert number("error", torch.tensor(0.25)).kind == "number"
        ```
    """

    kind: str
    label: str
    values: tuple[Tensor, ...]
    digits: int = 3
    unit: str = ""


def line(x: Tensor, y: Tensor, label: str = "") -> Mark:
    """A line through points, in their order.

    Args:
        x: Positions; any shape of n values.
        y: Heights; n values.
        label: Name in the legend.

    Returns:
        The mark.

    Raises:
        ValueError: `x` and `y` have different numbers of values.

    Example:
        ```python
        import torch
        from live_charts import line

        x = torch.linspace(0, 1, 5)
        assert line(x, x**2, "a parabola").kind == "line"
        ```
    """
    return Mark("line", label, same_length(x=x, y=y))


def points(x: Tensor, y: Tensor, label: str = "") -> Mark:
    """Points.

    Args:
        x: Positions; any shape of n values.
        y: Heights; n values.
        label: Name in the legend.

    Returns:
        The mark.

    Raises:
        ValueError: `x` and `y` have different numbers of values.

    Example:
        ```python
        import torch
        from live_charts import points

        assert points(torch.zeros(3), torch.ones(3)).kind == "points"
        ```
    """
    return Mark("points", label, same_length(x=x, y=y))


def segments(x: Tensor, y: Tensor, to: Tensor, label: str = "") -> Mark:
    """Vertical segments, such as residuals: each from (x, y) to (x, to).

    Args:
        x: Positions; any shape of n values.
        y: Heights of one end; n values.
        to: Heights of the other end; n values.
        label: Name in the legend.

    Returns:
        The mark.

    Raises:
        ValueError: `x`, `y` and `to` have different numbers of values.

    Example:
        ```python
        import torch
        from live_charts import segments

        x = torch.arange(3.0)
        assert segments(x, x, 2 * x).kind == "segments"
        ```
    """
    return Mark("segments", label, same_length(x=x, y=y, to=to))


def rule(x: Tensor | float, label: str = "") -> Mark:
    """A vertical line across the chart, such as a limit.

    Args:
        x: Its position.
        label: Name in the legend.

    Returns:
        The mark.

    Example:
        ```python
        from live_charts import rule

        assert rule(0.22, "the limit").kind == "rule"
        ```
    """
    return Mark("rule", label, (torch.as_tensor(x, dtype=torch.float64).reshape(1),))


def number(label: str, value: Tensor | float, digits: int = 3, unit: str = "") -> Mark:
    """A number under the chart, with its name.

    Args:
        label: Its name.
        value: One value.
        digits: Digits after the point.
        unit: What stands after it.

    Returns:
        The mark.

    Raises:
        ValueError: `value` holds more than one number.

    Example:
        ```python
        import torch
        from live_charts import number

        assert number("mean squared error", torch.tensor(2.5), digits=2).digits == 2
        ```
    """
    value = torch.as_tensor(value)
    if value.numel() != 1:
        raise ValueError(
            f"{label} has shape {tuple(value.shape)} but a number has one value: take its mean, or one of it"
        )
    return Mark("number", label, (value.reshape(1),), digits, unit)


def same_length(**values: Tensor) -> tuple[Tensor, ...]:
    """Flat tensors, after a check that they have the same number of values.

    Args:
        values: Tensors by the names that the error uses.

    Returns:
        The tensors, each of shape (n,).

    Raises:
        ValueError: They differ in length.

    Example:
        ```python
        import torch
        from live_charts.marks import same_length

        x, y = same_length(x=torch.zeros(3, 1), y=torch.zeros(3))
        assert x.shape == y.shape == (3,)
        ```
    """
    lengths = {name: value.numel() for name, value in values.items()}
    if len(set(lengths.values())) > 1:
        said = " but ".join(f"{name} has {length} values" for name, length in lengths.items())
        raise ValueError(f"{said}: they must be equal")
    return tuple(value.reshape(-1) for value in values.values())
