"""Answers to the exercises of Nets of other shapes: right ones, and for each typical mistake words of its hint."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_wine
from torch import nn

from foundations import fit, predict


def softmax(logits, dim=1, safe=True):
    powers = torch.exp(logits - logits.amax(dim=dim, keepdim=True) if safe else logits)
    return powers / powers.sum(dim=dim, keepdim=True)


def picked(shares, labels):
    return shares[torch.arange(len(labels)), labels]


def surprise(logits, labels):
    return -picked(logits.softmax(dim=1), labels).log().mean()


def hits(logits, labels, k, largest=True):
    return logits.topk(k, largest=largest).indices == labels[:, None]


class TwoWays(nn.Module):
    """The right net, and the wrong ones by name."""

    def __init__(self, kind="right"):
        super().__init__()
        self.kind = kind
        self.hidden = nn.Linear(8 if kind == "all hidden" else 5, 6 if kind == "six" else 4)
        self.out = nn.Linear(4 if kind in ("all hidden", "deep alone") else 9 if kind == "six" else 7, 1)
        if kind == "list":
            self.layers = [self._modules.pop("hidden"), self._modules.pop("out")]

    def forward(self, wide, deep):
        hidden, out = self.layers if self.kind == "list" else (self.hidden, self.out)
        if self.kind == "all hidden":
            return out(torch.relu(hidden(torch.hstack([wide, deep]))))
        if self.kind == "deep alone":
            return out(torch.relu(hidden(deep)))
        if self.kind == "late":
            return out(torch.relu(torch.hstack([hidden(deep), wide])))
        middle = hidden(deep) if self.kind == "straight" else torch.relu(hidden(deep))
        if self.kind == "zeros":
            return out(torch.hstack([middle, torch.zeros_like(wide)]))
        if self.kind == "flat":
            return out(torch.hstack([middle, wide]))[:, 0]
        if self.kind == "two outputs":
            return out(torch.hstack([middle, wide])), middle
        return out(torch.hstack([middle, wide]))


class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(5, 4), nn.Linear(7, 1)])

    def forward(self, wide, deep):
        return self.layers[1](torch.hstack([wide, F.relu(self.layers[0](deep))]))


wines = load_wine()
measured, grower = torch.tensor(wines.data, dtype=torch.float32), torch.tensor(wines.target)
apart = torch.arange(len(grower)) % 3 == 2


def wine_logits(standardise=True):
    inputs = measured
    if standardise:
        inputs = (inputs - inputs[~apart].mean(dim=0)) / inputs[~apart].std(dim=0)
    torch.manual_seed(42)
    net = nn.Sequential(nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
    adam = torch.optim.Adam(net.parameters(), lr=0.01)
    data, generator = (inputs[~apart], grower[~apart]), torch.Generator().manual_seed(42)
    fit(net, data, F.cross_entropy, adam, n_epochs=30, batch_size=20, device="cpu", generator=generator)
    return predict(net, inputs[apart], device="cpu")


torch.manual_seed(0)  # the nets below keep their first weights

RIGHT = {
    "stable_softmax": [softmax, lambda logits: logits.softmax(dim=-1), lambda logits: logits.log_softmax(1).exp()],
    "surprise_of": [surprise, lambda logits, labels: -picked(logits.log_softmax(1), labels).mean().item()],
    "top_k": [lambda *args: hits(*args).any(dim=1).float().mean(), lambda *args: hits(*args).sum().item() / 10],
    "two_ways": [TwoWays(), Listed(), TwoWays().double().float()],
    "wine_logits": [wine_logits(), wine_logits().softmax(dim=1)],
}

WRONG = {
    "stable_softmax": {
        "exp overflows": lambda logits: softmax(logits, safe=False),
        "exp is 0 for all of them": lambda logits: softmax(logits - logits.abs().max(), safe=False),
        "the columns add up to 1": lambda logits: softmax(logits, dim=0),
        "all values together add up to 1": lambda logits: logits.exp() / logits.exp().sum(),
        "those are the powers": torch.exp,
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
        "a softmax of the softmax": lambda logits, labels: F.cross_entropy(logits.softmax(1), labels),
        "in bits": lambda *args: surprise(*args) / torch.tensor(2.0).log(),
        "and the cross-entropy is": lambda *args: surprise(*args) + 1,
        "should be one number": lambda logits, labels: logits.log_softmax(1),
    },
    "top_k": {
        "make the labels a column": lambda logits, labels, k: (logits.topk(k).indices == labels).float().mean(),
        "one hit is enough": lambda *args: hits(*args).float().mean(),
        "their share is wanted": lambda *args: hits(*args).sum(),
        "the k smallest logits": lambda *args: hits(*args, largest=False).any(1).float().mean(),
        "k plays no part": lambda logits, labels, k: hits(logits, labels, 1).float().mean(),
        "the k-th place alone": lambda *args: hits(*args)[:, -1].float().mean(),
        "the share of misses": lambda *args: 1 - hits(*args).sum() / 10,
        "and the share is": lambda *args: 0.5,
    },
    "two_ways": {
        "a plain list hides its layers": TwoWays("list"),
        "`wide` should not go through": TwoWays("all hidden"),
        "does `wide` reach the last layer": TwoWays("deep alone"),
        "a bend stands in the wide way": TwoWays("late"),
        "the ReLU is missing": TwoWays("straight"),
        "`wide` changes nothing": TwoWays("zeros"),
        "should have the shape (6, 1)": TwoWays("flat"),
        "it gives a tuple": TwoWays("two outputs"),
        "and 32 are needed": TwoWays("six"),
        "make a net of it": TwoWays,
        "should be a net": lambda wide, deep: wide,
        "it raises RuntimeError": nn.Bilinear(4, 5, 1),
    },
    "wine_logits": {
        "are all columns of a like size": wine_logits(standardise=False),
        "grower 0 is never named": torch.tensor([0.0, 1.0, 0.0]).expand(59, 3),
        "give the logits, three for each": wine_logits().argmax(dim=1),
        "should have the shape (59, 3)": wine_logits()[:10],
    },
}
