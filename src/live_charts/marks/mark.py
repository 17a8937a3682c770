"""What all kinds of marks share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from live_charts.axes import Axes


@dataclass(frozen=True)
class Mark:
    """One thing in a chart: its label, and the tensors that place it. Each kind of mark is a class of its own.

    Attributes:
        kind: The kind's name, which is that of its module, of its style and of the script that draws it.
        label: What the legend or the number's name says; empty for none.
        values: The tensors, of shape (n,), in the order that the kind gives them.

    Example:
        ```python
        import torch
        from live_charts import number

        assert number("error", torch.tensor(0.25)).kind == "number"
        ```
    """

    label: str
    values: tuple[Tensor, ...]
    kind: ClassVar[str] = ""
    inked: ClassVar[bool] = True  # whether the next colour of the page is its own

    @property
    def tells(self) -> bool:
        """Whether a reader can ask for what a datum or a cell is."""
        return False

    @property
    def lists(self) -> list[list[float]]:
        """The values as numbers of Python."""
        return [value.tolist() for value in self.values]

    def xs(self) -> list[float]:
        """Positions that the horizontal axis should hold."""
        return self.lists[0]

    def ys(self) -> list[float]:
        """Heights that the vertical axis should hold."""
        return [height for heights in self.lists[1:] for height in heights]

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """What changes with a slider: attributes of each element, as the script of this kind gives them as well."""
        raise NotImplementedError

    def svg(self, axes: Axes) -> str:
        """The mark's elements: one path, unless a kind has others."""
        return "".join(f"<path{attributes(each)}/>" for each in self.draw(axes))

    def key(self) -> str:
        """What stands for it in the legend, in a box of 18 by 10: a stroke, unless a kind has something else."""
        return '<path d="M0,5H18"/>'

    def spec(self) -> dict[str, Any]:
        """What the browser's script needs to know of it, apart from its values."""
        return {"kind": self.kind, "size": len(self.values), **({"label": self.label} if self.label else {})}


def as_tensor(value: Tensor | float) -> Tensor:
    """A tensor as it is, and a number of Python's as float64, which the browser computes in."""
    return value if isinstance(value, Tensor) else torch.tensor(value, dtype=torch.float64)


def attributes(given: dict[str, str]) -> str:
    """Attributes of an element, as markup."""
    return "".join(f' {name}="{value}"' for name, value in given.items())


def same_length(**values: Tensor) -> tuple[Tensor, ...]:
    """Flat tensors, after a check that they have the same number of values.

    Args:
        values: Tensors by the names that the error uses.

    Returns:
        The tensors, each of shape (n,).

    Raises:
        ValueError: They differ in length.

    Example:
        ```python
        import torch
        from live_charts.marks.mark import same_length

        x, y = same_length(x=torch.zeros(3, 1), y=torch.zeros(3))
        assert x.shape == y.shape == (3,)
        ```
    """
    lengths = {name: value.numel() for name, value in values.items()}
    if len(set(lengths.values())) > 1:
        said = " but ".join(f"{name} has {length} values" for name, length in lengths.items())
        raise ValueError(f"{said}: they must be equal")
    return tuple(value.reshape(-1) for value in values.values())


def same_names(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Names, after a check that there are as many as there are data.

    Args:
        names: The names.
        count: How many data there are.

    Returns:
        The names.

    Raises:
        ValueError: There are more or fewer.

    Example:
        ```python
        from live_charts.marks.mark import same_names

        assert same_names(["a", "b"], 2) == ("a", "b")
        ```
    """
    if isinstance(names, str) or len(names) != count:
        raise ValueError(f"names must be a list of {count} names, one for each datum, not {names!r:.60}")
    return tuple(names)
