"""Answers to the exercises of A neural net from scratch."""

import itertools

import numpy as np
import torch
from sklearn.datasets import load_breast_cancer

from foundations import random_split


def net_logits(last_relu=False, relus=True, constants=True, sigmoid=False, late=False):
    def logits(net, inputs):
        for i, (weights, constant) in enumerate(net):
            inputs = inputs @ weights
            if constants and constant is not None:
                inputs = inputs + constant
            if relus and (last_relu or i < len(net) - 1 - late):
                inputs = torch.relu(inputs)
        return torch.sigmoid(inputs) if sigmoid else inputs

    return logits


def recursive(net, inputs):
    *before, (weights, constant) = net
    hidden = torch.relu(recursive(before, inputs)) if before else inputs
    return hidden @ weights + (0 if constant is None else constant)


def without_none(net, inputs):
    for i, (weights, constant) in enumerate(net):
        inputs = inputs @ weights + constant
        if i < len(net) - 1:
            inputs = torch.relu(inputs)
    return inputs


def layers(draw=torch.randn, scale=lambda n_in, n_out: (2 / n_in) ** 0.5, biases=torch.zeros, shift=0.0):
    def kaiming_layers(sizes, generator):
        return [
            (draw(n_in, n_out, generator=generator) * scale(n_in, n_out) + shift, biases(n_out))
            for n_in, n_out in itertools.pairwise(sizes)
        ]

    return kaiming_layers


def from_torch(sizes, generator):
    made = []
    for n_in, n_out in itertools.pairwise(sizes):
        weights = torch.empty(n_out, n_in)
        torch.nn.init.kaiming_normal_(weights, nonlinearity="relu", generator=generator)
        made.append((weights.T, torch.zeros(n_out)))
    return tuple(made)


def even(sizes, generator):
    return [
        ((2 * torch.rand(n_in, n_out, generator=generator) - 1) * (6 / n_in) ** 0.5, torch.zeros(n_out))
        for n_in, n_out in itertools.pairwise(sizes)
    ]


def unseeded(sizes, generator):
    return layers()(sizes, torch.Generator().manual_seed(3))


BENIGN = torch.tensor(load_breast_cancer().target).float()[random_split(569)[1]][:, None]
GOOD = 0.8 * BENIGN + 0.1  # as good as a net's, with three mistakes
GOOD[:3] = 1 - GOOD[:3]

RIGHT = {
    "logits": [net_logits(), recursive],
    "dead_share": [
        lambda hidden: (hidden == 0).all(dim=0).double().mean(),
        lambda hidden: (hidden.amax(dim=0) == 0).sum().item() / hidden.shape[1],
        lambda hidden: np.mean(~hidden.numpy().any(axis=0)),
    ],
    "kaiming_layers": [layers(), from_torch],
    "together": [
        lambda preds: preds.mean(dim=0)[:, 0] > 0.5,
        lambda preds: preds.sum(dim=0).flatten() > len(preds) / 2,
    ],
    "tumour_preds": [GOOD, (GOOD > 0.5).float()[:, 0]],
}

DRAWN = {
    "logits": lambda draw: (
        [(torch.randn(3, 3, generator=draw), None if i == 1 else torch.randn(3, generator=draw)) for i in range(4)],
        torch.randn(5, 3, generator=draw),
    ),
    "dead_share": lambda draw: (torch.randn(3, 9, generator=draw).relu(),),
    "together": lambda draw: (torch.rand(4, 9, 1, generator=draw),),
}

WRONG = {
    "logits": {
        "there is a ReLU after the last layer too": net_logits(last_relu=True),
        "the sigmoid has been taken": net_logits(sigmoid=True),
        "there is no ReLU at all": net_logits(relus=False),
        "some layer lacks its ReLU": net_logits(late=True),
        "the constants are missing": net_logits(constants=False),
        "something in it is None: an argument,": without_none,
        "raises RuntimeError": lambda net, inputs: [inputs @ weights + constant for weights, constant in net][-1],
        "the sums are wrong": lambda net, inputs: 2 * net_logits()(net, inputs),
        "should have the shape": lambda net, inputs: net_logits()(net, inputs)[:, 0],
    },
    "dead_share": {
        "of shape (40, 7) it gives 0.2857": lambda hidden: (hidden[1:] == 0).all(dim=0).double().mean(),
        "of shape (40, 7) it gives 0.5714": lambda hidden: ((hidden == 0).double().mean(dim=0) > 0.95).double().mean(),
        "the share of zeros": lambda hidden: (hidden == 0).double().mean(),
        "the share of *rows*": lambda hidden: (hidden == 0).all(dim=1).double().mean(),
        "the share of units that are zero for *some* row": lambda hidden: (hidden == 0).any(dim=0).double().mean(),
        "the number of dead units": lambda hidden: (hidden == 0).all(dim=0).sum(),
        "the share of the living": lambda hidden: (hidden > 0).any(dim=0).double().mean(),
        "should be one number": lambda hidden: (hidden == 0).all(dim=0),
        "and the share is": lambda hidden: 0.4,
        "it gives 1, and the share is 0.25": lambda hidden: (hidden == 0).all(dim=1).sum(),  # all live in some row, too
        "inf in what it gives": lambda hidden: float("inf"),
    },
    "kaiming_layers": {
        "should give a list of 3 pairs": lambda sizes, generator: layers()(sizes[1:], generator),
        "should be a pair": lambda sizes, generator: [weights for weights, _ in layers()(sizes, generator)],
        "the biases of layer 0, one for each unit, should": layers(biases=lambda n_out: torch.zeros(1)),
        "should be zero": layers(biases=torch.ones),
        "on average": layers(draw=torch.rand),
        "a standard deviation of 1": layers(scale=lambda n_in, n_out: 1),
        "the variance where": layers(scale=lambda n_in, n_out: 2 / n_in),
        "the size for layers without a ReLU": layers(scale=lambda n_in, n_out: n_in**-0.5),
        "count the inputs of a unit": layers(scale=lambda n_in, n_out: (2 / n_out) ** 0.5),
        "which should be": layers(scale=lambda n_in, n_out: 0.01),
        "all within 2 σ": even,
        "two layers of one shape get the same": lambda sizes, generator: [
            layer
            for pair in itertools.pairwise(sizes)
            for layer in layers()(pair, torch.Generator().manual_seed(generator.initial_seed()))
        ],
        "the same seed gives other weights": lambda sizes, generator: layers()(sizes, None),
        "hand the generator": unseeded,
        "should have the shape": lambda sizes, generator: [(w.T, b) for w, b in layers()(sizes, generator)],
    },
    "together": {
        "compare once, and the answer has": lambda preds: (preds > 0.5).double().mean(dim=0) > 0.5,
        "it gives numbers": lambda preds: preds.mean(dim=0)[:, 0],
        "what a vote of the nets says: average": lambda preds: preds.median(dim=0).values[:, 0] > 0.5,
        "the answer is right, and the answer has the shape (4, 1), not (4,)": lambda preds: preds.mean(dim=0) > 0.5,
        "it says the opposite": lambda preds: preds.mean(dim=0)[:, 0] <= 0.5,
        "values of the type int64": lambda preds: (preds.mean(dim=0)[:, 0] > 0.5).long(),
        "mean probability says [True, True, False, False], and the answer": lambda preds: preds.mean(dim=0) > 0.9,
        "and the mean probability says": lambda preds: preds.amax(dim=0)[:, 0] > 0.5,
        "not a tensor of shape (), which makes 1": lambda preds: preds.mean() > 0.5,
    },
    "tumour_preds": {
        "it says the same of every tumour": torch.full_like(GOOD, 0.63),
        "too bad to be true": 1 - BENIGN,
        "between 0 and 1": 10 * GOOD,
        "not yet 96 %": torch.where(torch.arange(len(GOOD))[:, None] < 20, 1 - GOOD, GOOD),
        "not (1, 113)": GOOD.T,
        "not (569, 1)": torch.zeros(569, 1),
        "nan in the predictions": GOOD.sub(1).log(),
        "`...` still stands": ...,
    },
}
