"""What each lab's picture must say at given settings of its controls, calculated here by plain torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

import torch
from project_root import ROOT

from foundations import course22_points, fit_relus

LABS = sorted((ROOT / "docs" / "labs").glob("*.ipynb"))
X, Y = course22_points()


def quad_title(a, b, c):
    return f"MSE: {((a * X**2 + b * X + c - Y) ** 2).mean():.2f}"


def relu_title(m, b):
    return f"height at x = 1: {torch.relu(torch.tensor(m + b)):.2f}"


def double_relu_title(m1, b1, m2, b2):
    preds = torch.relu(m1 * X + b1) + torch.relu(m2 * X + b2)
    return f"MSE: {((preds - Y) ** 2).mean():.2f}"


def descent_title(lr, zero_grad):
    params = torch.full((3,), 1.1, requires_grad=True)
    optimizer = torch.optim.SGD([params], lr=lr)

    def loss():
        return ((params[0] * X**2 + params[1] * X + params[2] - Y) ** 2).mean()

    for _ in range(50):
        loss().backward()
        optimizer.step()
        if zero_grad:
            optimizer.zero_grad()
    return f"MSE after 50 steps: {loss():.4g}"


CURVES = {
    "convex: x²": torch.square,
    "concave: −x²": lambda x: -torch.square(x),
    "sine: sin πx": lambda x: torch.sin(torch.pi * x),
    "step at 0": lambda x: torch.where(x > 0, 1.0, 0.0),
}


def relus_title(target, n):
    x = torch.linspace(-2, 2, 81)
    y = CURVES[target](x)
    return f"largest error: {(fit_relus(x, y, n)(x) - y).abs().max():.4f}"


@dataclass(frozen=True)
class Lab:
    """A function under `@interact`: its notebook, how its title begins, and settings to try."""

    notebook: str
    title: object
    settings: tuple[dict[str, object], ...]  # the first is how the controls stand at the start


LAB_FUNCTIONS = {
    "plot_quad": Lab(
        "quadratic",
        quad_title,
        ({"a": 1.1, "b": 1.1, "c": 1.1}, {"a": 2.6, "b": 1.1, "c": 0.6}, {"a": -1.1, "b": 3.3, "c": 0.0}),
    ),
    "plot_descent": Lab(
        "learning-rate",
        descent_title,
        (
            {"lr": 0.01, "zero_grad": True},
            {"lr": 0.2, "zero_grad": True},
            {"lr": 0.3, "zero_grad": True},
            {"lr": 0.05, "zero_grad": False},
        ),
    ),
    "plot_relu": Lab(
        "rectified-linear", relu_title, ({"m": 1.5, "b": 1.5}, {"m": -1.5, "b": 0.4}, {"m": 0.3, "b": -0.1})
    ),
    "plot_double_relu": Lab(
        "rectified-linear",
        double_relu_title,
        ({"m1": 1.5, "b1": 1.5, "m2": 1.5, "b2": 1.5}, {"m1": -1.5, "b1": 0.2, "m2": 4.1, "b2": -0.3}),
    ),
    "plot_relus": Lab(
        "many-relus",
        relus_title,
        (
            {"target": "convex: x²", "n": 3},
            {"target": "convex: x²", "n": 12},
            {"target": "concave: −x²", "n": 2},
            {"target": "sine: sin πx", "n": 7},
            {"target": "step at 0", "n": 1},
        ),
    ),
}


def texts(svg: str) -> list[str]:
    """The texts in one of Matplotlib's pictures: it draws their letters, and writes each as a comment before them."""
    return re.findall(r"<!-- (.*?) -->", svg)
