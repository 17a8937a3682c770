"""A shaded region."""

from __future__ import annotations

import math

from torch import Tensor

from live_charts.axes import Axes, pairs, short
from live_charts.marks.mark import Mark, same_length


class Region(Mark):
    """Of x and y around it; or of x, one edge and the other."""

    kind = "region"

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path, closed."""
        xs, *edges = self.lists
        corners = [pair for edge in edges[:1] for pair in pairs(axes, xs, edge)]
        corners += [pair for edge in edges[1:] for pair in pairs(axes, xs[::-1], edge[::-1])]
        drawn = "L".join(f"{short(x)},{short(y)}" for x, y in corners if not math.isnan(x + y))
        return [{"d": f"M{drawn}Z" if drawn else ""}]

    def key(self) -> str:
        """A small field."""
        return '<path d="M0,0H18V10H0Z"/>'


def region(x: Tensor, y: Tensor, to: Tensor | None = None, label: str = "") -> Mark:
    """A shaded region: between two lines, or within a closed one.

    Args:
        x: Positions; any shape of n values.
        y: Heights of one edge; n values.
        to: Heights of the other edge; n values. Where it is None, x and y go once around the region.
        label: Name in the legend.

    Returns:
        The mark.

    Raises:
        ValueError: The numbers of values differ.

    Example:
        ```python
        import torch
        from live_charts import region

        x = torch.linspace(0, 1, 5)
        assert region(x, x - 0.1, x + 0.1, "within a tenth").kind == "region"
        assert region(torch.tensor([0, 1, 0]), torch.tensor([0, 0, 1]), label="a triangle").kind == "region"
        ```
    """
    return Region(label, same_length(x=x, y=y) if to is None else same_length(x=x, y=y, to=to))
