"""Answers to the exercises of A neural net from scratch."""

import itertools

import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer

from foundations import init_deep, init_kaiming, net_preds, random_split, train_net


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


def tumours():
    table, benign = load_breast_cancer(return_X_y=True)
    inputs, targets = torch.tensor(table).float(), torch.tensor(benign).float()[:, None]
    rows, held_out = random_split(len(inputs))
    mean, std = inputs[rows].mean(dim=0), inputs[rows].std(dim=0)
    settings = {"lr": 0.3, "n_epochs": 200, "loss_fn": F.binary_cross_entropy}
    around_zero = (inputs - mean) / std
    good, _ = train_net(init_kaiming(30), around_zero[rows], targets[rows], **settings)
    scaled = inputs / inputs[rows].amax(dim=0)
    stuck, _ = train_net(init_deep(30), scaled[rows], targets[rows], lr=4)
    return net_preds(good, around_zero[held_out]), net_preds(stuck, scaled[held_out]), targets[held_out]


GOOD, STUCK, BENIGN = tumours()

RIGHT = {
    "logits": [net_logits(), recursive],
    "dead_share": [
        lambda hidden: (hidden == 0).all(dim=0).double().mean(),
        lambda hidden: (hidden.amax(dim=0) == 0).sum().item() / hidden.shape[1],
    ],
    "kaiming_layers": [layers(), from_torch],
    "together": [
        lambda preds: preds.mean(dim=0)[:, 0] > 0.5,
        lambda preds: preds.sum(dim=0).flatten() > len(preds) / 2,
    ],
    "tumour_preds": [GOOD, BENIGN, (GOOD > 0.5).float()],
}

WRONG = {
    "logits": {
        "there is a ReLU after the last layer too": net_logits(last_relu=True),
        "the sigmoid has been taken": net_logits(sigmoid=True),
        "there is no ReLU at all": net_logits(relus=False),
        "some layer lacks its ReLU": net_logits(late=True),
        "the constants are missing": net_logits(constants=False),
        "raises TypeError": without_none,
        "raises RuntimeError": lambda net, inputs: [inputs @ weights + constant for weights, constant in net][-1],
        "the sums are wrong": lambda net, inputs: 2 * net_logits()(net, inputs),
        "should have the shape": lambda net, inputs: net_logits()(net, inputs)[:, 0],
    },
    "dead_share": {
        "the share of zeros": lambda hidden: (hidden == 0).double().mean(),
        "the share of *rows*": lambda hidden: (hidden == 0).all(dim=1).double().mean(),
        "the share of units that are zero for *some* row": lambda hidden: (hidden == 0).any(dim=0).double().mean(),
        "the number of dead units": lambda hidden: (hidden == 0).all(dim=0).sum(),
        "the share of the living": lambda hidden: (hidden > 0).any(dim=0).double().mean(),
        "should be one number": lambda hidden: (hidden == 0).all(dim=0),
        "and the share is": lambda hidden: 0.4,
    },
    "kaiming_layers": {
        "should give a list of 3 pairs": lambda sizes, generator: layers()(sizes[1:], generator),
        "should be a pair": lambda sizes, generator: [weights for weights, _ in layers()(sizes, generator)],
        "one for each unit": layers(biases=lambda n_out: torch.zeros(1)),
        "should be zero": layers(biases=torch.ones),
        "on average": layers(draw=torch.rand),
        "a standard deviation of 1": layers(scale=lambda n_in, n_out: 1),
        "the variance where": layers(scale=lambda n_in, n_out: 2 / n_in),
        "the size for layers without a ReLU": layers(scale=lambda n_in, n_out: n_in**-0.5),
        "count the inputs of a unit": layers(scale=lambda n_in, n_out: (2 / n_out) ** 0.5),
        "which should be": layers(scale=lambda n_in, n_out: 0.01),
        "evenly spread": even,
        "hand the generator": unseeded,
        "should have the shape": lambda sizes, generator: [(w.T, b) for w, b in layers()(sizes, generator)],
    },
    "together": {
        "and the answer is a column": lambda preds: (preds > 0.5).double().mean(dim=0) > 0.5,
        "it gives numbers": lambda preds: preds.mean(dim=0)[:, 0],
        "average the probabilities, then": lambda preds: ((preds > 0.5).double().mean(dim=0) > 0.5)[:, 0],
        "should have the shape (4,), not (4, 1)": lambda preds: preds.mean(dim=0) > 0.5,
        "it says the opposite": lambda preds: preds.mean(dim=0)[:, 0] <= 0.5,
        "should hold True and False": lambda preds: (preds.mean(dim=0)[:, 0] > 0.5).long(),
        "the answer is a column, and wrong": lambda preds: preds.mean(dim=0) > 0.9,
        "and the mean probability says": lambda preds: preds.amax(dim=0)[:, 0] > 0.5,
        "should give a tensor": lambda preds: (preds.mean(dim=0)[:, 0] > 0.5).tolist(),
    },
    "tumour_preds": {
        "stuck at one answer": STUCK,
        "too bad to be true": 1 - BENIGN,
        "between 0 and 1": 10 * GOOD,
        "not yet 96 %": torch.where(torch.arange(len(GOOD))[:, None] < 20, 1 - GOOD, GOOD),
        "should have the shape": GOOD[:, 0],
        "`...` still stands": ...,
    },
}
