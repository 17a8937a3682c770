"""The exercises of Gradient descent."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations.curves.descent import finite_difference, gradient_descent
from foundations.curves.losses import mse, quad_mse
from foundations.curves.quadratic import course22_points
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    attempt,
    call,
    compare,
    described,
    diabetes,
    exercise,
    near,
    number,
    numbers,
    values,
)


def _start() -> Tensor:
    return torch.tensor([1.1, 1.1, 1.1])


def _mse(params: Tensor) -> Tensor:
    return quad_mse(params, *course22_points())


@exercise
def mean_of_squares(answer: object) -> str:
    """The gradient of the mean of x² at 1, 2, 3."""
    if answer is None:
        raise NotYet("None: backward() gives nothing back, and leaves the gradient in .grad of the tensor you watched")
    x = torch.tensor([1.0, 2.0, 3.0])
    if isinstance(answer, Tensor | float | int) and (not isinstance(answer, Tensor) or answer.numel() == 1):
        value = "the value of z" if near([number(answer)], [(x**2).mean().item()]) else "not enough"
        raise NotYet(f"one number is {value}; the gradient has one slope for each of the three x")
    compare(
        numbers(answer, 3, "the gradient"),
        (2 * x / 3).tolist(),
        {
            "that is the gradient of the sum. In the mean, each x² counts for a third": (2 * x).tolist(),
            "twice too much: did backward() run twice, and add to what was there?": (4 * x / 3).tolist(),
            "the sign: a larger x makes z larger here": (-2 * x / 3).tolist(),
            "that is the gradient of the mean of 2x; here each x is squared": [2 / 3] * 3,
            "those are thirds of the squares; the gradient is made of their slopes": (x**2 / 3).tolist(),
            "a factor is missing: what is the slope of x²?": (x / 3).tolist(),
            "those are the three x themselves": x.tolist(),
        },
        "not these: each x² counts for a third of z, so take a third of the slope of x², at x = 1, 2 and 3",
        decimals=2,
    )
    return "each x² counts for a third and has the slope 2x. That makes 2x/3"


@exercise
def descend(answer: object) -> str:
    """A function of loss_fn, start, lr, n_steps: where gradient descent ends."""

    def bowl(p: Tensor) -> Tensor:
        return ((p - torch.tensor([1.0, -2.0])) ** 2 * torch.tensor([1.0, 3.0])).sum()

    far, near_by = torch.tensor([4.0, 3.0]), torch.tensor([1.01, -2.0])
    for start, lr, n_steps in ((far, 0.1, 3), (far, 0.4, 4), (near_by, 0.2, 3)):  # the second runs away
        _judge_descent(answer, bowl, start, lr, n_steps)
    return "minus the learning rate times a fresh gradient, n_steps times, and the start is left as it was"


def _judge_descent(answer: object, bowl: Callable[[Tensor], Tensor], start: Tensor, lr: float, n_steps: int) -> None:
    result = call(answer, bowl, start, lr, n_steps)
    if isinstance(result, Tensor) and result.shape == ():
        raise NotYet("it gives one number, perhaps the loss; the parameters at the end are asked for")
    output = values(result, start.shape, "what it gives")
    uphill = start.clone()
    one = gradient_descent(bowl, start, lr, 1).params
    for _ in range(n_steps):
        uphill += lr * finite_difference(bowl, uphill)
    compare(
        output,
        gradient_descent(bowl, start, lr, n_steps).params.tolist(),
        {
            "the parameters have not moved. Is there a step, and a gradient left to take it by?": start.tolist(),
            "after the first step it goes too far: backward() adds to the gradient that is there already": (
                gradient_descent(bowl, start, lr, n_steps, zero_grad=False).params.tolist()
            ),
            "it walks uphill: which sign belongs to a step that lowers the loss?": uphill.tolist(),
            f"that is where one step ends, and {n_steps} are wanted: does the function return within its loop?": (
                one.tolist()
            ),
            "it takes one step too few": gradient_descent(bowl, start, lr, n_steps - 1).params.tolist(),
            "it takes one step too many": gradient_descent(bowl, start, lr, n_steps + 1).params.tolist(),
            "the learning rate is left out: a step is only a part of the gradient": gradient_descent(
                bowl, start, 1.0, n_steps
            ).params.tolist(),
            "it gives the last gradient; the parameters are asked for": finite_difference(
                bowl, gradient_descent(bowl, start, lr, n_steps - 1).params
            ).tolist(),
        },
        f"from {[round(each, 4) for each in start.tolist()]} {n_steps} steps with lr {lr:g} should not end at "
        f"{[round(each, 4) for each in output]}: does each step take lr times a fresh gradient away?",
        within=1e-4,
    )
    kept = start.clone()
    attempt(answer, bowl, kept, lr, n_steps)
    if kept.requires_grad or kept.grad is not None:
        raise NotYet(
            "it ends where it should, but start is not as it was: autograd watches it now"
            + (", and a gradient stands in its .grad" if kept.grad is not None else "")
            + ". Work on a copy, with clone()"
        )


def _rate(key: Any) -> object:
    """A learning rate, also where it is written as text, or comes from a float32 tensor."""
    try:
        return round(float(key), 6)
    except (TypeError, ValueError, RuntimeError):
        return key


@exercise
def steps_to_tolerance(answer: object) -> str:
    """Learning rates, each with the steps that gradient descent takes to a tolerance of 0.001."""
    lrs = [0.05, 0.1, 0.2, 0.22]
    if isinstance(answer, list | tuple | Tensor | np.ndarray):
        answer = dict(zip(lrs, numbers(answer, 4, "the steps"), strict=True))
    if hasattr(type(answer), "to_dict"):  # a column of pandas, by its index
        answer = answer.to_dict()  # type: ignore[attr-defined]
    if not isinstance(answer, dict):
        raise NotYet(f"the answer should be a dict, {{learning rate: steps}}, not {described(answer)}")
    answer = {_rate(key): steps for key, steps in answer.items()}
    if missing := [lr for lr in lrs if lr not in answer]:
        why = ": the keys should be the rates" if missing == lrs else ""
        raise NotYet(f"the steps for lr = {', '.join(map(str, missing))} are missing{why}")
    output = [numbers(answer[lr], 1, f"the steps for lr = {lr}")[0] for lr in lrs]
    right = [_steps(lr) for lr in lrs]
    apart = [have - want for have, want in zip(output, right, strict=True)]
    if apart == [1, 1, 1, 1]:
        raise NotYet("one too many each: a path of n steps has n + 1 stops, the start included")
    if apart == [-1, -1, -1, -1]:
        raise NotYet("one too few each: the step that reaches the tolerance counts, too")
    if len(set(output)) == 1:
        raise NotYet("all four are the same number of steps: has the walk a tolerance, which stops it early?")
    if all(abs(each) <= 1 for each in apart):  # rounding may cost or save a step on another machine
        return (
            f"{', '.join(str(round(each)) for each in output)}: close to the limit, each step jumps across the valley"
        )
    if all(have == min(want, max(output)) for have, want in zip(output, right, strict=True)):
        raise NotYet(f"a walk was cut off after {max(output):g} steps, before it reached the tolerance: allow more")
    lr, wrong = next(each for *each, off in zip(lrs, output, apart, strict=True) if abs(off) > 1)
    raise NotYet(f"{wrong:g} steps with lr {lr}: is it the mean squared error, from 1.1, to a tolerance of 0.001?")


@cache
def _steps(lr: float) -> int:
    return len(gradient_descent(_mse, _start(), lr, 2000, tolerance=0.001).path) - 1


@exercise
def progression(answer: object) -> str:
    """The linear model with the least mean squared error for the diabetes targets."""
    inputs, target = diabetes(2, 3)

    def loss(params: Tensor) -> Tensor:
        return mse(inputs @ params[:2] + params[2], target)

    output = numbers(
        answer,
        3,
        "the parameters",
        not_finite="the walk ran away. The learning rate must be below 2/λ of the largest λ",
    )
    design = torch.hstack([inputs, torch.ones(len(inputs), 1)])
    u, v, w = torch.linalg.lstsq(design, target[:, None], driver="gelsd").solution[:, 0].tolist()
    steepness = finite_difference(loss, torch.tensor(output)).norm().item()
    if max(map(abs, output)) > 1000:
        raise NotYet(
            f"{max(output, key=abs):.4g} is far beyond every bottom: did the walk run away? The learning rate must be "
            "below 2/λ of the largest λ"
        )
    compare(
        output,
        [u, v, w],
        {
            "u and v have changed places: u belongs to the body mass index": [v, u, w],
            "w is missing: with all inputs at their mean of 0, what would be predicted?": [u, v, 0],
            "w comes last": [w, u, v],
            "that is where the walk began": [0, 0, 0],
        },
        f"not the bottom yet: the gradient is {steepness:.3g} long. Is each gradient fresh, and are the steps enough?",
        decimals=2,
    )
    return f"the same as the closed form, ({u:.2f}, {v:.2f}, {w:.2f})"
