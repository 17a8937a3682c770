"""Answers to the exercises of Stochastic gradient descent: right ones, and for each typical mistake words of its hint."""

import math

import numpy as np
import torch
from sklearn.datasets import load_wine
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader, Dataset, TensorDataset

from foundations import constant_rate, linear_decay, minibatches, mse, one_cycle


def steps(n_rows, batch_size, n_epochs, drop_last):
    batches = n_rows // batch_size if drop_last else math.ceil(n_rows / batch_size)
    return n_epochs * batches


def counted(n_rows, batch_size, n_epochs, drop_last):
    rows = torch.arange(n_rows)
    return n_epochs * len(list(minibatches(rows, batch_size=batch_size, drop_last=drop_last)))


def pieces(params, inputs, targets, batch_size, *, weigh=lambda rows, n: rows / n, drop_last=False, times=1):
    params = params.clone().requires_grad_()
    for _ in range(times):
        for xb, yb in minibatches(inputs, targets, batch_size=batch_size, shuffle=False, drop_last=drop_last):
            (mse(xb @ params, yb) * weigh(len(yb), len(targets))).backward()
    return params.grad


def by_sums(params, inputs, targets, batch_size):
    total = torch.zeros_like(params)
    for xb, yb in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
        total += 2 * xb.T @ (xb @ params - yb)
    return total / len(targets)


def by_rows_summed(params, inputs, targets, batch_size):
    rows = zip(inputs, targets, strict=True)
    return sum(2 * (x @ params - y) * x for x, y in rows) / len(inputs)


def by_loader(params, inputs, targets, batch_size):
    total = torch.zeros_like(params)
    for xb, yb in DataLoader(TensorDataset(inputs, targets), batch_size=batch_size, shuffle=True):
        total += 2 * (xb @ params - yb) @ xb
    return total / len(inputs)


def at_once(params, inputs, targets, batch_size):
    return 2 * inputs.T @ (inputs @ params - targets) / len(targets)


def by_halves(params, inputs, targets, batch_size):
    return sum(at_once(params, *each, 5) for each in zip(inputs.chunk(2), targets.chunk(2), strict=True)) / 2


def by_numpy(params, inputs, targets, batch_size):
    total, params = np.zeros(len(params)), params.numpy()
    for start in range(0, len(inputs), batch_size):
        xb, yb = inputs[start : start + batch_size].numpy(), targets[start : start + batch_size].numpy()
        total += 2 * xb.T @ (xb @ params - yb) / len(targets)
    return total


def one_loss(params, inputs, targets, batch_size):
    params = params.clone().requires_grad_()
    for xb, yb in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
        ((xb @ params - yb).square().sum() / len(targets)).backward()
    return params.grad[:, None]


class Windows(Dataset[tuple[torch.Tensor, torch.Tensor]]):
    beyond, after, behind = 0, 0, 0

    def __init__(self, series, width):
        self.series, self.width = series, width

    def __len__(self):
        return len(self.series) - self.width + self.beyond

    def __getitem__(self, i):
        end = i + self.width
        return self.series[i + self.behind : end + self.behind], self.series[end + self.after]


class Listed(Windows):
    def __init__(self, series, width):
        self.rows = [(series[i : i + width], series[i + width]) for i in range(len(series) - width)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


class Doubled(Windows):
    def __init__(self, series, width):
        super().__init__(series.double(), width)


class Named(Windows):
    def __getitem__(self, i):
        return [torch.stack([self.series[i + j] for j in range(self.width)]), self.series[i + self.width].item()]


class Arrays(Windows):
    def __init__(self, series, width):
        super().__init__(series.numpy(), width)


class Threes(Windows):
    def __getitem__(self, i):
        return self.series[i : i + 3], self.series[i + 3]


class Counting(Windows):
    """Gives the next row in place of the one that it was asked for."""

    given = 0

    def __getitem__(self, i):
        self.given += 1
        return super().__getitem__((self.given - 1) % len(self))


class Shared(Windows):
    """Keeps its numbers where all that are made of it share them."""

    def __init__(self, series, width):
        Shared.series, Shared.width = series, width


class Single(Windows):
    def __getitem__(self, i):
        return self.series[i : i + self.width + 1]


class Unfolded:
    """With no base class, and all windows cut beforehand."""

    def __init__(self, series, width):
        self.windows = series.unfold(0, width + 1, 1)

    def __len__(self):
        return len(self.windows)

    def __getitem__(self, i):
        return self.windows[i, :-1], self.windows[i, -1:]


def last_alone(params, inputs, targets, batch_size):
    return pieces(params, inputs[8:], targets[8:], batch_size)


wines = torch.tensor(load_wine().data).float()
wines = (wines - wines.mean(dim=0)) / wines.std(dim=0)


def trained(schedule, n_epochs, batch_size=32, *, data=wines, shuffle=True, first=1):
    generator = torch.Generator().manual_seed(42)
    weights = torch.zeros(data.shape[1] - first, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=1.0)
    scheduler = LambdaLR(optimizer, schedule)
    for _ in range(n_epochs):
        for (rows,) in minibatches(data, batch_size=batch_size, shuffle=shuffle, generator=generator):
            loss = mse(rows[:, first:] @ weights, rows[:, 0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
    return weights.detach()


decayed = trained(linear_decay(0.1, 240), 40)

RIGHT = {
    "steps_of_training": [steps, counted, lambda n, b, e, d: e * (n // b + (not d and n % b > 0))],
    "pieces_of_a_series": [Windows, Unfolded, Listed, Doubled, Named, Arrays],
    "from_pieces": [pieces, by_sums, by_rows_summed, by_loader, by_numpy, one_loss],
    "alcohol": [decayed, decayed[:, None], trained(one_cycle(0.1, 240), 40).double()],
}

DRAWN = {
    "steps_of_training": lambda draw: (
        *torch.randint(1, 50, (3,), generator=draw).tolist(),
        draw.initial_seed() % 2 == 0,
    ),
    "from_pieces": lambda draw: (
        torch.randn(3, generator=draw),
        torch.randn(11, 3, generator=draw),
        torch.randn(11, generator=draw),
        4,
    ),
}

WRONG = {
    "steps_of_training": {
        "batch_size 4, n_epochs 2, drop_last True it gives 2. Here the last": lambda n, b, e, d: (
            e * max(1, steps(n, b, 1, d))
        ),
        "n_epochs 1, drop_last True that makes 13 steps, and it gives 12": lambda n, b, e, d: steps(n - d, b, e, d),
        "steps of one epoch": lambda n, b, e, d: steps(n, b, 1, d),
        "not full, is dropped": lambda n, b, e, d: steps(n, b, e, False),
        "make a batch, too": lambda n, b, e, d: steps(n, b, e, True),
        "no part of a step": lambda n, b, e, d: e * n / b,
        "drop_last True it gives 12, as if a batch could go on": lambda n, b, e, d: (
            steps(e * n, b, 1, d) if d else steps(n, b, e, d)
        ),
        "drop_last False it gives 13, as if a batch could go on": lambda n, b, e, d: steps(e * n, b, 1, d),
        "drop_last False that makes 15 steps, and it gives 11": lambda n, b, e, d: (
            (e - 1) * (n // b) + steps(n, b, 1, d)
        ),
        "that makes 13 steps": lambda n, b, e, d: n,
        "drop_last True that makes 10 steps, and it gives 14": lambda n, b, e, d: (
            (e - 1) * -(-n // b) + steps(n, b, 1, d)
        ),
        "should be a function": 13,
    },
    "pieces_of_a_series": {
        "length is that of the series": type("Long", (Windows,), {"beyond": 3}),
        "counts the last numbers": type("Longer", (Windows,), {"beyond": 1}),
        "one window is missing": type("Short", (Windows,), {"beyond": -1}),
        "there are 4 windows": type("Tiny", (Windows,), {"beyond": -3}),
        "the last number of the window": type("Early", (Windows,), {"after": -1}),
        "the target of row 0 of a series of 7 numbers and width 3 should be 7": type(
            "Earlier", (Windows,), {"after": -2}
        ),
        "of a series of 7 numbers and width 3 should be [2.0, 3.0, 5.0]": type("Late", (Windows,), {"behind": 1}),
        "the window of row 0 of a series of 4 numbers and width 1 should be one number": Threes,
        "window and number, not a tensor": Single,
        "the window of row 3 of a series of 7 numbers and width 3 should be [7.0, 11.0, 13.0], and it is [2": Counting,
        "once a second one is made, the first one gives other rows: keep": Shared,
        "of row 0 of a series of 4 numbers and width 1 should be [1.5]": lambda series, width: Windows(
            series.sort().values, width
        ),
        "asked for its len": type("Bare", (), {"__init__": lambda self, series, width: None}),
        "check the class itself": Windows(torch.arange(5.0), 2),
    },
    "from_pieces": {
        "for 7 rows in batches of 3 it should be": lambda p, x, y, b: pieces(
            p, x, y, b, weigh=lambda rows, n: rows / 10
        ),
        "called again with the same arguments": lambda p, x, y, b: (
            [
                ((x[i : i + b] @ p.requires_grad_() - y[i : i + b]).square().sum() / len(y)).backward()
                for i in range(0, len(y), b)
            ]
            and p.grad
        ),
        "calculates with 10 rows at once": at_once,
        "calculates with 5 rows at once": by_halves,
        "counts as much as four": lambda *args: pieces(*args, weigh=lambda rows, n: 1 / 3),
        "the sum of the pieces": lambda *args: pieces(*args, weigh=lambda rows, n: 1),
        "last piece alone": last_alone,
        "first piece alone": lambda p, x, y, b: pieces(p, x[:4], y[:4], b),
        "last piece's part alone": lambda p, x, y, b: pieces(p, x[8:], y[8:], b) / 5,
        "first piece's part alone": lambda p, x, y, b: pieces(p, x[:4], y[:4], b) * 0.4,
        "counts as if it were full": lambda *args: pieces(*args, weigh=lambda rows, n: 0.4),
        "the signs are turned": lambda *args: -pieces(*args),
        "the slope of a square has a 2": lambda *args: pieces(*args) / 2,
        "sum of squares": lambda *args: pieces(*args, weigh=lambda rows, n: rows),
        "last rows are missing: there": lambda p, x, y, b: pieces(p, x[:8], y[:8], b),
        "last rows are missing, and": lambda *args: pieces(*args, drop_last=True),
        "twice too much": lambda *args: pieces(*args, times=2),
        "the gradient of the whole is": lambda p, x, y, b: p,
        "it gives None": lambda *args: None,
    },
    "alcohol": {
        "no bias is needed": torch.zeros(13),
        "where the training began": torch.zeros(12),
        "nan in the weights: the training ran away. Is": torch.full((12,), torch.nan),
        "and with weights of 0 only": torch.full((12,), 50.0),
        "not a DataLoader": DataLoader(TensorDataset(wines)),
        "sorted by grower": trained(constant_rate(0.1), 20, 16, shuffle=False),
        "it hovers there": trained(constant_rate(0.1), 20),
        "should be 12 numbers": decayed[:5],
    },
}
