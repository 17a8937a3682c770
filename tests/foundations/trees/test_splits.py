"""Binary splits: their scores by the definition, the best of a column and of a table, and what Gini impurity counts."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from passenger_list import HAS_LIST
from published import NAMES, parted

from foundations import gini, min_col, one_r, split_score, split_scores, titanic
from foundations.passengers.lists import FILE
from live_charts.record import record

SMALL = st.lists(st.tuples(st.integers(-5, 5), st.integers(-20, 20)), min_size=1, max_size=30)


def by_definition(column, targets, threshold):
    sides = [targets[column <= threshold], targets[column > threshold]]
    return sum(side.std(ddof=1) * len(side) for side in sides if len(side) > 1) / len(targets)


def two_columns(pairs, dtype=torch.float64):
    return torch.tensor(pairs, dtype=dtype).T


@given(SMALL, st.integers(-6, 6))
def test_a_score_is_what_the_definition_says(pairs, threshold):
    column, targets = two_columns(pairs)
    right = by_definition(column.numpy(), targets.numpy(), threshold)
    assert math.isclose(split_score(column, targets, threshold), right, abs_tol=1e-12)


@given(SMALL)
def test_all_scores_at_once_are_those_of_each_threshold(pairs):
    column, targets = two_columns(pairs)
    thresholds, scores = split_scores(column, targets)
    assert thresholds.tolist() == sorted(set(column.tolist()))
    each = torch.stack([split_score(column, targets, threshold) for threshold in thresholds])
    assert torch.allclose(scores, each, atol=1e-6)  # 0 may be a rounding error's root


@given(SMALL)
def test_the_best_split_has_the_lowest_score(pairs):
    column, targets = two_columns(pairs)
    threshold, score = min_col(column, targets)
    lowest = min(by_definition(column.numpy(), targets.numpy(), each) for each in column.tolist())
    assert math.isclose(score, lowest, abs_tol=1e-6)
    assert math.isclose(by_definition(column.numpy(), targets.numpy(), threshold), lowest, abs_tol=1e-6)


def test_large_targets_keep_their_digits_in_float32():
    column = torch.arange(1000.0)
    targets = 1e6 + torch.rand(1000, generator=torch.Generator().manual_seed(42)).round()
    _, scores = split_scores(column, targets)
    right = [by_definition(column.double().numpy(), targets.double().numpy(), each) for each in (10, 500, 900)]
    assert np.allclose(scores[[10, 500, 900]], right, rtol=1e-5)
    assert scores.dtype == torch.float32


def test_one_rule_takes_the_best_column():
    inputs = torch.tensor([[1.0, 5.0], [2.0, 5.0], [1.0, 6.0], [2.0, 7.0]])
    rule = one_r(inputs, torch.tensor([1.0, 1.0, 0.0, 0.0]))
    assert (rule.column, rule.threshold, rule.at_most, rule.above, rule.score) == (1, 5.0, 1.0, 0.0, 0.0)
    assert rule(inputs).tolist() == [1.0, 1.0, 0.0, 0.0]


def test_one_rule_where_there_is_nothing_to_split():
    rule = one_r(torch.ones(3, 2), torch.tensor([0.0, 1.0, 0.5]))
    assert rule(torch.tensor([[0.0, 0.0], [9.0, 9.0]])).tolist() == [0.5, 0.5]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=20))
def test_gini_is_how_often_two_rows_differ(labels):
    pairs = [a != b for a in labels for b in labels]
    assert math.isclose(gini(torch.tensor(labels)), sum(pairs) / len(pairs), abs_tol=1e-6)


@pytest.mark.parametrize("dtype", [torch.bool, torch.int64, torch.float32])
def test_gini_of_a_pure_group_is_0(dtype):
    assert gini(torch.ones(7, dtype=dtype)) == 0
    assert gini(torch.tensor([0, 1], dtype=dtype)) == 0.5


def test_a_live_chart_can_record_the_score():
    column, targets = torch.arange(5.0).double(), torch.tensor([0, 1, 0, 1, 1.0]).double()
    recorded = record(lambda threshold: [split_score(column, targets, threshold)], [2.0])
    assert recorded["steps"][0] == ["slider", 0]


@pytest.mark.parametrize(
    ("column", "targets", "error", "words"),
    [
        ([1.0], torch.ones(1), TypeError, "column must be a tensor"),
        (torch.ones(1, dtype=torch.int64), torch.ones(1), TypeError, "column must hold floats"),
        (torch.ones(2), torch.ones(2, dtype=torch.int64), TypeError, "targets must hold floats"),
        (torch.ones(2), torch.ones(3), ValueError, r"not \(2,\) and \(3,\)"),
        (torch.ones(2, 1), torch.ones(2, 1), ValueError, r"must both have shape \(n,\)"),
        (torch.ones(0), torch.ones(0), ValueError, "with n at least 1"),
        (torch.tensor([1.0, math.nan]), torch.ones(2), ValueError, "column holds a nan"),
        (torch.ones(2), torch.tensor([1.0, math.nan]), ValueError, "targets holds a nan"),
    ],
)
def test_what_cannot_be_split_is_refused(column, targets, error, words):
    for split in (lambda *given: split_score(*given, 0), split_scores, min_col):
        with pytest.raises(error, match=words):
            split(column, targets)


def test_bad_tables_and_labels_are_refused():
    with pytest.raises(ValueError, match=r"shape \(n, n_columns\), not \(3,\)"):
        one_r(torch.ones(3), torch.ones(3))
    with pytest.raises(ValueError, match=r"shape \(n,\), with n at least 1, not \(0,\)"):
        gini(torch.ones(0))
    with pytest.raises(TypeError, match="labels must be a tensor"):
        gini([0, 1])


@pytest.mark.skipif(not HAS_LIST, reason=f"FOUNDATIONS_DATA names no folder with {FILE}")
def test_the_published_scores():
    x, y, *_ = parted(titanic("passengers"))
    assert math.isclose(split_score(x[:, 0], y, 0.5), 0.40787530982063946, rel_tol=1e-12)
    assert math.isclose(split_score(x[:, 5], y, 2.7), 0.47180873952099694, rel_tol=1e-12)
    published = {
        None: {
            "Sex": (0, 0.40787530982063946),
            "Embarked": (0, 0.47883342573147836),
            "Age": (6.0, 0.478316717508991),
            "SibSp": (4, 0.4783740258817434),
            "Parch": (0, 0.4805296527841601),
            "LogFare": (2.4390808375825834, 0.4620823937736597),
            "Pclass": (2, 0.46048261885806596),
        },
        1: {
            "Embarked": (0, 0.3875581870410906),
            "Age": (6.0, 0.3739828371010595),
            "SibSp": (4, 0.3875864227586273),
            "Parch": (0, 0.3874704821461959),
            "LogFare": (2.803360380906535, 0.3804856231758151),
            "Pclass": (1, 0.38155442004360934),
        },
        0: {
            "Embarked": (0, 0.4295252982857327),
            "Age": (50.0, 0.4225927658431649),
            "SibSp": (4, 0.42319212059713535),
            "Parch": (3, 0.4193314500446158),
            "LogFare": (4.256321678298823, 0.41350598332911376),
            "Pclass": (2, 0.3335388911567601),
        },
    }
    for sex, found in published.items():
        side = torch.ones(len(y), dtype=torch.bool) if sex is None else x[:, 0] == sex
        for name, (threshold, score) in found.items():
            mine = min_col(x[side, NAMES.index(name)], y[side])
            assert math.isclose(mine[0], threshold, rel_tol=1e-12)
            # The notebook's standard deviations are pandas': float32 in some places.
            assert math.isclose(mine[1], score, rel_tol=1e-8)


@pytest.mark.skipif(not HAS_LIST, reason=f"FOUNDATIONS_DATA names no folder with {FILE}")
def test_the_published_impurities():
    table = titanic("passengers")
    survived = torch.tensor(table["Survived"].tolist())
    for sex, published in ("female", 0.3828350034484158), ("male", 0.3064437162277842):
        assert math.isclose(gini(survived[torch.tensor((table["Sex"] == sex).tolist())]), published, rel_tol=1e-6)
