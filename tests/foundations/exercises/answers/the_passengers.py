"""Answers to the exercises of The passengers: right ones, and for each typical mistake words of its hint."""

import numpy as np
import pandas as pd
import torch
from forms import CALLS
from sklearn.datasets import load_breast_cancer

from foundations import wilson_interval

tumours = load_breast_cancer(as_frame=True)
benign = tumours.target == 1
majority = benign.mean()


def thresholds(column="worst radius"):
    return [((tumours.data[column] < t) == benign).mean() for t in tumours.data[column]]


best = max(thresholds())
above_t = [((tumours.data["worst radius"] > t) == benign).mean() for t in tumours.data["worst radius"]]


def fill(statistic, of=lambda train, valid: train):
    def answer(train, valid):
        value = statistic(of(train, valid).Age)
        return train.Age.fillna(value), valid.Age.fillna(value)

    return answer


def fill_own(train, valid):
    return train.Age.fillna(train.Age.median()), valid.Age.fillna(valid.Age.median())


def fill_in_place(train, valid):
    median = train.Age.median()
    train["Age"], valid["Age"] = train.Age.fillna(median), valid.Age.fillna(median)
    return train.Age, valid.Age


def dropped(train, valid):
    return train.Age.dropna(), valid.Age.dropna()


def one_hot(pclass):
    return torch.nn.functional.one_hot(torch.tensor(pclass.to_numpy()) - 1, 3)


def dummies(pclass, dtype=float):
    return torch.tensor(pd.get_dummies(pclass, dtype=dtype).to_numpy())


def rule(table, columns, *, drop=False):
    groups = [each.Survived for _, each in table.groupby(columns, dropna=drop)]
    right = [max(each.sum(), len(each) - each.sum()) for each in groups]
    return sum(right) / len(table)


def by_kinds(table, columns):
    kinds = table.groupby(columns, dropna=False).Survived
    return np.maximum(kinds.sum(), kinds.count() - kinds.sum()).sum() / len(table)


def of_the_known(table, columns):
    return by_kinds(table.dropna(subset=columns), columns)


def mean_of_groups(table, columns):
    share = table.groupby(columns, dropna=False).Survived.mean()
    return np.maximum(share, 1 - share).mean()


def rows_for(width):
    n = 1
    while wilson_interval(0.79, n)[1] - wilson_interval(0.79, n)[0] > width:
        n += 1
    return n


enough = rows_for(0.02)

RIGHT = {
    "fill_ages": [
        fill(pd.Series.median),
        fill(lambda age: np.nanmedian(age)),
        lambda train, valid: [each.Age.fillna(train.Age.median()).to_numpy() for each in (train, valid)],
        lambda train, valid: [torch.tensor(each.Age.fillna(train.Age.median()).to_numpy()) for each in (train, valid)],
    ],
    "class_columns": [
        lambda pclass: one_hot(pclass).float(),
        lambda pclass: torch.eye(3)[pclass.to_numpy() - 1],
        lambda pclass: torch.tensor(np.stack([pclass == each for each in (1, 2, 3)], axis=1), dtype=torch.float32),
        lambda pclass: torch.tensor([[float(each == kind) for kind in (1, 2, 3)] for each in pclass]),
    ],
    "best_rule": [rule, by_kinds, lambda table, columns: torch.tensor(by_kinds(table, columns))],
    "enough_rows": [enough],
    "tumour_baselines": [(majority, best), (round(majority, 3), round(best, 3))],
}


def by_numbers_of_rows(pclass):
    return torch.tensor([[float(pclass[i] == kind) for kind in (1, 2, 3)] for i in range(len(pclass))])


def ages(draw):
    some = torch.randint(80, (9,), generator=draw).double()
    some[torch.randint(9, (2,), generator=draw)] = torch.nan
    return pd.DataFrame({"Age": some.numpy()})


def travellers(draw):
    survived, sex, port = torch.randint(2, (3, 40), generator=draw).numpy()
    return pd.DataFrame({"Survived": survived, "Sex": sex, "Port": np.where(port, "S", None)})


DRAWN = {
    "fill_ages": lambda draw: (ages(draw), ages(draw)),
    "class_columns": lambda draw: (pd.Series(torch.randint(1, 4, (7,), generator=draw).numpy()),),
    "best_rule": lambda draw: (travellers(draw), ["Sex", "Port"]),
}

ONLY = {"class_columns": (*CALLS, "a function that gives float32")}

WRONG = {
    "fill_ages": {
        "23.25, the median of the training rows, and all other": lambda train, valid: [
            each.round() for each in fill(pd.Series.median)(train, valid)
        ],
        ".iloc[0] takes one by its place": lambda train, valid: [
            [each.Age.fillna(train.Age.median())[i] for i in range(len(each))] for each in (train, valid)
        ],
        "median of all rows": fill(pd.Series.median, lambda train, valid: pd.concat([train, valid])),
        "their own median": fill_own,
        "mean of the training rows": fill(pd.Series.mean),
        "mode of the training rows": fill(lambda age: age.mode()[0]),
        "median of the validation rows": fill(pd.Series.median, lambda train, valid: valid),
        "gaps should become": fill(lambda age: 0),
        "where a gap stood, it gives 80": fill(lambda age: age.max()),
        "nan in the first column: a gap is left": lambda train, valid: (train.Age, valid.Age),
        "nan in the second column": lambda train, valid: (fill(pd.Series.median)(train, valid)[0], valid.Age),
        "should be 10 numbers, not a Series of shape (8,)": dropped,
        "work on a copy": fill_in_place,
        "two columns, not a DataFrame": lambda train, valid: train,
        "should be 10 numbers, not a DataFrame of shape (10, 2)": lambda train, valid: (
            train.fillna(22),
            valid.fillna(22),
        ),
        "gives None": lambda train, valid: None,
    },
    "class_columns": {
        "not torch.bool": lambda pclass: dummies(pclass, bool),
        "not torch.float64": dummies,
        "not torch.int64": one_hot,
        "it makes 1 column:": lambda pclass: dummies(pclass).float(),
        "another order": lambda pclass: one_hot(pclass).float().flip(1),
        "should have the shape (4, 3)": lambda pclass: one_hot(pclass).float()[:, 1:],
        "for the classes [3, 3] it should give": lambda pclass: torch.nn.functional.pad(
            dummies(pclass).float(), (0, 3 - pclass.nunique())
        ),
        "it should give [[1.0, 0.0, 0.0]": lambda pclass: one_hot(pclass.clip(1, 2)).float(),
        "KeyError: 0: the rows have numbers of their own here: .iloc[0] takes one": by_numbers_of_rows,
        "a tensor, not a DataFrame": lambda pclass: pd.get_dummies(pclass, dtype="float32"),
    },
    "best_rule": {
        ".iloc[0] takes one by its place": lambda table, columns: (
            sum(table.Survived[i] == table.Survived.mode()[0] for i in range(len(table))) / len(table)
            if len(table) < 20
            else rule(table, columns)
        ),
        "for ['Deck', 'Floor'] it gives 0.8182": lambda table, columns: rule(
            table.assign(**{each: table[each].fillna(0) for each in columns if table[each].dtype.kind == "f"}), columns
        ),
        "for ['Port'] it gives 0.6364": lambda table, columns: rule(
            table.fillna({each: "S" for each in columns if table[each].dtype.kind != "f"}), columns
        ),
        "for ['Sex', 'Age'] it gives": lambda table, columns: rule(table.ffill(), columns),
        "gets dropna=False": lambda table, columns: rule(table, columns, drop=True),
        "of the whole, too": of_the_known,
        "count people, not groups": mean_of_groups,
        "speaks about all groups": lambda table, columns: table.groupby(columns).Survived.mean().max(),
        "the share who survived": lambda table, columns: table.Survived.mean(),
        "divide by the number": lambda table, columns: round(by_kinds(table, columns) * len(table)),
        "answer of the majority": lambda table, columns: 1 - table.Survived.mean(),
        "the best rule is right for": lambda table, columns: by_kinds(table, columns[:1]) - 0.01,
        "it gives 0.77601, and the best rule is right for 0.776011": lambda table, columns: round(
            rule(table, columns), 5
        ),
        "is a mean or a sum missing": lambda table, columns: table.groupby(columns).Survived.mean().to_numpy(),
    },
    "enough_rows": {
        "to each side": rows_for(0.04),
        "0.02 will do": rows_for(0.01),
        "with 178 rows it is": 178,
        "take more": enough - 1,
        "take fewer": enough + 1,
        "with 1e+06 rows": 10**6,
        "is no usable number": float("inf"),
        "one number, not the function": rows_for,
    },
    "tumour_baselines": {
        "malignant tumours": (1 - majority, best),
        "swapped": (best, majority),
        "share of the larger group, and it is 0.62678": (0.62678, best),
        "share of the larger group, and it is 0.5": (0.5, best),
        "still the majority": (majority, majority),
        "wrong answers": (majority, 1 - best),
        "for 'benign' above t": (majority, max(above_t)),
        "threshold itself": (majority, tumours.data["worst radius"][int(np.argmax(thresholds()))]),
        "worst threshold": (majority, min(thresholds())),
        "mean radius": (majority, max(thresholds("mean radius"))),
        "another threshold is right more often": (majority, 0.8),
        "no threshold is so good": (majority, 0.999),
        "should be 2 numbers": best,
    },
}
