"""Drawings of decision trees, from left to right."""

from __future__ import annotations

import html
from collections.abc import Sequence

from foundations._drawings import ACCENT, name_attributes
from foundations.trees.trees import Tree

LETTER, LINE, PAD, GAP, APART = 7, 16, 9, 42, 8  # pixels: a letter, a line, around text, between columns and boxes
HEIGHT = 3 * LINE + 2  # of a box


def tree_svg(tree: Tree, names: Sequence[str], *, alt: str, n_splits: int | None = None) -> str:
    """Draw a tree from left to right: at each arrow to the upper right the answer is yes, to the lower right no.

    Args:
        tree: A tree from `grow_tree`, with at most 40 leaves.
        names: The names of the columns.
        alt: What the drawing shows, for a reader who does not see it.
        n_splits: Draw only so many splits, in the order of growth, and keep the places of the others free: drawings
            of one tree then fit on top of each other. All where it is None.

    Returns:
        An `<svg>` element in the ink of the page.

    Raises:
        ValueError: There is not a name for each column, or the tree has more than 40 leaves.

    Example:
        ```python
        import torch
        from foundations import grow_tree, tree_svg

        tree = grow_tree(torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0]))
        drawing = tree_svg(tree, ["Age"], alt="Age at most 1.5: 0, else 1.")
        assert drawing.count("<rect") == 3
        ```
    """
    if len(names) != tree.n_columns:
        raise ValueError(f"the tree has {tree.n_columns} columns, but there are {len(names)} names")
    if tree.n_leaves > 40:
        raise ValueError(f"a drawing has 40 leaves at most, and this tree has {tree.n_leaves}: set max_leaf_nodes")
    left, right = tree.left.tolist(), tree.right.tolist()
    questions = [
        f"{names[column]} ≤ {threshold:.4g}?" if column >= 0 else ""
        for column, threshold in zip(tree.columns.tolist(), tree.thresholds.tolist(), strict=True)
    ]
    box = max(LETTER * max(map(len, questions)) + 2 * PAD, 90)  # the width of all boxes
    positions = _positions(left, right, box + GAP)
    shown = len(left) if n_splits is None else min(2 * n_splits + 1, len(left))
    lines, boxes, texts = "", {True: "", False: ""}, ""
    for node in range(shown):
        x, y = positions[node]
        asks = left[node] != node and max(left[node], right[node]) < shown
        labels = [questions[node]] * asks + [f"{tree.sizes[node]} rows", f"mean {tree.values[node]:.2f}"]
        boxes[asks] += f'<rect x="{x}" y="{y - HEIGHT / 2:g}" width="{box}" height="{HEIGHT}" rx="5"/>'
        for row, text in enumerate(labels):
            at = y + (row - (len(labels) - 1) / 2) * LINE
            texts += f'<text x="{x + box / 2:g}" y="{at:g}" dy=".35em">{html.escape(text)}</text>'
        if asks:
            for answer, child, above in ("yes", left[node], -6), ("no", right[node], 14):
                to_x, to_y = positions[child]
                middle = to_x - GAP / 2
                lines += f"M{x + box},{y:g}C{middle:g},{y:g} {middle:g},{to_y:g} {to_x},{to_y:g}"
                texts += f'<text x="{to_x - 4}" y="{to_y + above:g}" text-anchor="end">{answer}</text>'
    width = max(x for x, _ in positions) + box + 4  # and room for the pen
    height = max(y for _, y in positions) + HEIGHT / 2 + 4
    return (
        f'<svg {name_attributes(alt)} width="{width}" height="{height:g}" '
        f'viewBox="-2 -2 {width} {height:g}" style="display:block;margin:auto;height:auto;max-width:100%" '
        f'fill="none" stroke="currentColor"><path d="{lines}" opacity=".6"/><g>{boxes[True]}</g>'
        f'<g style="stroke:{ACCENT}" stroke-width="2">{boxes[False]}</g><g fill="currentColor" stroke="none" '
        f'text-anchor="middle" font-size="13" font-family="sans-serif">{texts}</g></svg>'
    )


def _positions(left: Sequence[int], right: Sequence[int], step: int) -> list[tuple[int, float]]:
    """The left edge and the middle height of each node's box: leaves one below the other, all others in between."""
    depths = [0] * len(left)
    heights = [0.0] * len(left)
    n_placed = 0

    def set_height(node: int, depth: int) -> float:
        nonlocal n_placed
        depths[node] = depth
        if left[node] == node:
            heights[node] = HEIGHT / 2 + n_placed * (HEIGHT + APART)
            n_placed += 1
        else:
            heights[node] = (set_height(left[node], depth + 1) + set_height(right[node], depth + 1)) / 2
        return heights[node]

    set_height(0, 0)
    return [(depth * step, height) for depth, height in zip(depths, heights, strict=True)]
