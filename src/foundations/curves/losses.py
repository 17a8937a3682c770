"""Losses: one number that says how far predictions are from their targets."""

from collections.abc import Iterable
from typing import Any

from torch import Tensor

from foundations._checks import check_float_tensor, check_same_shape


def mse(preds: Tensor, targets: Tensor) -> Tensor:
    """Mean squared error: the mean of (preds − targets)².

    Args:
        preds: Predictions: floats of any shape.
        targets: What they should be: floats of the same shape.

    Returns:
        A tensor of shape (), in the square of the targets' units.

    Raises:
        TypeError: preds or targets is not a tensor of floats.
        ValueError: The shapes differ, or there are no values.

    Example:
        ```python
        import torch
        from foundations import mse

        assert mse(torch.tensor([1.0, 5.0]), torch.tensor([1.0, 2.0])) == 4.5
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """
    _check_pair(preds, targets)
    return ((preds - targets) ** 2).mean()


def mae(preds: Tensor, targets: Tensor) -> Tensor:
    """Mean absolute error: the mean of |preds − targets|.

    Args:
        preds: Predictions: floats of any shape.
        targets: What they should be: floats of the same shape.

    Returns:
        A tensor of shape (), in the targets' units.

    Raises:
        TypeError: preds or targets is not a tensor of floats.
        ValueError: The shapes differ, or there are no values.

    Example:
        ```python
        import torch
        from foundations import mae

        assert mae(torch.tensor([1.0, 5.0]), torch.tensor([1.0, 2.0])) == 1.5
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.L1Loss.html
    """
    _check_pair(preds, targets)
    return (preds - targets).abs().mean()


def rmse(preds: Tensor, targets: Tensor) -> Tensor:
    """Root mean squared error: the square root of the mean squared error.

    Where every prediction is exact, the gradient is nan: the square root has no slope at 0.

    Args:
        preds: Predictions: floats of any shape.
        targets: What they should be: floats of the same shape.

    Returns:
        A tensor of shape (), in the targets' units.

    Raises:
        TypeError: preds or targets is not a tensor of floats.
        ValueError: The shapes differ, or there are no values.

    Example:
        ```python
        import torch
        from foundations import rmse

        assert rmse(torch.tensor([3.0, 5.0]), torch.tensor([0.0, 2.0])) == 3
        ```

    Source:
        https://scikit-learn.org/stable/modules/generated/sklearn.metrics.root_mean_squared_error.html
    """
    return mse(preds, targets).sqrt()


def quad_mse(params: Iterable[float] | Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean squared error of the quadratic with these coefficients on the points (x, y).

    Args:
        params: The coefficients (a, b, c): three numbers, or a tensor of shape (3,).
        x: Floats of any shape.
        y: Floats of x's shape.

    Returns:
        A tensor of shape (), in the square of y's units.

    Raises:
        TypeError: params is not iterable, or x or y is not a tensor of floats.
        ValueError: params are not three numbers, or the shapes of x and y differ.

    Example:
        ```python
        import torch
        from foundations import quad_mse

        x, y = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 4.0])
        assert quad_mse([3, 2, 1], x, y) == 2  # residuals 0 and 2
        ```
    """
    return mse(_quad_preds(params, x), y)


def quad_mae(params: Iterable[float] | Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Mean absolute error of the quadratic with these coefficients on the points (x, y).

    Args:
        params: The coefficients (a, b, c): three numbers, or a tensor of shape (3,).
        x: Floats of any shape.
        y: Floats of x's shape.

    Returns:
        A tensor of shape (), in y's units.

    Raises:
        TypeError: params is not iterable, or x or y is not a tensor of floats.
        ValueError: params are not three numbers, or the shapes of x and y differ.

    Example:
        ```python
        import torch
        from foundations import quad_mae

        x, y = torch.tensor([0.0, 1.0]), torch.tensor([1.0, 4.0])
        assert quad_mae([3, 2, 1], x, y) == 1  # residuals 0 and 2
        ```
    """
    return mae(_quad_preds(params, x), y)


def _check_pair(preds: Tensor, targets: Tensor) -> None:
    check_float_tensor("preds", preds)
    check_float_tensor("targets", targets)
    check_same_shape("preds", preds, "targets", targets)
    if preds.numel() == 0:
        raise ValueError(f"preds and targets are empty (shape {tuple(preds.shape)}): they have no mean")


def _quad_preds(params: Iterable[float] | Tensor, x: Tensor) -> Tensor:
    check_float_tensor("x", x)
    if isinstance(params, Tensor) and params.shape != (3,):
        raise ValueError(f"params must have shape (3,), for a, b and c, not {tuple(params.shape)}")
    coefficients: list[Any] = list(params)
    if len(coefficients) != 3:
        raise ValueError(f"params must be three numbers, a, b and c, not {len(coefficients)}")
    from foundations.curves.quadratic import mk_quad

    preds: Tensor = mk_quad(*coefficients)(x)
    return preds
