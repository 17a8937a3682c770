"""Comparing two models, on one split or on many: an interval for the difference, and what it lets one say."""

import math

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_number, check_tensor, check_whole_number


def _checked_level(level: object) -> float:
    number = check_number("level", level, least=0)
    if not 0 < number < 1:
        raise ValueError(f"level must be between 0 and 1, not {number:g}: 95 % are 0.95")
    return number


def _around_mean(differences: Tensor, repeats: str, level: float, shared: float = 0.0) -> tuple[float, float]:
    """Student's interval for the mean; shared is what rows that the repeats have in common add to 1 / n_repeats."""
    from scipy.stats import t as student

    check_float_tensor("differences", differences)
    if differences.ndim != 1 or len(differences) < 2:
        raise ValueError(
            f"differences must have shape (n_{repeats},) with two {repeats} or more, not {tuple(differences.shape)}"
        )
    if not differences.isfinite().all():
        raise ValueError(f"a difference is not finite: leave out none of the {repeats}, and look why it is no number")
    level = _checked_level(level)
    values = differences.detach().cpu().double()  # on the CPU: some devices have no float64
    spread = values.std().item() * math.sqrt(1 / len(values) + shared)
    half = float(student.ppf((1 + level) / 2, len(values) - 1)) * spread
    middle = values.mean().item()
    return middle - half, middle + half


def mean_interval(differences: Tensor, level: float = 0.95) -> tuple[float, float]:
    """Give Student's interval for a mean difference over repeats that have nothing in common but what is compared.

    Such are two trainings with each of several seeds, if chance enters by the seed alone: then it says what other
    seeds would show on these rows. On one split, the rows are the repeats, as for two models' squared errors: then
    it says what other rows would show of these two models. Splits of one list share rows: take `resampled_interval`.

    Args:
        differences: What one is ahead of the other, a number for each repeat: floats of shape (n_repeats,).
        level: How often such an interval should hold the true mean, between 0 and 1.

    Returns:
        The lowest and the highest mean difference that agree with what was measured.

    Raises:
        TypeError: differences are not floats, or level is not a number.
        ValueError: There are fewer than two repeats, a difference is not finite, or level is not between 0 and 1.

    Example:
        ```python
        import torch
        from foundations import mean_interval

        ahead = torch.tensor([0.02, 0.00, 0.03, 0.01, 0.02])
        low, high = mean_interval(ahead)
        print(f"{low:.3f} to {high:.3f}")
        assert low < ahead.mean() < high
        ```

    Source:
        Student, The probable error of a mean, 1908: https://doi.org/10.1093/biomet/6.1.1
    """
    return _around_mean(differences, "repeats", level)


def resampled_interval(differences: Tensor, n_train: int, n_valid: int, level: float = 0.95) -> tuple[float, float]:
    """Give the interval for a mean difference that was measured on random splits of one list.

    The usual interval takes the splits for independent experiments. They share their rows, so it is far too narrow.
    Here the variance of the mean is that of the differences, times 1 / n_splits + n_valid / n_train.

    Args:
        differences: What one model is ahead of the other, a number for each split: floats of shape (n_splits,).
        n_train: Rows that the models were trained on in each split.
        n_valid: Rows that they were compared on.
        level: How often such an interval should hold the true mean, between 0 and 1.

    Returns:
        The lowest and the highest mean difference that agree with what was measured.

    Raises:
        TypeError: differences are not floats, n_train or n_valid are not whole numbers, or level is not a number.
        ValueError: There are fewer than two splits, a difference is not finite, there are no rows, or level is not
            between 0 and 1.

    Example:
        ```python
        import torch
        from foundations import resampled_interval

        ahead = torch.tensor([0.02, 0.00, 0.03, 0.01, 0.02])
        low, high = resampled_interval(ahead, n_train=80, n_valid=20)
        print(f"{low:.3f} to {high:.3f}")
        assert low < ahead.mean() < high
        ```

    Source:
        Nadeau and Bengio, Inference for the generalization error, 2003: https://doi.org/10.1023/A:1024068626366
    """
    check_whole_number("n_train", n_train, least=1)
    check_whole_number("n_valid", n_valid, least=1)
    return _around_mean(differences, "splits", level, n_valid / n_train)


def _wins(first: Tensor, second: Tensor) -> tuple[int, int, int]:
    """Rows on which only the first is right, only the second is, and all rows."""
    for name, right in (("first", first), ("second", second)):
        check_tensor(name, right)
        if right.dtype != torch.bool:
            raise TypeError(f"{name} must hold bools, not {right.dtype}: write {name} == targets, or the like")
        if right.ndim != 1 or len(right) == 0:
            raise ValueError(f"{name} must have shape (n_rows,) with a row or more, not {tuple(right.shape)}")
    if len(first) != len(second):
        raise ValueError(f"first and second must be of the same rows, but have {len(first)} and {len(second)}")
    first, second = first.cpu(), second.cpu()
    return int((first & ~second).sum()), int((second & ~first).sum()), len(first)


def paired_interval(first: Tensor, second: Tensor, level: float = 0.95) -> tuple[float, float]:
    """Give the interval for the difference of two accuracies that were measured on the same rows.

    Rows on which both are right, or both wrong, say nothing about the difference. So it is narrower than two
    intervals side by side would make one think. It says what more rows of this kind would show of these two models;
    how the models would differ had they been trained on other rows, `resampled_interval` says.

    Args:
        first: Whether the first model is right, for each row: bools of shape (n_rows,).
        second: Whether the second one is, on the same rows in the same order.
        level: How often such an interval should hold the true difference, between 0 and 1.

    Returns:
        The lowest and the highest difference, first minus second, that agree with what was seen.

    Raises:
        TypeError: first or second are not bools, or level is not a number.
        ValueError: They do not have one shape (n_rows,), or level is not between 0 and 1.

    Example:
        ```python
        import torch
        from foundations import paired_interval

        first = torch.tensor(30 * [True] + 10 * [False])
        second = torch.tensor(25 * [True] + 15 * [False])
        low, high = paired_interval(first, second)
        assert 0 < low < 5 / 40 < high
        ```

    Source:
        Agresti and Min, Simple improved confidence intervals for comparing matched proportions, 2005:
        https://doi.org/10.1002/sim.1781. They add half a row to each of the four kinds of rows.
    """
    from scipy.stats import norm

    only_first, only_second, n_rows = _wins(first, second)
    level = _checked_level(level)
    b, c, n = only_first + 0.5, only_second + 0.5, n_rows + 2
    middle = (b - c) / n
    half = float(norm.ppf((1 + level) / 2)) * math.sqrt(b + c - (b - c) ** 2 / n) / n
    return max(middle - half, -1.0), min(middle + half, 1.0)


def mcnemar(first: Tensor, second: Tensor) -> float:
    """Give McNemar's exact p-value: how likely so uneven a count of wins is, if both are right equally often.

    A win is a row on which one of the two is right and the other is not. If neither were better, each win would be
    a toss of a coin.

    Args:
        first: Whether the first model is right, for each row: bools of shape (n_rows,).
        second: Whether the second one is, on the same rows in the same order.

    Returns:
        The two-sided p-value, above 0 and at most 1. It is 1 where the two are right on the same rows.

    Raises:
        TypeError: first or second are not bools.
        ValueError: They do not have one shape (n_rows,).

    Example:
        ```python
        import torch
        from foundations import mcnemar

        first = torch.tensor(30 * [True] + 10 * [False])
        second = torch.tensor(25 * [True] + 15 * [False])
        assert mcnemar(first, second) == 2 * 0.5**5  # five wins to none
        ```

    Source:
        McNemar, Note on the sampling error of the difference between correlated proportions or percentages, 1947:
        https://doi.org/10.1007/BF02295996
    """
    from scipy.stats import binomtest

    only_first, only_second, _ = _wins(first, second)
    wins = only_first + only_second
    return float(binomtest(only_first, wins).pvalue) if wins else 1.0


def verdict(low: float, high: float, above: str = "is better", below: str = "is worse") -> str:
    """Say in words what an interval for a difference lets one say, and no more.

    Args:
        low: The interval's lower end.
        high: Its upper end.
        above: What is so where the difference is above 0.
        below: What is so where it is below 0.

    Returns:
        One of three sentences without their subject, such as "is better: the interval lies above 0".

    Raises:
        TypeError: low or high is not a number.
        ValueError: One is not finite, or low is above high.

    Example:
        ```python
        from foundations import verdict

        assert verdict(0.01, 0.03) == "is better: the interval lies above 0"
        assert verdict(-0.01, 0.03) == "may be better or worse: the interval contains 0"
        ```
    """
    low, high = check_number("low", low), check_number("high", high)
    if low > high:
        raise ValueError(f"low must not be above high, but {low:g} is above {high:g}")
    if low > 0:
        return f"{above}: the interval lies above 0"
    if high < 0:
        return f"{below}: the interval lies below 0"
    return "may be better or worse: the interval contains 0"
