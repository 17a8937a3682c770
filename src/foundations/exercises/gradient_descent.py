"""The exercises of Gradient descent."""

from functools import cache

import torch
from torch import Tensor

from foundations.curves.descent import finite_difference, gradient_descent
from foundations.curves.losses import mse, quad_mae, quad_mse
from foundations.curves.quadratic import course22_points, fit_quad
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, diabetes, exercise, near, number, numbers, values


def _start() -> Tensor:
    return torch.tensor([1.1, 1.1, 1.1])


def _mse(params: Tensor) -> Tensor:
    return quad_mse(params, *course22_points())


def _mae(params: Tensor) -> Tensor:
    return quad_mae(params, *course22_points())


@exercise
def mean_of_squares(answer: object) -> str:
    """The gradient of the mean of x² at 1, 2, 3."""
    if answer is None:
        raise NotYet("None: backward() gives nothing back, and leaves the gradient in .grad of the tensor you watched")
    if isinstance(answer, Tensor) and answer.numel() == 1:
        raise NotYet("one number is the value of z; the gradient has one slope for each of the three x")
    x = torch.tensor([1.0, 2.0, 3.0])
    compare(
        values(answer, (3,), "the gradient"),
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
        within=5e-3,
    )
    return "each x² counts for a third and has the slope 2x. That makes 2x/3"


@exercise
def descend(answer: object) -> str:
    """A function of loss_fn, start, lr, n_steps: where gradient descent ends."""

    def bowl(p: Tensor) -> Tensor:
        return ((p - torch.tensor([1.0, -2.0])) ** 2 * torch.tensor([1.0, 3.0])).sum()

    start, lr, n_steps = torch.tensor([4.0, 3.0]), 0.1, 3
    result = call(answer, bowl, start, lr, n_steps)
    if isinstance(result, Tensor) and result.shape == ():
        raise NotYet("it gives one number, perhaps the loss; the parameters at the end are asked for")
    given = values(result, start.shape, "what it gives")
    uphill = start.clone()
    for _ in range(n_steps):
        uphill += lr * finite_difference(bowl, uphill)
    compare(
        given,
        gradient_descent(bowl, start, lr, n_steps).params.tolist(),
        {
            "the parameters have not moved. Is there a step, and a gradient left to take it by?": start.tolist(),
            "after the first step it goes too far: backward() adds to the gradient that is there already": (
                gradient_descent(bowl, start, lr, n_steps, zero_grad=False).params.tolist()
            ),
            "it walks uphill: which sign belongs to a step that lowers the loss?": uphill.tolist(),
            "it takes one step too few": gradient_descent(bowl, start, lr, n_steps - 1).params.tolist(),
            "it takes one step too many": gradient_descent(bowl, start, lr, n_steps + 1).params.tolist(),
            "the learning rate is left out: a step is only a part of the gradient": gradient_descent(
                bowl, start, 1.0, n_steps
            ).params.tolist(),
            "it gives the last gradient; the parameters are asked for": finite_difference(
                bowl, gradient_descent(bowl, start, lr, n_steps - 1).params
            ).tolist(),
        },
        f"three steps with lr 0.1 should not end at {[round(each, 3) for each in given]}: does each step take "
        "lr times a fresh gradient away?",
    )
    return "minus the learning rate times a fresh gradient, n_steps times, and the start is left as it was"


@exercise
def lowered(answer: object) -> str:
    """A function of a direction: how much a step of 0.001 from 1.1 that way lowers the mean squared error."""
    start, length = _start(), 0.001
    directions = [torch.tensor(each) for each in ([1.0, 2.0, 2.0], [0.0, 0.0, -0.5], [3.0, 0.0, -4.0])]
    given = [number(call(answer, direction)) for direction in directions]

    def gain(scale: float, power: int) -> list[float]:
        return [(_mse(start) - _mse(start + scale * d / d.norm() ** power)).item() for d in directions]

    compare(
        given,
        gain(length, 1),
        {
            "the sign: a lower loss counts as positive, and the step goes along the direction, not against it": [
                -value for value in gain(length, 1)
            ],
            "the steps are as long as the directions that came in: make each as long as 1 first": gain(length, 0),
            "the step is as long as 1, and should be 0.001": gain(1, 1),
            "it divides by the squared length; the length itself makes a direction as long as 1": gain(length, 2),
            "that is the loss after the step; how far has it fallen from the loss at the start?": [
                (_mse(start + length * d / d.norm())).item() for d in directions
            ],
        },
        f"for the direction (0, 0, −0.5) it gives {given[1]:.6f}, and a step of 0.001 that way lowers the mean squared "
        f"error by {gain(length, 1)[1]:.6f}",
        within=0.02,
    )
    return "of a thousand random directions none lowers the loss by more than minus the gradient does"


@exercise
def steps_to_tolerance(answer: object) -> str:
    """Learning rates, each with the steps that gradient descent takes to a tolerance of 0.001."""
    lrs = [0.05, 0.1, 0.2, 0.22]
    if not isinstance(answer, dict):
        raise NotYet(f"the answer should be a dict, {{learning rate: steps}}, not {described(answer)}")
    if missing := [lr for lr in lrs if lr not in answer]:
        raise NotYet(f"the learning rates {', '.join(map(str, missing))} are missing")
    given = numbers([answer[lr] for lr in lrs], 4, "the steps")
    right = [_steps(lr) for lr in lrs]
    apart = [have - want for have, want in zip(given, right, strict=True)]
    if apart == [1, 1, 1, 1]:
        raise NotYet("one too many each: a path of n steps has n + 1 stops, the start included")
    if len(set(given)) == 1:
        raise NotYet("all took the same number of steps: without a tolerance, a walk never stops early")
    if all(abs(each) <= 1 for each in apart):  # rounding may cost or save a step on another machine
        return f"{', '.join(str(round(each)) for each in given)}: close to the limit, each step jumps across the valley"
    if all(have == min(want, max(given)) for have, want in zip(given, right, strict=True)):
        raise NotYet(f"a walk was cut off after {max(given):g} steps, before it reached the tolerance: allow more")
    wrong = next(lr for lr, each in zip(lrs, apart, strict=True) if abs(each) > 1)
    raise NotYet(
        f"{answer[wrong]} steps with lr {wrong}: is it the mean squared error, from 1.1, to a tolerance of 0.001?"
    )


@cache
def _steps(lr: float) -> int:
    return len(gradient_descent(_mse, _start(), lr, 2000, tolerance=0.001).path) - 1


@exercise
def lowest_corner(answer: object) -> str:
    """The quadratic with the least mean absolute error."""
    params = numbers(answer, 3, "the corner")
    x, y = (each.double() for each in course22_points())
    here = torch.tensor(params, dtype=torch.float64)
    residuals = y - (here[0] * x**2 + here[1] * x + here[2])
    touched = int((residuals.abs() < 1e-3).sum())
    error = residuals.abs().mean().item()
    if near(params, fit_quad(x, y).tolist(), 1e-2):
        raise NotYet("that is least squares, which has the lowest mean squared error, not the lowest mean absolute one")
    columns = torch.hstack([x**2, x, torch.ones_like(x)])
    threes = torch.combinations(torch.arange(20), 3)
    corners = torch.linalg.solve(columns[threes], y[threes])[:, :, 0]
    errors = (y.T - corners @ columns.T).abs().mean(dim=1)
    if touched >= 3 and error < errors.min() + 1e-6:
        return f"a corner, with three residuals of zero, and no lower one: {error:.4f}"
    flipped = (y - (here[2] * x**2 + here[1] * x + here[0])).abs().mean()
    if flipped < errors.min() + 1e-6:
        raise NotYet("as c, b, a it would be the corner: a comes first")
    if touched < 3:
        raise NotYet(
            f"at a corner three residuals are zero, and here {touched or 'none'}: the error is {error:.4f}, "
            "and some way leads further down"
        )
    squares = ((y.T - corners @ columns.T) ** 2).mean(dim=1)
    if near(params, corners[squares.argmin()].tolist()):
        raise NotYet("that is the corner with the least mean squared error; compare them by the absolute one")
    lower = int((errors < error - 1e-6).sum())
    raise NotYet(f"a corner, with a mean absolute error of {error:.4f}, but {lower} of the {len(corners)} lie lower")


@exercise
def progression(answer: object) -> str:
    """The linear model with the least mean squared error for the diabetes targets."""
    inputs, target = diabetes(2, 3)

    def loss(params: Tensor) -> Tensor:
        return mse(inputs @ params[:2] + params[2], target)

    given = numbers(
        answer,
        3,
        "the parameters",
        not_finite="the walk ran away. The learning rate must be below 2/λ of the largest λ",
    )
    design = torch.hstack([inputs, torch.ones(len(inputs), 1)])
    u, v, w = torch.linalg.lstsq(design, target[:, None], driver="gelsd").solution[:, 0].tolist()
    steepness = finite_difference(loss, torch.tensor(given)).norm().item()
    if max(map(abs, given)) > 1000:
        raise NotYet("the walk is running away. Is the learning rate above 2/λ of the largest λ?")
    compare(
        given,
        [u, v, w],
        {
            "u and v have changed places: u belongs to the body mass index": [v, u, w],
            "w is missing: with all inputs at their mean of 0, what would be predicted?": [u, v, 0],
            "w comes last": [w, u, v],
            "that is where the walk began": [0, 0, 0],
        },
        f"not the bottom yet: the gradient is {steepness:.3g} long. Is each gradient fresh, and are the steps enough?",
    )
    return f"the same as the closed form, ({u:.2f}, {v:.2f}, {w:.2f}), and only slopes were used"
