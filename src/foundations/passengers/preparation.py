"""From a table of people to numbers for a model: gaps filled, fares squeezed, words made columns, all on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from foundations._checks import check_number, check_seed, check_whole_number

if TYPE_CHECKING:
    import pandas as pd

Column = NDArray[np.float64]
Words = dict[str, tuple[str | int, ...]]  # the values of each column of words

NUMBERS = ("Age", "SibSp", "Parch", "Fare")
WORDS: Words = {"Sex": ("male", "female"), "Pclass": (1, 2, 3), "Embarked": ("C", "Q", "S")}
WORDS_OF_EVERYONE: Words = {"Sex": ("male", "female"), "Pclass": (1, 2, 3, 0), "AgeGroup": ("adult", "child")}


@dataclass(frozen=True, eq=False)
class Prepared:
    """A table made ready for a model, and what was used to do so.

    Attributes:
        inputs: float32 of shape (n, n_columns), each column divided by its maximum in the rows learnt from.
        targets: float32 of shape (n,): 1 for those who survived, 0 for the others, nan where the table does not say.
        names: The names of the columns of inputs.
        fills: What was put where a value was missing, by the name of the table's column.
        maxima: What each column was divided by: float32 of shape (n_columns,).

    Example:
        ```python
        from foundations import prepare, titanic

        data = prepare(titanic("everyone"))
        assert data.inputs.shape == (2201, len(data.names))
        ```
    """

    inputs: Tensor
    targets: Tensor
    names: tuple[str, ...]
    fills: dict[str, float | str]
    maxima: Tensor


def prepare(table: pd.DataFrame, *, like: Prepared | None = None) -> Prepared:
    """Make a model's inputs and targets from a table of passengers, or from the one of everyone aboard.

    Where a value is missing, its column's most common one (the mode; of several, the smallest) stands in. The fare
    becomes log(fare + 1). Sex, class and port become one column of 0 and 1 for each of their values. At last every
    column is divided by its maximum.

    Args:
        table: Rows as `titanic()` gives them. Survived may be absent; other columns are not looked at.
        like: What other rows were prepared to. Its fills and maxima are used, so that nothing of these rows, such as
            those for validation, reaches the model before it is tested on them.

    Returns:
        Inputs, targets and names. The columns of passengers are Age, SibSp, Parch, LogFare, Sex_male, Sex_female,
        Pclass_1, Pclass_2, Pclass_3, Embarked_C, Embarked_Q and Embarked_S; those of everyone are Sex_male,
        Sex_female, Pclass_1, Pclass_2, Pclass_3, Pclass_0, AgeGroup_adult and AgeGroup_child.

    Raises:
        TypeError: table is no DataFrame, like is not what prepare gives, or a column of numbers holds something else.
        ValueError: A column is missing, there twice, or has no value at all; a value is not one of those known, or a
            number is negative or infinite; or like was made from a table of the other kind.

    Example:
        ```python
        from foundations import prepare, titanic

        table = titanic("simulated")
        train = prepare(table[:700])
        valid = prepare(table[700:], like=train)
        assert train.inputs.shape == (700, 12)
        assert train.inputs.max() == 1
        assert valid.names == train.names
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    numbers, words = _check_table(table, like)
    survived = _survived(table)
    used = table[[*numbers, *words]]
    fills = _modes(used) if like is None else like.fills
    if set(fills) != {*numbers, *words}:
        raise ValueError("like was prepared from a table with other columns: passengers and everyone do not mix")
    filled = _filled(used, words, fills)
    columns = {**_number_columns(filled, numbers), **_word_columns(filled, words)}
    raw = torch.from_numpy(np.column_stack([*columns.values()]).astype(np.float32))
    maxima = raw.amax(dim=0) if like is None else like.maxima
    maxima = torch.where(maxima > 0, maxima, 1.0)  # a column of zeros stays one
    return Prepared(raw / maxima, torch.tensor(survived, dtype=torch.float32), tuple(columns), fills, maxima)


def random_split(n: int, *, valid: float = 0.2, seed: int = 42) -> tuple[Tensor, Tensor]:
    """Split n rows at random into those to learn from and those to test on.

    The rows are shuffled by `torch.randperm`, and the first `int(valid * n)` of them are for the test. With the same
    seed it is the split of fastai's RandomSplitter.

    Args:
        n: How many rows there are.
        valid: Which share is for the test: between 0 and 1.
        seed: Which split.

    Returns:
        The indices of the rows to learn from and of those to test on: int64 of shapes (n_train,) and (n_valid,).

    Raises:
        TypeError: n or seed is not a whole number, or valid not a number.
        ValueError: One of the two parts would be empty, or seed is negative or too large.

    Example:
        ```python
        from foundations import random_split

        train, valid = random_split(891)
        assert (len(train), len(valid)) == (713, 178)
        assert sorted([*train.tolist(), *valid.tolist()]) == list(range(891))
        ```

    Source:
        https://docs.fast.ai/data.transforms.html#randomsplitter
    """
    check_whole_number("n", n, least=2)
    check_seed(seed)
    n_valid = int(check_number("valid", valid) * n)
    if not 0 < n_valid < n:
        raise ValueError(f"valid must leave rows on both sides: {valid} of {n} rows are {n_valid}")
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed))
    return order[n_valid:], order[:n_valid]


def _check_table(table: object, like: object) -> tuple[Sequence[str], Words]:
    """The columns of numbers and of words that a table must have, and has."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table must be a DataFrame, as titanic() gives, not {type(table).__name__}")
    if not isinstance(like, Prepared | None):
        raise TypeError(f"like must be what prepare() gave for other rows, not {type(like).__name__}")
    of_everyone = "AgeGroup" in table.columns and "Age" not in table.columns
    numbers, words = ((), WORDS_OF_EVERYONE) if of_everyone else (NUMBERS, WORDS)
    used = (*numbers, *words)
    if missing := [name for name in used if name not in table.columns]:
        raise ValueError(f"the table has no column {', '.join(missing)}: titanic() gives a table that has all of them")
    if twice := [name for name in (*used, "Survived") if [*table.columns].count(name) > 1]:
        raise ValueError(f"the table has more than one column {', '.join(twice)}")
    if not len(table):
        raise ValueError("the table has no rows")
    return numbers, words


def _survived(table: pd.DataFrame) -> Column:
    """1 and 0, and nan where the table does not say."""
    survived = _numbers(table["Survived"]) if "Survived" in table.columns else np.full(len(table), np.nan)
    if not (np.isnan(survived) | (survived == 0) | (survived == 1)).all():
        raise ValueError("Survived must hold 1 and 0, and gaps where it is unknown, and nothing else")
    return survived


def _filled(table: pd.DataFrame, words: Words, fills: dict[str, float | str]) -> pd.DataFrame:
    """The table without gaps; a categorical column of words, which may not know its fill, becomes a plain one."""
    import pandas as pd

    categorical = {name: object for name in words if isinstance(table[name].dtype, pd.CategoricalDtype)}
    return table.astype(categorical).fillna(fills)


def _number_columns(table: pd.DataFrame, names: Sequence[str]) -> dict[str, Column]:
    """The columns of numbers, with the logarithm of the fare in its place."""
    columns = {}
    for name in names:
        column = _numbers(table[name])
        if not ((column >= 0) & (column <= np.finfo(np.float32).max)).all():
            raise ValueError(f"{name} must hold numbers from 0 up: no negative and no infinite one")
        columns["LogFare" if name == "Fare" else name] = np.log(column + 1) if name == "Fare" else column
    return columns


def _word_columns(table: pd.DataFrame, words: Words) -> dict[str, Column]:
    """A column of 0 and 1 for each value of a column of words."""
    columns: dict[str, Column] = {}
    for name, values in words.items():
        if unknown := set(table[name]) - set(values):
            raise ValueError(f"{name} must be one of {', '.join(map(repr, values))}, not {unknown.pop()!r}")
        columns |= {f"{name}_{value}": np.asarray(table[name] == value, dtype=np.float64) for value in values}
    return columns


def _numbers(column: pd.Series[Any]) -> Column:
    if column.dtype.kind not in "biuf":
        raise TypeError(f"{column.name} must hold numbers, but its dtype is {column.dtype}: .astype(float) makes them")
    numbers: Column = column.to_numpy(dtype=float, na_value=np.nan)
    return numbers


def _modes(table: pd.DataFrame) -> dict[str, float | str]:
    if empty := [str(name) for name in table if table[name].isna().all()]:
        raise ValueError(f"{', '.join(empty)} has no value at all, so there is nothing to fill its gaps with")
    return {str(name): table[name].mode().iloc[0] for name in table}
