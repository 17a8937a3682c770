"""Schedules: learning rates that change from step to step.

Each function makes a schedule, a function of the step. `gradient_descent(lr=...)` takes it as it is. An optimizer of
PyTorch takes it through `LambdaLR`, with a learning rate of 1 of its own, by which the schedule is multiplied.
"""

import math
from collections.abc import Callable

from foundations._checks import check_number, check_whole_number

Schedule = Callable[[int], float]


def constant_rate(lr: float) -> Schedule:
    """Make the schedule that stays where it is.

    Args:
        lr: The learning rate of every step, 0 or more.

    Returns:
        A function that takes the step, 0, 1, 2 and so on, and gives its learning rate.

    Raises:
        TypeError: lr is not a number.
        ValueError: lr is negative or not finite.

    Example:
        ```python
        from foundations import constant_rate

        schedule = constant_rate(0.1)
        assert schedule(0) == schedule(99) == 0.1
        ```
    """
    rate = check_number("lr", lr, least=0)

    def schedule(step: int) -> float:
        check_whole_number("step", step)
        return rate

    return schedule


def linear_decay(lr: float, n_steps: int) -> Schedule:
    """Make a schedule that falls to 0 in a straight line.

    Args:
        lr: The learning rate of step 0, 0 or more.
        n_steps: The step at which it has reached 0, where it stays. The last of n_steps steps takes lr / n_steps.

    Returns:
        A function that takes the step, 0, 1, 2 and so on, and gives its learning rate.

    Raises:
        TypeError: lr is not a number, or n_steps is not a whole one.
        ValueError: lr is negative or not finite, or n_steps is less than 1.

    Example:
        ```python
        from foundations import linear_decay

        schedule = linear_decay(0.5, n_steps=4)
        assert [schedule(step) for step in range(4)] == [0.5, 0.375, 0.25, 0.125]
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html
    """
    return _from_to(check_number("lr", lr, least=0), n_steps, lambda part: 1 - part)


def cosine_decay(lr: float, n_steps: int) -> Schedule:
    """Make a schedule that falls to 0 along half a wave of a cosine: slowly, then fast, then slowly.

    Args:
        lr: The learning rate of step 0, 0 or more.
        n_steps: The step at which it has reached 0, where it stays.

    Returns:
        A function that takes the step, 0, 1, 2 and so on, and gives its learning rate.

    Raises:
        TypeError: lr is not a number, or n_steps is not a whole one.
        ValueError: lr is negative or not finite, or n_steps is less than 1.

    Example:
        ```python
        from foundations import cosine_decay

        schedule = cosine_decay(0.5, n_steps=4)
        assert [round(schedule(step), 3) for step in range(5)] == [0.5, 0.427, 0.25, 0.073, 0.0]
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html
    """
    return _from_to(check_number("lr", lr, least=0), n_steps, _half_wave)


def one_cycle(peak: float, n_steps: int, *, warm_up: float = 0.3) -> Schedule:
    """Make the one-cycle schedule: up to a peak first, then down to nearly 0, each along half a wave of a cosine.

    It starts at peak / 25 and ends, at the last of n_steps steps, at peak / 250,000, as PyTorch's OneCycleLR does.

    Args:
        peak: The highest learning rate, 0 or more.
        n_steps: How many steps the schedule takes; after them it stays at its end.
        warm_up: Which part of them leads up, from 0 to less than 1. Where it makes no more than a step, the schedule
            starts at the peak.

    Returns:
        A function that takes the step, 0, 1, 2 and so on, and gives its learning rate.

    Raises:
        TypeError: peak or warm_up is not a number, or n_steps is not a whole one.
        ValueError: peak is negative or not finite, n_steps is less than 2, or warm_up lies outside.

    Example:
        ```python
        from foundations import one_cycle

        schedule = one_cycle(1.0, n_steps=100)
        assert schedule(0) == 1 / 25
        assert schedule(29) == 1
        assert schedule(99) < 1e-5
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
    """
    peak = check_number("peak", peak, least=0)
    check_whole_number("n_steps", n_steps, least=2)
    if check_number("warm_up", warm_up, least=0) >= 1:
        raise ValueError(f"warm_up must be less than 1, the part of the steps that leads up, not {warm_up:g}")
    top, last = max(warm_up * n_steps - 1, 0.0), n_steps - 1
    start, end = peak / 25, peak / 250_000

    def schedule(step: int) -> float:
        check_whole_number("step", step)
        if step < top:
            return start + (peak - start) * (1 - _half_wave(step / top))
        return end + (peak - end) * _half_wave(min((step - top) / (last - top), 1.0))

    return schedule


def _from_to(lr: float, n_steps: int, shape: Callable[[float], float]) -> Schedule:
    check_whole_number("n_steps", n_steps, least=1)

    def schedule(step: int) -> float:
        check_whole_number("step", step)
        return lr * shape(min(step / n_steps, 1.0))

    return schedule


def _half_wave(part: float) -> float:
    """From 1 at 0 to 0 at 1, level at both ends."""
    return (1 + math.cos(math.pi * part)) / 2
