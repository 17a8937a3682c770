"""The exercises of Nets of other shapes: a net of two inputs, draws for a search, what to report, two questions."""

import copy
from typing import Any

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
    described,
    exercise,
    number,
    values,
)


@exercise
def two_ways(answer: object) -> str:
    """A net of two inputs: five columns through four hidden units, beside three plain ones, to one output."""
    if isinstance(answer, type) and issubclass(answer, nn.Module):
        raise NotYet("that is the class: make a net of it, with ()")
    if not isinstance(answer, nn.Module):
        raise NotYet(f"the answer should be a net, an nn.Module, not {described(answer)}")
    generator = torch.Generator().manual_seed(0)
    wide, deep = (torch.randn(6, n, generator=generator) for n in (3, 5))
    if any(isinstance(each, nn.parameter.UninitializedParameter) for each in answer.parameters()):
        answer = copy.deepcopy(answer)  # lazy layers learn their sizes from the first batch
        _output(answer, wide, deep)
    parameters = list(answer.parameters())
    count = sum(each.numel() for each in parameters)
    if not count:
        raise NotYet(
            "the net has no parameters that an optimizer would find: a plain list hides its layers, "
            "and nn.ModuleList does not"
        )
    if parameters[0].dtype not in (torch.float32, torch.float64):  # too coarse to tell a bend from a straight line
        answer = copy.deepcopy(answer).float()
        parameters = list(answer.parameters())
    wide, deep = wide.to(parameters[0]), deep.to(parameters[0])
    out = _output(answer, wide, deep)
    values(out, (6, 1), "what it gives")
    right = (5 + 1) * 4 + (4 + 3 + 1)
    if count != right:
        hidden = ", as if a layer stood in a plain list or tuple, which hides it"
        through, unused = ", as if `wide` went through the hidden layer", ": does `wide` reach the last layer?"
        more = {(8 + 1) * 4 + (4 + 1): through, (8 + 1) * 4 + (4 + 3 + 1): through, (5 + 1) * 4 + (4 + 1): unused}
        more |= {(5 + 1) * 4: hidden, 4 + 3 + 1: hidden}
        raise NotYet(f"it has {count} parameters, and {right} are needed{more.get(count, '')}")
    if not torch.equal(out, _output(answer, wide, deep)):
        raise NotYet(
            "called twice with the same inputs it gives two outputs: chance, as of a Dropout, has no part here"
        )
    steps = [_output(answer, wide, deep), _output(answer, wide + 1, deep), _output(answer, wide + 2, deep)]
    if not torch.allclose(steps[1] - steps[0], steps[2] - steps[1], atol=1e-4):
        raise NotYet(
            "a bend stands in the wide way: `wide` goes straight into the last layer, and nothing comes after that"
        )
    if torch.equal(steps[0], steps[1]):
        raise NotYet("`wide` changes nothing in the output: give it to the last layer as well")
    middle = _output(answer, wide, torch.zeros_like(deep))
    both = _output(answer, wide, 9 * deep) + _output(answer, wide, -9 * deep)
    if torch.allclose(both, 2 * middle, atol=1e-3):
        raise NotYet("the deep way is a straight line: the ReLU is missing")
    with torch.enable_grad():
        out = answer(wide, deep).sum()
    trained = {name: each for name, each in answer.named_parameters() if each.requires_grad}
    slopes = torch.autograd.grad(out, list(trained.values()), allow_unused=True) if out.requires_grad else [None]
    for name, slope in zip(trained, slopes):  # noqa: B905 (one None is enough)
        if slope is None:
            raise NotYet(f"no slope reaches {name}, so it cannot learn: is something detached on the way to it?")
    _refuse_other_bends(answer, deep)
    return f"two ways in, one way out, {right} parameters."


@exercise
def log_uniform(answer: object) -> str:
    """A function of two ends, a number and a generator: draws, even on a logarithmic scale."""
    n = 4000
    for low, high in ((0.0001, 0.1), (4.0, 128.0)):
        generator = torch.Generator().manual_seed(1)
        drawn, next_ones = (_draws(answer, low, high, n, generator) for _ in range(2))
        again = _draws(answer, low, high, n, torch.Generator().manual_seed(1))
        gives = f"between {low:g} and {high:g}"
        if not low * 0.999 <= drawn.min() <= drawn.max() <= high * 1.001:
            raise NotYet(f"{gives} it draws numbers from {drawn.min():.3g} to {drawn.max():.3g}")
        if _uneven((drawn - low) / (high - low)) < 0.03:
            middle = (low * high) ** 0.5
            raise NotYet(f"{gives} the draws are even on the plain scale: half of them should lie below {middle:.3g}")
        if _uneven((drawn / low).log() / torch.tensor(high / low).log()) > 0.03:
            raise NotYet(f"{gives} the draws are not even on the logarithmic scale")
        if not torch.equal(drawn, again):
            raise NotYet("the same seed gives other draws: draw from the generator that is given")
        other = _draws(answer, low, high, n, torch.Generator().manual_seed(2))
        if torch.equal(drawn, other):
            raise NotYet("two generators give the same draws: use the one that is given, as it comes")
        if torch.allclose(drawn.sort().values, other.sort().values, rtol=1e-5):
            raise NotYet("two generators give the same numbers, in another order: draw the numbers themselves")
        if torch.equal(drawn, next_ones):
            raise NotYet("asked twice with one generator it draws the same: let that generator go on")
        if (drawn.diff() >= 0).all() or (drawn.diff() <= 0).all():
            raise NotYet("the draws come in order: a search that is stopped early would have seen one end alone")
    return "each power of ten gets its share."


@exercise
def honest_score(answer: object) -> str:
    """A function of trials with two losses each: the test loss of the one that the validation loss chooses."""
    for losses in (
        [(0.3, 0.35), (0.12, 0.14), (0.4, 0.45), (0.2, 0.11), (0.25, 0.5)],
        [(0.25, 0.2), (0.5, 0.1), (0.9, 0.8)],
        [(0.3, 0.24), (0.8, 0.15), (0.13, 0.94)],
        [(5300.0, 5500.0), (5100.0, 5200.0), (5400.0, 5000.0)],  # a loss may be of any size
    ):
        trials = [{"valid": valid, "test": test} for valid, test in losses]
        valids, tests = zip(*losses, strict=True)
        right = min(losses)[1]
        result = number(call(answer, trials))
        gives = f"for the losses {', '.join(f'{v:g} and {t:g}' for v, t in losses)} it gives {result:.4g}"
        compare(
            [result],
            [right],
            {
                f"{gives}, the lowest test loss: then the test set has chosen": [min(tests)],
                f"{gives}, the lowest validation loss: that number was chosen for being low": [min(valids)],
                f"{gives}, a mean of both losses, one of which flatters": [sum(min(losses)) / 2],
                f"{gives}, the mean of all test losses: one trial has won": [sum(tests) / len(tests)],
                f"{gives}, the test loss of the trial that did worst: low losses are good": [max(losses)[1]],
            },
            f"{gives}: take the trial with the lowest validation loss, and of that the test loss",
        )
    return "one set chooses, the other speaks."


@exercise
def two_questions(answer: object) -> str:
    """Logits of the grower and the alcohol of every third wine: an accuracy of 0.93 or more, an RMSE of 0.7 or less."""
    wines = data_set("wine")
    third = torch.arange(len(wines.target)) % 3 == 2
    labels, alcohol = torch.tensor(wines.target)[third], torch.tensor(wines.data[:, 0])[third]
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise NotYet(f"the answer should be a pair, logits and alcohol, not {described(answer)}")
    logits = torch.tensor(values(answer[0], (len(labels), 3), "the first of the pair, the logits,")).view(-1, 3)
    foreseen = torch.tensor(column(answer[1], len(alcohol), "the second of the pair, the alcohol,"))
    if torch.allclose(foreseen, alcohol.to(foreseen), atol=1e-5):
        raise NotYet("that is the alcohol itself: predict it")
    share = (logits.argmax(dim=1) == labels).double().mean().item()
    error = (foreseen - alcohol).square().mean().sqrt().item()
    scores = f"the accuracy is {share:.2f} and the RMSE {apart(error, 0.7)[0]}"
    if foreseen.abs().max() < 8:
        raise NotYet(
            f"{scores}: the alcohol foreseen is {foreseen.min():.3g} to {foreseen.max():.3g}, and the wines have "
            f"{alcohol.min():.3g} to {alcohol.max():.3g}: is it in standardised units? Then times the scale, plus the "
            "centre"
        )
    if error > 0.7:
        raise NotYet(f"{scores}, and 0.7 is the target: is the alcohol standardised while the net learns it?")
    if share < 0.93:
        raise NotYet(f"{scores}, and the accuracy should be at least 0.93: does the other loss count?")
    return f"{scores}: one net, two answers."


FAR = 200  # inputs far out, each with the one opposite to it


def _refuse_other_bends(net: Any, like: Tensor) -> None:
    """Raise a hint unless the slopes along the deep way are those of four ReLUs."""
    generator = torch.Generator().manual_seed(0)
    far = 1e4 * torch.randn(FAR // 2, 5, generator=generator)
    near = 10 * torch.randn(20_000, 5, generator=generator)
    deep = torch.cat([far, -far, near, *_all_off(net)]).to(like).requires_grad_()
    with torch.enable_grad():
        slopes = torch.autograd.grad(net(deep.new_zeros(len(deep), 3), deep).sum(), deep)[0].detach().cpu().double()
    slopes = slopes / slopes.abs().max()
    sizes = slopes.abs().amax(dim=1)
    kinds = len(slopes.mul(1e4).round().unique(dim=0))
    if kinds > 2**4:
        raise NotYet(
            f"along `deep` the net has {kinds} slopes, and four ReLUs have 16 at most: a ReLU has one kink, and is "
            "straight on both sides"
        )
    if sizes.min() > 1e-5:
        raise NotYet(
            f"where all hidden sums are negative the net still has a slope, {sizes.min():.2g} of the largest: "
            "ReLU gives 0 there"
        )
    if sizes[: FAR // 2].add(sizes[FAR // 2 : FAR]).min() < 1e-5:
        raise NotYet("far out the hidden units are level on both sides: a ReLU goes on rising on one of them")


def _all_off(net: nn.Module) -> list[Tensor]:
    """Inputs for which all hidden units have a negative sum, where the weights are where one would look for them."""
    shapes = [each.detach().cpu().float() for each in net.parameters()]
    weights = [each if each.shape == (4, 5) else each.T for each in shapes if each.shape in ((4, 5), (5, 4))]
    biases = [each.flatten() for each in shapes if each.numel() == 4]
    return [(weight.pinverse() @ (-1 - bias))[None] for weight in weights for bias in biases]


def _uneven(shares: Tensor) -> float:
    """How far the quarters of the range from 0 to 1 are from holding a quarter of the values each."""
    return (torch.histc(shares, 4, 0, 1) / len(shares) - 0.25).abs().max().item()


def _draws(answer: object, low: float, high: float, n: int, generator: torch.Generator) -> Tensor:
    """What a learner's function draws with this generator, which goes on from there."""
    drawn = attempt(answer, low, high, n, generator)
    return torch.tensor(values(drawn, (n,), f"what it gives for n = {n}"), dtype=torch.float64)


def _output(net: Any, wide: Tensor, deep: Tensor) -> Tensor:
    given = {"wide": wide.clone(), "deep": deep.clone()}
    with torch.no_grad():
        out = attempt(net, *given.values(), called="called with (wide, deep), it")
    for (name, after), before in zip(given.items(), (wide, deep), strict=True):
        if not torch.equal(before, after):
            raise NotYet(
                f"called with (wide, deep), it changes `{name}`, and whoever calls it loses the old values: "
                "work on a copy"
            )
    if not isinstance(out, Tensor):
        raise NotYet(f"called with (wide, deep), it gives {described(out)}, and should give a tensor")
    return out
