import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, LRScheduler, OneCycleLR

from foundations import constant_rate, cosine_decay, gradient_descent, linear_decay, one_cycle

Schedule = Callable[[int], float]
rates = st.floats(1e-6, 10)
lengths = st.integers(1, 400)


def of_torch(lr: float, n_steps: int, make: Callable[[torch.optim.Optimizer], LRScheduler]) -> list[float]:
    """The learning rates that an optimizer takes its steps with."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    used = []
    for _ in range(n_steps):
        used.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return used


def rates_of(schedule: Schedule, n_steps: int) -> list[float]:
    return [schedule(step) for step in range(n_steps)]


@given(lr=rates, n_steps=lengths)
def test_linear_decay_is_torchs(lr: float, n_steps: int):
    theirs = of_torch(lr, n_steps + 1, lambda o: LinearLR(o, 1.0, 0.0, n_steps))
    assert rates_of(linear_decay(lr, n_steps), n_steps + 1) == pytest.approx(theirs, rel=1e-9, abs=1e-9 * lr)


@given(lr=rates, n_steps=lengths)
def test_cosine_decay_is_torchs(lr: float, n_steps: int):
    theirs = of_torch(lr, n_steps + 1, lambda o: CosineAnnealingLR(o, n_steps))
    assert rates_of(cosine_decay(lr, n_steps), n_steps + 1) == pytest.approx(theirs, rel=1e-9, abs=1e-9 * lr)


@given(peak=rates, n_steps=st.integers(2, 400), warm_up=st.floats(0, 0.99))
def test_one_cycle_is_torchs(peak: float, n_steps: int, warm_up: float):
    if warm_up * n_steps <= 1.001:  # PyTorch divides by nearly nothing there
        return
    ours = one_cycle(peak, n_steps, warm_up=warm_up)
    theirs = of_torch(peak, n_steps, lambda o: OneCycleLR(o, peak, n_steps, pct_start=warm_up, cycle_momentum=False))
    assert rates_of(ours, n_steps) == pytest.approx(theirs, rel=1e-9, abs=1e-9 * peak)


@given(peak=rates, n_steps=st.integers(2, 400), warm_up=st.floats(0, 0.99))
def test_one_cycle_goes_up_once_and_down_once(peak: float, n_steps: int, warm_up: float):
    used = rates_of(one_cycle(peak, n_steps, warm_up=warm_up), n_steps)
    top = used.index(max(used))
    assert max(used) <= peak * (1 + 1e-12)
    assert used[: top + 1] == sorted(used[: top + 1])
    assert used[top:] == sorted(used[top:], reverse=True)
    assert used[-1] == pytest.approx(peak / 250_000)


def test_one_cycle_without_warm_up_starts_at_its_peak():
    for warm_up in (0, 0.01):
        assert one_cycle(0.5, 100, warm_up=warm_up)(0) == 0.5


@given(lr=rates, step=st.integers(0, 10**6))
def test_a_constant_rate_is_constant(lr: float, step: int):
    assert constant_rate(lr)(step) == lr


@pytest.mark.parametrize("make", [linear_decay, cosine_decay, one_cycle])
def test_after_its_end_a_schedule_stays_there(make: Callable[[float, int], Schedule]):
    schedule = make(0.5, 20)
    assert schedule(20) == schedule(21) == schedule(10_000)
    assert 0 <= schedule(20) < 1e-5


@pytest.mark.parametrize(
    "schedule", [constant_rate(0.1), linear_decay(0.1, 15), cosine_decay(0.1, 15), one_cycle(0.1, 15)]
)
def test_gradient_descent_and_an_optimizer_take_the_same_steps(schedule: Schedule):
    start = torch.tensor([3.0, -2.0], dtype=torch.float64)
    curvature = torch.tensor([1.0, 4.0], dtype=torch.float64)

    def loss_fn(params: torch.Tensor) -> torch.Tensor:
        return (curvature * params**2).sum()

    params = start.clone().requires_grad_()
    optimizer = torch.optim.SGD([params], lr=1.0)
    scheduler = LambdaLR(optimizer, schedule)
    for _ in range(15):
        optimizer.zero_grad()
        loss_fn(params).backward()
        optimizer.step()
        scheduler.step()
    torch.testing.assert_close(gradient_descent(loss_fn, start, schedule, 15).params, params.detach())


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"lr must be at least 0, not -0\.1"):
        constant_rate(-0.1)
    with pytest.raises(ValueError, match="lr must be finite, not nan"):
        linear_decay(math.nan, 10)
    with pytest.raises(TypeError, match="lr must be a number, not str"):
        cosine_decay("0.1", 10)
    with pytest.raises(TypeError, match="n_steps must be a whole number, not float"):
        linear_decay(0.1, 10.0)
    with pytest.raises(ValueError, match="n_steps must be at least 1, not 0"):
        cosine_decay(0.1, 0)
    with pytest.raises(ValueError, match="n_steps must be at least 2, not 1"):
        one_cycle(0.1, 1)
    with pytest.raises(ValueError, match="warm_up must be less than 1, the part of the steps that leads up, not 30"):
        one_cycle(0.1, 100, warm_up=30)
    with pytest.raises(ValueError, match=r"warm_up must be at least 0, not -0\.1"):
        one_cycle(0.1, 100, warm_up=-0.1)
    for schedule in (constant_rate(0.1), linear_decay(0.1, 10), one_cycle(0.1, 10)):
        with pytest.raises(ValueError, match="step must be at least 0, not -1"):
            schedule(-1)
        with pytest.raises(TypeError, match="step must be a whole number, not float"):
            schedule(0.5)
