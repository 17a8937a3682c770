"""Binary splits: how well a threshold on one column sorts the rows, and the best one of all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_tensor
from foundations._float64 import device_with_float64


@dataclass(frozen=True)
class OneRule:
    """One split, and what it predicts on either side: the whole of a model.

    Attributes:
        column: Which column of the inputs it looks at.
        threshold: Rows with at most this value are on one side, all others on the other.
        at_most: The mean target of the rows at or below the threshold.
        above: The mean target of the rows above it; of all rows if none is above.
        score: The split's score, by `split_score`.

    Example:
        ```python
        import torch
        from foundations import OneRule

        rule = OneRule(column=1, threshold=0.5, at_most=0.75, above=0.2, score=0.4)
        assert torch.equal(rule(torch.tensor([[9.0, 0.0], [9.0, 1.0]])), torch.tensor([0.75, 0.2]))
        ```
    """

    column: int
    threshold: float
    at_most: float
    above: float
    score: float

    def __call__(self, inputs: Tensor) -> Tensor:
        """Give the mean target of the side that each row is on.

        Args:
            inputs: Floats of shape (n, n_columns).

        Returns:
            The predictions, in the inputs' dtype: shape (n,).

        Example:
            ```python
            import torch
            from foundations import one_r

            inputs = torch.tensor([[1.0], [2.0], [8.0], [9.0]])
            rule = one_r(inputs, torch.tensor([0.0, 0.0, 1.0, 1.0]))
            assert rule(inputs).tolist() == [0, 0, 1, 1]
            ```
        """
        left = inputs[:, self.column] <= self.threshold
        return torch.where(left, self.at_most, self.above).to(inputs.dtype)


def split_score(column: Tensor, targets: Tensor, threshold: Tensor | float) -> Tensor:
    """Score a split: the standard deviation of the targets on either side, each side weighted by its share of rows.

    The lower the better: 0 where all targets on a side are equal. A side with fewer than two rows adds nothing to the
    score.

    Args:
        column: The values to split: floats of shape (n,).
        targets: What is to be predicted: floats of shape (n,), such as 0 and 1.
        threshold: Rows with at most this value go to one side, all others to the other.

    Returns:
        The score, of shape ().

    Raises:
        TypeError: column or targets do not hold floats.
        ValueError: They differ in shape, are not of shape (n,), have no row, or hold a nan.

    Example:
        ```python
        import torch
        from foundations import split_score

        age = torch.tensor([2.0, 4.0, 30.0, 40.0])
        survived = torch.tensor([1.0, 1.0, 0.0, 0.0])
        assert split_score(age, survived, 4) == 0
        assert split_score(age, survived, 30) > 0.4
        ```

    Source:
        https://www.kaggle.com/code/jhoward/how-random-forests-really-work
    """
    _check_column(column, targets)
    return (_side_score(targets, column <= threshold) + _side_score(targets, column > threshold)) / len(targets)


def split_scores(column: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Score a split at every value that the column has, all at once: the rows are sorted, and sums run along them.

    Args:
        column: The values to split: floats of shape (n,).
        targets: What is to be predicted: floats of shape (n,).

    Returns:
        The different values in rising order, and the score of a split at each: both of shape (n_values,). The last
        one has all rows on one side.

    Raises:
        TypeError: column or targets do not hold floats.
        ValueError: They differ in shape, are not of shape (n,), have no row, or hold a nan.

    Example:
        ```python
        import torch
        from foundations import split_score, split_scores

        column = torch.tensor([3.0, 1.0, 2.0, 2.0])
        targets = torch.tensor([1.0, 0.0, 1.0, 0.0])
        thresholds, scores = split_scores(column, targets)
        assert thresholds.tolist() == [1.0, 2.0, 3.0]
        assert torch.isclose(scores[1], split_score(column, targets, 2.0))
        ```
    """
    _check_column(column, targets)
    device = column.device
    column, targets = (each.to(device_with_float64(device)) for each in (column, targets))
    values, order = column.sort(stable=True)
    y = targets[order].double()
    y = y - y.mean()  # small sums lose fewer digits
    last = torch.ones_like(values, dtype=torch.bool)  # of the rows with the same value
    last[:-1] = values[:-1] < values[1:]
    n = torch.arange(1, len(y) + 1, device=y.device, dtype=y.dtype)[last]
    sums, squares = y.cumsum(0)[last], (y**2).cumsum(0)[last]
    sides = _weighted_std(n, sums, squares) + _weighted_std(n[-1] - n, sums[-1] - sums, squares[-1] - squares)
    return values[last].to(device), (sides / len(y)).to(targets.dtype).to(device)


def min_col(column: Tensor, targets: Tensor) -> tuple[float, float]:
    """Find the best split of a column, out of all its values.

    Args:
        column: The values to split: floats of shape (n,).
        targets: What is to be predicted: floats of shape (n,).

    Returns:
        The threshold with the lowest score, the lowest of several, and the score.

    Raises:
        TypeError: column or targets do not hold floats.
        ValueError: They differ in shape, are not of shape (n,), have no row, or hold a nan.

    Example:
        ```python
        import torch
        from foundations import min_col

        threshold, score = min_col(torch.tensor([2.0, 4.0, 30.0, 40.0]), torch.tensor([1.0, 1.0, 0.0, 0.0]))
        assert (threshold, score) == (4.0, 0.0)
        ```
    """
    thresholds, scores = split_scores(column, targets)
    best = scores.argmin()
    return thresholds[best].item(), scores[best].item()


def one_r(inputs: Tensor, targets: Tensor) -> OneRule:
    """Find the best split out of all values of all columns: a model of one rule, and a good baseline.

    Args:
        inputs: Floats of shape (n, n_columns).
        targets: What is to be predicted: floats of shape (n,).

    Returns:
        The rule, which gives the mean target of its two sides; the first column's, where several are as good.

    Raises:
        TypeError: inputs or targets do not hold floats.
        ValueError: The shapes do not fit, there are no rows, or there is a nan.

    Example:
        ```python
        import torch
        from foundations import one_r

        inputs = torch.tensor([[5.0, 0.0], [1.0, 0.0], [4.0, 1.0], [2.0, 1.0]])
        rule = one_r(inputs, torch.tensor([1.0, 1.0, 0.0, 0.0]))
        assert (rule.column, rule.threshold, rule.at_most, rule.above) == (1, 0.0, 1.0, 0.0)
        ```

    Source:
        https://doi.org/10.1023/A:1022631118932
    """
    check_float_tensor("inputs", inputs)
    if inputs.ndim != 2 or inputs.shape[1] == 0:
        raise ValueError(f"inputs must have shape (n, n_columns), not {tuple(inputs.shape)}")
    best = [min_col(column, targets) for column in inputs.T]
    column = min(range(len(best)), key=lambda each: best[each][1])
    threshold, score = best[column]
    left = inputs[:, column] <= threshold
    above = targets[~left] if not left.all() else targets
    return OneRule(column, threshold, targets[left].mean().item(), above.mean().item(), score)


def gini(labels: Tensor) -> Tensor:
    """Measure how mixed a group is: how likely two rows are to differ, drawn at random and with replacement.

    It is 0 where all are alike. With p the share of each class it is 1 − Σ p².

    Args:
        labels: One label for each row, as numbers of any kind: shape (n,).

    Returns:
        A number from 0 to 1 − 1/n_classes, of shape ().

    Raises:
        TypeError: labels is not a tensor.
        ValueError: labels is not of shape (n,), or has no row.

    Example:
        ```python
        import torch
        from foundations import gini

        assert gini(torch.tensor([1, 1, 1])) == 0
        assert gini(torch.tensor([0, 1, 0, 1])) == 0.5
        ```

    Source:
        https://en.wikipedia.org/wiki/Decision_tree_learning#Gini_impurity
    """
    check_tensor("labels", labels)
    if labels.ndim != 1 or len(labels) == 0:
        raise ValueError(f"labels must have shape (n,), with n at least 1, not {tuple(labels.shape)}")
    _, counts = labels.unique(return_counts=True)
    alike: Tensor = ((counts / len(labels)) ** 2).sum()
    return 1 - alike


def _check_column(column: Tensor, targets: Tensor) -> None:
    check_float_tensor("column", column)
    check_float_tensor("targets", targets)
    if column.ndim != 1 or column.shape != targets.shape or len(column) == 0:
        raise ValueError(
            f"column and targets must both have shape (n,), with n at least 1, not {tuple(column.shape)} and "
            f"{tuple(targets.shape)}"
        )
    for name, values in {"column": column, "targets": targets}.items():
        if np.isnan(values.detach().cpu().numpy()).any():  # not by PyTorch, so that a live chart can record the rest
            raise ValueError(f"{name} holds a nan, which lies on no side: fill the gaps first")


def _side_score(targets: Tensor, rows: Tensor) -> Tensor:
    """The standard deviation of the targets of some rows, times their number; masks can be recorded, indices cannot."""
    share = rows.to(targets.dtype)
    n = share.sum()
    mean = (share * targets).sum() / n.clamp(min=1)
    variance = (share * (targets - mean) ** 2).sum() / (n - 1).clamp(min=1)
    return variance.sqrt() * n


def _weighted_std(n: Tensor, sums: Tensor, squares: Tensor) -> Tensor:
    """Standard deviations times numbers of rows, from these numbers, sums and sums of squares."""
    around = (squares - sums**2 / n.clamp(min=1)).clamp(min=0)  # rounding may lead below 0
    return (around / (n - 1).clamp(min=1)).sqrt() * n * (n > 1)
