from collections.abc import Callable
from dataclasses import FrozenInstanceError
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from foundations import (
    Descent,
    coordinate_search,
    course22_points,
    finite_difference,
    fit_quad,
    gradient_descent,
    gradient_step,
    quad_mae,
    quad_mse,
)

LIMIT = 0.2215  # 2 / the largest curvature of the MSE on the course's points
numbers = st.integers(-500, 500).map(lambda number: number / 100)


def course_loss(
    loss: Callable[[Tensor, Tensor, Tensor], Tensor], dtype: torch.dtype = torch.float64, device: str = "cpu"
) -> Callable[[Tensor], Tensor]:
    x, y = course22_points(dtype=dtype, device=device)
    return lambda params: loss(params, x, y)


def first_guess(dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.full((3,), 1.1, dtype=dtype)


def square(params: Tensor) -> Tensor:
    return (params**2).sum()


# finite_difference


@given(params=st.lists(numbers, min_size=1, max_size=4), power=st.integers(1, 4), wave=numbers)
def test_finite_difference_agrees_with_autograd(params: list[float], power: int, wave: float):
    at = torch.tensor(params, dtype=torch.float64, requires_grad=True)

    def fn(p: Tensor) -> Tensor:
        return (p**power).sum() + torch.sin(wave * p).prod()

    (expected,) = torch.autograd.grad(fn(at), at)
    torch.testing.assert_close(finite_difference(fn, at), expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_finite_difference_of_mae_at_the_first_guess(dtype: torch.dtype):
    gradient = finite_difference(course_loss(quad_mae, dtype), first_guess(dtype))
    assert gradient.dtype == dtype
    assert gradient.tolist() == pytest.approx([-1.3529, -0.0316, -0.5], abs=2e-4)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_finite_difference_has_the_shape_of_params(shape: tuple[int, ...]):
    params = torch.full(shape, 1.5, dtype=torch.float64)
    torch.testing.assert_close(finite_difference(square, params), 2 * params)


def test_finite_difference_of_a_transposed_tensor():
    params = torch.arange(6, dtype=torch.float64).reshape(2, 3).T
    torch.testing.assert_close(finite_difference(square, params), 2 * params)


def test_finite_difference_is_exact_to_the_square_of_h():
    # For p³ the central difference is 3p² + h², whatever p.
    params = torch.tensor([2.0], dtype=torch.float64)
    assert finite_difference(lambda p: (p**3).sum(), params, h=0.5).item() == pytest.approx(12.25, rel=1e-12)


def test_finite_difference_takes_plain_numbers_and_leaves_params_alone():
    params = torch.tensor([3.0, 4.0], dtype=torch.float64, requires_grad=True)
    gradient = finite_difference(lambda p: float(p[0] * p[1]), params)
    assert gradient.tolist() == pytest.approx([4, 3])
    assert not gradient.requires_grad
    assert params.tolist() == [3.0, 4.0] and params.grad is None


def test_finite_difference_names_what_is_wrong():
    params = torch.ones(3)
    with pytest.raises(ValueError, match=r"fn must give one number, not shape \(3,\): take its mean or its sum"):
        finite_difference(lambda p: p, params)
    with pytest.raises(ValueError, match="h must be more than 0, not 0"):
        finite_difference(square, params, h=0)
    with pytest.raises(ValueError, match=r"h = 1e-12 is too small to change 1 in torch\.float32"):
        finite_difference(square, params, h=1e-12)
    with pytest.raises(TypeError, match=r"params must hold floats.* int64: use params\.float\(\)"):
        finite_difference(square, torch.arange(3))
    with pytest.raises(TypeError, match="params must be a tensor, not list"):
        finite_difference(square, [1.0])


# gradient_step


@given(params=st.lists(numbers, min_size=1, max_size=4), lr=st.floats(0, 1))
def test_a_step_is_that_of_torchs_sgd(params: list[float], lr: float):
    ours = torch.tensor(params, dtype=torch.float64, requires_grad=True)
    theirs = ours.detach().clone().requires_grad_()
    square(ours).backward()
    square(theirs).backward()
    gradient_step(ours, lr)
    torch.optim.SGD([theirs], lr=lr).step()
    torch.testing.assert_close(ours, theirs, atol=1e-14, rtol=1e-14)


def test_a_step_is_in_place_unrecorded_and_zeroes_the_gradient():
    params = torch.tensor([3.0, -1.0], requires_grad=True)
    address = params.data_ptr()
    square(params).backward()
    gradient_step(params, lr=0.25)
    assert params.tolist() == [1.5, -0.5]
    assert params.data_ptr() == address
    assert params.requires_grad and params.is_leaf
    assert params.grad is not None and params.grad.tolist() == [0, 0]


def test_a_step_names_what_is_wrong():
    params = torch.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match=r"params\.grad is None: call loss\.backward\(\) before the step"):
        gradient_step(params, 0.1)
    with pytest.raises(ValueError, match=r"does not require a gradient: call params\.requires_grad_\(\)"):
        gradient_step(torch.ones(3), 0.1)
    with pytest.raises(ValueError, match="params is not a leaf"):
        gradient_step(params * 2, 0.1)
    with pytest.raises(TypeError, match="lr must be a number, not Tensor"):
        gradient_step(params, torch.tensor(0.1))
    with pytest.raises(ValueError, match=r"lr must be at least 0, not -0\.1"):
        gradient_step(params, -0.1)
    with pytest.raises(ValueError, match="lr must be finite, not inf"):
        gradient_step(params, float("inf"))
    with pytest.raises(TypeError, match="params must be a tensor, not list"):
        gradient_step([1.0], 0.1)


# gradient_descent


def test_descent_is_the_loop_written_out():
    loss_fn = course_loss(quad_mae)
    params = first_guess().requires_grad_()
    path, losses = [params.detach().clone()], []
    for _ in range(10):
        loss = loss_fn(params)
        losses.append(loss.item())
        loss.backward()
        gradient_step(params, 0.05)
        path.append(params.detach().clone())
    losses.append(loss_fn(params).item())
    descent = gradient_descent(loss_fn, first_guess(), 0.05, 10)
    assert torch.equal(descent.path, torch.stack(path))
    assert descent.losses.tolist() == losses
    assert torch.equal(descent.params, params)


@given(start=st.lists(numbers, min_size=3, max_size=3), lr=st.floats(0, 0.2), n_steps=st.integers(0, 8))
def test_each_loss_is_that_of_its_stop(start: list[float], lr: float, n_steps: int):
    loss_fn = course_loss(quad_mse)
    params = torch.tensor(start, dtype=torch.float64)
    descent = gradient_descent(loss_fn, params, lr, n_steps)
    assert descent.path.shape == (n_steps + 1, 3) and descent.losses.shape == (n_steps + 1,)
    assert torch.equal(descent.path[0], params)
    assert torch.equal(descent.path[-1], descent.params)
    assert torch.equal(descent.losses, torch.stack([loss_fn(stop) for stop in descent.path]))
    # Below the limit no step raises the loss of a bowl.
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(descent.losses.tolist()))


def test_descent_reaches_the_closed_form():
    x, y = course22_points(dtype=torch.float64)
    descent = gradient_descent(lambda p: quad_mse(p, x, y), first_guess(), lr=0.2, n_steps=300)
    torch.testing.assert_close(descent.params, fit_quad(x, y))


def test_the_learning_rate_of_mse_has_a_hard_limit():
    loss_fn = course_loss(quad_mse)
    below = gradient_descent(loss_fn, first_guess(), 0.99 * LIMIT, 400)
    above = gradient_descent(loss_fn, first_guess(), 1.01 * LIMIT, 400)
    assert below.losses[-1] < below.losses[0]
    assert above.losses[-1] > 1000 * above.losses[0]


def test_a_loss_that_is_not_finite_does_not_end_the_walk():
    descent = gradient_descent(course_loss(quad_mse, torch.float32), first_guess(torch.float32), 0.3, 400)
    assert descent.losses.shape == (401,)
    assert descent.params.isnan().all()


def test_gradients_that_add_up_are_momentum_one():
    loss_fn = course_loss(quad_mae)
    descent = gradient_descent(loss_fn, first_guess(), 0.01, 30, zero_grad=False)
    params = first_guess().requires_grad_()
    optimiser = torch.optim.SGD([params], lr=0.01, momentum=1)
    for stop in descent.path[1:]:
        optimiser.zero_grad()
        loss_fn(params).backward()
        optimiser.step()
        torch.testing.assert_close(stop, params.detach())
    assert not torch.allclose(descent.params, gradient_descent(loss_fn, first_guess(), 0.01, 30).params)


def test_a_learning_rate_may_change_from_step_to_step():
    asked = []

    def halving(step: int) -> float:
        asked.append(step)
        return 0.25 * 0.5**step

    descent = gradient_descent(square, torch.tensor([8.0]), halving, 3)
    assert asked == [0, 1, 2]
    assert descent.path.flatten().tolist() == [8.0, 4.0, 3.0, 2.625]


def test_a_schedule_lets_mae_settle():
    loss_fn = course_loss(quad_mae)
    constant = gradient_descent(loss_fn, first_guess(), 0.5, 400)
    decaying = gradient_descent(loss_fn, first_guess(), lambda step: 0.5 * (1 - step / 400), 400)
    assert constant.losses[-50:].max() > 1.0
    assert decaying.losses[-1].item() == pytest.approx(0.986, abs=1e-3)


def test_tolerance_stops_before_the_step():
    # The gradient, 2p, is 16, 8, 4, 2: the walk stops where it is 4.
    descent = gradient_descent(square, torch.tensor([8.0]), 0.25, 100, tolerance=5)
    assert descent.path.flatten().tolist() == [8.0, 4.0, 2.0]
    assert descent.losses.tolist() == [64.0, 16.0, 4.0]
    everything = gradient_descent(square, torch.tensor([8.0]), 0.25, 3, tolerance=0)
    assert len(everything.losses) == 4


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_descent_keeps_shape_and_dtype_and_its_start(shape: tuple[int, ...]):
    params = torch.full(shape, 8.0, dtype=torch.float64, requires_grad=True)
    with torch.no_grad():
        descent = gradient_descent(square, params, 0.25, 2)
    assert descent.params.shape == shape and descent.path.shape == (3, *shape)
    assert descent.params.dtype == descent.path.dtype == descent.losses.dtype == torch.float64
    assert not (descent.params.requires_grad or descent.path.requires_grad or descent.losses.requires_grad)
    assert params.grad is None
    assert torch.equal(params, torch.full(shape, 8.0, dtype=torch.float64))


def test_a_descent_is_frozen_and_short_to_print():
    descent = gradient_descent(square, torch.tensor([8.0]), 0.25, 1)
    assert repr(descent) == "Descent(params=tensor([4.]))"
    with pytest.raises(FrozenInstanceError):
        descent.params = torch.zeros(1)  # type: ignore[misc]


def test_descent_names_what_is_wrong():
    params = torch.ones(3)
    other = torch.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match=r"loss_fn must give one number, not shape \(3,\): take its mean"):
        gradient_descent(lambda p: p**2, params, 0.1, 1)
    with pytest.raises(TypeError, match="loss_fn must give a tensor, not float"):
        gradient_descent(lambda p: 1.0, params, 0.1, 1)  # type: ignore[return-value]
    with pytest.raises(ValueError, match="the loss does not depend on params"):
        gradient_descent(lambda p: square(p.detach()), params, 0.1, 1)
    with pytest.raises(ValueError, match="the loss does not depend on params"):
        gradient_descent(lambda p: square(other), params, 0.1, 1)
    with pytest.raises(TypeError, match=r"params must hold floats.* int64"):
        gradient_descent(square, torch.arange(3), 0.1, 1)
    with pytest.raises(ValueError, match="n_steps must be at least 0, not -1"):
        gradient_descent(square, params, 0.1, -1)
    with pytest.raises(TypeError, match="n_steps must be a whole number, not float"):
        gradient_descent(square, params, 0.1, 1.5)
    with pytest.raises(ValueError, match=r"lr must be at least 0, not -0\.1"):
        gradient_descent(square, params, -0.1, 1)
    with pytest.raises(TypeError, match="lr must be a number, not str"):
        gradient_descent(square, params, "0.1", 1)
    with pytest.raises(ValueError, match=r"lr\(1\) must be at least 0, not -0\.5"):
        gradient_descent(square, params, lambda step: 0.5 - step, 2)
    with pytest.raises(ValueError, match="tolerance must be at least 0"):
        gradient_descent(square, params, 0.1, 1, tolerance=-1)
    with pytest.raises(ValueError, match="tolerance needs zero_grad=True"):
        gradient_descent(square, params, 0.1, 1, tolerance=0.1, zero_grad=False)


# coordinate_search


def grid_search(loss_fn: Callable[[Tensor], Tensor], descent: Descent, order: list[int], grid: Tensor) -> None:
    """Check every move of a search against the loss at every position."""
    for index, before, after in zip(order, descent.path, descent.path[1:], strict=False):
        tried = before.repeat(len(grid), 1)
        tried[:, index] = grid
        least = torch.stack([loss_fn(params) for params in [before, *tried]]).min()
        others = torch.arange(len(before)) != index
        assert torch.equal(after[others], before[others])
        assert loss_fn(after) == least


@given(
    start=st.lists(numbers, min_size=3, max_size=3),
    order=st.permutations([0, 1, 2]),
    rounds=st.integers(0, 2),
)
@settings(max_examples=20)
def test_search_keeps_the_best_position_of_each_slider(start: list[float], order: list[int], rounds: int):
    loss_fn = course_loss(quad_mae)
    params = torch.tensor(start, dtype=torch.float64)
    search = coordinate_search(loss_fn, params, order=order, rounds=rounds, step=0.5, low=-1, high=4)
    assert search.path.shape == (3 * rounds + 1, 3)
    assert torch.equal(search.path[0], params) and torch.equal(search.path[-1], search.params)
    assert torch.equal(search.losses, torch.stack([loss_fn(stop) for stop in search.path]))
    assert search.losses.tolist() == sorted(search.losses.tolist(), reverse=True)
    grid_search(loss_fn, search, order * rounds, torch.arange(-1, 4.25, 0.5, dtype=torch.float64))


def test_search_by_hand_needs_rounds_and_depends_on_the_order():
    loss_fn = course_loss(quad_mae)

    def search(order: list[int], rounds: int) -> Descent:
        return coordinate_search(loss_fn, first_guess(), order=order, rounds=rounds, low=-1.1, high=3.3)

    forwards, backwards = search([0, 1, 2], 1), search([2, 1, 0], 1)
    assert not torch.allclose(forwards.params, backwards.params)
    assert search([0, 1, 2], 2).losses[-1] < forwards.losses[-1]


def test_search_reaches_both_ends_and_may_have_a_range_for_each():
    def far(params: Tensor) -> float:
        return float(-params.abs().sum())

    up = coordinate_search(far, torch.zeros(2, dtype=torch.float64), low=[0, 0], high=[0.3, 0.7])
    assert up.params.tolist() == pytest.approx([0.3, 0.7])
    down = coordinate_search(far, torch.zeros(2, dtype=torch.float64), low=(-0.3, -0.7), high=0)
    assert down.params.tolist() == pytest.approx([-0.3, -0.7])


def test_search_stays_where_nothing_is_better():
    start = torch.tensor([0.123, -0.456])
    search = coordinate_search(lambda p: 1.0, start, low=-1, high=1)
    assert torch.equal(search.params, start)


def test_search_leaves_a_start_whose_loss_is_nan():
    search = coordinate_search(lambda p: square(p).log(), torch.tensor([torch.nan]), step=1, low=1, high=3)
    assert search.params.tolist() == [1.0]


def test_search_names_what_is_wrong():
    params = torch.ones(3)
    with pytest.raises(ValueError, match=r"params must have shape \(n,\), with n at least 1, not \(3, 1\)"):
        coordinate_search(square, params[:, None], low=0, high=1)
    with pytest.raises(ValueError, match="low must be one number or 3, one for each parameter, not 2"):
        coordinate_search(square, params, low=[0, 0], high=1)
    with pytest.raises(ValueError, match="low must not be above high, but 2 is above 1"):
        coordinate_search(square, params, low=2, high=1)
    with pytest.raises(ValueError, match="step must be more than 0, not 0"):
        coordinate_search(square, params, step=0, low=0, high=1)
    with pytest.raises(ValueError, match="order names parameter 3, but there are 3, counted from 0"):
        coordinate_search(square, params, order=[0, 3], low=0, high=1)
    with pytest.raises(ValueError, match="rounds must be at least 0, not -1"):
        coordinate_search(square, params, rounds=-1, low=0, high=1)
    with pytest.raises(ValueError, match=r"loss_fn must give one number, not shape \(3,\)"):
        coordinate_search(lambda p: p, params, low=0, high=1)
    with pytest.raises(TypeError, match=r"params must hold floats.* int64"):
        coordinate_search(square, torch.arange(3), low=0, high=1)


@pytest.mark.cuda
def test_descent_and_search_on_a_gpu():
    on_gpu, on_cpu = course_loss(quad_mse, device="cuda"), course_loss(quad_mse)
    start = first_guess().cuda()
    descent = gradient_descent(on_gpu, start, 0.1, 20)
    assert descent.params.is_cuda and descent.path.is_cuda and descent.losses.is_cuda
    torch.testing.assert_close(descent.path.cpu(), gradient_descent(on_cpu, first_guess(), 0.1, 20).path)
    search = coordinate_search(on_gpu, start, low=-1.1, high=3.3)
    assert search.path.is_cuda and search.losses.is_cuda
    torch.testing.assert_close(search.path.cpu(), coordinate_search(on_cpu, first_guess(), low=-1.1, high=3.3).path)
    slope = finite_difference(on_gpu, start)
    assert slope.is_cuda
    torch.testing.assert_close(slope.cpu(), finite_difference(on_cpu, first_guess()))
