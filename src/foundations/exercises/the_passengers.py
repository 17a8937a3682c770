"""The exercises of The passengers: gaps, dummies, the best possible rule, the width of an interval, other baselines."""

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    apart,
    call,
    compare,
    data_set,
    described,
    exercise,
    near,
    number,
    numbers,
    values,
)


@exercise
def fill_ages(answer: object) -> str:
    """A function of two tables that fills the gaps in both with the median age of the first."""
    import pandas as pd

    gap = float("nan")
    for known, later in (
        ([0.42, 18, gap, 22, 24.5, 80, 71, gap, 18, 33], [50, gap, 64.5, 70]),
        ([31, gap, 8, 8], [gap, 5, 4, 1, gap]),
    ):
        train, valid = (  # numbered as after a shuffled split
            pd.DataFrame({"Survived": 1, "Age": ages}, index=range(2 * len(ages), 0, -2), dtype=float)
            for ages in (known, later)
        )
        both = pd.concat([train, valid])
        result = call(answer, train, valid)
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise NotYet(f"it should give two columns, not {described(result)}")
        ages = []
        for each, table, which in zip(result, (train, valid), ("first", "second"), strict=True):
            ages += numbers(each, len(table), f"the {which} column", not_finite="a gap is left")
        filled = [_ages(both, fill) for fill in (train.Age.median(), both.Age.median(), valid.Age.median())]
        stood = both.Age.tolist()
        at = next((i for i in range(len(ages)) if not near(ages[i : i + 1], filled[0][i : i + 1], 1e-6)), 0)
        own = [*_ages(train, train.Age.median()), *_ages(valid, valid.Age.median())]
        compare(
            ages,
            filled[0],
            {
                "that is the median of all rows, the validation rows among them: take that of train": filled[1],
                "the validation rows are filled with their own median, which a model would not know in time": own,
                "that is the mean of the training rows, and the median is wanted": _ages(both, train.Age.mean()),
                "that is the mode of the training rows, and the median is wanted": _ages(both, train.Age.mode()[0]),
                "that is the median of the validation rows: take that of train": filled[2],
            },
            f"the gaps should become {train.Age.median():g}, the median of the training rows, and all other ages stay: "
            + f"where {'a gap' if math.isnan(stood[at]) else f'{stood[at]:g}'} stood, it gives {ages[at]:g}",
            within=1e-6,
        )
    return "the validation rows have had no say in it."


@exercise
def class_columns(answer: object) -> str:
    """A function of a column of classes that gives three dummies as a float32 tensor."""
    import pandas as pd

    for classes in ([1, 3, 2, 3], [3, 3], [2, 1]):
        result = call(answer, pd.Series(classes, index=[5, 2, 9, 4][: len(classes)]))  # as after a shuffled split
        if not isinstance(result, Tensor):
            raise NotYet(f"it should give a tensor, not {described(result)}")
        if result.dtype != torch.float32:
            raise NotYet(f"the tensor should be of float32, as weights are, not {result.dtype}")
        if result.ndim == 2 and len(result) == len(classes) and result.shape[1] == len(set(classes)) < 3:
            some = f"{result.shape[1]} column{'s' * (result.shape[1] > 1)}"
            raise NotYet(f"for the classes {classes} it makes {some}: name the three classes yourself")
        right = (torch.tensor(classes)[:, None] == torch.tensor([1, 2, 3])).float()
        turned = {"the columns stand in another order: first class first": right.flip(1).flatten().tolist()}
        compare(
            values(result, right.shape, f"what it gives for the classes {classes}"),
            right.flatten().tolist(),
            turned if len(set(classes)) == 3 else {},  # with fewer, it may be a column of zeros that is misplaced
            f"for the classes {classes} it should give {right.tolist()}",
        )
    return "three columns of floats, whoever travels."


@exercise
def best_rule(answer: object) -> str:
    """A function of a table and names of columns: the highest accuracy of any rule that knows these columns."""
    import pandas as pd

    from foundations.passengers.lists import titanic

    everyone, passengers = titanic("everyone"), titanic()
    # Whoever has a gap did not live, and all others did: a gap is no 0, no median, and not the value above it.
    gap, lived = math.nan, [1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1]
    ports = ["S", "S", "S", "S", None, None, None, "S", "S", "C", "C"]
    decks, floors = [0, 0, 2, 2, gap, gap, gap, 2, 2, 4, 4], [1, 1, 1, 1, 1, 1, gap, gap, gap, 0, 0]
    crew = pd.DataFrame({"Survived": lived, "Deck": decks, "Floor": floors, "Port": ports}, index=range(22, 0, -2))
    for table, columns in (
        (everyone, ["Sex"]),
        (everyone, ["Pclass", "Sex", "AgeGroup"]),
        (passengers, ["Pclass", "Sex", "Embarked"]),
        (passengers, ["Sex", "Age"]),
        (crew, ["Deck", "Floor"]),
        (crew, ["Port"]),
    ):
        result = number(call(answer, table, columns), f"what it gives for {columns}")
        gaps, kinds = (table.groupby(columns, dropna=drop).Survived.agg(["sum", "count"]) for drop in (False, True))
        most, known = (np.maximum(each["sum"], each["count"] - each["sum"]) for each in (gaps, kinds))
        gives, best = apart(result, most.sum() / len(table))
        compare(
            [result],
            [most.sum() / len(table)],
            {
                "people with a gap are left out: groupby drops them unless it gets dropna=False": [
                    known.sum() / len(table)
                ],
                "people with a gap are left out, of the whole, too: groupby drops them unless it gets dropna=False": [
                    known.sum() / kinds["count"].sum()
                ],
                "each group counts as much as any other: count people, not groups": [(most / gaps["count"]).mean()],
                "that is the survival in the group where it is highest: a rule speaks about all groups": [
                    (kinds["sum"] / kinds["count"]).max()
                ],
                "that is the share who survived": [table.Survived.mean()],
                "that is how many it is right about: divide by the number of rows": [most.sum()],
                "it gives the answer of the majority to everybody: in some groups most survived": [
                    max(table.Survived.mean(), 1 - table.Survived.mean())
                ],
            },
            f"for {columns} it gives {gives}, and the best rule is right for {best}",
            within=1e-6,
        )
    return "no rule that knows only these columns can beat it."


@exercise
def enough_rows(answer: object) -> str:
    """The least number of rows with which a Wilson interval around 0.79 is at most 0.02 wide."""
    result = number(answer, "the answer")
    right, half, one_sided = _enough(0.02), _enough(0.04), _enough(0.01)
    compare(
        [result],
        [right],
        {
            f"with {half} rows it reaches 0.02 to each side: 0.02 from end to end is wanted": [half],
            f"with {one_sided} rows it is 0.01 from end to end: 0.02 will do": [one_sided],
        },
        f"with {result:g} rows it is {_width(max(1, round(result))):.6f} wide: take "
        f"{'more' if result < right else 'fewer'}",
        within=1e-5,
    )
    return "four times the rows halve an interval."


@exercise
def tumour_baselines(answer: object) -> str:
    """The accuracy of the majority in the breast cancer table, and the best of one threshold on the worst radius."""
    result = numbers(answer, 2, "the answer")
    tumours = data_set("breast_cancer", as_frame=True)
    radius, benign = tumours.data["worst radius"].to_numpy(), tumours.target.to_numpy() == 1
    below, below_mean = (_below(each, benign) for each in (radius, tumours.data["mean radius"].to_numpy()))
    majority, best = benign.mean(), below.max()
    if near(result, [best, majority], decimals=3):
        raise NotYet("the two are swapped: first the majority, then the threshold")
    compare(
        result[:1],
        [majority],
        {"the first is the share of malignant tumours: the majority is benign": [1 - majority]},
        f"the first should be the share of the larger group, and it is {result[0]:.6g}",
        decimals=3,
    )
    compare(
        result[1:],
        [best],
        {
            "the second is still the majority: try every value of the column as a threshold": [majority],
            "the second counts the wrong answers": [1 - best],
            "the second is the threshold itself: its accuracy is wanted": [radius[below.argmax()]],
            "the second is the worst threshold's: take the best": [below.min()],
            "the second is for 'benign' above t: below t is wanted": [
                max(((radius > t) == benign).mean() for t in radius)
            ],
            "the second is about the mean radius: take the column 'worst radius'": [below_mean.max()],
        },
        f"another threshold is right more often than {result[1]:.6g}"
        if result[1] < best
        else "no threshold is so good",
        within=1e-4,
        decimals=3,
    )
    return "whatever is built on these tumours has this to beat."


def _ages(table: Any, fill: float) -> list[float]:
    ages: list[float] = table.Age.fillna(fill).tolist()
    return ages


def _below(column: NDArray[Any], benign: NDArray[Any]) -> NDArray[Any]:
    """The accuracy of "benign if below", for each value of the column as the threshold."""
    right: NDArray[Any] = ((column < column[:, None]) == benign).mean(axis=1)
    return right


def _width(n: int) -> float:
    from foundations.passengers.classification import wilson_interval

    low, high = wilson_interval(0.79, n)
    return high - low


@cache
def _enough(width: float) -> int:
    return next(n for n in range(1, 100_000) if _width(n) <= width)
