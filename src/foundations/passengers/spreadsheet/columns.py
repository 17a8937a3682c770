"""The columns that the spreadsheet calculates with, as tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from foundations.passengers.spreadsheet._rows import complete_rows

if TYPE_CHECKING:
    import pandas as pd

INPUTS = ("SibSp", "Parch", "Age_n", "LogFare", "Pclass_1", "Pclass_2", "Embark_S", "Embark_C", "Male", "Ones")


def sheet_inputs(table: pd.DataFrame) -> tuple[Tensor, Tensor]:
    """Calculate the columns that the spreadsheet works with, from the rows where age and port are known.

    Args:
        table: Passengers as `titanic()` gives them.

    Returns:
        Inputs of shape (n, 10) and targets of shape (n,), both float64. The columns are SibSp, Parch, age divided by
        the largest age, log10(fare + 1), then 1 for yes and 0 for no: first class, second class, from Southampton,
        from Cherbourg, male; and ones.

    Raises:
        TypeError: The table is not a DataFrame.
        ValueError: A column is missing or there twice, no row is complete, or a value is not one of those known.

    Example:
        ```python
        from foundations import sheet_inputs, titanic

        inputs, targets = sheet_inputs(titanic("simulated"))
        assert inputs.shape == (len(targets), 10)
        assert inputs[:, 2].max() == 1  # the oldest
        ```

    Source:
        https://github.com/fastai/course22/tree/master/xl
    """
    rows = complete_rows(table)
    columns = [
        rows.SibSp,
        rows.Parch,
        rows.Age / rows.Age.max(),
        np.log10(rows.Fare + 1),
        rows.Pclass == 1,
        rows.Pclass == 2,
        rows.Embarked == "S",
        rows.Embarked == "C",
        rows.Sex == "male",
        np.ones(len(rows)),
    ]
    inputs = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    return torch.from_numpy(inputs), torch.tensor(rows.Survived.to_numpy(dtype=np.float64, copy=True))
