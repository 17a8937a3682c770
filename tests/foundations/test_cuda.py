"""What a GPU calculates is what the CPU calculates, as closely as float32 allows.

Each test uses an NVIDIA card where there is one, and a pretended one elsewhere.

Both add the same numbers in another order, and each addition rounds at the seventh digit. So one forward pass and its
gradients must agree to 1e-5 of their size, the losses of a short training to 1e-3, since every step builds on the one
before; in float64 both to 1e-9. TF32, which has three digits, stays off for matrix products, as PyTorch has it.
"""

from functools import partial

import pytest
import torch
from torch import nn

from foundations import (
    accuracy,
    as_device,
    best_device,
    evaluate,
    fit,
    measure,
    median_time,
    min_col,
    minibatches,
    mse,
    pareto_front,
    predict,
    prediction_memory,
    rmse,
    split_scores,
    timing,
    train_two_relus,
)
from foundations.timing import WORKLOADS, add_record, gpu_times, record_gpu

pytestmark = pytest.mark.cuda

CLOSE = {torch.float32: {"rtol": 1e-5, "atol": 1e-6}, torch.float64: {"rtol": 1e-9, "atol": 1e-12}}
CLOSE_AFTER_TRAINING = {torch.float32: {"rtol": 1e-3, "atol": 1e-5}, torch.float64: {"rtol": 1e-9, "atol": 1e-12}}


@pytest.fixture(autouse=True)
def _full_precision():
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    yield
    torch.set_float32_matmul_precision(precision)


def seeded(seed=42):
    return torch.Generator().manual_seed(seed)


def data(n, dtype=torch.float32):
    x = torch.randn(n, 8, generator=seeded(), dtype=dtype)
    noise = torch.randn(n, 1, generator=seeded(1), dtype=dtype)
    return x, x[:, :1] * x[:, 1:2] + x.sum(dim=1, keepdim=True) + 0.1 * noise


def net(dtype=torch.float32):
    torch.manual_seed(42)  # the layers take no generator
    return nn.Sequential(nn.Linear(8, 50), nn.ReLU(), nn.Linear(50, 40), nn.ReLU(), nn.Linear(40, 1)).to(dtype)


def test_it_is_the_best_device():
    assert best_device() == as_device(None) == torch.device("cuda")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", torch.device("cuda", 0)])
def test_it_goes_by_these_names(name):
    assert as_device(name).type == "cuda"
    assert torch.ones(1, device=as_device(name)).is_cuda


def test_a_card_too_many():
    n = torch.cuda.device_count()
    with pytest.raises(ValueError, match=f"no device 'cuda:{n}'; it has cuda:0"):
        as_device(f"cuda:{n}")


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
def test_a_forward_pass_and_its_gradients_agree(dtype):
    x, y = data(500, dtype)
    losses, gradients, preds = {}, {}, {}
    for device in ("cpu", "cuda"):
        model = net(dtype).to(device)
        preds[device] = model(x.to(device))
        losses[device] = mse(preds[device], y.to(device))
        losses[device].backward()
        gradients[device] = [p.grad.cpu() for p in model.parameters()]
    torch.testing.assert_close(preds["cuda"].cpu(), preds["cpu"], **CLOSE[dtype])
    torch.testing.assert_close(losses["cuda"].cpu(), losses["cpu"], **CLOSE[dtype])
    for on_gpu, on_cpu in zip(gradients["cuda"], gradients["cpu"], strict=True):
        scale = {**CLOSE[dtype], "atol": CLOSE[dtype]["rtol"] * float(on_cpu.abs().max())}
        torch.testing.assert_close(on_gpu, on_cpu, **scale)


@pytest.mark.parametrize("batch_size", [None, 64])
@pytest.mark.parametrize("dtype", CLOSE, ids=str)
def test_fit_agrees(dtype, batch_size):
    x, y = data(500, dtype)
    train, valid = (x[:400], y[:400]), (x[400:], y[400:])
    histories, models = {}, {}
    for device in ("cpu", "cuda"):
        models[device] = net(dtype)
        optimizer = torch.optim.SGD(models[device].parameters(), lr=0.02)
        histories[device] = fit(
            models[device],
            train,
            mse,
            optimizer,
            n_epochs=5,
            batch_size=batch_size,
            valid=valid,
            metrics={"rmse": rmse},
            device=device,
            generator=seeded(),
        )
    assert next(models["cuda"].parameters()).is_cuda
    ours, theirs = histories["cuda"], histories["cpu"]
    close = CLOSE_AFTER_TRAINING[dtype]
    torch.testing.assert_close(ours.batch_losses, theirs.batch_losses, **close)
    torch.testing.assert_close(ours.train_losses, theirs.train_losses, **close)
    torch.testing.assert_close(ours.valid_losses, theirs.valid_losses, **close)
    torch.testing.assert_close(ours.metrics["rmse"], theirs.metrics["rmse"], **close)
    assert torch.equal(ours.lrs, theirs.lrs)
    preds = predict(models["cuda"], valid[0], device="cuda")
    assert preds.device.type == "cpu"
    torch.testing.assert_close(preds, predict(models["cpu"], valid[0], device="cpu"), **close)
    on_gpu = evaluate(models["cuda"], valid, rmse, batch_size=30, device="cuda")
    assert on_gpu == pytest.approx(evaluate(models["cpu"], valid, rmse, device="cpu"), rel=close["rtol"])


def test_fit_takes_batches_from_the_cpu():
    x, y = data(256)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=64)
    histories = []
    for batches, batch_size in ((loader, None), ((x, y), 64)):
        model = net()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
        histories.append(
            fit(model, batches, mse, optimizer, n_epochs=2, batch_size=batch_size, shuffle=False, device="cuda")
        )
    torch.testing.assert_close(histories[0].batch_losses, histories[1].batch_losses, **CLOSE[torch.float32])


def test_fit_takes_batches_that_are_there_already():
    x, y = data(256)
    rows = [slice(start, start + 64) for start in range(0, 256, 64)]
    losses = []
    for device in ("cpu", "cuda"):
        model = net()
        there = [(x[each].to(device), y[each].to(device)) for each in rows]
        optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
        losses.append(fit(model, there, mse, optimizer, n_epochs=2, valid=there, device="cuda").valid_losses)
    assert torch.equal(*losses)


@pytest.mark.parametrize("optimizer", [partial(torch.optim.SGD, momentum=0.9), torch.optim.Adam])
def test_an_optimizer_goes_with_its_model_from_one_fit_to_the_next(optimizer):
    x, y = data(200, torch.float64)
    losses = []
    for devices in (("cpu", "cpu", "cpu"), ("cpu", "cuda", "cpu")):
        model = net(torch.float64)
        state = optimizer(model.parameters(), lr=0.01)
        histories = [fit(model, (x, y), mse, state, n_epochs=2, device=device) for device in devices]
        losses.append(torch.cat([each.batch_losses for each in histories]))
    torch.testing.assert_close(*losses, **CLOSE[torch.float64])


def test_the_pareto_front_agrees():
    x, _ = data(300)
    on_gpu = pareto_front(x[:, 0].cuda(), x[:, 1].cuda(), x[:, 2].tolist())
    assert on_gpu.is_cuda and torch.equal(on_gpu.cpu(), pareto_front(x[:, 0], x[:, 1], x[:, 2]))


def test_the_scores_of_splits_agree():
    x, y = data(300)
    on_gpu, on_cpu = split_scores(x[:, 0].cuda(), y[:, 0].cuda()), split_scores(x[:, 0], y[:, 0])
    for there, here in zip(on_gpu, on_cpu, strict=True):
        assert there.is_cuda
        torch.testing.assert_close(there.cpu(), here, **CLOSE[torch.float32])
    assert min_col(x[:, 0].cuda(), y[:, 0].cuda())[0] == min_col(x[:, 0], y[:, 0])[0]


def test_two_units_train_the_same():
    x, y = data(100, torch.float64)
    params, losses = train_two_relus(x.cuda(), y[:, 0].cuda(), n_starts=3, n_steps=20, generator=seeded())
    assert params.is_cuda and losses.is_cuda
    on_cpu = train_two_relus(x, y[:, 0], n_starts=3, n_steps=20, generator=seeded())
    torch.testing.assert_close(losses.cpu(), on_cpu[1], rtol=1e-6, atol=1e-9)


def test_the_peak_of_memory_grows_with_what_is_kept():
    model, x = net(), data(1000)[0]
    without = prediction_memory(model, x, device="cuda")
    assert without >= x.nbytes + 1000 * 90 * 4, "the two hidden layers"
    assert prediction_memory(model, x, device="cuda", graph=True) > without


@pytest.mark.cuda(real="nothing is compiled for a GPU that is pretended")
def test_a_compiled_step_runs_there():
    assert (measure("compiled training step", [64], "cuda", seconds=0) > 0).all()


def test_minibatches_are_the_same_and_stay_there():
    x, y = data(100)
    on_cpu = list(minibatches(x, y, batch_size=32, generator=seeded()))
    on_gpu = list(minibatches(x.cuda(), y.cuda(), batch_size=32, generator=seeded()))
    assert len(on_cpu) == len(on_gpu) == 4
    for ours, theirs in zip(on_gpu, on_cpu, strict=True):
        assert all(each.is_cuda for each in ours)
        assert all(torch.equal(a.cpu(), b) for a, b in zip(ours, theirs, strict=True))


def test_accuracy_agrees():
    logits, targets = torch.randn(100, 10, generator=seeded()), torch.arange(100) % 10
    on_gpu = accuracy(logits.cuda(), targets.cuda())
    assert on_gpu.is_cuda and on_gpu.cpu() == accuracy(logits, targets)


def test_median_time_waits(monkeypatch):
    waited = []
    wait = torch.cuda.synchronize
    monkeypatch.setattr(torch.cuda, "synchronize", lambda device=None: waited.append(device) or wait(device))
    median_time(lambda: None, "cuda", seconds=0)
    assert len(waited) == 1 + 5, "once after the warm-up, and once in each call"
    assert {each.type for each in waited} == {"cuda"}


@pytest.mark.cuda(real="only a card has work that goes on while the CPU does something else")
def test_the_work_is_in_the_time():
    a = torch.randn(4096, 4096, generator=seeded()).cuda()

    def products():
        for _ in range(20):
            a @ a

    whole = median_time(products, "cuda", seconds=0.2)
    begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    begin.record()
    products()
    end.record()
    torch.cuda.synchronize()
    assert whole > 0.5 * begin.elapsed_time(end) / 1e3  # the GPU's own clock, in milliseconds


@pytest.mark.parametrize("name", ["matrix product", "addition", "transfer", "training step"])
def test_workloads_run_there(name):
    result = WORKLOADS[name](64, torch.device("cuda"))()
    assert result is None or result.is_cuda  # type: ignore[attr-defined]
    assert (measure(name, [16, 64], "cuda", seconds=0) > 0).all()


def test_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "RECORDED_SIZES", {name: [16, 64] for name in WORKLOADS if "compiled" not in name})
    made = record_gpu(seconds=0)
    assert made["gpu"] == torch.cuda.get_device_name()
    assert str(torch.version.cuda or torch.version.hip) in made["driver"]
    add_record(made, tmp_path / "times.json")
    assert gpu_times(tmp_path / "times.json") == [made]


def test_the_messages_of_mixed_devices_that_the_lesson_quotes():
    with pytest.raises(
        RuntimeError,
        match="Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!",
    ):
        torch.ones(4, device="cuda") + torch.ones(4)
    with pytest.raises(TypeError, match=r"Use Tensor\.cpu\(\) to copy the tensor to host memory first"):
        torch.ones(3, device="cuda").numpy()


@pytest.mark.cuda(real="only a card has a memory that is full")
def test_the_message_of_a_full_memory_that_the_lesson_quotes():
    with pytest.raises(torch.OutOfMemoryError, match=r"CUDA out of memory\. Tried to allocate"):
        torch.empty(10**15, device="cuda")
