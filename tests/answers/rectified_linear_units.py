"""Answers to the exercises of Rectified linear units: right ones, and for each typical mistake words of its hint."""

import torch

from foundations import ReluSum, fit_relus, train_relus
from foundations.exercises.judging import diabetes


def net(bends, weights, bias=0.0, slopes=1.0):
    bends, weights = torch.tensor(bends), torch.tensor(weights)
    slopes = torch.full_like(bends, slopes)
    return ReluSum(slopes, -slopes * bends, weights, torch.tensor(bias))


def through(x, y, *, change=True, start=True, widths=True, sign=-1.0, pieces=None):
    slopes = y.diff() / (x.diff() if widths else 1)
    weights = slopes.diff(prepend=torch.zeros(1, dtype=x.dtype)) if change else slopes
    bias = y[0] if start else torch.zeros_like(y[0])
    return ReluSum(*(each[:pieces] for each in (torch.ones_like(slopes), sign * x[:-1], weights)), bias)


def slip(**options):
    return lambda x, y: through(x, y, **options)


def lines(net, x):
    return x[:, None] * net.hidden_weights + net.hidden_biases


def dead_units(net, x):
    return (lines(net, x) <= 0).all(dim=0).sum()


inputs, progress = diabetes(2)
bmi = inputs[:, 0]
two = fit_relus(bmi.double(), progress.double(), 2)
trained, _ = train_relus(bmi, progress, 2, lr=0.01, n_steps=200, generator=torch.Generator().manual_seed(42))

RIGHT = {
    "shifted_valley": [(1, -1, -1, 1), [-1, 1, 1, -1], torch.tensor([1.0, -1.0, -1.0, 1.0])],
    "hat": [
        net([-1.0, 0.0, 1.0], [1.0, -2.0, 1.0]),
        net([-1.0, 0.0, 1.0], [0.5, -1.0, 0.5], slopes=2.0),
        net([1.0, 0.0, -1.0], [1.0, -2.0, 1.0], slopes=-1.0),
    ],
    "through": [through, lambda x, y: fit_relus(x, y, len(x) - 1)],
    "dead_units": [
        dead_units,
        lambda net, x: dead_units(net, x).item(),
        lambda net, x: ((lines(net, x).clip(0) == 0).float().mean(dim=0) == 1).sum(),
    ],
    "bmi_relus": [two, fit_relus(bmi, progress, 2)],
}

WRONG = {
    "shifted_valley": {
        "with slopes 1 and 1 no unit opens": (1, -1, 1, -1),
        "with slopes 0 and 1": (0, 1, 1, -1),
        "the first unit bends at −b/m = -1": (-1, -1, 1, -1),
        "the second unit bends at −b/m = 0": (-1, 1, 1, 0),
        "slopes there are -2 and 2": (-2, 2, 2, -2),
        "should be 4 numbers": (1, -1),
    },
    "hat": {
        "it should stay at 0": net([-1.0, 0.0], [1.0, -2.0]),
        "back at 0": net([-1.0, 0.0], [1.0, -1.0]),
        "the tip should be 1": net([-1.0, 0.0, 1.0], [2.0, -4.0, 2.0]),
        "it should be 0 up to −1": net([-1.0, 0.0, 1.0], [1.0, -2.0, 1.0], 1.0),
        "the hat's is 0.5": net([-0.5, 0.0, 1.0], [2.0, -3.0, 1.0]),
        "should be a ReluSum, not the function": lambda x: (1 - x.abs()).clip(0),
    },
    "through": {
        "the change of slope": slip(change=False),
        "at which height does it start": slip(start=False),
        "by its own width": slip(widths=False),
        "wrong side of 0": slip(sign=1.0),
        "and the net": slip(pieces=-1),
        "it should give a ReluSum, not a tensor": lambda x, y: y,
        "after its `return`": lambda x, y: None,
    },
    "dead_units": {
        "that are not dead": lambda net, x: len(net.kinks) - dead_units(net, x),
        "a bend outside is not enough": lambda net, x: ((net.kinks < x.min()) | (net.kinks > x.max())).sum(),
        "which are the units that bend between": lambda net, x: ((net.kinks > x.min()) & (net.kinks <= x.max())).sum(),
        "is 0 there, too": lambda net, x: (lines(net, x) < 0).all(dim=0).sum(),
        "of them are 0 at every x": lambda net, x: 100,
        "is a mean or a sum missing": lambda net, x: (lines(net, x) <= 0).all(dim=0).long(),
    },
    "bmi_relus": {
        "it has 3 units": fit_relus(bmi, progress, 3),
        "with no unit at all": trained,
        "3865.9 is possible": ReluSum(two.hidden_weights, two.hidden_biases, 0.9 * two.out_weights, two.out_bias),
        "should be a ReluSum": two.kinks,
    },
}
