"""Bars that stand on zero."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from live_charts.axes import Axes, short
from live_charts.marks.mark import Mark, same_length


@dataclass(frozen=True)
class Bars(Mark):
    """Of their middle and their height."""

    kind = "bars"
    width: float = 0.8

    def xs(self) -> list[float]:
        """Both sides of the first and the last."""
        return [x + side * self.width / 2 for x in self.lists[0] for side in (-1, 1)]

    def ys(self) -> list[float]:
        """Their heights, and zero."""
        return [0.0, *self.lists[1]]

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path."""
        floor = axes.y(axes.ylim[0] if axes.log else 0.0)
        drawn = ""
        for x, height in zip(*self.lists, strict=True):
            left, right, top = axes.x(x - self.width / 2), axes.x(x + self.width / 2), axes.y(height)
            if not math.isnan(left + right + top):
                drawn += f"M{short(left)},{short(floor)}V{short(top)}H{short(right)}V{short(floor)}Z"
        return [{"d": drawn}]

    def key(self) -> str:
        """A small field."""
        return '<path d="M0,0H18V10H0Z"/>'

    def spec(self) -> dict[str, Any]:
        """With their width."""
        return super().spec() | {"width": self.width}


def bars(y: Tensor, x: Tensor | None = None, label: str = "", width: float = 0.8) -> Mark:
    """Bars that stand on zero; `live(…, xnames=[…])` names those at 0, 1, 2 and so on.

    Args:
        y: Heights; any shape of n values.
        x: Where their middles stand; n values, or 0, 1, 2 and so on where it is None.
        label: Name in the legend.
        width: Of each, in the units of x.

    Returns:
        The mark.

    Raises:
        ValueError: `x` and `y` have different numbers of values, or `width` is not positive.

    Example:
        ```python
        import torch
        from live_charts import bars

        assert bars(torch.tensor([2.0, 3.0])).values[0].tolist() == [0.0, 1.0]
        ```
    """
    if not width > 0:
        raise ValueError(f"width must be more than 0, not {width:g}")
    x = torch.arange(y.numel(), dtype=torch.float64) if x is None else x
    return Bars(label, same_length(x=x, y=y), width)
