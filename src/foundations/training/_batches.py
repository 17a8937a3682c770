"""The rows of a data set: on the device, in batches, and the predictions of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from foundations._checks import check_tensor, check_whole_number
from foundations._models import evaluating

Data = tuple[Tensor, ...] | Iterable[Any]


def n_rows(tensors: Sequence[Tensor]) -> int:
    """How many rows all of these tensors have."""
    if not tensors:
        raise ValueError("there must be at least one tensor")
    for i, each in enumerate(tensors):
        check_tensor(f"tensor {i}", each)
        if each.ndim == 0:
            raise ValueError(f"tensor {i} has no rows: its shape is ()")
    counts = [len(each) for each in tensors]
    if len(set(counts)) > 1:
        raise ValueError(f"the tensors must have equally many rows, not {', '.join(map(str, counts))}")
    return counts[0]


def split_rows(
    tensors: tuple[Tensor, ...],
    batch_size: int,
    *,
    shuffle: bool,
    drop_last: bool = False,
    generator: torch.Generator | None = None,
) -> Iterator[tuple[Tensor, ...]]:
    """Parts of all tensors, row by row of a new order or of their own; the arguments are checked at once."""
    n = n_rows(tensors)
    check_whole_number("batch_size", batch_size, least=1)
    return _split(tensors, n, batch_size, shuffle, drop_last, generator)


def _split(
    tensors: tuple[Tensor, ...],
    n: int,
    batch_size: int,
    shuffle: bool,
    drop_last: bool,
    generator: torch.Generator | None,
) -> Iterator[tuple[Tensor, ...]]:
    order = torch.randperm(n, generator=generator).to(tensors[0].device) if shuffle else None
    for start in range(0, n - batch_size + 1 if drop_last else n, batch_size):
        rows = slice(start, start + batch_size) if order is None else order[start : start + batch_size]
        yield tuple(each[rows] for each in tensors)


def moved(data: Data, device: torch.device) -> Data:
    """Data that are tensors, on the device; batches are moved one by one, when they come."""
    if isinstance(data, tuple | list) and all(isinstance(each, Tensor) for each in data):
        if len(data) < 2:
            raise ValueError(f"data must be (inputs, targets), not {len(data)} tensors")
        return tuple(each.detach().to(device) for each in data)
    if isinstance(data, Tensor) or not isinstance(data, Iterable):
        raise TypeError(f"data must be a tuple of tensors, or batches of them, not {type(data).__name__}")
    return data


def batches(
    data: Data,
    batch_size: int | None,
    device: torch.device,
    shuffle: bool = False,
    generator: torch.Generator | None = None,
) -> Iterator[tuple[Tensor, ...]]:
    """The batches of one epoch, on the device: tensors are split, and batches are checked and moved."""
    if isinstance(data, tuple):
        if batch_size is None:  # all rows, so their order does not matter
            batch_size, shuffle = max(n_rows(data), 1), False
        yield from split_rows(data, batch_size, shuffle=shuffle, generator=generator)
        return
    for batch in data:
        if not isinstance(batch, tuple | list) or len(batch) < 2 or not all(isinstance(each, Tensor) for each in batch):
            raise TypeError("each batch must be a tuple of tensors: (inputs, targets)")
        n_rows(batch)
        yield tuple(each.detach().to(device) for each in batch)


def predict_all(model: nn.Module, data: Data, batch_size: int | None, device: torch.device) -> tuple[Any, Tensor]:
    """The predictions and targets of a whole set."""
    preds, all_targets = [], []
    with evaluating(model), torch.no_grad():
        for *inputs, targets in batches(data, batch_size, device):
            preds.append(model(*inputs))
            all_targets.append(targets)
    return joined(preds), torch.cat(all_targets)


def joined(parts: list[Any]) -> Any:
    """The predictions of several batches as those of one."""
    if not parts:
        raise ValueError("data has no rows")
    several = isinstance(parts[0], tuple)
    outputs = list(zip(*parts, strict=True)) if several else [parts]
    for first, *_ in outputs:
        if not isinstance(first, Tensor) or first.ndim == 0:
            got = "a single number" if isinstance(first, Tensor) else type(first).__name__
            raise TypeError(f"the model must give predictions row by row, as a tensor or a tuple of them, not {got}")
    whole = tuple(torch.cat(each) for each in outputs)
    return whole if several else whole[0]
