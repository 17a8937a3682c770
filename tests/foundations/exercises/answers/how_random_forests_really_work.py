"""Answers to the exercises of How random forests really work: right ones, and words of each typical mistake's hint."""

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

from foundations import gini, grow_tree, min_col, one_r, titanic

passengers = titanic()
table = passengers.fillna({"Fare": 0}).fillna(passengers[["Age", "Embarked"]].mode().iloc[0])
table["LogFare"] = np.log1p(table["Fare"])
for word in ("Sex", "Embarked"):
    table[word] = pd.Categorical(table[word]).codes
names = ["Sex", "Embarked", "Age", "SibSp", "Parch", "LogFare", "Pclass"]
columns = {name: torch.tensor(table[name].to_numpy(dtype=float)) for name in names}
survived = torch.tensor(table["Survived"].to_numpy(dtype=float))
third = (columns["Sex"] == 0) & (columns["Pclass"] == 3)
found = {name: min_col(column[third], survived[third]) for name, column in columns.items()}
best = min(found, key=lambda name: found[name][1])
second = sorted(found, key=lambda name: found[name][1])[1]
stump = grow_tree(columns[best][third][:, None], survived[third], max_leaf_nodes=2)

cells, benign = (torch.tensor(each).double() for each in load_breast_cancer(return_X_y=True))
fit_x, test_x, fit_y, test_y = train_test_split(cells, benign, test_size=0.25, random_state=42)
said = RandomForestClassifier(20, random_state=0).fit(fit_x, fit_y.long()).predict(test_x)


def weighted(column, targets, threshold, of=gini):
    left = column <= threshold
    share = left.double().mean()
    return share * of(targets[left]) + (1 - share) * of(targets[~left])


def plain(column, targets, threshold):
    rest = 0.0
    for side in (targets[column <= threshold], targets[column > threshold]):
        rest += len(side) / len(targets) * 2 * side.mean().item() * (1 - side.mean().item())
    return rest


def sides(column, targets, threshold):
    return gini(targets[column <= threshold]), gini(targets[column > threshold])


def exchanged(column, targets, threshold):
    share = (column <= threshold).double().mean()
    left, right = sides(column, targets, threshold)
    return (1 - share) * left + share * right


def shares(votes, counts, of=lambda counts: counts == 0):
    voting = of(counts)
    return (votes * voting).sum(dim=0) / voting.sum(dim=0)


def with_a_loop(votes, counts):
    rows = range(votes.shape[1])
    return torch.stack([votes[counts[:, row] == 0, row].mean() for row in rows])


RIGHT = {
    "weighted_gini": [weighted, plain],
    "third_class_women": [
        (best, found[best][0]),
        [best, stump.thresholds[0]],
        (best, round(found[best][0], 3)),
        [np.str_(best), np.float32(found[best][0])],
        (best, torch.tensor([found[best][0]])),
        (best, found[best][0] + 1e-4),
        np.array([best, found[best][0]], dtype=object),
    ],
    "bootstrap_share": [1 - 1 / np.e, 0.63, 0.632, 1 - (1 - 1 / 668) ** 668],
    "out_of_bag": [
        shares,
        with_a_loop,
        lambda votes, counts: torch.where(counts > 0, torch.nan, votes).nanmean(dim=0),
    ],
    "breast_cancer_forest": [torch.tensor(said).double(), torch.tensor(said) == 1],
}

DRAWN = {
    "weighted_gini": lambda draw: (
        torch.rand(20, generator=draw),
        torch.randint(2, (20,), generator=draw).double(),
        0.4,
    ),
    "out_of_bag": lambda draw: (torch.rand(30, 6, generator=draw), torch.randint(3, (30, 6), generator=draw)),
}

WRONG = {
    "weighted_gini": {
        "both sides count the same": lambda *given: sum(sides(*given)) / 2,
        "impurities are added up": lambda *given: sum(sides(*given)),
        "not yet divided": lambda *given: 6 * weighted(*given),
        "weights are exchanged": exchanged,
        "one minus that": lambda *given: weighted(*given, of=lambda side: 1 - gini(side)),  # type: ignore[misc]
        "right one is missing": lambda *given: (given[0] <= given[2]).double().mean() * sides(*given)[0],
        "the left side's impurity": lambda *given: max(sides(*given)),
        "the right side's impurity": lambda *given: min(sides(*given)),
        "at 2 it gives 0.3333, and": lambda column, targets, threshold: weighted(
            column.sort().values, targets, threshold
        ),
        "the weighted impurity is": lambda *given: weighted(*given) / 2,
        "after its `return`": lambda *given: None,
    },
    "third_class_women": {
        "separates all passengers best": ("Sex", 0.0),
        "another column has a lower one": (second, found[second][0]),
        "another threshold separates these women better": (best, columns[best][third].max().item()),
        "for all passengers: take": (best, min_col(columns[best], survived)[0]),
        "has a score of": (np.str_("Parch"), 0.0),
        "there is no column": ("Fare", 20.0),
        "a column's name and a threshold": found[best][0],
        "should come first, and then the threshold: the int 5 is no name": (5, found[best][0]),
        "the threshold should be one number": (best, found[best]),
    },
    "bootstrap_share": {
        "all of them": 1.0,
        "that it leaves out": 0.37,  # as the page prints it
        "not half": 0.5,
        "0.7 is not the share": 0.7,
        "0.6667 is not the share": 2 / 3,
        "0.635 is not the share": 0.635,
        "that is per cent": 63.2,
        "is no usable number": float("nan"),
        "should be one number": [0.6, 0.4],
    },
    "out_of_bag": {
        "it gives [0.625, 0.75, 0.875, 1.0]": lambda votes, counts: (
            (votes * (counts == 0)).sum(0) / (votes * (counts == 0) != 0).sum(0)
        ),
        "it gives [0.25, 0.5, 0.75, 1.0]": lambda votes, counts: (
            torch.where(counts > 0, torch.nan, votes).nanmedian(dim=0).values
        ),
        "all trees vote": lambda votes, counts: votes.mean(dim=0),
        "that drew the row: the others should": lambda *given: shares(*given, of=lambda counts: counts > 0),  # type: ignore[misc]
        "number of all trees": lambda votes, counts: (votes * (counts == 0)).mean(dim=0),
        "adds the votes up": lambda votes, counts: (votes * (counts == 0)).sum(dim=0),
        "it gives [0.5833, 0.5, 0.125, 0.0]": lambda votes, counts: 1 - shares(votes, counts),
        "nan in what it gives": lambda votes, counts: shares(votes, counts, of=lambda counts: counts > 9),
        "it should give [0.4167, 0.5, 0.875, 1.0], and it gives [0.4375": lambda votes, counts: shares(
            votes, counts, of=lambda counts: counts != 1
        ),
        "should have the shape (4,)": lambda votes, counts: votes.mean(dim=1),
    },
    "breast_cancer_forest": {
        "one rule is right for": (one_r(fit_x, fit_y)(test_x) > 0.5).double(),
        "as many as rows to learn from": fit_y,
        "569 of them, as many as rows in the whole table": torch.ones(569),
        "too good to be true": test_y,
        "as numbers": torch.tensor(said) * 0.8 + 0.1,
        "all predictions are the same": torch.ones(len(test_y)),
        "exchanged": 1 - said,
        "not a tensor of shape (143, 2)": torch.tensor(said)[:, None].expand(143, 2),
        "not values of the type <U": np.where(said == 1, "benign", "malignant"),
        "is no usable number": test_y / 0,
    },
}
