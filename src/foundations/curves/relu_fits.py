"""Sums of ReLUs fitted to points: by a search, by gradient descent, and the broken lines that no sum can beat."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_same_shape, check_whole_number
from foundations.curves._broken_lines import Array, fewest_pieces, first_kinks
from foundations.curves.descent import gradient_descent
from foundations.curves.losses import mse
from foundations.curves.rectified import ReluSum, relu_sum

MAX_STEPS = 100  # of the search that moves the kinks


def fit_relus(x: Tensor, y: Tensor, n: int) -> ReluSum:
    """Fit a sum of n ReLUs to points by least squares, from a good start: no luck is needed, and none is used.

    First, dynamic programming tries every choice of points as corners of a broken line, and keeps the line nearest
    to all points: its corners become kinks. Then least squares gives the output weights. Then damped Gauss–Newton steps
    (Levenberg and Marquardt's) move the kinks too, for as long as the mean squared error falls. All in float64.

    n ReLUs and a bias can draw every broken line of n pieces: n − 1 kinks, and one ReLU for the slope at the
    left end. They can draw one of n + 1 pieces if a piece is flat: ReLUs left of it open to the left, those
    right of it to the right. One start of the first kind is tried and two of the second, and the best end is
    given.

    Args:
        x: Floats of any shape, with at least n + 1 different values.
        y: Floats of x's shape.
        n: How many ReLUs, 1 or more.

    Returns:
        The sum, in x's dtype and on x's device; each hidden weight is 1 or −1.

    Raises:
        TypeError: x or y is not a tensor of floats, or n is not a whole number.
        ValueError: The shapes differ, a value is not finite, or x has too few different values.

    Example:
        ```python
        import torch
        from foundations import fit_relus, rmse

        x = torch.linspace(0, 1, 201)
        y = torch.sin(2 * torch.pi * x)
        assert rmse(fit_relus(x, y, 16)(x), y) < rmse(fit_relus(x, y, 8)(x), y) / 3
        ```

    Source:
        https://en.wikipedia.org/wiki/Levenberg%E2%80%93Marquardt_algorithm
    """
    check_whole_number("n", n, least=1)
    points = _points(x, y, n + 1, f"{n} ReLUs and a bias can pass through {n + 1} points")
    corners, _ = first_kinks(points.x, points.y, n - 1)
    starts = [(np.append(0.0, corners), 0)]
    if points.values.size > n + 1:
        corners, _ = first_kinks(points.x, points.y, n)
        ends = np.concatenate([[0.0], corners, [1.0]])
        rises = np.diff(np.interp(ends, points.x, points.y))
        starts.append((corners, int((rises**2 * np.diff(ends)).argmin())))
        starts.append(first_kinks(points.x, points.y, n, one_flat=True))
    with _one_thread():
        fits = [_polish(points, kinks, np.where(np.arange(n) < flat, -1.0, 1.0)) for kinks, flat in starts]
    return _relu_sum(points, min(fits, key=lambda fit: fit.loss), x)


def best_piecewise_linear(x: Tensor, y: Tensor, n: int, *, norm: Literal["max", "rms"]) -> ReluSum:
    """Find the continuous broken line with at most n kinks that is nearest to the points: a yardstick for n ReLUs.

    Kinks may be anywhere, at a point or between two, and every piece may have any slope. No sum of n ReLUs and
    a bias has more than n kinks, so none is nearer. Such a sum cannot draw all of these lines: n kinks leave it
    no unit for the slope at the left end. That is why the line comes back as a sum of up to n + 1.

    `norm="max"` makes the maximum of |error| over the points as small as any such line can, to nine digits:
    within a given allowance, pieces that each go as far as they can are as few as possible, and halving finds
    the least allowance for which n + 1 pieces suffice. `norm="rms"` makes the root mean squared error small, by
    the search of `fit_relus`. Its end is a local minimum, which is not proven to be the least: on a smooth
    curve, expect it within 1 %.

    On a smooth function f at dense points, the best maximum approaches (∫ √|f″|)² / 16N² for many pieces N = n + 1:
    a line's best maximum error on a short stretch of width h is |f″| h² / 16, and all stretches are worth
    the same. For x² it is exact for every N. The best root mean squared error approaches (∫ |f″|^(2/5))^(5/2) /
    (√(720 L) N²) on length L.

    Args:
        x: Floats of any shape, with at least n + 2 different values.
        y: Floats of x's shape.
        n: How many kinks, 0 or more.
        norm: What to make least: "max" or "rms".

    Returns:
        The broken line, in x's dtype and on x's device.

    Raises:
        TypeError: x or y is not a tensor of floats, or n is not a whole number.
        ValueError: The shapes differ, a value is not finite, x has too few different values, or norm is another word.

    Example:
        ```python
        import torch
        from foundations import best_piecewise_linear

        x = torch.linspace(-1, 1, 201, dtype=torch.float64)
        line = best_piecewise_linear(x, x**2, 1, norm="max")  # |x| − 1/8
        error = (line(x) - x**2).abs().max()
        assert torch.allclose(error, torch.tensor(1 / 8, dtype=torch.float64))
        ```

    Source:
        The fewest pieces: S. H. Cameron, Piece-wise linear approximations, 1966,
        https://pdfslide.net/documents/dtic-ad0647190.html
    """
    check_whole_number("n", n)
    if norm not in ("max", "rms"):
        raise ValueError(f'norm must be "max" or "rms", not {norm!r}')
    points = _points(x, y, n + 2, f"a broken line with {n} kinks can pass through {n + 2} points")
    if norm == "max":
        fit = _least_max_error(points, n + 1)
    else:
        with _one_thread():
            fit = _polish(points, np.append(0.0, first_kinks(points.x, points.y, n)[0]), np.ones(n + 1))
    return _relu_sum(points, fit, x)


def train_relus(
    x: Tensor, y: Tensor, n: int, *, lr: float = 0.1, n_steps: int = 2000, generator: torch.Generator | None = None
) -> tuple[ReluSum, Tensor]:
    """Train a sum of n ReLUs from random parameters by gradient descent on the mean squared error of all points.

    Every weight and bias starts as in a net of two `torch.nn.Linear`: hidden ones evenly drawn from −1 to 1,
    those of the output from −1/√n to 1/√n, in the order hidden weights, hidden biases, out weights, out bias.

    Args:
        x: Floats of any shape.
        y: Floats of x's shape.
        n: How many ReLUs, 1 or more.
        lr: The learning rate.
        n_steps: How many steps to take.
        generator: Where the random numbers come from, on x's device; PyTorch's own where it is None.

    Returns:
        The trained sum, in x's dtype and on x's device, and the loss at the start and after each step: shape
        (n_steps + 1,).

    Raises:
        TypeError: x or y is not a tensor of floats, or a number is not one.
        ValueError: The shapes differ, a value is not finite, or a number is out of range.

    Example:
        ```python
        import torch
        from foundations import train_relus

        x = torch.linspace(-1, 1, 50)
        trained, losses = train_relus(x, x**2, 8, n_steps=200, generator=torch.Generator().manual_seed(42))
        assert losses[-1] < losses[0] / 10
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """
    check_whole_number("n", n, least=1)
    _check_points(x, y)
    start = 2 * torch.rand(3 * n + 1, generator=generator, dtype=x.dtype, device=x.device) - 1
    start[2 * n :] /= math.sqrt(n)

    def parameters(params: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return params[:n], params[n : 2 * n], params[2 * n : 3 * n], params[3 * n]

    descent = gradient_descent(lambda params: mse(relu_sum(*parameters(params), x), y), start, lr, n_steps)
    return ReluSum(*parameters(descent.params)), descent.losses


class _Points(NamedTuple):
    """Points in float64, in the order of x, with x moved and stretched to run from 0 to 1."""

    x: Array
    y: Array
    values: Array  # the different ones of x
    low: float
    width: float


class _Fit(NamedTuple):
    """Σ weight · max(direction · (x − kink), 0) + bias, and its mean squared error at the points."""

    kinks: Array
    directions: Array
    weights: Array
    bias: float
    loss: float


def _check_points(x: Tensor, y: Tensor) -> None:
    check_float_tensor("x", x)
    check_float_tensor("y", y)
    check_same_shape("x", x, "y", y)
    if not (x.isfinite().all() and y.isfinite().all()):
        raise ValueError("x and y must be finite, but hold nan or inf")


def _points(x: Tensor, y: Tensor, least: int, why: str) -> _Points:
    _check_points(x, y)
    xs, ys = (each.detach().cpu().double().flatten().numpy() for each in (x, y))
    order = np.argsort(xs, kind="stable")
    xs, ys = xs[order], ys[order]
    different = len(np.unique(xs))
    if different < max(least, 2):
        raise ValueError(f"x has {different} different values, but needs at least {max(least, 2)}: {why}")
    low, width = float(xs[0]), float(xs[-1] - xs[0])
    xs = (xs - low) / width
    return _Points(xs, ys, np.unique(xs), low, width)


def _relu_sum(points: _Points, fit: _Fit, like: Tensor) -> ReluSum:
    kinks = points.low + points.width * fit.kinks
    parameters = fit.directions, -fit.directions * kinks, fit.weights / points.width, np.float64(fit.bias)
    return ReluSum(*(torch.as_tensor(each).to(like) for each in parameters))


def _units(x: Array, kinks: Array, directions: Array) -> Array:
    return np.maximum(directions * (x[:, None] - kinks), 0.0)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: for problems as small as these, more would only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _values(units: Array, weights: Array, bias: float) -> Array:
    return np.asarray((units * weights).sum(axis=1) + bias)


def _best_weights(points: _Points, kinks: Array, directions: Array) -> _Fit:
    units = _units(points.x, kinks, directions)
    # "gelsd" can do with units that do nothing, and gives the same digits in every run; "gelsy", the default, does not.
    design = torch.tensor(np.hstack([units, np.ones((len(units), 1))]))
    solution = torch.linalg.lstsq(design, torch.tensor(points.y)[:, None], driver="gelsd").solution[:, 0].numpy()
    weights, bias = solution[:-1].astype(np.float64), float(solution[-1])
    return _Fit(kinks, directions, weights, bias, float(((_values(units, weights, bias) - points.y) ** 2).mean()))


def _polish(points: _Points, kinks: Array, directions: Array) -> _Fit:
    """Move kinks, weights and bias by damped Gauss–Newton steps; a kink at 0 stays, where it makes a straight line."""
    fit = _best_weights(points, kinks, directions)
    moving = kinks > 0
    damping = 1e-2
    for _ in range(MAX_STEPS):
        units = _units(points.x, fit.kinks, directions)
        residuals = _values(units, fit.weights, fit.bias) - points.y
        by_kink = -(fit.weights * directions * (units > 0))[:, moving]
        jacobian = np.hstack([units, np.ones((len(points.x), 1)), by_kink])
        sizes = np.maximum(np.sqrt((jacobian**2).sum(axis=0)), 1e-12)
        columns = torch.tensor(jacobian / sizes)
        hessian, gradient = columns.T @ columns, columns.T @ torch.tensor(residuals)
        improved = False
        while not improved and damping < 1e6:
            damped = hessian + damping * torch.eye(len(hessian), dtype=torch.float64)
            step = torch.linalg.solve(damped, gradient).numpy() / sizes
            moved = fit.kinks.copy()
            moved[moving] -= step[len(kinks) + 1 :]
            tried = _best_weights(points, moved, directions)
            improved = tried.loss < fit.loss
            damping = max(damping / 4, 1e-9) if improved else damping * 4
        if not improved:
            break
        done = tried.loss > fit.loss * (1 - 1e-8)
        fit = tried
        if done:
            break
    return fit


def _least_max_error(points: _Points, n_pieces: int) -> _Fit:
    """The broken line of at most n_pieces with the least maximum error, by halving the allowance again and again."""
    tops = np.array([points.y[points.x == value].max() for value in points.values])
    bottoms = np.array([points.y[points.x == value].min() for value in points.values])
    too_little, enough = float((tops - bottoms).max()) / 2, float(tops.max() - bottoms.min()) / 2
    lines = [(0.0, float(tops.max() + bottoms.min()) / 2)]
    smallest = 1e-12 * (1 + float(np.abs(points.y).max()))
    while enough - too_little > max(1e-9 * enough, smallest):
        allowance = (enough + too_little) / 2
        found = fewest_pieces(points.values, tops - allowance, bottoms + allowance, n_pieces)
        if found is None:
            too_little = allowance
        else:
            lines, enough = found, allowance
    slopes, starts = np.array(lines).T
    kinks = np.append(0.0, (starts[:-1] - starts[1:]) / (slopes[1:] - slopes[:-1]))
    weights, directions = np.append(slopes[0], np.diff(slopes)), np.ones(len(lines))
    errors = _values(_units(points.x, kinks, directions), weights, float(starts[0])) - points.y
    return _Fit(kinks, directions, weights, float(starts[0]), float((errors**2).mean()))
