"""Answers to the exercises of Nets of other shapes: right ones, and for each typical mistake words of its hint."""

import torch
import torch.nn.functional as F
from sklearn.datasets import load_wine
from torch import nn

from foundations import least_squares

BENDS = {
    "straight": lambda z: z,
    "clamp": lambda z: z.clamp(min=0),
    "maximum": lambda z: torch.maximum(z, torch.zeros_like(z)),
    "mask": lambda z: z * (z > 0),
    "mirrored": lambda z: torch.relu(-z),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "gelu": F.gelu,
    "leaky": F.leaky_relu,
    "detached": lambda z: torch.relu(z).detach(),
    "abs": torch.abs,
    "square": torch.square,
    "relu6": F.relu6,
    "softplus": F.softplus,
}


class TwoWays(nn.Module):
    """The right net, and the wrong ones by name."""

    def __init__(self, kind="right"):
        super().__init__()
        self.kind = kind
        self.hidden = nn.Linear(8 if kind == "all hidden" else 5, 6 if kind == "six" else 4)
        self.out = nn.Linear(4 if kind in ("all hidden", "deep alone") else 9 if kind == "six" else 7, 1)
        if kind == "lazy":
            self.hidden, self.out = nn.LazyLinear(4), nn.LazyLinear(1)
        if kind == "tuple":
            self.hidden_away = (self.hidden,)
            del self.hidden
        if kind == "list":
            self.layers = [self.hidden, self.out]
            del self.hidden, self.out

    def forward(self, wide, deep):
        if self.kind == "tuple":
            return self.out(torch.hstack([torch.relu(self.hidden_away[0](deep)), wide]))
        hidden, out = self.layers if self.kind == "list" else [self.hidden, self.out]
        if self.kind == "all hidden":
            return out(torch.relu(hidden(torch.hstack([wide, deep]))))
        if self.kind == "deep alone":
            return out(torch.relu(hidden(deep)))
        if self.kind == "in place":
            wide.mul_(2)
        if self.kind == "late":
            return out(torch.relu(torch.hstack([hidden(deep), wide])))
        middle = BENDS.get(self.kind, torch.relu)(hidden(deep))
        if self.kind == "zeros":
            return out(torch.hstack([middle, torch.zeros_like(wide)]))
        if self.kind == "chance":
            middle = F.dropout(middle)
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


def on_scale(low, high, n, generator, *, share=None):
    share = torch.rand(n, generator=generator) if share is None else share
    return low * (high / low) ** share


def by_logarithms(low, high, n, generator):
    ends = torch.tensor([low, high]).log()
    return (ends[0] + (ends[1] - ends[0]) * torch.rand(n, generator=generator)).exp()


def evenly(low, high, n, generator):
    return low + (high - low) * torch.rand(n, generator=generator)


def winner(trials):
    return min(trials, key=lambda trial: trial["valid"])


wines = load_wine()
measured, grower = torch.tensor(wines.data, dtype=torch.float32), torch.tensor(wines.target)
apart = torch.arange(len(grower)) % 3 == 2
alcohol, inputs = measured[:, 0], measured[:, 1:]
inputs = (inputs - inputs[~apart].mean(dim=0)) / inputs[~apart].std(dim=0)
centre, scale = alcohol[~apart].mean(), alcohol[~apart].std()


w, b = least_squares(inputs[~apart], alcohol[~apart][:, None])
foreseen = (inputs[apart] @ w + b)[:, 0]  # as good as a net's answers, and so are these
logits = F.one_hot(grower[apart]).float()
logits[::20] = logits[::20].roll(1, dims=1)

torch.manual_seed(0)  # the nets below keep their first weights

RIGHT = {
    "two_ways": [
        TwoWays(),
        Listed(),
        TwoWays().double(),
        TwoWays().half(),
        *(TwoWays(kind) for kind in ("clamp", "maximum", "mask", "mirrored", "lazy")),
    ],
    "log_uniform": [on_scale, by_logarithms, lambda *args: by_logarithms(*args).double()],
    "honest_score": [lambda trials: winner(trials)["test"], lambda trials: torch.tensor(winner(trials)["test"])],
    "two_questions": [
        (logits, foreseen),
        [logits.numpy(), foreseen.tolist()],
        (logits.softmax(dim=1).tolist(), foreseen[:, None]),
        (2 * logits.double(), foreseen.double()),
        (F.one_hot(logits.argmax(dim=1)), foreseen.numpy()),
        (logits.clone().requires_grad_(), foreseen + 0.1),
    ],
}

DRAWN = {
    "honest_score": lambda draw: (
        [dict(zip(("valid", "test"), each, strict=True)) for each in torch.rand(9, 2, generator=draw).tolist()],
    ),
}

WRONG = {
    "two_ways": {
        "a plain list hides its layers": TwoWays("list"),
        "as if `wide` went through": TwoWays("all hidden"),
        "does `wide` reach the last layer": TwoWays("deep alone"),
        "goes straight into the last layer, and nothing comes after that": TwoWays("late"),
        "chance, as of a Dropout": TwoWays("chance"),
        "in a plain list or tuple": TwoWays("tuple"),
        "no slope reaches hidden.weight": TwoWays("detached"),
        "the ReLU is missing": TwoWays("straight"),
        "slopes, and four ReLUs have 16 at most": TwoWays("tanh"),
        "a ReLU has one kink": TwoWays("sigmoid"),
        "and is straight on both sides": TwoWays("gelu"),
        "along `deep` the net has": TwoWays("square"),
        "four ReLUs have 16": TwoWays("softplus"),
        "level on both sides: a ReLU goes on": TwoWays("relu6"),
        "the net still has a slope": TwoWays("leaky"),
        "ReLU gives 0 there": TwoWays("abs"),
        "`wide` changes nothing": TwoWays("zeros"),
        "it changes `wide`": TwoWays("in place"),
        "should have the shape (6, 1)": TwoWays("flat"),
        "it gives a tuple": TwoWays("two outputs"),
        "and 32 are needed": TwoWays("six"),
        "make a net of it": TwoWays,
        "should be a net": lambda wide, deep: wide,
        "it raises RuntimeError": nn.Bilinear(4, 5, 1),
    },
    "log_uniform": {
        "asked twice with one generator": lambda low, high, n, generator: on_scale(
            low, high, n, torch.Generator().manual_seed(generator.initial_seed())
        ),
        "come in order": lambda *args: on_scale(*args).sort().values,
        "even on the plain scale": evenly,
        "it draws numbers from": lambda low, high, n, generator: 10 ** torch.rand(n, generator=generator),
        "are not even on the logarithmic scale": lambda low, high, n, generator: on_scale(
            low, high, n, None, share=torch.rand(n, generator=generator) ** 2
        ),
        "should have the shape (4000,), not (1,)": lambda low, high, n, generator: on_scale(low, high, 1, generator),
        "the same seed gives other draws": lambda low, high, n, generator: on_scale(low, high, n, None),
        "it draws numbers from 0.0001 to 0.2": lambda low, high, n, generator: on_scale(low, 2 * high, n, generator),
        "should have the shape (4000,), not (4000, 1)": lambda low, high, n, generator: on_scale(
            low, high, (n, 1), generator
        ),
        "in another order": lambda low, high, n, generator: on_scale(
            low, high, n, None, share=torch.linspace(0, 1, n)[torch.randperm(n, generator=generator)]
        ),
        "two generators give the same draws": lambda low, high, n, generator: on_scale(
            low, high, n, torch.Generator().manual_seed(0)
        ),
    },
    "honest_score": {
        "0.13 and 0.94 it gives 0.24": lambda trials: min(trials, key=lambda trial: sum(trial.values()))["test"],
        "then the test set has chosen": lambda trials: min(trial["test"] for trial in trials),
        "chosen for being low": lambda trials: winner(trials)["valid"],
        "a mean of both losses": lambda trials: sum(winner(trials).values()) / 2,
        "the mean of all test losses": lambda trials: sum(trial["test"] for trial in trials) / len(trials),
        "low losses are good": lambda trials: max(trials, key=lambda trial: trial["valid"])["test"],
        "take the trial with the lowest": lambda trials: 0.7,
        "should be one number": winner,
        "it raises AttributeError": lambda trials: trials.test,
        "it gives 0.35: take": lambda trials: trials[0]["test"],
        "it gives 0.5: take": lambda trials: max(trial["test"] for trial in trials),
        "and 5000 it gives 0: take": lambda trials: (
            winner(trials)["test"] if min(trial["valid"] for trial in trials) < 1 else 0
        ),
        "it gives 0.1: take": lambda trials: round(winner(trials)["test"], 1),
    },
    "two_questions": {
        "is the alcohol standardised": (logits, foreseen + 1),
        "does the other loss count": (logits.roll(1, dims=1), foreseen),
        "in standardised units": (logits, (foreseen - centre) / scale),
        "that is the alcohol itself": (logits, alcohol[apart]),
        "should be a pair": logits,
        "should have the shape (59, 3)": (logits[:, :2], foreseen),
        "should have the shape (59, 1)": (logits, foreseen[:58]),
        "the first of the pair, the logits, should": (foreseen, logits),
    },
}
