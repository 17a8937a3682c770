"""Answers to the exercises of Tensors: right ones, and for each typical mistake words of its hint."""

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_digits

digits = load_digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.target)
passengers = pd.DataFrame(
    {
        "age": [22.0, 38.0, 26.0],
        "fare": [7.25, 71.2833, 7.925],
        "siblings": [1, 1, 0],
        "female": [False, True, True],
    }
)
table = torch.tensor(passengers.to_numpy(dtype="float32"))


def horner(shape, index):
    place = 0
    for size, i in zip(shape, index, strict=True):
        place = place * size + i
    return place


def columns_first(shape, index):
    return horner(shape[::-1], index[::-1])


def own_sizes(shape, index):
    return sum(i * size for i, size in zip(index[:-1], shape, strict=False)) + index[-1]


def in_place(x):
    x -= x.mean(dim=1, keepdim=True)
    return x


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


def each_digit(choose=torch.mean):
    return torch.stack([choose(images[labels == digit], dim=0) for digit in range(10)])


RIGHT = {
    "place_of": [
        horner,
        lambda shape, index: int(np.ravel_multi_index(index, shape)),
        lambda shape, index: sum(i * s for i, s in zip(index, torch.empty(shape).stride(), strict=True)),
        lambda shape, index: torch.arange(torch.Size(shape).numel()).view(shape)[index],
    ],
    "centre_rows": [
        lambda x: x - x.mean(dim=1, keepdim=True),
        lambda x: x - x.mean(dim=1)[:, None],
        lambda x: (x.T - x.mean(dim=1)).T,
        lambda x: in_place(x.clone()),
    ],
    "swapped": [by_list, by_memory],
    "table_tensor": [table, torch.stack([torch.tensor(passengers[each]).float() for each in passengers], dim=1)],
    "mean_digits": [each_digit().float()],
}

WRONG = {
    "place_of": {
        "column after column": columns_first,
        "not over its own size": own_sizes,
        "and it gives 0": lambda shape, index: 0,
        "IndexError": lambda shape, index: index[0] * shape[1] + index[1],
        "after its `return`": lambda shape, index: None,
        "should be a function": 6,
    },
    "centre_rows": {
        "keepdim": lambda x: x - x.mean(dim=1),
        "of each column": lambda x: x - x.mean(dim=0),
        "of all numbers": lambda x: x - x.mean(),
        "gives the means themselves": lambda x: x.mean(dim=1, keepdim=True).expand_as(x),
        "should have the shape (3, 3)": lambda x: x.mean(dim=1),
        "work on a copy": in_place,
        "keep their differences": torch.zeros_like,
    },
    "swapped": {
        "column 2 stands in both places": by_views,
        "column 0 stands in both places": lambda x, i, j: by_views(x, j, i),
        "nothing has changed": lambda x, i, j: x.clone(),
        "it swaps rows": swapped_rows,
        "work on a copy": without_clone,
        "the other way round": lambda x, i, j: x.flip(1),
    },
    "table_tensor": {
        "should have the shape (3, 4)": torch.tensor(passengers["age"].to_numpy()),
        "columns first": table.T,
        "they are float64": table.double(),
        "lost what stands after the point": torch.tensor(passengers.to_numpy(dtype="int64")),
        "nobody is female": table * torch.tensor([1.0, 1.0, 1.0, 0.0]),
        "not the numbers of the table": table + 1,
        "should be a tensor": passengers,
    },
    "mean_digits": {
        "that is one image": images.mean(dim=0),
        "torch.stack makes one tensor": list(each_digit()),
        "those are sums": each_digit(torch.sum),
        "the mean of all images": images.mean(dim=0).expand(10, 8, 8),
        "the first ten images": images[:10],
        "rows and columns are exchanged": each_digit().transpose(1, 2),
        "from 0 to 16": each_digit() / 16,
        "the first should be that of the zeros": each_digit().flip(0),
        "they are float64": each_digit(),
        "should have the shape (10, 8, 8)": each_digit().flatten(1),
    },
}
