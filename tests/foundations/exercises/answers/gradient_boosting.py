"""Answers to the exercises of Gradient boosting: right ones, and words of each typical mistake's hint."""

import numpy as np
import torch
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingRegressor

from foundations import grow_tree

table, target = load_diabetes(return_X_y=True)
known, later = table[:300], target[:300]
theirs = GradientBoostingRegressor(n_estimators=60, max_depth=2, random_state=0).fit(known, later).predict(table[300:])
by_bins = HistGradientBoostingRegressor(max_iter=40, max_leaf_nodes=4).fit(known, later).predict(table[300:])
one_tree = grow_tree(torch.tensor(known), torch.tensor(later), max_leaf_nodes=4)(torch.tensor(table[300:]))


def left(targets, prediction, answers, lr):
    return targets - prediction - lr * answers


def left_by_a_loop(targets, prediction, answers, lr):
    rows = zip(targets, prediction, answers, strict=True)
    return [float(target) - float(before) - lr * float(step) for target, before, step in rows]


def step(scores, targets):
    p = 1 / (1 + (-scores).exp())
    return ((targets - p).mean() / (p - p**2).mean()).item()


def newton(scores, targets):
    shift = torch.zeros((), dtype=scores.dtype, requires_grad=True)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(scores + shift, targets, reduction="sum")
    (slope,) = torch.autograd.grad(loss, shift, create_graph=True)
    return -slope / torch.autograd.grad(slope, shift)[0]


def set_to(inputs, column, value):
    changed = inputs.clone()
    changed[:, column] = value
    return changed


def means(model, inputs, column, values, of=torch.mean):
    return [of(model(set_to(inputs, column, value))) for value in values]


def all_at_once(model, inputs, column, values):
    many = inputs.repeat(len(values), 1)
    many[:, column] = torch.as_tensor(values, dtype=inputs.dtype).repeat_interleave(len(inputs))
    return model(many).view(len(values), -1).mean(dim=1)


def in_place(model, inputs, column, values):
    found = []
    for value in values:
        inputs[:, column] = value
        found.append(model(inputs).mean())
    return torch.stack(found)


def of_a_row(model, inputs, column, values):
    found = []
    for value in values:
        changed = inputs.clone()
        changed[column] = value
        found.append(model(changed).mean())
    return found


def of_the_mean_row(model, inputs, column, values):
    return [model(set_to(inputs.mean(dim=0, keepdim=True), column, value))[0] for value in values]


def of_rows_that_have_it(model, inputs, column, values):
    return [model(inputs[inputs[:, column] == value]).mean() for value in values]


def all_else_at_zero(model, inputs, column, values):
    return [model(set_to(torch.zeros_like(inputs), column, value)).mean() for value in values]


RIGHT = {
    "next_residuals": [left, left_by_a_loop],
    "leaf_step": [step, newton],
    "dependence": [means, all_at_once, lambda *given: torch.stack(means(*given))[:, None]],
    "boosted_diabetes": [torch.tensor(theirs), by_bins, [[each] for each in theirs.tolist()]],
}

DRAWN = {
    "next_residuals": lambda draw: (*torch.randn(3, 9, generator=draw).double(), 0.3),
    "leaf_step": lambda draw: (
        torch.randn(12, generator=draw).double(),
        torch.randint(2, (12,), generator=draw).double(),
    ),
    "dependence": lambda draw: (
        lambda inputs: (inputs**2).sum(dim=1) + inputs[:, 0] * inputs[:, 1],
        torch.randn(8, 3, generator=draw).double(),
        1,
        torch.randn(4, generator=draw).tolist(),
    ),
}

WRONG = {
    "next_residuals": {
        "whole answers are taken": lambda y, p, t, lr: y - p - t,
        "before the tree: its answers are missing": lambda y, p, t, lr: y - p,
        "this is the new prediction": lambda y, p, t, lr: p + lr * t,
        "the sign is turned": lambda y, p, t, lr: p + lr * t - y,
        "should be taken away": lambda y, p, t, lr: y - p + lr * t,
        "the trees are added up": lambda y, p, t, lr: y - lr * t,
        "shrinks all that is left": lambda y, p, t, lr: lr * (y - p - t),
        "has no 2": lambda y, p, t, lr: 2 * (y - p - lr * t),
        "those are squares": lambda y, p, t, lr: (y - p - lr * t) ** 2,
        "the signs are lost": lambda y, p, t, lr: (y - p - lr * t).abs(),
        "is left": lambda y, p, t, lr: y - lr * (p + t),
        "should have the shape (4,)": lambda y, p, t, lr: (y - p - lr * t).mean(),
        "after its `return`": lambda y, p, t, lr: None,
    },
    "leaf_step": {
        "mean of the residuals": lambda s, y: (y - s.sigmoid()).mean(),
        "sum of the residuals": lambda s, y: (y - s.sigmoid()).sum(),
        "add up first": lambda s, y: ((y - s.sigmoid()) / (s.sigmoid() * (1 - s.sigmoid()))).mean(),
        "goes uphill": lambda s, y: -step(s, y),
        "taken for probabilities": lambda s, y: (y - s).sum() / (s * (1 - s)).sum(),
        "its p alone": lambda s, y: (y - s.sigmoid()).sum() / s.sigmoid().sum(),
        "divide by it": lambda s, y: (y - s.sigmoid()).sum() * (s.sigmoid() * (1 - s.sigmoid())).sum(),
        "a tenth of the step": lambda s, y: 0.1 * step(s, y),
        "it divides a mean by a sum": lambda s, y: step(s, y) / len(s),
        "and the step is 0.4245": lambda s, y: 2 * step(s, y),
        "it gives 0, and the step is -1.757": lambda s, y: max(step(s, y), 0),
        "should be one number": lambda s, y: (y - s.sigmoid()) / (s.sigmoid() * (1 - s.sigmoid())),
        "a function, not": 0.5,
    },
    "dependence": {
        "changes": in_place,
        "the other column": lambda model, inputs, column, values: means(model, inputs, 1 - column, values),
        "it sets row 1, and column 1 is wanted": of_a_row,
        "adds the predictions up": lambda *given: means(*given, of=torch.sum),  # type: ignore[misc]
        "the first row alone": lambda *given: means(*given, of=lambda each: each[0]),  # type: ignore[misc]
        "changes nothing": lambda model, inputs, column, values: [model(inputs).mean() for _ in values],
        "for the mean row": of_the_mean_row,
        "gives the median": lambda *given: means(*given, of=torch.median),  # type: ignore[misc]
        "it gives [0.0, 0.0, 0.0], and the means": lambda *given: torch.zeros(3),
        "and the means are": lambda *given: means(*given, of=torch.amax),  # type: ignore[misc]
        "should be 3 numbers": lambda *given: means(*given)[0],
        "a mean over no rows": of_rows_that_have_it,
        "all other columns to 0": all_else_at_zero,
        "a function, not": torch.zeros(3),
    },
    "boosted_diabetes": {
        "always the mean of the others has": torch.full((142,), later.mean()),
        "one tree of four leaves has": one_tree,
        "those are the targets themselves": target[300:],
        "is too good to be true for rows that were not": (2 * target[300:] + later.mean()) / 3,
        "in standardised units": (theirs - later.mean()) / later.std(),
        "the predictions should have the shape": torch.zeros(442),
        "not (300, 1)": later[:, None],
        "nan in the predictions": np.where(theirs > 200, np.nan, theirs),
        "142 numbers": "142 numbers",
        "not a dict of 1": {"a": 1},
    },
}
