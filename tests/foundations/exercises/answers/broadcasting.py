"""Answers to the exercises of Broadcasting: right ones, and for each typical mistake words of its hint."""

import math
from itertools import zip_longest

import torch
from scipy.spatial.distance import cdist
from sklearn.datasets import load_digits

labels = torch.tensor(load_digits().target)[1::2]


def common_shape(a, b, larger=False, as_list=False):
    shape = []
    for n, m in zip_longest(reversed(a), reversed(b), fillvalue=1):
        if n != m and n != 1 and m != 1:
            return None
        shape.append(max(n, m) if larger else m if n == 1 else n)
    return shape[::-1] if as_list else tuple(reversed(shape))


def asked(a, b):
    try:
        return tuple(torch.broadcast_shapes(a, b))
    except RuntimeError:
        return None


def left_aligned(a, b):
    return tuple(m if n == 1 else n for n, m in zip_longest(a, b, fillvalue=1))


def stretched_at_will(a, b):
    pairs = zip_longest(reversed(a), reversed(b), fillvalue=1)
    return tuple(m if n == 1 else n for n, m in pairs)[::-1]


def distances(a, b, power=2, root=0.5):
    return ((a[:, None] - b).abs() ** power).sum(dim=-1) ** root


def nearest(scans, averages):
    return ((scans[:, None] - averages) ** 2).mean(dim=(2, 3)).argmin(dim=1)


def trap(preds, targets, correction=0):
    return ((preds - targets.mean()) ** 2).mean() + targets.var(correction=correction)


RIGHT = {
    "common_shape": [common_shape, asked],
    "distances": [
        distances,
        torch.cdist,
        lambda a, b: torch.tensor(cdist(a, b)),
        lambda a, b: (a[:, None, :] - b[None, :, :]).norm(dim=2),
    ],
    "trap_loss": [
        trap,
        lambda p, t: (p**2).mean() - 2 * p.mean() * t.mean() + (t**2).mean(),
        lambda p, t: trap(p, t).item(),
        lambda p, t: torch.stack([((some[:, None] - t) ** 2).mean() for some in p.split(1)]).mean(),
    ],
    "nearest_digit": [nearest, lambda s, m: torch.cdist(s.flatten(1), m.flatten(1)).argmin(1)],
}

DRAWN = {
    "common_shape": lambda draw: [
        tuple(torch.tensor([1, 2, 3])[torch.randint(3, (rank,), generator=draw)].tolist()) for rank in (3, 2)
    ],
    "distances": lambda draw: (torch.randn(4, 3, generator=draw), torch.randn(6, 3, generator=draw)),
    "trap_loss": lambda draw: (torch.randn(9, generator=draw), torch.randn(9, generator=draw)),
}

WRONG = {
    "common_shape": {
        "two scalars make a scalar": lambda a, b: asked(a, b) or None,
        "instead of (4, 3): each stretches where it has a 1": lambda a, b: a if a == b else None,
        "a scalar has no axes, and fits everything": lambda a, b: asked(a, b) if a and b else None,
        "and they do not fit: 2 and 3 differ": lambda a, b: asked(a, b) or ((3, 5) if (2, 5) in (a, b) else None),
        "and they do not fit: 0 and 3 differ": lambda a, b: (0,) if {a, b} == {(0,), (3,)} else asked(a, b),
        "for (1, 3) and (0, 3) it gives (1, 3) instead of (0, 3)": lambda a, b: common_shape(a, b, larger=True),
        "a shape is a tuple": lambda a, b: common_shape(a, b, as_list=True),
        "the last axes stand in line, and an axis that is missing": lambda a, b: tuple(map(max, a, b)),
        "should give a tuple or None": lambda a, b: len(a) == len(b),
        "and they do not fit: 3 and 4 differ": stretched_at_will,
        "Give None where two shapes do not fit": lambda a, b: tuple(torch.broadcast_shapes(a, b)),
        "should be a function": (4, 3),
        "it gives None instead of (4, 3)": lambda a, b: None,
    },
    "distances": {
        "must match the size of tensor b (3)": lambda a, b: (a - b).norm(dim=-1),
        "a root is missing": lambda a, b: distances(a, b, root=1),
        "one row for each point of a": lambda a, b: distances(b, a),
        "sums of absolute differences": lambda a, b: distances(a, b, power=1, root=1),
        "the mean of the squares": lambda a, b: ((a[:, None] - b) ** 2).mean(dim=-1).sqrt(),
        "rows and columns are exchanged": lambda a, b: (
            distances(b, a).reshape(len(a), len(b)).contiguous() if len(a) == len(b) else distances(a, b)
        ),
        "the table says otherwise": lambda a, b: a @ b.T,
        "that is a loop": lambda a, b: torch.stack([(each - b).norm(dim=-1) for each in a]),
        "30 points in a and in b take": lambda a, b: torch.tensor([[math.dist(p, q) for q in b] for p in a.tolist()]),
    },
    "trap_loss": {
        "and it gives 1.2312": lambda preds, targets: preds.var(correction=0) + targets.var(correction=0),
        "after its `return`": lambda p, t: None,
        "2,500 numbers were stored": lambda p, t: ((p[:, None] - t) ** 2).mean(),
        "against its own target": lambda p, t: ((p - t) ** 2).mean(),
        "the variance of the targets is missing": lambda p, t: ((p - t.mean()) ** 2).mean(),
        "correction=0": lambda p, t: trap(p, t, correction=1),
        "the loss of these 8 pairs": lambda p, t: ((p - t.mean()) ** 2).sum() / 50 + t.var(correction=0),
        "the loss of these 50 pairs": lambda p, t: t.var(correction=0),
        "is a mean or a sum missing?": lambda p, t: (p - t.mean()) ** 2,
        "outside of PyTorch": lambda p, t: ((p.numpy()[:, None] - t.numpy()) ** 2).mean(),
    },
    "nearest_digit": {
        "40 mean pictures take": lambda s, m: torch.stack([((s - each) ** 2).mean(dim=(1, 2)) for each in m]).argmin(
            dim=0
        ),
        "must match the size of tensor b (10)": lambda s, m: ((s - m) ** 2).mean(dim=(1, 2)).argmin(),
        "furthest away": lambda s, m: ((s[:, None] - m) ** 2).mean(dim=(2, 3)).argmax(dim=1),
        "those are the labels": lambda s, m: labels,
        "those are distances": lambda s, m: ((s[:, None] - m) ** 2).sum(dim=(2, 3)).sqrt().amin(dim=1),
        "are the nearest mean. The scan": lambda s, m: ((s[:, None] - m).mean(dim=(2, 3)) ** 2).argmin(dim=1),
        "30 scans take": lambda s, m: torch.stack([nearest(each[None], m)[0] for each in s]),
        "come as floats": lambda s, m: nearest(s, m).float(),
        "should have the shape (898,)": lambda s, m: ((s[:, None] - m) ** 2).mean(dim=(0, 2, 3)).argmin(),
    },
}
