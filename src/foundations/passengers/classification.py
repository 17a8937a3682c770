"""Measures of a classifier: how often it is right, and how far that can be trusted."""

import math

from torch import Tensor

from foundations._checks import check_float_tensor, check_number, check_tensor, check_whole_number


def accuracy(logits: Tensor, targets: Tensor) -> Tensor:
    """Measure the share of rows whose largest logit is that of the right class.

    Args:
        logits: A score for each class: floats of shape (n, n_classes). Probabilities work too: they sort alike.
        targets: The right classes by number, from 0: integers of shape (n,).

    Returns:
        A share between 0 and 1, of shape (). A row with nan is never right.

    Raises:
        TypeError: logits are not floats, or targets are not integers.
        ValueError: The shapes are others, there are no rows, or there is no logit for a target.

    Example:
        ```python
        import torch
        from foundations import accuracy

        logits = torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]])
        assert accuracy(logits, torch.tensor([0, 1, 1])) == 2 / 3
        ```
    """
    check_float_tensor("logits", logits)
    check_tensor("targets", targets)
    if targets.is_floating_point() or targets.is_complex():
        raise TypeError(f"targets must hold the numbers of classes as integers, not {targets.dtype}: use .long()")
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(
            f"logits must have shape (n, n_classes) and targets (n,), not {tuple(logits.shape)} and "
            f"{tuple(targets.shape)}"
        )
    if len(targets) == 0:
        raise ValueError("logits and targets are empty: accuracy needs at least one row")
    without = targets[(targets < 0) | (targets >= logits.shape[1])]
    if len(without):
        raise ValueError(
            f"there is a target {without[0].item()}, but logits for {logits.shape[1]} classes, numbered from 0"
        )
    right = (logits.argmax(dim=1) == targets) & ~logits.isnan().any(dim=1)
    return right.float().mean()


def wilson_interval(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Give the true shares that agree with one that was measured on n rows: a confidence interval.

    Unlike share ± z · standard error, it stays between 0 and 1, and does not shrink to nothing at the ends.

    Args:
        share: The share measured, between 0 and 1, such as an accuracy.
        n: Of how many rows, at least 1.
        z: How many standard deviations wide to each side: 1.96 for 95 %.

    Returns:
        The lowest and the highest of these shares.

    Raises:
        TypeError: share or z is not a number, or n is not a whole one.
        ValueError: share is not between 0 and 1, n is less than 1, or z is negative.

    Example:
        ```python
        from foundations import wilson_interval

        low, high = wilson_interval(0.9, n=100)
        print(f"{low:.3f} to {high:.3f}")
        assert 0.8 < low < 0.9 < high < 1
        ```

    Source:
        https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    share = check_number("share", share, least=0)
    check_whole_number("n", n, least=1)
    z = check_number("z", z, least=0)
    if share > 1:
        raise ValueError(f"share must be between 0 and 1, not {share:g}: 95 % are 0.95")
    middle = share + z**2 / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    width = 1 + z**2 / n
    return max(0.0, (middle - half) / width), min(1.0, (middle + half) / width)
