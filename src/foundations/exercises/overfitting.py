"""The exercises of Overfitting: patience, the switches, dropout by hand, other data."""

import copy
import math

import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    apart,
    attempt,
    call,
    column,
    compare,
    data_set,
    equal,
    exercise,
    number,
    rmse_of_column,
    values,
)


@exercise
def stop_at(answer: object) -> str:
    """A function of validation losses and a patience: the best epoch when the run ends, counted from 1."""
    cases = [
        ([0.9, 0.5, 0.7, 0.3, 0.4, 0.5, 0.4, 0.1, 0.2], 3),
        ([0.9, 0.5, 0.7, 0.3, 0.4, 0.5, 0.4, 0.1, 0.2], 1),
        ([0.5, 0.4, 0.3], 2),
        ([0.2, 0.3, 0.2, 0.2, 0.1], 3),
        ([0.3, 0.3, 0.4, 0.1], 2),
        ([0.9, 0.8, 0.85, 0.86, 0.5, 0.6, 0.4, 0.45], 3),
        ([5100.0, 5300.0, 4900.0, 5000.0, 4950.0, 4800.0], 2),  # a loss may be of any size
    ]
    for case, (losses, patience) in enumerate(cases):
        right, seen = _patient(losses, patience)
        result = number(call(answer, losses, patience), f"what it gives for {losses} and a patience of {patience}")
        gives = f"for the losses {losses} and a patience of {patience} it gives {result:g}"
        best = min(range(len(losses)), key=lambda each: losses[each]) + 1
        compare(
            [result],
            [right],
            {
                f"{gives}: is it counted from 0? The first epoch is number 1": (
                    [right - 1] if case == 0 else []  # who counts from 0 fails at once
                ),
                f"{gives}, the best of all: the run has ended before, and never sees it": [best],
                f"{gives}, the epoch at which the run ends: give the best one, whose parameters are kept": [seen],
                f"{gives}, which is a loss: give the number of its epoch": [losses[right - 1]],
            },
            f"{gives}, and the run ends after epoch {seen}, with {right} the best so far",
            within=1e-9,
        )
    return "the run ends in time, and the best epoch is kept."


@exercise
def answers(answer: object) -> str:
    """A function of a net and inputs: predictions in eval mode, without a graph, with the mode left as it was."""
    for training, end in ((True, 1.0), (False, 2.0)):
        x = torch.linspace(-1, end, 12).reshape(4, 3)
        net = _moody().train(training)
        before = copy.deepcopy(net.state_dict())
        right = copy.deepcopy(net).eval()(x)
        noted = _noted_by(net)
        preds = attempt(answer, net, x)
        mode = "train" if training else "eval"
        result = torch.tensor(column(preds, len(right), f"what it gives for a net in {mode} mode"))
        if any(not torch.equal(before[name], each.cpu()) for name, each in net.state_dict().items()):
            raise NotYet(
                "asking the net has changed what one of its layers remembers, as train mode does: "
                "switch to eval mode first"
            )
        if not torch.allclose(result, right.detach().flatten(), atol=1e-5):
            raise NotYet(f"for a net in {mode} mode those are not the predictions of eval mode: is dropout at work?")
        if any(noted):
            after = "" if getattr(preds, "requires_grad", False) else ", and are thrown away only afterwards"
            raise NotYet(f"the predictions are right, and notes for autograd were taken{after}: use torch.no_grad()")
        if getattr(preds, "requires_grad", False):
            raise NotYet("the predictions ask for notes: whatever is done with them would be noted down for autograd")
        if any(each.training != training for each in net.modules()):
            raise NotYet(f"the net came in {mode} mode and is not left in it: put all of it back as it was")
        if not all(each.requires_grad for each in net.parameters()):
            raise NotYet("the net's parameters require no gradient any more, so it cannot go on with its training")
    return "dropout rests, nothing is noted down, and the net goes on as it was."


@exercise
def dropped(answer: object) -> str:
    """A function of x, p and a generator: dropout in training."""
    x = torch.linspace(1, 2, 4000).view(200, 20)
    x = x * (-1.0) ** (torch.arange(200)[:, None] + torch.arange(20))  # no row and no column has one sign
    for p in (0.25, 0.5):
        generator = torch.Generator().manual_seed(1)
        result, next_one = (_drawn(answer, x, p, generator) for _ in range(2))
        again, other = (_drawn(answer, x, p, torch.Generator().manual_seed(seed)) for seed in (2, 1))
        zeros = result == 0
        share = zeros.double().mean().item()
        if share == 0:
            raise NotYet(f"with p = {p} nothing is 0: which values are to go is drawn anew in each call")
        if share < 1 and ((zeros == zeros[:1]).all() or (zeros == zeros[:, :1]).all()):
            raise NotYet("whole rows or columns are 0: draw for each value by itself")
        if abs(share - p) > 0.04:
            turned = ": p is the share that goes, not the share that stays" if abs(share - (1 - p)) < 0.04 else ""
            raise NotYet(f"with p = {p} a share of {share:.2f} is 0{turned or f', and about {p} should be'}")
        kept = result[~zeros] / x[~zeros]
        compare(
            [kept.mean().item(), kept.std().item()],
            [1 / (1 - p), 0.0],
            {
                "what stays is as it was, so that the mean falls: divide it by the share that stays": [1.0, 0.0],
                "what stays is made smaller: divide by the share that stays": [1 - p, 0.0],
                "what stays is divided by p: divide it by the share that stays, 1 - p": [1 / p, 0.0],
            },
            f"with p = {p} what stays should be {1 / (1 - p):.3g} times as large, and is {kept.mean():.3g} times",
        )
        if torch.equal(again, result):
            raise NotYet("two generators give the same draw: use the one that is given, as it comes")
        if not torch.equal(other, result):
            raise NotYet("the same seed gives another draw: draw from the generator that is given")
        if torch.equal(next_one, result):
            raise NotYet("asked twice with one generator it drops the same: let that generator go on")
        generators = [torch.Generator().manual_seed(seed) for seed in range(20)]
        counts = {int((_drawn(answer, x[0], p, each) == 0).sum()) for each in generators}
        if len(counts) == 1:
            raise NotYet(
                f"with p = {p} always {counts.pop()} of {x.shape[1]} are 0: each value goes or stays by itself, so "
                "their number differs from draw to draw"
            )
    return "the mean stays, and each call draws anew."


@exercise
def diabetes_net(answer: object) -> str:
    """Predictions for every fourth diabetes patient, in the units of the target, with an RMSE of at most 57."""
    target = torch.tensor(data_set("diabetes", scaled=False).target, dtype=torch.float64)
    turn = torch.arange(len(target)) % 4
    learn, judge = target[turn < 2], target[turn == 3]
    error, always_the_mean = rmse_of_column(answer, judge, learn, least=40)
    if math.isclose(error, always_the_mean, rel_tol=0.01):
        raise NotYet(f"an RMSE of {error:.1f} is what always the mean reaches: has the net learned anything yet?")
    if error > always_the_mean:
        raise NotYet(
            f"the RMSE is {error:.1f}, worse than always the mean, {always_the_mean:.1f}: does the net know its own "
            "patients by heart? Then stop earlier"
        )
    if error > 57:
        raise NotYet(
            f"the RMSE is {apart(error, 57)[0]}, and 57 is the target: choose the epoch by the validation patients"
        )
    return f"an RMSE of {error:.1f}. Now compare it with the straight line's."


def _noted_by(net: nn.Sequential) -> list[bool]:
    """A list that gets, whenever the net is asked, whether it takes notes for autograd."""
    noted: list[bool] = []
    net[-1].register_forward_hook(lambda layer, inputs, output: noted.append(output.requires_grad))
    return noted


def _drawn(answer: object, x: Tensor, p: float, generator: torch.Generator) -> Tensor:
    """What a learner's dropout makes of x with this generator, which goes on from there."""
    given = x.clone()
    result = attempt(answer, given, p, generator)
    if not equal(x, given):
        raise NotYet("it changes x itself, and whoever calls it loses the old values: make a new tensor")
    return torch.tensor(values(result, x.shape, f"what it gives with p = {p}")).view(x.shape)


def _patient(losses: list[float], patience: int) -> tuple[int, int]:
    """The best epoch so far when patience ends, and the epoch after which it does, both from 1."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best == patience:
            break
    return best + 1, epoch + 1


def _moody() -> nn.Sequential:
    """A net whose predictions show in which mode it is."""
    net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for each in net.parameters():
            each.copy_(torch.randn(each.shape, generator=generator))
    return net
