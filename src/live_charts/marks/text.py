"""Words and numbers in the picture."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from live_charts.axes import Axes, pairs, short
from live_charts.marks.mark import Mark, as_tensor, attributes, same_length, same_names
from live_charts.words import words


@dataclass(frozen=True)
class Text(Mark):
    """Of the places x and y of its words; or of these and of the numbers that stand there."""

    kind = "text"
    inked = False
    said: tuple[str, ...] = ()
    digits: int | None = None

    def ys(self) -> list[float]:
        """Their heights, and not the numbers."""
        return self.lists[1]

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """The place of each, and of a number its words."""
        x, y, *numbers = self.lists
        said = [{"said": words(number, self.digits)} for each in numbers for number in each] or [{}] * len(x)
        return [
            {"visibility": "hidden"}
            if math.isnan(left + up)
            else {"x": short(left), "y": short(up), "visibility": "visible", **each}
            for (left, up), each in zip(pairs(axes, x, y), said, strict=True)
        ]

    def svg(self, axes: Axes) -> str:
        """The words."""
        drawn = self.draw(axes)
        said = self.said or [each.pop("said", "") for each in drawn]
        return "".join(
            f"<text{attributes(each)}>{html.escape(text)}</text>" for each, text in zip(drawn, said, strict=True)
        )

    def spec(self) -> dict[str, Any]:
        """With the digits of its numbers."""
        return super().spec() | ({} if self.digits is None else {"digits": self.digits})


def text(x: Tensor | float, y: Tensor | float, said: Sequence[str] | str | Tensor, digits: int | None = None) -> Mark:
    """Words or numbers in the picture, each around its place. Words stay the same; numbers and places may change.

    Args:
        x: Positions; any shape of n values, or one number.
        y: Heights; n values. What is nan is left out.
        said: n words, or one; or a tensor of n numbers.
        digits: Digits after the point, of numbers; as many as make four in all where it is None.

    Returns:
        The mark.

    Raises:
        ValueError: The numbers of values and words differ.

    Example:
        ```python
        import torch
        from live_charts import text

        assert text(0.5, 1.0, "the best").kind == "text"
        assert text(torch.arange(2), torch.arange(2), ["low", "high"]).kind == "text"
        assert text(torch.arange(2), torch.arange(2), torch.tensor([0.25, 4]), digits=2).kind == "text"
        ```
    """
    if isinstance(said, Tensor):
        return Text("", same_length(x=as_tensor(x), y=as_tensor(y), said=said), digits=digits)
    values = same_length(x=as_tensor(x), y=as_tensor(y))
    return Text("", values, same_names([said] if isinstance(said, str) else said, len(values[0])))
