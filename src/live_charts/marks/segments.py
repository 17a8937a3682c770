"""Vertical segments."""

from __future__ import annotations

import math

from torch import Tensor

from live_charts.axes import Axes, short
from live_charts.marks.mark import Mark, same_length


class Segments(Mark):
    """Of their x, y and the other end of y."""

    kind = "segments"

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path."""
        drawn = ""
        for x, y, to in zip(*self.lists, strict=True):
            across, up, end = axes.x(x), axes.y(y), axes.y(to)
            if not math.isnan(across + up + end):
                drawn += f"M{short(across)},{short(up)}V{short(end)}"
        return [{"d": drawn}]


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
    return Segments(label, same_length(x=x, y=y, to=to))
