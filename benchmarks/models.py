"""What the models cost: an epoch beside NumPy's, many nets beside a loop, millions of rows beside reading them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np
import torch
from torch import Tensor

from foundations import (
    chunked_gradient,
    init_coeffs,
    init_kaiming,
    prepare,
    random_split,
    stack_nets,
    titanic,
    train_net,
)

from .report import Row

NETS = 100


def rows(rounds: int, many_rows: Sequence[int]) -> Iterator[Row]:
    """Titanic by full-batch gradient descent; of each pair, both sides are measured in turns."""
    data = prepare(titanic("simulated"))
    train, _ = random_split(len(data.inputs))
    x, y = data.inputs[train], data.targets[train]
    for n_rows in many_rows:
        yield gradient_row(x, y, n_rows, rounds)
    nets = [init_kaiming(12, seed=seed) for seed in range(NETS)]
    stack = stack_nets(nets)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # so much work a call is not worth sharing, and sharing would slow the loop down
    try:
        epochs = in_turns(lambda: torch_epochs(x, y), lambda: numpy_epochs(x.numpy(), y.numpy()), 10 * rounds)
        together = in_turns(
            lambda: train_net(stack, x, y[:, None], lr=4),
            lambda: one_by_one(nets, x, y[:, None]),
            rounds,
        )
    finally:
        torch.set_num_threads(threads)
    yield Row("Titanic: 30 epochs by hand in PyTorch", *epochs, "in NumPy", limit=3)
    yield Row(f"Titanic: {NETS} small nets together", *together, "a loop, one core each", faster=2.5)


def gradient_row(x: Tensor, y: Tensor, n_rows: int, rounds: int) -> Row:
    """A gradient over so many rows, drawn from those given, beside reading them."""
    many, wanted, exact = drawn_rows(x, y, n_rows)
    start = init_coeffs(12)
    taken = in_turns(lambda: chunked_gradient(start, many, wanted), lambda: (many.sum(), wanted.sum()), 10 * rounds)
    off = (chunked_gradient(start, many, wanted)[1] - exact).norm() / exact.norm()
    if off > 1e-4:
        raise SystemExit(f"the gradient over {n_rows:,} rows is off by {off:.0e} of its length")
    return Row(f"Titanic: a gradient over {n_rows:,} rows, {off:.0e} from float64's", *taken, "reading them", limit=4)


def torch_epochs(x: Tensor, y: Tensor, n_epochs: int = 30) -> None:
    coeffs = init_coeffs(12)
    for _ in range(n_epochs):
        p = torch.sigmoid(x @ coeffs)
        coeffs -= 100 * ((torch.sign(p - y) * p * (1 - p)) @ x) / len(y)


def numpy_epochs(x: np.ndarray, y: np.ndarray, n_epochs: int = 30) -> None:
    coeffs = init_coeffs(12).numpy()
    for _ in range(n_epochs):
        p = 1 / (1 + np.exp(-(x @ coeffs)))
        coeffs -= 100 * ((np.sign(p - y) * p * (1 - p)) @ x) / len(y)


def one_by_one(nets: list[list[tuple[Tensor, Tensor | None]]], x: Tensor, y: Tensor, n_epochs: int = 30) -> None:
    """Train the nets as the lesson trains one, with fewer calls: the fastest plain loop that was found."""
    for net in nets:
        params = [each.clone().requires_grad_() for layer in net for each in layer if each is not None]
        for _ in range(n_epochs):
            preds = x
            for i in range(0, len(params), 2):
                preds = preds @ params[i] + params[i + 1]
                preds = preds.relu() if i + 2 < len(params) else preds.sigmoid()
            gradients = torch.autograd.grad((preds - y).abs().mean(), params)
            with torch.no_grad():
                for each, gradient in zip(params, gradients, strict=True):
                    each.sub_(gradient, alpha=4)


def drawn_rows(x: Tensor, y: Tensor, n_rows: int) -> tuple[Tensor, Tensor, Tensor]:
    """So many rows, drawn from those given; and the exact gradient over them."""
    times = torch.randint(len(x), (n_rows,), generator=torch.Generator().manual_seed(42))
    count = torch.bincount(times, minlength=len(x)).double()
    coeffs, rows, wanted = init_coeffs(12).double(), x.double(), y.double()
    p = torch.sigmoid(rows @ coeffs)
    exact = (torch.sign(p - wanted) * p * (1 - p) * count) @ rows / n_rows
    return x[times], y[times], exact


def in_turns(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Median seconds of the two, measured in turns, after one call that warms up."""
    taken: list[tuple[float, float]] = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        ours()
        middle = time.perf_counter()
        theirs()
        taken.append((middle - start, time.perf_counter() - middle))
    mine, others = zip(*taken[1:], strict=True)
    return median(mine), median(others)
