"""A vertical line across the chart."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from live_charts.axes import BOTTOM, HEIGHT, TOP, Axes, short
from live_charts.marks.mark import Mark


class Rule(Mark):
    """Of its position."""

    kind = "rule"

    def xs(self) -> list[float]:
        """None: it does not stretch an axis."""
        return []

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path, from the bottom to the top."""
        x = axes.x(self.lists[0][0])
        return [{"d": "" if math.isnan(x) else f"M{short(x)},{HEIGHT - BOTTOM}V{TOP}"}]


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
    return Rule(label, (torch.as_tensor(x, dtype=torch.float64).reshape(1),))
