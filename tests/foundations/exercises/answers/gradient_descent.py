"""Answers to the exercises of Gradient descent: right ones, and for each typical mistake words of its hint."""

import numpy as np
import pandas as pd
import torch

from foundations import course22_points, gradient_descent, gradient_step, mse, quad_mse
from foundations.exercises.judging import diabetes

x, y = course22_points()
start = torch.full((3,), 1.1)
three = torch.tensor([1.0, 2.0, 3.0])


def mse_loss(params):
    return quad_mse(params, x, y)


def descend(loss_fn, start, lr, n_steps, *, zero_grad=True, sign=-1.0, more=0, last="params"):
    params = start.clone().requires_grad_()
    for _ in range(n_steps + more):
        loss = loss_fn(params)
        loss.backward()
        with torch.no_grad():
            params += sign * lr * params.grad
        gradient = params.grad.clone()
        if zero_grad:
            params.grad = None
    return {"params": params, "loss": loss, "gradient": gradient}[last]


def slip(**options):
    return lambda *args: descend(*args, **options)


def zeroed_too_early(loss_fn, start, lr, n_steps):
    params = start.clone().requires_grad_()
    for _ in range(n_steps):
        loss_fn(params).backward()
        params.grad.zero_()
        with torch.no_grad():
            params -= lr * params.grad
    return params


def rebound(loss_fn, start, lr, n_steps):
    params = start.clone().requires_grad_()
    for _ in range(n_steps):
        loss_fn(params).backward()
        with torch.no_grad():
            params = params - lr * params.grad
    return params


def without_a_copy(loss_fn, start, lr, n_steps):
    params = start.requires_grad_()
    for _ in range(n_steps):
        loss_fn(params).backward()
        with torch.no_grad():
            params = params - lr * params.grad
        params.requires_grad_()
    return params


def watching(loss_fn, start, lr, n_steps):
    return descend(loss_fn, start.requires_grad_().detach(), lr, n_steps)


def watched(loss_fn, start, lr, n_steps):
    params = start.clone().requires_grad_()
    loss_fn(params).backward()
    params -= lr * params.grad
    return params


def without_backward(loss_fn, start, lr, n_steps):
    params = start.clone().requires_grad_()
    with torch.no_grad():
        params -= lr * params.grad
    return params


def one_graph(loss_fn, start, lr, n_steps):
    params = start.clone().requires_grad_()
    loss = loss_fn(params)
    for _ in range(n_steps):
        loss.backward()
    return params


def in_place(loss_fn, start, lr, n_steps):
    start.requires_grad_()
    for _ in range(n_steps):
        loss_fn(start).backward()
        gradient_step(start, lr)
    return start


def without_return(loss_fn, start, lr, n_steps):
    descend(loss_fn, start, lr, n_steps)


def count(at):
    walks = {lr: gradient_descent(mse_loss, at, lr, 2000, tolerance=0.001) for lr in (0.05, 0.1, 0.2, 0.22)}
    return {lr: len(walk.path) - 1 for lr, walk in walks.items()}


steps = count(start)


inputs, target = diabetes(2, 3)


def walked(lr=0.5, n_steps=100, **options):
    return gradient_descent(lambda p: mse(inputs @ p[:2] + p[2], target), torch.zeros(3), lr, n_steps, **options).params


u, v, w = walked().tolist()

RIGHT = {
    "mean_of_squares": [2 * three / 3, torch.tensor([0.667, 1.333, 2.0]), (2 * three / 3).double()],
    "descend": [
        descend,
        lambda *args: descend(*args).detach(),
        lambda *args: gradient_descent(*args).params,
    ],
    "steps_to_tolerance": [
        steps,
        {**steps, 0.15: 3},
        {lr: torch.tensor(n) for lr, n in steps.items()},
        {lr: float(n) for lr, n in steps.items()},
        {np.float64(lr): np.int64(n) for lr, n in steps.items()},
        [*steps.values()],
        torch.tensor([*steps.values()]),
        pd.Series(steps),
        {str(lr): n for lr, n in steps.items()},
        {torch.tensor(lr).item(): n for lr, n in steps.items()},
    ],
    "progression": [walked(), walked(0.6), [u, v, w]],
}

DRAWN = {
    "descend": lambda draw: (
        lambda params: ((params - 1) ** 2).sum() + params.prod() ** 2,
        torch.randn(2, generator=draw),
        0.05,
        int(torch.randint(1, 9, (), generator=draw)),
    ),
}

WRONG = {
    "mean_of_squares": {
        "gives nothing back": None,
        "value of z": (three**2).mean(),
        "gradient of the sum": 2 * three,
        "run twice": 4 * three / 3,
        "the sign": -2 * three / 3,
        "mean of 2x": torch.full((3,), 2 / 3),
        "thirds of the squares": three**2 / 3,
        "a factor is missing": three / 3,
        "x themselves": three,
        "take a third of the slope": torch.zeros(3),
        "not enough; the gradient has one slope": 2.0,
        "which makes 2": [0.667, 1.333],
    },
    "descend": {
        "from [4.0, 3.0] 4 steps with lr 0.4": lambda loss_fn, start, lr, n_steps: descend(
            loss_fn, start, 0.1, n_steps
        ),
        "3 steps with lr 0.2 should not end": lambda loss_fn, start, lr, n_steps: descend(
            loss_fn, start, lr if start[0] > 2 else lr / 2, n_steps
        ),
        "return within its loop": lambda loss_fn, start, lr, n_steps: descend(loss_fn, start, lr, 1),
        "and a gradient stands in its .grad": without_a_copy,
        "autograd watches it now. Work on a copy": watching,
        "adds to the gradient": slip(zero_grad=False),
        "uphill": slip(sign=1.0),
        "one step too few": slip(more=-1),
        "one step too many": slip(more=1),
        "learning rate is left out": lambda loss_fn, start, lr, n_steps: descend(loss_fn, start, 1.0, n_steps),
        "last gradient": slip(last="gradient"),
        "perhaps the loss": slip(last="loss"),
        "have not moved": zeroed_too_early,
        "should not end at": lambda loss_fn, start, lr, n_steps: start / 2,
        "made a new tensor": rebound,
        "autograd is watching": watched,
        "a gradient before `backward()`": without_backward,
        "the loss anew": one_graph,
        "work on a copy": in_place,
        "after its `return`": without_return,
    },
    "steps_to_tolerance": {
        "one too many each": {lr: n + 1 for lr, n in steps.items()},
        "one too few each": {lr: n - 1 for lr, n in steps.items()},
        "has the walk a tolerance": dict.fromkeys(steps, 200),
        "cut off after 500": {lr: min(n, 500) for lr, n in steps.items()},
        "to a tolerance of 0.001": count(torch.zeros(3)),
        "the steps for lr = 0.22 are missing": {0.05: 174, 0.1: 86, 0.2: 45},
        "the steps for lr = 0.05, 0.1, 0.2, 0.22 are missing: the keys should be the rates": pd.Series(
            [*steps.values()]
        ),
        "for lr = 0.05 should be one number, not a tensor of shape (3,)": dict.fromkeys(steps, torch.ones(3)),
        "should be a dict": 174,
        "steps should be 4 numbers": [174, 86],
        "nan in the steps for lr = 0.1": {**steps, 0.1: torch.nan},
    },
    "progression": {
        "should be 3 numbers": walked()[:2],
        "not the bottom yet: the gradient is 2": [u + 1, v, w],
        "did the walk run away": walked(0.72, 1000),
        "ran away": walked(0.8, 1000),
        "changed places": [v, u, w],
        "w is missing": [u, v, 0],
        "w comes last": [w, u, v],
        "where the walk began": torch.zeros(3),
        "the gradient is": walked(0.5, 3),
    },
}
