"""Answers to the exercises of In a spreadsheet: right ones, and for each typical mistake words of its hint."""

import re

import torch
from sklearn.datasets import load_diabetes

from foundations import least_squares, mse, two_relus

table, progression = (torch.tensor(each) for each in load_diabetes(return_X_y=True))
table = table * 442**0.5
with_ones = torch.hstack([table, torch.ones(442, 1, dtype=torch.float64)])


def copied(reference, down, right, *, keep=True, columns=True, rows=True, fixed=True):
    fixed_column, column, fixed_row, row = re.fullmatch(r"(\$?)([A-Z])(\$?)(\d+)", reference).groups()
    if rows and not (fixed and fixed_row):
        row = int(row) + down
    if columns and not (fixed and fixed_column):
        column = chr(ord(column) + right)
    return f"{fixed_column}{column}{fixed_row}{row}" if keep else f"{column}{row}"


def by_letters(reference, down, right):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    column, row = re.findall(r"\$?[A-Z]|\$?\d+", reference)
    if "$" not in column:
        column = letters[letters.index(column) + right]
    return column + (row if "$" in row else str(int(row) + down))


w, b = least_squares(table, progression[:, None])


def loss_after(table, n_steps, *, constant=True):
    w = torch.zeros(table.shape[1], dtype=torch.float64)
    for _ in range(n_steps):
        w = w - 0.4 * (table.T @ (table @ w - progression)) / 442
    loss = mse(table @ w, progression)
    return loss if constant else loss - (progression**2).mean()


RIGHT = {
    "copied": [copied, by_letters],
    "next_row": [
        lambda w, lr, both, known: w - lr * 2 * (both @ w - known),
        lambda w, lr, both, known: w - lr * (2 * w @ both - 2 * known),
        lambda w, lr, both, known: w - 2 * lr * ((both * w).sum(dim=1) - known),
    ],
    "mmult_loss": [
        lambda params, inputs, targets: mse(torch.relu(inputs @ params).sum(dim=1), targets),
        lambda params, inputs, targets: mse(two_relus(params.T, inputs), targets),
        lambda params, inputs, targets: ((inputs @ params).clamp(min=0).sum(1) - targets).square().mean().item(),
    ],
    "diabetes_sheet": [loss_after(with_ones, 100), round(loss_after(with_ones, 100).item())],
}


def squared(draw):
    """Products of columns, which are the same from both sides."""
    some = torch.randn(3, 3, generator=draw)
    return some.T @ some


DRAWN = {
    "copied": lambda draw: (f"{'$' * (draw.initial_seed() % 2)}K{'$' * (draw.initial_seed() // 2 % 2)}17", 3, -2),
    "next_row": lambda draw: (torch.randn(3, generator=draw), 0.2, squared(draw), torch.randn(3, generator=draw)),
    "mmult_loss": lambda draw: (
        torch.randn(3, 2, generator=draw),
        torch.randn(8, 3, generator=draw),
        torch.randn(8, generator=draw),
    ),
}

WRONG = {
    "copied": {
        "behind a $ stays": lambda *args: copied(*args, fixed=False),
        "$ signs belong to the reference": lambda *args: copied(*args, keep=False),
        "gives 'Y$5': what stands behind a $": lambda *args: re.sub(r"\$\d*(\d)", r"$\1", copied(*args)),
        "gives '$C2', and should": lambda *args: copied(*args) if args[1] > -9 else "$C2",
        "right moves the letter": lambda *args: copied(*args, columns=False),
        "gives 'B3': what has no $ in front of it moves": lambda reference, down, right: reference,
        "gives '$B3': what has no $ in front of it moves": lambda *args: args[0] if "$" in args[0] else copied(*args),
        "down is added to the number": lambda reference, down, right: copied(reference, right, down),
        "that is no reference": lambda reference, down, right: f"{reference}+{down}",
        "a reference is text": lambda reference, down, right: 4,
        "after its `return`": lambda reference, down, right: None,
        "should be a function": "B4",
    },
    "next_row": {
        "with lr 0.03 the weights": lambda w, lr, both, known: w - 0.2 * (both @ w - known),
        "factor of 2": lambda w, lr, both, known: w - lr * (both @ w - known),
        "uphill": lambda w, lr, both, known: w + lr * 2 * (both @ w - known),
        "learning rate is left out": lambda w, lr, both, known: w - 2 * (both @ w - known),
        "those are the slopes": lambda w, lr, both, known: 2 * (both @ w - known),
        "have not moved": lambda w, lr, both, known: w,
        "should be taken away": lambda w, lr, both, known: w - lr * 2 * (both @ w + known),
        "the weights after the step should be": lambda w, lr, both, known: w - lr * 2 * (both.diagonal() * w - known),
        "should have the shape (3, 1) or (3,), not (3, 3)": lambda w, lr, both, known: w - lr * 2 * (both * w - known),
        "should have the shape (3, 1)": lambda w, lr, both, known: w[None],
        "changes [1.0, -2.0, 0.5]": lambda w, lr, both, known: w.sub_(lr * 2 * (both @ w - known)),
    },
    "mmult_loss": {
        "cut off each of them by itself": lambda p, x, y: mse(torch.relu((x @ p).sum(dim=1)), y),
        "where is the ReLU": lambda p, x, y: mse((x @ p).sum(dim=1), y),
        "the loss is their mean": lambda p, x, y: (torch.relu(x @ p).sum(dim=1) - y).square().sum(),
        "not squared": lambda p, x, y: (torch.relu(x @ p).sum(dim=1) - y).abs().mean(),
        "add the two first": lambda p, x, y: (torch.relu(x @ p) - y[:, None]).square().mean(),
        "they are added": lambda p, x, y: mse(torch.relu(x @ p).mean(dim=1), y),
        "for five rows": lambda p, x, y: mse(torch.relu(x @ p.T).sum(dim=1), y),
        "one number": lambda p, x, y: (torch.relu(x @ p).sum(dim=1) - y).square(),
    },
    "diabetes_sheet": {
        "without a column of ones": loss_after(table, 100),
        "step 99": loss_after(with_ones, 99),
        "step 101": loss_after(with_ones, 101),
        "least loss possible": mse(table @ w + b, progression[:, None]),
        "before any step": (progression**2).mean(),
        "last part": loss_after(with_ones, 100, constant=False),
        "another loss": 0.0,
        "one number": torch.zeros(11),
    },
}
