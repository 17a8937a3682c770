"""Answers to the exercises of Tensors: right ones, and for each typical mistake words of its hint."""

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


def in_place(x):
    x -= x.mean(dim=1, keepdim=True)
    return x


def board(first=1, second=0, dtype=torch.int64):
    squares = torch.zeros(8, 8, dtype=dtype)
    if first is not None:
        squares[::2, first::2] = 1
    if second is not None:
        squares[1::2, second::2] = 1
    return squares


def each_digit(choose=torch.mean):
    return torch.stack([choose(images[labels == digit], dim=0) for digit in range(10)])


RIGHT = {
    "centre_rows": [
        lambda x: x - x.mean(dim=1, keepdim=True),
        lambda x: x - x.mean(dim=1)[:, None],
        lambda x: (x.T - x.mean(dim=1)).T,
        lambda x: in_place(x.clone()),
        lambda x: x @ (torch.eye(x.shape[1]) - 1 / x.shape[1]),  # as floats are unless somebody asks for others
    ],
    "chessboard": [
        board(),
        torch.tensor([[0, 1] * 4, [1, 0] * 4] * 4),
        torch.tensor([[0, 1], [1, 0]]).repeat(4, 4),
        (torch.arange(8)[:, None] + torch.arange(8)) % 2,
    ],
    "table_tensor": [table, torch.stack([torch.tensor(passengers[each]).float() for each in passengers], dim=1)],
    "mean_digits": [each_digit().float()],
}

# The only forms of these that are right.
ONLY = {
    "chessboard": ("a tensor of int64",),
    "table_tensor": ("a tensor of float32",),
    "mean_digits": ("a tensor of float32",),
}

DRAWN = {
    "centre_rows": lambda draw: (torch.randn(4, 7, generator=draw),),
}

WRONG = {
    "centre_rows": {
        "it raises IndexError": lambda x: x - x.mean(dim=2),
        "keepdim": lambda x: x - x.mean(dim=1),
        "of each column": lambda x: x - x.mean(dim=0),
        "of all numbers": lambda x: x - x.mean(),
        "the signs are turned": lambda x: x.mean(dim=1, keepdim=True) - x,
        "divided by their standard deviation": lambda x: (x - x.mean(dim=1, keepdim=True)) / x.std(dim=1, keepdim=True),
        "the sum of each row": lambda x: x - x.sum(dim=1, keepdim=True),
        "gives the means themselves": lambda x: x.mean(dim=1, keepdim=True).expand_as(x),
        "should have the shape (3, 3)": lambda x: x.mean(dim=1),
        "work on a copy": in_place,
        "keep their differences": torch.zeros_like,
    },
    "chessboard": {
        "black and white are exchanged": board(0, 1),
        "the even columns": board(1, None),
        "the odd columns": board(None, 0),
        "only every second row is set": board(0, None),
        "in each row begin": torch.arange(8)[:, None].expand(8, 8) % 2,
        "in every second row begin": board(1, 1),
        "add up to an odd number": torch.eye(8),
        "they are float32": board(dtype=torch.float32),
        "should have the shape (8, 8)": torch.tensor([[0, 1], [1, 0]]),
        "should be a tensor": [[0, 1] * 4, [1, 0] * 4] * 4,
    },
    "table_tensor": {
        "should be a tensor, not an array": table.numpy(),
        "should have the shape (3, 4)": torch.tensor(passengers["age"].to_numpy()),
        "columns first": table.T,
        "they are float64": table.double(),
        "lost what stands after the point": torch.tensor(passengers.to_numpy(dtype="int64")),
        "nobody is female": table * torch.tensor([1.0, 1.0, 1.0, 0.0]),
        "torch.float16 has too few digits": table.half(),
        "torch.bfloat16 has too few digits": table.bfloat16(),
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
