"""The exercises of Tensors: an axis that stays, slices that are set, dtypes, and stacked means."""

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, data_set, exercise, tensor, values


@exercise
def centre_rows(answer: object) -> str:
    """A function of a matrix: each row less its own mean."""
    draw = torch.Generator().manual_seed(1)
    for shape in ((3, 3), (4, 2), (1, 5)):
        x = torch.randn(shape, generator=draw)
        right = x - x.mean(dim=1, keepdim=True)
        value = values(call(answer, x), shape, f"for a matrix of shape {shape}, what it gives")
        compare(
            value,
            right.flatten().tolist(),
            {
                "the signs are turned: it is the number less its row's mean": (-right).flatten().tolist(),
                "the rows are divided by their standard deviation as well: leave their differences as they are": (
                    (right / x.std(dim=1, keepdim=True)).flatten().tolist()
                ),
                "it takes the sum of each row away: the mean is wanted": (
                    (x - x.sum(dim=1, keepdim=True)).flatten().tolist()
                ),
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
def chessboard(answer: object) -> str:
    """An int64 tensor of shape (8, 8): 0 on the white squares of a chessboard, 1 on the black ones."""
    right = (torch.arange(8)[:, None] + torch.arange(8)) % 2
    rows = torch.arange(8)[:, None].expand(8, 8) % 2
    compare(
        values(tensor(answer, "the board"), (8, 8), "the board"),
        right.flatten().tolist(),
        {
            "black and white are exchanged: [0, 0] is white, a 0": (1 - right).flatten().tolist(),
            "half of the black squares are missing: those of the odd rows are the even columns": (
                (right * (1 - rows)).flatten().tolist()
            ),
            "half of the black squares are missing: those of the even rows are the odd columns": (
                (right * rows).flatten().tolist()
            ),
            "only every second row is set, at the even columns, and there [0, 0] is white": (
                ((1 - right) * (1 - rows)).flatten().tolist()
            ),
            "those are stripes: in each row begin with the other colour": rows.flatten().tolist(),
            "those are stripes: in every second row begin with the other colour": rows.T.flatten().tolist(),
        },
        "a square is black, a 1, where its row and its column add up to an odd number",
    )
    _want(torch.int64, answer)
    return "32 black squares, and no two of them side by side."


@exercise
def table_tensor(answer: object) -> str:
    """A float32 tensor of a table with columns of three kinds."""
    right = torch.tensor([[22.0, 7.25, 1.0, 0.0], [38.0, 71.2833, 1.0, 1.0], [26.0, 7.925, 0.0, 1.0]])
    if isinstance(answer, Tensor) and answer.shape == right.T.shape:
        raise NotYet("the shape is (4, 3), columns first: a row for each passenger is wanted")
    value = values(tensor(answer), right.shape, "the tensor")
    compare(
        value,
        right.flatten().tolist(),
        {
            "the fares have lost what stands after the point": right.trunc().flatten().tolist(),
            "nobody is female: the last column should be 0, 1, 1": (
                (right * torch.tensor([1.0, 1.0, 1.0, 0.0])).flatten().tolist()
            ),
            **{
                f"{short} has too few digits for the fares: make them float32": right.to(short).flatten().tolist()
                for short in (torch.float16, torch.bfloat16)
            },
        },
        "those are not the numbers of the table: a row for each passenger, the columns in their order",
        within=1e-5,
    )
    _want(torch.float32, answer)
    return "one kind of number, and yes is 1."


@exercise
def mean_digits(answer: object) -> str:
    """The mean image of each of ten digits, as a float32 tensor of shape (10, 8, 8)."""
    digits = data_set("digits")
    images, labels = torch.tensor(digits.images), torch.tensor(digits.target)
    right = torch.stack([images[labels == digit].mean(dim=0) for digit in range(10)])
    if isinstance(answer, Tensor) and answer.shape == (8, 8):
        raise NotYet("that is one image: the mean of each digit's own images is wanted, ten in all")
    if isinstance(answer, list):
        raise NotYet(f"that is a list of {len(answer)}: torch.stack makes one tensor of it, with a new axis")
    sums = torch.stack([images[labels == digit].sum(dim=0) for digit in range(10)])
    compare(
        values(tensor(answer, "the images"), right.shape, "the images"),
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
    _want(torch.float32, answer)
    counts = torch.bincount(labels)
    return f"each is the mean of {counts.min()} to {counts.max()} images."


def _want(dtype: torch.dtype, answer: object) -> None:
    found = tensor(answer).dtype
    if found != dtype:
        kind, wanted = (str(each).removeprefix("torch.") for each in (found, dtype))
        raise NotYet(f"the numbers are right, but they are {kind}, and {wanted} is wanted")
