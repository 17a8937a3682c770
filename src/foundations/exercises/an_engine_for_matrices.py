"""The exercises of An engine for matrices: what three operations send back, and two circles to part."""

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, column, compare, described, exercise, near, values


@exercise
def batch_slopes(answer: object) -> str:
    """A function of a, b and g: the slopes of a batch of products along both factors."""
    a, b, g = (_drawn(*shape) for shape in ((4, 3, 2), (2, 5), (4, 3, 5)))
    found = call(answer, a, b, g)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise NotYet(f"it should give two slopes, along a and along b, not {described(found)}")
    along_a, along_b = found
    right_a, of_each = g @ b.T, a.mT @ g
    if isinstance(along_a, Tensor) and along_a.shape == b.shape:
        raise NotYet("the slope along a comes first, and then the one along b")
    if isinstance(along_b, Tensor) and along_b.shape == of_each.shape:
        raise NotYet(
            f"the slope along b has the shape {tuple(along_b.shape)}, one for each matrix of the batch: "
            "b was stretched over the batch, so sum it back"
        )
    first = values(along_a, a.shape, "the slope along a")
    compare(first, right_a.flatten().tolist(), {}, _first_gap("a", first, right_a))
    second = values(along_b, b.shape, "the slope along b")
    compare(
        second,
        of_each.sum(dim=0).flatten().tolist(),
        {
            "the slope along b is a mean over the batch: slopes of all ways add": of_each.mean(0).flatten().tolist(),
            "the slope along b is that of the first matrix: all of them use b": of_each[0].flatten().tolist(),
        },
        _first_gap("b", second, of_each.sum(dim=0)),
    )
    return "each matrix for itself, and what was stretched is summed back."


@exercise
def rows_mean_back(answer: object) -> str:
    """A function of g and x: the slope along x of its mean over the rows."""
    for shape in ((5, 3), (2, 4)):
        _judge_rows_mean_back(answer, _drawn(shape[1]), _drawn(*shape))
    return "what was summed forwards is stretched backwards."


def _judge_rows_mean_back(answer: object, g: Tensor, x: Tensor) -> None:
    found = call(answer, g, x)
    n, k = x.shape
    right = g.expand(n, k) / n
    if isinstance(found, Tensor) and found.shape == g.shape and x.shape != g.shape:
        raise NotYet(f"it gives the shape {tuple(found.shape)}, and x has {tuple(x.shape)}: stretch it over the rows")
    output = values(found, x.shape, "the slope along x")
    compare(
        output,
        right.flatten().tolist(),
        {
            "that is the slope of a sum: each of n numbers has an n-th part in a mean": (n * right).flatten().tolist(),
            "that is divided by all the numbers of x, and a column's mean is one of its rows": (right / k)
            .flatten()
            .tolist(),
            "that is divided by the number of columns, and the mean is over rows": (right * n / k).flatten().tolist(),
        },
        _first_gap(f"x, of shape {(n, k)},", output, right),
    )


@exercise
def largest_back(answer: object) -> str:
    """A function of g and x: the slope along x of the largest number in each row."""
    g = torch.tensor([[2.0], [-3.0], [0.5]])
    x = torch.tensor([[1.0, 2.01, 2.0], [-5.0, -1.0, -2.0], [7.0, 0.0, 6.0]])
    wins = x == x.amax(dim=1, keepdim=True)
    output = values(call(answer, g, x), x.shape, "the slope along x")
    compare(
        output,
        (g * wins).flatten().tolist(),
        {
            "every number of a row gets its slope: only the largest moved the result": g.expand(3, 3)
            .flatten()
            .tolist(),
            "the largest numbers have the slope 1 there: multiply by what arrives": wins.double().flatten().tolist(),
            "that is g times the number itself: the result moves as far as its largest number does": (g * wins * x)
            .flatten()
            .tolist(),
            "the largest of each column is taken there, and each row has one": (g * (x == x.amax(dim=0)))
            .flatten()
            .tolist(),
            "only the largest number of the whole table gets a slope there": (g * (x == x.max())).flatten().tolist(),
        },
        _first_gap("x", output, g * wins),
    )
    return "the winner takes the slope, and all others stay where they are."


@exercise
def circle_preds(answer: object) -> str:
    """The answers of a net for 120 points on two circles, with the right sign for 97 in 100."""
    from sklearn.datasets import make_circles

    inner = torch.tensor(make_circles(120, noise=0.08, factor=0.4, random_state=42)[1])
    result = torch.tensor(column(answer, 120, "the answer"))
    share = ((result > 0) == (inner > 0)).double().mean().item()
    if share >= 0.97:
        return f"{share:.0%} of the points lie on the side that your answer says."
    if share <= 0.03:
        raise NotYet("all signs are turned: the inner circle is 1, and the outer one −1")
    if len(result.sign().unique()) == 1:
        raise NotYet("all answers have the same sign")
    raise NotYet(f"{share:.0%} have the right sign: take more steps, and enough units to go round a circle")


def _first_gap(name: str, result: list[float], right: Tensor) -> str:
    """The first number that is wrong in a slope, and what it should be."""
    wanted = right.flatten().tolist()
    at = next((i for i in range(len(wanted)) if not near(result[i : i + 1], wanted[i : i + 1])), 0)
    place = [int(each[0]) for each in torch.unravel_index(torch.tensor([at]), right.shape)]
    have, want = apart(result[at], wanted[at])
    return (
        f"the slope along {name} should be {want} at {place}, and is {have} there: which results does that number move?"
    )


def _drawn(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)))
