"""The exercises of A neural net from scratch: a list of layers, the dead, a start, an ensemble, tumours."""

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    call,
    column,
    compare,
    data_set,
    described,
    exercise,
    near,
    number,
    truths,
    values,
)
from foundations.passengers.preparation import random_split


@exercise
def logits(answer: object) -> str:
    """A function of a net and inputs: what stands before the sigmoid, for any number of layers."""
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=draw)
    layers = [
        (torch.randn(n_in, n_out, generator=draw), torch.randn(n_out, generator=draw))
        for n_in, n_out in itertools.pairwise([3, 4, 4, 1])
    ]
    shared = [(weights, torch.tensor(0.3)) for weights, _ in layers]
    bare = [(weights, None) for weights, _ in layers]
    nets: list[tuple[str, Sequence[tuple[Tensor, Tensor | None]]]] = [
        ("one layer", [(layers[0][0][:, :1], layers[0][1][:1])]),
        ("three layers with biases", layers),
        ("three layers with one constant each", shared),
        ("three layers, None as their constants", bare),
    ]
    for name, net in nets:
        right = _logits(net, x)
        result = values(call(answer, net, x), right.shape, f"what it gives for {name}")
        last = len(net) - 1
        compare(
            result,
            right.flatten().tolist(),
            {
                f"for {name} there is a ReLU after the last layer too: nothing may come below zero then": right.relu()
                .flatten()
                .tolist(),
                f"for {name} the sigmoid has been taken: stop before it": right.sigmoid().flatten().tolist(),
                f"for {name} there is no ReLU at all": _logits(net, x, relu_after=()).flatten().tolist(),
                f"for {name} some layer lacks its ReLU: each has one, but the last": _logits(
                    net, x, relu_after=range(last - 1)
                )
                .flatten()
                .tolist(),
                f"for {name} the constants are missing": _logits([(w, None) for w, _ in net], x).flatten().tolist(),
            },
            f"for {name} the sums are wrong: product, constant, and a ReLU unless it is the last layer",
        )
    return "product, constant, ReLU, and no ReLU at the end."


@exercise
def dead_share(answer: object) -> str:
    """A function of a hidden layer's numbers, (n, n_units): the share of units that are zero for every row."""
    draw = torch.Generator().manual_seed(0)
    hidden = torch.randn(6, 8, generator=draw).relu()
    hidden[:, [1, 4]] = 0
    hidden[0, :] = torch.tensor([1.0, 0, 2, 0, 0, 0, 0, 1])
    hidden[3, :] = 0
    # One unit gives very little, three always the same, and two are dead.
    small = torch.tensor([[4e-4, 2.0, 2.0, 2.0, 0.0, 0.0], [3e-4, 2.0, 2.0, 2.0, 0.0, 0.0]])
    # One unit lives in the first row alone, one in the last, one in between, one in a quarter of the rows; one is dead.
    tall = torch.zeros(40, 7)
    tall[0, 0] = tall[-1, 1] = tall[20, 2] = 1.0
    tall[::4, 3] = tall[:, 5] = tall[:, 6] = 2.0
    layers = [hidden, torch.zeros(4, 3), hidden[:3], small, tall]
    found = [number(call(answer, layer), "what it gives") for layer in layers]

    def of_each(share: Callable[[Tensor], Tensor]) -> list[float]:
        return [share(layer == 0).double().mean().item() for layer in layers]

    right = of_each(lambda zero: zero.all(dim=0))
    at = next((i for i in range(len(layers)) if not near(found[i : i + 1], right[i : i + 1])), 0)
    gives = f"for a layer of shape {tuple(layers[at].shape)} it gives {found[at]:.4g}"
    compare(
        found,
        right,
        {
            f"{gives}, the share of zeros: a unit is dead when it is zero for *every* row": of_each(lambda zero: zero),
            f"{gives}, the share of *rows* for which all units are zero: go down the columns": of_each(
                lambda zero: zero.all(dim=1)
            ),
            f"{gives}, the share of units that are zero for *some* row: most are, and live": of_each(
                lambda zero: zero.any(dim=0)
            ),
            f"{gives}, the number of dead units: divide by how many there are": [
                (layer == 0).all(dim=0).sum().item() for layer in layers
            ],
            f"{gives}, the share of the living": [1 - each for each in right],
        },
        f"{gives}, and the share is {right[at]:.4g}",
    )
    return "zero for every row, and so without a slope."


@exercise
def kaiming_layers(answer: object) -> str:
    """A function of sizes and a generator: normal weights with variance 2 / n_in, and biases of zero."""
    sizes = [400, 100, 64, 1]
    layers = _drawn(answer, sizes, seed=0)
    pairs = list(itertools.pairwise(sizes))
    if not isinstance(layers, list | tuple) or len(layers) != len(pairs):
        raise NotYet(f"for {sizes} it should give a list of {len(pairs)} pairs, not {described(layers)}")
    for i, (layer, (n_in, n_out)) in enumerate(zip(layers, pairs, strict=True)):
        if not isinstance(layer, list | tuple) or len(layer) != 2:
            raise NotYet(f"layer {i} should be a pair of weights and biases, not {described(layer)}")
        weights, biases = layer
        if tuple(getattr(biases, "shape", ())) == (1, n_out):  # a row of them does as well
            biases = biases[0]
        what = f"the weights of layer {i}"
        flat = values(weights, (n_in, n_out), what)
        zeros = values(biases, (n_out,), f"the biases of layer {i}, one for each unit,")
        if any(zeros):
            raise NotYet(f"the biases of layer {i} should be zero")
        mean, std = sum(flat) / len(flat), _std(flat)
        right = math.sqrt(2 / n_in)
        off = 4 / math.sqrt(len(flat))
        if abs(mean) > off * max(right, std):
            raise NotYet(f"{what} are {mean:.2g} on average: they should lie around zero, as torch.randn draws them")
        for factor, hint in (
            (1 / right, "a standard deviation of 1: multiply by √(2 / n_in)"),
            (right, "the variance where the standard deviation should be: take the root of 2 / n_in"),
            (math.sqrt(0.5), "the size for layers without a ReLU, √(1 / n_in): the ReLU takes half, so the 2"),
            (math.sqrt(n_in / n_out), "√(2 / n_out): count the inputs of a unit, not the units"),
        ):
            if abs(std / (right * factor) - 1) < off and abs(factor - 1) > 2 * off:
                raise NotYet(f"{what} have {hint}")
        if abs(std / right - 1) > off:
            raise NotYet(f"{what} have a standard deviation of {std:.3g}, which should be {right:.3g}")
        if n_in * n_out > 1000 and max(map(abs, flat)) < 2 * right:
            raise NotYet(
                f"{what} are all within 2 σ, and one in twenty of a normal distribution is not: draw with torch.randn"
            )
    first, same, other = (torch.as_tensor(_drawn(answer, sizes, seed)[0][0]) for seed in (0, 0, 1))
    if torch.equal(other, first):
        raise NotYet("two generators with different seeds give the same weights: hand the generator to torch.randn")
    if not torch.equal(same, first):
        raise NotYet("the same seed gives other weights: hand the generator to torch.randn")
    one, two = (torch.as_tensor(weights) for weights, _ in _drawn(answer, [8, 8, 8], 0))
    if torch.equal(one, two):
        raise NotYet("two layers of one shape get the same weights: let the generator go on from layer to layer")
    return "the numbers keep their size from layer to layer."


@exercise
def together(answer: object) -> str:
    """A function of the nets' probabilities, (n_nets, n, 1): what their ensemble says, True or False, (n,)."""
    preds = torch.tensor([[0.9, 0.4, 0.1, 0.6], [0.45, 0.4, 0.2, 0.7], [0.45, 0.8, 0.3, 0.1]])
    apart = torch.tensor([[0.01], [0.75], [0.78]])  # the mean of their logits, or of their logarithms, says no
    for some in (preds, preds[:2], preds[:, :1], apart):
        result = call(answer, some[..., None])
        right, votes = some.mean(dim=0) > 0.5, (some > 0.5).double().mean(dim=0) > 0.5
        if isinstance(result, Tensor) and result.is_floating_point():
            raise NotYet("it gives numbers: compare them with 0.5, so that they become True or False")
        said = truths(result, len(right), "what it gives")
        shown = f"for probabilities of shape {tuple(some[..., None].shape)}"
        shape = tuple(np.shape(result))
        turned = f", and the answer has the shape {shape}, not {tuple(right.shape)}" if shape != right.shape else ""
        if said != right.tolist():
            if said == votes.tolist():
                raise NotYet(
                    f"{shown} it says what a vote of the nets says: average the probabilities, then compare once"
                    f"{turned}"
                )
            if said == (~right).tolist():
                raise NotYet(f"{shown} it says the opposite{turned}")
            raise NotYet(f"{shown} it says {said}, and the mean probability says {right.tolist()}{turned}")
        if turned:
            raise NotYet(f"{shown} the answer is right{turned}")
    return "the mean probability decides, so a sure net counts for more."


@exercise
def tumour_preds(answer: object) -> str:
    """A net's predictions for the tumours held out, with an accuracy of 96 % at least."""
    _, held_out = random_split(569)
    benign = torch.tensor(data_set("breast_cancer").target)[held_out] == 1
    result = torch.tensor(column(answer, len(held_out), "the predictions"))
    if result.min() < 0 or result.max() > 1:
        raise NotYet("some predictions are not between 0 and 1: a sigmoid comes last")
    says = result > 0.5
    score = (says == benign).double().mean().item()
    if score < 0.04:
        raise NotYet(f"an accuracy of {score:.2f} is too bad to be true: 1 is benign and 0 malignant")
    if says.all() or not says.any():
        halt = "it says the same of every tumour: is the net stuck? Try another start, and inputs around zero"
        raise NotYet(f"{halt} (accuracy {score:.2f})")
    if score < 0.96:
        raise NotYet(f"right about {score:.1%}: not yet 96 %. Inputs around zero, the log-loss, more epochs?")
    return f"right about {score:.1%} of the tumours held out."


def _drawn(answer: object, sizes: list[int], seed: int) -> Any:
    """What the learner's function draws with a generator, which changes when it is used, as it must."""
    if not callable(answer):
        return call(answer)

    def draw(sizes: list[int]) -> Any:
        return answer(sizes, torch.Generator().manual_seed(seed))

    return call(draw, sizes)


def _logits(
    net: Sequence[tuple[Tensor, Tensor | None]], x: Tensor, relu_after: range | tuple[int, ...] | None = None
) -> Tensor:
    after = range(len(net) - 1) if relu_after is None else relu_after
    for i, (weights, constant) in enumerate(net):
        x = x @ weights if constant is None else x @ weights + constant
        if i in after:
            x = x.relu()
    return x


def _std(flat: list[float]) -> float:
    mean = sum(flat) / len(flat)
    return math.sqrt(sum((each - mean) ** 2 for each in flat) / len(flat))
