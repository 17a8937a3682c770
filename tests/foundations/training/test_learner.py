"""The learner: equal to `fit` where no callback interferes, its moments, and the learning-rate finder."""

import ast
import copy
import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pretended import pretended
from project_root import ROOT
from torch import nn

from foundations import (
    Callback,
    EarlyStopping,
    Learner,
    Recorder,
    Scheduled,
    fit,
    mae,
    mse,
    one_cycle,
)
from foundations.training.callbacks import HOOKS
from page_runner.page import read_page

LESSON = ROOT / "docs" / "lessons" / "why-use-a-framework.md"


def points(n=50, seed=0):
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 3, generator=draw)
    return x, x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(n, 1, generator=draw)


def net(*between):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 8), *between, nn.ReLU(), nn.Linear(8, 1))


def seeded(seed=42):
    return torch.Generator().manual_seed(seed)


def params(model):
    return torch.cat([each.detach().flatten().cpu() for each in model.state_dict().values()])


@settings(max_examples=15)
@given(
    n_epochs=st.integers(0, 3),
    batch_size=st.none() | st.integers(1, 60),
    make=st.sampled_from([torch.optim.SGD, torch.optim.Adam]),
    lr=st.floats(0, 0.05),
)
def test_is_fit_without_callbacks(n_epochs, batch_size, make, lr):
    data, valid = points(), points(20, seed=1)
    by_fit, by_learner = net(), net()
    history = fit(
        by_fit,
        data,
        mse,
        make(by_fit.parameters(), lr=lr),
        n_epochs=n_epochs,
        batch_size=batch_size,
        valid=valid,
        metrics={"mae": mae},
        device="cpu",
        generator=seeded(),
    )
    recorder = Recorder({"mae": mae})
    learner = Learner(
        by_learner,
        data,
        mse,
        valid=valid,
        batch_size=batch_size,
        optimizer=make,
        device="cpu",
        generator=seeded(),
    )
    learner.fit(n_epochs, lr, callbacks=[recorder])
    assert torch.equal(params(by_fit), params(by_learner))
    for name in ("batch_losses", "lrs", "train_losses", "valid_losses"):
        assert torch.equal(getattr(history, name), getattr(recorder.history, name)), name
    assert torch.equal(history.metrics["mae"], recorder.history.metrics["mae"])


def test_watching_changes_nothing():
    alone, watched = (
        Learner(net(nn.Dropout(0.5)), points(), mse, valid=points(9), device="cpu", generator=seeded())
        for _ in range(2)
    )
    for learner, callbacks in ((alone, []), (watched, [Callback(), Recorder({"mae": mae}), EarlyStopping()])):
        torch.manual_seed(3)
        learner.fit(2, 0.01, callbacks=callbacks)
    assert alone.step == watched.step == 2
    assert torch.equal(params(alone.model), params(watched.model))


class Diary(Callback):
    def __init__(self):
        self.lines = []


def _note(hook):
    return lambda self, learner: self.lines.append(hook)


for _hook in HOOKS:
    setattr(Diary, _hook, _note(_hook))


def test_moments_come_in_their_order():
    diary = Diary()
    Learner(net(), points(), mse, batch_size=32, callbacks=[diary], device="cpu").fit(2, 0.01)
    batch = ["before_batch", "after_backward", "after_batch"]
    epoch = ["before_epoch", *batch, *batch, "after_epoch"]
    assert diary.lines == ["before_fit", *epoch, *epoch, "after_fit"]


def test_gradients_are_there_before_the_step():
    seen = {}

    class Zero(Callback):
        def before_batch(self, learner):
            seen["rows"] = len(learner.batch[0])

        def after_backward(self, learner):
            seen["before"] = params(learner.model)
            for each in learner.model.parameters():
                assert each.grad is not None
                each.grad.zero_()

        def after_batch(self, learner):
            seen["after"] = params(learner.model)

    learner = Learner(net(), points(), mse, batch_size=None, optimizer=torch.optim.SGD, device="cpu")
    learner.fit(1, 1.0, callbacks=[Zero()])
    assert seen["rows"] == 50
    assert torch.equal(seen["before"], seen["after"])


def test_a_callback_may_change_the_batch():
    class Shortened(Callback):
        def before_batch(self, learner):
            if learner.step == 0:
                x, y = learner.batch
                learner.batch = x[:7], y[:7]

    recorder = Recorder()
    learner = Learner(net(), points(), mse, batch_size=25, callbacks=[Shortened(), recorder], device="cpu")
    learner.fit(1, 0.01)
    first, second = recorder.history.batch_losses
    torch.testing.assert_close(recorder.history.train_losses[0], (7 * first + 25 * second) / 32)


def test_everybody_hears_of_the_stop():
    diary = Diary()

    class Stop(Callback):
        def after_batch(self, learner):
            learner.stop = learner.step == 3

    learner = Learner(net(), points(), mse, batch_size=25, valid=points(5), device="cpu")
    learner.fit(10, 0.01, callbacks=[Stop(), diary])
    assert learner.step == 3 and learner.epoch == 1
    assert learner.n_epochs == 10 and learner.n_steps == 20
    assert learner.valid_loss is not None
    assert diary.lines[-3:] == ["after_batch", "after_epoch", "after_fit"]
    learner.fit(1, 0.01)
    assert learner.step == 2, "the next fit starts anew"


def test_lr_find_tries_a_ladder():
    lrs, losses = Learner(net(), points(), mse, batch_size=16, device="cpu").lr_find(start=1e-4, end=1e-2, n_steps=21)
    assert lrs.shape == losses.shape == (21,)
    assert lrs.dtype == losses.dtype == torch.float32
    torch.testing.assert_close(lrs.log10(), torch.linspace(-4, -2, 21), atol=1e-5, rtol=0)


def test_lr_find_ends_where_the_loss_explodes():
    learner = Learner(net(), points(), mse, optimizer=torch.optim.SGD, batch_size=None, device="cpu")
    lrs, losses = learner.lr_find(end=1e4)
    assert len(lrs) < 100 and lrs[-1] < 1e3
    assert not losses[-1] <= 4 * losses.min()
    assert (losses[: losses.argmin() + 3] <= 4 * losses[0]).all()


def test_lr_find_of_a_line_finds_the_limit():
    """Gradient descent on a parabola diverges above 2 / curvature: the loss turns there, and not a decade off."""
    x, y = points()
    curvature = torch.linalg.eigvalsh(2 * x.T @ x / len(x))[-1]
    learner = Learner(
        nn.Linear(3, 1, bias=False), (x, y), mse, optimizer=torch.optim.SGD, batch_size=None, device="cpu"
    )
    lrs, losses = learner.lr_find(start=1e-3, end=100)
    assert 0.2 < lrs[losses.argmin()] / (2 / curvature) < 5


def test_lr_find_leaves_no_trace():
    plain, searched = (
        Learner(net(nn.Dropout(0.2), nn.BatchNorm1d(8)), points(), mse, batch_size=16, device="cpu", generator=seeded())
        for _ in range(2)
    )
    torch.manual_seed(5)
    plain.fit(2, 0.01)
    torch.manual_seed(5)
    searched.model.eval()
    searched.lr_find(end=100)
    assert not searched.model.training
    searched.fit(2, 0.01)
    assert torch.equal(params(plain.model), params(searched.model))


def test_lr_find_calls_no_callbacks():
    diary = Diary()
    learner = Learner(net(), points(), mse, valid=points(5), callbacks=[diary], device="cpu")
    learner.lr_find(n_steps=5)
    assert diary.lines == []


def test_several_inputs():
    class Sum(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(3, 1)

        def forward(self, first, second):
            return self.layer(first + second)

    x, y = points()
    recorder = Recorder()
    learner = Learner(Sum(), (x / 2, x / 2, y), mse, valid=(x / 2, x / 2, y), callbacks=[recorder], device="cpu")
    learner.fit(60, 0.1)
    assert recorder.history.valid_losses[-1] < 0.1


def test_bad_input():
    x, y = points()
    with pytest.raises(TypeError, match=r"model must be an nn\.Module"):
        Learner(mse, (x, y), mse)
    with pytest.raises(TypeError, match="for batches from a DataLoader use fit"):
        Learner(net(), [(x, y)], mse)
    with pytest.raises(TypeError, match="for batches from a DataLoader use fit"):
        Learner(net(), (x, y), mse, valid=[(x, y)])
    with pytest.raises(ValueError, match=r"data must be \(inputs, targets\)"):
        Learner(net(), (x,), mse)
    with pytest.raises(ValueError, match="data has no rows"):
        Learner(net(), (x[:0], y[:0]), mse, device="cpu").fit(1, 0.1)
    learner = Learner(net(), (x, y[:, 0]), mse, device="cpu")
    with pytest.raises(ValueError, match="would broadcast"):
        learner.fit(1, 0.1)
    with pytest.raises(ValueError, match="lr must be"):
        learner.fit(1, -1.0)
    with pytest.raises(TypeError, match="n_epochs"):
        learner.fit(1.5, 0.1)
    with pytest.raises(TypeError, match="objects with the methods of Callback, not <class"):
        learner.fit(1, 0.1, callbacks=[Recorder])
    for start, end in ((0.0, 1.0), (1.0, 1.0), (-1.0, 1.0)):
        with pytest.raises(ValueError, match="start must be positive"):
            learner.lr_find(start=start, end=end)
    with pytest.raises(ValueError, match="n_steps"):
        learner.lr_find(n_steps=1)


@pytest.mark.cuda
def test_on_cuda_as_on_the_cpu():
    models = []
    for device in ("cpu", "cuda"):
        recorder = Recorder({"mae": mae})
        learner = Learner(
            copy.deepcopy(net()), points(), mse, valid=points(9), batch_size=16, device=device, generator=seeded()
        )
        lrs, losses = learner.lr_find()
        assert lrs.device.type == losses.device.type == "cpu"
        learner.fit(3, 0.01, callbacks=[Scheduled(one_cycle), EarlyStopping(), recorder])
        assert recorder.history.batch_losses.device.type == "cpu"
        models.append(params(learner.model))
    torch.testing.assert_close(*models, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_the_search_for_a_rate_leaves_a_gpus_random_numbers_and_the_model_as_they_were(kind):
    with pretended(kind):
        model = nn.Sequential(nn.Dropout(), net()).eval()
        learner = Learner(model, points(), mse, device=kind)
        torch.rand(3, device=kind)
        before = copy.deepcopy(params(model)), getattr(torch, kind).get_rng_state(), torch.get_rng_state()
        learner.lr_find(n_steps=5)
        assert all(
            map(torch.equal, before, (params(model), getattr(torch, kind).get_rng_state(), torch.get_rng_state()))
        )
        learner.loss_fn = lambda preds, targets: preds  # no single number
        with pytest.raises(ValueError, match="loss_fn must give one number"):
            learner.lr_find(n_steps=5)
        assert torch.equal(params(model), before[0]) and not model.training


@pytest.mark.filterwarnings("ignore")
def test_fastai_prepares_as_the_lesson_does(monkeypatch, tmp_path):
    """The lesson's block of fastai runs as it stands, and its numbers and words are those of the lesson's own steps."""
    pytest.importorskip("fastai", reason="fastai, an optional extra, is not installed")
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "simulated")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for snippet in read_page(LESSON, ROOT).snippets:
        exec(snippet.source, names)
        if "valid_x" in names:
            break
    categorical = list(names["categorical"])
    known = names["categorify"](names["people"][categorical].iloc[names["train"].numpy()])(names["people"])
    (block,) = re.findall(r"```text\n(from fastai.*?)```", LESSON.read_text("utf-8"), flags=re.DOTALL)
    exec(block, names)
    table = names["loaders"].train_ds
    numbers = torch.tensor(table.conts.to_numpy("float32"))
    torch.testing.assert_close(numbers, names["x"][:, : numbers.shape[1]], atol=1e-4, rtol=0)
    theirs = [f"{name}_{value}" for name in categorical for value in table.classes[name][1:]]
    assert theirs == list(known.columns)
    assert names["categorical"] == [*categorical, "Age_na"], "the lesson says that it adds to the list"
    right = names["preds"][:, 1].gt(0.5) == names["valid_y"].eq(1)
    assert right.float().mean() > 0.7


@pytest.mark.parametrize(("kind", "model"), [("cuda", "Nets"), ("mps", "Normed")])
def test_the_hundred_nets_of_the_lesson_train_on_a_gpu_as_on_the_cpu(kind, model):
    """With the lesson's own learner and nets, which name no device but that of the learner."""
    names: dict[str, Any] = {"log_loss": nn.functional.binary_cross_entropy_with_logits}
    for snippet in read_page(LESSON, ROOT).snippets:
        parts = ast.parse(snippet.source).body
        made = [
            each for each in parts if isinstance(each, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
        ]
        exec(compile(ast.Module(made, []), str(LESSON), "exec"), names)
        if "Normed" in names:
            break
    draw = seeded()
    x, told = torch.randn(30, 20, 4, generator=draw), torch.rand(30, 20, generator=draw).round()
    names |= {"told": told[:20], "truth": told[20:]}

    def trained():
        return names["train_many"]((x[:20], x[20:]), kind=names[model], n_each=2)

    names["best_device"] = lambda: "cpu"
    on_cpu = trained()
    with pretended(kind):
        names["best_device"] = lambda: kind
        torch.testing.assert_close(trained(), on_cpu)
