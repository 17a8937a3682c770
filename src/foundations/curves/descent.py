"""Gradient descent, the check of its gradients, and the search by hand that it replaces."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_number, check_whole_number

NO_GRADIENT = "the loss does not depend on params: loss_fn must calculate it from the tensor that it is given"


@dataclass(frozen=True, eq=False)
class Descent:
    """The way that parameters went downhill, with the loss at every stop.

    Attributes:
        params: The final parameters.
        path: The parameters at every stop, the start included: shape (n + 1, *params.shape) after n steps.
        losses: The loss at each of them: shape (n + 1,).

    Example:
        ```python
        import torch
        from foundations import gradient_descent

        descent = gradient_descent(lambda p: (p**2).sum(), torch.tensor([4.0]), lr=0.25, n_steps=2)
        assert descent.path.tolist() == [[4.0], [2.0], [1.0]]
        assert descent.losses.tolist() == [16.0, 4.0, 1.0]
        assert descent.params.tolist() == [1.0]
        ```
    """

    params: Tensor
    path: Tensor = field(repr=False)
    losses: Tensor = field(repr=False)


def finite_difference(fn: Callable[[Tensor], Tensor | float], params: Tensor, h: float | None = None) -> Tensor:
    """Estimate the gradient of fn at params by moving one parameter at a time a little up and a little down.

    The slope of one parameter is (fn(params + h) − fn(params − h)) / 2h: a central difference. It needs two
    calls of fn for each parameter, and no autograd. float64 gives far more correct digits than float32.

    Args:
        fn: Takes params, gives one number.
        params: Floats of any shape.
        h: How far to move each way; a good size for the dtype and for each parameter's size where it is None.

    Returns:
        The gradient, with the shape, dtype and device of params.

    Raises:
        TypeError: params is not a tensor of floats, or h is not a number.
        ValueError: fn gives more than one number, or h is not positive, or too small to change a parameter.

    Example:
        ```python
        import torch
        from foundations import finite_difference

        params = torch.tensor([1.0, 2.0], dtype=torch.float64)
        slope = finite_difference(lambda p: (p**2).sum(), params)
        assert torch.allclose(slope, 2 * params)
        ```

    Source:
        https://en.wikipedia.org/wiki/Numerical_differentiation
    """
    check_float_tensor("params", params)
    if h is not None and check_number("h", h) <= 0:
        raise ValueError(f"h must be more than 0, not {h:g}")
    with torch.no_grad():
        point = params.detach().clone(memory_format=torch.contiguous_format)
        slopes = torch.empty_like(point)
        for i, value in enumerate(point.flatten().tolist()):
            step = h if h is not None else torch.finfo(point.dtype).eps ** (1 / 3) * max(1.0, abs(value))
            up, down = point.clone(), point.clone()
            up.view(-1)[i] += step
            down.view(-1)[i] -= step
            width = float(up.view(-1)[i]) - float(down.view(-1)[i])  # 2h, as the dtype rounds it
            if width == 0:
                raise ValueError(f"h = {step:g} is too small to change {value:g} in {point.dtype}")
            slopes.view(-1)[i] = (_one_number("fn", fn(up)) - _one_number("fn", fn(down))) / width
    return slopes


def gradient_step(params: Tensor, lr: float) -> None:
    """Take one step downhill: params −= lr · params.grad, then set the gradient to zero.

    Both happen in place, and autograd does not record them.

    Args:
        params: A tensor with `requires_grad`, whose gradient `backward()` has just filled.
        lr: The learning rate: which part of the gradient to step by, 0 or more.

    Raises:
        TypeError: params is not a tensor of floats, or lr is not a number.
        ValueError: params has no gradient, or lr is negative or not finite.

    Example:
        ```python
        import torch
        from foundations import gradient_step

        params = torch.tensor([3.0], requires_grad=True)
        loss = (params**2).sum()
        loss.backward()
        gradient_step(params, lr=0.1)
        assert torch.allclose(params, torch.tensor([2.4]))
        assert params.grad == 0
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    check_float_tensor("params", params)
    lr = check_number("lr", lr, least=0)
    if not params.requires_grad:
        raise ValueError("params does not require a gradient: call params.requires_grad_() before the loss")
    if not params.is_leaf:
        raise ValueError(
            "params is not a leaf: it is the result of a calculation, so backward() leaves no gradient in it"
        )
    if params.grad is None:
        raise ValueError("params.grad is None: call loss.backward() before the step")
    with torch.no_grad():
        params -= lr * params.grad
        params.grad.zero_()


def gradient_descent(
    loss_fn: Callable[[Tensor], Tensor],
    params: Tensor,
    lr: float | Callable[[int], float],
    n_steps: int,
    *,
    zero_grad: bool = True,
    tolerance: float | None = None,
) -> Descent:
    """Walk downhill for some steps, and keep every stop.

    It works on a copy of params. A loss that becomes inf or nan does not end the walk: too large a learning
    rate shows in the result.

    Args:
        loss_fn: Takes params, gives the loss as a tensor of shape ().
        params: Where to start: floats of any shape.
        lr: The learning rate, or a function that gives it for step 0, 1, 2 and so on.
        n_steps: How many steps to take, 0 or more.
        zero_grad: Whether to set the gradient to zero after each step. Where it is False, gradients add up
            from step to step, which is gradient descent with momentum 1.
        tolerance: Stop before a step where the gradient's length is less than this; never where it is None.

    Returns:
        The final parameters, the path and the losses; they need no gradient.

    Raises:
        TypeError: params is not a tensor of floats, loss_fn does not give a tensor, or a number is not one.
        ValueError: The loss is not one number or does not depend on params, a number is out of range, or
            there is a tolerance for gradients that add up.

    Example:
        ```python
        import torch
        from foundations import gradient_descent

        descent = gradient_descent(lambda p: ((p - 3) ** 2).sum(), torch.tensor([0.0]), lr=0.1, n_steps=50)
        assert torch.allclose(descent.params, torch.tensor([3.0]), atol=1e-3)
        assert len(descent.losses) == 51
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    check_float_tensor("params", params)
    check_whole_number("n_steps", n_steps)
    if not callable(lr):
        check_number("lr", lr, least=0)
    if tolerance is not None:
        check_number("tolerance", tolerance, least=0)
        if not zero_grad:
            raise ValueError("tolerance needs zero_grad=True: gradients that add up are not the loss's gradient")
    current = params.detach().clone().requires_grad_()
    path, losses = [current.detach().clone()], []
    with torch.enable_grad():
        for step in range(n_steps):
            loss = _loss_with_gradient(loss_fn, current)
            losses.append(loss.detach())
            loss.backward()
            if current.grad is None:
                raise ValueError(NO_GRADIENT)
            if tolerance is not None and torch.linalg.vector_norm(current.grad) < tolerance:
                break
            rate = check_number(f"lr({step})", lr(step), least=0) if callable(lr) else lr
            with torch.no_grad():
                current -= rate * current.grad
                if zero_grad:
                    current.grad.zero_()
            path.append(current.detach().clone())
        else:
            losses.append(_loss_with_gradient(loss_fn, current).detach())
    return Descent(params=path[-1].clone(), path=torch.stack(path), losses=torch.stack(losses))


def coordinate_search(
    loss_fn: Callable[[Tensor], Tensor | float],
    params: Tensor,
    *,
    order: Iterable[int] | None = None,
    rounds: int = 1,
    step: float = 0.1,
    low: float | Sequence[float],
    high: float | Sequence[float],
) -> Descent:
    """Search as a hand at sliders does: one parameter at a time, through all its positions, keeping the best.

    A slider stands at low, low + step, low + 2·step, and so on up to high. A parameter stays where it is
    unless a position is better, so the loss never rises.

    Args:
        loss_fn: Takes params, gives one number.
        params: Where to start: floats of shape (n,).
        order: Which parameters to move in a round, by index; 0, 1, … n − 1 where it is None.
        rounds: How many times to go through them.
        step: Distance between two positions, more than 0.
        low: The lowest position: one number, or one for each parameter.
        high: The highest position: one number, or one for each parameter.

    Returns:
        The final parameters, and the parameters and the loss at the start and after each slider: path has
        shape (rounds · len(order) + 1, n).

    Raises:
        TypeError: params is not a tensor of floats, or a number is not one.
        ValueError: params has another shape, a number is out of range, or loss_fn gives more than one number.

    Example:
        ```python
        import torch
        from foundations import coordinate_search

        def bowl(p):
            return (p[0] - 0.5) ** 2 + (p[1] + 1) ** 2

        search = coordinate_search(bowl, torch.zeros(2), step=0.5, low=-2, high=2)
        assert search.params.tolist() == [0.5, -1.0]
        assert search.losses.tolist() == [1.25, 1.0, 0.0]
        ```

    Source:
        https://en.wikipedia.org/wiki/Coordinate_descent
    """
    check_float_tensor("params", params)
    if params.ndim != 1 or len(params) == 0:
        raise ValueError(f"params must have shape (n,), with n at least 1, not {tuple(params.shape)}")
    n = len(params)
    check_whole_number("rounds", rounds)
    if check_number("step", step) <= 0:
        raise ValueError(f"step must be more than 0, not {step:g}")
    order = list(range(n)) if order is None else list(order)
    for index in order:
        check_whole_number("an index in order", index)
        if index >= n:
            raise ValueError(f"order names parameter {index}, but there are {n}, counted from 0")
    positions = [
        _positions(least, most, step) for least, most in zip(_ends("low", low, n), _ends("high", high, n), strict=True)
    ]
    with torch.no_grad():
        current = params.detach().clone()
        best = _one_number("loss_fn", loss_fn(current.clone()))
        path, losses = [current.clone()], [best]
        for index in order * rounds:
            for position in positions[index]:
                candidate = current.clone()
                candidate[index] = position
                loss = _one_number("loss_fn", loss_fn(candidate.clone()))
                if loss < best or (math.isnan(best) and not math.isnan(loss)):
                    current, best = candidate, loss
            path.append(current.clone())
            losses.append(best)
    return Descent(
        params=current, path=torch.stack(path), losses=torch.tensor(losses, dtype=current.dtype, device=current.device)
    )


def _loss_with_gradient(loss_fn: Callable[[Tensor], Tensor], params: Tensor) -> Tensor:
    loss = loss_fn(params)
    if not isinstance(loss, Tensor):
        raise TypeError(f"loss_fn must give a tensor, not {type(loss).__name__}: autograd cannot follow it")
    if loss.shape != ():
        raise ValueError(f"loss_fn must give one number, not shape {tuple(loss.shape)}: take its mean or its sum")
    if not loss.requires_grad:
        raise ValueError(NO_GRADIENT)
    return loss


def _one_number(name: str, value: Tensor | float) -> float:
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError(f"{name} must give one number, not shape {tuple(value.shape)}: take its mean or its sum")
    return float(value)


def _ends(name: str, value: float | Sequence[float], n: int) -> list[float]:
    if not isinstance(value, Sequence):
        return [check_number(name, value)] * n
    if len(value) != n:
        raise ValueError(f"{name} must be one number or {n}, one for each parameter, not {len(value)}")
    return [check_number(name, each) for each in value]


def _positions(low: float, high: float, step: float) -> list[float]:
    if low > high:
        raise ValueError(f"low must not be above high, but {low:g} is above {high:g}")
    n_steps = math.floor((high - low) / step + 1e-9)  # 0.3 / 0.1 is a little less than 3
    return [low + i * step for i in range(n_steps + 1)]
