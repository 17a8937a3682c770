"""Quadratics: the curve, its closed-form fit, and the twenty points that the lessons fit it to."""

from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations._checks import check_float_dtype, check_float_tensor, check_same_shape


def quad(a: Any, b: Any, c: Any, x: Any) -> Any:
    """Value of the quadratic a·x² + b·x + c.

    Args:
        a: Coefficient of x²: a number or a tensor.
        b: Coefficient of x.
        c: Constant term.
        x: Where to evaluate: a number, a tensor of any shape, or anything else with `+`, `*` and `**`.

    Returns:
        The value at x: a number where all four are numbers; a tensor where one of them is.

    Example:
        ```python
        from foundations import quad

        assert quad(3, 2, 1, 1.5) == 10.75
        ```
    """
    return a * x**2 + b * x + c


def mk_quad(a: Any, b: Any, c: Any) -> partial[Any]:
    """Make the quadratic with these coefficients: a function of x alone.

    Args:
        a: Coefficient of x²: a number or a tensor.
        b: Coefficient of x.
        c: Constant term.

    Returns:
        `functools.partial(quad, a, b, c)`, which takes x.

    Example:
        ```python
        from foundations import mk_quad

        f = mk_quad(3, 2, 1)
        assert f(1.5) == 10.75
        assert f.args == (3, 2, 1)
        ```

    Source:
        https://docs.python.org/3/library/functools.html#functools.partial
    """
    return partial(quad, a, b, c)


def fit_quad(x: Tensor, y: Tensor) -> Tensor:
    """Find the quadratic with the least mean squared error, in one calculation.

    The calculation is done in float64, whatever the dtype of the points.

    Args:
        x: Floats of any shape, with at least three different values.
        y: Floats of x's shape.

    Returns:
        The coefficients (a, b, c): shape (3,), in x's dtype and on x's device.

    Raises:
        TypeError: x or y is not a tensor of floats.
        ValueError: The shapes differ, a value is not finite, or x has fewer than three different values.

    Example:
        ```python
        import torch
        from foundations import fit_quad, quad

        x = torch.tensor([-1.0, 0.0, 1.0, 2.0])
        params = fit_quad(x, quad(3, 2, 1, x))
        assert torch.allclose(params, torch.tensor([3.0, 2.0, 1.0]))
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
    """
    check_float_tensor("x", x)
    check_float_tensor("y", y)
    check_same_shape("x", x, "y", y)
    column = x.cpu().double().reshape(-1, 1)
    target = y.cpu().double().reshape(-1, 1)
    if not (column.isfinite().all() and target.isfinite().all()):
        raise ValueError("x and y must be finite, but hold nan or inf")
    different = len(np.unique(column.detach().numpy()))
    if different < 3:
        raise ValueError(f"a quadratic needs at least three different values of x, not {different}")
    design = torch.hstack([column**2, column, torch.ones_like(column)])
    # "gels" runs on CPU and CUDA and, unlike the default, rounds alike in every call
    params: Tensor = torch.linalg.lstsq(design, target, driver="gels").solution[:, 0]
    return params.to(x)


def course22_points(
    *, dtype: torch.dtype = torch.float32, device: torch.device | str | None = None
) -> tuple[Tensor, Tensor]:
    """Give the twenty noisy points on 3x² + 2x + 1 that fast.ai's course fits.

    The noise comes from NumPy's `RandomState(42)`, whose stream never changes: every machine draws the same.

    Args:
        dtype: A floating dtype for both tensors.
        device: Where to put them; the CPU where it is None.

    Returns:
        x and y, each a column of shape (20, 1); x runs evenly from −2 to 2.

    Raises:
        TypeError: dtype is not a floating one.

    Example:
        ```python
        from foundations import course22_points

        x, y = course22_points()
        assert x.shape == y.shape == (20, 1)
        assert x[0] == -2 and x[-1] == 2
        ```

    Source:
        https://github.com/fastai/course22/blob/master/04-how-does-a-neural-net-really-work.ipynb
    """
    check_float_dtype(dtype)
    x = torch.linspace(-2, 2, 20, dtype=dtype)[:, None]
    draw = np.random.RandomState(42)
    exact = quad(3, 2, 1, x.double())
    mult = torch.from_numpy(draw.normal(scale=0.15, size=(20, 1)))
    add = torch.from_numpy(draw.normal(scale=1.5, size=(20, 1)))
    y = exact * (1 + mult) + add
    return x.to(device), y.to(device, dtype)
