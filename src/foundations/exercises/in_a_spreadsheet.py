"""The exercises of In a spreadsheet: references that are copied, a row that is a step, a net by one product."""

import re

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    all_apart,
    call,
    column,
    compare,
    data_set,
    diabetes,
    exercise,
    for_others,
    number,
    rounded,
)

COPIES = {  # a formula's reference, how far it is copied down and to the right, what becomes of it
    ("B3", 1, 0): "B4",
    ("G2", 711, 3): "J713",
    ("$B$3", 5, 2): "$B$3",
    ("$B3", 1, 2): "$B4",
    ("B$3", 1, 2): "D$3",
    ("K12", -2, -3): "H10",
    ("R$15", 9, 7): "Y$15",  # rows of two digits, whatever is fixed
    ("$C208", -207, 4): "$C1",
}


@exercise
def copied(answer: object) -> str:
    """A function that says what becomes of a reference when its formula is copied."""
    for (reference, down, right), expected in COPIES.items():
        result = call(answer, reference, down, right)
        gives = f'copied("{reference}", {down}, {right}) gives {result!r}'
        if not isinstance(result, str):
            raise NotYet(f"{gives}: a reference is text, such as {expected!r}")
        if result == expected:
            continue
        before, after, wanted = map(_parts, (reference, result, expected))
        if not after:
            raise NotYet(f"{gives}, and that is no reference, such as {expected!r}")
        if (after[1], after[3]) == (wanted[1], wanted[3]):
            raise NotYet(f"{gives}: it goes to the right cell, but the $ signs belong to the reference and are kept")
        if any(before[i] and before[i + 1] != after[i + 1] for i in (0, 2)):
            raise NotYet(f"{gives}: what stands behind a $ stays where it is")
        if result == reference:
            raise NotYet(f"{gives}: what has no $ in front of it moves with the formula")
        raise NotYet(f"{gives}, and should give {expected!r}: down is added to the number, right moves the letter")
    return "references move as in a spreadsheet, and $ holds them."


def _parts(reference: str) -> tuple[str, ...]:
    """The parts of a reference: a $ or none, a letter, a $ or none, a number."""
    parts = re.fullmatch(r"(\$?)([A-Z]+)(\$?)(\d+)", reference)
    return parts.groups() if parts else ()


@exercise
def next_row(answer: object) -> str:
    """A function that takes weights one step downhill, from the products of the columns alone."""
    inputs, targets = diabetes(2, 3, 8)
    inputs, targets = inputs.double(), targets.double()
    both, known = inputs.T @ inputs / len(inputs), inputs.T @ targets / len(inputs)
    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    for lr in (0.1, 0.03, 0.0005):  # with the last, a weight stays below zero
        _judge_next_row(answer, w, lr, both, known)
    return "that is the next row of the sheet."


def _judge_next_row(answer: object, w: Tensor, lr: float, both: Tensor, known: Tensor) -> None:
    slopes = 2 * (both @ w - known)
    result = column(call(answer, w, lr, both, known), 3, "the next row")
    compare(
        result,
        (w - lr * slopes).tolist(),
        {
            "half as far as it should go: the slope of a square has a factor of 2": (w - lr * slopes / 2).tolist(),
            "that goes uphill: take lr times the slopes away from the weights": (w + lr * slopes).tolist(),
            "the learning rate is left out": (w - slopes).tolist(),
            "those are the slopes: the row of weights after the step is wanted": slopes.tolist(),
            "the weights have not moved": w.tolist(),
            "with_survived is added, and should be taken away": (w - lr * 2 * (both @ w + known)).tolist(),
        },
        f"with lr {lr:g} the weights after the step should be "
        + all_apart((w - lr * slopes).tolist(), result, ", and they are "),
        within=1e-6,
    )


@exercise
def mmult_loss(answer: object) -> str:
    """A function that gives the mean squared error of two ReLUs, from weights in two columns."""
    inputs = torch.tensor([[1, 1], [-1, 1], [0.25, 1], [3, 1], [-4, 1]], dtype=torch.float64)
    params = torch.tensor([[1.0, -2.0], [0.5, 1.0]], dtype=torch.float64)
    targets = torch.tensor([1.0, 0.0, 0.5, 2.0, 7.0], dtype=torch.float64)
    lines = inputs @ params
    added = lines.relu().sum(dim=1)
    right = (added - targets).square().mean().item()
    compare(
        [number(call(answer, params, inputs, targets), "the loss")],
        [right],
        {
            "the lines are added before they are cut off: cut off each of them by itself": [
                (lines.sum(dim=1).relu() - targets).square().mean().item()
            ],
            "nothing is cut off: where is the ReLU?": [(lines.sum(dim=1) - targets).square().mean().item()],
            "the squared errors are added up: the loss is their mean": [(added - targets).square().sum().item()],
            "the errors are not squared": [(added - targets).abs().mean().item()],
            "each unit is compared with the targets by itself: add the two first": [
                (lines.relu() - targets[:, None]).square().mean().item()
            ],
            "the two units are averaged: they are added": [(added / 2 - targets).square().mean().item()],
        },
        f"for five rows the loss should be {right:.4g}",
        within=1e-6,
    )
    right_too = ((inputs[1:4] @ params.flip(1) / 2).relu().sum(dim=1) - targets[:3]).square().mean()
    for_others(answer, right_too, params.flip(1) / 2, inputs[1:4], targets[:3])
    return "the loss of a net of two units, as on the sheet."


@exercise
def diabetes_sheet(answer: object) -> str:
    """The loss of a weighted sum with ones on the diabetes table, after 100 steps of 0.2 from zeros."""
    result = number(answer, "the loss")
    table, progression = (torch.tensor(each) for each in data_set("diabetes", return_X_y=True))
    table = table * len(table) ** 0.5
    ones = torch.ones(len(table), 1, dtype=torch.float64)
    with_ones = torch.hstack([table, ones])
    right = _loss_after(with_ones, progression, 100)
    least = torch.linalg.lstsq(with_ones, progression[:, None], driver="gelsd").solution
    compare(
        [right if rounded(result, right, 0, 1, 2, 3, 4) else result],
        [right],
        {
            "this is the loss without a column of ones: the predictions cannot reach the mean": [
                _loss_after(table, progression, 100)
            ],
            "this is the loss of step 99: the row of step 0 has the zeros": [_loss_after(with_ones, progression, 99)],
            "this is the loss of step 101": [_loss_after(with_ones, progression, 101)],
            "this is the least loss possible, and the steps have not arrived there yet": [
                ((with_ones @ least)[:, 0] - progression).square().mean().item()
            ],
            "this is the loss at zero weights, before any step": [_loss_after(with_ones, progression, 0)],
            "the mean square of what is predicted is missing: it is the loss's last part": [
                right - progression.square().mean().item()
            ],
        },
        f"the row of step 100 holds another loss than {result:.6g}",
        within=1e-6,
    )
    return f"a mean squared error of {right:.1f}, close to the least."


def _loss_after(table: Tensor, targets: Tensor, n_steps: int) -> float:
    both, known = table.T @ table / len(table), table.T @ targets / len(table)
    w = torch.zeros(table.shape[1], dtype=torch.float64)
    for _ in range(n_steps):
        w = w - 0.2 * 2 * (both @ w - known)
    return (w @ (both @ w - 2 * known) + targets.square().mean()).item()
