"""Answers to the exercises of Autograd: right ones, and for each typical mistake words of its hint."""

import torch
from forms import CALLS
from sklearn.datasets import load_diabetes

from foundations import finite_difference, gradient_step, mse

table, progression = (torch.tensor(each) for each in load_diabetes(return_X_y=True))


def slope(fn, at, times=1):
    at = at.detach().requires_grad_()
    for _ in range(times):
        fn(at).backward()
    return at.grad.item()


def unwatched(fn, at):
    fn(at).backward()
    return at.grad.item()


def drawn(scale=0.01, seed=0):
    return torch.randn(5, generator=torch.Generator().manual_seed(seed)) * scale


def step(params, loss_fn, lr, *, sign=-1.0, clear=True, plain=True, after=False):
    loss = loss_fn(params)
    loss.backward()
    with torch.no_grad():
        params += sign * lr * params.grad
    if clear:
        params.grad = None
    loss = loss_fn(params) if after else loss
    return loss.item() if plain else loss


def with_helper(params, loss_fn, lr):
    loss = loss_fn(params)
    loss.backward()
    gradient_step(params, lr)
    return loss.item()


def rebound(params, loss_fn, lr):
    loss = loss_fn(params)
    loss.backward()
    with torch.no_grad():
        params = params - lr * params.grad
    return loss.item()


def watched(params, loss_fn, lr):
    loss_fn(params).backward()
    params -= lr * params.grad


def without_backward(params, loss_fn, lr):
    with torch.no_grad():
        params -= lr * params.grad


def gradient(loss_fn=mse, times=1):
    weights = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    for _ in range(times):
        loss_fn(table @ weights, progression).backward()
    return weights.grad


RIGHT = {
    "slope_of": [
        slope,
        lambda fn, at: torch.autograd.grad(fn(at.requires_grad_()), at)[0].item(),
        lambda fn, at: torch.func.grad(fn)(at).item(),
        lambda fn, at: finite_difference(fn, at).item(),
    ],
    "small_weights": [drawn().requires_grad_(), torch.nn.Parameter(drawn())],
    "one_step": [step, with_helper],
    "diabetes_slopes": [gradient(), gradient().float(), -2 * table.T @ progression / len(table)],
}

# The only forms of these that are right.
ONLY = {
    "slope_of": (*CALLS, "a function that gives Python's own numbers"),
    "one_step": (*CALLS, "a function that gives Python's own numbers"),
    "small_weights": ("a tensor that is watched",),
}

DRAWN = {
    "slope_of": lambda draw: (lambda x: x.sin() * x, torch.randn((), generator=draw, dtype=torch.float64)),
}

WRONG = {
    "slope_of": {
        "9.0001, and the slope there is 9": lambda fn, at: ((fn(at + 1e-5) - fn(at)) / 1e-5).item(),
        "gives -0.3962, and the slope there is -0.39617": lambda fn, at: round(slope(fn, at), 4),
        "the height there": lambda fn, at: fn(at).item(),
        "sign turned": lambda fn, at: -slope(fn, at),
        "run twice": lambda fn, at: slope(fn, at, times=2),
        "it gives 18: it leaves a gradient in 2.0": lambda fn, at: (fn(at.requires_grad_()).backward(), at.grad.item())[
            1
        ],
        "comes as a tensor": lambda fn, at: torch.func.grad(fn)(at),
        "comes as a tuple of 1": lambda fn, at: torch.autograd.grad(fn(at.requires_grad_()), at),
        "nothing asked for a gradient; or `no_grad()` or `detach()` hid": unwatched,
        "9.06, and the slope there is 9": lambda fn, at: (fn(at + 0.01) - fn(at)) / 0.01,
        "after its `return`": lambda fn, at: None,
        "should be a function": 9.0,
    },
    "small_weights": {
        "should be a tensor, not a list of 5": drawn().tolist(),
        "nan in weights": drawn().requires_grad_() * torch.nan,
        "result of CloneBackward0": drawn().requires_grad_().clone(),
        "result of MulBackward0": drawn(1).requires_grad_() * 0.01,
        "do not require a gradient": drawn(),
        "the 0.01 is missing": drawn(1).requires_grad_(),
        "is it made anew": drawn(seed=1).requires_grad_(),
        "should have the shape (5,)": drawn()[:, None].requires_grad_(),
    },
    "one_step": {
        "with lr 0.05 the second step": lambda params, loss_fn, lr: step(params, loss_fn, 0.1),
        "have not moved": rebound,
        "uphill": lambda *args: step(*args, sign=1.0),
        "left behind": lambda *args: step(*args, clear=False),
        "learning rate is left out": lambda params, loss_fn, lr: step(params, loss_fn, 1.0),
        "the loss after the step": lambda *args: step(*args, after=True),
        "comes as a tensor": lambda *args: step(*args, plain=False),
        "comes as a list of 1": lambda *args: [step(*args)],
        "it gives None": lambda *args: step(*args) and None,
        "autograd is watching": watched,
        "a gradient before `backward()`": without_backward,
        "and leads to": lambda params, loss_fn, lr: step(params, loss_fn, lr / 2),
        "and it gives 0": lambda *args: step(*args) * 0,
        "should be a function": 0.1,
    },
    "diabetes_slopes": {
        "number 4 is": gradient() * torch.tensor([1.0] * 4 + [-1] + [1] * 5),
        "nan in the gradient": gradient() * torch.nan,
        "all of them are zero": torch.zeros(10),
        "signs are turned": -gradient(),
        "run twice": gradient(times=2),
        "442 times too much": gradient(lambda preds, targets: ((preds - targets) ** 2).sum()),
        "number 0 is": gradient(lambda preds, targets: (preds - targets).abs().mean()),
        "should be 10 numbers, not a tensor of shape (9,)": gradient()[1:],
    },
}
