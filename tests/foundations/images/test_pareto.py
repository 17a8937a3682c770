"""The Pareto front: nobody beats whoever is on it, and everyone else is beaten by one who is."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import foundations.images.pareto
from foundations import pareto_front

# Few different values, so that there are ties.
TABLES = st.integers(1, 3).flatmap(lambda k: st.lists(st.tuples(*[st.integers(0, 5)] * k), min_size=1, max_size=30))


def beats(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


@given(TABLES)
def test_none_on_it_is_beaten_and_every_other_is_by_one_on_it(rows):
    front = pareto_front(*zip(*rows, strict=True)).tolist()
    kept = [row for row, on in zip(rows, front, strict=True) if on]
    assert kept
    for row, on in zip(rows, front, strict=True):
        assert on != any(beats(each, row) for each in rows)
        assert on != any(beats(each, row) for each in kept)


@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    front = dict(zip(rows, pareto_front(*zip(*rows, strict=True)).tolist(), strict=True))
    assert pareto_front(*zip(*shuffled, strict=True)).tolist() == [front[row] for row in shuffled]


@given(TABLES)
def test_parts_of_many_rows_give_the_same(rows):
    whole = pareto_front(*zip(*rows, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foundations.images.pareto, "ROWS_AT_ONCE", 4)
        assert torch.equal(pareto_front(*zip(*rows, strict=True)), whole)


def test_with_one_criterion_the_best_are_on_it():
    assert pareto_front([1, 3, 2, 3]).tolist() == [False, True, False, True]


def test_large_whole_numbers_and_infinities_are_compared():
    assert pareto_front([10**15, 10**15 + 1], [float("inf"), float("inf")]).tolist() == [False, True]


def test_it_takes_tensors_arrays_and_columns_alike():
    table = pd.DataFrame({"speed": [3, 2, 1], "share": [0.5, 0.7, 0.6]}, index=[7, 7, 9])
    for kind in (torch.tensor, np.asarray, list, pd.Series):
        assert pareto_front(kind(table.speed.to_numpy()), kind(table.share.to_numpy())).tolist() == [True, True, False]
    assert pareto_front(table.speed, table.share).tolist() == [True, True, False]
    backwards = table.iloc[::-1]
    assert pareto_front(backwards.speed, backwards.share).tolist() == [False, True, True]


def test_no_rows_make_an_empty_front():
    assert pareto_front([], []).shape == (0,)


@pytest.mark.parametrize(
    ("criteria", "message"),
    [
        ((), r"needs a criterion or more"),
        (([1, 2], [1, 2, 3]), r"equally many rows, not 2, 3"),
        (([[1, 2]],), r"criterion 0 must be a vector of n numbers, not of shape \(1, 2\)"),
        (([1, 2], [1, float("nan")]), r"criterion 1 holds nan.*drop such rows"),
    ],
)
def test_what_cannot_be_compared_is_refused(criteria, message):
    with pytest.raises(ValueError, match=message):
        pareto_front(*criteria)
