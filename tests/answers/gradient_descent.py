"""Answers to the exercises of Gradient descent: right ones, and for each typical mistake words of its hint."""

import torch

from foundations import course22_points, fit_quad, gradient_descent, gradient_step, mse, quad_mse
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


def lowered(direction, *, length=0.001, power=1):
    return mse_loss(start) - mse_loss(start + length * direction / direction.norm() ** power)


def steps(loss_fn=mse_loss, at=start, n_steps=2000, more=0, tolerance=0.001):
    walks = {lr: gradient_descent(loss_fn, at, lr, n_steps, tolerance=tolerance) for lr in (0.05, 0.1, 0.2, 0.22)}
    return {lr: len(walk.path) - 1 + more for lr, walk in walks.items()}


columns = torch.hstack([x**2, x, torch.ones_like(x)]).double()
threes = torch.combinations(torch.arange(20), 3)
corners = torch.linalg.solve(columns[threes], y.double()[threes])[:, :, 0]
residuals = y.double().T - corners @ columns.T
lowest = corners[residuals.abs().mean(dim=1).argmin()]
touched = columns[threes[residuals.abs().mean(dim=1).argmin()]]
beside = lowest + 0.01 * torch.linalg.solve(touched, torch.tensor([0.0, 0.0, 1.0]).double())  # two still touch

inputs, target = diabetes(2, 3)


def walked(lr=0.5, n_steps=1000, **options):
    return gradient_descent(lambda p: mse(inputs @ p[:2] + p[2], target), torch.zeros(3), lr, n_steps, **options).params


u, v, w = walked().tolist()

RIGHT = {
    "mean_of_squares": [2 * three / 3, torch.tensor([0.667, 1.333, 2.0]), (2 * three / 3).double()],
    "descend": [
        descend,
        lambda *args: descend(*args).detach(),
        lambda *args: gradient_descent(*args).params,
    ],
    "lowered": [lowered, lambda d: lowered(d).item(), lambda d: lowered(d / 7)],
    "steps_to_tolerance": [steps(), {**steps(), 0.15: 3}],
    "lowest_corner": [lowest, lowest.float(), lowest.tolist()],
    "progression": [walked(), walked(0.6), [u, v, w]],
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
        "should have the shape (3,), not (3, 1)": (2 * three / 3)[:, None],
        "should be a tensor, not a list": (2 * three / 3).tolist(),
    },
    "descend": {
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
    "lowered": {
        "the sign": lambda d: -lowered(d),
        "as long as the directions": lambda d: lowered(d, power=0),
        "as long as 1, and should": lambda d: lowered(d, length=1),
        "squared length": lambda d: lowered(d, power=2),
        "loss after the step": lambda d: mse_loss(start + 0.001 * d / d.norm()),
        "that way lowers": lambda d: lowered(d, length=0.002),
        "is a mean or a sum missing": lambda d: 0.001 * d,
    },
    "steps_to_tolerance": {
        "one too many each": steps(more=1),
        "without a tolerance": steps(tolerance=None, n_steps=200),
        "cut off after 500": steps(n_steps=500),
        "to a tolerance of 0.001": steps(at=torch.zeros(3)),
        "0.22 are missing": {0.05: 174, 0.1: 86, 0.2: 45},
        "should be a dict": list(steps().values()),
    },
    "lowest_corner": {
        "that is least squares": fit_quad(x, y),
        "a comes first": lowest.flip(0),
        "here none": [3, 2, 1],
        "here 2": beside,
        "by the absolute one": corners[(residuals**2).mean(dim=1).argmin()],
        "lie lower": corners[0],
        "should be 3 numbers": residuals.abs().mean(dim=1).min(),
    },
    "progression": {
        "running away": walked(0.72),
        "ran away": walked(0.8),
        "changed places": [v, u, w],
        "w is missing": [u, v, 0],
        "w comes last": [w, u, v],
        "where the walk began": torch.zeros(3),
        "the gradient is": walked(0.5, 3),
    },
}
