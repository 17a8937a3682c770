"""A number under the chart."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from live_charts.axes import Axes
from live_charts.marks.mark import Mark, as_tensor
from live_charts.words import words


@dataclass(frozen=True)
class Number(Mark):
    """Of its value; it has no place in the picture."""

    kind = "number"
    inked = False
    digits: int = 3
    unit: str = ""
    names: tuple[str, ...] = ()

    def xs(self) -> list[float]:
        """None."""
        return []

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """Nothing."""
        return []

    def spec(self) -> dict[str, Any]:
        """With the digits after its point, or its names."""
        return super().spec() | ({"names": self.names} if self.names else {"digits": self.digits})

    def said(self) -> str:
        """What stands for it."""
        value = self.lists[0][0]
        if self.names:
            return self.names[round(value)] if math.isfinite(value) else "none"
        return words(value, self.digits)

    def row(self) -> str:
        """Its name and its value, as HTML."""
        said = f"<output>{html.escape(self.said())}</output>{' ' * bool(self.unit)}{html.escape(self.unit)}"
        return f"<div><dt>{html.escape(self.label)}</dt><dd>{said}</dd></div>"


def number(label: str, value: Tensor | float, digits: int = 3, unit: str = "", names: Sequence[str] = ()) -> Mark:
    """A number under the chart, with its name.

    Args:
        label: Its name.
        value: One value.
        digits: Digits after the point.
        unit: What stands after it.
        names: What stands in place of 0, 1, 2 and so on, as for the place of the best; "none" in that of nan.

    Returns:
        The mark.

    Raises:
        ValueError: `value` holds more than one number.

    Example:
        ```python
        import torch
        from live_charts import number

        assert number("mean squared error", torch.tensor(2.5), digits=2).kind == "number"
        assert number("the better one", torch.tensor([0.2, 0.9]).argmax(), names=["old", "new"]).kind == "number"
        ```
    """
    value = as_tensor(value)
    if value.numel() != 1:
        raise ValueError(
            f"{label} has shape {tuple(value.shape)} but a number has one value: take its mean, or one of it"
        )
    return Number(label, (value.reshape(1),), digits, unit, tuple(names))
