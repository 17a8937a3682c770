"""The exercises of A multilayer perceptron: its size, its error in portions, its switches, its best state."""

import copy
import itertools
import math

import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import attempt, call, compare, exercise, number, values


@exercise
def n_params(answer: object) -> str:
    """A function of layer sizes: how many parameters an MLP with these has."""
    for sizes in ([3, 2], [10, 50, 40, 30, 1]):
        pairs = list(itertools.pairwise(sizes))
        right = sum((ins + 1) * outs for ins, outs in pairs)
        given = number(call(answer, sizes), f"for {sizes} what it gives")
        gives = f"for {sizes} it gives {given:g}"
        compare(
            [given],
            [right],
            {
                f"{gives}, which are the weights: each unit has a bias as well": [sum(a * b for a, b in pairs)],
                f"{gives}: there is a bias for each unit of a layer, and not for each of its inputs": [
                    sum(ins * (outs + 1) for ins, outs in pairs)
                ],
                f"{gives}, which counts a bias for the inputs too: they are data": [right + sizes[0]],
                f"{gives}, which is the last layer alone: add up all of them": [(pairs[-1][0] + 1) * pairs[-1][1]],
                f"{gives}, which is the number of units: count their weights": [sum(sizes)],
            },
            f"{gives}, and there are {right} parameters",
            within=1e-9,
        )
    return "weights and biases, of every layer."


@exercise
def rmse_of_batches(answer: object) -> str:
    """A function of (preds, targets) pairs: the RMSE over all rows."""
    generator = torch.Generator().manual_seed(0)
    for sizes in ([4], [4, 4, 1]):
        batches = [tuple(torch.randn(2, n, 1, generator=generator) * 2) for n in sizes]
        squares = [(preds - targets) ** 2 for preds, targets in batches]
        right = torch.cat(squares).mean().sqrt().item()
        given = number(call(answer, batches), f"for {len(sizes)} batches what it gives")
        gives = f"for batches of {' and '.join(map(str, sizes))} rows it gives {given:.4g}"
        means = torch.stack([each.mean() for each in squares])
        compare(
            [given],
            [right],
            {
                f"{gives}, the mean of the batches' RMSEs: take the root once, at the end": [
                    means.sqrt().mean().item()
                ],
                f"{gives}: every batch counts as much as any other, and the last one has fewer rows": [
                    means.mean().sqrt().item()
                ],
                f"{gives}, the mean of the squares: its root is missing": [right**2],
                f"{gives}, the root of a sum of squares: divide it by the number of rows first": [
                    torch.cat(squares).sum().sqrt().item()
                ],
                f"{gives}, the error of the last batch alone": [means[-1].sqrt().item()],
                f"{gives}, the mean absolute error": [torch.cat(squares).sqrt().mean().item()],
            },
            f"{gives}, and the RMSE over all rows is {right:.4g}",
        )
    return "squares and rows are added up, and the root comes last."


@exercise
def answers(answer: object) -> str:
    """A function of a net and inputs: predictions in eval mode, without a graph, with the mode left as it was."""
    x = torch.linspace(-1, 1, 12).reshape(4, 3)
    for training in (True, False):
        net = _moody().train(training)
        before = copy.deepcopy(net.state_dict())
        right = copy.deepcopy(net).eval()(x)
        preds = attempt(answer, net, x)
        mode = "train" if training else "eval"
        given = torch.tensor(values(preds, right.shape, f"for a net in {mode} mode what it gives"))
        if any(not torch.equal(before[name], each.cpu()) for name, each in net.state_dict().items()):
            raise NotYet("asking the net has changed it: its batch normalisation was not in eval mode")
        if not torch.allclose(given, right.detach().flatten(), atol=1e-5):
            raise NotYet(f"for a net in {mode} mode those are not the predictions of eval mode: is dropout at work?")
        if preds.requires_grad:
            raise NotYet("the predictions are right, and carry notes for autograd: ask the net under torch.no_grad()")
        if net.training != training:
            raise NotYet(f"the net came in {mode} mode and is left in the other: put it back as it was")
    return "dropout rests, nothing is noted down, and the net goes on as it was."


@exercise
def keep_best(answer: object) -> str:
    """A function that trains, leaves the net with its best parameters on the validation set, and gives that loss."""
    net = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        net.weight.zero_()
    x = torch.ones(4, 1)
    train, valid = (x, 3 * x), (x, 2 * x)  # on its way from 0 to 3 the weight comes past 2
    path, weight = [], 0.0
    for _ in range(12):
        weight += 0.1 * 2 * (3 - weight)
        path.append(weight)
    best = min(path, key=lambda each: abs(each - 2))
    loss = attempt(answer, net, train, valid, torch.optim.SGD(net.parameters(), lr=0.1), 12)
    found = net.weight.item()
    left = f"the net is left with the weight {found:.4g}"
    compare(
        [found],
        [best],
        {
            f"{left}, that of the last epoch: load the kept parameters at the end, and keep a copy that does not move "
            "with the net": [path[-1]],
            f"{left}, that of the first epoch: a later one did better on the validation set": [path[0]],
            f"{left}, where it started: nothing was trained": [0.0],
        },
        f"{left}, and the best of the {len(path)} epochs had {best:.4g}",
    )
    if loss is None:
        raise NotYet("the net is right, but the function gives None: the best loss is wanted, by a `return`")
    given = number(loss, "what it gives")
    compare(
        [given],
        [(best - 2) ** 2],
        {
            f"the net is right, but {given:.4g} is the loss of the last epoch: give the best": [(path[-1] - 2) ** 2],
            f"the net is right, but {given:.4g} is its loss on the training set": [(best - 3) ** 2],
            f"the net is right, but {given:.4g} is a root: the loss is the mean squared error": [abs(best - 2)],
        },
        f"the net is right, and its loss on the validation set is {(best - 2) ** 2:.4g}: it gives {given:.4g}",
        within=0.01,
    )
    return "the net is as it was at its best."


@exercise
def diabetes_net(answer: object) -> str:
    """Predictions for every fourth diabetes patient, in the units of the target, with an RMSE of at most 57."""
    from sklearn.datasets import load_diabetes

    target = torch.tensor(load_diabetes(scaled=False).target, dtype=torch.float64)
    turn = torch.arange(len(target)) % 4
    learn, judge = target[turn < 2], target[turn == 3]
    if isinstance(answer, Tensor) and answer.shape == judge.shape:
        raise NotYet(f"the predictions should be a column, of the shape {(len(judge), 1)}")
    given = torch.tensor(values(answer, (len(judge), 1), "the predictions"), dtype=torch.float64)
    error = (given - judge).square().mean().sqrt().item()
    if torch.equal(given.float(), judge.float()):
        raise NotYet("those are the targets themselves: predict them")
    if given.abs().max() < 10:
        raise NotYet("the predictions are in standardised units: times the scale, plus the centre")
    always_the_mean = (learn.mean() - judge).square().mean().sqrt().item()
    if math.isclose(error, always_the_mean, rel_tol=0.01):
        raise NotYet(f"an RMSE of {error:.1f} is what always the mean reaches: the net has learned nothing yet")
    if error > always_the_mean:
        raise NotYet(
            f"the RMSE is {error:.1f}, worse than always the mean: the net knows its own patients by heart, "
            "so stop earlier"
        )
    if error > 57:
        raise NotYet(f"the RMSE is {error:.1f}, and 57 is the target: choose the epoch by the validation patients")
    return f"an RMSE of {error:.1f}. Now compare it with the straight line's."


def _moody() -> nn.Sequential:
    """A net whose predictions show in which mode it is."""
    net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 1))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for each in net.parameters():
            each.copy_(torch.randn(each.shape, generator=generator))
    return net
