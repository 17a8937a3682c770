"""Answers to the exercises of Linear regression twice: right ones, and for each typical mistake words of its hint."""

import copy

import numpy as np
import torch
from sklearn.datasets import load_wine
from torch import nn

from foundations import least_squares, rmse, standardize, train_linear


def learn(x, y, lr, n_epochs, *, clear=True, early=False, after=False, stale=False, plain=True, summed=False):
    w = torch.zeros(x.shape[1], 1, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((x @ w + b - y) ** 2).sum() if summed else ((x @ w + b - y) ** 2).mean()
        loss.backward()
        if early:
            w.grad.zero_()
            b.grad.zero_()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        if clear:
            w.grad = b.grad = None
        loss = ((x @ w + b - y) ** 2).mean() if after else loss
        losses.append(loss.item() if plain else loss)
    if stale:
        return torch.zeros(x.shape[1], 1), torch.zeros(1), losses
    return w, b, losses


def with_helper(x, y, lr, n_epochs):
    start = torch.zeros(x.shape[1], 1), torch.zeros(1)
    w, b, losses = train_linear(x, y, *start, lr=lr, n_epochs=n_epochs)
    return w, b, losses.tolist()


def by_optimizer(x, y, lr, n_epochs):
    layer = nn.Linear(x.shape[1], 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer, losses = torch.optim.SGD(layer.parameters(), lr=lr), []
    for _ in range(n_epochs):
        loss = nn.functional.mse_loss(layer(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return layer.weight.T, layer.bias, losses


def by_hand(x, y, lr, n_epochs):
    w, b, losses = np.zeros(x.shape[1]), 0.0, []
    for _ in range(n_epochs):
        miss = x.numpy() @ w + b - y[:, 0].numpy()
        losses.append((miss**2).mean())
        w, b = w - lr * 2 * miss @ x.numpy() / len(x), b - lr * 2 * miss.mean()
    return w, b, losses


def rebound(x, y, lr, n_epochs):
    w = torch.zeros(x.shape[1], 1, requires_grad=True)
    for _ in range(n_epochs):
        ((x @ w - y) ** 2).mean().backward()
        with torch.no_grad():
            w = w - lr * w.grad
    return w, torch.zeros(1), []


def watched(x, y, lr, n_epochs):
    w = torch.zeros(x.shape[1], 1, requires_grad=True)
    ((x @ w - y) ** 2).mean().backward()
    w -= lr * w.grad


def linear_from(w, b):
    model = nn.Linear(len(w), 1)
    with torch.no_grad():
        model.weight.copy_(w.T)
        model.bias.copy_(b)
    return model


def with_parameters(w, b):
    model = nn.Linear(len(w), 1)
    model.weight, model.bias = nn.Parameter(w.T.clone()), nn.Parameter(b.clone())
    return model


def from_state(w, b):
    model = nn.Linear(len(w), 1)
    model.load_state_dict({"weight": w.T, "bias": b})
    return model


def through_data(w, b):
    model = nn.Linear(len(w), 1, dtype=torch.float64)
    model.weight.data, model.bias.data = w.T.double(), b.double()
    return model


class Negative(nn.Linear):
    def forward(self, x):
        return -super().forward(x)


def negative(w, b):
    model = Negative(len(w), 1)
    model.load_state_dict({"weight": w.T, "bias": b})
    return model


def shared(w, b):
    model = nn.Linear(len(w), 1)
    model.weight, model.bias = nn.Parameter(w.T), nn.Parameter(b)
    return model


def with_bias(bias_of):
    def made(w, b):
        model = linear_from(w, b)
        model.bias = nn.Parameter(bias_of(b))
        return model

    return made


def emptied(w, b):
    model = linear_from(w, b)
    w.zero_()
    return model


def not_turned(w, b):
    model = nn.Linear(len(w), 1)
    model.weight = nn.Parameter(w.clone())
    return model


def without_bias(w, b):
    model = nn.Linear(len(w), 1, bias=False)
    model.weight = nn.Parameter(w.T.clone())
    return model


def plain_weight(w, b):
    model = nn.Linear(len(w), 1)
    model.weight = w.T
    return model


def frozen(w, b):
    return linear_from(w, b).requires_grad_(False)


class SelfScaling(nn.Module):
    persistent = True

    def __init__(self, rows):
        super().__init__()
        self.register_buffer("means", rows.mean(dim=0), persistent=self.persistent)
        self.register_buffer("stds", rows.std(dim=0), persistent=self.persistent)
        self.linear = nn.Linear(rows.shape[1], 1)

    def forward(self, x):
        return self.linear((x - self.means) / self.stds)


class Rows(SelfScaling):
    """With a row for each buffer, and another order of its parts."""

    def __init__(self, rows):
        nn.Module.__init__(self)
        self.layer = nn.Linear(rows.shape[1], 1)
        self.register_buffer("means", rows.mean(dim=0, keepdim=True))
        self.register_buffer("stds", rows.std(dim=0, keepdim=True))

    def forward(self, x):
        return self.layer((x - self.means) / self.stds)


class Buffered(SelfScaling):
    def __init__(self, rows):
        nn.Module.__init__(self)
        self.means, self.stds = nn.Buffer(rows.mean(dim=0)), nn.Buffer(rows.std(dim=0))
        self.linear = nn.Linear(rows.shape[1], 1)


class Flat(SelfScaling):
    def forward(self, x):
        return super().forward(x)[:, 0]


class Wide(SelfScaling):
    def __init__(self, rows):
        super().__init__(rows.double())
        self.linear.double()


class Divided(SelfScaling):
    def forward(self, x):
        return nn.functional.linear(x.sub(self.means).div(self.stds), self.linear.weight, self.linear.bias)


class Deep(SelfScaling):
    def __init__(self, rows):
        super().__init__(rows)
        self.more = nn.Linear(1, 1)


class Population(SelfScaling):
    def __init__(self, rows):
        super().__init__(rows)
        self.stds.copy_(rows.std(dim=0, correction=0))


class Fixed(SelfScaling):
    def to(self, *args):
        return self


class Fleeting(SelfScaling):
    persistent = False


class Unscaled(SelfScaling):
    def forward(self, x):
        return self.linear(x)


class ByThemselves(SelfScaling):
    def forward(self, x):
        return self.linear((x - x.mean(dim=0)) / x.std(dim=0))


class Bracketless(SelfScaling):
    def forward(self, x):
        return self.linear(x - self.means / self.stds)


class Bare(nn.Module):
    """With weights of its own in place of the layer."""

    def __init__(self, rows):
        super().__init__()
        self.register_buffer("means", rows.mean(dim=0))
        self.register_buffer("stds", rows.std(dim=0))
        self.weight = nn.Parameter(torch.ones(rows.shape[1], 1))

    def forward(self, x):
        return (x - self.means) / self.stds @ self.weight


class Pooled(SelfScaling):
    def __init__(self, rows):
        super().__init__(rows)
        self.means.fill_(rows.mean())


class Renamed(nn.Module):
    """Another name, and one buffer for both."""

    def __init__(self, rows):
        super().__init__()
        self.register_buffer("scale", torch.stack([rows.mean(dim=0), rows.std(dim=0)]))
        self.linear = nn.Linear(rows.shape[1], 1)

    def forward(self, x):
        return self.linear((x - self.scale[0]) / self.scale[1])


class Scale(nn.Module):
    def __init__(self, rows):
        super().__init__()
        self.register_buffer("mean", rows.mean(dim=0))
        self.register_buffer("variance", rows.var(dim=0))

    def forward(self, x):
        return (x - self.mean) / self.variance.sqrt()


class InParts(nn.Sequential):
    def __init__(self, rows):
        super().__init__(Scale(rows), nn.Linear(rows.shape[1], 1))


class Frozen(SelfScaling):
    """Parameters that are not trained are saved and moved as well."""

    def __init__(self, rows):
        nn.Module.__init__(self)
        self.means = nn.Parameter(rows.mean(dim=0), requires_grad=False)
        self.stds = nn.Parameter(rows.std(dim=0), requires_grad=False)
        self.linear = nn.Linear(rows.shape[1], 1)


class Unwatched(SelfScaling):
    def forward(self, x):
        with torch.no_grad():
            return super().forward(x)


class ByRow(SelfScaling):
    def __init__(self, rows):
        super().__init__(rows)
        self.means = rows.mean(dim=1)


class Listed(SelfScaling):
    def __init__(self, rows):
        nn.Module.__init__(self)
        self.scale = [rows.mean(dim=0), rows.std(dim=0)]
        self.linear = nn.Linear(rows.shape[1], 1)

    def forward(self, x):
        return self.linear((x - self.scale[0]) / self.scale[1])


class Forgetful(SelfScaling):
    def __init__(self, rows):
        nn.Module.__init__(self)
        self.means, self.stds = rows.mean(dim=0), rows.std(dim=0)
        self.linear = nn.Linear(rows.shape[1], 1)


class Trained(nn.Module):
    def __init__(self, rows):
        super().__init__()
        self.means, self.stds = nn.Parameter(rows.mean(dim=0)), nn.Parameter(rows.std(dim=0))
        self.linear = nn.Linear(rows.shape[1], 1)


table = torch.tensor(load_wine().data)
table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(42))]
x, y = table[:, 1:], table[:, :1]
w, b = least_squares(x[:120], y[:120])
middle = y[:120].mean().expand_as(y)
scaled, scaled_test = standardize(x[:120], x[120:])
by_itself = standardize(x[120:])[0]
scaled_w, scaled_b = least_squares(scaled, y[:120])


def errors(rows, *, preds=x @ w + b):
    return [rmse(each[rows], y[rows]).item() for each in (middle, preds)]


TRAIN, TEST = slice(0, 120), slice(120, None)

RIGHT = {
    "learn": [learn, with_helper, by_optimizer, by_hand],
    "linear_from": [
        linear_from,
        with_parameters,
        from_state,
        through_data,
        lambda w, b: copy.deepcopy(shared(w, b)),
        lambda w, b: linear_from(w, b).to("cpu", torch.float64),
    ],
    "self_scaling": [SelfScaling, Rows, Buffered, Flat, Wide, Divided, Renamed, InParts, Frozen],
    "wines": [
        errors(TEST),
        [round(each, 2) for each in errors(TEST)],
        torch.tensor(errors(TEST)),
        (rmse(middle[TEST], y[TEST]), rmse(scaled_test @ scaled_w + scaled_b, y[TEST])),
    ],
}

DRAWN = {"learn": lambda draw: (torch.randn(7, 3, generator=draw), torch.randn(7, 1, generator=draw), 0.05, 9)}

WRONG = {
    "learn": {
        "with lr 0.7 loss number": lambda *args: (*learn(*args)[:2], sorted(learn(*args)[2], reverse=True)),
        "made a new tensor": rebound,
        "autograd is watching": watched,
        "add up from epoch to epoch": lambda *args: learn(*args, clear=False),
        "those are sums of squares": lambda *args: learn(*args, summed=True),
        "losses after each step": lambda *args: learn(*args, after=True),
        "cleared before the step": lambda *args: learn(*args, early=True),
        "after the last step the weights should be": lambda *args: learn(*args, stale=True),
        "come as tensors": lambda *args: learn(*args, plain=False),
        "should be 8 losses": lambda x, y, lr, n_epochs: learn(x, y, lr, n_epochs - 1),
        "loss number 2 should be": lambda x, y, lr, n_epochs: learn(x, y, lr / 2, n_epochs),
        "three things": lambda *args: learn(*args)[2],
    },
    "linear_from": {
        "cannot assign": plain_weight,
        "should be (outputs, inputs)": not_turned,
        "and they are [-2.0, 1.0, -0.5]": lambda w, b: linear_from(-w, b),
        "but the bias is [0.5], and should be [0.25]": lambda w, b: linear_from(w, 2 * b),
        "but the bias is missing": without_bias,
        "the layer's bias has the shape ():": with_bias(torch.mean),
        "the layer's bias has the shape (1, 1)": with_bias(lambda b: b[:, None]),
        "it changes w itself": emptied,
        "that is a module": nn.Linear(3, 1),
        "does not predict x @ w + b": negative,
        "cannot be trained": frozen,
        "the caller's tensors": shared,
        "it makes a layer of [2.0, -1.0, 0.5, 0.25]": lambda w, b: linear_from(
            torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([0.25])
        ),
        "should give an nn.Linear": lambda w, b: nn.Sequential(linear_from(w, b)),
        "should be a function": 3,
    },
    "self_scaling": {
        "means is no buffer": Forgetful,
        "a buffer does not": Trained,
        "persistent=False": Fleeting,
        "one for each column": Pooled,
        "for the rows as they come": Unscaled,
        "those of the training rows are wanted": ByThemselves,
        "not those of its layer for the standardised rows": Bracketless,
        "it should have one nn.Linear, and has 0": Bare,
        "check the class itself: called with rows, it should make": lambda rows: rows,
        "a model, made from rows already": SelfScaling(x.float()),
        "has 2": Deep,
        "means should be 3 numbers, not a tensor of shape (20,)": ByRow,
        "no gradient goes back through it": Unwatched,
        "does not bring the scale along": Listed,
        "stds should be": Population,
        "still holds other dtypes": Fixed,
    },
    "wines": {
        "errors on the training rows": errors(TRAIN),
        "the baseline's error is measured on the training": [errors(TRAIN)[0], errors(TEST)[1]],
        "least squares is measured on the training": [errors(TEST)[0], errors(TRAIN)[1]],
        "the other way round": errors(TEST)[::-1],
        "take the root": [each**2 for each in errors(TEST)],
        "not that of the test": [y[TEST].std(correction=0).item(), errors(TEST)[1]],
        "the baseline's error is not 1:": [1.0, 0.5],
        "the baseline is right, and": [errors(TEST)[0], 0.5],
        "scaled by their own mean": [errors(TEST)[0], rmse(by_itself @ scaled_w + scaled_b, y[TEST])],
        "the bias of least squares": [errors(TEST)[0], rmse(scaled_test @ scaled_w, y[TEST])],
        "an error of 6.1e-15 is too good": [errors(TEST)[0], 6.1e-15],
        "should be 2 numbers": 0.5,
    },
}
