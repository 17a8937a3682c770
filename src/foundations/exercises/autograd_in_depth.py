"""The exercises of Autograd in depth: what piles up, the record's size, inputs, changes in place, dots of a picture."""

from operator import add
from typing import Any

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    UNWATCHED,
    attempt,
    call,
    compare,
    data_set,
    exercise,
    gives_again,
    number,
    returned,
    shown,
    tensor,
    values,
)


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
            "42 has the slopes at 5, 7 and 9: backward() runs before x moves": [42.0],
            "15 is the sum of the places: the slope at each is 2x": [15.0],
        },
        "take the slope 2x at each of the three places, and add them up",
    )
    return "the slopes at 3, 5 and 7 add up: 6 + 10 + 14."


@exercise
def record_size(answer: object) -> str:
    """A function that counts the calculations in the record behind a tensor, each once."""
    w, b = (torch.tensor(value, requires_grad=True) for value in (2.0, -1.0))
    records = _records(w, b)
    found = [number(_on(answer, made, said), f"for {said} what it gives") for said, (made, *_) in records.items()]
    steps, leaves, ways, ends = zip(*(counts for _, *counts in records.values()), strict=True)
    at = next((i for i, pair in enumerate(zip(found, steps, strict=True)) if pair[0] != pair[1]), 0)
    gives = f"for {[*records][at]} it gives {found[at]:g}"
    compare(
        found,
        steps,
        {
            f"{gives}: it counts leaves too, but an AccumulateGrad calculates nothing": list(map(add, steps, leaves)),
            f"{gives}: a step that two ways lead to counts twice": ways,
            f"{gives}: what two ways lead to counts twice, and leaves are counted too": list(map(add, ways, ends)),
        },
        f"{gives}, and it was made by {steps[at]}: each step counts once, and leaves do not",
        within=1e-9,
    )
    if w.grad is not None or b.grad is not None:
        raise NotYet("the counts are right, but leaves have a gradient now: the record can be read without backward()")
    return "it counts each calculation once, however many ways lead to it."


@exercise
def input_slopes(answer: object) -> str:
    """A function of a loss and an input: the gradient for the input, with the .grad of the weights left alone."""
    _judge_input_slopes(answer, torch.tensor([2.0, -1.0, 0.5]), torch.tensor([1.0, 2.0, -3.0]))
    _judge_input_slopes(answer, torch.tensor([[1.0, -2.0], [0.5, 3.0]]), torch.tensor([[2.0, 1.0], [-1.0, 1.0]]))
    return "the input's gradient, and the weights have not noticed."


def _judge_input_slopes(answer: object, weights: Tensor, x: Tensor) -> None:
    weights.requires_grad_()

    def loss_of(x: Tensor) -> Tensor:
        return ((weights * x).sum() - 1) ** 2

    right = 2 * ((weights * x).sum() - 1).detach() * weights.detach()
    handed = x.clone()
    if attempt(answer, loss_of, handed, called=f"called with (loss_of, {shown(x)}), it") is None:
        raise NotYet("it gives None: is a `return` missing, or is it the .grad of a tensor that loss_fn never saw?")
    for before in (None, torch.full_like(x, 7.0)):
        weights.grad = None if before is None else before.clone()
        given = call(answer, loss_of, x)
        if isinstance(given, tuple) and len(given) == 1 and isinstance(given[0], Tensor):
            raise NotYet("it gives a tuple with the gradient in it, as torch.autograd.grad does: take its [0]")
        output = values(given, x.shape, "the gradient")
        compare(
            output,
            right.flatten().tolist(),
            {
                "that is the gradient for the weights: the input's is wanted": (
                    (2 * ((weights * x).sum() - 1).detach() * x).flatten().tolist()
                ),
                "the signs are turned": (-right).flatten().tolist(),
                "twice too much: did backward() run twice, and add to what was there?": (2 * right).flatten().tolist(),
            },
            f"the gradient for x = {x.tolist()} should be {right.tolist()}, and it gives "
            f"{torch.tensor(output, dtype=torch.float64).round(decimals=4).reshape(x.shape).tolist()}",
        )
        if before is None and weights.grad is not None:
            raise NotYet(
                "the gradient is right, but the weights have got one too: backward() fills the .grad of every leaf"
            )
        if before is not None and (weights.grad is None or not torch.equal(weights.grad, before)):
            raise NotYet("the gradient is right, but what stood in the .grad of the weights is not there any more")
    gives_again(answer, right.flatten().tolist(), loss_of, x)
    if handed.requires_grad:
        raise NotYet("the gradient is right, but the x that was handed in is watched from now on: watch x.detach()")


@exercise
def between(answer: object) -> str:
    """A function that gives 2 · sigmoid(x) − 1, with its gradient."""
    x = torch.tensor([-2.0, 0.0, 1.0], dtype=torch.float64, requires_grad=True)
    result = tensor(_on(answer, x, "a watched tensor"), "what it gives")
    right = torch.tanh(x.detach() / 2)
    compare(
        values(result, (3,)),
        right.tolist(),
        {
            "those are the values of the sigmoid: twice that, minus 1, is wanted": x.detach().sigmoid().tolist(),
            "the minus 1 is missing": (right + 1).tolist(),
            "the 1 is taken away before the doubling, and so it counts twice": (right - 1).tolist(),
            "the signs are turned": (-right).tolist(),
        },
        f"for {x.tolist()} the values should be {[round(each, 3) for each in right.tolist()]}",
    )
    if not result.requires_grad:
        raise NotYet(UNWATCHED)
    try:
        (slopes,) = torch.autograd.grad(result.sum(), x)
    except RuntimeError as error:
        found = {"inplace": "it overwrites a value that its slope needs", "not have been used": "its history is cut"}
        reason = next((why for words, why in found.items() if words in str(error)), str(error))
        raise NotYet(f"the values are right, but backward() raises RuntimeError: {reason}") from error
    wanted = (1 - right**2) / 2
    compare(
        slopes.tolist(),
        wanted.tolist(),
        {},
        f"the values are right, but for x = {x.tolist()} the gradient should be {wanted.round(decimals=3).tolist()}, "
        f"and is {slopes.round(decimals=3).tolist()}: is something in it cut off from x, or changed through .data?",
    )
    return "the values and the gradient are right."


@exercise
def dot_slopes(answer: object) -> str:
    """The slope of "is it a seven rather than a three?" for each dot of a picture."""
    digits = data_set("digits")
    images, labels = torch.tensor(digits.images), torch.tensor(digits.target)
    threes, sevens = (images[labels == digit].mean(dim=0) for digit in (3, 7))
    right = 2 * (sevens - threes)
    if isinstance(answer, Tensor) and answer.ndim == 0:
        raise NotYet("that is one number: the slope for each of the 64 dots is wanted")
    if answer is None:
        raise NotYet("that is None: was backward() called, and is the picture a leaf that requires a gradient?")
    if isinstance(answer, tuple) and len(answer) == 1:
        raise NotYet("that is a tuple with the slopes in it, as torch.autograd.grad gives it: take its [0]")
    compare(
        values(answer, (8, 8), "the slopes"),
        right.flatten().tolist(),
        {
            "the signs are turned: a dot that makes it more of a seven has a positive slope": (
                (-right).flatten().tolist()
            ),
            "twice too much: did backward() run twice, and add to what was there?": (2 * right).flatten().tolist(),
            "that is the difference of the two mean pictures: the slope of a square has a 2 in it": (
                (right / 2).flatten().tolist()
            ),
            "that is the picture: its slopes are wanted": images[3].flatten().tolist(),
            "rows and columns are exchanged": right.T.flatten().tolist(),
        },
        "those are not the slopes: watch a copy of images[3], calculate its sevenness, and ask for the gradient",
    )
    return "64 dots, and each has its slope."


def _on(answer: object, given: Tensor, said: str) -> Any:
    """What a function gives for a tensor that has a history, which `call` could not copy."""
    called = f"called with {said}, it"
    return returned(attempt(answer, given, called=called), called)


def _records(w: Tensor, b: Tensor) -> dict[str, tuple[Tensor, int, int, int, int]]:
    """Tensors with their number of steps and of leaves, and with both where whatever two ways lead to counts twice."""
    h = (w * 3).exp()
    return {
        "h * h with h = (w * 3).exp()": (h * h, 3, 1, 5, 2),
        "w * 3 + b": (w * 3 + b, 2, 2, 2, 2),
        "w.sin() + w.cos()": (w.sin() + w.cos(), 3, 1, 3, 2),
        "a leaf": (w, 0, 0, 0, 0),
    }
