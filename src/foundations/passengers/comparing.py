"""Comparing models on splits of one list: an interval for the difference, and what it lets one say."""

import math

from torch import Tensor

from foundations._checks import check_float_tensor, check_number, check_whole_number


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
    from scipy.stats import t as student

    check_float_tensor("differences", differences)
    if differences.ndim != 1 or len(differences) < 2:
        raise ValueError(
            f"differences must have shape (n_splits,) with two splits or more, not {tuple(differences.shape)}"
        )
    if not differences.isfinite().all():
        raise ValueError("a difference is not finite: leave out no split, and look why its score is not a number")
    check_whole_number("n_train", n_train, least=1)
    check_whole_number("n_valid", n_valid, least=1)
    level = check_number("level", level, least=0)
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, not {level:g}: 95 % are 0.95")
    n_splits = len(differences)
    values = differences.detach().cpu().double()  # on the CPU: some devices have no float64
    spread = values.std().item() * math.sqrt(1 / n_splits + n_valid / n_train)
    half = student.ppf((1 + level) / 2, n_splits - 1) * spread
    middle = values.mean().item()
    return middle - half, middle + half


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
