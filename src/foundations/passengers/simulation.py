"""Simulated passengers: a table like the Titanic's list, drawn from published facts about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from foundations._checks import check_seed, check_whole_number

if TYPE_CHECKING:
    import pandas as pd

# Counted in the real list of 891. Each cell of class and sex: those up to 6 years old who died and survived, the others
# who died and survived, and how many of these others have no age.
CELLS = {
    (1, "female"): ((1, 0, 2, 91), 9),
    (2, "female"): ((0, 6, 6, 64), 2),
    (3, "female"): ((5, 11, 67, 61), 42),
    (1, "male"): ((0, 2, 77, 43), 21),
    (2, "male"): ((0, 8, 91, 9), 9),
    (3, "male"): ((8, 6, 292, 41), 94),
}
AT = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)  # which quantiles follow
AGES = {  # of those above 6
    (1, "female"): (14.0, 18.0, 23.8, 35.0, 44.2, 53.7, 63.0),
    (2, "female"): (7.0, 18.0, 24.0, 29.0, 36.5, 45.9, 57.0),
    (3, "female"): (8.0, 14.0, 18.0, 23.5, 30.9, 40.5, 63.0),
    (1, "male"): (11.0, 24.8, 31.0, 42.0, 51.0, 61.2, 80.0),
    (2, "male"): (8.0, 19.0, 24.5, 31.0, 39.0, 52.0, 70.0),
    (3, "male"): (7.0, 17.0, 20.0, 26.0, 33.0, 42.0, 74.0),
}
FARE_AT = (0.0, 0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
FREE = {1: 5, 2: 6, 3: 4}  # how many paid nothing
FARES = {  # of those who paid
    1: (0.0, 25.0, 26.0, 30.924, 60.2875, 93.5, 232.524, 512.3292),
    2: (0.0, 9.0, 10.5, 13.0, 14.25, 26.0, 41.1923, 73.5),
    3: (0.0, 6.75, 7.0542, 7.75, 8.05, 15.5, 39.6875, 69.55),
}
PORTS = ("S", "C", "Q", np.nan)
EMBARKED = {1: (127, 85, 2, 2), 2: (164, 17, 3, 0), 3: (353, 66, 72, 0)}
DECKS = "ABCDEFGT"
CABINS = {  # how many have a cabin on each deck, and how many have none
    1: (15, 47, 59, 29, 25, 0, 0, 1, 40),
    2: (0, 0, 0, 4, 4, 8, 0, 0, 168),
    3: (0, 0, 0, 0, 3, 5, 4, 0, 479),
}
N_CABINS = 130  # the highest number of a cabin
FAMILIES = {  # (SibSp, Parch): how many, of all 891
    **{(0, p): c for p, c in enumerate((537, 38, 29, 1, 1, 2))},
    **{(1, p): c for p, c in enumerate((123, 57, 19, 3, 3, 3, 1))},
    **{(2, p): c for p, c in enumerate((16, 7, 4, 1))},
    **{(3, p): c for p, c in enumerate((2, 7, 7))},
    **{(4, 1): 9, (4, 2): 9, (5, 2): 5, (8, 2): 7},
}
SURNAMES = (
    "Ashby Barlow Carver Dunmore Ellery Farrow Garside Hallam Ingle Jessop Kersey Langley Mercer Norbury Orme Pascoe "
    "Quayle Radley Selwyn Thorne Upton Varley Wickham Yardley Andersen Bergman Kowalski Moreau Rossi Haddad"
)
WOMEN = "Ada Beatrice Clara Dora Edith Florence Grace Hilda Ivy Jane Kate Lily Mabel Nora Olive Rose"
MEN = "Albert Bernard Charles David Edward Frank George Harold Isaac James Karl Leonard Martin Oscar Peter Robert"
COLUMNS = "PassengerId Survived Pclass Name Sex Age SibSp Parch Ticket Fare Cabin Embarked"


def simulate_passengers(n_rows: int = 891, *, seed: int = 42, text: bool = True) -> pd.DataFrame:
    """Simulate a list of Titanic passengers from counts and quantiles of the real one; nobody in it is real.

    With 891 rows the counts by class, sex, survival and early childhood are those of the real list, and so are the
    numbers of missing ages, cabins and ports, of free tickets and of each port by class, and of each size of family.
    With other numbers of rows they keep their proportions, as nearly as whole numbers can. What else stands in a row
    is drawn at random.

    Args:
        n_rows: How many.
        seed: Which ones.
        text: Whether to make Name, Ticket and Cabin, which take most of the time of a large table.

    Returns:
        A table with the columns and dtypes of the real list; without Name, Ticket and Cabin where text is False.

    Raises:
        TypeError: n_rows or seed is not a whole number.
        ValueError: n_rows is less than 1, or seed is negative or too large.

    Example:
        ```python
        from foundations import simulate_passengers

        table = simulate_passengers()
        assert table.Survived.sum() == 342
        assert table.Age.isna().sum() == 177
        ```

    Source:
        Counted in https://www.kaggle.com/competitions/titanic/data
    """
    import pandas as pd

    check_whole_number("n_rows", n_rows, least=1)
    check_seed(seed)
    draw = _Draw(seed)
    cells = list(product(CELLS, (True, False), (0, 1)))  # as each counts: children who died and survived, then others
    cell = draw.spread(n_rows, [count for counts, _ in CELLS.values() for count in counts])
    pclass = np.array([group for (group, _), _, _ in cells])[cell]
    female = np.array([sex == "female" for (_, sex), _, _ in cells])[cell]
    child = np.array([young for _, young, _ in cells])[cell]
    columns: dict[str, Any] = {
        "PassengerId": np.arange(1, n_rows + 1),
        "Survived": np.array([survived for *_, survived in cells])[cell],
        "Pclass": pclass,
        "Sex": _words(("male", "female"), female),
        "Age": _ages(draw, pclass, female, child),
    }
    columns["SibSp"], columns["Parch"] = _families(draw, child)
    fare, port, deck = np.zeros(n_rows), np.zeros(n_rows, dtype=np.intp), np.zeros(n_rows, dtype=np.intp)
    for group in FARES:
        rows = np.flatnonzero(pclass == group)
        paid = draw.spread(len(rows), (sum(EMBARKED[group]) - FREE[group], FREE[group])) == 0
        fare[rows] = paid * np.interp(draw.uniform(len(rows)), FARE_AT, FARES[group]).round(4)
        port[rows] = draw.spread(len(rows), EMBARKED[group])
        if text:
            deck[rows] = draw.spread(len(rows), CABINS[group])
    if text:
        columns["Name"] = _names(draw, female, columns["Age"], columns["SibSp"])
        columns["Ticket"] = pd.Series((100_000 + draw.choice(n_rows, 300_000)).astype(str))
        cabins = [f"{deck}{number}" for deck in DECKS for number in range(1, N_CABINS + 1)]
        room = deck * N_CABINS + draw.choice(n_rows, N_CABINS)
        columns["Cabin"] = _words((*cabins, np.nan), room.clip(max=len(cabins)))
    columns["Fare"], columns["Embarked"] = fare, _words(PORTS, port)
    return pd.DataFrame({name: columns[name] for name in COLUMNS.split() if name in columns}, copy=False)


class _Draw:
    """Random draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def uniform(self, n: int) -> NDArray[np.float64]:
        return torch.rand(n, dtype=torch.float64, generator=self.generator).numpy()

    def choice(self, n: int, size: int) -> NDArray[np.int64]:
        return torch.randint(size, (n,), generator=self.generator).numpy()

    def spread(self, n: int, counts: Iterable[int]) -> NDArray[np.int8]:
        """Indices of counts, n of them, as nearly in proportion to the counts as whole numbers can be, shuffled."""
        shares = np.array(list(counts), dtype=float)
        exact = shares / shares.sum() * n
        whole = np.floor(exact + 1e-6).astype(np.int64)
        left = np.argsort(whole - exact, kind="stable")[: n - whole.sum()]
        whole[left] += 1
        indices = np.repeat(np.arange(len(whole), dtype=np.int8), whole)
        shuffled: NDArray[np.int8] = indices[torch.randperm(n, generator=self.generator).numpy()]
        return shuffled


def _ages(draw: _Draw, pclass: NDArray[Any], female: NDArray[Any], child: NDArray[Any]) -> NDArray[np.float64]:
    ages = np.round(0.4 + 5.6 * draw.uniform(len(child))).clip(0.42)
    for (group, sex), (counts, missing) in CELLS.items():
        rows = np.flatnonzero((pclass == group) & (female == (sex == "female")) & ~child)
        ages[rows] = np.interp(draw.uniform(len(rows)), AT, AGES[group, sex]).round()
        known = draw.spread(len(rows), (sum(counts[2:]) - missing, missing)) == 0
        ages[rows[~known]] = np.nan
    return ages


def _families(draw: _Draw, child: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """SibSp and Parch; a small child travels with a parent wherever there are enough of them."""
    siblings, parents = np.array(list(FAMILIES), dtype=np.int64).T
    family = draw.spread(len(child), FAMILIES.values())
    with_parent = parents[family] > 0
    alone, others = np.flatnonzero(child & ~with_parent), np.flatnonzero(~child & with_parent)
    n = min(len(alone), len(others))
    family[alone[:n]], family[others[:n]] = family[others[:n]], family[alone[:n]]
    return siblings[family], parents[family]


def _names(draw: _Draw, female: NDArray[Any], age: NDArray[Any], siblings: NDArray[Any]) -> pd.Series[str]:
    """Names as the real list writes them; no two are the same as long as there are enough."""
    titles, women, men = ("Mr", "Master", "Miss", "Mrs"), WOMEN.split(), MEN.split()
    title = np.where(female, 2 + ((siblings > 0) & (age > 18)), age < 13)
    names = [
        f"{surname}, {each}. {first} {second}"
        for each in titles
        for surname, first, second in product(SURNAMES.split(), *[women if each in ("Miss", "Mrs") else men] * 2)
    ]
    n = len(names) // len(titles)
    start = draw.choice(1, n)[0]
    return _words(names, title * n + (start + 1009 * np.arange(len(age))) % n)


def _words(words: Sequence[str | float], which: NDArray[Any]) -> pd.Series[str]:
    """A column of words by their indices; it has the dtype that pandas gives to text, even where all is missing."""
    import pandas as pd

    return pd.Series(pd.Series(words).array.take(which.astype(np.intp)))
