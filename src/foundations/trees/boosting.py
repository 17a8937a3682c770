"""Gradient boosting: trees one after the other, each grown on what those before it have left wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from foundations._checks import check_number, check_whole_number
from foundations._float64 import device_with_float64
from foundations.trees._levels import check_rows
from foundations.trees._nodes import moved
from foundations.trees.growing import grow_tree
from foundations.trees.trees import Tree

TINY = 1e-300  # where all of a leaf's rows are sure, nothing is left, and nothing is divided by nothing


@dataclass(frozen=True, eq=False)
class Boosted:
    """Trees that are added up.

    Attributes:
        trees: The trees, in the order of growth. A leaf's value is the step that it asks for.
        start: The score of every row before the first tree, of shape ().
        lr: Which part of each step is taken.

    Example:
        ```python
        import torch
        from foundations import boost

        inputs = torch.linspace(0, 1, 20)[:, None]
        model = boost(inputs, inputs[:, 0] ** 2, 30)
        assert torch.allclose(model(inputs), model.start + 0.1 * sum(tree(inputs) for tree in model.trees))
        assert torch.equal(model.stages(inputs)[-1], model(inputs))
        ```
    """

    trees: Sequence[Tree] = field(repr=False)
    start: Tensor
    lr: float

    def stages(self, inputs: Tensor) -> Tensor:
        """Give the score of each row before the first tree, and after each one.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            Floats of shape (1 + n_trees, n).

        Example:
            ```python
            import torch
            from foundations import boost

            inputs = torch.linspace(0, 1, 20)[:, None]
            assert boost(inputs, inputs[:, 0], 30).stages(inputs).shape == (31, 20)
            ```
        """
        start = self.start.to(inputs.dtype).expand(len(inputs))
        return torch.stack([start, *(self.lr * tree(inputs) for tree in self.trees)]).cumsum(0)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Give the score of each row after the last tree.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            Floats of shape (n,): predicted numbers, or with the log-loss the logarithms of odds.

        Example:
            ```python
            import torch
            from foundations import boost

            inputs = torch.linspace(0, 1, 20)[:, None]
            assert boost(inputs, inputs[:, 0], 30)(inputs).shape == (20,)
            ```
        """
        return self.stages(inputs)[-1]


def boost(
    inputs: Tensor,
    targets: Tensor,
    n_trees: int = 100,
    *,
    lr: float = 0.1,
    loss: Literal["mse", "log_loss"] = "mse",
    max_leaf_nodes: int = 4,
    min_samples_leaf: int = 1,
    valid: tuple[Tensor, Tensor] | None = None,
    patience: int = 10,
) -> Boosted:
    """Grow small trees one after the other, each on the residuals of all before it, and add them up.

    A residual is the target minus the prediction. With the log-loss the prediction is the sigmoid of the score, and
    a leaf's step is the sum of its residuals, divided by the sum of p·(1 − p): one step of Newton's method.

    Args:
        inputs: Floats of shape (n, n_columns). The trees grow where `grow_tree` grows one.
        targets: Floats of shape (n,), on the same device: numbers for the mean squared error, 0 and 1 for the
            log-loss.
        n_trees: How many trees at most.
        lr: Which part of each tree's step is taken: the learning rate.
        loss: What is made smaller: "mse" or "log_loss".
        max_leaf_nodes: How many leaves each tree may have.
        min_samples_leaf: How many rows each side of a split must have at least.
        valid: Inputs and targets of other rows, whose loss says when to stop; it does not stop where it is None.
        patience: After how many trees without a lower loss on these rows it stops. The trees after the best are
            dropped.

    Returns:
        The trees, to be called with inputs. With the log-loss, the sigmoid of what they give is a probability.

    Raises:
        TypeError: Inputs or targets do not hold floats, or a number is not one of the right kind.
        ValueError: The shapes do not fit, there are no rows, there is a nan or an inf, a number is too small, loss is
            not one of the two, or targets for the log-loss are not 0 and 1, with at least one of each to learn from.

    Example:
        ```python
        import torch
        from foundations import boost

        inputs = torch.linspace(0, 1, 20)[:, None]
        targets = (inputs[:, 0] > 0.5).float()
        model = boost(inputs, targets, 30, loss="log_loss", max_leaf_nodes=2)
        assert torch.equal(model(inputs).sigmoid() > 0.5, targets.bool())
        ```

    Source:
        Friedman, Greedy function approximation: a gradient boosting machine, 2001:
        https://doi.org/10.1214/aos/1013203451
    """
    if loss not in ("mse", "log_loss"):
        raise ValueError(f'loss must be "mse" or "log_loss", not {loss!r}')
    check_whole_number("n_trees", n_trees, least=1)
    check_whole_number("max_leaf_nodes", max_leaf_nodes, least=2)
    check_whole_number("patience", patience, least=1)
    if check_number("lr", lr) <= 0:
        raise ValueError(f"lr must be above 0, not {lr:g}")
    check_rows(inputs, targets)
    parts = [(inputs, targets)]
    if valid is not None:
        check_rows(*valid)
        parts.append(valid)
    by_odds = loss == "log_loss"
    if by_odds and not all(((y == 0) | (y == 1)).all() for _, y in parts):
        raise ValueError("targets for the log-loss must be 0 and 1")
    there = device_with_float64(inputs.device)
    known, *others = ((x.to(there), y.to(there).double()) for x, y in parts)
    start = known[1].mean()
    if by_odds:
        if not 0 < start < 1:
            raise ValueError("all targets are the same: to learn from, there must be rows of 0 and of 1")
        start = start.logit()
    score = start.expand(len(inputs))
    fresh = [start.expand(len(y)) for _, y in others]
    trees: list[Tree] = []
    losses = [_loss(each, y, by_odds) for each, (_, y) in zip(fresh, others, strict=True)]
    best = 0
    while len(trees) < n_trees and not (valid is not None and len(trees) - best >= patience):
        tree = _step(*known, score, by_odds, max_leaf_nodes, min_samples_leaf)
        trees.append(tree)
        score = score + lr * tree.values[tree.leaves(known[0])]
        for i, (x, y) in enumerate(others):
            fresh[i] = fresh[i] + lr * tree.values[tree.leaves(x)]
            losses.append(_loss(fresh[i], y, by_odds))
            best = len(trees) if losses[-1] < losses[best] else best
    kept = trees if valid is None else trees[:best]
    return Boosted([moved(tree, inputs.device) for tree in kept], start.to(inputs), lr)


def _step(
    inputs: Tensor, targets: Tensor, score: Tensor, by_odds: bool, max_leaf_nodes: int, min_samples_leaf: int
) -> Tree:
    """A tree grown on the residuals, whose leaves hold the steps that make their rows' loss smaller."""
    p = score.sigmoid() if by_odds else score
    residuals = targets - p
    tree = grow_tree(inputs, residuals, max_leaf_nodes=max_leaf_nodes, min_samples_leaf=min_samples_leaf)
    if not by_odds:
        return tree
    leaves = tree.leaves(inputs)
    sums, curvature = torch.zeros_like(tree.values), torch.zeros_like(tree.values)
    sums.index_add_(0, leaves, residuals)
    curvature.index_add_(0, leaves, p * (1 - p))
    return replace(tree, values=sums / curvature.clamp(min=TINY))


def _loss(score: Tensor, targets: Tensor, by_odds: bool) -> float:
    loss = F.binary_cross_entropy_with_logits if by_odds else F.mse_loss
    return float(loss(score, targets))
