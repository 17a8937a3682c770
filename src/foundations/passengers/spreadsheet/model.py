"""The spreadsheet's model in PyTorch: two rectified linear units, and their training from several starts."""

from __future__ import annotations

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations._float64 import device_with_float64


def two_relus(params: Tensor, inputs: Tensor) -> Tensor:
    """Predict by two rectified linear units: weighted sums, whatever is below zero replaced by zero, added together.

    Args:
        params: One row of weights for each unit: shape (..., 2, n_inputs), for many nets at once if there are more
            dimensions.
        inputs: Shape (n, n_inputs).

    Returns:
        The predictions: shape (..., n).

    Raises:
        TypeError: Something is not a tensor of floats, or their dtypes differ.
        ValueError: The shapes do not fit.

    Example:
        ```python
        import torch
        from foundations import two_relus

        params = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
        inputs = torch.tensor([[3.0, 1.0], [-2.0, 1.0]])
        assert two_relus(params, inputs).tolist() == [3.0, 2.0]
        ```

    Source:
        https://github.com/fastai/course22/tree/master/xl
    """
    check_float_tensor("params", params)
    check_float_tensor("inputs", inputs)
    if inputs.ndim != 2 or params.ndim < 2 or tuple(params.shape[-2:]) != (2, inputs.shape[1]):
        raise ValueError(
            f"params has shape {tuple(params.shape)} and inputs {tuple(inputs.shape)}, "
            "but they must be (..., 2, n_inputs) and (n, n_inputs)"
        )
    if params.dtype != inputs.dtype:
        raise TypeError(f"params are {params.dtype} and inputs {inputs.dtype}: use params.to(inputs.dtype)")
    return torch.relu(params @ inputs.T).sum(dim=-2)


def train_two_relus(
    inputs: Tensor,
    targets: Tensor,
    *,
    n_starts: int = 20,
    n_steps: int = 1000,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Learn the weights of `two_relus` by the mean squared error, from several random starts at once.

    First Adam walks n_steps steps. Then comes a polish: for the rows that a unit lets through it is linear, so least
    squares give the best weights for those rows at once. It goes as far towards them as the loss falls, looks again
    which rows are let through, and repeats this until the loss stays.

    Args:
        inputs: Floats of shape (n, n_inputs).
        targets: Floats of shape (n,).
        n_starts: How many nets to train, each from its own start: weights between −1/2 and 1/2.
        n_steps: How many steps Adam takes.
        generator: Where the random starts come from; PyTorch's own where it is None.

    Returns:
        The weights of all nets, of shape (n_starts, 2, n_inputs), and their losses, of shape (n_starts,).

    Raises:
        TypeError: inputs or targets is not a tensor of floats, or a number is not whole.
        ValueError: The shapes do not fit, there are no rows, a number is not finite or too small, or the losses
            overflow.

    Example:
        ```python
        import torch
        from foundations import train_two_relus

        inputs = torch.stack([torch.linspace(-1, 1, 21).double(), torch.ones(21).double()], dim=1)
        draw = torch.Generator().manual_seed(0)
        params, losses = train_two_relus(inputs, inputs[:, 0].abs(), n_starts=5, generator=draw)
        assert params.shape == (5, 2, 2)
        assert losses.min() < 1e-12
        ```

    Source:
        https://arxiv.org/abs/1412.6980 and https://en.wikipedia.org/wiki/Gauss-Newton_algorithm
    """
    check_float_tensor("inputs", inputs)
    check_float_tensor("targets", targets)
    if inputs.ndim != 2 or not len(inputs) or targets.shape != inputs.shape[:1]:
        raise ValueError(
            f"inputs has shape {tuple(inputs.shape)} and targets {tuple(targets.shape)}, "
            "but they must be (n, n_inputs) and (n,), with n at least 1"
        )
    if not (inputs.isfinite().all() and targets.isfinite().all()):
        raise ValueError("inputs or targets hold nan or inf: fill or drop those rows first")
    check_whole_number("n_starts", n_starts, least=1)
    check_whole_number("n_steps", n_steps)
    inputs, targets = inputs.detach(), targets.detach()
    shape = n_starts, 2, inputs.shape[1]
    device = generator.device if generator else inputs.device
    params = (torch.rand(shape, dtype=inputs.dtype, device=device, generator=generator) - 0.5).to(inputs.device)
    params.requires_grad_()
    optimizer = torch.optim.Adam([params], lr=0.02)
    with torch.enable_grad():
        for _ in range(n_steps):
            optimizer.zero_grad()
            _losses(params, inputs, targets).sum().backward()
            optimizer.step()
    there = device_with_float64(inputs.device)
    polished, losses = _polish(*(each.detach().to(there).double() for each in (params, inputs, targets)))
    polished, losses = (each.to(inputs.dtype).to(inputs.device) for each in (polished, losses))
    if not losses.isfinite().all():
        raise ValueError(f"in {inputs.dtype} the losses overflow: scale inputs and targets to about 1, or use float64")
    return polished, losses


def _losses(params: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
    return ((two_relus(params, inputs) - targets) ** 2).mean(dim=-1)


def _polish(params: Tensor, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Walk to the least squares of the rows that each unit lets through, as far as the loss falls."""
    losses, k = _losses(params, inputs, targets), inputs.shape[1]
    ridge = 1e-9 * torch.eye(2 * k, dtype=inputs.dtype, device=inputs.device)
    for _ in range(50):
        through = (params @ inputs.T > 0).to(inputs.dtype)
        wide = torch.cat([inputs * through[:, unit, :, None] for unit in (0, 1)], dim=-1)
        optimum = torch.linalg.solve_ex(wide.mT @ wide + ridge, wide.mT @ targets).result.view_as(params)
        best, best_params = losses.clone(), params.clone()
        for halvings in range(8):
            tried = params + (optimum - params) * 0.5**halvings
            tried_losses = _losses(tried, inputs, targets)
            better = tried_losses < best
            best[better], best_params[better] = tried_losses[better], tried[better]
        fell = (losses - best).max()
        params, losses = best_params, best
        if fell < 1e-10:
            break
    return params, losses
