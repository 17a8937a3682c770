"""The exercises of Autograd by your own rules: curvature, a backward that pretends, a root without nan, a limit."""

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    UNWATCHED,
    all_apart,
    apart,
    attempt,
    call,
    compare,
    data_set,
    described,
    equal,
    exercise,
    gives_again,
    number,
    returned,
    values,
)


@exercise
def newton_step(answer: object) -> str:
    """A function of a function and a place: where one step of Newton's method leads from there."""
    for text, valley, place in (
        ("(x − 3)² + 1", _parabola, 7.0),
        ("x⁴ + x²", _steep, 1.0),
        ("x³ − 6x", _hilly, -1.0),
    ):
        at = torch.tensor(place, dtype=torch.float64)
        watched = at.clone().requires_grad_()
        (slope,) = torch.autograd.grad(valley(watched), watched, create_graph=True)
        (curvature,) = torch.autograd.grad(slope, watched)
        step = slope.item() / curvature.item()
        output = number(call(answer, valley, at), f"for {text} at {place:g} what it gives")
        shown, wanted = apart(output, place - step)
        gives = f"for {text} at {place:g} it gives {shown}"
        compare(
            [output],
            [place - step],
            {
                f"{gives}, which is uphill: take the step away"
                if curvature > 0
                else f"{gives}: on top of a hill the curvature is negative, and its sign belongs to the step": [
                    place + step
                ],
                f"{gives}, which is the step: say where it leads": [step],
                f"{gives}: the curvature is left out": [place - slope.item()],
                f"{gives}, which is a step of curvature / slope": [place - 1 / step],
            },
            f"{gives}, and one step leads to {wanted}",
            within=1e-6,
        )
        gives_again(answer, [place - step], valley, at)
    return "slope and curvature lead to the bottom of a parabola at once."


@exercise
def rounded(answer: object) -> str:
    """A function that rounds, and hands on what it is given on the way back."""
    x = torch.tensor([-1.7, 0.2, 2.6, 2.5, -0.5], dtype=torch.float64, requires_grad=True)
    counts = torch.tensor([3.0, -2.0, 0.5, 1.0, -1.5], dtype=torch.float64)
    result = _on(answer, x, "a watched tensor")
    right = x.detach().round().tolist()
    compare(
        values(result, (5,)),
        right,
        {
            "nothing is rounded": x.tolist(),
            "it rounds down, and x.round() gives the nearest": x.detach().floor().tolist(),
            "it cuts off what is behind the point, and x.round() gives the nearest": x.detach().trunc().tolist(),
            "half way between two whole numbers x.round() takes the even one": (x.detach() + 0.5).floor().tolist(),
        },
        f"for {x.tolist()} the values should be {right}",
    )
    slopes = _slopes(result, x, counts)
    compare(
        slopes,
        counts.tolist(),
        {
            "the values are right, but backward gives 1 whatever it gets: hand on the counts": [1.0] * 5,
            "the values are right, but all slopes are 0: those are the slopes of x.round() itself": [0.0] * 5,
            "the values are right, but the counts are multiplied by x: a slope of 1 leaves them as they are": (
                counts * x.detach()
            ).tolist(),
        },
        f"the values are right, but for the counts {counts.tolist()} it hands on {[round(each, 3) for each in slopes]}",
    )
    return "it rounds, and learns as if it did not."


@exercise
def safe_root(answer: object) -> str:
    """A function that gives the root of what is positive and 0 for all others, with slopes that are never nan."""
    for xs in ([-4.0, 0.0, 1e-6, 0.25, 9.0], [100.0, -0.5, 4.0]):
        _judge_root(answer, torch.tensor(xs, dtype=torch.float64, requires_grad=True))
    return "no nan, neither forward nor back."


def _judge_root(answer: object, x: Tensor) -> None:
    result = _on(answer, x, "a watched tensor")
    positive, root = x.detach() > 0, x.detach().clamp(min=0).sqrt()
    right = root.tolist()
    if result.isnan().any():
        raise NotYet(f"for {x.tolist()} it gives {result.tolist()}: where x is not positive, 0 is wanted")
    found = values(result, x.shape)
    compare(found, right, {}, f"for {x.tolist()} the values should be {all_apart(right, found, ', and they are ')}")
    others = torch.tensor(found, dtype=x.dtype)[~positive].tolist()
    if max(map(abs, others)) > 1e-9:
        raise NotYet(f"for {x[~positive].tolist()} it gives {others}: where x is not positive, exactly 0 is wanted")
    slopes = torch.tensor(_slopes(result, x, torch.ones_like(x), finite=False), dtype=x.dtype)
    if not slopes.isfinite().all():
        shown = [round(each, 4) for each in slopes.tolist()]
        raise NotYet(
            f"the values are right, and the slopes are {shown}: is the root still taken of the number that must not "
            "come in?"
        )
    compare(
        slopes.tolist(),
        torch.where(positive, 0.5 / root, 0).tolist(),
        {"the values are right, but all slopes are 0: the way back is cut off": [0.0] * len(x)},
        f"the values are right, but the slopes are {[round(each, 4) for each in slopes.tolist()]}, and should be "
        "0 where x is not positive, and 1 divided by twice the root elsewhere",
    )


@exercise
def wine_limit(answer: object) -> str:
    """The largest learning rate for a linear model of the alcohol in wine: 2 / largest eigenvalue of the Hessian."""
    table = torch.tensor(data_set("wine").data)
    table = (table - table.mean(dim=0)) / table.std(dim=0)
    others = table[:, 1:]
    curvatures = torch.linalg.eigvalsh(2 * others.T @ others / len(others))
    largest = curvatures[-1].item()
    if answer is not ... and isinstance(answer, Tensor) and answer.shape == (12, 12):
        raise NotYet("that is a table: the limit is one number, 2 divided by the largest eigenvalue of the Hessian")
    output = number(answer, "the limit")
    compare(
        [output],
        [2 / largest],
        {
            f"{output:.4g} is the largest curvature: the limit is 2 divided by it": [largest],
            f"{output:.4g} is half of the limit: it is 2, not 1, divided by the largest curvature": [1 / largest],
            f"{output:.4g} belongs to the smallest curvature: the steepest direction decides": [
                2 / curvatures[0].item()
            ],
            f"{output:.4g} would be the limit for the sum: the loss is a mean": [2 / largest / len(others)],
            f"{output:.4g} is the limit for the table with the alcohol in it": [
                1 / torch.linalg.eigvalsh(table.T @ table / len(table))[-1].item()
            ],
        },
        f"{output:.4g} is not the limit: with it a step multiplies the distance in the steepest direction by "
        f"{1 - output * largest:.4g}, and at the limit by −1",
        decimals=3,
    )
    return "a little below it training converges, a little above it the loss explodes."


def _on(answer: object, x: Tensor, said: str) -> Tensor:
    """The tensor that a function gives for one that has a history, which `call` could not copy."""
    called = f"called with {said}, it"
    before = x.detach().clone()
    result = returned(attempt(answer, x, called=called), called)
    if not equal(before, x):
        raise NotYet(f"{called} changes that tensor itself, and whoever calls it loses the old values: work on a copy")
    if not isinstance(result, Tensor) or result.is_meta or result.is_complex():
        raise NotYet(f"{called} should give a tensor of numbers, not {described(result)}")
    if result.shape != x.shape:
        raise NotYet(f"{called} should give the shape {tuple(x.shape)}, not {tuple(result.shape)}")
    return result


def _slopes(result: Tensor, x: Tensor, counts: Tensor, *, finite: bool = True) -> list[float]:
    """What comes back for x when the results count so much."""
    if not result.requires_grad:
        raise NotYet(UNWATCHED)
    try:
        (slopes,) = torch.autograd.grad(result, x, counts, allow_unused=True)
    except Exception as error:
        raise NotYet(f"the values are right, but the way back raises {type(error).__name__}: {error}") from error
    if slopes is None:
        raise NotYet("the values are right, but the way back gives None for x")
    return values(slopes, x.shape, "the slope") if finite else slopes.tolist()


def _parabola(x: Tensor) -> Tensor:
    return (x - 3) ** 2 + 1


def _steep(x: Tensor) -> Tensor:
    return x**4 + x**2


def _hilly(x: Tensor) -> Tensor:
    return x**3 - 6 * x
