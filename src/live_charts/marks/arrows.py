"""Arrows."""

from __future__ import annotations

import math

from torch import Tensor

from live_charts.axes import Axes, pairs, short
from live_charts.marks.mark import Mark, same_length

HEAD = 9  # how long an arrow's head is; a short arrow has a shorter one


class Arrows(Mark):
    """Of x and y of their tails, then of their heads."""

    kind = "arrows"

    def xs(self) -> list[float]:
        """Of both ends."""
        return self.lists[0] + self.lists[2]

    def ys(self) -> list[float]:
        """Of both ends."""
        return self.lists[1] + self.lists[3]

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path: a shaft and two strokes of the head for each."""
        x, y, to_x, to_y = self.lists
        drawn = ""
        for (left, up), (right, down) in zip(pairs(axes, x, y), pairs(axes, to_x, to_y), strict=True):
            across, along = right - left, down - up
            length = math.hypot(across, along)
            if not length > 0:  # it has no direction, or an end without a place
                continue
            size = min(HEAD, length / 2) / length
            back = [
                (right - size * (across + side * along / 2), down - size * (along - side * across / 2))
                for side in (1, -1)
            ]
            drawn += f"M{short(left)},{short(up)}L{short(right)},{short(down)}"
            drawn += f"M{short(back[0][0])},{short(back[0][1])}L{short(right)},{short(down)}"
            drawn += f"L{short(back[1][0])},{short(back[1][1])}"
        return [{"d": drawn}]

    def key(self) -> str:
        """A small arrow."""
        return '<path d="M0,5H16M10,1L16,5L10,9"/>'


def arrows(x: Tensor, y: Tensor, to_x: Tensor, to_y: Tensor, label: str = "") -> Mark:
    """Arrows: of a graph, or of a field of vectors.

    Args:
        x: Positions of their tails; any shape of n values.
        y: Heights of their tails; n values.
        to_x: Positions of their heads; n values.
        to_y: Heights of their heads; n values.
        label: Name in the legend.

    Returns:
        The mark.

    Raises:
        ValueError: The numbers of values differ.

    Example:
        ```python
        import torch
        from live_charts import arrows

        zero, one = torch.zeros(1), torch.ones(1)
        assert arrows(zero, zero, one, one).kind == "arrows"
        ```
    """
    return Arrows(label, same_length(x=x, y=y, to_x=to_x, to_y=to_y))
