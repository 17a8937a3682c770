"""The gradient over any number of rows: equal to autograd's, to double precision's, and no more memory than chunks."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from foundations import chunked_gradient, init_coeffs, mae, prepare, sigmoid_preds, titanic, train_model
from foundations.passengers import large

LOSSES = {"mae": mae, "log_loss": F.binary_cross_entropy}
cuda = pytest.mark.cuda(real="how float32 rounds there is the card's own")


def rows(n, n_columns=12, dtype=torch.float32):
    draw = torch.Generator().manual_seed(42)
    indeps = torch.rand(n, n_columns, generator=draw, dtype=dtype)
    coeffs = torch.rand(n_columns, generator=draw, dtype=dtype) - 0.5
    wanted = (torch.rand(n, generator=draw, dtype=dtype) < sigmoid_preds(coeffs * 3, indeps)).to(dtype)
    return coeffs, indeps, wanted


def by_autograd(coeffs, indeps, deps, loss):
    coeffs = coeffs.clone().requires_grad_()
    value = LOSSES[loss](sigmoid_preds(coeffs, indeps), deps)
    value.backward()
    return value.detach(), coeffs.grad


@given(st.integers(1, 300), st.integers(1, 8), st.integers(1, 400), st.sampled_from([*LOSSES]))
@settings(max_examples=50)
def test_it_is_autograds(n, n_columns, chunk_rows, loss):
    coeffs, indeps, deps = rows(n, n_columns, torch.float64)
    value, gradient = chunked_gradient(coeffs, indeps, deps, loss=loss, chunk_rows=chunk_rows)
    other, others = by_autograd(coeffs, indeps, deps, loss)
    torch.testing.assert_close(value, other)
    torch.testing.assert_close(gradient, others)


@pytest.mark.parametrize("n", [large.GROUP - 1, large.GROUP, large.GROUP + 1, 3 * large.GROUP + 7])
@pytest.mark.parametrize("loss", LOSSES)
def test_groups_chunks_and_what_is_left_of_them_are_all_counted(n, loss):
    coeffs, indeps, deps = rows(n, dtype=torch.float64)
    other, others = by_autograd(coeffs, indeps, deps, loss)
    for chunk_rows in (None, n - 1, 2 * large.GROUP, large.GROUP + 1):
        value, gradient = chunked_gradient(coeffs, indeps, deps, loss=loss, chunk_rows=chunk_rows)
        torch.testing.assert_close(value, other)
        torch.testing.assert_close(gradient, others)


@pytest.mark.parametrize("loss", LOSSES)
def test_columns_too(loss):
    coeffs, indeps, deps = rows(100)
    flat = chunked_gradient(coeffs, indeps, deps, loss=loss)
    column = chunked_gradient(coeffs[:, None], indeps, deps[:, None], loss=loss)
    assert column[1].shape == (12, 1)
    assert torch.equal(flat[0], column[0]) and torch.equal(flat[1], column[1][:, 0])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("device", ["cpu", pytest.param("cuda", marks=cuda)])
def test_float32_is_near_float64(device, loss):
    n = 10_000_000 if device == "cuda" else 2_000_000
    coeffs, indeps, deps = (each.to(device) for each in rows(n))
    value, gradient = chunked_gradient(coeffs, indeps, deps, loss=loss, device=device)
    assert value.device.type == gradient.device.type == device
    parts = [
        by_autograd(coeffs.double(), some.double(), wanted.double(), loss)
        for some, wanted in zip(indeps.split(n // 10), deps.split(n // 10), strict=True)
    ]
    exact = torch.stack([each for _, each in parts]).mean(dim=0)
    assert (gradient - exact).norm() < 1e-5 * exact.norm()
    assert value.item() == pytest.approx(torch.stack([each for each, _ in parts]).mean().item(), rel=1e-5)
    again = chunked_gradient(coeffs, indeps, deps, loss=loss, device=device)
    assert torch.equal(again[1], gradient), "the same bits in every run"


def test_one_step_is_train_models():
    data = prepare(titanic("simulated"))
    start = init_coeffs(12)
    trained, _ = train_model(start, data.inputs, data.targets, lr=100, n_epochs=1, preds_fn=sigmoid_preds)
    _, gradient = chunked_gradient(start, data.inputs, data.targets)
    torch.testing.assert_close(start - 100 * gradient, trained)


def test_saturated_rows_have_a_finite_loss():
    coeffs, indeps = torch.tensor([1000.0]), torch.tensor([[1.0], [-1.0], [0.0]])
    value, gradient = chunked_gradient(coeffs, indeps, torch.tensor([0.0, 1.0, 1.0]), loss="log_loss")
    assert value.item() == pytest.approx((2000 + np.log(2)) / 3)
    assert gradient.item() == pytest.approx(2 / 3)


def test_rows_in_a_file(tmp_path):
    coeffs, indeps, deps = rows(50_000)
    file = np.memmap(tmp_path / "rows", np.float32, "w+", shape=(50_000, 12))
    file[:] = indeps.numpy()
    value, gradient = chunked_gradient(coeffs, torch.from_numpy(file), deps)
    assert torch.equal(gradient, chunked_gradient(coeffs, indeps, deps)[1])
    assert 0 < value < 1


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read as Linux tells it")
def test_memory_does_not_grow_with_the_rows():
    program = """if True:
        import resource, torch
        from foundations import chunked_gradient
        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in kB
        row, deps = torch.rand(1, 12), torch.ones(1)
        for n in (200_000, 4_000_000):
            chunked_gradient(torch.rand(12), row.expand(n, 12), deps.expand(n))  # one row, read n times
            print(peak())
    """
    done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, encoding="utf-8")
    few, many = map(int, done.stdout.split())
    assert many - few < 20_000, "4 million rows would take 190,000 kB for their inputs alone"


def test_bad_input_is_refused():
    coeffs, indeps, deps = rows(5)
    gradient = partial(chunked_gradient, coeffs, indeps, deps)
    late = torch.cat([deps[:4], torch.tensor([torch.nan])])
    refused = [
        (TypeError, "deps must hold floats", lambda: chunked_gradient(coeffs, indeps, deps.int())),
        (TypeError, "must have one dtype", lambda: chunked_gradient(coeffs.double(), indeps, deps)),
        (ValueError, r"at least one row, not \(0, 12\)", lambda: chunked_gradient(coeffs, indeps[:0], deps[:0])),
        (ValueError, r"shape \(12,\) or \(12, 1\)", lambda: chunked_gradient(coeffs[:3], indeps, deps)),
        (ValueError, r"deps must have shape \(5,\) or \(5, 1\)", lambda: chunked_gradient(coeffs, indeps, deps[:4])),
        (ValueError, "deps must be 1 or 0 for each row, not 0.5", lambda: chunked_gradient(coeffs, indeps, deps / 2)),
        (
            ValueError,
            "deps must be 1 or 0 for each row, not nan",
            lambda: chunked_gradient(coeffs, indeps, late, chunk_rows=2),
        ),
        (ValueError, 'must be "mae" or "log_loss", not ', lambda: gradient(loss="mse")),
        (ValueError, "chunk_rows must be at least 1", lambda: gradient(chunk_rows=0)),
        (TypeError, "chunk_rows must be a whole number", lambda: gradient(chunk_rows=2.5)),
        (ValueError, "no device", lambda: gradient(device="gpu")),
    ]
    for error, words, call in refused:
        with pytest.raises(error, match=words):
            call()
