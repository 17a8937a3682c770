"""Graphs of a calculation as drawings: the record that autograd keeps, or any boxes and arrows.

`graph_svg` lays out and draws any graph without cycles; `draw_graph` collects the one behind a tensor.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from torch import Tensor
from torch.autograd.graph import Node

from foundations._checks import check_tensor
from foundations._drawings import ACCENT, name_attributes

Key = TypeVar("Key", bound=Hashable)

MOST_BOXES = 200  # boxes in a drawing; more would be no drawing that anyone can read
FONT, LINE, LETTER = 13, 17, 8  # pixels: the size of the letters, the height of a line, the width of a letter
PAD, GAP, APART = 9, 34, 12  # pixels: around the text of a box, between two columns, between two boxes of a column
FAMILY = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"


@dataclass(frozen=True)
class GraphDrawing:
    r"""The record behind a tensor as boxes and arrows; a notebook and a page show it by itself.

    Attributes:
        nodes: The text in each box, by the step of the record that it stands for.
        edges: The arrows: from a step to one that used its result. One that used it twice has two.
        svg: The drawing, as an `<svg>` element.

    Example:
        ```python
        import torch
        from foundations import draw_graph

        w = torch.tensor(2.0, requires_grad=True)
        drawing = draw_graph((3 * w) ** 2, params={"w": w})
        assert sorted(drawing.nodes.values()) == ["mul", "pow", "w\n2"]
        assert len(drawing.edges) == 2
        assert drawing.svg.startswith("<svg")
        ```
    """

    nodes: Mapping[Node, str] = field(repr=False)
    edges: Sequence[tuple[Node, Node]] = field(repr=False)
    svg: str = field(repr=False)

    def _repr_html_(self) -> str:
        return f'<div class="graph" tabindex="0" style="overflow-x:auto">{self.svg}</div>'


def draw_graph(tensor: Tensor, params: Mapping[str, Tensor] | None = None, *, alt: str | None = None) -> GraphDrawing:
    """Draw the record that autograd has kept of the calculation of a tensor.

    Every box is a step, with the calculation that made it; what it was calculated from stands to its left. A blue
    box is a leaf that requires a gradient, where `backward()` will leave it. What needs no gradient is in no record.

    Args:
        tensor: The result, such as a loss.
        params: Names for tensors, leaves or results on the way; those that are not in the record are left out.
        alt: What the drawing shows, for a reader who does not see it; the steps in words where it is None.

    Returns:
        The drawing.

    Raises:
        TypeError: tensor, or one of params, is not a tensor, or params are not tensors by name.
        ValueError: tensor has no record, or one with more than 200 steps.

    Example:
        ```python
        import torch
        from foundations import draw_graph

        w, b = torch.tensor([2.0, -1.0], requires_grad=True)
        loss = (3 * w + b - 10) ** 2
        draw_graph(loss, params={"w": w, "b": b})
        ```

    Source:
        https://docs.pytorch.org/docs/stable/notes/autograd.html
    """
    check_tensor("tensor", tensor)
    if not isinstance(params, Mapping | None):
        raise TypeError(f'params must be tensors by name, as {{"w": w}}, not {type(params).__name__}: dict(...) may do')
    names: dict[Node | int, str] = {}  # a leaf by its id, a result by the step that made it
    for name, named in (params or {}).items():
        check_tensor(f"params[{name!r}]", named)
        names[id(named) if named.grad_fn is None else named.grad_fn] = name
    if tensor.grad_fn is None:
        why = (
            "nothing has been calculated from it yet"
            if tensor.requires_grad
            else "it was not calculated from anything that requires a gradient, or autograd was told not to look"
        )
        raise ValueError(f"there is no record to draw behind tensor: {why}")
    texts: dict[Node, str] = {}
    edges: list[tuple[Node, Node]] = []
    found: list[Node] = [tensor.grad_fn]
    leaves = []
    for node in found:  # it grows while we walk
        if node in texts:
            continue
        if len(texts) == MOST_BOXES:
            raise ValueError(f"the record has more than {MOST_BOXES} steps: draw a smaller calculation")
        texts[node] = _text(node, names)
        if _leaf(node) is not None:
            leaves.append(node)
        for earlier, _ in node.next_functions:
            if earlier is not None:
                edges.append((earlier, node))
                found.append(earlier)
    description = alt if alt is not None else _in_words(texts, edges)
    return GraphDrawing(texts, edges, graph_svg(texts, edges, alt=description, marked=leaves))


def graph_svg(
    nodes: Mapping[Key, str],
    edges: Sequence[tuple[Key, Key]],
    *,
    alt: str,
    marked: Collection[Key] = (),
) -> str:
    r"""Draw boxes with arrows between them: every arrow points to the right, and no two boxes overlap.

    Args:
        nodes: The text in each box, by its key; a line break in the text begins a new line.
        edges: The arrows, as the keys of the box where it starts and of the box where it ends. The same pair twice
            is two arrows.
        alt: What the drawing shows, for a reader who does not see it.
        marked: Keys of the boxes to be drawn in blue.

    Returns:
        An `<svg>` element in the ink of the page, with nothing in it that a second drawing could clash with.

    Raises:
        ValueError: there is no box or more than 200, an arrow starts or ends at a key that has no box, or the arrows
            lead round in a circle.

    Example:
        ```python
        from foundations import graph_svg

        boxes = {"a": "a\n2", "b": "b\n−3", "c": "a · b\n−6"}
        drawing = graph_svg(boxes, [("a", "c"), ("b", "c")], alt="a = 2 times b = −3 is −6.")
        assert drawing.count("<rect") == 3
        ```
    """
    if not 1 <= len(nodes) <= MOST_BOXES:
        raise ValueError(f"a drawing has 1 to {MOST_BOXES} boxes, not {len(nodes)}")
    for key in [*(end for edge in edges for end in edge), *marked]:
        if key not in nodes:
            raise ValueError(f"there is no box {key!r}")
    numbers = {key: number for number, key in enumerate(nodes)}
    layout = _Layout([_size(text) for text in nodes.values()], [(numbers[start], numbers[end]) for start, end in edges])
    rects, words = {True: "", False: ""}, ""
    for key, text in nodes.items():
        x, y, width, height = layout.box(numbers[key])
        rects[key in marked] += f'<rect x="{_short(x)}" y="{_short(y)}" width="{width}" height="{height}" rx="5"/>'
        lines = text.split("\n")
        for row, line in enumerate(lines):
            at = y + height / 2 + (row - (len(lines) - 1) / 2) * LINE
            words += f'<text x="{_short(x + width / 2)}" y="{_short(at)}" dy=".35em">{html.escape(line)}</text>'
    paths, heads = layout.arrows()
    width, height = round(layout.width) + 4, round(layout.height) + 4  # room for the pen
    return (
        f'<svg {name_attributes(alt)} width="{width}" height="{height}" '
        f'viewBox="-2 -2 {width} {height}" '
        f'style="display:block;margin:auto;height:auto;max-width:100%;min-width:{width * 17 // 20}px" '
        f'fill="none" stroke="currentColor">'
        f'<path d="{paths}" opacity=".6"/><path d="{heads}" fill="currentColor" stroke="none" opacity=".6"/>'
        f'<g>{rects[False]}</g><g style="stroke:{ACCENT}" stroke-width="2">{rects[True]}</g>'
        f'<g fill="currentColor" stroke="none" text-anchor="middle" font-size="{FONT}" '
        f'style="font-family:{html.escape(FAMILY)}">{words}</g></svg>'
    )


class _Layout:
    """Boxes in columns, so that every arrow leads to a later column, and the arrows around them.

    An arrow that skips a column passes through a waypoint there; all arrows from one box share it. Boxes and waypoints
    are both numbers here: those from len(sizes) on are waypoints.
    """

    def __init__(self, sizes: Sequence[tuple[int, int]], edges: Sequence[tuple[int, int]]):
        self.sizes = list(sizes)
        self.column = _columns(len(sizes), edges)
        self.links: list[tuple[int, int]] = []  # arrows, cut into pieces that lead from a column to the next
        waypoints: dict[tuple[int, int], int] = {}
        for start, end in edges:
            here = start
            for column in range(self.column[start] + 1, self.column[end]):
                waypoint = waypoints.get((start, column))
                if waypoint is None:
                    waypoint = waypoints[start, column] = len(self.sizes)
                    self.sizes.append((0, 0))
                    self.column.append(column)
                    self.links.append((here, waypoint))
                here = waypoint
            self.links.append((here, end))
        self.before: list[list[int]] = [[] for _ in self.sizes]
        self.after: list[list[int]] = [[] for _ in self.sizes]
        for start, end in self.links:
            self.after[start].append(end)
            self.before[end].append(start)
        self.columns: list[list[int]] = [[] for _ in range(max(self.column) + 1)]
        for item, column in enumerate(self.column):
            self.columns[column].append(item)
        self._order()
        self._set_heights()

    def box(self, item: int) -> tuple[float, float, int, int]:
        """The left and upper edge of a box, its width and its height."""
        width, height = self.sizes[item]
        left, right = self.sides[self.column[item]]
        return (left + right - width) / 2, self.y[item] - height / 2, width, height

    def arrows(self) -> tuple[str, str]:
        """The lines of all arrows, and their heads, each as the `d` of a path."""
        paths, heads = "", ""
        ports = [sorted(starts, key=lambda start: self.y[start]) for starts in self.before]
        for start, end in self.links:
            left, right = self.sides[self.column[start]]
            ahead = self.sides[self.column[end]][0]
            middle = _short((right + ahead) / 2)
            y = self.y[end]
            count = len(ports[end])
            if count > 1:  # each arrow ends at a point of its own
                port = ports[end].index(start)
                ports[end][port] = -1  # taken
                y += (port - (count - 1) / 2) * min(10, (self.sizes[end][1] - 12) / (count - 1))
            x, _, width, _ = self.box(start)
            paths += f"M{_short(x + width if width else left)},{_short(self.y[start])}H{_short(right)}"
            paths += f"C{middle},{_short(self.y[start])} {middle},{_short(y)} {_short(ahead)},{_short(y)}"
            if self.sizes[end][0]:
                tip = self.box(end)[0]
                paths += f"H{_short(tip - 4)}"
                heads += f"M{_short(tip)},{_short(y)}l-7,-3.5v7z"
        return paths, heads

    def _order(self) -> None:
        """Put each column in an order with few crossings: by the mean position of its neighbours, to and fro."""
        best, fewest = [list(column) for column in self.columns], self._crossings()
        for sweep in range(8):
            forth = sweep % 2 == 0
            neighbours = self.before if forth else self.after
            for column in self.columns if forth else reversed(self.columns):
                position = {item: at for items in self.columns for at, item in enumerate(items)}
                column.sort(key=lambda item: _mean([position[each] for each in neighbours[item]], position[item]))
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self.columns], crossings
        self.columns = best

    def _crossings(self) -> int:
        position = {item: at for items in self.columns for at, item in enumerate(items)}
        total = 0
        for column in self.columns:
            ends = [sorted(position[end] for end in self.after[item]) for item in column]
            seen: list[int] = []
            for each in ends:
                total += sum(earlier > end for end in each for earlier in seen)
                seen += each
        return total

    def _set_heights(self) -> None:
        """Give every item a height near its neighbours', and every column its left and right side."""
        self.y = [0.0] * len(self.sizes)
        for sweep in range(100):
            for column in self.columns if sweep % 2 == 0 else reversed(self.columns):
                wishes = [[self.y[each] for each in self.before[item] + self.after[item]] for item in column]
                room = [APART + (self.sizes[a][1] + self.sizes[b][1]) / 2 for a, b in pairwise(column)]
                for item, y in zip(column, _apart(wishes, room), strict=True):
                    self.y[item] = y
        top = min(y - height / 2 for y, (_, height) in zip(self.y, self.sizes, strict=True))
        self.y = [round(y - top) for y in self.y]  # whole pixels, so that what is level also looks it
        self.height = max(y + height / 2 for y, (_, height) in zip(self.y, self.sizes, strict=True))
        steepest = [0.0] * len(self.columns)  # a gap is wider where an arrow must climb far in it
        for start, end in self.links:
            gap = self.column[start]
            steepest[gap] = max(steepest[gap], abs(self.y[end] - self.y[start]))
        self.sides: list[tuple[int, int]] = []
        left = 0
        for items, climb in zip(self.columns, steepest, strict=True):
            right = left + max(self.sizes[item][0] for item in items)
            self.sides.append((left, right))
            left = right + round(min(GAP + climb / 6, 2 * GAP))
        self.width = self.sides[-1][1]


def _columns(n: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """A column for each box: after all that lead to it, and no further from the next than it must be."""
    before: list[list[int]] = [[] for _ in range(n)]
    after: list[list[int]] = [[] for _ in range(n)]
    for start, end in edges:
        after[start].append(end)
        before[end].append(start)
    waiting = [len(each) for each in before]
    order = [item for item in range(n) if not waiting[item]]
    columns = [0] * n
    for item in order:  # it grows while we walk
        for end in after[item]:
            columns[end] = max(columns[end], columns[item] + 1)
            waiting[end] -= 1
            if not waiting[end]:
                order.append(end)
    if len(order) < n:
        raise ValueError("the arrows lead round in a circle, and every arrow of a drawing must point to the right")
    for item in reversed(order):
        if after[item] and len(before[item]) <= len(after[item]):
            columns[item] = min(columns[end] for end in after[item]) - 1
    return columns


def _apart(wishes: Sequence[Sequence[float]], room: Sequence[float]) -> list[float]:
    """Heights in this order, as near as possible to all those wished for each, with at least this room between them.

    Without the room that all before them need, heights only have to rise: neighbours that would fall share one.
    """
    needed = [0.0]
    for each in room:
        needed.append(needed[-1] + each)
    runs: list[tuple[float, int, int]] = []  # height, number of wishes, number of items
    for wished, need in zip(wishes, needed, strict=True):
        height, weight, length = _mean(wished, 0.0) - need, max(len(wished), 1), 1
        while runs and runs[-1][0] > height:
            before, more, items = runs.pop()
            height = (before * more + height * weight) / (more + weight)
            weight, length = weight + more, length + items
        runs.append((height, weight, length))
    heights = [height for height, _, length in runs for _ in range(length)]
    return [height + need for height, need in zip(heights, needed, strict=True)]


def _size(text: str) -> tuple[int, int]:
    """The width and the height of a box with some text; the letters of East Asia are twice as wide as others."""
    lines = text.split("\n")
    longest = max(sum(1 + (unicodedata.east_asian_width(letter) in "FW") for letter in line) for line in lines)
    return LETTER * longest + 2 * PAD, LINE * len(lines) + PAD


def _leaf(node: Node) -> Tensor | None:
    """The leaf that a step of the record leads to; a function of one's own may have a `variable` of another kind."""
    leaf: Tensor | None = getattr(node, "variable", None) if node.name().endswith("AccumulateGrad") else None
    return leaf


def _text(node: Node, names: Mapping[Node | int, str]) -> str:
    """What stands in the box of a step: a leaf's name, with its value or its shape; the name of a calculation."""
    if (leaf := _leaf(node)) is not None:
        has_value = leaf.ndim == 0 and not leaf.is_meta
        value = f"{leaf.item():.4g}".replace("-", "−") if has_value else str(tuple(leaf.shape))
        return f"{names.get(id(leaf), 'leaf')}\n{value}"
    last = node.name().split("::")[-1]  # torch::autograd::CopySlices
    plain = re.sub(r"Backward(s|\d*)$", "", last) or last
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain).lower()  # MseLoss is mse_loss
    return f"{names[node]}\n{plain}" if node in names else plain


def _in_words(texts: Mapping[Node, str], edges: Sequence[tuple[Node, Node]]) -> str:
    """A drawing as a sentence; that of a large graph only counts."""
    labels = {node: text.replace("\n", " ") for node, text in texts.items()}
    if len(texts) > 20:
        return f"A graph of {len(texts)} steps and {len(edges)} arrows."
    numbers = {node: number for number, node in enumerate(texts)}
    columns = _columns(len(texts), [(numbers[start], numbers[end]) for start, end in edges])
    steps = []
    for node in sorted(texts, key=lambda node: columns[numbers[node]]):
        sources = [labels[start] for start, end in edges if end is node]
        steps.append(f"{labels[node]} from {' and '.join(sources)}" if sources else labels[node])
    return f"A graph of {len(texts)} steps: {'; '.join(steps)}."


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _short(value: float) -> str:
    """A coordinate to a tenth."""
    return f"{value:.1f}".removesuffix(".0")
