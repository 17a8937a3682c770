"""The exercises of Loss functions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations.curves.losses import mae, quad_mae, quad_mse, rmse
from foundations.curves.quadratic import course22_points, mk_quad
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    apart,
    call,
    compare,
    described,
    diabetes,
    exercise,
    near,
    number,
    numbers,
    several,
    values,
)

EQUAL = 1e-5  # how far apart float32 may set what should be equal


@exercise
def quad_rmse(answer: object) -> str:
    """A function of a, b, c: the root mean squared error on the twenty points."""
    x, y = course22_points()
    settings = [[3, 2, 1], (1.5, 1.5, 1.5), torch.tensor([0.5, -1.0, 2.0])]
    output = [number(call(answer, setting)) for setting in settings]
    squared = [quad_mse(setting, x, y).item() for setting in settings]
    at = next((i for i in range(3) if not near(output[i : i + 1], [squared[i] ** 0.5])), 0)
    gives, wanted = apart(output[at], squared[at] ** 0.5)
    compare(
        output,
        [value**0.5 for value in squared],
        {
            "that is the MSE: its root is still to be taken": squared,
            "that is the MAE: the root of each square is its absolute value. Take the mean first, then the root": [
                quad_mae(setting, x, y).item() for setting in settings
            ],
            "that is the root of the sum; take the mean before the root": [(value * 20) ** 0.5 for value in squared],
            "that is the square of the MSE; take the other way, to the root": [value**2 for value in squared],
            "every prediction is compared with every target: is one of them a row and the other a column?": [
                ((mk_quad(*setting)(x) - y.T) ** 2).mean().sqrt().item() for setting in settings
            ],
            "these are the errors of the curve with a and c exchanged": [
                rmse(mk_quad(*reversed(list(setting)))(x), y).item() for setting in settings
            ],
        },
        f"for {list(map(float, settings[at]))} it gives {gives}, and the root of quad_mse there is {wanted}",
    )
    recorded = call(answer, torch.tensor([3.0, 2.0, 1.0], requires_grad=True))
    if not isinstance(recorded, Tensor) or recorded.grad_fn is None:
        raise NotYet("the number is right, but PyTorch cannot go back from it: keep it a tensor to the end")
    return "the root of the mean of the squares, in the units of y, and PyTorch can go back along it"


@exercise
def four_residuals(answer: object) -> str:
    """Four residuals for which RMSE equals MAE, and four for which it is twice MAE."""
    sets = several(answer, 2)
    if sets is None:
        raise NotYet(f"the answer should be two sets of four residuals, not {described(answer)}")
    even, single = (
        torch.tensor(numbers(part, 4, f"the {which} set"), dtype=torch.float64)
        for part, which in zip(sets, ("first", "second"), strict=True)
    )
    zero = torch.zeros(4, dtype=torch.float64)
    if not even.any() or not single.any():
        raise NotYet("with all residuals zero, everything equals everything: choose some that are not")
    ratios = [(rmse(part, zero) / mae(part, zero)).item() for part in (even, single)]
    compare(
        ratios,
        [1, 2],
        {"the set where RMSE and MAE are equal should stand first": [2, 1]},
        f"in the first set RMSE is {apart(ratios[0], 1)[0]} times MAE, and should be equal: what must be the same for "
        "all four?"
        if not near(ratios[:1], [1], EQUAL)
        else f"the first set is right. In the second RMSE is {apart(ratios[1], 2)[0]} times MAE: where do squares "
        "weigh most?",
        within=EQUAL,
    )
    return "RMSE equals MAE when all residuals have one size, and is furthest above it when one residual has everything"


@exercise
def huber(answer: object) -> str:
    """A function of residuals that gives the Huber loss of each."""
    r = torch.tensor([-4.0, -1.05, -0.5, 0.0, 0.5, 0.95, 5.0], dtype=torch.float64)  # two of them near the edge
    result = call(answer, r)
    if isinstance(result, Tensor) and result.numel() == 1:
        raise NotYet("it gives one number for seven residuals; each should have its own, so leave the mean to others")
    output = values(result, r.shape, "what it gives for seven residuals")
    size = r.abs()
    right = F.huber_loss(r, torch.zeros_like(r), reduction="none").tolist()
    at = next((i for i in range(len(r)) if not near(output[i : i + 1], right[i : i + 1])), 0)
    found, wanted = apart(output[at], right[at])
    compare(
        output,
        right,
        {
            "that is half the square everywhere: beyond 1 it should grow in a straight line": (r**2 / 2).tolist(),
            "that is the square everywhere: beyond 1 it should grow in a straight line": (r**2).tolist(),
            "that is |residual| − ½ everywhere: below 0 near zero, where it should be half the square": (
                size - 0.5
            ).tolist(),
            "the whole square is too much: at a residual of 1 the two parts do not meet": torch.where(
                size <= 1, r**2, size - 0.5
            ).tolist(),
            "the two parts do not meet: just inside 1 it is ½, just beyond it is 1": torch.where(
                size <= 1, r**2 / 2, size
            ).tolist(),
            "negative residuals go wrong: −4 should cost as much as 4, and be treated as far": torch.where(
                r <= 1, r**2 / 2, r - 0.5
            ).tolist(),
            "far below zero it goes negative: is the size of the residual taken there too?": torch.where(
                size <= 1, r**2 / 2, r - 0.5
            ).tolist(),
            "the two parts have changed places": torch.where(size > 1, r**2 / 2, size - 0.5).tolist(),
        },
        f"for a residual of {r[at]:g} it gives {found}, and the Huber loss is {wanted}",
    )
    return "a parabola near zero and straight lines further out. Its slope is 0.5 at 0.5, and 1 at 5"


@exercise
def best_constants(answer: object) -> str:
    """The constants with the least MSE and the least MAE for the diabetes targets."""
    target = diabetes(2)[1]
    output = numbers(answer, 2, "the two constants")
    mean, low, high = target.mean().item(), *target.sort().values[[220, 221]].tolist()
    first, second = abs(output[0] - mean) <= 0.25, low <= output[1] <= high
    if first and second:
        return "the least MSE is at the mean, and the least MAE at the median"
    if abs(output[1] - mean) <= 0.25 and low <= output[0] <= high:
        raise NotYet("the two have changed places: the constant with the least MSE comes first")
    if first and abs(output[1] - mean) <= 0.25:
        raise NotYet("the first is right. The second is the same one, but another loss has another lowest point")
    if max(output) < 1 or min(output) < target.min():
        raise NotYet(f"no one of the {len(target)} has a target that low: is it a loss, or a place in a list?")
    if first or second:
        raise NotYet(f"the {'first' if first else 'second'} is right, and the other is not yet the lowest point")
    losses = [((target - output[0]) ** 2).mean().item(), (target - output[1]).abs().mean().item()]
    raise NotYet(
        f"the MSE of {output[0]:g} is {losses[0]:.0f}, the MAE of {output[1]:g} is {losses[1]:.2f}: both can be lower"
    )
