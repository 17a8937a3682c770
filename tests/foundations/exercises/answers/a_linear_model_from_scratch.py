"""Answers to the exercises of A linear model from scratch: right ones, and for each typical mistake words of its hint."""

import torch
from forms import CALLS


def moved(coeffs, sexes=-1, groups=1, at=slice(6, 9), male=None):
    new = coeffs.clone()
    new[4:6] += sexes * coeffs[4]
    new[at] += groups * coeffs[4]
    if male is not None:
        new[4] = male
    return new


def only_male(coeffs):
    new = coeffs.clone()
    new[4] = 0
    return new


def female_forgotten(coeffs):
    new = moved(coeffs, sexes=0)
    new[4] = 0
    return new


def in_place(coeffs):
    coeffs[6:9] += coeffs[4]
    coeffs[4:6] -= coeffs[4].clone()
    return coeffs


def gradient(coeffs, indeps, deps, *, kind="absolute", sign=1.0, times=1.0):
    p = torch.sigmoid(indeps @ coeffs)
    miss, pull = p - deps, p * (1 - p)
    rows = {
        "absolute": miss.sign() * pull,
        "log": miss,
        "no pull": miss.sign(),
        "squared": 2 * miss * pull,
        "no sign": pull,
        "other": miss**3,
    }[kind]
    return sign * times * rows @ indeps / len(deps)


def row_by_row(coeffs, indeps, deps):
    total = torch.zeros_like(coeffs)
    for row, lived in zip(indeps, deps, strict=True):
        p = 1 / (1 + torch.exp(-(row * coeffs).sum()))
        total += (1 if p > lived else -1) * p * (1 - p) * row / len(deps)
    return total


def by_autograd(coeffs, indeps, deps):
    coeffs = coeffs.clone().requires_grad_()
    (torch.sigmoid(indeps @ coeffs) - deps).abs().mean().backward()
    return coeffs.grad


def share(preds, deps, *, right=True, total=False):
    same = (preds.flatten() > 0.5) == (deps.flatten() == 1)
    same = same if right else ~same
    return same.sum().item() if total else same.float().mean().item()


trained = torch.tensor([-6.2843, -14.1588, 25.5913, 27.7291, -20.9548])  # what the page's solution finds


RIGHT = {
    "without_male": [
        moved,
        lambda coeffs: moved(coeffs, at=slice(9, 12)),
        lambda coeffs: (moved(coeffs) + moved(coeffs, at=slice(9, 12))) / 2,
    ],
    "mae_gradient": [gradient, row_by_row],
    "acc": [share, lambda p, d: ((p.view(-1) > 0.5) == d.view(-1).bool()).double().mean().item()],
    "sayable_rules": [14],
    "iris_coeffs": [trained, 3 * trained],
}

DRAWN = {
    "mae_gradient": lambda draw: (
        torch.randn(4, generator=draw),
        torch.randn(9, 4, generator=draw),
        torch.randint(2, (9,), generator=draw).float(),
    ),
    "acc": lambda draw: (torch.rand(9, 1, generator=draw), torch.randint(2, (9,), generator=draw)),
}

ONLY = {"acc": (*CALLS, "a function that gives Python's own numbers", "a function that gives arrays")}

WRONG = {
    "without_male": {
        "predictions for men have changed": only_male,
        "predictions for women have changed": female_forgotten,
        "all predictions have changed": lambda coeffs: moved(coeffs, groups=0),
        "changed by twice as much": lambda coeffs: moved(coeffs, groups=-1, at=slice(9, 12)),  # the ports, no class
        "should be 0": lambda coeffs: coeffs.clone(),
        "not those of the coefficients": torch.zeros_like,
        "work on a copy": in_place,
        "should have the shape (12,)": lambda coeffs: coeffs[5:],
        "should be a function": torch.zeros(12),
    },
    "mae_gradient": {
        "and they are [": lambda c, x, y: (
            ((x @ c).sigmoid() - 0.5).sign() * (x @ c).sigmoid() * (1 - (x @ c).sigmoid()) @ x / 7
        ),
        "slopes of the log-loss": lambda *args: gradient(*args, kind="log"),
        "is missing": lambda *args: gradient(*args, kind="no pull"),
        "mean squared error": lambda *args: gradient(*args, kind="squared"),
        "half the slopes of the mean squared error": lambda *args: gradient(*args, kind="squared") / 2,
        "not by that of the coefficients": lambda *args: gradient(*args, times=7 / 3),
        "7 times too much": lambda *args: gradient(*args, times=7.0),
        "all signs are turned": lambda *args: gradient(*args, sign=-1.0),
        "the signs are missing": lambda *args: gradient(*args, kind="no sign"),
        "the slopes should be": lambda *args: gradient(*args, kind="other"),
        "autograd finds it there": by_autograd,
        "should have the shape (3,)": lambda *args: gradient(*args)[:, None],
    },
    "acc": {
        "everybody with everybody": lambda p, d: ((p > 0.5) == (d == 1)).float().mean().item(),
        "share of wrong answers": lambda *args: share(*args, right=False),
        "take their share": lambda *args: share(*args, total=True),
        "comes as a tensor": lambda *args: torch.tensor(share(*args)),
        "comes as a tuple of 1": lambda *args: (share(*args),),
        "and should give": lambda *args: 0.25,
        "it gives 0.5455 and": lambda p, d: share((p > 1.5).float(), d),
        "it gives 0.4545 and": lambda p, d: share((p > 0.6).float(), d),
        "it gives 0.8182 and": lambda p, d: (p >= 0.5).float().mean().item(),
        "should be one number": lambda p, d: (p.flatten() > 0.5).float(),
    },
    "sayable_rules": {
        "exactly one of the two'": 16,
        "its opposite": 15,
        "without a constant": 6,
        "9 is not right": 9,
        "13 is not right": 13,
        "2 is not right": 2,
        "14.5 is not right": 14.5,
        "one number": "many",
    },
    "iris_coeffs": {
        "four coefficients: the sum has no constant yet": trained[:4],
        "comes last": trained[[4, 0, 1, 2, 3]],
        "is wrong about": -trained,
        "it is right about 50 of 100": torch.zeros(5),
        "it is right about 59 of 100": trained + torch.tensor([0.0, 0.0, 0.0, 0.0, 8.0]),
        "not the float 0.5": 0.5,
        "not a tensor of shape (12,)": torch.zeros(12),
        "nan in the coefficients": trained.log(),
    },
}
