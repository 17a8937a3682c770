"""A sine to draw near with broken lines, and how far off they are."""

from __future__ import annotations

import torch
from torch import Tensor

from foundations import ReluSum, rmse


def grid(n: int = 501, low: float = 0.0, high: float = 1.0) -> Tensor:
    return torch.linspace(low, high, n, dtype=torch.float64)


def sine(x: Tensor) -> Tensor:
    return torch.sin(2 * torch.pi * x)


def max_error(line: ReluSum, x: Tensor, y: Tensor) -> float:
    return (line(x) - y).abs().max().item()


def rms_error(line: ReluSum, x: Tensor, y: Tensor) -> float:
    return rmse(line(x), y).item()
