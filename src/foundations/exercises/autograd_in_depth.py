"""The exercises of Autograd in depth: what piles up, the record's size, inputs, changes in place and curvature."""

from typing import Any

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import attempt, call, compare, exercise, number, returned, values


@exercise
def piled_up(answer: object) -> str:
    """What stands in .grad after three backward passes through x², from 3 on in steps of 2."""
    compare(
        [number(answer, "the answer")],
        [30.0],
        {
            "18 is three times the slope at 3, but x moves after each backward(): the slopes differ": [18.0],
            "14 is the last slope alone: backward() adds it to those before": [14.0],
            "83 is the sum of the heights x²: the slopes are 2x": [83.0],
            "48 has the slopes at 5, 7 and 9: backward() runs before x moves": [48.0],
            "15 is the sum of the places: the slope at each is 2x": [15.0],
        },
        "take the slope 2x at each of the three places, and add them up",
    )
    return "the slopes at 3, 5 and 7 add up: 6 + 10 + 14."


@exercise
def record_size(answer: object) -> str:
    """A function that counts the calculations in the record behind a tensor, each once."""
    for said, (tensor, steps, leaves, ways, ends) in _records().items():
        given = number(_on(answer, tensor, said), f"for {said} what it gives")
        gives = f"for {said} it gives {given:g}"
        compare(
            [given],
            [steps],
            {
                f"{gives}: it counts leaves too, but an AccumulateGrad calculates nothing": [steps + leaves],
                f"{gives}: a step that two ways lead to counts twice": [ways],
                f"{gives}: what two ways lead to counts twice, and leaves are counted too": [ways + ends],
            },
            f"{gives}, and it was made by {steps}: each step counts once, and leaves do not",
            within=1e-9,
        )
    return "it counts each calculation once, however many ways lead to it."


@exercise
def input_slopes(answer: object) -> str:
    """A function of a loss and an input: the gradient for the input, with the .grad of the weights left alone."""
    weights = torch.tensor([2.0, -1.0, 0.5], requires_grad=True)
    x = torch.tensor([1.0, 2.0, -3.0])

    def loss_of(x: Tensor) -> Tensor:
        return ((weights * x).sum() - 1) ** 2

    right = 2 * ((weights * x).sum() - 1).detach() * weights.detach()
    for before in (None, torch.tensor([7.0, 7.0, 7.0])):
        weights.grad = None if before is None else before.clone()
        given = values(call(answer, loss_of, x), (3,), "the gradient")
        compare(
            given,
            right.tolist(),
            {
                "that is the gradient for the weights: the input's is wanted": (
                    2 * ((weights * x).sum() - 1).detach() * x
                ).tolist(),
                "the signs are turned": (-right).tolist(),
                "twice too much: did backward() run twice, and add to what was there?": (2 * right).tolist(),
            },
            f"the gradient for x = {x.tolist()} should be {right.tolist()}, and it gives "
            f"{[round(each, 4) for each in given]}",
        )
        if before is None and weights.grad is not None:
            raise NotYet(
                "the gradient is right, but the weights have got one too: backward() fills the .grad of every leaf"
            )
        if before is not None and (weights.grad is None or not torch.equal(weights.grad, before)):
            raise NotYet("the gradient is right, but what stood in the .grad of the weights is not there any more")
    return "the input's gradient, and the weights have not noticed."


@exercise
def between(answer: object) -> str:
    """A function that gives 2 · sigmoid(x) − 1, with its gradient."""
    x = torch.tensor([-2.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    result = _on(answer, x, "a watched tensor")
    right = torch.tanh(x.detach() / 2)
    compare(
        values(result, (3,)),
        right.tolist(),
        {
            "those are the values of the sigmoid: twice that, minus 1, is wanted": x.detach().sigmoid().tolist(),
            "the minus 1 is missing": (right + 1).tolist(),
        },
        f"for {x.tolist()} the values should be {[round(each, 3) for each in right.tolist()]}",
    )
    if not result.requires_grad:
        raise NotYet("the values are right, but they have no history: a detach() or a no_grad() has cut it off")
    try:
        (slopes,) = torch.autograd.grad(result.sum(), x)
    except RuntimeError as error:
        reason = "it overwrites a value that its slope needs" if "inplace" in str(error) else "its history is cut"
        raise NotYet(f"the values are right, but backward() raises RuntimeError: {reason}") from error
    compare(
        slopes.tolist(),
        ((1 - right**2) / 2).tolist(),
        {},
        "the values are right, but the gradient is not: something in it is cut off from x",
    )
    return "the values and the gradient are right."


@exercise
def newton_step(answer: object) -> str:
    """A function of a function and a place: where one step of Newton's method leads from there."""
    for text, valley, place in (("(x − 3)² + 1", _parabola, 7.0), ("x⁴ + x²", _steep, 1.0)):
        at = torch.tensor(place, dtype=torch.float64)
        watched = at.clone().requires_grad_()
        (slope,) = torch.autograd.grad(valley(watched), watched, create_graph=True)
        (curvature,) = torch.autograd.grad(slope, watched)
        step = slope.item() / curvature.item()
        given = number(call(answer, valley, at), f"for {text} at {place:g} what it gives")
        gives = f"for {text} at {place:g} it gives {given:.4g}"
        compare(
            [given],
            [place - step],
            {
                f"{gives}, which is uphill: take the step away": [place + step],
                f"{gives}, which is the step: say where it leads": [step],
                f"{gives}: the curvature is left out": [place - slope.item()],
                f"{gives}, which is a step of curvature / slope": [place - 1 / step],
            },
            f"{gives}, and one step leads to {place - step:.4g}",
            within=1e-6,
        )
    return "slope and curvature, both from autograd, lead to the bottom of a parabola at once."


@exercise
def wine_limit(answer: object) -> str:
    """The largest learning rate for a linear model of the alcohol in wine: 2 / largest eigenvalue of the Hessian."""
    from sklearn.datasets import load_wine

    table = torch.tensor(load_wine().data)
    table = (table - table.mean(dim=0)) / table.std(dim=0)
    others = table[:, 1:]
    curvatures = torch.linalg.eigvalsh(2 * others.T @ others / len(others))
    largest = curvatures[-1].item()
    if answer is not ... and isinstance(answer, Tensor) and answer.shape == (12, 12):
        raise NotYet("that is a table: the limit is 2 divided by the largest of its eigenvalues")
    given = number(answer, "the limit")
    compare(
        [given],
        [2 / largest],
        {
            f"{given:.4g} is the largest curvature: the limit is 2 divided by it": [largest],
            f"{given:.4g} is half of the limit: it is 2, not 1, divided by the largest curvature": [1 / largest],
            f"{given:.4g} belongs to the smallest curvature: the steepest direction decides": [
                2 / curvatures[0].item()
            ],
            f"{given:.4g} would be the limit for the sum: the loss is a mean": [2 / largest / len(others)],
            f"{given:.4g} is the limit for the table with the alcohol in it": [
                1 / torch.linalg.eigvalsh(table.T @ table / len(table))[-1].item()
            ],
        },
        f"{given:.4g} is not the limit: it is 2 divided by the largest eigenvalue of the Hessian, about "
        f"{2 / largest:.1g}",
    )
    return "a little below it training converges, a little above it the loss explodes."


def _on(answer: object, tensor: Tensor, said: str) -> Any:
    """What a function gives for a tensor that has a history, which `call` could not copy."""
    called = f"called with {said}, it"
    return returned(attempt(answer, tensor, called=called), called)


def _records() -> dict[str, tuple[Tensor, int, int, int, int]]:
    """Tensors with their number of steps and of leaves, and with both where whatever two ways lead to counts twice."""
    w, b = (torch.tensor(value, requires_grad=True) for value in (2.0, -1.0))
    h = (w * 3).exp()
    return {
        "h * h with h = (w * 3).exp()": (h * h, 3, 1, 5, 2),
        "w * 3 + b": (w * 3 + b, 2, 2, 2, 2),
        "w.sin() + w.cos()": (w.sin() + w.cos(), 3, 1, 3, 2),
        "a leaf": (w, 0, 0, 0, 0),
    }


def _parabola(x: Tensor) -> Tensor:
    return (x - 3) ** 2 + 1


def _steep(x: Tensor) -> Tensor:
    return x**4 + x**2
