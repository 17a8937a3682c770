"""Who was aboard the Titanic: the list of 891 passengers, a simulated one like it, and counts of everyone."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from foundations._local_data import in_place_of_a_file, local_file, pinned

if TYPE_CHECKING:
    import pandas as pd

Source = Literal["auto", "passengers", "simulated", "everyone"]

FILE = "titanic_passengers.csv"
SHA256 = "4a437fde05fe5264e1701a7387ac6fb75393772ba38bb2c9c566405af5af4bd7"  # of the file with LF at the end of lines
GITHUB = "https://raw.githubusercontent.com/"
MIRRORS = (
    GITHUB + "agconti/kaggle-titanic/a7bbe5952178c669bf0c0d590b72036c0174c19f/data/train.csv",
    GITHUB + "datasciencedojo/datasets/f0ccab6a7ceafdff780052166fb6fab3311398eb/titanic.csv",
    GITHUB + "paulhendricks/titanic/53be2fd391100044594de004d559858077a10c43/inst/data-raw/train.csv",  # with CRLF
    "https://cdn.jsdelivr.net/gh/agconti/kaggle-titanic@a7bbe5952178c669bf0c0d590b72036c0174c19f/data/train.csv",
)
HOW_TO_GET = (
    f"To have the real list, go online once, or save {MIRRORS[0]} as {FILE} in a folder and name the folder, by its "
    "full path, in the environment variable FOUNDATIONS_DATA"
)

# British Board of Trade, 1912, as tabulated by R. J. M. Dawson (1995): passengers of the three classes, then crew.
# Who died and who survived: men and boys, women and girls.
EVERYONE = {
    ("male", "adult"): ((118, 154, 387, 670), (57, 14, 75, 192)),
    ("male", "child"): ((0, 0, 35, 0), (5, 11, 13, 0)),
    ("female", "adult"): ((4, 13, 89, 3), (140, 80, 76, 20)),
    ("female", "child"): ((0, 0, 17, 0), (1, 13, 14, 0)),
}

gave_up = False  # whether no mirror could be reached: who asks again need not wait for all of them again


def titanic(source: Source = "auto", *, n_rows: int | None = None, seed: int = 42) -> pd.DataFrame:
    """Load who was aboard the Titanic. The table says in its `attrs["source"]` which list it is.

    Args:
        source: `"passengers"` is Kaggle's list of 891 passengers: from the folder that the environment variable
            FOUNDATIONS_DATA names, else from the user's cache, where it is downloaded to on first use. `"simulated"`
            has the same columns, made up by a generator. `"everyone"` has all 2,201 people, from the inquiry's counts.
            `"auto"` is what the environment variable FOUNDATIONS_TITANIC says, passengers or simulated; where it says
            nothing, the passengers, and where they cannot be had, it warns once and simulates.
        n_rows: How many passengers to simulate: 891 where it is None.
        seed: Which ones.

    Returns:
        One row for each person. Passengers, real or simulated: PassengerId, Survived, Pclass, Name, Sex, Age, SibSp,
        Parch, Ticket, Fare, Cabin, Embarked. Everyone: Survived (0 or 1), Pclass (0 for the crew), Sex, AgeGroup.

    Raises:
        ValueError: There is no such source, or n_rows is given for a list that is not simulated.
        FileNotFoundError: The passengers are asked for, and the list cannot be had; the message says how to get it.

    Example:
        ```python
        from foundations import titanic

        people = titanic("everyone")
        assert len(people) == 2201
        assert people.Survived.sum() == 711
        ```

    Source:
        https://www.kaggle.com/competitions/titanic/data and https://jse.amstat.org/v3n3/datasets.dawson.html
    """
    if source not in ("auto", "passengers", "simulated", "everyone"):
        raise ValueError(f'source must be "auto", "passengers", "simulated" or "everyone", not {source!r}')
    if n_rows is not None and source != "simulated":
        raise ValueError('n_rows is for simulated passengers alone: titanic("simulated", n_rows=...)')
    if source == "everyone":
        table = _everyone()
    else:
        source = _wanted() if source == "auto" else source
        found = None if source == "simulated" else _passenger_list(must=source == "passengers")
        if found is None:
            from foundations.passengers.simulation import simulate_passengers

            table, source = simulate_passengers(891 if n_rows is None else n_rows, seed=seed), "simulated"
        else:
            table, source = found, "passengers"
    table.attrs["source"] = source
    return table


def _wanted() -> Source:
    """What FOUNDATIONS_TITANIC says."""
    choice = os.environ.get("FOUNDATIONS_TITANIC") or "auto"
    if choice not in ("auto", "passengers", "simulated"):
        raise ValueError(f"the environment variable FOUNDATIONS_TITANIC must be passengers or simulated, not {choice}")
    return choice  # type: ignore[return-value]


def _passenger_list(*, must: bool) -> pd.DataFrame | None:
    """The list from the local folder, the cache or a mirror. Where it cannot be had: None, or an error if it must."""
    global gave_up
    import pandas as pd

    data = pinned([FILE], SHA256, MIRRORS if must or not gave_up else ())
    if data is not None:
        return pd.read_csv(io.BytesIO(data))
    problem = "the list of passengers cannot be fetched"
    if local := local_file(FILE):
        problem += f", and {_what_is_wrong(local)}"
    if must:
        raise FileNotFoundError(f"{problem}. {HOW_TO_GET}")
    if not gave_up:
        warnings.warn(f"{problem}: these passengers are simulated. {HOW_TO_GET}", stacklevel=3)
        gave_up = True
    return None


def _what_is_wrong(local: Path) -> str:
    """Why the reader's own file is of no use."""
    if os.path.isfile(local.parent):  # Path.is_file may raise an error
        return f"FOUNDATIONS_DATA names a file, {local.parent}, and should name the folder with {FILE}"
    if found := in_place_of_a_file(local):
        return f"{local} is {found}, and should be a file"
    try:
        local.read_bytes()
    except FileNotFoundError:
        return f"{local} is not there"
    except OSError as error:
        return f"{local} cannot be read: {error.strerror}"
    return f"{local} is damaged or another file"


def _everyone() -> pd.DataFrame:
    import pandas as pd

    cells = [
        (survived, pclass, sex, age, count)
        for (sex, age), counts in EVERYONE.items()
        for survived, by_class in enumerate(counts)
        for pclass, count in zip((1, 2, 3, 0), by_class, strict=True)
    ]
    table = pd.DataFrame(cells, columns=["Survived", "Pclass", "Sex", "AgeGroup", "count"])
    rows = np.repeat(np.arange(len(table)), table.pop("count").to_numpy())
    return table.iloc[rows].reset_index(drop=True)
