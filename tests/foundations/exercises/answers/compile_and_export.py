"""Answers to the exercises of Compile and export: right ones, and for each typical mistake words of its hint."""

from functools import cache

import numpy as np
import torch
from forms import CALLS, OF_FLOATS
from sklearn.datasets import load_wine
from torch import nn


def by_where(x):
    y = torch.relu(x)
    return torch.where(y.sum() > 3, -y, y) + 1


def by_sign(x):
    y = x.clamp(min=0)
    return y * (1 - 2 * (y.sum() > 3).float()) + 1


def by_cond(x):
    y = torch.relu(x)
    return torch.cond(y.sum() > 3, lambda y: 1 - y, lambda y: y + 1, (y,))


def with_a_break(x):
    y = torch.relu(x)
    if y.sum() > 3:
        y = -y
    return y + 1


def carry_out(steps, arrays, last=-1, bias=1):
    results = dict(arrays)
    for name, operation, inputs in steps:
        given = [results[each] for each in inputs]
        if operation == "linear":
            results[name] = np.dot(given[0], given[1].T) + bias * given[2]
        elif operation == "relu":
            results[name] = given[0] * (given[0] > 0)
        else:
            results[name] = sum(given)
    return results[steps[last][0]]


def by_asking(steps, arrays):
    found = {name: (operation, inputs) for name, operation, inputs in steps}

    def value(name):
        if name not in found:
            return arrays[name]
        operation, inputs = found[name]
        given = [value(each) for each in inputs]
        if operation == "add":
            return given[0] + given[1]
        return np.maximum(given[0], 0) if operation == "relu" else given[0] @ given[1].T + given[2]

    return value(steps[-1][0])


def by_torch(steps, arrays):
    tensors = {name: torch.tensor(each) for name, each in arrays.items()}
    for name, operation, inputs in steps:
        do = {"linear": nn.functional.linear, "relu": torch.relu, "add": torch.add}[operation]
        tensors[name] = do(*(tensors[each] for each in inputs))
    return tensors[name].numpy()


def changing(operation, do):
    def changed(steps, arrays):
        results = dict(arrays)
        for name, which, inputs in steps:
            given = [results[each] for each in inputs]
            results[name] = do(*given) if which == operation else carry_out([[name, which, inputs]], results)
        return results[name]

    return changed


def in_the_arrays(steps, arrays):
    arrays.update({name: carry_out(steps[: i + 1], arrays) for i, (name, *_) in enumerate(steps)})
    return arrays[steps[-1][0]]


def chained(steps, arrays):
    x = arrays["x"]
    for _, operation, inputs in steps:
        if operation == "linear":
            x = x @ arrays[inputs[1]].T + arrays[inputs[2]]
        elif operation == "relu":
            x = np.maximum(x, 0)
    return x


class Manhattan(nn.Module):
    def forward(self, a, b):
        return (a - b).abs().sum(dim=1)


class Difference(nn.Module):
    def forward(self, a, b):
        return (a - b).abs()


class Norm(nn.Module):
    def forward(self, a, b):
        return torch.linalg.vector_norm(b - a, dim=1, keepdim=True)


class Pairs(nn.Module):
    def forward(self, a, b):
        return nn.functional.pairwise_distance(a.double(), b.double(), eps=0)


class ByColumns(nn.Module):
    def forward(self, a, b):
        return ((a[:, 0] - b[:, 0]) ** 2 + (a[:, 1] - b[:, 1]) ** 2 + (a[:, 2] - b[:, 2]) ** 2) ** 0.5


class Products(nn.Module):
    def forward(self, a, b):
        return torch.einsum("ij,ij->i", a - b, a - b) ** 0.5


class Turned(nn.Module):
    def forward(self, logits):
        return -logits


class Named(nn.Module):
    def forward(self, logits):
        return logits.argmax(dim=1)


class Distance(nn.Module):
    def __init__(self, squared=False):
        super().__init__()
        self.squared = squared

    def forward(self, a, b):
        squares = (a - b).square().sum(dim=1)
        return squares if self.squared else squares.sqrt()


example = (torch.zeros(4, 3), torch.ones(4, 3))


@cache
def exported(squared=False, free=True, automatic=False, made=None, most=None, by_name=0, columns=3):
    some = torch.export.Dim.AUTO if automatic else torch.export.Dim("n", max=most)
    shapes = {"a": {0: some}, "b": {0: some}} if free else None
    module = made() if made else Distance(squared)
    tables = [each[:, :columns] for each in example]
    named = dict(zip("ab"[2 - by_name :], tables[2 - by_name :], strict=True))
    return torch.export.export(module, tuple(tables[: 2 - by_name]), named, dynamic_shapes=shapes)


wines = load_wine()
measured, grower = torch.tensor(wines.data, dtype=torch.float32), torch.tensor(wines.target)
apart = torch.arange(len(grower)) % 3 == 2
mean, std = measured[~apart].mean(dim=0), measured[~apart].std(dim=0)


class Wines(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("std", std)

    def forward(self, x):
        return self.net((x - self.mean) / self.std)


@cache
def wine_net():
    """A layer that finds the nearest of the growers' means, as good as a trained net."""
    centres = torch.stack([((measured - mean) / std)[~apart & (grower == each)].mean(dim=0) for each in range(3)])
    layer = nn.Linear(13, 3)
    layer.load_state_dict({"weight": centres, "bias": -centres.square().sum(dim=1) / 2})
    return layer


def wine_export(net, free=True, most=None):
    shapes = ({0: torch.export.Dim("n", max=most)},) if free else None
    return torch.export.export(net, (measured[:2],), dynamic_shapes=shapes)


def folded():
    """One layer that has mean and deviation in its weights."""
    layer, inner = nn.Linear(13, 3), wine_net()
    weight = inner.weight.detach() / std
    layer.load_state_dict({"weight": weight, "bias": inner.bias.detach() - weight @ mean})
    return layer


RIGHT = {
    "flipped": [by_where, by_sign, by_cond, lambda x: by_where(x)[:]],
    "carry_out": [carry_out, by_asking, by_torch],
    "any_rows": [
        exported(),
        exported(automatic=True),
        exported(by_name=1),
        exported(by_name=2),
        exported(made=Norm),
        exported(made=Pairs),
        exported(made=ByColumns),
        exported(made=Products),
    ],
    "wine_export": [
        wine_export(Wines(wine_net())),
        wine_export(Wines(wine_net()).eval()),
        wine_export(folded()),
        wine_export(nn.Sequential(Wines(wine_net()), nn.Softmax(dim=1))),
        wine_export(nn.Sequential(Wines(wine_net()), nn.Dropout()).eval()),
        wine_export(nn.Sequential(Wines(wine_net()), nn.LogSoftmax(dim=1))),
    ],
}

DRAWN = {
    "flipped": lambda draw: (2 * torch.randn(4, generator=draw),),
    "carry_out": lambda draw: (
        [
            ["u", "linear", ["x", "w", "b"]],
            ["v", "relu", ["u"]],
            ["z", "add", ["u", "v"]],
            ["y", "linear", ["z", "w", "b"]],
        ],
        {
            "x": torch.randn(5, 3, generator=draw).numpy(),
            "w": torch.randn(3, 3, generator=draw).numpy(),
            "b": torch.randn(3, generator=draw).numpy(),
        },
    ),
}

ONLY = {"flipped": (*CALLS, *OF_FLOATS, "a function that gives arrays")}

WRONG = {
    "flipped": {
        "for x = [2.0, 0.5, 2.0]": lambda x: torch.where(x.amax() > 3, -x.relu(), x.relu()) + 1,
        "for x = [[2.0, -1.0], [2.0, 0.5]]": lambda x: (
            torch.where(x.relu().sum(dim=-1, keepdim=True) > 3, -x.relu(), x.relu()) + 1
        ),
        "as one whole graph it raises": with_a_break,
        "add it afterwards": lambda x: torch.where(x.relu().sum() > 3, -(x.relu() + 1), x.relu() + 1),
        "the sum of all decides": lambda x: torch.where(x.relu() > 3, -x.relu(), x.relu()) + 1,
        "with 2.5 as the sum after the ReLU, it is turned over": lambda x: 1 - x.relu(),
        "with 3.75 as the sum after the ReLU, nothing is turned over": lambda x: x.relu() + 1,
        "with 3 as the sum after the ReLU, it is turned over": lambda x: (
            torch.where(x.relu().sum() < 3, x.relu(), -x.relu()) + 1
        ),
        "nothing is turned over: does the sum before it decide, -4.5?": lambda x: (
            torch.where(x.sum() > 3, -x.relu(), x.relu()) + 1
        ),
        "the ReLU is missing": lambda x: torch.where(x.sum() > 3, -x, x) + 1,
        "it should give": lambda x: x * 0,
        "should have the shape (3,)": lambda x: by_where(x).sum(),
        "after its `return`": lambda x: None,
    },
    "carry_out": {
        "needed again number 0 of the result should be": changing("add", lambda one, other: one.__iadd__(other)),
        "should be 5.338, and it is 3.03": changing("relu", lambda x: x.clip(0, 6)),
        "should be -0.8697, and it is 5.176: does": chained,
        "should be -0.041526, and it is -0.041531": lambda steps, arrays: 1.00012 * carry_out(steps, arrays),
        "the last one is wanted": lambda steps, arrays: (
            carry_out(steps[:-1], arrays) if len(steps) > 3 else carry_out(steps, arrays)
        ),
        "keep results in a dict of your own": in_the_arrays,
        "a tensor of shape (4, 2), and should give an array": lambda steps, arrays: torch.tensor(
            carry_out(steps, arrays)
        ),
        "should have the shape (4, 2)": lambda steps, arrays: carry_out(steps, arrays).T,
        "it raises KeyError": lambda steps, arrays: arrays["out"],
        "should have the shape (4, 2), not (5,)": lambda steps, arrays: arrays["b1"],
        "for two layers number 0": lambda steps, arrays: carry_out(steps, arrays, bias=0),
        "needed again number 0": changing("add", np.subtract),
        "for two layers it gives a list of 4": lambda steps, arrays: carry_out(steps, arrays).tolist(),
    },
    "any_rows": {
        "two tables of 9 rows are refused": exported(free=False),
        "two tables of 10,000 rows are refused, with AssertionError: is there a limit": exported(most=1024),
        "without .module()": exported().module(),
        "the example had 2 columns, and here are 3": exported(columns=2),
        "that is a module": Distance(),
        "not the class Distance": Distance,
        "their root is missing": exported(squared=True),
        "distance 0 of 4 should be": exported(made=Manhattan),
        "should have the shape (4, 1)": exported(made=Difference),
        "gives, not a tensor of shape (4,)": Distance()(*example),
        "two tables of 4 rows are refused, with": wine_export(wine_net()),
        "gives, not a tuple of 2": example,
    },
    "wine_export": {
        "by itself": wine_export(wine_net()),
        "5 wines are refused": wine_export(Wines(wine_net()), free=False),
        "10,000 wines are refused, with AssertionError: is there a limit": wine_export(Wines(wine_net()), most=1024),
        "that is a module": Wines(wine_net()),
        "should have the shape (2, 3), not (2, 2)": wine_export(nn.Linear(13, 2)),
        "the accuracy is 0.00": wine_export(nn.Sequential(Wines(wine_net()), Turned())),
        "2 wines are refused, with": exported(),
        "gives, not a tensor of shape (59, 3)": Wines(wine_net())(measured[apart]),
        "should have the shape (2, 3), not (2,)": wine_export(nn.Sequential(Wines(wine_net()), Named())),
        "gives, not None": None,
    },
}
