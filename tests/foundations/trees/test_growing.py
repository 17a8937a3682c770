"""Growing: trees are scikit-learn's where nothing is left to chance, and what every tree must fulfil."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from published import cleaned
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from foundations import gini, grow_tree, impurity_importance, titanic

LIMITS = [{"min_samples_leaf": 10}, {"min_samples_leaf": 25}, {"max_leaf_nodes": 6}, {"max_leaf_nodes": 2}]
ROWS = st.lists(st.tuples(*[st.integers(0, 4)] * 3, st.integers(0, 1)), min_size=1, max_size=25)


def random_table(seed, n=300, k=4):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(n, k, generator=generator), torch.randn(n, generator=generator), generator


def nodes(tree, at=0):
    """A tree of ours as nested tuples: column, threshold, size, value and both sides."""
    here = tree.sizes[at].item(), round(tree.values[at].item(), 9)
    if tree.columns[at] < 0:
        return here
    question = tree.columns[at].item(), round(tree.thresholds[at].item(), 9)
    return *question, *here, nodes(tree, tree.left[at].item()), nodes(tree, tree.right[at].item())


def their_nodes(model, at=0):
    """The same of a tree of scikit-learn's."""
    tree = model.tree_
    here = int(tree.n_node_samples[at]), round(float(tree.value[at].ravel()[-1]), 9)
    if tree.children_left[at] < 0:
        return here
    question = int(tree.feature[at]), round(float(tree.threshold[at]), 9)
    return *question, *here, their_nodes(model, tree.children_left[at]), their_nodes(model, tree.children_right[at])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_a_tree_for_numbers_is_scikit_learns(seed, limits):
    inputs, targets, _ = random_table(seed)
    theirs = DecisionTreeRegressor(random_state=0, **limits).fit(inputs, targets.double())
    assert nodes(grow_tree(inputs, targets, **limits)) == their_nodes(theirs)


@pytest.mark.parametrize("seed", range(5))
def test_a_full_tree_makes_the_same_groups_as_scikit_learns(seed):
    # Deep down two columns may separate the same few rows, and either may be asked.
    inputs, targets, _ = random_table(seed)
    tree = grow_tree(inputs, targets)
    theirs = DecisionTreeRegressor(random_state=0).fit(inputs, targets.double())
    assert tree.n_leaves == theirs.get_n_leaves() == len(inputs)
    assert torch.equal(tree(inputs), targets)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("limits", [{"min_samples_leaf": 100}, {"max_leaf_nodes": 6}, {"max_leaf_nodes": 2}], ids=str)
def test_a_tree_for_two_classes_is_scikit_learns(seed, limits):
    inputs, targets, generator = random_table(seed, n=1000)
    chance = torch.rand(len(targets), generator=generator)
    classes = (inputs.sum(dim=1) / 4 > chance).float()
    theirs = [DecisionTreeClassifier(random_state=state, **limits).fit(inputs, classes) for state in range(5)]
    assert len({str(their_nodes(each)) for each in theirs}) == 1, "there are ties, which scikit-learn breaks by chance"
    tree = grow_tree(inputs, classes, **limits)
    assert nodes(tree) == their_nodes(theirs[0])
    assert np.allclose(impurity_importance(tree), theirs[0].feature_importances_)
    assert np.allclose(2 * tree.impurities[0], theirs[0].tree_.impurity[0])


@pytest.mark.parametrize("limits", [{"max_leaf_nodes": 4}, {"min_samples_leaf": 50}, {"min_samples_leaf": 30}], ids=str)
def test_a_tree_of_the_passengers_is_scikit_learns(limits, passengers_from):
    inputs, targets = (part.float() for part in cleaned(titanic()))  # as scikit-learn takes them
    theirs = [DecisionTreeClassifier(random_state=state, **limits).fit(inputs, targets) for state in range(3)]
    assert len({str(their_nodes(each)) for each in theirs}) == 1, "there are ties"
    tree = grow_tree(inputs, targets, **limits)
    assert nodes(tree) == their_nodes(theirs[0])
    assert np.array_equal(tree(inputs).double(), theirs[0].predict_proba(inputs)[:, 1].astype(np.float32))


@given(ROWS, st.integers(1, 4), st.one_of(st.none(), st.integers(1, 6)))
def test_every_tree_keeps_the_rules(rows, min_samples_leaf, max_leaf_nodes):
    table = torch.tensor(rows, dtype=torch.float64)
    inputs, targets = table[:, :3], table[:, 3]
    tree = grow_tree(inputs, targets, min_samples_leaf=min_samples_leaf, max_leaf_nodes=max_leaf_nodes)
    leaves = tree.leaves(inputs)
    assert tree.n_leaves <= (max_leaf_nodes or len(rows))
    assert (tree.columns[leaves] == -1).all()
    assert tree.sizes[0] == len(rows)
    for leaf in leaves.unique():
        there = targets[leaves == leaf]
        assert len(there) == tree.sizes[leaf]
        assert len(there) >= min(min_samples_leaf, len(rows))
        assert math.isclose(tree.values[leaf], there.mean())
        assert math.isclose(2 * tree.impurities[leaf], gini(there), abs_tol=1e-6)
    inner = tree.columns >= 0
    assert torch.equal(tree.sizes[inner], tree.sizes[tree.left[inner]] + tree.sizes[tree.right[inner]])
    assert (tree.left[inner] > inner.nonzero()[:, 0]).all()
    gained = tree.impurities[0] * len(rows) - (tree.impurities * tree.sizes)[~inner].sum()
    assert gained > -1e-9
    assert math.isclose(impurity_importance(tree).sum(), 1.0 if gained > 1e-9 else 0.0, abs_tol=1e-6)


@given(ROWS)
def test_a_full_tree_is_as_good_as_its_columns_allow(rows):
    table = torch.tensor(rows, dtype=torch.float32)
    inputs, targets = table[:, :3], table[:, 3]
    for row, value in zip(inputs, grow_tree(inputs, targets)(inputs), strict=True):
        alike = (inputs == row).all(dim=1)
        assert math.isclose(value, targets[alike].mean(), rel_tol=1e-6)


@given(ROWS)
def test_only_the_order_of_values_counts(rows):
    table = torch.tensor(rows, dtype=torch.float64)
    inputs, targets = table[:, :3], table[:, 3]
    stretched = inputs.exp() * torch.tensor([1.0, 1e-6, 1e6])
    assert torch.equal(grow_tree(inputs, targets)(inputs), grow_tree(stretched, targets)(stretched))


@pytest.mark.parametrize("seed", range(3))
def test_the_nodes_stand_in_the_order_of_growth(seed):
    inputs, targets, _ = random_table(seed)
    large = grow_tree(inputs, targets, max_leaf_nodes=12)
    for n_leaves in range(1, 12):
        small = grow_tree(inputs, targets, max_leaf_nodes=n_leaves)
        n_nodes = 2 * n_leaves - 1
        assert len(small.columns) == n_nodes
        assert torch.equal(small.values, large.values[:n_nodes])
        inner = small.columns >= 0
        assert torch.equal(small.thresholds[inner], large.thresholds[:n_nodes][inner])


def test_exclusive_or_needs_a_split_that_gains_nothing():
    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    tree = grow_tree(inputs, torch.tensor([0.0, 1.0, 1.0, 0.0]))
    assert (tree.n_leaves, tree.depth) == (4, 2)


def test_a_threshold_lies_between_neighbours_however_near():
    low = torch.tensor(1.0)
    high = torch.nextafter(low, torch.tensor(2.0))
    for dtype in (torch.float32, torch.float64):
        if dtype == torch.float64:
            low = low.double()
            high = torch.nextafter(low, torch.tensor(2.0).double())
        inputs, targets = torch.stack([low, high])[:, None], torch.tensor([0.0, 1.0])
        assert torch.equal(grow_tree(inputs, targets)(inputs), targets.to(dtype))
    huge = torch.tensor([[-3e38], [3e38]])
    assert grow_tree(huge, torch.tensor([0.0, 1.0])).thresholds[0] == 0


def test_rows_far_from_zero_are_still_told_apart():
    inputs, targets, _ = random_table(0)
    near, far = grow_tree(inputs, targets.double()), grow_tree(inputs, targets.double() + 1e6)
    assert torch.equal(near.leaves(inputs), far.leaves(inputs))


def test_random_columns_come_from_the_generator():
    inputs, targets, _ = random_table(0)
    grown = [
        grow_tree(inputs, targets, max_features=1, generator=torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    ]
    assert nodes(grown[0]) == nodes(grown[1]) != nodes(grown[2])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"inputs": [[1.0]]}, TypeError, "inputs must be a tensor"),
        ({"inputs": torch.ones(3, 2, dtype=torch.int64)}, TypeError, "inputs must hold floats"),
        ({"inputs": torch.ones(3)}, ValueError, r"not \(3,\) and \(3,\)"),
        ({"inputs": torch.ones(4, 2)}, ValueError, r"not \(4, 2\) and \(3,\)"),
        ({"inputs": torch.ones(3, 0)}, ValueError, "inputs must have shape"),
        ({"inputs": torch.ones(0, 2), "targets": torch.ones(0)}, ValueError, "inputs must have shape"),
        ({"inputs": torch.full((3, 2), math.nan)}, ValueError, "fill the gaps first"),
        ({"targets": torch.tensor([0.0, 1.0, math.inf])}, ValueError, "targets must be finite"),
        ({"targets": torch.ones(3, 1)}, ValueError, r"and \(3, 1\)"),
        ({"min_samples_leaf": 0}, ValueError, "min_samples_leaf must be at least 1"),
        ({"min_samples_leaf": 0.5}, TypeError, "min_samples_leaf must be a whole number"),
        ({"max_leaf_nodes": 0}, ValueError, "max_leaf_nodes must be at least 1"),
        ({"max_features": 3}, ValueError, "max_features is 3, but there are only 2 columns"),
        ({"max_features": 0}, ValueError, "max_features must be at least 1"),
    ],
)
def test_bad_input_is_refused(change, error, words):
    given = {"inputs": torch.rand(3, 2), "targets": torch.tensor([0.0, 1.0, 1.0])} | change
    with pytest.raises(error, match=words):
        grow_tree(given.pop("inputs"), given.pop("targets"), **given)


@pytest.mark.cuda
@pytest.mark.parametrize("limits", [{}, *LIMITS], ids=str)
def test_the_same_tree_grows_on_a_gpu(limits):
    inputs, targets, _ = random_table(3, n=2000, k=8)
    classes = (targets > 0.5).float()
    here = grow_tree(inputs, classes, **limits)
    there = grow_tree(inputs.cuda(), classes.cuda(), **limits)
    assert there.values.is_cuda
    assert nodes(here) == nodes(there)
    assert torch.equal(here(inputs), there(inputs.cuda()).cpu())
