"""Answers to the exercises of An engine for matrices: right ones, and for each typical mistake words of its hint."""

import torch
from sklearn.datasets import make_circles

inner = torch.tensor(make_circles(120, noise=0.08, factor=0.4, random_state=42)[1])[:, None]
signs = 2.0 * inner - 1


def by_autograd(a, b, g):
    a, b = a.clone().requires_grad_(), b.clone().requires_grad_()
    return torch.autograd.grad(a @ b, (a, b), g)


def winner(g, x):
    places = x.argmax(dim=1, keepdim=True)
    return torch.zeros_like(x).scatter(1, places, g)


RIGHT = {
    "batch_slopes": [
        lambda a, b, g: (g @ b.T, (a.mT @ g).sum(dim=0)),
        lambda a, b, g: [g @ b.mT, a.flatten(0, 1).T @ g.flatten(0, 1)],
        by_autograd,
    ],
    "rows_mean_back": [
        lambda g, x: g.expand(x.shape) / len(x),
        lambda g, x: torch.ones_like(x) * g / x.shape[0],
        lambda g, x: (g / len(x)).repeat(len(x), 1),
    ],
    "largest_back": [lambda g, x: g * (x == x.amax(dim=1, keepdim=True)), winner],
    "circle_preds": [signs, 0.3 * signs + 0.1, signs.double()],
}

DRAWN = {
    "batch_slopes": lambda draw: (
        torch.randn(5, 2, 3, generator=draw, dtype=torch.float64),
        torch.randn(3, 4, generator=draw, dtype=torch.float64),
        torch.randn(5, 2, 4, generator=draw, dtype=torch.float64),
    ),
    "rows_mean_back": lambda draw: (torch.randn(3, generator=draw), torch.randn(6, 3, generator=draw)),
    "largest_back": lambda draw: (torch.randn(6, 1, generator=draw), torch.randn(6, 3, generator=draw)),
}

WRONG = {
    "batch_slopes": {
        "so sum it back": lambda a, b, g: (g @ b.T, a.mT @ g),
        "two slopes": lambda a, b, g: g @ b.T,
        "along a comes first": lambda a, b, g: ((a.mT @ g).sum(dim=0), g @ b.T),
        "a mean over the batch": lambda a, b, g: (g @ b.T, (a.mT @ g).mean(dim=0)),
        "the first matrix": lambda a, b, g: (g @ b.T, (a.mT @ g)[0]),
        "the slope along a should be": lambda a, b, g: (2 * g @ b.T, (a.mT @ g).sum(dim=0)),
        "the slope along b should be": lambda a, b, g: (g @ b.T, -(a.mT @ g).sum(dim=0)),
        "the slope along a should have the shape (4, 3, 2)": lambda a, b, g: ((g @ b.T)[0], (a.mT @ g).sum(dim=0)),
        "it raises RuntimeError": lambda a, b, g: (g @ b, a @ g),
    },
    "rows_mean_back": {
        "and is 0.2008 there": lambda g, x: g.expand(x.shape) / 4,
        "should have the shape (5, 3), not (3, 5)": lambda g, x: (g.expand(x.shape) / len(x)).T,
        "after its `return`": lambda g, x: None,
        "raises RuntimeError": lambda g, x: g @ x,
        "stretch it over the rows": lambda g, x: g / len(x),
        "the slope of a sum": lambda g, x: g.expand(x.shape),
        "all the numbers of x": lambda g, x: g.expand(x.shape) / x.numel(),
        "number of columns": lambda g, x: g.expand(x.shape) / x.shape[1],
        "the slope along x, of shape (5, 3), should be": lambda g, x: x * g,
        "the slope along x, of shape (2, 4), should be": lambda g, x: g.expand(x.shape) / 5,
    },
    "largest_back": {
        "and is 1.245 there": lambda g, x: g * (50 * x).softmax(dim=1),
        "it raises IndexError": lambda g, x: g * (x == x.amax(dim=2)),
        "every number of a row": lambda g, x: g.expand(x.shape),
        "multiply by what arrives": lambda g, x: (x == x.amax(dim=1, keepdim=True)).float(),
        "times the number itself": lambda g, x: g * x * (x == x.amax(dim=1, keepdim=True)),
        "the largest of each column": lambda g, x: g * (x == x.amax(dim=0)),
        "of the whole table": lambda g, x: g * (x == x.max()),
        "should have the shape (2, 4), not (2, 3)": lambda g, x: g * (x == x.amax(dim=1, keepdim=True))[:, :3],
        "the slope along x should be": lambda g, x: -g * (x == x.amax(dim=1, keepdim=True)),
        "should have the shape (3, 3)": lambda g, x: g,
    },
    "circle_preds": {
        "47% have the right sign": torch.where(torch.arange(120)[:, None] % 2 == 0, 1.0, -1.0),
        "nan in the answer": signs * torch.nan,
        "not (119, 1)": signs[1:],
        "not values of the type bool": signs > 0,
        "all signs are turned": -signs,
        "the same sign": torch.ones(120, 1),
        "take more steps": signs * (torch.arange(120)[:, None] % 4 - 0.5),
        "should have the shape (120, 1) or (120,), not (1, 120)": signs.T,
    },
}
