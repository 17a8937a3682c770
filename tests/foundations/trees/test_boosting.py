"""Boosting: it is scikit-learn's, each tree is grown on what is left, and other rows say when to stop."""

import math

import numpy as np
import pytest
import torch
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from torch.nn import functional as F

from foundations import boost, grow_tree


def random_table(seed, n=300, k=4):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.rand(n, k, generator=generator)
    classes = (inputs.sum(dim=1) / k > torch.rand(n, generator=generator)).float()
    return inputs, torch.randn(n, generator=generator), classes


LIMITS = [{"max_leaf_nodes": 2}, {"max_leaf_nodes": 5}, {"max_leaf_nodes": 6, "min_samples_leaf": 20}]


def limits_of_theirs(limits):
    return {"n_estimators": 25, "max_depth": None, "random_state": 0, **limits}


@pytest.mark.parametrize("lr", [0.1, 0.7])
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_for_numbers_it_is_scikit_learns(limits, lr):
    inputs, targets, _ = random_table(0)
    theirs = GradientBoostingRegressor(learning_rate=lr, **limits_of_theirs(limits)).fit(inputs, targets.double())
    ours = boost(inputs, targets, 25, lr=lr, **limits)
    assert np.allclose(ours(inputs), theirs.predict(inputs), atol=1e-5)


@pytest.mark.parametrize("lr", [0.1, 0.7])
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_for_yes_and_no_it_is_scikit_learns(limits, lr):
    inputs, _, classes = random_table(1)
    theirs = GradientBoostingClassifier(learning_rate=lr, **limits_of_theirs(limits)).fit(inputs, classes)
    ours = boost(inputs, classes, 25, lr=lr, loss="log_loss", **limits)
    assert np.allclose(ours(inputs), theirs.decision_function(inputs), atol=1e-4)
    staged = np.stack([*theirs.staged_decision_function(inputs)])[..., 0]
    assert np.allclose(ours.stages(inputs)[1:], staged, atol=1e-4)


def test_each_tree_is_grown_on_what_is_left():
    inputs, targets, _ = random_table(2)
    model = boost(inputs, targets, 5, lr=0.3, max_leaf_nodes=3)
    stages = model.stages(inputs)
    assert torch.allclose(stages[0], targets.mean().expand(300))
    for before, after, tree in zip(stages[:-1], stages[1:], model.trees, strict=True):
        again = grow_tree(inputs, targets - before, max_leaf_nodes=3)
        assert torch.allclose(after - before, 0.3 * again(inputs), atol=1e-5)
        assert tree.n_leaves == 3


def test_it_begins_at_the_log_odds():
    inputs, _, classes = random_table(3)
    model = boost(inputs, classes, 1, loss="log_loss")
    assert torch.isclose(model.start.sigmoid(), classes.mean())


@pytest.mark.parametrize("loss", ["mse", "log_loss"])
def test_other_rows_say_when_to_stop(loss):
    inputs, targets, classes = random_table(4, n=400)
    y = classes if loss == "log_loss" else targets + 3 * inputs[:, 0]
    known, valid = (inputs[:200], y[:200]), (inputs[200:], y[200:])
    everything = boost(*known, 60, loss=loss)
    of = F.binary_cross_entropy_with_logits if loss == "log_loss" else F.mse_loss
    losses = [of(stage, valid[1]).item() for stage in everything.stages(valid[0])]
    best = 0
    for n, each in enumerate(losses):
        best = n if each < losses[best] else best
        if n - best == 7:
            break
    stopped = boost(*known, 60, loss=loss, valid=valid, patience=7)
    assert 0 < best < 60 - 7
    assert len(stopped.trees) == best
    assert torch.allclose(stopped(inputs), everything.stages(inputs)[best])


def test_where_nothing_can_be_learnt_the_mean_is_left():
    generator = torch.Generator().manual_seed(0)
    inputs, targets = torch.rand(60, 2, generator=generator), torch.randn(60, generator=generator)
    model = boost(inputs[:30], targets[:30], valid=(inputs[30:], targets[:30].mean().expand(30)))
    assert len(model.trees) == 0
    assert torch.allclose(model(inputs), targets[:30].mean())


def test_who_is_sure_stays_finite():
    inputs = torch.arange(6.0)[:, None]
    model = boost(inputs, (inputs[:, 0] > 2).float(), 400, lr=1.0, loss="log_loss")
    assert model(inputs).isfinite().all()
    assert model(inputs).abs().min() > 30


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_dtype_is_that_of_the_inputs(dtype):
    inputs, targets, _ = (each.to(dtype) for each in random_table(5, n=30))
    model = boost(inputs, targets, 3)
    assert model(inputs).dtype == model.stages(inputs).dtype == model.start.dtype == dtype


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"inputs": [[1.0]]}, TypeError, "inputs must be a tensor"),
        ({"inputs": torch.ones(4, 2)}, ValueError, r"not \(4, 2\) and \(3,\)"),
        ({"targets": torch.tensor([0.0, 1.0, math.nan])}, ValueError, "targets must be finite"),
        ({"n_trees": 0}, ValueError, "n_trees must be at least 1"),
        ({"max_leaf_nodes": 1}, ValueError, "max_leaf_nodes must be at least 2"),
        ({"min_samples_leaf": 0}, ValueError, "min_samples_leaf must be at least 1"),
        ({"patience": 0}, ValueError, "patience must be at least 1"),
        ({"lr": 0}, ValueError, "lr must be above 0, not 0"),
        ({"lr": "1"}, TypeError, "lr must be a number"),
        ({"loss": "mae"}, ValueError, 'loss must be "mse" or "log_loss", not \'mae\''),
        ({"loss": "log_loss", "targets": torch.tensor([0.0, 1.0, -1.0])}, ValueError, "must be 0 and 1"),
        ({"loss": "log_loss", "targets": torch.ones(3)}, ValueError, "all targets are the same"),
        ({"valid": (torch.rand(2, 2), torch.ones(3))}, ValueError, r"not \(2, 2\) and \(3,\)"),
        (
            {"loss": "log_loss", "valid": (torch.rand(2, 2), torch.tensor([0.0, 2.0]))},
            ValueError,
            "targets for the log-loss must be 0 and 1",
        ),
    ],
)
def test_bad_input_is_refused(change, error, words):
    given = {"inputs": torch.rand(3, 2), "targets": torch.tensor([0.0, 1.0, 1.0])} | change
    with pytest.raises(error, match=words):
        boost(given.pop("inputs"), given.pop("targets"), **given)


@pytest.mark.cuda
@pytest.mark.parametrize("loss", ["mse", "log_loss"])
def test_the_same_trees_grow_on_a_gpu(loss):
    inputs, targets, classes = random_table(6, n=1000, k=6)
    y = classes if loss == "log_loss" else targets
    here = boost(inputs, y, 10, loss=loss)
    there = boost(inputs.cuda(), y.cuda(), 10, loss=loss)
    assert there.trees[0].values.is_cuda
    assert torch.allclose(here(inputs), there(inputs.cuda()).cpu(), atol=1e-5)
