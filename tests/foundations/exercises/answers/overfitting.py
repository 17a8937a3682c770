"""Answers to the exercises of Overfitting: right ones, and for each typical mistake words of its hint."""

import copy
import itertools

import torch
from sklearn.datasets import load_diabetes
from torch import nn

from foundations import least_squares, predict


def patient(losses, patience, *, ends=False):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch + 1 if ends else best + 1


def by_count(losses, patience):
    best, waited, kept = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, 1):
        best, waited, kept = (loss, 0, epoch) if loss < best else (best, waited + 1, kept)
        if waited == patience:
            return kept
    return kept


def by_running_minimum(losses, patience):
    lowest = [*itertools.accumulate(losses, min)]
    firsts = [i for i, loss in enumerate(losses) if i == 0 or loss < lowest[i - 1]]
    ends = [*firsts[1:], len(losses) + patience]
    return next(i + 1 for i, then in zip(firsts, ends, strict=True) if then - i > patience or i == firsts[-1])


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


def drop(x, p, generator, *, kept=None, scale=None, rows=False):
    shape = (len(x), 1) if rows else x.shape
    stays = torch.rand(shape, generator=generator) >= (p if kept is None else kept)
    return x * stays / (1 - p if scale is None else scale)


patients = load_diabetes(scaled=False)
bodies = torch.tensor(patients.data, dtype=torch.float32)
progress = torch.tensor(patients.target, dtype=torch.float32)[:, None]
turn = torch.arange(len(bodies)) % 4
learn, judge = turn < 2, turn == 3
bodies = (bodies - bodies[learn].mean(dim=0)) / bodies[learn].std(dim=0)
w, b = least_squares(bodies[learn], progress[learn])
straight = bodies[judge] @ w + b
centre, scale = progress[learn].mean(), progress[learn].std()


def off_by(error):
    """As good as a net with this RMSE."""
    return progress[judge] + error * torch.tensor([1.0, -1.0]).repeat(55)[:, None]


def never_reset(losses, patience):
    bad, best = 0, 1
    for epoch in range(2, len(losses) + 1):
        if losses[epoch - 1] < losses[best - 1]:
            best = epoch
        else:
            bad += 1
        if bad >= patience:
            break
    return best


def below_one(losses, patience):
    """Begins with a lowest loss of 1, which losses need not be below."""
    return patient(losses, patience) if losses[0] < 1 else 1


RIGHT = {
    "stop_at": [patient, by_count, by_running_minimum],
    "answers": [
        switched,
        lambda net, x: switched(net, x, look=torch.inference_mode),
        lambda net, x: predict(net, x),
        lambda net, x: switched(net, x)[:, 0],
        lambda net, x: switched(copy.deepcopy(net), x),
    ],
    "dropped": [
        drop,
        lambda x, p, generator: torch.bernoulli(torch.full_like(x, 1 - p), generator=generator) * x / (1 - p),
        lambda x, p, generator: torch.where(torch.rand(x.shape, generator=generator) < p, 0.0, x / (1 - p)),
    ],
    "diabetes_net": [straight, off_by(56.9)],
}

DRAWN = {"stop_at": lambda draw: (torch.randint(9, (12,), generator=draw).tolist(), 1 + draw.initial_seed())}

WRONG = {
    "stop_at": {
        "and the run ends after epoch 8": never_reset,
        "and a patience of 2 it gives 1, and the run ends after epoch 5, with 3": below_one,
        "is it counted from 0?": lambda *args: patient(*args) - 1,
        "the best of all": lambda losses, patience: losses.index(min(losses)) + 1,
        "the epoch at which the run ends": lambda *args: patient(*args, ends=True),
        "patience of 1 it gives 1, and the run ends after epoch 3, with 2": lambda losses, patience: (
            patient(losses, patience - 1) if patience > 1 else 1
        ),
        "which is a loss": lambda losses, patience: losses[patient(losses, patience) - 1],
        "with 4 the best so far": lambda losses, patience: 2,
        "and a patience of 3 it gives 9, and the run ends after epoch 7": lambda losses, patience: len(losses),
        "gives None": lambda losses, patience: None,
        "should be one number": lambda losses, patience: losses,
        "[0.3, 0.3, 0.4, 0.1] and a patience of 2 it gives 2": lambda losses, patience: (
            len(losses) - losses[::-1].index(losses[patient(losses, patience) - 1])
            if losses[0] == losses[1]
            else patient(losses, patience)
        ),
    },
    "answers": {
        "the predictions ask for notes": lambda net, x: switched(net, x).requires_grad_(),
        "has changed what one of its layers remembers": lambda net, x: switched(net, x, evaluating=False),
        "for a net in train mode those are not": without_moving,
        "notes for autograd were taken: use": lambda net, x: switched(net, x, look=torch.enable_grad),
        "is not left in it": lambda net, x: switched(net, x, back=False),
        "and are thrown away only afterwards": lambda net, x: switched(net, x, look=torch.enable_grad).detach(),
        "cannot go on with its training": lambda net, x: switched(net.requires_grad_(False), x),
        "not None": lambda net, x: None,
        "should have the shape (4, 1)": lambda net, x: switched(net, x).T,
        "it raises AttributeError": lambda net, x: net.predict(x),
        "should be a function": nn.Linear(3, 1).weight,
    },
    "dropped": {
        "always 5 of 20 are 0": lambda x, p, generator: (
            x.flatten()
            .index_fill(0, torch.randperm(x.numel(), generator=generator)[: round(p * x.numel())], 0)
            .view(x.shape)
            .div(1 - p)
        ),
        "it changes x itself": lambda x, p, generator: x.mul_(drop(torch.ones_like(x), p, generator)),
        "nothing is 0": lambda x, p, generator: x,
        "not the share that stays": lambda x, p, generator: drop(x, p, generator, kept=1 - p),
        "and about 0.25 should be": lambda x, p, generator: drop(x, p, generator, kept=0.6),
        "whole rows or columns are 0": lambda x, p, generator: drop(x, p, generator, rows=True),
        "asked twice with one generator": lambda x, p, generator: drop(
            x, p, torch.Generator().manual_seed(generator.initial_seed())
        ),
        "a share of 0.63 is 0": lambda x, p, generator: drop(x.relu(), p, generator),
        "what stays is as it was": lambda x, p, generator: drop(x, p, generator, scale=1),
        "what stays is made smaller": lambda x, p, generator: drop(x, p, generator, scale=1 / (1 - p)),
        "what stays is divided by p": lambda x, p, generator: drop(x, p, generator, scale=p),
        "times as large, and is": lambda x, p, generator: drop(x, p, generator, scale=0.1),
        "two generators give the same draw": lambda x, p, generator: drop(x, p, torch.Generator().manual_seed(0)),
        "the same seed gives another draw": lambda x, p, generator: nn.functional.dropout(x, p),
    },
    "diabetes_net": {
        "worse than always the mean": off_by(90),
        "what always the mean reaches": centre.expand(110, 1),
        "in standardised units": (straight - centre) / scale,
        "the targets themselves": progress[judge],
        "an RMSE of 21.0 is too good to be true": off_by(21.0),
        "should have the shape (110, 1) or (110,), not (1, 110)": straight.T,
        "and 57 is the target": (straight + 2 * centre) / 3,
        "(110, 1) or (110,), not (442, 1)": torch.zeros(442, 1),
        "inf in the predictions": off_by(torch.inf),
    },
}
