"""Forests: votes, rows out of the bag, importances; like scikit-learn's within sampling error, and as published."""

import math

import numpy as np
import pytest
import torch
from passenger_list import HAS_LIST
from published import parted
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance as their_permutation_importance
from sklearn.tree import DecisionTreeClassifier

from foundations import grow_forest, grow_tree, impurity_importance, permutation_importance, titanic
from foundations.passengers.lists import FILE


def seeded(seed=42):
    return torch.Generator().manual_seed(seed)


def random_table(seed=0, n=200, k=4):
    generator = seeded(seed)
    inputs = torch.rand(n, k, generator=generator)
    return inputs, (inputs[:, 0] + 0.5 * inputs[:, 1] + 0.2 * torch.randn(n, generator=generator))


def errs(predictions, targets):
    return ((predictions > 0.5) != (targets > 0.5)).double().mean().item()


def test_the_votes_are_those_of_the_trees():
    inputs, targets = random_table()
    forest = grow_forest(inputs, targets, 7, max_features=2, generator=seeded())
    each = torch.stack([tree(inputs) for tree in forest.trees])
    assert torch.equal(forest.votes(inputs), each)
    assert torch.equal(forest(inputs), each.mean(dim=0))
    assert forest(inputs).dtype == inputs.dtype


@pytest.mark.parametrize("n_drawn", [50, 200])
def test_each_tree_is_the_one_that_grows_alone_on_its_rows(n_drawn):
    inputs, targets = random_table()
    forest = grow_forest(inputs, targets, 5, sample_size=n_drawn, generator=seeded())
    assert (forest.counts.sum(dim=1) == n_drawn).all()
    for tree, counts in zip(forest.trees, forest.counts, strict=True):
        rows = torch.arange(len(inputs)).repeat_interleave(counts)
        alone = grow_tree(inputs[rows], targets[rows])
        assert torch.allclose(tree(inputs[rows]), targets[rows])
        assert tree.n_leaves == alone.n_leaves == (counts > 0).sum()
        assert torch.isclose(tree.values[0], targets[rows].double().mean())


def test_rows_are_drawn_with_replacement_and_alike():
    inputs, targets = random_table(n=100)
    counts = grow_forest(inputs, targets, 500, min_samples_leaf=40, generator=seeded()).counts.double()
    assert abs((counts > 0).double().mean() - (1 - 0.99**100)) < 0.01
    assert (counts.mean(dim=0) - 1).abs().max() < 4.5 / math.sqrt(500)


def test_columns_are_drawn_anew_for_each_split():
    inputs = torch.rand(400, 4, generator=seeded())
    targets = torch.randn(400, generator=seeded(1))
    trees = grow_forest(inputs, targets, 300, min_samples_leaf=50, max_features=1, generator=seeded()).trees
    roots = torch.stack([tree.columns[0] for tree in trees])
    assert (roots.bincount(minlength=4) / 300 - 0.25).abs().max() < 0.1
    deep = [tree for tree in trees if tree.columns[tree.left[0]] >= 0]
    same = [bool(tree.columns[0] == tree.columns[tree.left[0]]) for tree in deep]
    assert 0.1 < np.mean(same) < 0.4, "a column for each split has nothing to do with the one above it"


def test_drawing_goes_on_where_all_columns_drawn_are_constant():
    inputs = torch.zeros(50, 10)
    inputs[:, 9] = torch.arange(50.0)
    targets = inputs[:, 9] % 7
    forest = grow_forest(inputs, targets, 10, max_features=1, generator=seeded())
    for tree, counts in zip(forest.trees, forest.counts, strict=True):
        rows = counts > 0
        assert torch.equal(tree(inputs[rows]), targets[rows])


def test_out_of_bag_by_hand():
    inputs, targets = random_table(n=30)
    forest = grow_forest(inputs, targets, 5, generator=seeded())
    given = forest.out_of_bag(inputs)
    for row in range(30):
        unseen = [t(inputs[row][None]).item() for t, c in zip(forest.trees, forest.counts, strict=True) if not c[row]]
        assert math.isclose(given[row], np.mean(unseen), rel_tol=1e-6) if unseen else given[row].isnan()


def test_out_of_bag_needs_all_rows():
    inputs, targets = random_table()
    forest = grow_forest(inputs, targets, 3, generator=seeded())
    with pytest.raises(ValueError, match="grew on 200 rows, and these are 199"):
        forest.out_of_bag(inputs[1:])


@pytest.mark.parametrize("max_features", [1, 2, None])
def test_a_forest_for_numbers_errs_as_much_as_scikit_learns(max_features):
    inputs, targets = random_table(n=400)
    rest, right = random_table(seed=1, n=2000)
    ours = [grow_forest(inputs, targets, 100, max_features=max_features, generator=seeded(s))(rest) for s in range(2)]
    theirs = [
        RandomForestRegressor(100, max_features=max_features, random_state=s).fit(inputs, targets).predict(rest)
        for s in range(2)
    ]
    mine, yours = (np.mean([((torch.as_tensor(p) - right) ** 2).mean() for p in each]) for each in (ours, theirs))
    assert abs(mine / yours - 1) < 0.05


def test_a_forest_of_passengers_is_like_scikit_learns(passengers_from):
    x, y, *_ = parted(titanic())
    ours = [grow_forest(x, y, 100, min_samples_leaf=5, max_features=2, generator=seeded(s)) for s in range(3)]
    settings = {"min_samples_leaf": 5, "oob_score": True}
    theirs = [RandomForestClassifier(100, random_state=s, **settings).fit(x, y) for s in range(3)]
    mine = np.mean([1 - errs(forest.out_of_bag(x), y) for forest in ours])
    assert abs(mine - np.mean([forest.oob_score_ for forest in theirs])) < 0.015
    importances = torch.stack([forest.importances() for forest in ours]).mean(dim=0)
    yours = np.mean([forest.feature_importances_ for forest in theirs], axis=0)
    assert np.allclose(importances, yours, atol=0.03)
    assert math.isclose(importances.sum(), 1)
    leaves = np.mean([tree.n_leaves for tree in ours[0].trees])
    assert abs(leaves / np.mean([tree.get_n_leaves() for tree in theirs[0].estimators_]) - 1) < 0.05


def test_the_seed_decides():
    inputs, targets = random_table()
    first, again, other = (grow_forest(inputs, targets, 5, max_features=1, generator=seeded(s)) for s in (1, 1, 2))
    assert torch.equal(first(inputs), again(inputs))
    assert not torch.equal(first(inputs), other(inputs))


def test_permutation_importance_is_scikit_learns_within_its_spread():
    x, y = random_table(n=400)
    classes = (y > y.median()).int()
    model = DecisionTreeClassifier(max_depth=4, random_state=0).fit(x[:200], classes[:200])
    ours = permutation_importance(
        lambda rows: model.score(rows, classes[200:]), x[200:], n_repeats=30, generator=seeded()
    )
    theirs = their_permutation_importance(model, x[200:].numpy(), classes[200:].numpy(), n_repeats=30, random_state=0)
    assert ours.shape == (4, 30)
    assert np.allclose(ours.mean(dim=1), theirs.importances_mean, atol=0.015)
    assert (ours[torch.tensor(model.feature_importances_ == 0)] == 0).all()


def test_permutation_importance_leaves_the_inputs_alone():
    inputs, targets = random_table()
    before = inputs.clone()
    permutation_importance(lambda rows: -((rows[:, 0] - targets) ** 2).mean(), inputs, n_repeats=2)
    assert torch.equal(inputs, before)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"n_trees": 0}, ValueError, "n_trees must be at least 1"),
        ({"n_trees": 1.5}, TypeError, "n_trees must be a whole number"),
        ({"sample_size": 0}, ValueError, "sample_size must be at least 1"),
        ({"max_features": 5}, ValueError, "max_features is 5, but there are only 4 columns"),
        ({"targets": torch.ones(3)}, ValueError, r"not \(200, 4\) and \(3,\)"),
        ({"inputs": torch.full((200, 4), math.nan)}, ValueError, "fill the gaps first"),
    ],
)
def test_bad_input_is_refused(change, error, words):
    inputs, targets = random_table()
    given = {"inputs": inputs, "targets": targets} | change
    with pytest.raises(error, match=words):
        grow_forest(given.pop("inputs"), given.pop("targets"), **given)


def test_bad_input_of_permutation_importance_is_refused():
    with pytest.raises(ValueError, match=r"inputs must have shape \(n, n_columns\), not \(3,\)"):
        permutation_importance(lambda rows: 0.0, torch.rand(3))
    with pytest.raises(ValueError, match="n_repeats must be at least 1"):
        permutation_importance(lambda rows: 0.0, torch.rand(3, 2), n_repeats=0)


@pytest.mark.skipif(not HAS_LIST, reason=f"FOUNDATIONS_DATA names no folder with {FILE}")
def test_the_published_errors(monkeypatch):
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "passengers")
    x, y, valid_x, valid_y = parted(titanic())
    exactly = {"one rule": 0.21524663677130046, "4 leaves": 0.2242152466367713, "50 in a leaf": 0.18385650224215247}
    found = {
        "one rule": errs((valid_x[:, 0] == 0).double(), valid_y),
        "4 leaves": errs(grow_tree(x, y, max_leaf_nodes=4)(valid_x), valid_y),
        "50 in a leaf": errs(grow_tree(x, y, min_samples_leaf=50)(valid_x), valid_y),
    }
    assert found == pytest.approx(exactly, rel=1e-12)
    assert round(impurity_importance(grow_tree(x, y, min_samples_leaf=50))[0].item(), 2) == 0.70
    # Other random numbers, so within what seeds differ: 0.188 for a forest, 0.227 for the share of votes in bagging.
    bags = [grow_forest(x, y, 100, min_samples_leaf=5, sample_size=501, generator=seeded(s)) for s in range(5)]
    shares = [((bag.votes(valid_x) > 0.5).double().mean(dim=0) - valid_y).abs().mean() for bag in bags]
    assert min(shares) - 0.01 < 0.2272645739910314 < max(shares) + 0.01
    forests = [grow_forest(x, y, 100, min_samples_leaf=5, max_features=2, generator=seeded(s)) for s in range(5)]
    hard = [errs(forest(valid_x), valid_y) for forest in forests]
    assert min(hard) - 0.01 < 0.18834080717488788 < max(hard) + 0.01
    assert abs(np.mean([forest.importances()[0] for forest in forests]) - 0.43) < 0.02


@pytest.mark.cuda
def test_the_same_forest_grows_on_a_gpu():
    inputs, targets = random_table(n=2000, k=8)
    classes = (targets > targets.median()).float()
    here = grow_forest(inputs, classes, 20, min_samples_leaf=3, max_features=3, generator=seeded())
    there = grow_forest(inputs.cuda(), classes.cuda(), 20, min_samples_leaf=3, max_features=3, generator=seeded())
    assert there(inputs.cuda()).is_cuda
    assert torch.allclose(here(inputs), there(inputs.cuda()).cpu())
    assert torch.allclose(here.importances(), there.importances().cpu())
    assert torch.allclose(here.out_of_bag(inputs), there.out_of_bag(inputs.cuda()).cpu(), equal_nan=True)
    there = grow_forest(inputs.cuda(), classes.cuda(), 5, generator=torch.Generator("cuda").manual_seed(42))
    assert errs(there(inputs.cuda()), classes.cuda()) < 0.05
