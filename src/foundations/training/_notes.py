"""The loss of a batch, and the notes of a training that become its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from foundations._checks import check_same_shape
from foundations.training.history import History

Measure = Callable[[Any, Tensor], Tensor | float]


def checked_loss(loss_fn: Measure, preds: Any, targets: Tensor) -> Tensor:
    """The loss of some predictions, of shape ()."""
    if isinstance(preds, Tensor) and preds.numel() == targets.numel():
        check_same_shape("preds", preds, "targets", targets)
    loss = loss_fn(preds, targets)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        got = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"loss_fn must give one number as a tensor, not {got}: take the mean over rows")
    return loss.reshape(())


class Notes:
    """Losses, learning rates and metrics, written down while a model trains."""

    def __init__(self, metrics: Mapping[str, Measure]) -> None:
        self.metrics = metrics
        self.batch_losses: list[Tensor] = []
        self.lrs: list[float] = []
        self.n_rows: list[int] = []  # of each batch of this epoch
        self.train_losses: list[Tensor] = []
        self.valid_losses: list[float] = []
        self.measured: dict[str, list[float]] = {name: [] for name in metrics}

    def add_batch(self, loss: Tensor, optimizer: torch.optim.Optimizer, n_rows: int) -> None:
        self.batch_losses.append(loss.detach())
        self.lrs.append(float(optimizer.param_groups[0]["lr"]))
        self.n_rows.append(n_rows)

    def end_epoch(self) -> None:
        """Take the mean of the epoch's batch losses, weighted by their rows."""
        if not self.n_rows:
            raise ValueError("data has no batch to train on")
        losses = torch.stack(self.batch_losses[-len(self.n_rows) :])
        weights = torch.tensor(self.n_rows, device=losses.device) / sum(self.n_rows)
        self.train_losses.append((losses * weights).sum())
        self.n_rows = []

    def add_validation(self, loss: float, preds: Any, targets: Tensor) -> None:
        self.valid_losses.append(loss)
        for name, metric in self.metrics.items():
            self.measured[name].append(float(metric(preds, targets)))

    def history(self) -> History:
        return History(
            batch_losses=_stacked(self.batch_losses),
            lrs=torch.tensor(self.lrs),
            train_losses=_stacked(self.train_losses),
            valid_losses=torch.tensor(self.valid_losses),
            metrics={name: torch.tensor(values) for name, values in self.measured.items()},
        )


def _stacked(losses: list[Tensor]) -> Tensor:
    return torch.stack(losses).cpu() if losses else torch.empty(0)
