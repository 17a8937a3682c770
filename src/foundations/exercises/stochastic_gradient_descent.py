"""The exercises of Stochastic gradient descent: counting steps, a dataset, pieces of unequal size, wine."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.data import DataLoader

from foundations.curves.losses import mse
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    all_apart,
    attempt,
    call,
    column,
    compare,
    data_set,
    described,
    exercise,
    gives_again,
    number,
    numbers,
    values,
)


@exercise
def steps_of_training(answer: object) -> str:
    """A function of n_rows, batch_size, n_epochs and drop_last: how many steps a training takes."""
    cases = [(442, 34, 1, False), (442, 63, 1, False), (442, 63, 1, True), (10, 4, 5, False), (10, 4, 5, True)]
    cases += [(442, 34, 1, True), (3, 4, 2, False), (3, 4, 2, True)]  # no rest, and too few rows for a full batch
    for n_rows, batch_size, n_epochs, drop_last in cases:
        asked = f"with n_rows {n_rows}, batch_size {batch_size}, n_epochs {n_epochs}, drop_last {drop_last}"
        value = number(call(answer, n_rows, batch_size, n_epochs, drop_last))
        full, rest = divmod(n_rows, batch_size)
        started = full + (rest > 0)
        right = n_epochs * (full if drop_last else started)
        compare(
            [value],
            [right],
            {
                f"{asked} it gives {value:g}, which are the steps of one epoch": [right / n_epochs],
                f"{asked} it gives {value:g}. Here the last batch, which is not full, is dropped": [n_epochs * started],
                f"{asked} it gives {value:g}. The rows that are left over make a batch, too": [n_epochs * full],
                f"{asked} it gives {value:g}, as if a batch could go on into the next epoch": [
                    n_epochs * n_rows // batch_size if drop_last else math.ceil(n_epochs * n_rows / batch_size)
                ],
                f"{asked} it gives {value:g}. There is no part of a step": [n_epochs * n_rows / batch_size],
            },
            f"{asked} that makes {right} steps, and it gives {value:g}",
            within=1e-9,
        )
    return "rounded up for each epoch, or down where the last batch is dropped."


@exercise
def pieces_of_a_series(answer: object) -> str:
    """A Dataset of a series and a width: width numbers, and the number that follows them."""
    if not callable(answer):
        raise NotYet(f"check the class itself, not {described(answer)}")
    series, short = torch.tensor([2.0, 3.0, 5.0, 7.0, 11.0, 13.0, 17.0]), torch.tensor([1.5, -4.0, 9.0, -16.0])
    dataset = _judge_windows(answer, series, 3)
    _judge_windows(answer, short, 1)
    try:
        _judge_rows(dataset, series, 3)
    except NotYet as hint:
        raise NotYet(
            f"once a second one is made, the first one gives other rows: keep the series and the width in self. {hint}"
        ) from hint
    return "a DataLoader can make batches of it."


def _judge_windows(answer: object, series: Tensor, width: int) -> Any:
    """The dataset that the learner's class makes of a series."""
    n, right = len(series), len(series) - width
    made = f"of a series of {n} numbers and width {width}"
    dataset = attempt(answer, series.clone(), width, called=f"made {made}, it")
    length = number(attempt(lambda: len(dataset), called="asked for its len, it"), "its len")
    compare(
        [length],
        [right],
        {
            "its length is that of the series, but the last rows would have no number left to follow": [n],
            "its length counts the last numbers as a window, but no number follows them": [right + 1],
            "one window is missing: the last one ends just before the last number": [right - 1],
        },
        f"{made} there are {right} windows with a number behind, and its len is {length:g}",
    )
    _judge_rows(dataset, series, width)
    batch = attempt(lambda: next(iter(DataLoader(dataset, batch_size=right))), called="in a DataLoader, it")
    values(batch[0], (right, width), "the windows of a batch from a DataLoader")
    return dataset


def _judge_rows(dataset: Any, series: Tensor, width: int) -> None:
    made = f"of a series of {len(series)} numbers and width {width}"
    for i in [*range(len(series) - width), *reversed(range(len(series) - width))]:  # a DataLoader takes any order
        row = attempt(lambda i=i: dataset[i], called=f"asked for row {i}, it")
        if not isinstance(row, tuple | list) or len(row) != 2:
            raise NotYet(f"row {i} should be two things, window and number, not {described(row)}")
        start, end = series[i : i + width].tolist(), series[i + width].item()
        window = numbers(row[0], width, f"the window of row {i} {made}")
        compare(window, start, {}, f"the window of row {i} {made} should be {start}, and it is {window}")
        (target,) = numbers(row[1], 1, f"the target of row {i} {made}")
        compare(
            [target],
            [end],
            {"the target is the last number of the window: the one after it is wanted": start[-1:]},
            f"the target of row {i} {made} should be {end:g}, and it is {target:g}",
        )


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
    looks = _Looks()  # type: ignore[no-untyped-call]

    def watched(*args: object) -> object:
        with looks:
            return answer(*args)  # type: ignore[operator]  # call says so where it is no function

    result = call(watched if callable(answer) else answer, params, inputs, targets, 4)
    value = column(result, 3, "what it gives")
    compare(
        value,
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
            "that is the last piece's part alone: is the gradient cleared between the pieces?": (
                (0.2 * pieces[-1]).tolist()
            ),
            "that is the first piece's part alone: does the function return within its loop?": (
                (0.4 * pieces[0]).tolist()
            ),
            "the last piece counts as if it were full: it has two rows": ((0.4 * pieces.sum(dim=0)).tolist()),
            "the signs are turned: it is the prediction minus the target": (-whole).tolist(),
            "half of it: the slope of a square has a 2": (whole / 2).tolist(),
            "twice too much: was there a gradient already, to which backward() added?": (2 * whole).tolist(),
        },
        f"the gradient of the whole is {all_apart(whole.tolist(), value)}",
    )
    if looks.most > 4:
        raise NotYet(f"the gradient is right, but it calculates with {looks.most} rows at once, and 4 should be enough")
    gives_again(answer, whole.tolist(), params, inputs, targets, 4)
    again = column(call(answer, params, inputs[:7], targets[:7], 3), 3, "what it gives")
    seven = slopes(slice(0, 7)).tolist()
    compare(
        again,
        seven,
        {},
        "for 10 rows in batches of 4 the gradient is right; for 7 rows in batches of 3 it should be "
        f"{all_apart(seven, again)}: are sizes or numbers of batches fixed in it?",
    )
    if not looks.most:  # it did not calculate with tensors
        return "that is the gradient of all rows."
    return f"the gradient of all rows, and no calculation took more than {looks.most} at once."


@exercise
def alcohol(answer: object) -> str:
    """The weights of a linear model for the alcohol of wines, trained by mini-batches."""
    if isinstance(answer, Tensor) and answer.numel() == 13:
        raise NotYet("there are 13 numbers: the alcohol itself is no input, and all means are 0, so no bias is needed")
    away = "the training ran away. Is the learning rate too large, or is a gradient never cleared?"
    weights = torch.tensor(numbers(answer, 12, "the weights", not_finite=away), dtype=torch.float64)
    table = torch.tensor(data_set("wine").data)
    table = (table - table.mean(dim=0)) / table.std(dim=0)
    inputs, targets = table[:, 1:], table[:, 0]
    best = torch.linalg.lstsq(inputs, targets[:, None], driver="gelsd").solution[:, 0]
    lowest = mse(inputs @ best, targets).item()
    above = mse(inputs @ weights, targets).item() - lowest
    if not weights.any():
        raise NotYet("that is where the training began: all weights are 0")
    begun = mse(torch.zeros_like(targets), targets).item() - lowest
    if above > begun:
        raise NotYet(f"the loss is {above:.3g} above the lowest, and with weights of 0 only {begun:.3g}: {away}")
    if above > 0.02:
        raise NotYet(
            f"the loss is still {above:.3f} above the lowest. Are the rows shuffled? They are sorted by grower. "
            "And is the learning rate right for the batch?"
        )
    if above > 0.001:
        raise NotYet(
            f"the loss is {above:.4f} above the lowest, and 0.001 is wanted: it hovers there, or is on its way. "
            "Take a smaller learning rate or larger batches, and more epochs"
        )
    return "less than 0.001 above the lowest."


class _Looks(TorchDispatchMode):
    """The most rows that a calculation took at once; to take some out, to turn them or to copy them is none."""

    # fmt: off
    TAKING = frozenset([
        "alias", "as_strided", "cat", "clone", "copy_", "detach", "expand", "index", "index_select",
        "lift_fresh", "narrow", "permute", "reshape", "select", "slice", "split", "split_with_sizes", "squeeze",
        "stack", "t", "transpose", "unbind", "unsafe_split", "unsqueeze", "view", "_to_copy", "_unsafe_view",
    ])
    # fmt: on
    most = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.overloadpacket.__name__ not in self.TAKING:
            sizes = [
                max(each.shape, default=0) for each in args if isinstance(each, Tensor) and each.is_floating_point()
            ]
            self.most = max([self.most, *sizes])
        return func(*args, **(kwargs or {}))
