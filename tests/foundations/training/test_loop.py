"""Mini-batches, the training loop, and predictions: against loops written out by hand, and with bad input."""

import io
import itertools
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from foundations import evaluate, fit, minibatches, mse, predict, rmse


def generator(seed: int = 42) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def some_data(n: int = 50) -> tuple[Tensor, Tensor]:
    x = torch.rand(n, 3, generator=generator(1))
    return x, (x @ torch.tensor([[1.0], [2.0], [-1.0]])).square()


def net(*extra: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.ReLU(), *extra, nn.Linear(8, 1))


def sgd(model: nn.Module, lr: float = 0.1) -> torch.optim.SGD:
    return torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)


# ---- Mini-batches


@given(n=st.integers(0, 30), batch_size=st.integers(1, 35), seed=st.integers(0, 9))
def test_an_epoch_has_every_row_once(n: int, batch_size: int, seed: int):
    rows = torch.arange(n)
    batches = list(minibatches(rows, 10 * rows, batch_size=batch_size, generator=generator(seed)))
    assert [len(first) for first, _ in batches[:-1]] == [batch_size] * (len(batches) - 1)
    assert sorted(row for first, _ in batches for row in first.tolist()) == rows.tolist()
    assert all(torch.equal(second, 10 * first) for first, second in batches)


@given(n=st.integers(0, 30), batch_size=st.integers(1, 35))
def test_the_last_batch_can_be_dropped(n: int, batch_size: int):
    batches = list(minibatches(torch.arange(n), batch_size=batch_size, shuffle=False, drop_last=True))
    assert [len(rows) for (rows,) in batches] == [batch_size] * (n // batch_size)
    assert [row for (rows,) in batches for row in rows.tolist()] == list(range(n // batch_size * batch_size))


def test_batches_are_those_of_a_data_loader():
    x, y = some_data()
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=False)
    for ours, theirs in zip(minibatches(x, y, batch_size=16, shuffle=False), loader, strict=True):
        assert torch.equal(ours[0], theirs[0])
        assert torch.equal(ours[1], theirs[1])


def test_the_order_is_new_in_each_epoch_and_the_same_for_a_seed():
    rows, one, two = torch.arange(20), generator(), generator()
    first = [batch.tolist() for (batch,) in minibatches(rows, batch_size=7, generator=one)]
    assert [batch.tolist() for (batch,) in minibatches(rows, batch_size=7, generator=one)] != first
    assert [batch.tolist() for (batch,) in minibatches(rows, batch_size=7, generator=two)] == first


def test_rows_in_order_are_not_copied():
    x = torch.rand(10, 3)
    (batch,) = next(minibatches(x, batch_size=4, shuffle=False))
    assert batch.data_ptr() == x.data_ptr()


@pytest.mark.parametrize(
    ("tensors", "batch_size", "error", "says"),
    [
        ((), 2, ValueError, "at least one tensor"),
        (([1, 2],), 2, TypeError, "tensor 0 must be a tensor, not list"),
        ((torch.zeros(4), torch.tensor(1.0)), 2, ValueError, "tensor 1 has no rows"),
        ((torch.zeros(4), torch.zeros(3)), 2, ValueError, "equally many rows, not 4, 3"),
        ((torch.zeros(4),), 0, ValueError, "batch_size must be at least 1, not 0"),
        ((torch.zeros(4),), 2.5, TypeError, "batch_size must be a whole number, not float"),
    ],
)
def test_bad_batches_are_refused_at_once(tensors, batch_size, error: type[Exception], says: str):
    with pytest.raises(error, match=says):
        minibatches(*tensors, batch_size=batch_size)


# ---- fit


@pytest.mark.parametrize("batch_size", [None, 7, 50, 64])
def test_fit_is_the_loop_written_out(batch_size: int | None):
    x, y = some_data()
    ours = net()
    history = fit(ours, (x, y), mse, sgd(ours), n_epochs=3, batch_size=batch_size, device="cpu", generator=generator())

    theirs, order, losses = net(), generator(), []
    optimizer = sgd(theirs)
    for _ in range(3):
        rows = torch.arange(50) if batch_size is None else torch.randperm(50, generator=order)
        for batch in rows.split(batch_size or 50):
            loss = F.mse_loss(theirs(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert history.batch_losses.tolist() == losses
    assert all(torch.equal(a, b) for a, b in zip(ours.parameters(), theirs.parameters(), strict=True))


def test_an_epochs_loss_weighs_batches_by_their_rows():
    x, y = some_data()
    model = net()
    history = fit(model, (x, y), mse, sgd(model, lr=0.0), n_epochs=2, batch_size=16, device="cpu")
    whole = F.mse_loss(model(x), y)
    assert torch.allclose(history.train_losses, whole.expand(2))
    assert not torch.isclose(history.batch_losses[:4].mean(), whole)  # the last batch has 2 rows


def test_a_loader_trains_as_the_tensors_do():
    x, y = some_data()
    one, two = net(), net()
    loader = DataLoader(TensorDataset(x, y), batch_size=16)
    by_tensors = fit(one, (x, y), mse, sgd(one), n_epochs=2, batch_size=16, shuffle=False, valid=(x, y), device="cpu")
    by_loader = fit(two, loader, mse, sgd(two), n_epochs=2, valid=loader, device="cpu")
    assert torch.equal(by_tensors.batch_losses, by_loader.batch_losses)
    assert torch.allclose(by_tensors.valid_losses, by_loader.valid_losses)


def test_validation_is_of_the_whole_set_in_eval_mode():
    x, y = some_data()
    model = net(nn.Dropout(0.5))
    history = fit(
        model,
        (x[:30], y[:30]),
        mse,
        sgd(model),
        n_epochs=2,
        batch_size=8,
        valid=(x[30:], y[30:]),
        metrics={"rmse": rmse, "largest": lambda preds, targets: (preds - targets).abs().max()},
        device="cpu",
    )
    assert model.training
    model.eval()
    with torch.no_grad():
        misses = model(x[30:]) - y[30:]
    assert history.valid_losses[-1].item() == pytest.approx(misses.square().mean().item(), rel=1e-6)
    assert history.metrics["rmse"][-1].item() == pytest.approx(misses.square().mean().sqrt().item(), rel=1e-6)
    assert history.metrics["largest"][-1].item() == pytest.approx(misses.abs().max().item(), rel=1e-6)
    assert {name: len(values) for name, values in history.metrics.items()} == {"rmse": 2, "largest": 2}


def test_the_scheduler_steps_after_each_batch():
    x, y = some_data()
    model = net()
    optimizer = sgd(model, lr=0.8)
    halving = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
    history = fit(model, (x, y), mse, optimizer, n_epochs=2, batch_size=25, scheduler=halving, device="cpu")
    assert history.lrs.tolist() == pytest.approx([0.8, 0.4, 0.2, 0.1])
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.05)


def test_no_epochs_change_nothing():
    x, y = some_data()
    model = net()
    before = model.state_dict()["0.weight"].clone()
    history = fit(model, (x, y), mse, sgd(model), n_epochs=0, valid=(x, y), metrics={"rmse": rmse}, device="cpu")
    assert torch.equal(model.state_dict()["0.weight"], before)
    assert history.batch_losses.shape == history.train_losses.shape == history.valid_losses.shape == (0,)
    assert history.metrics["rmse"].shape == (0,)


class TwoIn(nn.Module):
    """Takes two inputs, gives two predictions."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(1, 1), nn.Linear(2, 1)

    def forward(self, one: Tensor, two: Tensor) -> tuple[Tensor, Tensor]:
        return self.a(one) + self.b(two), self.a(one)


def test_several_inputs_and_several_predictions():
    x, y = some_data()
    torch.manual_seed(0)
    model = TwoIn()

    def both(preds: tuple[Tensor, Tensor], targets: Tensor) -> Tensor:
        return mse(preds[0], targets) + 0.1 * mse(preds[1], targets)

    data = (x[:, :1], x[:, 1:], y)
    history = fit(model, data, both, sgd(model, lr=0.01), n_epochs=5, batch_size=10, valid=data, device="cpu")
    assert history.valid_losses[-1] < history.valid_losses[0]
    whole, part = predict(model, *data[:2], device="cpu"), predict(model, *data[:2], batch_size=7, device="cpu")
    assert len(whole) == len(part) == 2
    assert all(torch.allclose(a, b) for a, b in zip(whole, part, strict=True))
    assert evaluate(model, data, both, batch_size=7, device="cpu") == pytest.approx(history.valid_losses[-1].item())


def test_classes_as_targets_are_no_broadcast():
    x, _ = some_data()
    classes = torch.arange(50) % 2
    model = nn.Linear(3, 2)
    history = fit(model, (x, classes), F.cross_entropy, sgd(model), n_epochs=2, batch_size=1, device="cpu")
    assert history.batch_losses.isfinite().all()


DATA = some_data()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"model": lambda x: x}, TypeError, "model must be an nn.Module, not function"),
        ({"data": DATA[0]}, TypeError, "data must be a tuple of tensors, or batches of them, not Tensor"),
        ({"data": 7}, TypeError, "not int"),
        ({"data": (DATA[0],)}, ValueError, r"data must be \(inputs, targets\), not 1 tensors"),
        ({"data": (DATA[0], DATA[1][:9])}, ValueError, "equally many rows, not 50, 9"),
        ({"data": (DATA[0], DATA[1][:, 0])}, ValueError, r"they would broadcast to \(50, 50\)"),
        ({"data": (DATA[0][:0], DATA[1][:0])}, ValueError, "data has no batch to train on"),
        ({"data": iter([])}, ValueError, "data has no batch to train on"),
        ({"data": [DATA[0][:4], 3]}, TypeError, "each batch must be a tuple of tensors"),
        ({"data": [(DATA[0],)]}, TypeError, r"each batch must be a tuple of tensors: \(inputs, targets\)"),
        ({"data": [(DATA[0], DATA[1][:1])]}, ValueError, "equally many rows, not 50, 1"),
        ({"data": [(DATA[0], torch.tensor(1.0))]}, ValueError, "tensor 1 has no rows"),
        (
            {"data": iter([DATA]), "n_epochs": 2},
            ValueError,
            r"has its batches once, but n_epochs is 2: list\(...\) keeps",
        ),
        ({"valid": iter([DATA]), "n_epochs": 2}, ValueError, "an iterator has its batches once"),
        ({"valid": (DATA[0][:0], DATA[1][:0])}, ValueError, "data has no rows"),
        ({"n_epochs": -1}, ValueError, "n_epochs must be at least 0"),
        ({"n_epochs": 1.5}, TypeError, "n_epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"metrics": {"rmse": rmse}}, ValueError, "give valid="),
        ({"metrics": rmse, "valid": DATA}, TypeError, r"metrics must be functions by name.*, not function"),
        ({"metrics": {"rmse": 3}, "valid": DATA}, TypeError, "rmse must be a function of predictions and targets, not"),
        ({"loss_fn": nn.MSELoss}, TypeError, r"loss_fn must be a function, not a class: MSELoss\(\) makes one"),
        ({"optimizer": mse}, TypeError, "optimizer must be one of torch.optim, not function"),
        ({"scheduler": "cosine"}, ValueError, "the scheduler must be made from this optimizer"),
        ({"device": "meta"}, ValueError, "a net there would lose its parameters"),
        ({"loss_fn": lambda p, t: (p - t) ** 2}, ValueError, r"one number as a tensor, not shape \(50, 1\)"),
        ({"loss_fn": lambda p, t: 1.5}, ValueError, "one number as a tensor, not float"),
        ({"device": "gpu"}, ValueError, "there is no device 'gpu'"),
    ],
)
def test_bad_input_to_fit(change: dict[str, object], error: type[Exception], says: str):
    model = net()
    arguments = {"data": DATA, "loss_fn": mse, "optimizer": sgd(model), "n_epochs": 1, "device": "cpu"} | change
    with pytest.raises(error, match=says):
        fit(**{"model": model} | arguments)


def test_an_optimizer_of_another_model_is_refused():
    with pytest.raises(ValueError, match="the optimizer has none of the model's parameters"):
        fit(net(), DATA, mse, sgd(net()), n_epochs=1, device="cpu")
    frozen = net().requires_grad_(False)
    with pytest.raises(ValueError, match="or only frozen ones"):
        fit(frozen, DATA, mse, sgd(frozen), n_epochs=1, device="cpu")


def test_a_scheduler_of_another_optimizer_is_refused():
    model = net()
    other = torch.optim.lr_scheduler.ExponentialLR(sgd(model), gamma=0.5)
    with pytest.raises(ValueError, match="the scheduler must be made from this optimizer"):
        fit(model, DATA, mse, sgd(model), n_epochs=1, scheduler=other, device="cpu")


def test_a_loss_of_shape_1_counts_as_a_number():
    def in_a_list(preds: Tensor, targets: Tensor) -> Tensor:
        return (preds - targets).square().mean(dim=0)

    histories = []
    for loss_fn in (mse, in_a_list):
        model = net()
        histories.append(
            fit(model, DATA, loss_fn, sgd(model), n_epochs=2, batch_size=20, device="cpu", generator=generator())
        )
    assert histories[1].batch_losses.shape == (6,)
    assert torch.allclose(histories[0].train_losses, histories[1].train_losses)


def test_data_that_autograd_watches_are_left_alone():
    model = net()
    x = DATA[0].clone().requires_grad_()
    with torch.no_grad():  # and fit takes its notes all the same
        fit(model, (x, DATA[1]), mse, sgd(model), n_epochs=2, device="cpu")
    assert x.grad is None
    history = fit(model, (2 * x, DATA[1]), mse, sgd(model), n_epochs=2, device="cpu")
    assert history.batch_losses.isfinite().all()
    evaluate(model, (x, x[:, :1]), rmse, device="cpu")  # no warning


# ---- The progress bar


def test_it_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]):
    model = net()
    fit(model, DATA, mse, sgd(model), n_epochs=3, device="cpu")
    assert capsys.readouterr() == ("", "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_short_run_shows_no_bar_and_a_long_one_does(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    model = net()
    fit(model, DATA, mse, sgd(model), n_epochs=3, device="cpu")
    assert terminal.getvalue().strip() == ""
    fit(model, DATA, mse, sgd(model), n_epochs=3, device="cpu", progress=True)
    assert "/3 [" in terminal.getvalue()


# ---- predict and evaluate


@pytest.mark.parametrize(("training", "batch_size"), list(itertools.product([True, False], [None, 7])))
def test_prediction_is_in_eval_mode_and_leaves_the_mode(training: bool, batch_size: int | None):
    model = net(nn.Dropout(0.5), nn.BatchNorm1d(8)).train(training)
    preds = predict(model, DATA[0], batch_size=batch_size, device="cpu")
    assert model.training is training
    assert not preds.requires_grad
    assert torch.allclose(preds, model.eval()(DATA[0]), atol=1e-6)


def test_a_part_that_is_in_eval_mode_stays_there():
    model = net(nn.BatchNorm1d(8))
    model[2].eval()
    predict(model, DATA[0], device="cpu")
    assert [part.training for part in model] == [True, True, False, True]


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        (lambda x: [x], "list"),
        (lambda x: {"y": x}, "dict"),
        (lambda x: x.sum(), "a single number"),
        (lambda x: (x, (x, x)), "tuple"),
    ],
)
def test_what_is_no_prediction_is_named(output, kind: str):
    class Model(nn.Module):
        def forward(self, x: Tensor) -> object:
            return output(x)

    with pytest.raises(TypeError, match=f"predictions row by row, as a tensor or a tuple of them, not {kind}"):
        predict(Model(), DATA[0], device="cpu")


def test_a_metric_that_is_none_is_named():
    with pytest.raises(TypeError, match=r"metric must be a function, not a class: MSELoss\(\) makes one"):
        evaluate(net(), DATA, nn.MSELoss, device="cpu")


def test_the_mode_comes_back_after_an_error():
    model = net()
    with pytest.raises(RuntimeError):
        predict(model, torch.zeros(2, 99), device="cpu")
    assert model.training


def test_evaluate_is_not_the_mean_over_batches():
    x = torch.tensor([[0.0], [0.0], [3.0]])
    found = evaluate(nn.Identity(), (x, torch.zeros(3, 1)), rmse, batch_size=2, device="cpu")
    assert found == pytest.approx(3**0.5)
    assert found != pytest.approx((0 + 3) / 2)


def test_predict_takes_tensors_alone():
    with pytest.raises(TypeError, match="input 1 must be a tensor, not list"):
        predict(nn.Identity(), torch.zeros(2), [1, 2], device="cpu")
    with pytest.raises(ValueError, match="at least one tensor"):
        predict(nn.Identity(), device="cpu")
