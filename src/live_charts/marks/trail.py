"""A point that leaves a trail."""

from __future__ import annotations

import math

from torch import Tensor

from live_charts.axes import Axes, pairs
from live_charts.marks.mark import Mark, as_tensor, same_length
from live_charts.marks.points import disc


class Trail(Mark):
    """Of x and y, where it stands now."""

    kind = "trail"

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """Two paths: the trail, which only the browser's script knows, and the point."""
        ((x, y),) = pairs(axes, *self.lists)
        return [{"d": ""}, {"d": "" if math.isnan(x + y) else disc(x, y, 5)}]


def trail(x: Tensor | float, y: Tensor | float, label: str = "") -> Mark:
    """A point that leaves a trail: a line through all places where it has stood since the chart was reset.

    Args:
        x: Its position; one value.
        y: Its height; one value.
        label: Name in the legend.

    Returns:
        The mark. A page without scripts, paper and a notebook have the point alone.

    Raises:
        ValueError: It is more than one point.

    Example:
        ```python
        import torch
        from live_charts import trail

        assert trail(torch.tensor(0.5), 2.0, "your moves").kind == "trail"
        ```
    """
    values = same_length(x=as_tensor(x), y=as_tensor(y))
    if len(values[0]) != 1:
        raise ValueError(f"x has {len(values[0])} values but a trail is of one point: use line or points")
    return Trail(label, values)
