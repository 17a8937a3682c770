"""Trees that grow level by level: one tree alone, or all the trees of a forest at once."""

from __future__ import annotations

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations.trees.trees import Tree

PURE = 1e-15  # sums of squares below this part of all are rounding


def check_rows(inputs: Tensor, targets: Tensor) -> None:
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
        from foundations.trees._levels import check_rows

        check_rows(torch.zeros(3, 2), torch.zeros(3))
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


def grow_level_by_level(
    inputs: Tensor,
    targets: Tensor,
    counts: Tensor,
    min_samples_leaf: int,
    max_features: int | None,
    generator: torch.Generator | None,
    max_depth: int | None = None,
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
        max_depth: How many questions may lead to a leaf; any number where it is None.

    Returns:
        The trees, with the nodes of each numbered level by level.

    Raises:
        TypeError: A number is not a whole one.
        ValueError: A number is too small, or max_features is more than there are columns.

    Example:
        ```python
        import torch
        from foundations.trees._levels import grow_level_by_level

        inputs, targets = torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0])
        trees = grow_level_by_level(inputs, targets, torch.tensor([[1, 1], [0, 2]]), 1, None, None)
        assert [tree.n_leaves for tree in trees] == [2, 1]
        ```
    """
    check_whole_number("min_samples_leaf", min_samples_leaf, least=1)
    if max_features is not None:
        check_whole_number("max_features", max_features, least=1)
        if max_features > inputs.shape[1]:
            raise ValueError(f"max_features is {max_features}, but there are only {inputs.shape[1]} columns")
    growing = _Growing(inputs, targets, counts, min_samples_leaf, max_features, generator)
    depth = 0
    while growing.split_level(depth != max_depth):
        depth += 1
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

    def split_level(self, deeper: bool) -> bool:
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
        if not (deeper and len(able)):
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
        # Of equals the first column, and in it the lowest value: the smallest index, counted column by column.
        indices = torch.arange(keys.numel(), device=keys.device).view_as(keys)
        indices = torch.where(allowed & (gain == best[nodes]), indices, keys.numel()).amin(dim=0)
        index = indices.new_full((n_nodes,), keys.numel()).scatter_reduce(0, nodes, indices, "amin")
        found = (index < keys.numel()).nonzero()[:, 0]
        index = index.clamp(max=keys.numel() - 2)
        column = index // len(nodes)
        order = order.view(-1)
        below, above = (self.inputs[self.rows[order[at]], column].double() for at in (index, index + 1))
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
