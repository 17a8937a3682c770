"""The exercises of Autograd: slopes, leaves, one step of training, and a gradient for other data."""

import numpy as np
import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    apart,
    attempt,
    call,
    compare,
    data_set,
    described,
    exercise,
    gives_again,
    near,
    number,
    numbers,
    shown,
    tensor,
    values,
)


@exercise
def slope_of(answer: object) -> str:
    """A function of a function and a place: the slope there, as a plain number."""
    for text, curve, place in (("x³ − 3x", _cubic, 2.0), ("sin(x) / x", _wave, 1.5)):
        at = torch.tensor(place, dtype=torch.float64)
        slope = call(answer, curve, at)
        result = number(slope, f"for {text} at {place:g} what it gives")
        watched = at.clone().requires_grad_()
        curve(watched).backward()
        (right,) = numbers(watched.grad, 1)
        height = curve(at).item()
        found, wanted = apart(result, right)
        gives = f"for {text} at {place:g} it gives {found}"
        compare(
            [result],
            [right],
            {
                f"{gives}, which is the height there: the slope stands in .grad": [height],
                f"{gives}, the slope with the sign turned": [-right],
                f"{gives}, which is twice the slope: did backward() run twice, and add to what was there?": [2 * right],
            },
            f"{gives}, and the slope there is {wanted}",
            within=1e-6,
        )
        if isinstance(slope, Tensor | np.ndarray | list | tuple):
            raise NotYet(
                f"the slope is right, but it comes as {described(slope)}: a plain number is wanted, as .item() gives it"
            )
        gives_again(answer, [right], curve, at)
    return "it finds the slopes of functions that it has never seen."


@exercise
def small_weights(answer: object) -> str:
    """Random weights times 0.01 that are a leaf and require a gradient."""
    right = torch.randn(5, generator=torch.Generator().manual_seed(0)) * 0.01
    compare(
        values(tensor(answer, "weights"), right.shape, "weights"),
        right.tolist(),
        {"the weights are a hundred times too large: the 0.01 is missing": (100 * right).tolist()},
        "those are not the first five numbers that the generator draws, times 0.01: is it made anew before it draws?",
    )
    weights = tensor(answer)
    if weights.grad_fn is not None:
        raise NotYet(f"the weights are no leaf, but the result of {weights.grad_fn.name()}: ask for the gradient last")
    if not weights.requires_grad:
        raise NotYet("the weights do not require a gradient: who calls requires_grad_()?")
    return "they are a leaf, so backward() will leave a gradient in them."


@exercise
def one_step(answer: object) -> str:
    """A function that takes params one step downhill in place, clears the gradient and gives the loss before."""
    params = torch.tensor([1.0, -2.0], requires_grad=True)
    for visit, lr in (("first", 0.1), ("second", 0.05)):
        before = params.detach().clone()
        slopes = torch.tensor([2.0, 6.0]) * before
        loss = attempt(answer, params, _bowl, lr, called=f"the {visit} step")
        compare(
            params.tolist(),
            (before - lr * slopes).tolist(),
            {
                "the caller's params have not moved: change the tensor itself, with -=": before.tolist(),
                "params went uphill: take lr times the gradient away from them": (before + lr * slopes).tolist(),
                "the learning rate is left out: a step is only a part of the gradient": (before - slopes).tolist(),
            },
            f"with lr {lr:g} the {visit} step should lead from {shown(before)} to {shown(before - lr * slopes)}, "
            f"and leads to {shown(params)}",
        )
        if params.grad is not None and params.grad.any():
            raise NotYet("a gradient is left behind, and the next backward() would add to it: params.grad = None")
        if loss is None:
            raise NotYet("it gives None: the loss before the step is wanted, by a `return`")
        wanted, gives = apart(_bowl(before).item(), number(loss, "what it gives"))
        compare(
            [number(loss)],
            [_bowl(before).item()],
            {"it gives the loss after the step: the one before is wanted": [_bowl(params.detach()).item()]},
            f"the loss before the {visit} step is {wanted}, and it gives {gives}",
        )
        if isinstance(loss, Tensor | np.ndarray | list | tuple):
            raise NotYet(
                f"the loss is right, but it comes as {described(loss)}: a plain number is wanted, as .item() gives it"
            )
    return "in place, downhill, and nothing is left behind."


@exercise
def diabetes_slopes(answer: object) -> str:
    """The gradient of the mean squared error of a weighted sum of ten columns, with all weights at zero."""
    table, progression = (torch.tensor(each) for each in data_set("diabetes", return_X_y=True))
    right = -2 * (progression @ table) / len(table)
    result = numbers(answer, len(right), "the gradient")
    if not any(result):
        raise NotYet("all of them are zero, as the weights are: the gradient is wanted, and it is not zero")
    compare(
        result,
        right.tolist(),
        {
            "the signs are turned: that is the way to go, and the gradient points the other way": (-right).tolist(),
            "twice too much: did backward() run twice, and add to what was there?": (2 * right).tolist(),
            f"{len(table)} times too much: take the mean over the people, not the sum": (len(table) * right).tolist(),
        },
        f"those are not the slopes of the mean squared error at zero weights: {_first_gap(result, right.tolist())}",
        decimals=2,
    )
    return "the third slope is the steepest, that of the body mass index."


def _first_gap(result: list[float], right: list[float]) -> str:
    at = next((i for i in range(len(right)) if not near(result[i : i + 1], right[i : i + 1])), 0)
    return "number {} is {}, and the slope is {}".format(at, *apart(result[at], right[at]))


def _cubic(x: Tensor) -> Tensor:
    return x**3 - 3 * x


def _wave(x: Tensor) -> Tensor:
    return x.sin() / x


def _bowl(params: Tensor) -> Tensor:
    return (params**2 * torch.tensor([1.0, 3.0])).sum()
