"""The exercises of Optimisers and schedules: a step with momentum, one of AdamW, a schedule, and steps counted."""

from collections.abc import Callable, Iterable
from functools import cache

import torch
from torch import Tensor

from foundations.curves.losses import mse
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    all_apart,
    call,
    compare,
    data_set,
    described,
    exercise,
    number,
    numbers,
    several,
    values,
)


@exercise
def momentum_step(answer: object) -> str:
    """A function of params, velocity, slopes, lr, momentum: params and velocity after a step."""
    for lr, momentum in ((0.1, 0.8), (0.5, 0.6)):
        _judge_step_with_momentum(answer, lr, momentum)
    return "what is left of the old velocity plus the gradient, and a step of lr times that."


def _judge_step_with_momentum(answer: object, lr: float, momentum: float) -> None:
    params, velocity, slopes = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0]), torch.tensor([2.0, -1.0])
    given = call(answer, params, velocity, slopes, lr, momentum)
    result = several(given, 2)
    if result is None:
        raise NotYet(f"it should give two tensors, params and velocity, not {described(given)}")
    moved = torch.tensor(values(result[0], (2,), "the first it gives"))
    kept = torch.tensor(values(result[1], (2,), "the second it gives"))
    right = momentum * velocity + slopes
    if torch.allclose(moved, right) and torch.allclose(kept, params - lr * right):
        raise NotYet("both are right, but the other way round: params first, then the velocity")
    compare(
        kept.tolist(),
        right.tolist(),
        {
            "the velocity has not changed: give the new one": velocity.tolist(),
            "that is the gradient alone: where is what is left of the old velocity?": slopes.tolist(),
            "the old velocity is added whole: only the part that momentum says is kept": (velocity + slopes).tolist(),
            "the gradient comes in whole in PyTorch's form, not times 1 − momentum": (
                momentum * velocity + (1 - momentum) * slopes
            ).tolist(),
            "the learning rate is in the velocity already; in PyTorch's form it comes in when params move": (
                momentum * velocity + lr * slopes
            ).tolist(),
            "the velocity has the sign of the gradient; the minus comes when params move": (
                momentum * velocity - slopes
            ).tolist(),
            "momentum belongs to the old velocity, not to the gradient": (velocity + momentum * slopes).tolist(),
        },
        f"the velocity should be {all_apart(right.tolist(), kept.tolist(), ', and it is ')}",
    )
    compare(
        moved.tolist(),
        (params - lr * right).tolist(),
        {
            "params have not moved": params.tolist(),
            "params moved by the gradient; the step goes along the new velocity": (params - lr * slopes).tolist(),
            "params moved by the old velocity: calculate the new one first": (params - lr * velocity).tolist(),
            "params went uphill: take lr times the velocity away from them": (params + lr * right).tolist(),
            "the learning rate is left out: a step is only a part of the velocity": (params - right).tolist(),
        },
        "the velocity is right; params should be "
        + all_apart((params - lr * right).tolist(), moved.tolist(), ", and they are "),
    )


@exercise
def adamw_step(answer: object) -> str:
    """A function of params, mean, square, slopes, t, lr, weight_decay: params and both means after a step."""
    zeros = torch.zeros(2)
    for lr, decay, t, slopes, mean, square in (
        (0.1, 0.2, 3, torch.tensor([2.0, -0.5]), torch.tensor([0.5, 0.1]), torch.tensor([0.02, 0.04])),
        (0.05, 0.4, 1, torch.tensor([0.5, 1e-8]), zeros, zeros),  # the divisor is as small as what is added to it
    ):
        _judge_step_of_adamw(answer, slopes, mean, square, t, lr, decay)
    return "Adam's step, and a decay that nothing divides."


def _judge_step_of_adamw(
    answer: object, slopes: Tensor, mean: Tensor, square: Tensor, t: int, lr: float, decay: float
) -> None:
    params = torch.tensor([1.0, -2.0])
    given = call(answer, params, mean, square, slopes, t, lr, decay)
    result = several(given, 3)
    if result is None:
        raise NotYet(f"it should give three tensors, params and both means, not {described(given)}")
    names = ("params", "the mean of the slopes", "the mean of the squares")
    moved, new_mean, new_square = (values(each, (2,), name) for each, name in zip(result, names, strict=True))

    def means(slopes: Tensor) -> tuple[Tensor, Tensor]:
        return 0.9 * mean + 0.1 * slopes, 0.999 * square + 0.001 * slopes**2

    def step(means: tuple[Tensor, Tensor], *, corrected: bool = True, root: bool = True, added: float = 1e-8) -> Tensor:
        first, second = means
        if corrected:
            first, second = first / (1 - 0.9**t), second / (1 - 0.999**t)
        return lr * first / ((second.sqrt() if root else second) + added)

    right, in_slope = means(slopes), means(slopes + decay * params)
    compare(
        new_mean,
        right[0].tolist(),
        {
            "the decay is in the slope, as in Adam: AdamW leaves the slope alone": in_slope[0].tolist(),
            "the mean it gives is the corrected one: keep it as it is, and correct it for the step alone": (
                right[0] / (1 - 0.9**t)
            ).tolist(),
            "the mean of the slopes has not changed: give the new one": mean.tolist(),
        },
        f"the mean of the slopes should be {all_apart(right[0].tolist(), new_mean, ', and it is ')}",
    )
    compare(
        new_square,
        right[1].tolist(),
        {
            "the mean of the squares it gives is the corrected one: keep it as it is, and correct it for the step": (
                right[1] / (1 - 0.999**t)
            ).tolist(),
            "the mean of the squares has not changed: give the new one": square.tolist(),
            "the second mean is of the *squared* slopes": (0.999 * square + 0.001 * slopes).tolist(),
        },
        f"the mean of the squares should be {all_apart(right[1].tolist(), new_square, ', and it is ')}",
    )
    wanted = params * (1 - lr * decay) - step(right)
    compare(
        moved,
        wanted.tolist(),
        {
            "both means are right, but the step takes them as they are: where is bias correction?": (
                params * (1 - lr * decay) - step(right, corrected=False)
            ).tolist(),
            "both means are right, but the step takes that of the slopes as it is: divide it by 1 − 0.9ᵗ": (
                params * (1 - lr * decay) - step(right) * (1 - 0.9**t)
            ).tolist(),
            "both means are right, but the step takes that of the squares as it is: divide it by 1 − 0.999ᵗ": (
                params * (1 - lr * decay) - lr * right[0] / (1 - 0.9**t) / (right[1].sqrt() + 1e-8)
            ).tolist(),
            "both means are right, but the step decays with the weights: take it away afterwards": (
                (params - step(right)) * (1 - lr * decay)
            ).tolist(),
            "both means are right, but the weights do not decay": (params - step(right)).tolist(),
            "the weights decay by all of weight_decay: only its lr-th part goes in a step": (
                params * (1 - decay) - step(right)
            ).tolist(),
            "the step divides by the mean of the squares: take its root": (
                params * (1 - lr * decay) - step(right, root=False)
            ).tolist(),
            "params went uphill: take the step away from them": (params * (1 - lr * decay) + step(right)).tolist(),
            "the divisor has no 1e-8 in it": (params * (1 - lr * decay) - step(right, added=0.0)).tolist(),
        },
        f"both means are right; for the slopes {slopes.tolist()} "
        f"params should be {all_apart(wanted.tolist(), moved, ', and they are ')}",
        within=1e-5,  # a step is a small part of params
    )


@exercise
def trapezoid(answer: object) -> str:
    """A schedule: a function of step, peak, n_steps, warm, cool that climbs in equal parts, stays, and falls."""
    for peak, n_steps, warm, cool in ((0.6, 12, 3, 4), (1.0, 10, 5, 1), (2.5, 9, 3, 5), (0.001, 8, 2, 3)):
        steps = range(n_steps)
        value = [number(call(answer, step, peak, n_steps, warm, cool)) for step in steps]

        right = _trapezoid(peak, n_steps, warm, cool)
        compare(
            value,
            right,
            {
                "step 0 has a learning rate of 0, and does nothing: it should take the first part of the climb": (
                    _trapezoid(peak, n_steps, warm, cool, first=0)
                ),
                "the last step has a learning rate of 0, and does nothing: leave it a part of the way down": (
                    _trapezoid(peak, n_steps, warm, cool, last=1)
                ),
                "the first and the last step have a learning rate of 0, and do nothing: count their parts from 1": (
                    _trapezoid(peak, n_steps, warm, cool, first=0, last=1)
                ),
                "the shape is right, but its height is 1: where is the peak?": [each / peak for each in right],
                "it climbs and stays; the last steps should lead down": [
                    peak * min(1.0, (step + 1) / warm) for step in steps
                ],
                "it starts at the peak: where is the climb?": [
                    peak * min(1.0, (n_steps - step) / cool) for step in steps
                ],
            },
            f"with peak {peak:g}, {n_steps} steps, warm {warm} and cool {cool}, the learning rates should be "
            + all_apart(right, value, ", and they are "),
        )
    return "up in equal parts, level, and down in equal parts: no step is wasted on a learning rate of 0."


@exercise
def tumour_steps(answer: object) -> str:
    """How many steps SGD, momentum and Adam take to 1.03 times the lowest loss."""
    counts = numbers(answer, 3)
    if counts[0] > 900:
        raise NotYet(
            f"plain SGD needs far fewer steps than {counts[0]:g}: are the gradients cleared before each backward()?"
        )
    right, names = _steps_needed(), ("plain SGD", "momentum", "Adam")
    if counts != list(right) and sorted(counts) == sorted(right):
        raise NotYet("the numbers are right, but not their order: first SGD, then momentum, then Adam")
    for name, count, wanted in zip(names, counts, right, strict=True):
        compare(
            [count],
            [wanted],
            {f"{name} has a loss that is low enough one step earlier, so that step is not needed": [wanted + 1]},
            f"{name} takes {'more' if count < wanted else 'fewer'} steps than {count:g}: is its learning rate the one "
            "that was asked for, and does it stop as soon as the loss is low enough?",
            within=1e-9,
        )
    return f"momentum needs {right[0] / right[1]:.0f} times fewer steps than plain SGD here, and fewer than Adam."


@cache
def _steps_needed() -> list[int]:
    """The steps of plain SGD, of momentum and of Adam until the loss is low enough."""
    table = data_set("breast_cancer")
    inputs, targets = (
        (each - each.mean(dim=0)) / each.std(dim=0)
        for each in (torch.tensor(table.data), torch.tensor(table.target)[:, None].double())
    )
    best = torch.linalg.lstsq(inputs, targets, driver="gelsd").solution
    enough = 1.03 * mse(inputs @ best, targets)

    def steps(make: Callable[[Iterable[Tensor]], torch.optim.Optimizer]) -> int:
        weights = torch.zeros(30, 1, dtype=torch.float64, requires_grad=True)
        optimizer = make([weights])
        for step in range(1000):
            loss = mse(inputs @ weights, targets)
            if loss <= enough:
                return step
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return 999

    return [
        steps(lambda params: torch.optim.SGD(params, lr=0.05)),
        steps(lambda params: torch.optim.SGD(params, lr=0.05, momentum=0.9)),
        steps(lambda params: torch.optim.Adam(params, lr=0.1)),
    ]


def _trapezoid(peak: float, n_steps: int, warm: int, cool: int, *, first: int = 1, last: int = 0) -> list[float]:
    steps = range(n_steps)
    return [peak * max(0.0, min(1.0, (step + first) / warm, (n_steps - last - step) / cool)) for step in steps]
