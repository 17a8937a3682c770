"""Answers to the exercises of Storage and views: right ones, and for each typical mistake words of its hint."""

import math

import numpy as np
import torch
from forms import CALLS
from sklearn.datasets import load_digits

images = torch.tensor(load_digits().images).float()


def horner(shape, index):
    place = 0
    for size, i in zip(shape, index, strict=True):
        place = place * size + i
    return place


def columns_first(shape, index):
    return horner(shape[::-1], index[::-1])


def own_sizes(shape, index):
    return sum(i * size for i, size in zip(index[:-1], shape, strict=False)) + index[-1]


def by_list(x, i, j):
    result = x.clone()
    result[:, [i, j]] = result[:, [j, i]]
    return result


def by_views(x, i, j):
    result = x.clone()
    result[:, i], result[:, j] = result[:, j], result[:, i]
    return result


def by_memory(x, i, j):
    result = x.clone()
    kept = x[:, i].clone()
    result[:, i] = result[:, j]
    result[:, j] = kept
    return result


def without_clone(x, i, j):
    x[:, [i, j]] = x[:, [j, i]]
    return x


def swapped_rows(x, i, j):
    order = list(range(len(x)))
    order[i % len(x)], order[j % len(x)] = j % len(x), i % len(x)
    return x[order]


def windows(x, n, step=1):
    return x.as_strided((len(x) - n + 1, n), (step * x.stride(0), x.stride(0)))


def stacked(x, n):
    return torch.stack([x[i : i + n] for i in range(len(x) - n + 1)])


def changing(x, n):
    kept = windows(x, n).clone()
    x += 1
    return kept


def blocks(*shape):
    return images.view(-1, *shape)


RIGHT = {
    "place_of": [
        horner,
        lambda shape, index: int(np.ravel_multi_index(index, shape)),
        lambda shape, index: sum(i * s for i, s in zip(index, torch.empty(shape).stride(), strict=True)),
        lambda shape, index: torch.arange(torch.Size(shape).numel()).view(shape)[index],
    ],
    "swapped": [by_list, by_memory],
    "windows": [windows, lambda x, n: x.unfold(0, n, 1), lambda x, n: x.unfold(-1, n, 1)],
    "small_digits": [
        blocks(4, 2, 4, 2).mean(dim=(2, 4)),
        torch.nn.functional.avg_pool2d(images, 2),
        images.unfold(1, 2, 2).unfold(2, 2, 2).mean(dim=(3, 4)),
        images[:, ::2, ::2].add(images[:, 1::2, ::2]).add(images[:, ::2, 1::2]).add(images[:, 1::2, 1::2]) / 4,
    ],
}

# The only forms of these that are right.
ONLY = {"windows": (*CALLS, "a function that gives float64")}

DRAWN = {
    "place_of": lambda draw: (
        (3, 4, 5),
        tuple(int(torch.randint(size, (), generator=draw)) for size in (3, 4, 5)),
    ),
    "swapped": lambda draw: (torch.randn(3, 5, generator=draw), *torch.randperm(5, generator=draw)[:2].tolist()),
    "windows": lambda draw: (torch.randn(9, generator=draw), int(torch.randint(1, 9, (), generator=draw))),
}

WRONG = {
    "place_of": {
        "and it gives 12": lambda shape, index: math.prod(shape),
        "TypeError": lambda shape: 0,
        "column after column": columns_first,
        "not over its own size": own_sizes,
        "[1, 0] is read from place 4, and it gives 1": lambda shape, index: sum(index),
        "and it gives 0": lambda shape, index: 0,
        "IndexError": lambda shape, index: index[0] * shape[1] + index[1],
        "after its `return`": lambda shape, index: None,
        "should be a function": 6,
    },
    "swapped": {
        "should have the shape (3, 4)": lambda x, i, j: x[:, [i, j]],
        "after its `return`": lambda x, i, j: None,
        "column 2 stands in both places": by_views,
        "column 0 stands in both places": lambda x, i, j: by_views(x, j, i),
        "nothing has changed": lambda x, i, j: x.clone(),
        "it swaps rows": swapped_rows,
        "work on a copy": without_clone,
        "the other way round": lambda x, i, j: x.flip(1),
    },
    "windows": {
        "was made anew": stacked,
        "do not overlap": lambda x, n: x[: len(x) // n * n].view(-1, n) if x.is_contiguous() else windows(x, n),
        "take the stride of x": lambda x, n: x.as_strided((len(x) - n + 1, n), (1, 1)),
        "should have the shape (5, 3)": lambda x, n: windows(x, n).T,
        "the first window should be": lambda x, n: x[:n].expand(len(x) - n + 1, n),
        "changes x": changing,
        "should be a tensor": lambda x, n: [x[i : i + n] for i in range(len(x) - n + 1)],
        "it gives None": lambda x, n: None,
    },
    "small_digits": {
        "side by side in one row": blocks(4, 4, 4).mean(dim=3),
        "in this order": blocks(2, 4, 2, 4).mean(dim=(1, 3)),
        "those are sums": 4 * torch.nn.functional.avg_pool2d(images, 2),
        "the largest": torch.nn.functional.max_pool2d(images, 2),
        "every second dot": images[:, ::2, ::2],
        "rows and columns are exchanged": torch.nn.functional.avg_pool2d(images, 2).transpose(1, 2),
        "the first row of the first image": torch.zeros(len(images), 4, 4),
        "should have the shape (1797, 4, 4)": blocks(4, 2, 4, 2).mean(dim=2),
    },
}
