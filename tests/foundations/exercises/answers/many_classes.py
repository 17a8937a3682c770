"""Answers to the exercises of Many classes: right ones, and for each typical mistake words of its hint."""

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_wine

from foundations import standardize


def softmax(logits, dim=1, safe=True):
    powers = torch.exp(logits - logits.amax(dim=dim, keepdim=True) if safe else logits)
    return powers / powers.sum(dim=dim, keepdim=True)


def picked(shares, labels):
    return shares[torch.arange(len(labels)), labels]


def surprise(logits, labels):
    return -picked(logits.softmax(dim=1), labels).log().mean()


def hits(logits, labels, k, largest=True):
    return logits.topk(k, largest=largest).indices == labels[:, None]


wines = load_wine()
measured, grower = torch.tensor(wines.data, dtype=torch.float32), torch.tensor(wines.target)
apart = torch.arange(len(grower)) % 3 == 2


def to_nearest(inputs):
    """Logits by the distances to the growers' means, as good as a net's."""
    centres = torch.stack([inputs[~apart & (grower == each)].mean(dim=0) for each in range(3)])
    return -torch.cdist(inputs[apart], centres).square()


nearest = to_nearest(standardize(measured[~apart], measured)[1])


RIGHT = {
    "stable_softmax": [softmax, lambda logits: logits.softmax(dim=-1), lambda logits: logits.log_softmax(1).exp()],
    "surprise_of": [
        surprise,
        lambda logits, labels: -picked(logits.log_softmax(1), labels).mean().item(),
        lambda logits, labels: (logits.logsumexp(1) - picked(logits, labels)).mean(),
    ],
    "top_k": [
        lambda *args: hits(*args).any(dim=1).float().mean(),
        lambda *args: hits(*args).sum().item() / len(args[1]),
        lambda logits, labels, k: np.mean(
            (-logits.numpy()).argsort(1).argsort(1)[range(len(labels)), labels.numpy()] < k
        ),
    ],
    "wine_logits": [nearest, nearest.softmax(dim=1)],
}

DRAWN = {
    "stable_softmax": lambda draw: (300 * torch.randn(6, 4, generator=draw),),
    "surprise_of": lambda draw: (torch.randn(6, 4, generator=draw), torch.randint(4, (6,), generator=draw)),
    "top_k": lambda draw: (torch.randn(10, 5, generator=draw), torch.randint(5, (10,), generator=draw), 2),
}

WRONG = {
    "stable_softmax": {
        "for the logits [0.0, 10000.0, 9999.0] exp overflows": lambda logits: softmax(
            logits - logits[:, :1], safe=False
        ),
        "for the logits [-10000.0, -10001.0, -20000.0] exp overflows": lambda logits: softmax(
            logits - logits[:, -1:], safe=False
        ),
        "exp is 0 for all of them": lambda logits: softmax(logits - logits.abs().max(), safe=False),
        "the columns add up to 1": lambda logits: softmax(logits, dim=0),
        "all values together add up to 1": lambda logits: logits.exp() / logits.exp().sum(),
        "those are the powers": torch.exp,
        "each row is right by itself": lambda logits: softmax(logits - logits.max(), safe=False),
        "logarithms of the probabilities": lambda logits: logits.log_softmax(dim=1),
        "raise e to them first": lambda logits: logits / logits.sum(dim=1, keepdim=True),
        "e to each logit, divided by": torch.sigmoid,
        "should have the shape (2, 3)": lambda logits: softmax(logits)[0],
        "the probabilities should be": lambda logits: softmax(logits.clamp(-80, 80), safe=False),
    },
    "surprise_of": {
        "give the row's number too": lambda logits, labels: -logits.softmax(dim=1)[:, labels].log().mean(),
        "with the sign turned": lambda *args: -surprise(*args),
        "take the mean": lambda *args: 4 * surprise(*args),
        "its logarithm is missing": lambda logits, labels: picked(logits.softmax(1), labels).mean(),
        "the logarithm of a mean": lambda logits, labels: -picked(logits.softmax(1), labels).mean().log(),
        "at the likeliest class": lambda logits, labels: -logits.softmax(1).amax(1).log().mean(),
        "over the rows instead of": lambda logits, labels: -picked(logits.softmax(0), labels).log().mean(),
        "a softmax of the softmax": lambda logits, labels: surprise(logits.softmax(1), labels),
        "PyTorch's cross_entropy does it": F.cross_entropy,
        "PyTorch's nll_loss does it": lambda logits, labels: F.nll_loss(logits.log_softmax(1), labels),
        "in bits": lambda *args: surprise(*args) / torch.tensor(2.0).log(),
        "and the cross-entropy is": lambda *args: surprise(*args) + 1,
        "should be one number": lambda logits, labels: logits.log_softmax(1),
    },
    "top_k": {
        "make the labels a column": lambda logits, labels, k: (logits.topk(k).indices == labels).float().mean(),
        "one hit is enough": lambda *args: hits(*args).float().mean(),
        "their share is wanted": lambda *args: hits(*args).sum(),
        "the k smallest logits": lambda *args: hits(*args, largest=False).any(1).float().mean(),  # type: ignore[misc]
        "k plays no part": lambda logits, labels, k: hits(logits, labels, 1).float().mean(),
        "the k-th place alone": lambda *args: hits(*args)[:, -1].float().mean(),
        "the share of misses": lambda *args: 1 - hits(*args).sum() / len(args[1]),
        "and the share is": lambda *args: 0.5,
    },
    "wine_logits": {
        "are all columns of a like size": to_nearest(measured),
        "grower 0 is never named": torch.tensor([0.0, 1.0, 0.0]).expand(59, 3),
        "the accuracy is 0.00": -nearest,
        "give the logits, three for each": nearest.argmax(dim=1),
        "not (10, 3)": nearest[:10],
        "not (3, 59)": nearest.T,
        "nan in the logits": nearest.log(),
        "should be numbers of the shape (59, 3), not the function": to_nearest,
    },
}
