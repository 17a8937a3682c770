"""The exercises of Loss functions."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations.curves.losses import mae, quad_mae, quad_mse, rmse
from foundations.curves.quadratic import course22_points, mk_quad
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, diabetes, exercise, number, numbers, values


@exercise
def quad_rmse(answer: object) -> str:
    """A function of a, b, c: the root mean squared error on the twenty points."""
    x, y = course22_points()
    settings = [[3, 2, 1], (1.5, 1.5, 1.5), torch.tensor([0.5, -1.0, 2.0])]
    given = [number(call(answer, setting)) for setting in settings]
    squared = [quad_mse(setting, x, y).item() for setting in settings]
    compare(
        given,
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
        f"for [3, 2, 1] it gives {given[0]:.4f}, and the root of quad_mse([3, 2, 1]) is {squared[0] ** 0.5:.4f}",
    )
    recorded = call(answer, torch.tensor([3.0, 2.0, 1.0], requires_grad=True))
    if not isinstance(recorded, Tensor) or recorded.grad_fn is None:
        raise NotYet("the number is right, but PyTorch cannot go back from it: keep it a tensor to the end")
    return "the root of the mean of the squares, in the units of y, and PyTorch can go back along it"


@exercise
def four_residuals(answer: object) -> str:
    """Four residuals for which RMSE equals MAE, and four for which it is twice MAE."""
    if not isinstance(answer, list | tuple | Tensor) or len(answer) != 2:
        raise NotYet(f"the answer should be two sets of four residuals, not {described(answer)}")
    even, single = (torch.tensor(numbers(part, 4, "each set")) for part in answer)
    zero = torch.zeros(4)
    if not even.any() or not single.any():
        raise NotYet("with all residuals zero, everything equals everything: choose some that are not")
    ratios = [(rmse(part, zero) / mae(part, zero)).item() for part in (even, single)]
    compare(
        ratios,
        [1, 2],
        {"the set where RMSE and MAE are equal should stand first": [2, 1]},
        f"in the first set RMSE is {ratios[0]:.2f} times MAE, and should be equal: what must be the same for all four?"
        if abs(ratios[0] - 1) > 1e-3
        else f"the first set is right. In the second RMSE is {ratios[1]:.2f} times MAE: where do squares weigh most?",
    )
    return "RMSE equals MAE when all residuals have one size, and is furthest above it when one residual has everything"


@exercise
def knows_nothing(answer: object) -> str:
    """The cross-entropy of a model that answers 0.5 to everything."""
    given = numbers(answer, 1, "the cross-entropy")
    compare(
        given,
        [math.log(2)],
        {
            "that is |p − y|, or p itself; cross-entropy is about its logarithm": [0.5],
            "that is the squared distance; cross-entropy takes a logarithm": [0.25],
            "the logarithm of a probability is negative or 0, and a loss should not be: which sign is missing?": [
                -math.log(2)
            ],
            "that is in bits, with the logarithm to base 2; PyTorch's is the natural one": [1],
            "that is to base 10; PyTorch's logarithm is the natural one": [math.log10(2)],
            "that adds both outcomes up, and each label has only one": [2 * math.log(2)],
            "0.5 went in as a logit; it is a probability already": [
                F.binary_cross_entropy_with_logits(torch.tensor(0.5), torch.tensor(1.0)).item(),
            ],
        },
        f"{given[0]:g} is not minus the logarithm of the probability that the model gave to what really happened",
        within=5e-3,
    )
    return "minus the logarithm of a half, whatever the labels. A loss that stays there has not learned anything"


@exercise
def huber(answer: object) -> str:
    """A function of residuals that gives the Huber loss of each."""
    r = torch.tensor([-4.0, -1.5, -0.5, 0.0, 0.25, 0.5, 5.0], dtype=torch.float64)
    result = call(answer, r)
    if isinstance(result, Tensor) and result.numel() == 1:
        raise NotYet("it gives one number for seven residuals; each should have its own, so leave the mean to others")
    given = values(result, r.shape, "what it gives for seven residuals")
    size = r.abs()
    compare(
        given,
        F.huber_loss(r, torch.zeros_like(r), reduction="none").tolist(),
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
        "for the residuals "
        + ", ".join(f"{each:g}" for each in r.tolist())
        + " it gives "
        + ", ".join(f"{each:g}" for each in given)
        + ": compare it with F.huber_loss",
    )
    return "a parabola near zero and straight lines further out. Its slope is 0.5 at 0.5, and 1 at 5"


@exercise
def best_constants(answer: object) -> str:
    """The constants with the least MSE and the least MAE for the diabetes targets."""
    target = diabetes(2)[1]
    given = numbers(answer, 2, "the two constants")
    mean, low, high = target.mean().item(), *target.sort().values[[220, 221]].tolist()
    first, second = abs(given[0] - mean) <= 0.25, low <= given[1] <= high
    if first and second:
        return "the least MSE is at the mean, and the least MAE at the median"
    if abs(given[1] - mean) <= 0.25 and low <= given[0] <= high:
        raise NotYet("the two have changed places: the constant with the least MSE comes first")
    if first and abs(given[1] - mean) <= 0.25:
        raise NotYet("the first is right. The second is the same one, but another loss has another lowest point")
    if max(given) < 1 or min(given) < target.min():
        raise NotYet(f"no one of the {len(target)} has a target that low: is it a loss, or a place in a list?")
    if first or second:
        raise NotYet(f"the {'first' if first else 'second'} is right, and the other is not yet the lowest point")
    losses = [((target - given[0]) ** 2).mean().item(), (target - given[1]).abs().mean().item()]
    raise NotYet(
        f"the MSE of {given[0]:g} is {losses[0]:.0f}, the MAE of {given[1]:g} is {losses[1]:.2f}: both can be lower"
    )
