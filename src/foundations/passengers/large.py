"""One step on any number of rows: in large chunks, with one number beside each row, added up in double precision."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations.devices import as_device

CPU_CHUNK = 2**26  # bytes: a call has so much to do that the call itself costs little
GPU_CHUNK = 2**28
GROUP = 2**12  # rows that are added up in their own dtype: so few that float32 stays precise


@torch.no_grad()
def chunked_gradient(
    coeffs: Tensor,
    indeps: Tensor,
    deps: Tensor,
    *,
    loss: Literal["mae", "log_loss"] = "mae",
    chunk_rows: int | None = None,
    device: str | torch.device | None = "cpu",
) -> tuple[Tensor, Tensor]:
    """Give the loss of a sigmoid model and its gradient over all rows, however many, without autograd.

    Each chunk is multiplied twice: by the coefficients, and for its part of the gradient. Between the two, one number
    for each of its rows is changed in place, and is nearly all the memory in use beside the rows. PyTorch shares every
    call among its threads. The sums of small groups of rows are added up in float64.

    Args:
        coeffs: Floats of shape (n_columns,) or (n_columns, 1).
        indeps: The inputs, of the same dtype: shape (n, n_columns). They may lie in a file, as `torch.from_file` or
            `numpy.memmap` give them, or on another device: then they are moved chunk by chunk.
        deps: 1 or 0 for each row, of the same dtype: shape (n,) or (n, 1).
        loss: The mean absolute error of the sigmoids, or their log-loss (binary cross-entropy).
        chunk_rows: How many rows to take at a time; enough for few calls where it is None.
        device: Where to calculate; the best device of this machine where it is None.

    Returns:
        The loss, of shape (), and the gradient, of the coefficients' shape: both of their dtype, on the device.

    Raises:
        TypeError: Something is not a tensor of floats, they differ in dtype, or chunk_rows is not a whole number.
        ValueError: The shapes do not fit, there are no rows, the deps are not all 1 or 0, there is no such loss or
            device, or chunk_rows is less than 1.

    Example:
        ```python
        from foundations import chunked_gradient, init_coeffs, prepare, titanic

        data = prepare(titanic("simulated"))
        coeffs = init_coeffs(12)
        loss, gradient = chunked_gradient(coeffs, data.inputs, data.targets)
        assert chunked_gradient(coeffs - gradient, data.inputs, data.targets)[0] < loss
        ```
    """
    for name, value in (("coeffs", coeffs), ("indeps", indeps), ("deps", deps)):
        check_float_tensor(name, value)
    if not coeffs.dtype == indeps.dtype == deps.dtype:
        raise TypeError(
            f"coeffs, indeps and deps must have one dtype, not {coeffs.dtype}, {indeps.dtype}, {deps.dtype}"
        )
    if indeps.ndim != 2 or not indeps.numel():
        raise ValueError(f"indeps must have shape (n, n_columns) with at least one row, not {tuple(indeps.shape)}")
    n, n_columns = indeps.shape
    if tuple(coeffs.shape) not in ((n_columns,), (n_columns, 1)):
        raise ValueError(f"coeffs must have shape ({n_columns},) or ({n_columns}, 1), not {tuple(coeffs.shape)}")
    if tuple(deps.shape) not in ((n,), (n, 1)):
        raise ValueError(f"deps must have shape ({n},) or ({n}, 1), not {tuple(deps.shape)}")
    if loss not in ("mae", "log_loss"):
        raise ValueError(f'loss must be "mae" or "log_loss", not {loss!r}')
    deps = deps.reshape(n)
    chosen = as_device(device)
    if chunk_rows is None:
        row = (n_columns + 2) * indeps.itemsize
        chunk_rows = max(1, (CPU_CHUNK if chosen.type == "cpu" else GPU_CHUNK) // row)
    check_whole_number("chunk_rows", chunk_rows, least=1)
    double = torch.float32 if chosen.type == "mps" else torch.float64  # which Apple's GPUs do not have
    total, gradient = torch.zeros((), dtype=double, device=chosen), torch.zeros(n_columns, dtype=double, device=chosen)
    weights = coeffs.to(chosen).reshape(-1)
    numbers = torch.empty(min(chunk_rows, n), dtype=coeffs.dtype, device=chosen)
    for start in range(0, n, chunk_rows):
        rows, targets = (whole[start : start + chunk_rows].to(chosen) for whole in (indeps, deps))
        logits = numbers[: len(rows)]
        if not torch.equal(torch.square(targets, out=logits), targets):
            raise ValueError(f"deps must be 1 or 0 for each row, not {targets[logits != targets][0].item():g}")
        torch.mv(rows, weights, out=logits)
        logits.addcmul_(logits, targets, value=-2)  # (1 - 2 · targets) · logit: its sigmoid is |prediction - target|
        if loss == "log_loss":
            total += F.softplus(logits).sum()
            logits.sigmoid_()
        else:
            total += logits.sigmoid_().sum()
            logits.addcmul_(logits, logits, value=-1)  # miss · (1 - miss), the sigmoid's slope
        logits.addcmul_(logits, targets, value=-2)  # minus where 1 was the target
        gradient += _weighted_sum(logits, rows, double)
    return (total / n).to(coeffs.dtype), (gradient / n).to(coeffs.dtype).reshape(coeffs.shape)


def _weighted_sum(weights: Tensor, rows: Tensor, double: torch.dtype) -> Tensor:
    """`weights @ rows`, added up in double precision group by group; threads share the groups."""
    n_groups = len(rows) // GROUP
    cut = n_groups * GROUP
    groups = torch.bmm(weights[:cut].view(n_groups, 1, GROUP), rows[:cut].view(n_groups, GROUP, rows.shape[1]))
    return groups.sum(dim=(0, 1), dtype=double) + weights[cut:] @ rows[cut:]
