"""The exercises of How random forests really work: impurity, a split, bootstrap samples, and a forest on other data."""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from foundations import gini, min_col, one_r, split_score, titanic
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    all_apart,
    call,
    compare,
    data_set,
    described,
    exercise,
    for_others,
    near,
    number,
    rounded,
    several,
    values,
    zeros_and_ones,
)


@exercise
def weighted_gini(answer: object) -> str:
    """A function of a column, targets and a threshold: the mean Gini impurity of both sides, weighted by their rows."""
    column = torch.tensor([5.0, 1.0, 4.0, 6.0, 3.0, 2.0], dtype=torch.float64)  # in no order
    targets = torch.tensor([1.0, 1.0, 1.0, 0.0, 1.0, 0.0], dtype=torch.float64)
    for threshold in (2.0, 4.0, 1.0):
        result = number(call(answer, column, targets, threshold), f"what it gives at {threshold:g}")
        left = column <= threshold
        share, sides = left.double().mean().item(), (gini(targets[left]).item(), gini(targets[~left]).item())
        right = share * sides[0] + (1 - share) * sides[1]
        alike = [1 - side for side in sides]
        compare(
            [result],
            [right],
            {
                "both sides count the same: weight each by its share of the rows": [sum(sides) / 2],
                "the impurities are added up: weight each by its share of the rows": [sum(sides)],
                "it is weighted by the number of rows, and not yet divided by all of them": [len(column) * right],
                "the weights are exchanged: the left side's impurity has the right side's share": [
                    (1 - share) * sides[0] + share * sides[1]
                ],
                "it gives the chance that two rows are alike: the impurity is one minus that": [
                    share * alike[0] + (1 - share) * alike[1]
                ],
                "that is the left side's part of it: the right one is missing": [share * sides[0]],
                "that is the left side's impurity: weight both by their shares of the rows, and add them": [sides[0]],
                "that is the right side's impurity: weight both by their shares of the rows, and add them": [sides[1]],
            },
            f"at {threshold:g} it gives {result:.4g}, and the weighted impurity is {right:.4g}",
        )
    return "by this a tree for two classes chooses its splits."


@exercise
def third_class_women(answer: object) -> str:
    """The name of the column, and the threshold, that separate the women of the third class best."""
    pair = several(answer.tolist() if isinstance(answer, np.ndarray) else answer, 2)
    if pair is None:
        raise NotYet(f"the answer should be a column's name and a threshold, not {described(answer)}")
    if not isinstance(pair[0], str):
        raise NotYet(f"the column's name should come first, and then the threshold: {described(pair[0])} is no name")
    name, result = pair[0], number(pair[1], "the threshold")
    inputs, survived = _passengers()
    if name not in inputs:
        raise NotYet(f"there is no column {name!r}: {', '.join(inputs)} are")
    women = (inputs["Sex"] == 0) & (inputs["Pclass"] == 3)
    found = {each: min_col(column[women], survived[women]) for each, column in inputs.items()}
    best = min(found, key=lambda each: found[each][1])
    all_rows = {each: min_col(column, survived) for each, column in inputs.items()}
    if name == min(all_rows, key=lambda each: all_rows[each][1]):
        raise NotYet(f"{name} separates all passengers best: take the rows of these women alone, targets too")
    if name != best:
        raise NotYet(f"{name} has a score of {found[name][1]:.4f} for them, and another column has a lower one")
    values_above = inputs[best][women & (inputs[best] > found[best][0])]
    threshold = found[best][0]
    if near([result], [threshold], within=1e-6, decimals=3):
        result = threshold
    if not threshold <= result < values_above.min().item():
        if near([result], [all_rows[best][0]], within=1e-6, decimals=3):
            raise NotYet(f"{result:.4g} is the best threshold of {name} for all passengers: take these women alone")
        score = split_score(inputs[best][women], survived[women], result).item()
        raise NotYet(
            f"{name} it is, and another threshold separates these women better: at {result:.4g} the score is "
            f"{score:.4f}"
        )
    return f"{name} at most {found[best][0]:.4g} separates them best."


@exercise
def bootstrap_share(answer: object) -> str:
    """The share of rows that a bootstrap sample contains on average: 1 − 1/e."""
    result = number(answer, "the share")
    right = 1 - math.exp(-1)
    compare(
        [right if rounded(result, right, 2) else result],
        [right],
        {
            "all of them it would be without replacement: some rows are drawn twice, so others are not drawn": [1.0],
            "that is the share that it leaves out: the others are in it": [
                result if rounded(result, 1 - right, 2) else 1 - right
            ],
            "that is per cent, and a share lies between 0 and 1": [
                result if rounded(result / 100, right, 2, 3) else 100 * right
            ],
            "not half: a row has n chances to be drawn, each of 1/n": [0.5],
        },
        f"{result:.4g} is not the share: what is the chance that one draw misses a row, and what that all do?",
    )
    return "1 − 1/e: a good third of the rows is out of the bag of each tree."


@exercise
def out_of_bag(answer: object) -> str:
    """A function of votes and counts: the mean vote for each row, of the trees that did not draw it."""
    votes = torch.tensor([[1.0, 0.0, 1.0, 0.5], [0.0, 0.5, 1.0, 0.0], [0.25, 1.0, 0.0, 1.0]])
    votes = torch.cat([votes, torch.tensor([[0.0, 1.0, 0.0, 1.0], [0.5, 0.0, 0.75, 0.0]])])
    counts = torch.tensor([[0, 2, 1, 1], [1, 0, 0, 3], [0, 1, 2, 0], [0, 0, 1, 2], [4, 0, 0, 1]])
    seen = counts > 0  # for the first row and the second three trees vote, one of them 0
    right = (votes * ~seen).sum(dim=0) / (~seen).sum(dim=0)
    voted = values(call(answer, votes, counts), right.shape, "what it gives")
    compare(
        voted,
        right.tolist(),
        {
            "all trees vote for all rows: leave out those that drew the row": votes.mean(dim=0).tolist(),
            "those trees vote that drew the row: the others should": ((votes * seen).sum(0) / seen.sum(0)).tolist(),
            "it divides by the number of all trees: divide by the number of those that vote": (
                (votes * ~seen).sum(0) / len(votes)
            ).tolist(),
            "it adds the votes up: divide by the number of those that vote": (votes * ~seen).sum(0).tolist(),
        },
        f"for five trees and four rows it should give {all_apart(right.tolist(), voted)}",
    )
    for_others(answer, torch.tensor([0.625, 0.5, 1.0]), votes[:3, :3], counts[:3, :3])
    return "each row is judged by those alone that have never seen it."


@exercise
def breast_cancer_forest(answer: object) -> str:
    """Predictions of 0 or 1 for the quarter of the breast cancer table that train_test_split keeps with state 42."""
    rows = {426: "rows to learn from", 569: "rows in the whole table"}
    if isinstance(answer, Tensor | np.ndarray) and answer.ndim == 1 and len(answer) in rows:
        raise NotYet(f"there are {len(answer)} of them, as many as {rows[len(answer)]}: give those for test_x")
    result = torch.tensor(zeros_and_ones(answer, 143, "the predictions"), dtype=torch.float64)
    if not ((result == 0) | (result == 1)).all():
        raise NotYet("give 0 or 1 for each row, as numbers: is the share of votes above 0.5?")
    if result.unique().numel() == 1:
        raise NotYet("all predictions are the same: where has the forest gone?")
    test_y, baseline = _tumours_to_test()
    share = (result == test_y).double().mean().item()
    if share < 0.2:
        raise NotYet("nearly all are wrong: 1 is benign, so 0 and 1 are exchanged")
    if share == 1:  # the best of some fifty models of all kinds, all of the other rows, got 142
        raise NotYet("all 143 are right, too good to be true for rows not learned from: were these among them?")
    if share <= baseline:
        raise NotYet(f"{share:.1%} are right, and one rule is right for {baseline:.1%}: grow a forest")
    return f"{share:.1%} are right, and one rule is right for {baseline:.1%}."


@cache
def _tumours_to_test() -> tuple[Tensor, float]:
    """Which of the tumours kept for the test are benign, and the share that one rule is right about."""
    from sklearn.model_selection import train_test_split

    table, benign = (torch.tensor(each).double() for each in data_set("breast_cancer", return_X_y=True))
    fit_x, test_x, fit_y, test_y = train_test_split(table, benign, test_size=0.25, random_state=42)
    return test_y, ((one_r(fit_x, fit_y)(test_x) > 0.5) == (test_y > 0.5)).double().mean().item()


def _passengers() -> tuple[dict[str, Tensor], Tensor]:
    """The columns of the lesson's table by name, and who survived."""
    import pandas as pd

    passengers = titanic()
    table = passengers.fillna({"Fare": 0}).fillna(passengers[["Age", "Embarked"]].mode().iloc[0])
    table["LogFare"] = np.log1p(table["Fare"])
    for name in ("Sex", "Embarked"):
        table[name] = pd.Categorical(table[name]).codes
    names = ("Sex", "Embarked", "Age", "SibSp", "Parch", "LogFare", "Pclass")
    columns = {name: torch.tensor(table[name].to_numpy(dtype=float)) for name in names}
    return columns, torch.tensor(table["Survived"].to_numpy(dtype=float))
