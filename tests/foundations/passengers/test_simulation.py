"""Simulated passengers: the columns, gaps and counts of the real list, for any number of rows, the same for each seed."""

import io
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passenger_list import HAS_LIST

from foundations import simulate_passengers, titanic
from foundations.passengers.simulation import CELLS, EMBARKED, FAMILIES, FREE

# The counts below are those of the real list. The last test compares with the list itself, where it is to be had.
SURVIVED = {("female", 1): 91, ("female", 2): 70, ("female", 3): 72, ("male", 1): 45, ("male", 2): 17, ("male", 3): 47}
PEOPLE = {
    ("female", 1): 94,
    ("female", 2): 76,
    ("female", 3): 144,
    ("male", 1): 122,
    ("male", 2): 108,
    ("male", 3): 347,
}
TYPES = {"PassengerId": "i", "Survived": "i", "Pclass": "i", "Age": "f", "SibSp": "i", "Parch": "i", "Fare": "f"}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return simulate_passengers()


def test_columns_and_types_are_those_that_pandas_reads(table):
    read = pd.read_csv(io.StringIO(table.to_csv(index=False)))
    assert " ".join(table) == "PassengerId Survived Pclass Name Sex Age SibSp Parch Ticket Fare Cabin Embarked"
    for name in table:
        assert table[name].dtype.kind == TYPES.get(name, "O"), name
        if name != "Ticket":  # the real ones are not all numbers
            assert table[name].dtype == read[name].dtype, name


def test_counts_by_sex_class_and_survival(table):
    groups = table.groupby(["Sex", "Pclass"]).Survived
    assert groups.sum().to_dict() == SURVIVED
    assert groups.count().to_dict() == PEOPLE


def test_gaps(table):
    assert table.isna().sum().loc[lambda count: count > 0].to_dict() == {"Age": 177, "Cabin": 687, "Embarked": 2}
    assert table.Age.isna().groupby([table.Sex, table.Pclass]).sum().to_dict() == {
        (sex, group): missing for (group, sex), (_, missing) in CELLS.items()
    }
    assert table.Cabin.notna().groupby(table.Pclass).sum().to_dict() == {1: 176, 2: 16, 3: 12}


def test_ports_fares_and_families(table):
    assert table.Embarked.value_counts().to_dict() == {"S": 644, "C": 168, "Q": 77}
    assert table.Embarked[table.Pclass == 1].value_counts().to_dict() == dict(zip("SCQ", EMBARKED[1], strict=False))
    assert (table.Fare == 0).groupby(table.Pclass).sum().to_dict() == FREE
    assert table.Fare.max() > 100
    assert table.groupby("Pclass").Fare.median().is_monotonic_decreasing
    assert table.value_counts(["SibSp", "Parch"]).to_dict() == FAMILIES
    assert table.SibSp.value_counts().to_dict() == {0: 608, 1: 209, 2: 28, 4: 18, 3: 16, 8: 7, 5: 5}


def test_ages_and_who_has_them(table):
    assert table.Age.min() == 0.42
    assert 60 < table.Age.max() <= 80
    assert 27 < table.Age.median() < 29
    small = table.Age <= 6
    assert small.sum() == 47
    assert (table.Parch[small] > 0).all(), "a small child travels with a parent"


def test_names_titles_and_cabins(table):
    assert not table.Name.duplicated().any()
    title = table.Name.str.extract(r"^[A-Z][a-z]+, (Mr|Mrs|Miss|Master)\. [A-Z][a-z]+ [A-Z][a-z]+$")[0]
    assert title.notna().all()
    assert (title.isin(["Mrs", "Miss"]) == (table.Sex == "female")).all()
    assert (table.Age[title == "Master"] < 13).all()
    assert table.Cabin.dropna().str.fullmatch(r"[A-GT][1-9][0-9]{0,2}").all()


def test_each_seed_draws_its_own(table):
    assert table.equals(simulate_passengers(891, seed=42))
    assert not table.equals(simulate_passengers(891, seed=43))
    without = simulate_passengers(891, text=False)
    assert list(without) == [name for name in table if name not in ("Name", "Ticket", "Cabin")]


@given(n=st.integers(1, 3000), seed=st.integers(0, 2**31))
@settings(max_examples=40)
def test_any_number_of_rows_in_the_same_proportions(n: int, seed: int):
    table = simulate_passengers(n, seed=seed)
    assert len(table) == n
    assert table.PassengerId.to_list() == list(range(1, n + 1))
    assert (table.dtypes == simulate_passengers(2).dtypes).all(), "types do not depend on the rows"
    kinds = {(sex, group): counts for (group, sex), (counts, _) in CELLS.items()}
    found = table.value_counts(["Sex", "Pclass", "Survived"])
    for (sex, group), counts in kinds.items():
        for survived in (0, 1):
            share = (counts[survived] + counts[2 + survived]) / 891
            assert abs(found.get((sex, group, survived), 0) - share * n) < 2  # two cells, each to the next whole number
    assert (table.isna().sum()[["Age", "Embarked"]] <= np.ceil(np.array([177, 2]) / 891 * n) + 6).all()
    assert table.drop(columns=["Age", "Cabin", "Embarked"]).notna().all(axis=None)
    assert table.Age.dropna().between(0.42, 80).all()
    assert table.Fare.between(0, 513).all()
    assert table.equals(simulate_passengers(n, seed=seed))


def test_a_million_rows_keep_proportions_and_take_little_time():
    start = time.process_time()
    table = simulate_passengers(1_000_000, text=False)
    assert time.process_time() - start < 8  # under a second is usual, and ten million rows take ten times as long
    assert table.Survived.mean() == pytest.approx(342 / 891, abs=1e-5)
    assert table.Age.isna().mean() == pytest.approx(177 / 891, abs=1e-5)
    assert table.Embarked.isna().mean() == pytest.approx(2 / 891, abs=1e-5)
    assert (table.Fare == 0).mean() == pytest.approx(15 / 891, abs=1e-5)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n_rows": 0}, ValueError, "n_rows must be at least 1, not 0"),
        ({"n_rows": 10.0}, TypeError, "n_rows must be a whole number, not float"),
        ({"n_rows": True}, TypeError, "not bool"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"seed": 2**64}, ValueError, r"seed must be less than 2 \*\* 64"),
        ({"seed": "x"}, TypeError, "seed must be a whole number"),
    ],
)
def test_bad_input(arguments, error, words):
    with pytest.raises(error, match=words):
        simulate_passengers(**arguments)


def test_nobody_in_it_is_real(table):
    if not HAS_LIST:
        pytest.skip("FOUNDATIONS_DATA names no folder with the real list")
    real = titanic("passengers")
    assert not set(real.Name) & set(table.Name)
    assert (real.dtypes == table.dtypes).all()
    assert (real.isna().sum() == table.isna().sum()).all()
    for columns in (["Sex", "Pclass", "Survived"], ["SibSp", "Parch"], ["Pclass", "Embarked"]):
        theirs, ours = (each.value_counts(columns, dropna=False).sort_index() for each in (real, table))
        assert theirs.equals(ours), columns
    for name, within in (("Age", 1), ("Fare", 4)):
        assert table[name].mean() == pytest.approx(real[name].mean(), abs=within)
        assert table[name].median() == pytest.approx(real[name].median(), abs=within)
