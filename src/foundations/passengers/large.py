"""One step on any number of rows: in chunks that stay in the processor's cache, added up in double precision."""

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number
from foundations.devices import as_device

CPU_CHUNK = 2**21  # bytes: stays in a processor's cache
CPU_ROWS = 2**15 - 1  # from 32,768 numbers on PyTorch shares an addition among threads; here each has its own chunk
GPU_CHUNK = 2**28  # bytes: enough to keep a GPU busy, little enough to fit in


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

    The rows are read once from memory, in chunks: for the second product, which makes the gradient, a chunk is still
    in the cache. The chunks' sums are added up in float64. Beside the rows, a few chunks are all the memory in use.

    Args:
        coeffs: Floats of shape (n_columns,) or (n_columns, 1).
        indeps: The inputs, of the same dtype: shape (n, n_columns). They may lie in a file, as `torch.from_file` or
            `numpy.memmap` give them, or on another device: then they are moved chunk by chunk.
        deps: 1 or 0 for each row, of the same dtype: shape (n,) or (n, 1).
        loss: The mean absolute error of the sigmoids, or their log-loss (binary cross-entropy).
        chunk_rows: How many rows to take at a time; as many as stay in the cache where it is None.
        device: Where to calculate; the best device of this machine where it is None.

    Returns:
        The loss, of shape (), and the gradient, of the coefficients' shape: both of their dtype, on the device.

    Raises:
        TypeError: Something is not a tensor of floats, they differ in dtype, or chunk_rows is not a whole number.
        ValueError: The shapes do not fit, there are no rows, there is no such loss or device, or chunk_rows is less
            than 1.

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
    place = as_device(device)
    if chunk_rows is None:
        row = (n_columns + 4) * indeps.itemsize
        chunk_rows = max(1, min(CPU_ROWS, CPU_CHUNK // row) if place.type == "cpu" else GPU_CHUNK // row)
    check_whole_number("chunk_rows", chunk_rows, least=1)
    n_workers = min(torch.get_num_threads(), -(-n // chunk_rows)) if place.type == "cpu" else 1
    share = -(-n // n_workers)
    weights, deps = coeffs.detach().to(place).reshape(-1), deps.reshape(n)

    def sums(first: int) -> tuple[Tensor, Tensor]:
        part = slice(first, first + share)
        return _sums(weights, indeps[part], deps[part], loss, min(chunk_rows, share))

    if n_workers == 1:
        parts = [sums(0)]
    else:
        with ThreadPoolExecutor(n_workers) as pool:
            parts = list(pool.map(sums, range(0, n, share)))
    total, gradient = (torch.stack(each).sum(dim=0) / n for each in zip(*parts, strict=True))
    return total.to(coeffs.dtype), gradient.to(coeffs.dtype).reshape(coeffs.shape)


@torch.no_grad()
def _sums(weights: Tensor, indeps: Tensor, deps: Tensor, loss: str, chunk_rows: int) -> tuple[Tensor, Tensor]:
    """The losses of some rows and their gradients, added up chunk by chunk."""
    place = weights.device
    double = torch.float32 if place.type == "mps" else torch.float64  # which Apple's GPUs do not have
    total, gradient = torch.zeros((), dtype=double, device=place), torch.zeros(len(weights), dtype=double, device=place)
    logits, misses, pulls = (torch.empty(chunk_rows, dtype=weights.dtype, device=place) for _ in range(3))
    for first in range(0, len(indeps), chunk_rows):
        rows, wanted = (each[first : first + chunk_rows].to(place) for each in (indeps, deps))
        if len(rows) < chunk_rows:
            logits, misses, pulls = logits[: len(rows)], misses[: len(rows)], pulls[: len(rows)]
        torch.mv(rows, weights, out=logits)
        if loss == "log_loss":
            torch.addcmul(logits, wanted, logits, value=-2, out=misses)  # (1 - 2 · wanted) · logits
            total += F.softplus(misses).sum()
            torch.sub(logits.sigmoid_(), wanted, out=pulls)
        else:
            preds = logits.sigmoid_()
            torch.sub(preds, wanted, out=misses)
            torch.sign(misses, out=pulls)
            total += torch.dot(misses, pulls)
            pulls.mul_(preds).mul_(preds.neg_().add_(1))  # sign · p · (1 − p)
        gradient += rows.T @ pulls
    return total, gradient
