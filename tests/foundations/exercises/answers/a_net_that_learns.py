"""Answers to the exercises of A net that learns: right ones, and for each typical mistake words of its hint."""

import torch

from foundations import ReluSum, fit_relus, train_relus
from foundations.exercises.judging import diabetes

SLOPES = torch.tensor([100.0, -0.001, 0.0])


def first_step():
    params = torch.zeros(3, requires_grad=True)
    params.grad = SLOPES.clone()
    torch.optim.Adam([params], lr=0.01).step()
    return params


def lines(net, x):
    return x[:, None] * net.hidden_weights + net.hidden_biases


def dead_units(net, x):
    return (lines(net, x) <= 0).all(dim=0).sum()


def scaled(net, factor, shift):
    return ReluSum(net.hidden_weights, net.hidden_biases, factor * net.out_weights, factor * net.out_bias + shift)


inputs, progress = diabetes(2)
bmi = inputs[:, 0]
good = fit_relus(bmi.double(), progress.double(), 2)
trained, _ = train_relus(bmi, progress, 2, lr=0.01, n_steps=200, generator=torch.Generator().manual_seed(42))
zero = torch.tensor(0.0)
design = torch.stack([bmi.double(), torch.ones_like(bmi)], dim=1)
slope, height = torch.linalg.lstsq(design, progress.double()[:, None], driver="gelsd").solution[:, 0]
line = ReluSum(torch.tensor([1.0, -1.0]).double(), torch.zeros(2).double(), torch.stack([slope, -slope]), height)

RIGHT = {
    "first_step": [first_step(), [-0.01, 0.01, 0], (-0.01, 0.01, 0.0)],
    "dead_units": [
        dead_units,
        lambda net, x: dead_units(net, x).item(),
        lambda net, x: ((lines(net, x).clip(0) == 0).float().mean(dim=0) == 1).sum(),
    ],
    "fold": [
        lambda w1, w2, b, u: -(w1 * u + b) / w2,
        lambda w1, w2, b, u: torch.tensor([(w1 * u + b) / -w2]),
    ],
    "bmi_net": [good, fit_relus(bmi, progress, 8)],
}

DRAWN = {
    "fold": lambda draw: (torch.randn(4, generator=draw) + 0.01).tolist(),
}

WRONG = {
    "first_step": {
        "the third of them moves by 0.01;": [-0.01, 0.01, 0.01],
        "the first of them moves by 0;": [0, 0, 0],
        "the second of them moves by -0.01;": [-0.01, -0.01, 0],
        "nan in": [-0.01, 0.01, torch.nan],
        "the step of plain descent": -0.01 * SLOPES,
        "but uphill": [0.01, -0.01, 0.0],
        "how long is a step": -SLOPES.sign(),
        "as they begin, near 0": [-0.0316, 0.0316, 0.0],
        "what is `slope`": [-0.1, 0.1, 0.0],
        "should be 3 numbers": [-0.01],
    },
    "dead_units": {
        "it gives 8, and 7 of them": lambda net, x: (lines(net, x.sort().values)[-1] <= 0).sum(),
        "it gives 9, and 7 of them": lambda net, x: (lines(net, x[[0, -1]]) <= 0).all(dim=0).sum(),
        "it gives 0, and 7 of them are 0 at every x": lambda net, x: 0,
        "it gives 1, and 7 of them": lambda net, x: 1,
        "after its `return`": lambda net, x: None,
        "it gives 5, and 7 of them": lambda net, x: (net.kinks >= x.max()).sum(),  # 5 are not dead, either
        "it gives 3, and 7 of them": lambda net, x: (lines(net, x) > 0).all(dim=0).sum(),  # 3 bend between, too
        "that are not dead": lambda net, x: len(net.kinks) - dead_units(net, x),
        "a bend outside is not enough": lambda net, x: ((net.kinks < x.min()) | (net.kinks > x.max())).sum(),
        "which are the units that bend between": lambda net, x: ((net.kinks > x.min()) & (net.kinks <= x.max())).sum(),
        "is 0 there, too": lambda net, x: (lines(net, x) < 0).all(dim=0).sum(),
        "use the x that are given": lambda net, _: dead_units(net, torch.linspace(-2, 2, 100, dtype=torch.float64)),
        "it gives 100, and 7 of them are 0 at every x": lambda net, x: 100,
        "is a mean or a sum missing": lambda net, x: (lines(net, x) <= 0).all(dim=0).long(),
    },
    "fold": {
        "gives -1.25, and there": lambda w1, w2, b, u: -(w1 * u - b) / -w2,
        "ZeroDivisionError": lambda w1, w2, b, u: 1 / 0,
        "be one number, not a list of 2": lambda w1, w2, b, u: [u, -(w1 * u + b) / w2],
        "as if there were one input": lambda w1, w2, b, u: -b / w2,
        "the sign is wrong": lambda w1, w2, b, u: (w1 * u + b) / w2,
        "for all of w₁·u + b": lambda w1, w2, b, u: (-w1 * u + b) / w2,
        "divide by the weight of v": lambda w1, w2, b, u: -(w1 * u + b) / w1,
        "and there the sum is": lambda w1, w2, b, u: -(w1 + b) / w2,
        "and there the sum is -6, not 0": lambda w1, w2, b, u: -(w1 * u + abs(b)) / w2,  # right for the first case
    },
    "bmi_net": {
        "the best straight line has 3890": scaled(good, 0.9, 0.0),
        "is 3890.5, and the best straight line has 3890.5": line,
        "not the function": lambda x: good(x),
        "it predicts 0 to 0,": scaled(good, 0.0, 0.0),
        "its mean squared error is": scaled(good, -1.0, 300.0),
        "for everybody": trained,
        "not turned back": scaled(good, 1 / progress.std().double(), -progress.mean() / progress.std()),
        "the best straight line has": scaled(good, 0.5, 80.0),
        "should be a ReluSum": good.kinks,
    },
}
