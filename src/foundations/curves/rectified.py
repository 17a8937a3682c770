"""Rectified linear units: one, two, and the signed sum of any number."""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import torch
from torch import Tensor

from foundations._checks import check_float_tensor


def rectified_linear(m: Any, b: Any, x: Any) -> Any:
    """Value of the line m·x + b where it is above 0, and 0 elsewhere.

    On tensors it is `torch.clip(m * x + b, 0.)`. At the kink, where m·x + b is exactly 0, its gradient is therefore
    that of the line: clip counts 0 as unclipped, and its slope there is 1. `torch.relu` has slope 0 there.

    Args:
        m: Slope of the line: a number or a tensor.
        b: The line's value at 0. Where m is not 0, the kink is at −b/m.
        x: Where to evaluate: a number or a tensor of any shape.

    Returns:
        The value at x, never negative: a tensor where one of the three is, otherwise a float.

    Raises:
        TypeError: m·x + b is neither a tensor nor a number.

    Example:
        ```python
        import torch
        from foundations import rectified_linear

        assert rectified_linear(2, -1, 3.0) == 5
        assert rectified_linear(2, -1, torch.tensor([-1.0, 0.5, 1.0])).tolist() == [0, 0, 1]
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    y = m * x + b
    if isinstance(y, Tensor):
        return torch.clip(y, 0.0)
    if isinstance(y, Real):
        return max(float(y), 0.0)
    raise TypeError(f"m * x + b must be a tensor or a number, not {type(y).__name__}: torch.tensor(...) makes a tensor")


def double_relu(m1: Any, b1: Any, m2: Any, b2: Any, x: Any) -> Any:
    """Sum of two rectified linear units.

    Args:
        m1: Slope of the first unit's line: a number or a tensor.
        b1: Its value at 0.
        m2: Slope of the second unit's line.
        b2: Its value at 0.
        x: Where to evaluate: a number or a tensor of any shape.

    Returns:
        The value at x, never negative: a tensor where one of the five is, otherwise a float.

    Raises:
        TypeError: A unit's line is neither a tensor nor a number.

    Example:
        ```python
        from foundations import double_relu

        valley = [double_relu(-1, 0, 1, 0, x) for x in (-2, 0, 2)]  # |x|
        assert valley == [2, 0, 2]
        ```
    """
    return rectified_linear(m1, b1, x) + rectified_linear(m2, b2, x)


def relu_sum(
    hidden_weights: Tensor, hidden_biases: Tensor, out_weights: Tensor, out_bias: Tensor | float, x: Tensor
) -> Tensor:
    """Weighted sum of n rectified linear units: Σ out_weight · max(hidden_weight · x + hidden_bias, 0) + out_bias.

    It is a neural net of one input, one hidden layer of n units and one output. The gradient at a kink is that of
    `rectified_linear`.

    Args:
        hidden_weights: Slope of each unit's line: floats of shape (n,).
        hidden_biases: Each line's value at 0: shape (n,).
        out_weights: What each unit is multiplied by, of either sign: shape (n,).
        out_bias: Added at the end: a tensor of shape () or a number.
        x: Where to evaluate: floats of any shape.

    Returns:
        The value at each x: x's shape.

    Raises:
        TypeError: An argument is not a tensor of floats, or their dtypes differ.
        ValueError: The weights and biases are not of one shape (n,), or out_bias is more than one number.

    Example:
        ```python
        import torch
        from foundations import relu_sum

        ones, out_weights = torch.ones(3), torch.tensor([1.0, -2.0, 1.0])
        tent = relu_sum(ones, torch.tensor([1.0, 0.0, -1.0]), out_weights, 0.0, torch.tensor([-2.0, -0.5, 0.0, 2.0]))
        assert tent.tolist() == [0, 0.5, 1, 0]
        ```

    Source:
        https://en.wikipedia.org/wiki/Feedforward_neural_network
    """
    _check_parameters(hidden_weights, hidden_biases, out_weights, out_bias)
    check_float_tensor("x", x)
    if x.dtype != hidden_weights.dtype:
        raise TypeError(f"x is {x.dtype} but hidden_weights is {hidden_weights.dtype}: use x.to(hidden_weights.dtype)")
    return torch.clip(x[..., None] * hidden_weights + hidden_biases, 0.0) @ out_weights + out_bias


@dataclass(frozen=True, eq=False)
class ReluSum:
    """A signed sum of n rectified linear units: four sets of parameters, and a function of x.

    Attributes:
        hidden_weights: Slope of each unit's line: shape (n,).
        hidden_biases: Each line's value at 0: shape (n,).
        out_weights: What each unit is multiplied by: shape (n,).
        out_bias: Added at the end: shape ().

    Example:
        ```python
        import torch
        from foundations import ReluSum

        hat = ReluSum(torch.ones(2), torch.tensor([0.0, -1.0]), torch.tensor([2.0, -4.0]), torch.tensor(-1.0))
        assert hat(torch.tensor([-1.0, 1.0, 1.5])).tolist() == [-1, 1, 0]
        assert hat.kinks.tolist() == [0, 1]
        ```
    """

    hidden_weights: Tensor
    hidden_biases: Tensor
    out_weights: Tensor
    out_bias: Tensor

    def __post_init__(self) -> None:
        _check_parameters(self.hidden_weights, self.hidden_biases, self.out_weights, self.out_bias)

    def __call__(self, x: Tensor) -> Tensor:
        """Give the value of the sum at each x.

        Args:
            x: Where to look: floats of any shape.

        Returns:
            The values: x's shape.

        Example:
            ```python
            import torch
            from foundations import ReluSum

            one = ReluSum(torch.ones(1), torch.zeros(1), torch.tensor([-3.0]), torch.tensor(1.0))
            assert one(torch.tensor([-1.0, 2.0])).tolist() == [1, -5]
            ```
        """
        return relu_sum(self.hidden_weights, self.hidden_biases, self.out_weights, self.out_bias, x)

    @property
    def kinks(self) -> Tensor:
        """Where each unit's line crosses 0.

        Returns:
            The places, in the units' order: shape (n,); infinite or nan for a unit whose weight is 0.

        Example:
            ```python
            import torch
            from foundations import ReluSum

            steep = ReluSum(torch.tensor([4.0]), torch.tensor([-2.0]), torch.ones(1), torch.tensor(0.0))
            assert steep.kinks == 0.5
            ```
        """
        return 0 - self.hidden_biases / self.hidden_weights


def _check_parameters(
    hidden_weights: Tensor, hidden_biases: Tensor, out_weights: Tensor, out_bias: Tensor | float
) -> None:
    names = ("hidden_weights", "hidden_biases", "out_weights")
    for name, value in zip(names, (hidden_weights, hidden_biases, out_weights), strict=True):
        check_float_tensor(name, value)
        if value.shape != (hidden_weights.numel(),):
            raise ValueError(
                f"{name} has shape {tuple(value.shape)}, but all weights and hidden biases must have one shape (n,), "
                f"one value for each ReLU: hidden_weights has {tuple(hidden_weights.shape)}"
            )
        if value.dtype != hidden_weights.dtype:
            raise TypeError(f"{name} is {value.dtype} but hidden_weights is {hidden_weights.dtype}: they must be equal")
    if isinstance(out_bias, Tensor) and out_bias.shape != ():
        raise ValueError(f"out_bias must be one number, of shape (), not {tuple(out_bias.shape)}")
