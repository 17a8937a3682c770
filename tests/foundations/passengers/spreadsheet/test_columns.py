"""The spreadsheet's columns, one passenger at a time."""

import math

import pandas as pd
import pytest
import torch
from passenger_list import HAS_LIST

from foundations import sheet_inputs, titanic
from foundations.passengers.spreadsheet.columns import INPUTS

SOURCES = ("passengers", "simulated") if HAS_LIST else ("simulated",)


@pytest.mark.parametrize("source", SOURCES)
def test_the_columns_one_passenger_at_a_time(source):
    table = titanic(source)
    inputs, targets = sheet_inputs(table)
    oldest = table[table.Embarked.notna()].Age.max()
    rows = [row for row in table.itertuples() if not pd.isna(row.Age) and not pd.isna(row.Embarked)]
    assert len(rows) == len(inputs) == len(targets)
    for row, line, target in zip(rows, inputs.tolist(), targets.tolist(), strict=True):
        numbers = [row.SibSp, row.Parch, row.Age / oldest, math.log10(row.Fare + 1)]
        yes_or_no = [
            row.Pclass == 1,
            row.Pclass == 2,
            row.Embarked == "S",
            row.Embarked == "C",
            row.Sex == "male",
            True,
        ]
        assert line == pytest.approx([*numbers, *map(float, yes_or_no)], abs=1e-12)
        assert target == row.Survived
    assert torch.linalg.matrix_rank(inputs) == len(INPUTS)
