"""Answers to the exercises of A linear model from scratch: right ones, and for each typical mistake words of its hint."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_iris

from foundations import init_coeffs, sigmoid_preds, train_model


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


def by_autograd(coeffs, indeps, deps):
    coeffs = coeffs.clone().requires_grad_()
    (torch.sigmoid(indeps @ coeffs) - deps).abs().mean().backward()
    return coeffs.grad


def share(preds, deps, *, right=True, total=False):
    same = (preds.flatten() > 0.5) == (deps.flatten() == 1)
    same = same if right else ~same
    return same.sum().item() if total else same.float().mean().item()


table, kind = load_iris(return_X_y=True)
iris = torch.tensor(table[kind > 0]).float()
iris = iris / iris.amax(dim=0)
virginica = torch.tensor(kind[kind > 0] == 2).float()
ones = torch.ones(100, 1)


def flowers(inputs, targets=virginica, n_epochs=1000):
    start = init_coeffs(inputs.shape[1])
    settings = {"lr": 10, "n_epochs": n_epochs, "preds_fn": sigmoid_preds, "loss_fn": F.binary_cross_entropy}
    return train_model(start, inputs, targets, **settings)[0]


trained = flowers(torch.hstack([iris, ones]))

RIGHT = {
    "without_male": [moved, lambda coeffs: moved(coeffs, at=slice(9, 12))],
    "mae_gradient": [gradient, by_autograd],
    "acc": [share, lambda p, d: ((p.view(-1) > 0.5) == d.view(-1).bool()).double().mean().item()],
    "sayable_rules": [14, torch.tensor(14)],
    "iris_coeffs": [trained, trained[:, None], trained.tolist()],
}

WRONG = {
    "without_male": {
        "predictions for men have changed": only_male,
        "predictions for women have changed": female_forgotten,
        "all predictions have changed": lambda coeffs: moved(coeffs, groups=0),
        "moved the wrong way": lambda coeffs: moved(coeffs, groups=-1),
        "should be 0": lambda coeffs: coeffs.clone(),
        "not those of the coefficients": torch.zeros_like,
        "work on a copy": in_place,
        "should have the shape (12,)": lambda coeffs: coeffs[5:],
        "should be a function": torch.zeros(12),
    },
    "mae_gradient": {
        "slopes of the log-loss": lambda *args: gradient(*args, kind="log"),
        "is missing": lambda *args: gradient(*args, kind="no pull"),
        "mean squared error": lambda *args: gradient(*args, kind="squared"),
        "7 times too much": lambda *args: gradient(*args, times=7.0),
        "all signs are turned": lambda *args: gradient(*args, sign=-1.0),
        "the signs are missing": lambda *args: gradient(*args, kind="no sign"),
        "the first slope should be": lambda *args: gradient(*args, kind="other"),
        "should have the shape (3,)": lambda *args: gradient(*args)[:, None],
    },
    "acc": {
        "everybody with everybody": lambda p, d: ((p > 0.5) == (d == 1)).float().mean().item(),
        "share of wrong answers": lambda *args: share(*args, right=False),
        "take their share": lambda *args: share(*args, total=True),
        "comes as a tensor": lambda *args: torch.tensor(share(*args)),
        "and should give": lambda *args: 0.5,
        "should be one number": lambda p, d: (p.flatten() > 0.5).float(),
    },
    "sayable_rules": {
        "exactly one of the two'": 16,
        "its opposite": 15,
        "without a constant": 6,
        "is not right": 9,
        "one number": "many",
    },
    "iris_coeffs": {
        "has no constant yet": flowers(iris),
        "comes last": trained[[4, 0, 1, 2, 3]],
        "is wrong about": -trained,
        "train for longer": flowers(torch.hstack([iris, ones]), n_epochs=1),
        "should be 5 numbers": torch.zeros(12),
    },
}
