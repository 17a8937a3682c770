"""Two rectified linear units: their predictions, their training, and the polish that ends it."""

import math

import pytest
import torch
from passenger_list import HAS_LIST
from torch.nn import functional as F

from foundations import sheet_inputs, titanic, train_two_relus, two_relus
from foundations.passengers.spreadsheet import model

SOURCES = ("passengers", "simulated") if HAS_LIST else ("simulated",)


@pytest.mark.skipif(not HAS_LIST, reason="the published figures are those of the real list")
def test_the_published_rows_and_a_lower_loss_than_the_published():
    inputs, targets = sheet_inputs(titanic("passengers"))
    assert inputs.shape == (712, 10)
    _, losses = train_two_relus(inputs, targets, generator=torch.Generator().manual_seed(42))
    assert losses.min() < 0.1295 and (losses < 0.1432).sum() >= 5


@pytest.mark.parametrize("source", SOURCES)
def test_training(source):
    inputs, targets = sheet_inputs(titanic(source))
    (params, losses), (again, _) = (
        train_two_relus(inputs, targets, n_starts=3, n_steps=300, generator=torch.Generator().manual_seed(1))
        for _ in range(2)
    )
    assert torch.equal(params, again) and not params.requires_grad and params.dtype == torch.float64
    for one, loss in zip(params, losses, strict=True):
        preds = F.relu(inputs @ one[0]) + F.relu(inputs @ one[1])
        assert torch.allclose(preds, two_relus(one, inputs))
        assert torch.allclose(F.mse_loss(preds, targets), loss)
    start, _ = train_two_relus(inputs, targets, n_starts=3, n_steps=0, generator=torch.Generator().manual_seed(1))
    assert not torch.equal(start, params)


def test_float32_stays_float32_and_a_column_may_be_there_twice():
    x = torch.linspace(-1, 1, 41)
    inputs = torch.stack([x, torch.ones(41), x], dim=1)
    params, losses = train_two_relus(inputs, x.abs(), n_starts=10, generator=torch.Generator().manual_seed(0))
    assert params.dtype == losses.dtype == torch.float32 and params.isfinite().all()
    assert losses.min() < 1e-8


def test_the_polish_never_makes_a_net_worse(monkeypatch):
    inputs, targets = sheet_inputs(titanic("simulated"))
    start = torch.rand(50, 2, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) - 0.5
    before = model._losses(start, inputs, targets)
    after, losses = model._polish(start, inputs, targets)
    assert (losses <= before).all()
    assert torch.allclose(model._losses(after, inputs, targets), losses)


def test_inputs_that_are_watched_and_inputs_so_large_that_no_least_squares_are_found():
    x = torch.linspace(-1, 1, 41, dtype=torch.float64)
    inputs = torch.stack([x, torch.ones_like(x), x], dim=1)
    params, losses = train_two_relus(inputs.requires_grad_(), x.abs(), n_starts=2, n_steps=2)
    assert not params.requires_grad and not losses.requires_grad
    _, losses = train_two_relus(inputs * 1e30, x.abs(), n_starts=20, n_steps=2)
    assert losses.isfinite().all()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x, y: two_relus(torch.ones(2, 2).double(), x), TypeError, r"use params.to\(inputs.dtype\)"),
        (lambda x, y: train_two_relus(x * 1e30, y, n_steps=2), ValueError, "float32 the losses overflow: scale"),
        (lambda x, y: two_relus(torch.ones(2, 3), x), ValueError, r"params has shape \(2, 3\) and inputs \(4, 2\)"),
        (lambda x, y: two_relus(torch.ones(3, 2), x), ValueError, "must be"),
        (lambda x, y: two_relus(torch.ones(2, 2), y), ValueError, r"params has shape \(2, 2\) and inputs \(4,\)"),
        (lambda x, y: two_relus(torch.ones(2), x), ValueError, r"params has shape \(2,\) and inputs \(4, 2\)"),
        (lambda x, y: two_relus([[1.0]], x), TypeError, "params must be a tensor"),
        (lambda x, y: train_two_relus(x, y[:, None]), ValueError, r"targets \(4, 1\), but"),
        (lambda x, y: train_two_relus(x[:0], y[:0]), ValueError, "n at least 1"),
        (lambda x, y: train_two_relus(x * math.nan, y), ValueError, "nan or inf"),
        (lambda x, y: train_two_relus(x.long(), y), TypeError, "inputs must hold floats"),
        (lambda x, y: train_two_relus(x, y, n_starts=0), ValueError, "n_starts must be at least 1"),
        (lambda x, y: train_two_relus(x, y, n_steps=1.5), TypeError, "n_steps must be a whole number"),
    ],
)
def test_bad_input_to_the_nets(call, error, words):
    with pytest.raises(error, match=words):
        call(torch.ones(4, 2), torch.ones(4))
