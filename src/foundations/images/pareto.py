"""The Pareto front: what nothing else beats, where several things count at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from foundations._float64 import device_with_float64

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

ROWS_AT_ONCE = 1024  # compared with all others in one go


def pareto_front(*criteria: Tensor | ArrayLike) -> Tensor:
    """Find the rows that no other row beats: the Pareto front.

    A row is beaten by another that is at least as good in every criterion and better in one. More is better in each:
    give `-seconds` where less is. Equal rows do not beat each other.

    Args:
        *criteria: One vector of n numbers for each criterion: tensors, arrays, columns of a table or lists.

    Returns:
        Which rows are on the front: bool of shape (n,), on the device of the first criterion.

    Raises:
        ValueError: There is no criterion, one is no vector or holds nan, or their lengths differ.

    Example:
        ```python
        from foundations import pareto_front

        speed, accuracy = [900, 400, 300], [0.70, 0.80, 0.75]
        assert pareto_front(speed, accuracy).tolist() == [True, True, False]
        ```

    Source:
        https://en.wikipedia.org/wiki/Pareto_front
    """
    if not criteria:
        raise ValueError("pareto_front needs a criterion or more: pareto_front(speed, accuracy)")
    columns = [each if isinstance(each, Tensor) else torch.tensor(np.array(each, order="C")) for each in criteria]
    for i, each in enumerate(columns):
        if each.ndim != 1:
            raise ValueError(f"criterion {i} must be a vector of n numbers, not of shape {tuple(each.shape)}")
        if each.isnan().any():
            raise ValueError(f"criterion {i} holds nan, which is neither more nor less than anything: drop such rows")
    if len({len(each) for each in columns}) > 1:
        raise ValueError(
            f"all criteria must have equally many rows, not {', '.join(str(len(each)) for each in columns)}"
        )
    device = columns[0].device
    values = torch.stack([each.to(device_with_float64(device)).double() for each in columns])
    beaten = []
    for rows in values.split(ROWS_AT_ONCE, dim=1):
        others, these = values[:, None, :], rows[:, :, None]
        beaten.append(((others >= these).all(dim=0) & (others > these).any(dim=0)).any(dim=1))
    return ~torch.cat(beaten).to(device)
