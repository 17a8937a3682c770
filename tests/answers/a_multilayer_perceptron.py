"""Answers to the exercises of A multilayer perceptron: right ones, and for each typical mistake words of its hint."""

import copy
import itertools

import torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from torch import nn

from foundations import evaluate, fit, mae, mse, predict, rmse


def layers(sizes):
    return itertools.pairwise(sizes)


def by_pytorch(sizes):
    net = nn.Sequential(*[nn.Linear(ins, outs) for ins, outs in layers(sizes)])
    return sum(each.numel() for each in net.parameters())


def streamed(batches):
    squares, count = 0.0, 0
    for preds, targets in batches:
        squares += ((preds - targets) ** 2).sum().item()
        count += len(targets)
    return (squares / count) ** 0.5


def joined(batches, metric=rmse):
    preds, targets = zip(*batches, strict=True)
    return metric(torch.cat(preds), torch.cat(targets))


def mean_of(batches, metric):
    return sum(metric(*each) for each in batches) / len(batches)


def switched(net, x, *, evaluating=True, back=True, look=torch.no_grad):
    was_training = net.training
    if evaluating:
        net.eval()
    with look():
        preds = net(x)
    if back:
        net.train(was_training)
    return preds


def without_moving(net, x):
    return switched(copy.deepcopy(net), x, evaluating=False)


def keeping(net, train, valid, optimizer, n_epochs, *, kept_by=copy.deepcopy, load=True, given="best", first=False):
    best = float("inf")
    for _ in range(n_epochs):
        fit(net, train, mse, optimizer, n_epochs=1, device="cpu")
        loss = evaluate(net, valid, mse, device="cpu")
        if loss < best and not (first and best < float("inf")):
            best, kept = loss, kept_by(net.state_dict())
    if load:
        net.load_state_dict(kept)
    on_train = evaluate(net, train, mse, device="cpu")
    return {"best": best, "last": loss, "train": on_train, "root": best**0.5, "half": best / 2, "none": None}[given]


patients = load_diabetes(scaled=False)
bodies = torch.tensor(patients.data, dtype=torch.float32)
progress = torch.tensor(patients.target, dtype=torch.float32)[:, None]
turn = torch.arange(len(bodies)) % 4
learn, judge = turn < 2, turn == 3
bodies = (bodies - bodies[learn].mean(dim=0)) / bodies[learn].std(dim=0)
straight = torch.tensor(LinearRegression().fit(bodies[learn], progress[learn]).predict(bodies[judge]))
centre, scale = progress[learn].mean(), progress[learn].std()


def stopped(n_epochs, seed=42):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(10, 50), nn.ReLU(), nn.Linear(50, 40), nn.ReLU(), nn.Linear(40, 1))
    adam = torch.optim.Adam(net.parameters(), lr=0.003)
    data = (bodies[learn], (progress[learn] - centre) / scale)
    generator = torch.Generator().manual_seed(42)
    fit(net, data, mse, adam, n_epochs=n_epochs, batch_size=32, device="cpu", generator=generator)
    return predict(net, bodies[judge], device="cpu") * scale + centre


RIGHT = {
    "n_params": [lambda sizes: sum((ins + 1) * outs for ins, outs in layers(sizes)), by_pytorch],
    "rmse_of_batches": [streamed, joined],
    "answers": [switched, lambda net, x: switched(net, x, look=torch.inference_mode), lambda net, x: predict(net, x)],
    "keep_best": [keeping],
    "diabetes_net": [stopped(8), stopped(9, seed=1).double(), straight],
}

WRONG = {
    "n_params": {
        "which are the weights": lambda sizes: sum(ins * outs for ins, outs in layers(sizes)),
        "not for each of its inputs": lambda sizes: sum(ins * (outs + 1) for ins, outs in layers(sizes)),
        "a bias for the inputs too": lambda sizes: by_pytorch(sizes) + sizes[0],
        "the number of units": sum,
        "and there are 8 parameters": lambda sizes: 7,
        "the last layer alone": lambda sizes: by_pytorch(sizes[-2:]),
    },
    "rmse_of_batches": {
        "the mean of the batches' RMSEs": lambda batches: mean_of(batches, rmse),
        "the last one has fewer rows": lambda batches: mean_of(batches, mse) ** 0.5,
        "its root is missing": lambda batches: joined(batches, mse),
        "divide it by the number of rows": lambda batches: joined(batches, lambda p, t: ((p - t) ** 2).sum().sqrt()),
        "the last batch alone": lambda batches: rmse(*batches[-1]),
        "the mean absolute error": lambda batches: joined(batches, mae),
        "and the RMSE over all rows is": lambda batches: joined(batches) / 2,
        "should be one number": lambda batches: torch.stack([rmse(*each) for each in batches for _ in range(2)]),
    },
    "answers": {
        "its batch normalisation was not in eval mode": lambda net, x: switched(net, x, evaluating=False),
        "for a net in train mode those are not": without_moving,
        "carry notes for autograd": lambda net, x: switched(net, x, look=torch.enable_grad),
        "is left in the other": lambda net, x: switched(net, x, back=False),
        "should be a tensor": lambda net, x: None,
        "should have the shape (4, 1)": lambda net, x: switched(net, x)[:, 0],
        "it raises AttributeError": lambda net, x: net.predict(x),
        "should be a function": nn.Linear(3, 1).weight,
    },
    "keep_best": {
        "that of the last epoch": lambda *args: keeping(*args, kept_by=dict),
        "that of the first epoch": lambda *args: keeping(*args, first=True),
        "where it started": lambda *args: 4.0,
        "is the loss of the last epoch": lambda *args: keeping(*args, given="last"),
        "its loss on the training set": lambda *args: keeping(*args, given="train"),
        "is a root": lambda *args: keeping(*args, given="root"),
        "the function gives None": lambda *args: keeping(*args, given="none"),
        "and its loss on the validation set is": lambda *args: keeping(*args, given="half"),
    },
    "diabetes_net": {
        "worse than always the mean": stopped(100),
        "what always the mean reaches": centre.expand(110, 1),
        "in standardised units": (straight - centre) / scale,
        "the targets themselves": progress[judge],
        "should be a column": straight[:, 0],
        "and 57 is the target": (straight + 2 * centre) / 3,
        "should have the shape (110, 1)": torch.zeros(442, 1),
    },
}
