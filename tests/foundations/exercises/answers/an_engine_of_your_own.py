"""Answers to the exercises of An engine of your own: right ones, and for each typical mistake words of its hint."""

import math

import torch
from sklearn.datasets import load_diabetes

from foundations import Value


def sigmoid(x, slope=lambda s: s * (1 - s), sign=1):
    s = 1 / (1 + math.exp(-sign * x.data))
    return Value(s, ((x, slope(s)),))


def larger(x, y, tie=0.5, flip=False):
    share = tie if x.data == y.data else float(x.data > y.data)
    share = 1 - share if flip and x.data != y.data else share
    return Value(max(x.data, y.data), ((x, share), (y, 1 - share)))


def one_sided(x, y):
    if x.data == y.data:
        return Value(x.data, ((x, 0.0), (y, 0.0)))
    return larger(x, y)


def slopes_of(root, order=lambda root: root.topological_order()[::-1], add=True, start=1.0, sign=1):
    values = order(root)
    found = dict.fromkeys(values, 0.0) | {root: start}
    for value in values:
        for parent, slope in value.parents:
            found[parent] = add * found[parent] + sign * slope * found[value]
    return found


def first_met(root):
    order, waiting = [], [root]
    while waiting:
        value = waiting.pop()
        if value not in order:
            order.append(value)
            waiting += [parent for parent, _ in value.parents]
    return order


def counting(root):
    """Kahn's way: a value's turn comes when all that was calculated from it has had its own."""
    users = dict.fromkeys(root.topological_order(), 0)
    for value in users:
        for parent, _ in value.parents:
            users[parent] += 1
    order = [root]
    for value in order:
        for parent, _ in value.parents:
            users[parent] -= 1
            if not users[parent]:
                order.append(parent)
    return order


def recursive(root):
    order = []

    def visit(value):
        if value not in order:
            for parent, _ in value.parents:
                visit(parent)
            order.append(value)

    visit(root)
    return order[::-1]


table = load_diabetes(scaled=False)


def line(n=40, hundreds=100):
    bmi, target = torch.tensor(table.data[:n, 2]), torch.tensor(table.target[:n]) / hundreds
    bmi = (bmi - bmi.mean()) / bmi.std(correction=0)
    columns = torch.stack([bmi, torch.ones_like(bmi)], dim=1)
    w, b = torch.linalg.lstsq(columns, target[:, None]).solution.flatten().tolist()
    return w, b


w, b = line()
mean, deviation = table.data[:40, 2].mean(), table.data[:40, 2].std()

RIGHT = {
    "slopes_by_hand": [(7, 4), [7.0, 4.0], torch.tensor([7.0, 4.0])],
    "sigmoid_value": [sigmoid, lambda x: 1 / (1 + (-x).exp()), lambda x: (1 + (x / 2).tanh()) / 2],
    "larger_value": [
        larger,
        lambda x, y: (x + y + (x - y).relu() + (y - x).relu()) / 2,
        lambda x, y: (x + y) / 2 if x.data == y.data else max(x, y, key=lambda value: value.data),
    ],
    "mended_engine": [
        slopes_of,
        lambda root: root.slopes(),
        lambda root: slopes_of(root, counting),
    ],
    "bmi_line": [(w, b), [Value(w), Value(b)], (torch.tensor(w), b)],
}

WRONG = {
    "slopes_by_hand": {
        "slopes along p and q should be 2 numbers": [7],
        "only the straight way": (3, 4),
        "only the way through r": (4, 4),
        "wrong way round": (4, 7),
        "12 is s itself, or the two ways to p multiplied": (12, 4),
        "the other factor, and not p": (8, 4),
        "that is not 1 or 3": (7, 1),
        "follow every way": (1, 2),
    },
    "sigmoid_value": {
        "this is 1 − s": lambda x: sigmoid(x, lambda s: 1 - s),
        "no parents": lambda x: Value(1 / (1 + math.exp(-x.data))),
        "should give a Value": lambda x: 1 / (1 + math.exp(-x.data)),
        "this is s alone": lambda x: sigmoid(x, lambda s: s),
        "this takes x": lambda x: Value(sigmoid(x).data, ((x, x.data * (1 - x.data)),)),
        "sign of the slope": lambda x: sigmoid(x, lambda s: -s * (1 - s)),
        "sign of x": lambda x: sigmoid(x, sign=-1),
        "twice the slope": lambda x: Value(sigmoid(x).data, ((x, sigmoid(x).parents[0][1]),) * 2),
        "with a comma": lambda x: Value(sigmoid(x).data, (x, 0.25)),
        "and should be 0.105": lambda x: sigmoid(x, lambda s: 1),
        "and should be 0.8808": lambda x: x.exp(),
        "changes the number": lambda x: setattr(x, "data", 0.5) or x * 1,
    },
    "larger_value": {
        "no parents": lambda x, y: Value(max(x.data, y.data)),
        "each gets half, and not 1 and 0": lambda x, y: larger(x, y, tie=1.0),
        "each gets half, and not 0 and 1": lambda x, y: x if x.data > y.data else y,
        "each gets half, and not 0 and 0": one_sided,
        "go to the smaller one": lambda x, y: larger(x, y, flip=True),
        "half is for numbers that are equal": lambda x, y: Value(max(x.data, y.data), ((x, 0.5), (y, 0.5))),
        "that is the smaller one": lambda x, y: -larger(-x, -y),
        "the number of larger(-5, 2) is -5": lambda x, y: (
            larger(x, y) if abs(x.data) == abs(y.data) else max(x, y, key=lambda value: abs(value.data))
        ),
        "the number of larger(-1.5, -4) is 0 ": lambda x, y: Value(max(x.data, y.data, 0), larger(x, y).parents),
        "the number of larger(0.3, 0.25) is 0.275": lambda x, y: (
            (x + y) / 2 if abs(x.data - y.data) < 0.5 else larger(x, y)
        ),
        "each gets half, and not 1 and 1": lambda x, y: larger(x, y) if x.data != y.data else x + y - y.data,
    },
    "mended_engine": {
        "for d · c the slope along a is 45, and it gives 27": lambda root: slopes_of(root, first_met),
        "not slope times slope": lambda root: {**slopes_of(root), **dict.fromkeys(root.topological_order()[:1], 0.5)},
        "overwritten": lambda root: slopes_of(root, add=False),
        "RecursionError": lambda root: slopes_of(root, recursive),
        "along itself is 1": lambda root: slopes_of(root, start=2.0),
        "sign turned": lambda root: slopes_of(root, sign=-1),
        "should give a dict": lambda root: root.backward(),
        "no slope along a, b": lambda root: {root: 1.0},
        "the slope along a should be one number, not a Value": lambda root: {
            each: Value(slope) for each, slope in slopes_of(root).items()
        },
    },
    "bmi_line": {
        "with the function line in it": [line, line],
        "have not moved": (0, 0),
        "wrong way round": (b, w),
        "in hundreds": (100 * w, 100 * b),
        "line of all patients": line(442),
        "w has not moved": (0.0, b),
        "are the slopes cleared": (Value(w + 1), Value(b)),
        "With w = b = 0 it is 2.7652": (w, -b),
        "as it stands in the table": (w / deviation, b - w * mean / deviation),
        "the line flew away": (math.inf, math.nan),
    },
}
