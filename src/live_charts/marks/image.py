"""An image: a grid of cells, each shaded by its value, or in the colour of what it is."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from live_charts.axes import Axes, short
from live_charts.marks.mark import Mark
from live_charts.words import words

LEVELS = 16  # shades, from the lowest value to the highest
DARKEST = 0.85  # how much ink the darkest of them has
PALE = 0.3  # how much ink what has a name has: points of the same colour are seen on it


def shade(level: int, scale: str) -> str:
    """The class and the opacity of a level of the colour scale. It differs in lightness, which everybody sees."""
    if scale == "ink":
        return f'fill-opacity="{short(DARKEST * (level + 0.3) / (LEVELS - 0.7))}"'
    if scale == "names":
        return f'class="live__ink--{level % 10}" fill-opacity="{PALE}"'
    side = (2 * level + 1) / LEVELS - 1  # from −1 to 1
    return f'class="live__ink--{int(side > 0)}" fill-opacity="{short(DARKEST * abs(side))}"'


@dataclass(frozen=True)
class Image(Mark):
    """Of the values of its cells, row by row."""

    kind = "image"
    inked = False
    shape: tuple[int, int] = (1, 1)
    xlim: tuple[float, float] = (0, 1)
    ylim: tuple[float, float] = (0, 1)
    vlim: tuple[float, float] = (0, 1)
    log: bool = False
    scale: str = "ink"
    names: tuple[str, ...] = ()

    @property
    def levels(self) -> int:
        """How many shades there are."""
        return len(self.names) or LEVELS

    @property
    def tells(self) -> bool:
        """Always."""
        return True

    def xs(self) -> list[float]:
        """Its sides; an axis that it alone stretches ends there."""
        return list(self.xlim)

    def ys(self) -> list[float]:
        """Its other sides."""
        return list(self.ylim)

    def level(self, value: float) -> int | None:
        """The shade of a value; None where it has none."""
        if math.isnan(value):
            return None
        low, high = self.vlim
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value) if value > 0 else -math.inf
        return math.floor(max(0, min(self.levels - 1, (value - low) / (high - low) * self.levels)))

    def draw(self, axes: Axes) -> list[dict[str, str]]:
        """One path for each level: its cells, those side by side in a row as one."""
        (rows, columns), (values,) = self.shape, self.lists
        xs = [short(axes.x(place)) for place in edges(*self.xlim, columns)]
        ys = [axes.y(place) for place in edges(*self.ylim, rows)]
        drawn = [""] * self.levels
        for row in range(rows):
            low, high = ys[row : row + 2]
            if math.isnan(low + high):  # a row that begins at 0 or below, on a logarithmic axis
                continue
            levels = [self.level(value) for value in values[row * columns : (row + 1) * columns]]
            first = 0
            for column in range(1, columns + 1):
                if column < columns and levels[column] == levels[first]:
                    continue
                if (level := levels[first]) is not None:
                    drawn[level] += f"M{xs[first]},{short(low)}H{xs[column]}V{short(high)}H{xs[first]}Z"
                first = column
        return [{"d": each} for each in drawn]

    def svg(self, axes: Axes) -> str:
        """The paths with their shades."""
        return "".join(
            f'<path {shade(level, self.scale)} d="{each["d"]}"/>' for level, each in enumerate(self.draw(axes))
        )

    def keys(self) -> list[str]:
        """What stands for it in the legend, as HTML: a small field for each name, or a colour bar with its ends."""
        said = html.escape(self.label)
        if self.names:
            return [said] * bool(said) + [
                f'<svg class="live__key live__image" viewBox="0 0 18 10" aria-hidden="true"><path '
                f'{shade(level, self.scale)} d="M0,0H18V10H0Z"/></svg>{html.escape(name)}'
                for level, name in enumerate(self.names)
            ]
        cells = "".join(f'<path {shade(level, self.scale)} d="M{6 * level},0h6v10h-6Z"/>' for level in range(LEVELS))
        low, high = map(words, self.vlim)
        size = f'viewBox="0 0 {6 * LEVELS} 10" aria-hidden="true"'
        return [f'{said} {low} <svg class="live__bar live__image" {size}>{cells}</svg> {high}']

    def spec(self) -> dict[str, Any]:
        """With its shape, its sides and its scale."""
        fixed = {"shape": self.shape, "xlim": self.xlim, "ylim": self.ylim, "vlim": self.vlim, "log": self.log}
        named = {"names": self.names} if self.names else {}
        return super().spec() | fixed | {"levels": self.levels} | named


def edges(low: float, high: float, cells: int) -> list[float]:
    """Where cells begin and end."""
    return [low + (high - low) * place / cells for place in range(cells + 1)]


def image(
    z: Tensor,
    xlim: Sequence[float],
    ylim: Sequence[float],
    *,
    vmin: float | None = None,
    vmax: float | None = None,
    label: str = "",
    log: bool = False,
    scale: str = "ink",
    names: Sequence[str] = (),
) -> Mark:
    """A grid of cells, each shaded by its value, with a colour bar. Hovering, a tap and the arrow keys say the value.

    The shades stay the same when a slider moves, so their ends are given: what lies beyond has the shade of the end.
    With names the values are 0, 1, 2 and so on, such as classes, and each has the colour that the first, second and
    third mark of the chart have.

    Args:
        z: The values; shape (rows, columns).
        xlim: Where the first column begins and the last ends.
        ylim: Where the first row begins and the last ends: (0, 8) has the first row at the bottom, (8, 0) at the top.
        vmin: The value of the lightest shade (in the dark: the darkest); needed where there are no names.
        vmax: The value of the other end; the same.
        label: What the values are, in the legend and when one is asked for.
        log: Whether the shades go by the logarithm, so that equal ratios look alike.
        scale: `ink`, from little ink to much; or `diverging`, from one colour over none to another.
        names: What the values 0, 1, 2 and so on stand for, ten at most.

    Returns:
        The mark.

    Raises:
        ValueError: `z` is no grid, `vmin` is not below `vmax` or, with `log`, not above 0, the scale is unknown, or
            there are too many names, or names and a scale of values.

    Example:
        ```python
        import torch
        from live_charts import image

        x = torch.linspace(-1, 1, 20, dtype=torch.float64)
        bowl = x**2 + x[:, None] ** 2
        assert image(bowl, (-1, 1), (-1, 1), vmin=0, vmax=2, label="height").kind == "image"
        assert image((bowl > 1).double(), (-1, 1), (-1, 1), names=["low", "high"]).kind == "image"
        ```
    """
    if z.ndim != 2:
        raise ValueError(f"z has shape {tuple(z.shape)} but an image is a grid: give it (rows, columns)")
    if scale not in ("ink", "diverging"):
        raise ValueError(f"scale is {scale!r} but must be 'ink' or 'diverging'")
    if len(names):
        if vmin is not None or vmax is not None or log or scale != "ink":
            raise ValueError("names have colours of their own: leave out vmin, vmax, log and scale")
        if isinstance(names, str) or len(names) > 10:
            raise ValueError(f"names must be a list of ten names at most, one for each colour, not {names!r:.60}")
        vmin, vmax, scale = -0.5, len(names) - 0.5, "names"
    if vmin is None or vmax is None:
        raise ValueError("an image needs vmin and vmax, the values of its first and its last shade, or names")
    if not vmin < vmax:
        raise ValueError(f"vmin must be below vmax, but {vmin:g} is not below {vmax:g}")
    if log and not vmin > 0:
        raise ValueError(f"with log, vmin must be above 0, not {vmin:g}")
    for name, ends in (("xlim", xlim), ("ylim", ylim)):
        if len(ends) != 2 or ends[0] == ends[1]:
            raise ValueError(f"{name} must be two different ends, such as (0, 1), not {ends}")
    (left, right), (bottom, top) = xlim, ylim
    shape = (z.shape[0], z.shape[1])
    sides = (left, right), (bottom, top)
    return Image(label, (z.reshape(-1),), shape, *sides, (vmin, vmax), log, scale, tuple(names))
