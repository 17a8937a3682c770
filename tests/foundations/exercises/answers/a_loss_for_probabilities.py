"""Answers to the exercises of A loss for probabilities: right ones, and for each typical mistake words of its hint."""

import math

import torch
import torch.nn.functional as F


def given(p, y):
    return torch.where(y == 1, p, 1 - p)


RIGHT = {
    "knows_nothing": [math.log(2), torch.tensor(2.0).log(), 0.693, -torch.tensor([0.5]).log()],
    "log_loss": [
        lambda p, y: -given(p, y).log().mean(),
        lambda p, y: -(y * p.log() + (1 - y) * (1 - p).log()).mean().item(),
        lambda p, y: -torch.log(1 - (p - y).abs()).mean(),
        lambda p, y: -torch.where(y.bool(), p.log(), torch.log1p(-p)).mean(),
    ],
    "best_cut": [2.96, torch.tensor(2.96), [2.96]],
    "tumour_cut": [0.31, torch.tensor([0.31])],
}

DRAWN = {
    "log_loss": lambda draw: (
        torch.rand(20, generator=draw) * 0.9 + 0.05,
        torch.randint(2, (20,), generator=draw).float(),
    ),
}

WRONG = {
    "knows_nothing": {
        "is about its logarithm": 0.5,
        "squared distance": 0.25,
        "which sign": -math.log(2),
        "in bits": 1.0,
        "to base 10": 0.30103,
        "each label has only one": 2 * math.log(2),
        "went in as a logit": F.binary_cross_entropy_with_logits(torch.tensor(0.5), torch.tensor(1.0)),
        "inf in the cross-entropy": torch.tensor(0.0).log().neg(),
        "with a label of 0": F.binary_cross_entropy_with_logits(torch.tensor(0.5), torch.tensor(0.0)),
        "with the labels of the lesson": F.binary_cross_entropy_with_logits(
            torch.full((10,), 0.5), torch.tensor([1.0] * 7 + [0.0] * 3)
        ),
        "the sum over ten answers": 6.93,
        "really happened": 0.7,
    },
    "log_loss": {
        "PyTorch's binary_cross_entropy does it": F.binary_cross_entropy,
        "PyTorch's nll_loss does it": lambda p, y: F.nll_loss(torch.stack([1 - p, p], dim=1).log(), y.long()),
        "1.0] it gives 0.8481": lambda p, y: -given(p, y).clamp(0.1, 0.9).log().mean(),
        "takes −log p for everybody": lambda p, y: -p.log().mean(),
        "count nothing in it": lambda p, y: -(y * p.log()).mean(),
        "leaves out the minus": lambda p, y: given(p, y).log().mean(),
        "the logarithm is missing": lambda p, y: (p - y).abs().mean(),
        "that is the sum": lambda p, y: -given(p, y).log().sum(),
        "changed places": lambda p, y: -(1 - given(p, y)).log().mean(),
        "the logarithm of the mean": lambda p, y: -given(p, y).mean().log(),
        "to the base 2": lambda p, y: -given(p, y).log2().mean(),
        "to the base 10": lambda p, y: -given(p, y).log10().mean(),
        "and the mean of": lambda p, y: -given(p, y).log().median(),
        "is a mean or a sum missing": lambda p, y: -given(p, y).log(),
    },
    "best_cut": {
        "at 0 hours": 0,
        "at 6 hours": 6.0,
        "at 2.95 hours": 2.95,
        "at 2.97 hours": 2.97,
        "inf in the cut": math.inf,
        "a larger cut has less": 2.5,
        "a smaller cut has less": 3.5,
        "should be one number": "three",
    },
    "tumour_cut": {
        "at 0.3 the cross-entropy is": 0.3,
        "at 0.32 the cross-entropy is": 0.32,
        "at -0.31 the": -0.31,
        "should be one number, not a list of 2": [0.31, 0.31],
        "not the bool": False,
        "a larger cut has less": 0.0,
        "a smaller cut has less": 1.0,
        "nan in the cut": math.nan,
    },
}
