"""Decision trees: nested splits, grown level by level, one tree alone or all the trees of a forest at once."""

from __future__ import annotations

import heapq
import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations._drawings import ACCENT, name_attributes

LETTER, LINE, PAD, GAP, APART = 7, 16, 9, 42, 8  # pixels: a letter, a line, around text, between columns and boxes
HEIGHT = 3 * LINE + 2  # of a box
PURE = 1e-15  # sums of squares below this part of all are rounding


@dataclass(frozen=True, eq=False)
class Tree:
    """A decision tree: at each node a question about one column, or at its end a value.

    Node 0 is the root, and every node has a larger number than the one above it.

    Attributes:
        columns: Which column each node asks about, −1 at a leaf: integers of shape (n_nodes,).
        thresholds: Rows with at most this value go left, all others right: float64 of shape (n_nodes,).
        left: The node that follows on the left, at a leaf the leaf itself: integers of shape (n_nodes,).
        right: The same on the right.
        values: The mean target of the rows that came to each node while it grew: float64 of shape (n_nodes,).
        sizes: How many these were, each counted as often as it was drawn: integers of shape (n_nodes,).
        impurities: The variance of their targets, half the Gini impurity where they are 0 and 1: as values.
        n_columns: How many columns the inputs have.

    Example:
        ```python
        import torch
        from foundations import grow_tree

        inputs = torch.tensor([[1.0], [2.0], [3.0]])
        tree = grow_tree(inputs, torch.tensor([0.0, 0.0, 1.0]))
        assert tree.n_leaves == 2
        assert tree.columns.tolist() == [0, -1, -1]
        assert tree.thresholds[0] == 2.5
        assert tree(inputs).tolist() == [0.0, 0.0, 1.0]
        ```
    """

    columns: Tensor = field(repr=False)
    thresholds: Tensor = field(repr=False)
    left: Tensor = field(repr=False)
    right: Tensor = field(repr=False)
    values: Tensor = field(repr=False)
    sizes: Tensor = field(repr=False)
    impurities: Tensor = field(repr=False)
    n_columns: int

    @property
    def n_leaves(self) -> int:
        """How many nodes ask no question.

        Example:
            ```python
            import torch
            from foundations import grow_tree

            inputs = torch.tensor([[1.0], [2.0], [3.0]])
            tree = grow_tree(inputs, torch.tensor([0.0, 2.0, 3.0]))
            assert tree.n_leaves == 3
            ```
        """
        return int((self.columns < 0).sum())

    @property
    def depth(self) -> int:
        """How many questions lead to the furthest leaf.

        Example:
            ```python
            import torch
            from foundations import grow_tree

            inputs = torch.tensor([[1.0], [2.0], [3.0]])
            tree = grow_tree(inputs, torch.tensor([0.0, 2.0, 3.0]))
            assert tree.depth == 2
            ```
        """
        here, depth = self.columns.new_zeros(1), -1
        while len(here):
            here, depth = here[self.columns[here] >= 0], depth + 1
            here = torch.cat([self.left[here], self.right[here]])
        return depth

    def leaves(self, inputs: Tensor) -> Tensor:
        """Find the leaf that each row falls into.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            The numbers of the leaves among the nodes: integers of shape (n,).

        Example:
            ```python
            import torch
            from foundations import grow_tree

            inputs = torch.tensor([[1.0], [2.0], [3.0]])
            tree = grow_tree(inputs, torch.tensor([0.0, 2.0, 3.0]))
            assert len(tree.leaves(inputs).unique()) == 3
            ```
        """
        return _descend(self, self.columns.new_zeros(1), inputs)[0]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Give the mean target of the leaf that each row falls into: floats of shape (n,)."""
        return self.values[self.leaves(inputs)].to(inputs.dtype)


def grow_tree(
    inputs: Tensor,
    targets: Tensor,
    *,
    min_samples_leaf: int = 1,
    max_leaf_nodes: int | None = None,
    max_features: int | None = None,
    generator: torch.Generator | None = None,
) -> Tree:
    """Grow a decision tree: split all rows in the best way, then each side again, until every leaf is pure.

    The best split is the one that leaves the least variance of the targets within its sides. For targets 0 and 1 this
    is the one with the least Gini impurity, so the same code grows trees for classes and for numbers.

    Args:
        inputs: Floats of shape (n, n_columns). The tree grows on the device that they are on.
        targets: Floats of shape (n,), on the same device: numbers, or 0 and 1 for two classes.
        min_samples_leaf: How many rows each side of a split must have at least.
        max_leaf_nodes: How many leaves the tree may have: those of the splits that gain most. Any number where it
            is None.
        max_features: How many columns to choose from at each split, drawn anew each time, and more where all of these
            are constant there; all where it is None.
        generator: Draws them; PyTorch's own where it is None.

    Returns:
        The tree. Its nodes are numbered in the order of growth, the split that gains most first.

    Raises:
        TypeError: inputs or targets do not hold floats, or a number is not a whole one.
        ValueError: The shapes do not fit, there are no rows, there is a nan or an inf, or a number is too small.

    Example:
        ```python
        import torch
        from foundations import grow_tree

        inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        differ = torch.tensor([0.0, 1.0, 1.0, 0.0])
        assert torch.equal(grow_tree(inputs, differ)(inputs), differ)
        assert grow_tree(inputs, differ, max_leaf_nodes=3).n_leaves == 3
        ```

    Source:
        https://scikit-learn.org/stable/modules/tree.html#mathematical-formulation
    """
    if max_leaf_nodes is not None:
        check_whole_number("max_leaf_nodes", max_leaf_nodes, least=1)
    _check_rows(inputs, targets)
    once = torch.ones(1, len(inputs), dtype=torch.int64, device=inputs.device)
    (tree,) = _grow_level_by_level(inputs, targets, once, min_samples_leaf, max_features, generator)
    return _best_first(tree, max_leaf_nodes or tree.n_leaves)


def impurity_importance(tree: Tree) -> Tensor:
    """Measure how much of a tree's gain each column has brought: by how much its splits reduced the variance.

    Args:
        tree: A tree.

    Returns:
        Shares of shape (n_columns,) that add up to 1, or zeros where the tree has no split.

    Example:
        ```python
        import torch
        from foundations import grow_tree, impurity_importance

        inputs = torch.tensor([[5.0, 0.0], [5.0, 1.0]])
        assert impurity_importance(grow_tree(inputs, torch.tensor([0.0, 1.0]))).tolist() == [0.0, 1.0]
        ```

    Source:
        https://scikit-learn.org/stable/modules/ensemble.html#feature-importance-evaluation
    """
    inner = tree.columns >= 0
    total = tree.values.new_zeros(tree.n_columns)
    total.index_add_(0, tree.columns[inner], _gains(tree)[inner])
    return total / total.sum() if total.sum() > 0 else total


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
        from foundations import grow_tree
        from foundations.trees.trees import tree_svg

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
    places = _places(left, right, box + GAP)
    shown = len(left) if n_splits is None else min(2 * n_splits + 1, len(left))
    lines, boxes, texts = "", {True: "", False: ""}, ""
    for node in range(shown):
        x, y = places[node]
        asks = left[node] != node and max(left[node], right[node]) < shown
        said = [questions[node]] * asks + [f"{tree.sizes[node]} rows", f"mean {tree.values[node]:.2f}"]
        boxes[asks] += f'<rect x="{x}" y="{y - HEIGHT / 2:g}" width="{box}" height="{HEIGHT}" rx="5"/>'
        for row, text in enumerate(said):
            at = y + (row - (len(said) - 1) / 2) * LINE
            texts += f'<text x="{x + box / 2:g}" y="{at:g}" dy=".35em">{html.escape(text)}</text>'
        if asks:
            for answer, child, above in ("yes", left[node], -6), ("no", right[node], 14):
                to_x, to_y = places[child]
                middle = to_x - GAP / 2
                lines += f"M{x + box},{y:g}C{middle:g},{y:g} {middle:g},{to_y:g} {to_x},{to_y:g}"
                texts += f'<text x="{to_x - 4}" y="{to_y + above:g}" text-anchor="end">{answer}</text>'
    width = max(x for x, _ in places) + box + 4  # and room for the pen
    height = max(y for _, y in places) + HEIGHT / 2 + 4
    return (
        f'<svg {name_attributes(alt)} width="{width}" height="{height:g}" '
        f'viewBox="-2 -2 {width} {height:g}" style="display:block;margin:auto;height:auto;max-width:100%" '
        f'fill="none" stroke="currentColor"><path d="{lines}" opacity=".6"/><g>{boxes[True]}</g>'
        f'<g style="stroke:{ACCENT}" stroke-width="2">{boxes[False]}</g><g fill="currentColor" stroke="none" '
        f'text-anchor="middle" font-size="13" font-family="sans-serif">{texts}</g></svg>'
    )


def _check_rows(inputs: Tensor, targets: Tensor) -> None:
    """Make sure that a tree can grow on these rows.

    Args:
        inputs: What should be floats of shape (n, n_columns), without nan and inf.
        targets: What should be floats of shape (n,), without nan and inf.

    Raises:
        TypeError: They do not hold floats.
        ValueError: The shapes do not fit, there are no rows or no columns, or there is a nan or an inf.

    Example:
        ```python
        import torch
        from foundations.trees.trees import _check_rows

        _check_rows(torch.zeros(3, 2), torch.zeros(3))
        ```
    """
    check_float_tensor("inputs", inputs)
    check_float_tensor("targets", targets)
    if inputs.ndim != 2 or targets.shape != inputs.shape[:1] or 0 in inputs.shape:
        raise ValueError(
            f"inputs must have shape (n, n_columns) and targets (n,), not {tuple(inputs.shape)} and "
            f"{tuple(targets.shape)}"
        )
    for name, values in {"inputs": inputs, "targets": targets}.items():
        if not values.isfinite().all():
            raise ValueError(f"{name} must be finite, but there is a nan or an inf in them: fill the gaps first")


def _descend(nodes: Tree, roots: Tensor, inputs: Tensor) -> Tensor:
    """Follow rows down from the roots of one tree or of several in one table.

    Args:
        nodes: The table of nodes.
        roots: Where to begin: integers of shape (n_roots,).
        inputs: Floats of shape (n, n_columns).

    Returns:
        The leaf of each row in each tree: integers of shape (n_roots, n).

    Raises:
        TypeError: inputs do not hold floats.
        ValueError: inputs have another number of columns.

    Example:
        ```python
        import torch
        from foundations import grow_tree
        from foundations.trees.trees import _descend

        tree = grow_tree(torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0]))
        assert _descend(tree, torch.tensor([0]), torch.tensor([[7.0]])).tolist() == [[2]]
        ```
    """
    check_float_tensor("inputs", inputs)
    if inputs.ndim != 2 or inputs.shape[1] != nodes.n_columns:
        raise ValueError(f"inputs must have shape (n, {nodes.n_columns}), not {tuple(inputs.shape)}")
    n = len(inputs)
    here = roots[:, None].expand(-1, n).reshape(-1)
    leaf = here.clone()
    moving = torch.arange(len(here), device=here.device)
    while len(moving):
        asked = nodes.columns[here]
        leaf[moving] = here
        inner = asked >= 0
        moving, here, asked = moving[inner], here[inner], asked[inner]
        at_most = inputs[moving % n, asked] <= nodes.thresholds[here]
        here = torch.where(at_most, nodes.left[here], nodes.right[here])
    return leaf.view(len(roots), n)


def _grow_level_by_level(
    inputs: Tensor,
    targets: Tensor,
    counts: Tensor,
    min_samples_leaf: int,
    max_features: int | None,
    generator: torch.Generator | None,
) -> list[Tree]:
    """Grow one tree on each sample of the rows, all trees at once, and all nodes of a level at once.

    Rows are sorted by node and then by value, for each column. Sums along them give the score of every split of every
    node. So a level costs a fixed number of steps, on a GPU too, however many trees and nodes there are.

    Args:
        inputs: Floats of shape (n, n_columns), checked.
        targets: Floats of shape (n,), checked.
        counts: How often each row was drawn for each tree: integers of shape (n_trees, n), in each tree one above 0.
        min_samples_leaf: As in `grow_tree`.
        max_features: As in `grow_tree`.
        generator: As in `grow_tree`.

    Returns:
        The trees, with the nodes of each numbered level by level.

    Raises:
        TypeError: A number is not a whole one.
        ValueError: A number is too small, or max_features is more than there are columns.

    Example:
        ```python
        import torch
        from foundations.trees.trees import _grow_level_by_level

        inputs, targets = torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0])
        trees = _grow_level_by_level(inputs, targets, torch.tensor([[1, 1], [0, 2]]), 1, None, None)
        assert [tree.n_leaves for tree in trees] == [2, 1]
        ```
    """
    check_whole_number("min_samples_leaf", min_samples_leaf, least=1)
    if max_features is not None:
        check_whole_number("max_features", max_features, least=1)
        if max_features > inputs.shape[1]:
            raise ValueError(f"max_features is {max_features}, but there are only {inputs.shape[1]} columns")
    growing = _Growing(inputs, targets, counts, min_samples_leaf, max_features, generator)
    while growing.split_level():
        pass
    return growing.trees()


class _Growing:
    """Trees while they grow: the rows in the nodes of the newest level, and a table of all nodes so far."""

    def __init__(
        self,
        inputs: Tensor,
        targets: Tensor,
        counts: Tensor,
        min_samples_leaf: int,
        max_features: int | None,
        generator: torch.Generator | None,
    ):
        self.inputs, self.targets = inputs, targets.double()
        self.y = self.targets - self.targets.mean()  # small sums lose fewer digits
        self.pure = PURE * float((self.y**2).mean())
        self.min_samples_leaf, self.max_features, self.generator = min_samples_leaf, max_features, generator
        ranks = [column.unique(return_inverse=True)[1] for column in inputs.T]
        self.ranks = torch.stack(ranks)  # values as whole numbers: with the node's number in front, one sort does
        self.nodes, self.rows = counts.nonzero(as_tuple=True)  # the node of each row, by its number in its level
        self.counts = counts[self.nodes, self.rows].double()
        self.tree_of = torch.arange(len(counts), device=inputs.device)  # of each node, in its level
        self.levels: list[dict[str, Tensor]] = []
        self.n_nodes = 0

    def split_level(self) -> bool:
        """Add the newest level to the table, split what can be split, and say whether there is a level below."""
        y = self.y[self.rows]
        sizes = self._sum(self.counts, len(self.tree_of))
        means = self._sum(self.counts * y, len(sizes)) / sizes
        values = self._sum(self.counts * self.targets[self.rows], len(sizes)) / sizes
        impurities = self._sum(self.counts * (y - means[self.nodes]) ** 2, len(sizes)) / sizes
        ids = self.n_nodes + torch.arange(len(sizes), device=y.device)
        level = {
            "tree": self.tree_of,
            "columns": torch.full_like(ids, -1),
            "thresholds": torch.zeros_like(means),
            "left": ids.clone(),
            "right": ids.clone(),
            "values": values,
            "sizes": sizes.long(),
            "impurities": torch.where(impurities > self.pure, impurities, 0.0),
        }
        self.levels.append(level)
        self.n_nodes += len(ids)
        n_rows = self.nodes.bincount(minlength=len(ids))
        able = ((level["impurities"] > 0) & (n_rows >= 2 * self.min_samples_leaf)).nonzero()[:, 0]
        self._keep(able, len(ids))
        if not len(able):
            return False
        columns, thresholds, found = self._best_splits(len(able))
        self._keep(found, len(able))
        split = able[found]  # which nodes of this level
        if not len(split):
            return False
        children = self.n_nodes + torch.arange(2 * len(split), device=y.device)
        level["columns"][split], level["thresholds"][split] = columns[found], thresholds[found]
        level["left"][split], level["right"][split] = children[0::2], children[1::2]
        at = found[self.nodes]
        goes_right = self.inputs[self.rows, columns[at]] > thresholds[at]
        self.nodes = 2 * self.nodes + goes_right
        self.tree_of = self.tree_of[split].repeat_interleave(2)
        return True

    def _sum(self, values: Tensor, n_nodes: int) -> Tensor:
        """Sums of the rows' values, for each node of the level."""
        return values.new_zeros(n_nodes).index_add_(0, self.nodes, values)

    def _keep(self, nodes: Tensor, n_nodes: int) -> None:
        """Keep only the rows of some nodes, and number these nodes anew."""
        new = torch.full((n_nodes,), -1, device=nodes.device)
        new[nodes] = torch.arange(len(nodes), device=nodes.device)
        numbers = new[self.nodes]
        stay = numbers >= 0
        self.nodes, self.rows, self.counts = numbers[stay], self.rows[stay], self.counts[stay]

    def _best_splits(self, n_nodes: int) -> tuple[Tensor, Tensor, Tensor]:
        """The column and the threshold of the best split of each node, and the nodes that have a split at all."""
        keys, order = (self.nodes * len(self.inputs) + self.ranks[:, self.rows]).sort(dim=1)
        nodes = self.nodes.sort().values  # the same for each column
        n_rows = self.nodes.bincount(minlength=n_nodes)
        starts = n_rows.cumsum(0) - n_rows
        n_left = torch.arange(1, len(nodes) + 1, device=keys.device) - starts[nodes]
        enough = (n_left >= self.min_samples_leaf) & (n_rows[nodes] - n_left >= self.min_samples_leaf)
        left_size, right_size = self._sides(self.counts, order, nodes, n_nodes)
        left, right = self._sides(self.counts * self.y[self.rows], order, nodes, n_nodes)
        changes = torch.zeros_like(keys, dtype=torch.bool)  # whether the value after this one is another, in this node
        changes[:, :-1] = (keys[:, 1:] != keys[:, :-1]) & (nodes[1:] == nodes[:-1])
        allowed = changes & enough
        if self.max_features is not None:
            allowed &= self._drawn(nodes, n_nodes, changes)[:, nodes]
        gain = torch.where(allowed, left**2 / left_size + right**2 / right_size, -torch.inf)
        best = gain.new_full((n_nodes,), -torch.inf).scatter_reduce(0, nodes, gain.amax(dim=0), "amax")
        # Of equals the first column, and in it the lowest value: the smallest place, counted column by column.
        places = torch.arange(keys.numel(), device=keys.device).view_as(keys)
        places = torch.where(allowed & (gain == best[nodes]), places, keys.numel()).amin(dim=0)
        place = places.new_full((n_nodes,), keys.numel()).scatter_reduce(0, nodes, places, "amin")
        found = (place < keys.numel()).nonzero()[:, 0]
        place = place.clamp(max=keys.numel() - 2)
        column = place // len(nodes)
        order = order.view(-1)
        below, above = (self.inputs[self.rows[order[at]], column].double() for at in (place, place + 1))
        middle = below / 2 + above / 2
        return column, torch.where(middle < above, middle, below), found

    def _sides(self, values: Tensor, order: Tensor, nodes: Tensor, n_nodes: int) -> tuple[Tensor, Tensor]:
        """Sums of the values of a node's rows up to each row, in each column's order, and of those after it."""
        totals = self._sum(values, n_nodes)
        left = values[order].cumsum(1) - (totals.cumsum(0) - totals)[nodes]
        return left, totals[nodes] - left

    def _drawn(self, nodes: Tensor, n_nodes: int, changes: Tensor) -> Tensor:
        """Which columns are drawn for each node: booleans of shape (n_columns, n_nodes).

        Where all of those drawn are constant in the node, drawing goes on until one is not.
        """
        varies = torch.zeros(len(changes), n_nodes, device=nodes.device).index_add_(1, nodes, changes.float()) > 0
        device = "cpu" if self.generator is None else self.generator.device
        lots = torch.rand(len(changes), n_nodes, generator=self.generator, device=device).to(nodes.device)
        turn = lots.argsort(dim=0).argsort(dim=0)
        first = torch.where(varies, turn, len(changes)).amin(dim=0)
        assert self.max_features is not None
        return turn <= first.clamp(min=self.max_features - 1)

    def trees(self) -> list[Tree]:
        """The table, cut into trees."""
        table = {name: torch.cat([level[name] for level in self.levels]) for name in self.levels[0]}
        tree = table.pop("tree")
        order = tree.argsort(stable=True)
        new = torch.empty_like(order)
        new[order] = torch.arange(len(order), device=order.device)
        n_nodes = tree.bincount().tolist()
        parts = [part.split(n_nodes) for part in (table[name][order] for name in table)]
        trees, first = [], 0
        for columns, thresholds, left, right, values, sizes, impurities in zip(*parts, strict=True):
            children = (new[left] - first, new[right] - first)
            n_columns = self.inputs.shape[1]
            trees.append(Tree(columns, thresholds, *children, values, sizes, impurities, n_columns))
            first += len(columns)
        return trees


def _gains(tree: Tree) -> Tensor:
    """By how much each split reduces the sum of squares; 0 at a leaf."""
    squares = tree.sizes * tree.impurities
    return torch.where(tree.columns >= 0, squares - squares[tree.left] - squares[tree.right], 0.0)


def _best_first(tree: Tree, max_leaf_nodes: int) -> Tree:
    """The same tree with its nodes numbered in the order of their gain, and cut where it has enough leaves.

    Which split is best for a node does not depend on when it is split, so growing best-first is choosing afterwards.
    """
    gains, left, right = _gains(tree).tolist(), tree.left.tolist(), tree.right.tolist()
    kept, waiting = [0], [(-gains[0], 0)]
    split: list[int] = []
    while waiting and len(split) < max_leaf_nodes - 1:
        _, node = heapq.heappop(waiting)
        if left[node] == node:
            continue
        split.append(node)
        for child in left[node], right[node]:
            kept.append(child)
            heapq.heappush(waiting, (-gains[child], child))
    old = torch.tensor(kept, device=tree.columns.device)
    new = torch.zeros_like(tree.columns)
    new[old] = torch.arange(len(old), device=old.device)
    is_split = torch.zeros_like(tree.columns, dtype=torch.bool)
    is_split[torch.tensor(split, dtype=torch.int64, device=old.device)] = True
    inner = is_split[old]
    return Tree(
        columns=torch.where(inner, tree.columns[old], -1),
        thresholds=torch.where(inner, tree.thresholds[old], 0.0),
        left=torch.where(inner, new[tree.left[old]], new[old]),
        right=torch.where(inner, new[tree.right[old]], new[old]),
        values=tree.values[old],
        sizes=tree.sizes[old],
        impurities=tree.impurities[old],
        n_columns=tree.n_columns,
    )


def _places(left: Sequence[int], right: Sequence[int], step: int) -> list[tuple[int, float]]:
    """The left edge and the middle height of each node's box: leaves one below the other, all others in between."""
    depths = [0] * len(left)
    heights = [0.0] * len(left)
    n_placed = 0

    def place(node: int, depth: int) -> float:
        nonlocal n_placed
        depths[node] = depth
        if left[node] == node:
            heights[node] = HEIGHT / 2 + n_placed * (HEIGHT + APART)
            n_placed += 1
        else:
            heights[node] = (place(left[node], depth + 1) + place(right[node], depth + 1)) / 2
        return heights[node]

    place(0, 0)
    return [(depth * step, height) for depth, height in zip(depths, heights, strict=True)]
