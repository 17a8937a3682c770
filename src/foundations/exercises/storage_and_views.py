"""The exercises of Storage and views: a place in storage, columns that change places, windows and small digits."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    attempt,
    call,
    compare,
    data_set,
    described,
    exercise,
    near,
    number,
    returned,
    tensor,
    values,
)


@exercise
def place_of(answer: object) -> str:
    """A function of a shape and an index: the place that a contiguous tensor of this shape reads there."""
    for shape in ((3, 4), (5,), (2, 3, 4), (2, 1, 3, 2)):
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        columns_first = [math.prod(shape[:axis]) for axis in range(len(shape))]
        indices = [*itertools.product(*map(range, shape))]
        found = [number(call(answer, shape, index), f"the place of {list(index)} in {shape}") for index in indices]
        right, turned, own = (
            [sum(i * step for i, step in zip(index, steps, strict=True)) for index in indices]
            for steps in (strides, columns_first, [*shape[:-1], 1])
        )
        at = next((i for i in range(len(right)) if not near(found[i : i + 1], right[i : i + 1], 1e-6)), 0)
        example = (
            f"in the shape {shape}, {list(indices[at])} is read from place {right[at]}, and it gives {found[at]:g}"
        )
        compare(
            found,
            right,
            {
                f"{example}: that is column after column, and PyTorch lays a tensor row after row": turned,
                f"{example}: a step along an axis jumps over what the later axes hold, not over its own size": own,
            },
            example,
            within=1e-6,
        )
    return "it finds the place in every shape."


@exercise
def swapped(answer: object) -> str:
    """A function of a matrix and two columns: a copy with these exchanged."""
    for shape, i, j in (((3, 4), 0, 2), ((2, 5), 4, 1), ((3, 3), 1, 1)):
        x = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape) * 10
        order = list(range(shape[1]))
        order[i], order[j] = order[j], order[i]
        result = call(answer, x, i, j)
        value = values(result, shape, "what it gives")
        first, second = x.clone(), x.clone()
        first[:, i] = x[:, j]
        second[:, j] = x[:, i]
        lost = "the other is lost: was it read through a view, after it had been overwritten?"
        compare(
            value,
            x[:, order].flatten().tolist(),
            {
                "nothing has changed": x.flatten().tolist(),
                f"column {j} stands in both places, and {lost}": first.flatten().tolist(),
                f"column {i} stands in both places, and {lost}": second.flatten().tolist(),
                **({"it swaps rows: columns are axis 1": _rows_swapped(x, i, j)} if max(i, j) < shape[0] else {}),
            },
            f"with i = {i} and j = {j}, column {i} of the result should be column {j} of x, and the other way round",
        )
    return "both columns have arrived, and x is as it was."


@exercise
def windows(answer: object) -> str:
    """A function of a vector and a length: all runs of so many neighbours, as a view."""
    for part, n, said in ((slice(7), 3, "7 numbers"), (slice(1, 20, 2), 4, "every second one of 20 numbers")):
        x = (torch.arange(20, dtype=torch.float64) ** 2)[part]
        called = f"called with {said} and n = {n}, it"
        before = x.clone()
        result = tensor(
            returned(attempt(answer, x, n, called=called), called), f"for {said} and n = {n}, what it gives"
        )
        if not torch.equal(x, before):
            raise NotYet(f"{called} changes x, and whoever calls it loses the old values")
        right = torch.stack([x[i : i + n] for i in range(len(x) - n + 1)])
        beside = x[: len(x) // n * n].reshape(-1, n)
        if result.shape == beside.shape and near(values(result, beside.shape), beside.flatten().tolist()):
            raise NotYet("those windows do not overlap: the next one begins one place on, not n places on")
        value = values(result, right.shape, f"for {said} and n = {n}, what it gives")
        packed = torch.as_strided(x, right.shape, (1, 1))
        compare(
            value,
            right.flatten().tolist(),
            {
                f"for {said} it reads what lies between as well: take the stride of x": (
                    packed.flatten().tolist() if x.stride() != (1,) else []
                ),
            },
            f"for {said} and n = {n} the first window should be {right[0].tolist()} and the next {right[1].tolist()}",
        )
        if result.data_ptr() != x.data_ptr():
            raise NotYet(f"the windows are right, but {described(result)} was made anew: a view of x copies nothing")
    return "every window, and not one number more in memory."


@exercise
def small_digits(answer: object) -> str:
    """The images of digits with 4 by 4 dots, each the mean of 2 by 2."""
    images = torch.tensor(data_set("digits").images).float()
    right = F.avg_pool2d(images, 2)
    compare(
        values(answer, right.shape, "the small images"),
        right.flatten().tolist(),
        {
            "each new dot is the mean of four dots side by side in one row: a block has two rows and two columns": (
                images.view(-1, 4, 4, 4).mean(dim=3).flatten().tolist()
            ),
            "each is the mean of a row of one half and another: the axis of 8 becomes 4 blocks of 2, in this order": (
                images.view(-1, 2, 4, 2, 4).mean(dim=(1, 3)).flatten().tolist()
            ),
            "those are sums of 2 by 2 dots: the mean is wanted": (4 * right).flatten().tolist(),
            "those are the largest of 2 by 2 dots: the mean is wanted": F.max_pool2d(images, 2).flatten().tolist(),
            "that is every second dot: the mean of each block of 2 by 2 is wanted": (
                images[:, ::2, ::2].flatten().tolist()
            ),
            "rows and columns are exchanged": right.transpose(1, 2).flatten().tolist(),
        },
        f"the first row of the first image should be {[round(each, 2) for each in right[0, 0].tolist()]}",
    )
    return "a quarter of the dots, as bright as before."


def _rows_swapped(x: Tensor, i: int, j: int) -> list[float]:
    order = list(range(len(x)))
    order[i], order[j] = order[j], order[i]
    return [float(each) for each in x[order].flatten()]
