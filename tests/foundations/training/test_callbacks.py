"""The callbacks one by one: what they change in a training, and what they refuse."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from foundations import (
    Callback,
    EarlyStopping,
    Learner,
    Recorder,
    Scheduled,
    cosine_decay,
    linear_decay,
    mae,
    mse,
    one_cycle,
)


def line(n=50, **options):
    """A learner with n rows."""
    x = torch.linspace(-1, 1, n)[:, None]
    return Learner(nn.Linear(1, 1), (x, 3 * x), mse, device="cpu", **options)


def test_an_invented_moment_is_refused():
    with pytest.raises(TypeError, match="after_epochs, which no learner calls: the moments are before_fit, "):
        type("Misspelt", (Callback,), {"after_epochs": lambda self, learner: None})
    type("Other", (Callback,), {"afterthought": 1, "helper": lambda self: None})


@pytest.mark.parametrize("make", [one_cycle, cosine_decay, linear_decay])
def test_scheduled(make):
    recorder = Recorder()
    learner = line(batch_size=16)
    learner.fit(3, 0.1, callbacks=[Scheduled(make), recorder])
    right = make(0.1, 12)
    assert recorder.history.lrs.tolist() == pytest.approx([right(step) for step in range(12)])
    learner.fit(2, 0.2, callbacks=[Scheduled(make), recorder])
    assert recorder.history.lrs.tolist() == pytest.approx([make(0.2, 8)(step) for step in range(8)])
    learner.fit(0, 0.2, callbacks=[Scheduled(make), recorder])
    assert not len(recorder.history.lrs)


class Losses(Callback):
    """Puts losses in the place of those of the validation set, and marks the model with the epoch."""

    def __init__(self, losses):
        self.losses = losses

    def after_epoch(self, learner):
        learner.valid_loss = self.losses[learner.epoch]
        with torch.no_grad():
            learner.model.bias.fill_(learner.epoch)


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, math.nan, math.inf]), min_size=1, max_size=8),
    st.none() | st.integers(1, 4),
)
def test_early_stopping(losses, patience):
    x = torch.ones(2, 1)
    best = EarlyStopping(patience)
    learner = Learner(nn.Linear(1, 1), (x, x), mse, valid=(x, x), device="cpu")
    learner.fit(len(losses), 0.1, callbacks=[Losses(losses), best])
    seen, lowest, where, waited = 0, math.inf, None, 0
    for epoch, loss in enumerate(losses):
        seen, waited = epoch, waited + 1
        if loss < lowest:
            lowest, where, waited = loss, epoch, 0
        if waited == patience:
            break
    assert (learner.epoch, best.best_epoch, best.best_loss) == (seen, where, lowest)
    assert learner.model.bias.item() == (seen if where is None else where)


def test_early_stopping_begins_anew():
    x = torch.ones(2, 1)
    best = EarlyStopping(patience=1)
    learner = Learner(nn.Linear(1, 1), (x, x), mse, valid=(x, x), device="cpu")
    learner.fit(2, 0.1, callbacks=[Losses([1.0, 2.0]), best])
    learner.fit(2, 0.1, callbacks=[Losses([5.0, 4.0]), best])
    assert (best.best_epoch, best.best_loss) == (1, 4.0)


def test_bad_input():
    learner = line()
    with pytest.raises(ValueError, match="metrics are measured on a validation set"):
        learner.fit(1, 0.1, callbacks=[Recorder({"mae": mae})])
    with pytest.raises(ValueError, match="the best is found on a validation set"):
        learner.fit(1, 0.1, callbacks=[EarlyStopping()])
    with pytest.raises(ValueError, match="no history yet"):
        _ = Recorder().history
    with pytest.raises(ValueError, match="patience"):
        EarlyStopping(0)
