"""Forests: many trees, each grown on rows drawn at random, with columns drawn at random for every split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations._float64 import device_with_float64
from foundations.trees._levels import check_rows, grow_level_by_level
from foundations.trees._nodes import descend, moved
from foundations.trees.trees import Tree, impurity_importance


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that vote.

    Attributes:
        trees: The trees.
        counts: How often each row was drawn for each tree: integers of shape (n_trees, n).

    Example:
        ```python
        import torch
        from foundations import grow_forest

        inputs = torch.linspace(0, 1, 20)[:, None]
        targets = (inputs[:, 0] > 0.5).float()
        forest = grow_forest(inputs, targets, 10, generator=torch.Generator().manual_seed(42))
        assert len(forest.trees) == 10
        assert forest.votes(inputs).shape == (10, 20)
        assert torch.equal(forest(inputs), forest.votes(inputs).mean(dim=0))
        ```
    """

    trees: Sequence[Tree] = field(repr=False)
    counts: Tensor = field(repr=False)

    def votes(self, inputs: Tensor) -> Tensor:
        """Give what each tree says of each row: the mean target of a leaf.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            Floats of shape (n_trees, n).

        Example:
            ```python
            import torch
            from foundations import grow_forest

            inputs = torch.linspace(0, 1, 20)[:, None]
            forest = grow_forest(inputs, inputs[:, 0], 10)
            assert forest.votes(inputs).shape == (10, 20)
            ```
        """
        nodes, roots = self._table
        return nodes.values[descend(nodes, roots, inputs)].to(inputs.dtype)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Give the mean of what all trees say of each row.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            The predictions: floats of shape (n,).

        Example:
            ```python
            import torch
            from foundations import grow_forest

            inputs = torch.linspace(0, 1, 20)[:, None]
            forest = grow_forest(inputs, inputs[:, 0], 10)
            assert torch.equal(forest(inputs), forest.votes(inputs).mean(dim=0))
            ```
        """
        return self.votes(inputs).mean(dim=0)

    def out_of_bag(self, inputs: Tensor) -> Tensor:
        """Let each of the rows that the forest grew on be predicted by those trees alone that did not see it.

        Args:
            inputs: The inputs that the forest grew on, all of them and in the same order: shape (n, n_columns).

        Returns:
            The mean of what these trees say: floats of shape (n,), nan for a row that every tree has seen.

        Raises:
            ValueError: There are more or fewer rows than the forest grew on.

        Example:
            ```python
            import torch
            from foundations import grow_forest

            inputs = torch.linspace(0, 1, 20)[:, None]
            targets = (inputs[:, 0] > 0.5).float()
            forest = grow_forest(inputs, targets, 50, generator=torch.Generator().manual_seed(42))
            right = (forest.out_of_bag(inputs) > 0.5) == targets.bool()
            assert right.float().mean() >= 0.9
            ```

        Source:
            https://doi.org/10.1023/A:1010933404324
        """
        n = self.counts.shape[1]
        if len(inputs) != n:
            raise ValueError(f"the forest grew on {n} rows, and these are {len(inputs)}: give it those that it grew on")
        unseen = (self.counts == 0).to(inputs.dtype)
        return (self.votes(inputs) * unseen).sum(dim=0) / unseen.sum(dim=0)

    def importances(self) -> Tensor:
        """Give the mean of the trees' `impurity_importance`.

        Returns:
            Shares of shape (n_columns,) that add up to 1, or zeros where no tree has a split.

        Example:
            ```python
            import torch
            from foundations import grow_forest

            inputs = torch.linspace(0, 1, 20)[:, None]
            forest = grow_forest(inputs, inputs[:, 0], 10)
            assert forest.importances().tolist() == [1.0]
            ```
        """
        total = torch.stack([impurity_importance(tree) for tree in self.trees]).sum(dim=0)
        return total / total.sum() if total.sum() > 0 else total

    @cached_property
    def _table(self) -> tuple[Tree, Tensor]:
        """The nodes of all trees in one table, so that all can be followed at once, and the roots in it."""
        sizes = torch.tensor([len(tree.columns) for tree in self.trees], device=self.counts.device)
        roots = sizes.cumsum(0) - sizes
        shift = roots.repeat_interleave(sizes)
        columns, thresholds, left, right, values, counts, impurities = (
            torch.cat([getattr(tree, name) for tree in self.trees])
            for name in ("columns", "thresholds", "left", "right", "values", "sizes", "impurities")
        )
        n_columns = self.trees[0].n_columns
        return Tree(columns, thresholds, left + shift, right + shift, values, counts, impurities, n_columns), roots


def grow_forest(
    inputs: Tensor,
    targets: Tensor,
    n_trees: int = 100,
    *,
    min_samples_leaf: int = 1,
    max_features: int | None = None,
    sample_size: int | None = None,
    generator: torch.Generator | None = None,
) -> Forest:
    """Grow many trees, each on rows drawn with replacement: bagging. With max_features it is a random forest.

    Args:
        inputs: Floats of shape (n, n_columns). The trees grow where `grow_tree` grows one.
        targets: Floats of shape (n,), on the same device: numbers, or 0 and 1 for two classes.
        n_trees: How many trees.
        min_samples_leaf: How many different rows each side of a split must have at least.
        max_features: How many columns to choose from at each split, drawn anew each time; all, as in bagging, where
            it is None. Breiman's choice for classes is about the square root of their number.
        sample_size: How many rows to draw for each tree; as many as there are where it is None.
        generator: Draws rows and columns; PyTorch's own where it is None.

    Returns:
        The forest.

    Raises:
        TypeError: inputs or targets do not hold floats, or a number is not a whole one.
        ValueError: The shapes do not fit, there are no rows, there is a nan or an inf, or a number is out of range.

    Example:
        ```python
        import torch
        from foundations import grow_forest

        generator = torch.Generator().manual_seed(42)
        inputs = torch.rand(200, 3, generator=generator)
        targets = (inputs[:, 0] > inputs[:, 1]).float()
        forest = grow_forest(inputs, targets, 20, max_features=2, generator=generator)
        right = (forest(inputs) > 0.5) == targets.bool()
        assert right.float().mean() > 0.95
        ```

    Source:
        https://doi.org/10.1007/BF00058655 and https://doi.org/10.1023/A:1010933404324
    """
    check_rows(inputs, targets)
    check_whole_number("n_trees", n_trees, least=1)
    if sample_size is not None:
        check_whole_number("sample_size", sample_size, least=1)
    n = len(inputs)
    device = "cpu" if generator is None else generator.device
    drawn = torch.randint(n, (n_trees, sample_size or n), generator=generator, device=device)
    counts = torch.zeros(n_trees, n, dtype=torch.int64).scatter_add_(1, drawn.cpu(), torch.ones_like(drawn.cpu()))
    there = device_with_float64(inputs.device)
    rows = inputs.to(there), targets.to(there), counts.to(there)
    trees = grow_level_by_level(*rows, min_samples_leaf, max_features, generator)
    return Forest([moved(tree, inputs.device) for tree in trees], counts.to(inputs.device))


def permutation_importance(
    score: Callable[[Tensor], Tensor | float],
    inputs: Tensor,
    *,
    n_repeats: int = 10,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Measure how much worse a model gets when a column is shuffled, so that it tells nothing about its row any more.

    Args:
        score: Takes inputs and gives how well the model does on them: the higher the better, such as the accuracy.
        inputs: Floats of shape (n, n_columns), best of rows that the model has not learnt from.
        n_repeats: How many times to shuffle each column.
        generator: Draws the order; PyTorch's own where it is None.

    Returns:
        The score with all columns in order, minus that with one shuffled: float64 of shape (n_columns, n_repeats).

    Raises:
        TypeError: inputs do not hold floats, or n_repeats is not a whole number.
        ValueError: inputs are not of shape (n, n_columns), or n_repeats is less than 1.

    Example:
        ```python
        import torch
        from foundations import permutation_importance

        inputs = torch.tensor([[0.0, 7.0], [1.0, 8.0]]).repeat(50, 1)
        targets = inputs[:, 0].clone()
        drops = permutation_importance(lambda each: (each[:, 0] == targets).float().mean(), inputs)
        assert drops[0].mean() > 0.3
        assert drops[1].abs().max() == 0
        ```

    Source:
        https://doi.org/10.1023/A:1010933404324
    """
    check_float_tensor("inputs", inputs)
    check_whole_number("n_repeats", n_repeats, least=1)
    if inputs.ndim != 2:
        raise ValueError(f"inputs must have shape (n, n_columns), not {tuple(inputs.shape)}")
    device = "cpu" if generator is None else generator.device
    whole = float(score(inputs))
    drops = torch.empty(inputs.shape[1], n_repeats, dtype=torch.float64)
    for column in range(inputs.shape[1]):
        for repeat in range(n_repeats):
            order = torch.randperm(len(inputs), generator=generator, device=device).to(inputs.device)
            shuffled = inputs.clone()
            shuffled[:, column] = inputs[order, column]
            drops[column, repeat] = whole - float(score(shuffled))
    return drops
