"""Decision trees: nested splits, the leaf that a row falls into, and how much each column helps."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from foundations.trees._nodes import descend, gains


@dataclass(frozen=True, eq=False)
class Tree:
    """A decision tree: at each node a question about one column, or at its end a value.

    Node 0 is the root, and every node has a larger number than the one above it. What is float64 here is float32 on
    Apple's GPUs.

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

        Returns:
            Their number, at least 1.

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

        Returns:
            Their number, 0 for a tree of one leaf.

        Example:
            ```python
            import torch
            from foundations import grow_tree

            inputs = torch.tensor([[1.0], [2.0], [3.0]])
            tree = grow_tree(inputs, torch.tensor([0.0, 2.0, 3.0]))
            assert tree.depth == 2
            ```
        """
        nodes, depth = self.columns.new_zeros(1), -1
        while len(nodes):
            nodes, depth = nodes[self.columns[nodes] >= 0], depth + 1
            nodes = torch.cat([self.left[nodes], self.right[nodes]])
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
        return descend(self, self.columns.new_zeros(1), inputs)[0]

    def __call__(self, inputs: Tensor) -> Tensor:
        """Give the mean target of the leaf that each row falls into.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            The predictions, in the inputs' dtype: shape (n,).

        Example:
            ```python
            import torch
            from foundations import grow_tree

            inputs = torch.tensor([[1.0], [2.0], [3.0]])
            tree = grow_tree(inputs, torch.tensor([0.0, 2.0, 3.0]))
            assert tree(inputs).tolist() == [0, 2, 3]
            ```
        """
        return self.values[self.leaves(inputs)].to(inputs.dtype)


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
    total.index_add_(0, tree.columns[inner], gains(tree)[inner])
    return total / total.sum() if total.sum() > 0 else total
