"""The exercises of A loss for probabilities: cross-entropy in the head, by hand, and at its least."""

import math

import torch
import torch.nn.functional as F

from foundations.exercises import NotYet
from foundations.exercises.judging import Watch, call, compare, data_set, exercise, number, numbers

HOURS = [0.5, 1.0, 1.4, 1.9, 2.3, 2.8, 3.2, 3.5, 4.1, 4.4, 5.0, 5.6]
PASSED = [0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1]


@exercise
def knows_nothing(answer: object) -> str:
    """The cross-entropy of a model that answers 0.5 to everything."""
    output = numbers(answer, 1, "the cross-entropy")
    compare(
        output,
        [math.log(2)],
        {
            "that is |p − y|, or p itself; cross-entropy is about its logarithm": [0.5],
            "that is the squared distance; cross-entropy takes a logarithm": [0.25],
            "the logarithm of a probability is negative or 0, and a loss should not be: which sign is missing?": [
                -math.log(2)
            ],
            "that is in bits, with the logarithm to base 2; PyTorch's is the natural one": [1],
            "that is to base 10; PyTorch's logarithm is the natural one": [math.log10(2)],
            "that adds both outcomes up, and each label has only one": [2 * math.log(2)],
            "that is the sum over ten answers: cross-entropy is their mean": [10 * math.log(2)],
            **{
                f"0.5 went in as a logit{where}; it is a probability already": [
                    F.binary_cross_entropy_with_logits(torch.tensor(0.5), torch.tensor(share)).item()
                ]
                for share, where in ((1.0, ""), (0.0, ", with a label of 0"), (0.7, ", with the labels of the lesson"))
            },
        },
        f"{output[0]:g} is not minus the logarithm of the probability that the model gave to what really happened",
        within=5e-3,
    )
    return "minus the logarithm of a half, whatever the labels. A loss that stays there has not learned anything"


@exercise
def log_loss(answer: object) -> str:
    """A function of probabilities and labels that gives their binary cross-entropy."""
    p = torch.tensor([0.99, 0.2, 0.6, 0.02, 0.5], dtype=torch.float64)
    y = torch.tensor([1.0, 0.0, 0.0, 1.0, 1.0], dtype=torch.float64)
    with Watch() as watch:
        result = [number(call(answer, p[:n], y[:n]), "what it gives") for n in (5, 2)]
    if done := sorted(each for each in watch.names if "cross_entropy" in each or "nll_loss" in each):
        raise NotYet(f"PyTorch's {done[0]} does it: write it without")
    given = torch.where(y == 1, p, 1 - p)

    def both(each: torch.Tensor) -> list[float]:
        return [each.mean().item(), each[:2].mean().item()]

    compare(
        result,
        both(-given.log()),
        {
            "it takes −log p for everybody, but to those with the label 0 the model gave 1 − p": both(-p.log()),
            "those with the label 0 count nothing in it: the model gave them 1 − p": both(-y * p.log()),
            "it leaves out the minus: the logarithm of a probability is negative or 0": both(given.log()),
            "that is the mean |p − y|; the logarithm is missing": both(1 - given),
            "that is the sum; take the mean": [5 * both(-given.log())[0], 2 * both(-given.log())[1]],
            "p and 1 − p have changed places": both(-(1 - given).log()),
            "that is the logarithm to the base 2: torch.log takes the natural one": both(-given.log2()),
            "that is the logarithm to the base 10: torch.log takes the natural one": both(-given.log10()),
            "that is the logarithm of the mean: take the logarithm of each, then the mean": [
                -math.log(each) for each in both(given)
            ],
        },
        f"for p {p.tolist()} and y {y.tolist()} it gives {result[0]:.4g}, and the mean of "
        f"{[round(each, 3) for each in (-given.log()).tolist()]} is {both(-given.log())[0]:.4g}",
    )
    return "minus the logarithm of the probability given to what happened, averaged."


@exercise
def best_cut(answer: object) -> str:
    """The cut with the least cross-entropy of the twelve students, to two digits."""
    hours, passed = torch.tensor(HOURS, dtype=torch.float64), torch.tensor(PASSED, dtype=torch.float64)
    return _least_at(answer, hours, passed, steps=(0, 601), unit=" hours")


@exercise
def tumour_cut(answer: object) -> str:
    """The cut of the scaled radius with the least cross-entropy of the tumours, to two digits."""
    table = data_set("breast_cancer")
    radius = torch.tensor(table.data[:, 0])
    malignant = torch.tensor(1.0 - table.target)
    return _least_at(answer, (radius - radius.mean()) / radius.std(), malignant, steps=(-200, 201), unit="")


def _least_at(answer: object, x: torch.Tensor, labels: torch.Tensor, *, steps: tuple[int, int], unit: str) -> str:
    """Judge the place of the least cross-entropy of the sigmoid of 2 · (x − cut)."""
    cut = number(answer, "the cut")

    def entropy(at: float) -> float:
        return F.binary_cross_entropy_with_logits(2 * (x - at), labels).item()

    tries = torch.arange(*steps, dtype=x.dtype) / 100
    logits = 2 * (x - tries[:, None])
    losses = F.binary_cross_entropy_with_logits(logits, labels.expand_as(logits), reduction="none").mean(dim=1)
    best = tries[losses.argmin()].item()
    if abs(cut - best) > 0.0051:
        lower = "smaller" if entropy(cut - 1e-4) < entropy(cut) else "larger"
        raise NotYet(f"at {cut:g}{unit} the cross-entropy is {entropy(cut):.4f}, and a {lower} cut has less")
    return f"a cross-entropy of {entropy(cut):.3f}."
