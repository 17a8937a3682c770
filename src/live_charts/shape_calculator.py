"""A calculator for broadcasting: two shapes in, the shape of the result or torch's own error out, both drawn.

The rule is torch's: it is asked each time. In the page `assets/shape-calculator.js` says and draws the same.

In cells a counts in tens and b in ones, so that a sum says who met whom. Where b has more than ten elements, a counts
in hundreds.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from live_charts.notebook import show_live, styled

# As in shape-calculator.js: what may be typed, what is drawn in cells, and the lengths of the drawing.
AXES, LARGEST = 6, 9999
CELLS, MOST = (4, 8, 8), 100
SIDE, WIDE, BLOCK, SIGN, NARROW, TOP = 24, 38, 10, 36, 44, 22

Shape = tuple[int, ...]
Parts = tuple[tuple[Shape, int], ...]  # shapes, and in what each counts: its values are 0, count, 2 · count and so on


@dataclass(frozen=True)
class ShapeCalculator:
    """Two shapes, and what becomes of them together; a page and a notebook show it with fields to type others in.

    Attributes:
        a: The first shape at the start.
        b: The second shape at the start.

    Example:
        ```python
        from live_charts import broadcast_calculator

        assert "Result: (4, 3)" in broadcast_calculator((4, 3), (3,))._repr_html_()
        ```
    """

    a: Shape
    b: Shape

    def _repr_html_(self) -> str:
        """The calculator as HTML: the answer at the start, and what the script needs to make it live."""
        shapes = f'data-a="{", ".join(map(str, self.a))}" data-b="{", ".join(map(str, self.b))}"'
        return (
            '<figure class="shapes" data-search-exclude aria-label="Shape calculator" data-script="shape-calculator" '
            f"{shapes}>{_answer(self.a, self.b)}</figure>"
        )

    def _ipython_display_(self) -> None:
        """In a notebook: the same, its fields by ipywidgets."""
        show_live(self._widget, lambda: styled("shapes", _answer(self.a, self.b)), "Its fields need")

    def _widget(self, widgets: Any) -> Any:
        answer = widgets.HTML()
        fields = {
            name: widgets.Text(value=", ".join(map(str, shape)), description=f"Shape of {name}")
            for name, shape in (("a", self.a), ("b", self.b))
        }

        def update(a: str, b: str) -> None:
            try:
                shown = _answer(parse(a), parse(b))
            except ValueError as error:
                shown = f'<div class="shapes__said"><p class="shapes__error">{html.escape(str(error))}</p></div>'
            answer.value = styled("shapes", shown)

        widgets.interactive_output(update, fields)
        return widgets.VBox([*fields.values(), answer])


def broadcast_calculator(a: Sequence[int], b: Sequence[int]) -> ShapeCalculator:
    """A calculator that says what two shapes make together, drawn, with fields to type other shapes in.

    Args:
        a: The first shape at the start.
        b: The second shape at the start.

    Returns:
        The calculator; as a snippet's last line it is shown.

    Raises:
        ValueError: A size is negative or no whole number, or there are too many axes.

    Example:
        ```python
        from live_charts import broadcast_calculator

        calculator = broadcast_calculator((4, 3), (4,))
        assert "The size of tensor a (3) must match" in calculator._repr_html_()
        ```
    """
    return ShapeCalculator(*(parse(", ".join(map(str, shape))) for shape in (a, b)))


def parse(text: str) -> Shape:
    """The shape that a text names.

    Args:
        text: Sizes with commas or spaces between them; brackets do not matter.

    Returns:
        The sizes.

    Raises:
        ValueError: It names no shape, or one that is too large for the page.

    Example:
        ```python
        from live_charts.shape_calculator import parse

        assert parse("(4, 3)") == (4, 3) and parse("") == ()
        ```
    """
    words = [word for word in re.split(r"[\s,()[\]]+", text.replace("torch.Size", " ")) if word]
    for word in words:
        if re.fullmatch("[-−][0-9]+", word):
            raise ValueError(f"A size cannot be negative, as {word} is.")
        if not re.fullmatch("[0-9]+", word):
            raise ValueError(f"“{word[:20]}” is not a whole number. A shape is written as 4, 3.")
        if len(word.lstrip("0")) > len(str(LARGEST)):
            raise ValueError(f"Sizes up to {LARGEST} fit here.")
    if len(words) > AXES:
        raise ValueError(f"Up to {AXES} axes fit here, and these are {len(words)}.")
    return tuple(int(word.lstrip("0") or "0") for word in words)


def broadcast(a: Shape, b: Shape) -> tuple[Shape | None, str]:
    """What torch makes of two shapes.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        The shape of the result and an empty text, or None and the text of torch's error.

    Example:
        ```python
        from live_charts.shape_calculator import broadcast

        assert broadcast((4, 1), (3,)) == ((4, 3), "")
        assert broadcast((4, 3), (4,))[0] is None
        ```
    """
    number = torch.empty(())  # expanded, it has any shape and takes no more memory
    try:
        together, _ = torch.broadcast_tensors(number.expand(a), number.expand(b))
    except RuntimeError as error:
        return None, str(error)
    return tuple(together.shape), ""


def aligned(a: Shape, b: Shape) -> list[tuple[int | None, int | None, int | None]]:
    """Two shapes under each other, right-aligned.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        For each axis of the result the sizes of a and b, None where there is no such axis, and the result's size,
        None where the two do not fit.

    Example:
        ```python
        from live_charts.shape_calculator import aligned

        assert aligned((4, 3), (1,)) == [(4, None, 4), (3, 1, 3)]
        ```
    """
    rank = max(len(a), len(b))
    lead_a: list[int | None] = [None] * (rank - len(a))
    lead_b: list[int | None] = [None] * (rank - len(b))
    rows = []
    for n, m in zip([*lead_a, *a], [*lead_b, *b], strict=True):
        together, _ = broadcast((1 if n is None else n,), (1 if m is None else m,))
        rows.append((n, m, together[0] if together else None))
    return rows


def said(a: Shape, b: Shape) -> tuple[str, str]:
    """What the calculator says about two shapes.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        The result or the error, and why it is so.

    Example:
        ```python
        from live_charts.shape_calculator import said

        assert said((2, 1), (2, 5)) == ("Result: (2, 5)", "Axis 1 of a is 1, and becomes 5.")
        ```
    """
    shape, error = broadcast(a, b)
    why = []
    for axis, (n, m, result) in enumerate(aligned(a, b)):
        if result is None:
            why.append(f"Axis {axis} is {n} in a and {m} in b: they differ, and neither is 1.")
            continue
        for name, size in (("a", n), ("b", m)):
            if size is None and result != 1:
                why.append(f"{name} has no axis {axis}: it counts as 1, and becomes {result}.")
            elif size is not None and result != size:
                why.append(f"Axis {axis} of {name} is 1, and becomes {result}.")
    why = why or ["Nothing has to be stretched."]
    if shape is not None and 0 in shape:
        why.append("A size of 0 is allowed: the result is empty.")
    return (f"RuntimeError: {error}" if shape is None else f"Result: {shape}"), " ".join(why)


def table(a: Shape, b: Shape) -> str:
    """The shapes under each other, right-aligned, with what each axis becomes, as HTML.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        A table, or nothing where there is no axis.

    Example:
        ```python
        from live_charts.shape_calculator import table

        assert "(1) → 4" in table((4, 3), (3,))
        ```
    """
    axes = aligned(a, b)
    if not axes:
        return ""
    heads = "".join(f'<th scope="col">axis {axis}</th>' for axis in range(len(axes)))
    rows = ""
    for which, name in enumerate("ab"):
        rows += f'<tr><th scope="row">{name}</th>'
        for row in axes:
            size, result = row[which], row[2]
            known = "(1)" if size is None else size
            if result is None:
                rows += f'<td class="shapes__clash">{known} ✗</td>'
            elif result == (1 if size is None else size):
                rows += f"<td>{known}</td>"
            else:
                rows += f'<td class="shapes__stretched">{known} → {result}</td>'
        rows += "</tr>"
    results = "".join('<td class="shapes__clash">✗</td>' if row[2] is None else f"<td>{row[2]}</td>" for row in axes)
    return (
        f'<table class="shapes__axes"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}'
        f'<tr class="shapes__sum"><th scope="row">a + b</th>{results}</tr></tbody></table>'
    )


def cells(a: Shape, b: Shape) -> str:
    """Both tensors in cells, with their values, the stretched ones with faint copies, and their sum, as SVG.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        The drawing, or nothing where there is no cell, or too many.

    Example:
        ```python
        from live_charts.shape_calculator import cells

        assert cells((4, 3), (3,)).startswith("<svg") and cells((0,), (1,)) == cells((99,), (1,)) == ""
        ```
    """
    shape, _ = broadcast(a, b)
    shapes = (a, b) if shape is None else (a, b, shape)
    if not all(map(_drawable, shapes)):
        return ""
    parts = ((_padded(a), 10 if math.prod(b) <= 10 else 100), (_padded(b), 1))
    svg, right, high = "", 0, 0
    for which, own in enumerate(shapes):
        full = _padded(own if shape is None else shape)
        if which:
            sign = "+="[which - 1]
            svg += f'<text class="shapes__sign" x="{right + SIGN // 2}" y="{TOP + SIDE // 2 + 6}">{sign}</text>'
            right += SIGN
        name, kind = (("a", "a"), ("b", "b"), ("a + b", "sum"))[which]
        drawn, right = _panel(name, kind, parts[which : which + 1] or parts, full, right)
        svg += drawn
        high = max(high, full[0] * (full[1] * SIDE + BLOCK) - BLOCK)
    width, height = right + 4, TOP + high + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true">{svg}</svg>'
    )


def drawn(a: Shape, b: Shape) -> str:
    """What the calculator draws about two shapes, as HTML.

    Args:
        a: The shape of one tensor.
        b: The shape of the other.

    Returns:
        The table and the cells.

    Example:
        ```python
        from live_charts.shape_calculator import drawn

        assert drawn((), ()).startswith("<div") and drawn((99,), ()).endswith("</table>")
        ```
    """
    picture = cells(a, b)
    return table(a, b) + (f'<div class="shapes__cells">{picture}</div>' if picture else "")


def _answer(a: Shape, b: Shape) -> str:
    result, why = said(a, b)
    error = "" if result.startswith("Result") else " shapes__error"
    return (
        f'<div class="shapes__said"><p class="shapes__result{error}">{result}</p><p>{why}</p></div>'
        f'<div class="shapes__picture">{drawn(a, b)}</div>'
    )


def _padded(shape: Shape) -> Shape:
    return (1,) * (len(CELLS) - len(shape)) + shape


def _drawable(shape: Shape) -> bool:
    if len(shape) > len(CELLS) or math.prod(shape) > MOST:
        return False
    return all(0 < size <= most for size, most in zip(_padded(shape), CELLS, strict=True))


def _panel(name: str, kind: str, parts: Parts, shape: Shape, left: int) -> tuple[str, int]:
    """One tensor in cells: its own, and the copies to which it is stretched. Each has the sum of its parts' values."""
    blocks, rows, columns = shape
    own = parts[0][0] if len(parts) == 1 else shape
    across = SIDE if sum((math.prod(each) - 1) * count for each, count in parts) < 100 else WIDE
    wide = max(columns * across, NARROW)
    start = left + (wide - columns * across) // 2
    paths, numbers = ["", ""], ["", ""]
    for i in range(blocks):
        for j in range(rows):
            for k in range(columns):
                x, y = start + k * across, TOP + i * (rows * SIDE + BLOCK) + j * SIDE
                copy = int(not (i < own[0] and j < own[1] and k < own[2]))
                paths[copy] += f"M{x},{y}h{across}v{SIDE}h-{across}z"
                said = sum(((i % n * m + j % m) * p + k % p) * count for (n, m, p), count in parts)
                numbers[copy] += f'<text x="{x + across // 2}" y="{y + SIDE // 2 + 4}">{said}</text>'
    svg = f'<text class="shapes__name" x="{left + wide // 2}" y="14">{name}</text>'
    for copy, sort in enumerate(("own", "copy")):
        if paths[copy]:
            svg += f'<path class="shapes__{sort} shapes__{kind}" d="{paths[copy]}"/>'
            svg += f'<g class="shapes__{sort}-numbers">{numbers[copy]}</g>'
    return svg, left + wide
