"""Preparation: the columns of the published notebook, the same scale for other rows, and fastai's split."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foundations import prepare, random_split, titanic

NAMES = (
    *("Age", "SibSp", "Parch", "LogFare", "Sex_male", "Sex_female", "Pclass_1", "Pclass_2", "Pclass_3"),
    *("Embarked_C", "Embarked_Q", "Embarked_S"),
)
SIMULATED = titanic("simulated")


def listed():
    try:
        return titanic("passengers")
    except FileNotFoundError as error:
        pytest.skip(f"the real list is not here: {error}")


def by_pandas(table):
    """The same another way, as the published notebook goes: everything by pandas."""
    table = table.fillna(table.mode().iloc[0])
    table["LogFare"] = np.log(table["Fare"] + 1)
    table = pd.get_dummies(table, columns=["Sex", "Pclass", "Embarked"], dtype=float)
    raw = torch.tensor(table[list(NAMES)].to_numpy(dtype=float), dtype=torch.float32)
    return raw / raw.max(dim=0).values


@pytest.mark.parametrize("source", ["passengers", "simulated"])
def test_it_is_what_pandas_makes(source):
    table = listed() if source == "passengers" else SIMULATED
    data = prepare(table)
    assert data.names == NAMES
    assert data.inputs.dtype == data.targets.dtype == torch.float32
    assert torch.equal(data.inputs, by_pandas(table))
    assert data.targets.tolist() == table.Survived.tolist()


def test_the_real_list_has_the_published_scale():
    data = prepare(listed())
    assert data.fills == {"Age": 24, "SibSp": 0, "Parch": 0, "Fare": 8.05, "Sex": "male", "Pclass": 3, "Embarked": "S"}
    assert torch.allclose(data.maxima, torch.tensor([80, 8, 6, np.log(513.3292), *[1] * 8], dtype=torch.float32))


def test_every_category_adds_up_to_one_so_the_rank_is_10():
    inputs = prepare(SIMULATED).inputs.double()
    for group in (slice(4, 6), slice(6, 9), slice(9, 12)):
        assert (inputs[:, group].sum(dim=1) == 1).all()
    assert torch.linalg.matrix_rank(inputs) == 10


def test_other_rows_get_the_fills_and_the_maxima_of_the_first():
    train, other = SIMULATED[:700], SIMULATED[700:].copy()
    other.loc[other.index[:5], ["Age", "Fare", "Embarked"]] = np.nan
    other.loc[other.index[5], "Age"] = 240.0
    first = prepare(train)
    second = prepare(other, like=first)
    assert second.fills == first.fills
    assert torch.equal(second.maxima, first.maxima)
    assert torch.allclose(second.inputs[:5, 0], torch.tensor(first.fills["Age"] / first.maxima[0].item()).float())
    assert second.inputs[5, 0] == 240 / first.maxima[0]
    assert torch.equal(prepare(train, like=first).inputs, first.inputs)


def test_rows_without_an_answer_have_unknown_targets():
    first = prepare(SIMULATED)
    unknown = prepare(SIMULATED.drop(columns="Survived"), like=first)
    assert unknown.targets.isnan().all()
    assert torch.equal(unknown.inputs, first.inputs)


def test_the_table_stays_as_it_is():
    before = SIMULATED.copy()
    prepare(SIMULATED)
    pd.testing.assert_frame_equal(SIMULATED, before)


def test_a_single_row_works_and_a_column_of_zeros_stays_one():
    data = prepare(SIMULATED[:1].assign(Age=30.0))
    assert data.inputs.isfinite().all()
    assert data.inputs[0, 4:].sum() == 3


def test_everyone():
    people = titanic("everyone")
    data = prepare(people)
    assert data.names[:3] == ("Sex_male", "Sex_female", "Pclass_1")
    assert data.names[5:] == ("Pclass_0", "AgeGroup_adult", "AgeGroup_child")
    assert data.inputs.shape == (2201, 8)
    assert (data.inputs.sum(dim=1) == 3).all()
    assert data.inputs.sum(dim=0).tolist() == [1731, 470, 325, 285, 706, 885, 2092, 109]
    assert data.targets.sum() == 711


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table.drop(columns=["Age", "Fare"]), "no column Age, Fare"),
        (lambda table: table[:0], "no rows"),
        (lambda table: table.assign(Age=np.nan), "Age has no value at all"),
        (lambda table: table.assign(Fare=-2.0), "Fare must hold numbers from 0 up"),
        (lambda table: table.assign(Fare=np.inf), "Fare must hold numbers from 0 up"),
        (lambda table: table.assign(Pclass=4), "Pclass must be one of 1, 2, 3, not 4"),
        (lambda table: table.assign(Pclass=table.Pclass.astype(str)), "Pclass must be one of 1, 2, 3, not '[123]'"),
        (lambda table: table.assign(Embarked="Belfast"), "Embarked must be one of 'C', 'Q', 'S', not 'Belfast'"),
        (lambda table: table.assign(Age=1e300), "Age must hold numbers from 0 up"),
        (lambda table: table.assign(Survived=2), "Survived must hold 1 and 0"),
        (lambda table: pd.concat([table, table.Age], axis=1), "more than one column Age"),
    ],
)
def test_prepare_says_what_is_wrong(change, words):
    with pytest.raises(ValueError, match=words):
        prepare(change(SIMULATED))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: prepare([SIMULATED]), r"table must be a DataFrame, as titanic\(\) gives, not list"),
        (lambda: prepare(SIMULATED.Age), "table must be a DataFrame, .* not Series"),
        (
            lambda: prepare(SIMULATED, like=SIMULATED),
            r"like must be what prepare\(\) gave for other rows, not DataFrame",
        ),
        (lambda: prepare(SIMULATED.assign(Age="22")), r"Age must hold numbers, but its dtype is .*\.astype\(float\)"),
        (lambda: prepare(SIMULATED.assign(Fare=1j)), "Fare must hold numbers, but its dtype is complex128"),
        (lambda: prepare(SIMULATED.assign(Survived="yes")), "Survived must hold numbers"),
    ],
)
def test_prepare_says_what_is_of_another_kind(call, words):
    with pytest.raises(TypeError, match=words):
        call()


def test_columns_of_other_types_with_the_same_values_give_the_same():
    wanted = prepare(SIMULATED)
    floats = SIMULATED.assign(Pclass=SIMULATED.Pclass.astype(float), Survived=SIMULATED.Survived == 1)
    for table in (floats, SIMULATED.convert_dtypes(), SIMULATED.astype({"Sex": "category", "Embarked": "category"})):
        data = prepare(table)
        assert torch.equal(data.inputs, wanted.inputs)
        assert torch.equal(data.targets, wanted.targets)


def test_a_categorical_column_is_filled_with_what_it_does_not_know():
    rows = SIMULATED[:3].assign(Embarked=pd.Categorical(["C", None, "Q"]), Pclass=pd.array([1, None, 2], dtype="Int64"))
    inputs = prepare(rows, like=prepare(SIMULATED)).inputs
    assert inputs[:, 9:].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    assert inputs[:, 6:9].tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_a_column_more_is_not_looked_at():
    assert torch.equal(prepare(SIMULATED.assign(AgeGroup="adult", Deck=3)).inputs, prepare(SIMULATED).inputs)


def test_passengers_and_everyone_do_not_mix():
    with pytest.raises(ValueError, match="do not mix"):
        prepare(titanic("everyone"), like=prepare(SIMULATED))


def test_the_split_is_that_of_fastai():
    torch.manual_seed(42)
    order = torch.randperm(891)
    train, valid = random_split(891)
    assert torch.equal(valid, order[:178])
    assert torch.equal(train, order[178:])
    assert valid[:5].tolist() == [303, 778, 531, 385, 134]


@given(st.integers(2, 300), st.floats(0.01, 0.99), st.integers(0, 10_000))
def test_every_row_is_on_one_side(n, share, seed):
    if not 0 < int(share * n) < n:
        with pytest.raises(ValueError, match="on both sides"):
            random_split(n, valid=share, seed=seed)
        return
    before = torch.get_rng_state()
    train, valid = random_split(n, valid=share, seed=seed)
    assert len(valid) == int(share * n)
    assert sorted(train.tolist() + valid.tolist()) == list(range(n))
    assert torch.equal(before, torch.get_rng_state())  # PyTorch's own generator is left alone


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n": 1}, ValueError, "n must be at least 2"),
        ({"n": 2.5}, TypeError, "n must be a whole number"),
        ({"n": 10, "valid": 1.0}, ValueError, "on both sides: 1.0 of 10 rows are 10"),
        ({"n": 10, "valid": "some"}, TypeError, "valid must be a number"),
        ({"n": 10, "seed": -1}, ValueError, "seed must be at least 0"),
        ({"n": 10, "seed": 2**64}, ValueError, r"seed must be less than 2 \*\* 64, not 18446744073709551616"),
    ],
)
def test_random_split_says_what_is_wrong(arguments, error, words):
    with pytest.raises(error, match=words):
        random_split(**arguments)
