"""Points, with names that a reader can ask for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from live_charts.axes import Axes, pairs, short
from live_charts.marks.mark import Mark, same_length, same_names

RADIUS = 4


def disc(x: float, y: float, r: float = RADIUS) -> str:
    """A disc as part of a path."""
    return f"M{short(x - r)},{short(y)}a{r},{r} 0 1,0 {2 * r},0a{r},{r} 0 1,0 {-2 * r},0"


@dataclass(frozen=True)
class Points(Mark):
    """Of their x and y."""

    kind = "points"
    names: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Where there are names."""
        return bool(self.names)

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path, a disc for each point that has a place."""
        return [{"d": "".join(disc(x, y) for x, y in pairs(axes, *self.lists) if not math.isnan(x + y))}]

    def key(self) -> str:
        """A disc."""
        return f'<path d="{disc(9, 5)}"/>'

    def spec(self) -> dict[str, Any]:
        """With the names, if there are any."""
        return super().spec() | ({"names": self.names} if self.names else {})


def points(x: Tensor, y: Tensor, label: str = "", names: Sequence[str] = ()) -> Mark:
    """Points. With names, hovering, a tap and the arrow keys say which is which, with its values.

    Args:
        x: Positions; any shape of n values.
        y: Heights; n values. What is nan is left out.
        label: Name in the legend.
        names: A name for each point.

    Returns:
        The mark.

    Raises:
        ValueError: `x` and `y` have different numbers of values, or there is another number of names.

    Example:
        ```python
        import torch
        from live_charts import points

        assert points(torch.zeros(2), torch.ones(2), names=["one", "another"]).kind == "points"
        ```
    """
    values = same_length(x=x, y=y)
    return Points(label, values, same_names(names, len(values[0])) if len(names) else ())
