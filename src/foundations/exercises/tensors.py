"""The exercises of Tensors: a place in storage, an axis that stays, views that change, dtypes, and stacked means."""

import itertools
import math

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, exercise, number, values


@exercise
def place_of(answer: object) -> str:
    """A function of a shape and an index: the place that a contiguous tensor of this shape reads there."""
    for shape in ((3, 4), (5,), (2, 3, 4), (2, 1, 3, 2)):
        strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        columns_first = [math.prod(shape[:axis]) for axis in range(len(shape))]
        for index in itertools.product(*map(range, shape)):
            given = number(call(answer, shape, index), f"the place of {list(index)} in {shape}")
            right = sum(i * stride for i, stride in zip(index, strides, strict=True))
            example = f"in the shape {shape}, {list(index)} is read from place {right}, and it gives {given:g}"
            turned = sum(i * stride for i, stride in zip(index, columns_first, strict=True))
            compare(
                [given],
                [right],
                {
                    f"{example}: that is column after column, and PyTorch lays a tensor row after row": [turned],
                    f"{example}: a step along an axis jumps over what the later axes hold, not over its own size": [
                        sum(i * size for i, size in zip(index[:-1], shape[:-1], strict=True)) + index[-1]
                    ],
                },
                example,
                within=1e-6,
            )
    return "it finds the place in every shape."


@exercise
def centre_rows(answer: object) -> str:
    """A function of a matrix: each row less its own mean."""
    draw = torch.Generator().manual_seed(1)
    for shape in ((3, 3), (4, 2), (1, 5)):
        x = torch.randn(shape, generator=draw, dtype=torch.float64)
        given = values(call(answer, x), shape, f"for a matrix of shape {shape}, what it gives")
        compare(
            given,
            (x - x.mean(dim=1, keepdim=True)).flatten().tolist(),
            {
                "it takes the mean of row j from column j: the means are a row, and have to be a column (keepdim)": (
                    (x - x.mean(dim=1)).flatten().tolist() if shape[0] == shape[1] else []
                ),
                "it takes the mean of each column away: dim names the axis that goes": (
                    (x - x.mean(dim=0)).flatten().tolist()
                ),
                "it takes the mean of all numbers away: each row has its own": (x - x.mean()).flatten().tolist(),
                "it gives the means themselves: take them away from x": (
                    x.mean(dim=1, keepdim=True).expand(shape).flatten().tolist()
                ),
            },
            f"for a matrix of shape {shape} the rows it gives should have the mean 0, and keep their differences",
        )
    return "every row has the mean 0."


@exercise
def swapped(answer: object) -> str:
    """A function of a matrix and two columns: a copy with these exchanged."""
    for shape, i, j in (((3, 4), 0, 2), ((2, 5), 4, 1), ((3, 3), 1, 1)):
        x = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape) * 10
        order = list(range(shape[1]))
        order[i], order[j] = order[j], order[i]
        result = call(answer, x, i, j)
        given = values(result, shape, "what it gives")
        first, second = x.clone(), x.clone()
        first[:, i] = x[:, j]
        second[:, j] = x[:, i]
        lost = "the other is lost: it was read through a view, after it had been overwritten"
        compare(
            given,
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
def table_tensor(answer: object) -> str:
    """A float32 tensor of a table with columns of three kinds."""
    right = torch.tensor([[22.0, 7.25, 1.0, 0.0], [38.0, 71.2833, 1.0, 1.0], [26.0, 7.925, 0.0, 1.0]])
    if isinstance(answer, Tensor) and answer.shape == right.T.shape:
        raise NotYet("the shape is (4, 3), columns first: a row for each passenger is wanted")
    given = values(answer, right.shape, "the tensor")
    compare(
        given,
        right.flatten().tolist(),
        {
            "the fares have lost what stands after the point": right.trunc().flatten().tolist(),
            "nobody is female: the last column should be 0, 1, 1": (
                (right * torch.tensor([1.0, 1.0, 1.0, 0.0])).flatten().tolist()
            ),
        },
        "those are not the numbers of the table: a row for each passenger, the columns in their order",
        within=1e-5,
    )
    _want_float32(answer)
    return "one kind of number, and yes is 1."


@exercise
def mean_digits(answer: object) -> str:
    """The mean image of each of ten digits, as a float32 tensor of shape (10, 8, 8)."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images, labels = torch.tensor(digits.images), torch.tensor(digits.target)
    right = torch.stack([images[labels == digit].mean(dim=0) for digit in range(10)])
    if isinstance(answer, Tensor) and answer.shape == (8, 8):
        raise NotYet("that is one image: the mean of each digit's own images is wanted, ten in all")
    if isinstance(answer, list):
        raise NotYet(f"that is a list of {len(answer)}: torch.stack makes one tensor of it, with a new axis")
    sums = torch.stack([images[labels == digit].sum(dim=0) for digit in range(10)])
    compare(
        values(answer, right.shape, "the images"),
        right.flatten().tolist(),
        {
            "those are sums: some digits have more images than others, so take the mean": sums.flatten().tolist(),
            "all ten are the mean of all images: choose those of each digit, by a mask": (
                images.mean(dim=0).expand(10, 8, 8).flatten().tolist()
            ),
            "those are the first ten images, not means": images[:10].flatten().tolist(),
            "rows and columns are exchanged": right.transpose(1, 2).flatten().tolist(),
            "the brightnesses are not those of the data, from 0 to 16": (right / 16).flatten().tolist(),
        },
        "those are not the mean images: the first should be that of the zeros, and so on",
    )
    _want_float32(answer)
    counts = torch.bincount(labels)
    return f"each is the mean of {counts.min()} to {counts.max()} images."


def _rows_swapped(x: Tensor, i: int, j: int) -> list[float]:
    order = list(range(len(x)))
    order[i], order[j] = order[j], order[i]
    return [float(each) for each in x[order].flatten()]


def _want_float32(answer: object) -> None:
    assert isinstance(answer, Tensor)
    if answer.dtype != torch.float32:
        kind = str(answer.dtype).removeprefix("torch.")
        raise NotYet(f"the numbers are right, but they are {kind}, and float32 is wanted")
