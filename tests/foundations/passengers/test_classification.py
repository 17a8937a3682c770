"""Accuracy and its interval, against scikit-learn, scipy and simulation."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score

from foundations import accuracy, wilson_interval


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("integers", [torch.int64, torch.int32, torch.uint8])
def test_accuracy_is_scikit_learns(dtype, integers):
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(50, 4, generator=draw, dtype=dtype)
    targets = torch.randint(4, (50,), generator=draw).to(integers)
    right = accuracy_score(targets.numpy(), logits.argmax(dim=1).numpy())
    assert accuracy(logits, targets).item() == pytest.approx(right)
    assert accuracy(logits.softmax(dim=1), targets).item() == pytest.approx(right)


@pytest.mark.parametrize(
    ("logits", "targets", "error", "words"),
    [
        ([[1.0]], torch.tensor([0]), TypeError, "logits must be a tensor"),
        (torch.ones(2, 3, dtype=torch.int64), torch.tensor([0, 1]), TypeError, "logits must hold floats"),
        (torch.ones(2, 3), [0, 1], TypeError, "targets must be a tensor"),
        (torch.ones(2, 3), torch.tensor([0.0, 1.0]), TypeError, r"use \.long\(\)"),
        (torch.ones(2, 3), torch.tensor([[0], [1]]), ValueError, r"not \(2, 3\) and \(2, 1\)"),
        (torch.ones(2), torch.tensor([0, 1]), ValueError, r"logits must have shape \(n, n_classes\)"),
        (torch.ones(0, 3), torch.zeros(0, dtype=torch.int64), ValueError, "empty: accuracy needs at least one row"),
        (torch.ones(2, 3), torch.tensor([2, 3]), ValueError, "a target 3, but logits for 3 classes, numbered from 0"),
        (torch.ones(2, 3), torch.tensor([-1, 0]), ValueError, "a target -1"),
        (torch.ones(2, 0), torch.tensor([0, 0]), ValueError, "a target 0, but logits for 0 classes"),
    ],
)
def test_what_is_no_classification_is_refused(logits, targets, error, words):
    with pytest.raises(error, match=words):
        accuracy(logits, targets)


def test_a_row_with_nan_is_never_right():
    logits = torch.tensor([[1.0, 0.0], [torch.nan, 0.0], [torch.nan, torch.nan], [0.0, 1.0]])
    assert accuracy(logits, torch.tensor([0, 0, 0, 1])) == 0.5


@given(n=st.integers(1, 2000), part=st.floats(0, 1))
def test_the_interval_is_scipys(n, part):
    right = round(part * n)
    theirs = binomtest(right, n).proportion_ci(method="wilson")
    z = 1.959963984540054
    assert wilson_interval(right / n, n, z) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_the_interval_holds_the_truth_95_times_in_100():
    counts = np.random.default_rng(0).binomial(60, 0.9, 4000)
    held = [low <= 0.9 <= high for low, high in (wilson_interval(k / 60, 60) for k in counts)]
    assert 0.93 < np.mean(held) < 0.97


def test_it_narrows_with_the_root_of_n():
    low, high = wilson_interval(0.5, 10_000)
    lower, higher = wilson_interval(0.5, 40_000)
    assert (high - low) / (higher - lower) == pytest.approx(2, rel=1e-3)
    assert wilson_interval(0.3, 10, z=0) == (0.3, 0.3)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((95, 100), ValueError, "95 % are 0.95"),
        ((-0.1, 100), ValueError, "at least 0"),
        ((float("nan"), 100), ValueError, "finite"),
        (("0.5", 100), TypeError, "share must be a number"),
        ((0.5, 0), ValueError, "n must be at least 1"),
        ((0.5, 10.0), TypeError, "n must be a whole number"),
        ((0.5, 10, -1), ValueError, "z must be at least 0"),
    ],
)
def test_what_is_no_share_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        wilson_interval(*arguments)
