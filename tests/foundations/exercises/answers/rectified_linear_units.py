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
        net([-1.0, 0.0, 1.0, 50.0], [1.0, -2.0, 1.0, 0.0]),  # the last unit does nothing
    ],
    "through": [through, lambda x, y: fit_relus(x, y, len(x) - 1)],
    "bmi_relus": [two, fit_relus(bmi, progress, 2)],
}

WRONG = {
    "shifted_valley": {
        "the first unit bends at −b/m = 1.01": (1, -1.01, -1, 1),
        "slopes there are -0.5 and 1": (1, -1, -0.5, 0.5),
        "not the bool True": True,
        "with slopes 1 and 1 no unit opens": (1, -1, 1, -1),
        "with slopes 0 and 1": (0, 1, 1, -1),
        "the first unit bends at −b/m = -1": (-1, -1, 1, -1),
        "the second unit bends at −b/m = 0": (-1, 1, 1, 0),
        "slopes there are -2 and 2": (-2, 2, 2, -2),
        "should be 4 numbers": (1, -1),
    },
    "hat": {
        "at x = 0 its height is 0.5": net([-1.0, 0.0, 1.0], [0.5, -1.0, 0.5]),
        "at x = -4 its height is 3": net([1.0, 0.0, -1.0], [1.0, -2.0, 1.0], slopes=1.0, bias=3.0),
        "not a tensor of shape (3,)": torch.tensor([-1.0, 0.0, 1.0]),
        "it should stay at 0": net([-1.0, 0.0], [1.0, -2.0]),
        "back at 0": net([-1.0, 0.0], [1.0, -1.0]),
        "the tip should be 1": net([-1.0, 0.0, 1.0], [2.0, -4.0, 2.0]),
        "it should be 0 up to −1": net([-1.0, 0.0, 1.0], [1.0, -2.0, 1.0], 1.0),
        "at x = 100 its height is 50: it should stay at 0": net([-1.0, 0.0, 1.0, 50.0], [1.0, -2.0, 1.0, 1.0]),
        "the hat's is 0.5": net([-0.5, 0.0, 1.0], [2.0, -3.0, 1.0]),
        "should be a ReluSum, not the function": lambda x: (1 - x.abs()).clip(0),
    },
    "through": {
        "-3 high, and the net 3": lambda x, y: through(x, -y),
        "the change of slope": slip(change=False),
        "at which height does it start": slip(start=False),
        "by its own width": slip(widths=False),
        "wrong side of 0": slip(sign=1.0),
        "and the net": slip(pieces=-1),
        "it should give a ReluSum, not a tensor": lambda x, y: y,
        "after its `return`": lambda x, y: None,
    },
    "bmi_relus": {
        "it has 1 units": fit_relus(bmi, progress, 1),
        "its mean squared error is": net([0.0, 1.0], [40.0, 5.0], 120.0),
        "with no unit at all, does": net([9.0, 9.5], [1.0, 1.0], progress.mean().item()),
        "not the function": lambda x: two(x),
        "it has 3 units": fit_relus(bmi, progress, 3),
        "with no unit at all": trained,
        "3865.9 is possible": ReluSum(two.hidden_weights, two.hidden_biases, 0.9 * two.out_weights, two.out_bias),
        "should be a ReluSum": two.kinks,
    },
}
