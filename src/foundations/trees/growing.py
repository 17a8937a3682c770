"""Growing a decision tree: all rows at first, then the split that gains most, as long as there may be more leaves."""

from __future__ import annotations

import heapq

import torch
from torch import Tensor

from foundations._checks import check_whole_number
from foundations._float64 import device_with_float64
from foundations.trees._levels import check_rows, grow_level_by_level
from foundations.trees._nodes import gains, moved
from foundations.trees.trees import Tree


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
        inputs: Floats of shape (n, n_columns). The tree grows on the device that they are on, but for Apple's GPUs,
            which have no float64: it grows on the CPU then, and is moved.
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
    check_rows(inputs, targets)
    there = device_with_float64(inputs.device)
    once = torch.ones(1, len(inputs), dtype=torch.int64, device=there)
    depth = None if max_leaf_nodes is None else max_leaf_nodes - 1  # so deep it is if each split leaves one leaf
    rows = inputs.to(there), targets.to(there), once
    (tree,) = grow_level_by_level(*rows, min_samples_leaf, max_features, generator, depth)
    return moved(_best_first(tree, max_leaf_nodes or tree.n_leaves), inputs.device)


def _best_first(tree: Tree, max_leaf_nodes: int) -> Tree:
    """The same tree with its nodes numbered in the order of their gain, and cut where it has enough leaves.

    Which split is best for a node does not depend on when it is split, so growing best-first is choosing afterwards.
    """
    gained, left, right = gains(tree).tolist(), tree.left.tolist(), tree.right.tolist()
    nodes, waiting = [0], [(-gained[0], 0)]
    split: list[int] = []
    while waiting and len(split) < max_leaf_nodes - 1:
        _, node = heapq.heappop(waiting)
        if left[node] == node:
            continue
        split.append(node)
        for child in left[node], right[node]:
            nodes.append(child)
            heapq.heappush(waiting, (-gained[child], child))
    old = torch.tensor(nodes, device=tree.columns.device)
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
