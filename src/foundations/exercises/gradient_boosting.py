"""The exercises of Gradient boosting: what is left over, a leaf's step, a partial dependence, and patients."""

import torch
from torch import Tensor

from foundations import grow_tree
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, data_set, exercise, number, numbers, rmse_of_column, values


@exercise
def next_residuals(answer: object) -> str:
    """A function of targets, prediction, a tree's answers and a learning rate: the residuals after that tree."""
    targets = torch.tensor([3.0, 1.0, -2.0, 0.5], dtype=torch.float64)
    prediction = torch.tensor([1.0, 1.5, 0.25, 0.5], dtype=torch.float64)
    answers = torch.tensor([2.0, 2.0, -1.5, -1.5], dtype=torch.float64)
    for lr in (0.25, 0.1):
        given = call(answer, targets, prediction, answers, lr)
        result = values(given, (4,), f"what it gives with a learning rate of {lr}")
        right = targets - prediction - lr * answers
        compare(
            result,
            right.tolist(),
            {
                "the whole answers are taken: take the learning rate's part of them": (
                    targets - prediction - answers
                ).tolist(),
                "this is what was left over before the tree: its answers are missing": (targets - prediction).tolist(),
                "this is the new prediction: how far are the targets from it?": (prediction + lr * answers).tolist(),
                "the sign is turned: it is the target minus the prediction": (-right).tolist(),
                "the answers are added to what is left, and they should be taken away": (
                    targets - prediction + lr * answers
                ).tolist(),
                "the prediction before the tree is missing: the trees are added up": (targets - lr * answers).tolist(),
                "the learning rate shrinks all that is left: it is for the tree's answers alone": (
                    lr * (targets - prediction - answers)
                ).tolist(),
                "twice too much: what is left over has no 2": (2 * right).tolist(),
                "those are squares: what is left over is the difference itself": (right**2).tolist(),
                "the signs are lost: what is left over may be negative": right.abs().tolist(),
            },
            f"with a learning rate of {lr} it gives {[round(each, 4) for each in result]}, and "
            f"{[round(each, 4) for each in right.tolist()]} is left",
        )
    return "on these the next tree grows."


@exercise
def leaf_step(answer: object) -> str:
    """A function of scores and targets in a leaf: the sum of y − p, divided by the sum of p(1 − p)."""
    for scores, targets in (
        ([0.5, -1.0, 2.0], [1.0, 1.0, 0.0]),
        ([-2.0, -1.5, 0.0, 1.0], [0.0, 1.0, 1.0, 1.0]),
        ([0.5, -0.5, 2.0, 0.25], [0.0, 0.0, 1.0, 0.0]),  # this step leads down
    ):
        score, y = (torch.tensor(each, dtype=torch.float64) for each in (scores, targets))
        p = score.sigmoid()
        result = number(call(answer, score, y), f"what it gives for the scores {scores}")
        curvature = p * (1 - p)
        right = ((y - p).sum() / curvature.sum()).item()
        compare(
            [result],
            [right],
            {
                "this is the mean of the residuals: how far to go, the curvature says": [(y - p).mean().item()],
                "this is the sum of the residuals, not yet divided by that of the curvatures": [(y - p).sum().item()],
                "each row is divided by its own curvature: add up first, then divide": [
                    ((y - p) / curvature).mean().item()
                ],
                "the sign is turned: this goes uphill": [-right],
                "the scores are taken for probabilities: take their sigmoid first": [
                    ((y - score).sum() / (score * (1 - score)).sum()).item()
                ],
                "a tenth of the step: the learning rate comes later": [right / 10],
                "it divides a mean by a sum: take the sum of both, or the mean of both": [right / len(scores)],
                "the curvature of a row is p(1 − p), and its p alone is taken": [((y - p).sum() / p.sum()).item()],
                "it multiplies with the curvature: divide by it": [((y - p).sum() * curvature.sum()).item()],
            },
            f"for the scores {scores} and the targets {targets} it gives {result:.4g}, and the step is {right:.4g}",
        )
    return "so each leaf goes as far as its own curvature allows."


@exercise
def dependence(answer: object) -> str:
    """A function of a model, inputs, a column and values: the mean prediction with each value in all rows."""
    rows = torch.tensor([[0.5, 3.0], [1.0, -1.0], [4.0, 2.0]], dtype=torch.float64)

    def model(inputs: Tensor) -> Tensor:
        return 1 + inputs[:, 0] ** 2 + 10 * inputs[:, 1] * inputs[:, 0].clamp(max=1)

    def with_all(column: int, value: float, *, row: bool = False) -> Tensor:
        changed = rows.clone()
        changed[column if row else (slice(None), column)] = value
        return model(changed)

    settings = [2.0, -1.0, 0.5]
    for column in (1, 0):
        result = numbers(
            call(answer, model, rows, column, settings),
            3,
            f"what it gives for column {column}",
            not_finite="`nan` comes of a mean over no rows: does every row get the value?",
        )
        each = torch.stack([with_all(column, value) for value in settings])
        other = torch.stack([with_all(1 - column, value) for value in settings])
        middle, zeros = rows.mean(dim=0).repeat(3, 1), torch.zeros(3, 2, dtype=torch.float64)
        middle[:, column] = zeros[:, column] = torch.tensor(settings)
        compare(
            result,
            each.mean(dim=1).tolist(),
            {
                f"it sets row {column}, and column {column} is wanted: inputs[:, column]": [
                    with_all(column, value, row=True).mean().item() for value in settings
                ],
                "it sets the other column": other.mean(dim=1).tolist(),
                "it adds the predictions up: take their mean": each.sum(dim=1).tolist(),
                "it gives the prediction for the first row alone: take the mean over all": each[:, 0].tolist(),
                "it changes nothing: the mean is that of the rows as they are": 3 * [model(rows).mean().item()],
                "it predicts for the mean row: predict for every row, then take the mean": model(middle).tolist(),
                "it sets all other columns to 0: leave them as they are": model(zeros).tolist(),
                "it gives the median: take the mean": each.median(dim=1).values.tolist(),
            },
            f"for column {column} it gives {[round(one, 4) for one in result]}, and the means are "
            f"{[round(one, 4) for one in each.mean(dim=1).tolist()]}",
        )
    return "one column is set, and the model is asked about all rows each time."


@exercise
def boosted_diabetes(answer: object) -> str:
    """Predictions for the last 142 diabetes patients, closer than a tree of four leaves."""
    table, target = (torch.tensor(each) for each in data_set("diabetes", return_X_y=True))
    error, always_the_mean = rmse_of_column(answer, target[300:], target[:300], least=40)
    tree = grow_tree(table[:300], target[:300], max_leaf_nodes=4)
    alone = (tree(table[300:]) - target[300:]).square().mean().sqrt().item()
    if error > 0.999 * always_the_mean:
        raise NotYet(f"the error is {error:.1f}, and always the mean of the others has {always_the_mean:.1f}")
    if error > 0.999 * alone:
        raise NotYet(f"the error is {error:.1f}, and one tree of four leaves has {alone:.1f}: add trees up")
    return f"an error of {error:.1f}, where one tree has {alone:.1f}."
