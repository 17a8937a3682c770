"""Plots of functions, points, residuals and losses, on the current axes unless others are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from foundations._checks import check_number, check_same_shape, check_tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_function(
    f: Callable[[Tensor], Any],
    *,
    min: float = -2.1,
    max: float = 2.1,
    title: str | None = None,
    color: str | None = None,
    ylim: tuple[float, float] | None = None,
    label: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a function of one variable as a curve.

    Args:
        f: Takes a column of shape (200, 1) on the CPU; gives a value for each row, or one for all.
        min: Left end of the curve.
        max: Right end of the curve.
        title: Title of the axes.
        color: Any Matplotlib colour; the next of the colour cycle where it is None.
        ylim: Bottom and top of the y axis.
        label: Name of the curve in a legend.
        ax: Axes to draw on; the current ones where it is None.

    Returns:
        The axes.

    Raises:
        TypeError: min or max is not a number.
        ValueError: min is not less than max, or f gives another shape than it took.

    Example:
        ```python
        from foundations import mk_quad, plot_function

        ax = plot_function(mk_quad(3, 2, 1), title="3x² + 2x + 1")
        assert len(ax.lines[-1].get_xdata()) == 200
        ```
    """
    left, right = check_number("min", min), check_number("max", max)
    if left >= right:
        raise ValueError(f"min must be less than max, but min is {left:g} and max is {right:g}")
    x = torch.linspace(left, right, 200)[:, None]
    y = torch.as_tensor(f(x))
    if y.ndim == 0:
        y = y.expand(x.shape)
    check_same_shape("x", x, "f(x)", y)
    ax = _axes(ax)
    ax.plot(_flat(x), _flat(y), color=color, label=label)
    if title is not None:
        ax.set_title(title)
    if ylim is not None:
        ax.set_ylim(ylim)
    return ax


def plot_points(x: Tensor, y: Tensor, *, ax: Axes | None = None, label: str | None = None) -> Axes:
    """Draw points as dots.

    Args:
        x: Where the points are along the x axis: any shape.
        y: Their heights: x's shape.
        ax: Axes to draw on; the current ones where it is None.
        label: Name of the points in a legend.

    Returns:
        The axes.

    Raises:
        TypeError: x or y is not a tensor.
        ValueError: The shapes differ.

    Example:
        ```python
        from foundations import course22_points, plot_points

        x, y = course22_points()
        ax = plot_points(x, y, label="measured")
        assert len(ax.collections[-1].get_offsets()) == 20
        ```
    """
    _check_points(x, y)
    ax = _axes(ax)
    ax.scatter(_flat(x), _flat(y), label=label)
    return ax


def plot_residuals(f: Callable[[Tensor], Tensor], x: Tensor, y: Tensor, *, ax: Axes | None = None) -> Axes:
    """Draw each point's residual: the vertical line from the curve to the point.

    Args:
        f: The curve's function: takes x, gives a value for each.
        x: Where the points are along the x axis: any shape.
        y: Their heights: x's shape.
        ax: Axes to draw on; the current ones where it is None.

    Returns:
        The axes.

    Raises:
        TypeError: x or y, or what f gives, is not a tensor.
        ValueError: The shapes differ.

    Example:
        ```python
        from foundations import course22_points, mk_quad, plot_residuals

        x, y = course22_points()
        ax = plot_residuals(mk_quad(3, 2, 1), x, y)
        assert len(ax.collections[-1].get_segments()) == 20
        ```
    """
    _check_points(x, y)
    preds = f(x)
    check_tensor("f(x)", preds)
    check_same_shape("f(x)", preds, "y", y)
    ax = _axes(ax)
    ax.vlines(_flat(x), _flat(preds), _flat(y), colors="C7", linewidth=1, zorder=1)
    return ax


def plot_losses(losses: Tensor | Sequence[float], *, label: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw losses against the number of steps taken before each.

    Args:
        losses: The loss at the start and after each step: shape (n,).
        label: Name of the curve in a legend.
        ax: Axes to draw on; the current ones where it is None.

    Returns:
        The axes, with the x axis named "step" and the y axis "loss".

    Raises:
        ValueError: losses has another shape, or is empty.

    Example:
        ```python
        import torch
        from foundations import gradient_descent, plot_losses

        descent = gradient_descent(lambda p: (p**2).sum(), torch.tensor([4.0]), lr=0.1, n_steps=20)
        ax = plot_losses(descent.losses, label="lr 0.1")
        assert len(ax.lines[-1].get_xdata()) == 21
        ```
    """
    heights = torch.as_tensor(losses)
    if heights.ndim != 1 or len(heights) == 0:
        raise ValueError(f"losses must have shape (n,), with n at least 1, not {tuple(heights.shape)}")
    ax = _axes(ax)
    ax.plot(range(len(heights)), _flat(heights), label=label)
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    return ax


def _axes(ax: Axes | None) -> Axes:
    import matplotlib.pyplot as plt

    return plt.gca() if ax is None else ax


def _check_points(x: Tensor, y: Tensor) -> None:
    check_tensor("x", x)
    check_tensor("y", y)
    check_same_shape("x", x, "y", y)


def _flat(values: Tensor) -> Any:
    return values.detach().cpu().double().flatten().numpy()
