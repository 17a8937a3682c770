"""The exercises of Stochastic gradient descent: counting steps, momentum, a schedule, pieces of unequal size, wine."""

import torch
from torch import Tensor

from foundations.curves.losses import mse
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, exercise, number, numbers, values


@exercise
def steps_of_training(answer: object) -> str:
    """A function of n_rows, batch_size, n_epochs and drop_last: how many steps a training takes."""
    cases = [(442, 34, 1, False), (442, 63, 1, False), (442, 63, 1, True), (10, 4, 3, False), (10, 4, 3, True)]
    for n_rows, batch_size, n_epochs, drop_last in cases:
        asked = f"with n_rows {n_rows}, batch_size {batch_size}, n_epochs {n_epochs}, drop_last {drop_last}"
        given = number(call(answer, n_rows, batch_size, n_epochs, drop_last))
        full, rest = divmod(n_rows, batch_size)
        started = full + (rest > 0)
        right = n_epochs * (full if drop_last else started)
        compare(
            [given],
            [right],
            {
                f"{asked} it gives {given:g}, which are the steps of one epoch": [right / n_epochs],
                f"{asked} it gives {given:g}. Here the last batch, which is not full, is dropped": [n_epochs * started],
                f"{asked} it gives {given:g}. The rows that are left over make a batch, too": [n_epochs * full],
                f"{asked} it gives {given:g}, as if a batch could go on into the next epoch": [
                    n_epochs * n_rows // batch_size
                ],
                f"{asked} it gives {given:g}. There is no part of a step": [n_epochs * n_rows / batch_size],
            },
            f"{asked} that makes {right} steps, and it gives {given:g}",
        )
    return "rounded up for each epoch, or down where the last batch is dropped."


@exercise
def momentum_step(answer: object) -> str:
    """A function of params, velocity, slopes, lr, momentum: params and velocity after a step."""
    params, velocity, slopes = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0]), torch.tensor([2.0, -1.0])
    lr, momentum = 0.1, 0.8
    result = call(answer, params, velocity, slopes, lr, momentum)
    if not isinstance(result, list | tuple) or len(result) != 2:
        raise NotYet(f"it should give two tensors, params and velocity, not {described(result)}")
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
        f"the velocity should be 0.8 · 3 − 1 = 1.4 in its second number, and it is {kept[1]:.4g}",
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
        f"the velocity is right; params should be {_short(params - lr * right)}, and they are {_short(moved)}",
    )
    return "what is left of the old velocity plus the gradient, and a step of lr times that."


@exercise
def trapezoid(answer: object) -> str:
    """A schedule: a function of step, peak, n_steps, warm, cool that climbs in equal parts, stays, and falls."""
    for peak, n_steps, warm, cool in ((0.6, 12, 3, 4), (1.0, 10, 5, 1)):
        steps = range(n_steps)
        given = [number(call(answer, step, peak, n_steps, warm, cool)) for step in steps]

        right = _trapezoid(peak, n_steps, warm, cool)
        compare(
            given,
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
            f"{_short(torch.tensor(right))}, and they are {_short(torch.tensor(given))}",
        )
    return "up in equal parts, level, and down in equal parts: no step is wasted on a learning rate of 0."


@exercise
def from_pieces(answer: object) -> str:
    """A function of params, inputs, targets, batch_size: the gradient of the whole mean squared error, by pieces."""
    generator = torch.Generator().manual_seed(42)
    inputs, targets = torch.randn(10, 3, generator=generator), torch.randn(10, generator=generator)
    params = torch.tensor([0.5, -1.0, 2.0])

    def slopes(rows: slice) -> Tensor:
        residuals = inputs[rows] @ params - targets[rows]
        return 2 * residuals @ inputs[rows] / len(residuals)

    rows = [slice(0, 4), slice(4, 8), slice(8, 10)]
    pieces = torch.stack([slopes(each) for each in rows])
    whole = slopes(slice(0, 10))
    result = call(answer, params, inputs, targets, 4)
    given = values(result, (3,), "what it gives")
    compare(
        given,
        whole.tolist(),
        {
            "that is the mean of the pieces' gradients. The last piece has two rows and counts as much as four": (
                pieces.mean(dim=0).tolist()
            ),
            "that is the sum of the pieces' gradients: let each count by its part of the rows": (
                pieces.sum(dim=0).tolist()
            ),
            "that is the gradient of the last piece alone: add the others to it": pieces[-1].tolist(),
            "that is the gradient of the first piece alone: add the others to it": pieces[0].tolist(),
            "that is the gradient of the sum of squares: each piece counts by its part of all rows": (
                (10 * whole).tolist()
            ),
            "the last rows are missing: there is a piece that is not full": (slopes(slice(0, 8)).tolist()),
            "the last rows are missing, and each piece counts by its part of all rows": (
                (0.8 * slopes(slice(0, 8))).tolist()
            ),
            "twice too much: was there a gradient already, to which backward() added?": (2 * whole).tolist(),
        },
        f"the gradient of the whole is {_short(whole)}, and it gives {_short(torch.tensor(given))}",
    )
    return "each piece counts by its part of the rows, and they add up to the whole."


@exercise
def alcohol(answer: object) -> str:
    """The weights of a linear model for the alcohol of wines, trained by mini-batches."""
    from sklearn.datasets import load_wine

    table = torch.tensor(load_wine().data)
    table = (table - table.mean(dim=0)) / table.std(dim=0)
    inputs, targets = table[:, 1:], table[:, 0]
    if isinstance(answer, Tensor) and answer.numel() == 13:
        raise NotYet("there are 13 numbers: the alcohol itself is no input, and all means are 0, so no bias is needed")
    away = "the training ran away. Is the learning rate too large, or is a gradient never cleared?"
    weights = torch.tensor(numbers(answer, 12, "the weights", not_finite=away), dtype=torch.float64)
    best = torch.linalg.lstsq(inputs, targets[:, None], driver="gelsd").solution[:, 0]
    lowest = mse(inputs @ best, targets).item()
    above = mse(inputs @ weights, targets).item() - lowest
    if not weights.any():
        raise NotYet("that is where the training began: all weights are 0")
    if above > 1:
        raise NotYet(f"the loss is {above:.3g} above the lowest: {away}")
    if above > 0.02:
        raise NotYet(
            f"the loss is still {above:.3f} above the lowest. Are the rows shuffled? They are sorted by grower. "
            "And is the learning rate right for the batch?"
        )
    if above > 0.001:
        raise NotYet(
            f"the loss is {above:.4f} above the lowest, and 0.001 is wanted: it hovers there, or is on its way. "
            "Let a schedule take the learning rate to zero, or take more epochs"
        )
    return "less than 0.001 above the lowest, and no step looked at all rows."


def _trapezoid(peak: float, n_steps: int, warm: int, cool: int, *, first: int = 1, last: int = 0) -> list[float]:
    steps = range(n_steps)
    return [peak * max(0.0, min(1.0, (step + first) / warm, (n_steps - last - step) / cool)) for step in steps]


def _short(tensor: Tensor) -> str:
    return str([round(each, 3) for each in tensor.tolist()])
