"""A line through points."""

from __future__ import annotations

import math

from torch import Tensor

from live_charts.axes import Axes, pairs, short
from live_charts.marks.mark import Mark, same_length


class Line(Mark):
    """Of its points x and y."""

    kind = "line"

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path, which leaves out what has no place."""
        drawn, pen = "", "M"
        for x, y in pairs(axes, *self.lists):
            if math.isnan(x + y):
                pen = "M"
                continue
            drawn += f"{pen}{short(x)},{short(y)}"
            pen = "L"
        return [{"d": drawn}]


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
    return Line(label, same_length(x=x, y=y))
