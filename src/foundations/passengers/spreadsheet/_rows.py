"""The rows of the list of passengers that a spreadsheet can calculate with."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    import pandas as pd

RAW = ("Survived", "Pclass", "Sex", "Embarked", "Age", "Fare", "SibSp", "Parch")  # the first columns of the sheet
VALUES: dict[str, tuple[object, ...]] = {
    "Survived": (0, 1),
    "Pclass": (1, 2, 3),
    "Sex": ("female", "male"),
    "Embarked": ("C", "Q", "S"),
}
LARGEST_CELL = 1e9  # of what a cell may start with, so that no formula overflows


@dataclass(frozen=True, eq=False)
class Passengers:
    """Those whose age and port are known, the columns calculated from them, and the weights of the two units."""

    rows: pd.DataFrame
    inputs: Tensor
    targets: Tensor
    params: Tensor
    source: str

    @property
    def n(self) -> int:
        return len(self.rows)


def complete_rows(table: pd.DataFrame) -> pd.DataFrame:
    """The rows without a gap in the columns that the sheet needs, checked."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"the table must be a DataFrame, as titanic() gives it, not {type(table).__name__}")
    if twice := [name for name in RAW if list(table.columns).count(name) > 1]:
        raise ValueError(f"the table has two columns named {', '.join(twice)}: leave one out")
    if missing := [name for name in RAW if name not in table.columns]:
        raise ValueError(
            f"the table has no column {', '.join(missing)}: titanic() gives passengers with all of them, "
            'and titanic("everyone") has others'
        )
    rows = table.loc[:, list(RAW)].dropna()
    if not len(rows):
        raise ValueError(f"none of the {len(table)} rows is complete: each lacks one of {', '.join(RAW)}")
    for name, values in VALUES.items():
        if unknown := set(rows[name]).difference(values):
            other = sorted(map(repr, unknown))[0]
            raise ValueError(f"{name} must be one of {', '.join(map(repr, values))}, not {other}")
    for name in RAW[4:]:
        if texts := [value for value in rows[name] if not isinstance(value, Real)]:
            raise ValueError(f"{name} must hold numbers, not {texts[0]!r}: pd.to_numeric makes numbers of text")
        numbers = rows[name].to_numpy(dtype=float)
        if not ((numbers >= 0) & (numbers <= LARGEST_CELL)).all():
            raise ValueError(f"{name} must hold numbers from 0 up to {LARGEST_CELL:g}, none negative or infinite")
    if not rows.Age.max() > 0:
        raise ValueError("all ages are 0, so there is no largest one to divide by")
    return rows
