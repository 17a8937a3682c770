"""Callbacks: what a learner calls while it trains, to watch the training or to change it."""

# ruff: noqa: D102 (the docstring of Callback says when each of its methods is called)

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from foundations._checks import check_whole_number
from foundations.training._notes import Measure, Notes
from foundations.training.history import History
from foundations.training.schedules import Schedule

if TYPE_CHECKING:
    from foundations.training.learner import Learner


class Callback:
    """What a learner calls at seven moments of a training; each method does nothing until a subclass says what.

    The moments, in their order, are `before_fit`, `before_epoch`, `before_batch`, `after_backward` (the gradients are
    there, the step is not yet taken), `after_batch`, `after_epoch` and `after_fit`. Each method gets the learner, and
    may read and change all it has. `learner.stop = True` ends the training: every callback is still called for this
    batch, this epoch and this fit.

    Raises:
        TypeError: A subclass defines `before_…` or `after_…` that is not one of the seven: it would never be called.

    Example:
        ```python
        import torch
        from foundations import Callback, Learner, mse


        class StopAfter(Callback):
            def __init__(self, n_steps):
                self.n_steps = n_steps

            def after_batch(self, learner):
                learner.stop = learner.step == self.n_steps


        x = torch.linspace(-1, 1, 64)[:, None]
        learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, batch_size=16)
        learner.fit(10, lr=0.1, callbacks=[StopAfter(6)])
        assert learner.step == 6
        ```
    """

    def __init_subclass__(cls) -> None:
        for name in vars(cls):
            if name.startswith(("before_", "after_")) and name not in HOOKS:
                moments = ", ".join(HOOKS)
                raise TypeError(f"{cls.__name__} has {name}, which no learner calls: the moments are {moments}")

    def before_fit(self, learner: Learner) -> None: ...
    def before_epoch(self, learner: Learner) -> None: ...
    def before_batch(self, learner: Learner) -> None: ...
    def after_backward(self, learner: Learner) -> None: ...
    def after_batch(self, learner: Learner) -> None: ...
    def after_epoch(self, learner: Learner) -> None: ...
    def after_fit(self, learner: Learner) -> None: ...


HOOKS = tuple(name for name in vars(Callback) if name.startswith(("before_", "after_")))


class Recorder(Callback):
    """Writes down losses, learning rates and metrics while a learner trains.

    Attributes:
        history: What it has seen of the latest fit, as `fit` returns it.

    Example:
        ```python
        import torch
        from foundations import Learner, Recorder, mae, mse

        x = torch.linspace(-1, 1, 8)[:, None]
        recorder = Recorder({"mae": mae})
        learner = Learner(torch.nn.Linear(1, 1), (x, x), mse, valid=(x, x), batch_size=4)
        learner.fit(3, lr=0.1, callbacks=[recorder])
        assert recorder.history.batch_losses.shape == (6,)
        assert recorder.history.metrics["mae"].shape == (3,)
        ```
    """

    def __init__(self, metrics: Mapping[str, Measure] | None = None) -> None:
        """Say what to measure on the validation set after each epoch.

        Args:
            metrics: Functions of predictions and targets, by name.
        """
        self.metrics = dict(metrics or {})

    def before_fit(self, learner: Learner) -> None:
        if self.metrics and learner.valid is None:
            raise ValueError("metrics are measured on a validation set: give the learner valid=(inputs, targets)")
        self._notes = Notes(self.metrics)

    def after_batch(self, learner: Learner) -> None:
        self._notes.add_batch(learner.loss, learner.optimizer, len(learner.batch[-1]))

    def after_epoch(self, learner: Learner) -> None:
        self._notes.end_epoch()
        if learner.valid is not None and learner.valid_loss is not None:
            self._notes.add_validation(learner.valid_loss, learner.valid_preds, learner.valid[-1])

    @property
    def history(self) -> History:
        """What the recorder has seen of the latest fit.

        Returns:
            Losses, learning rates and metrics, as `fit` gives them.

        Raises:
            ValueError: No fit has had this recorder yet.

        Example:
            ```python
            import torch
            from foundations import Learner, Recorder, mse

            x = torch.linspace(-1, 1, 8)[:, None]
            recorder = Recorder()
            Learner(torch.nn.Linear(1, 1), (x, x), mse, batch_size=4).fit(3, lr=0.1, callbacks=[recorder])
            assert recorder.history.batch_losses.shape == (6,)
            ```
        """
        if not hasattr(self, "_notes"):
            raise ValueError("there is no history yet: give the recorder to a fit, callbacks=[recorder]")
        return self._notes.history()


class EarlyStopping(Callback):
    """Stops when the validation loss has not been lower for some epochs, and gives the model its best parameters back.

    Attributes:
        best_epoch: The epoch with the lowest validation loss, from 0; None before there was one.
        best_loss: That loss.

    Example:
        ```python
        import torch
        from foundations import EarlyStopping, Learner, mse

        torch.manual_seed(42)
        x = torch.linspace(-1, 1, 64)[:, None]
        learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, valid=(x, 3 * x))
        best = EarlyStopping(patience=5)
        learner.fit(500, lr=0.1, callbacks=[best])
        assert learner.epoch == best.best_epoch + 5
        ```
    """

    def __init__(self, patience: int | None = None) -> None:
        """Say how long to wait for a lower loss.

        Args:
            patience: How many epochs; never stop where it is None, and only keep the best.

        Raises:
            TypeError: patience is not a whole number.
            ValueError: patience is less than 1.
        """
        if patience is not None:
            check_whole_number("patience", patience, least=1)
        self.patience = patience

    def before_fit(self, learner: Learner) -> None:
        if learner.valid is None:
            raise ValueError("the best is found on a validation set: give the learner valid=(inputs, targets)")
        self.best_epoch: int | None = None
        self.best_loss = math.inf
        self._best: dict[str, Tensor] | None = None

    def after_epoch(self, learner: Learner) -> None:
        if learner.valid_loss is not None and learner.valid_loss < self.best_loss:
            self.best_epoch, self.best_loss = learner.epoch, learner.valid_loss
            self._best = copy.deepcopy(learner.model.state_dict())
        waited = learner.epoch - (-1 if self.best_epoch is None else self.best_epoch)
        if self.patience is not None and waited >= self.patience:
            learner.stop = True

    def after_fit(self, learner: Learner) -> None:
        if self._best is not None:
            learner.model.load_state_dict(self._best)


class Scheduled(Callback):
    """Changes the learning rate from step to step.

    Example:
        ```python
        import torch
        from foundations import Learner, Recorder, Scheduled, mse, one_cycle

        x = torch.linspace(-1, 1, 64)[:, None]
        recorder = Recorder()
        learner = Learner(torch.nn.Linear(1, 1), (x, x), mse, batch_size=16)
        learner.fit(10, lr=0.1, callbacks=[Scheduled(one_cycle), recorder])
        assert abs(recorder.history.lrs.max() - 0.1) < 1e-6
        ```
    """

    def __init__(self, make_schedule: Callable[[float, int], Schedule]) -> None:
        """Say which schedule.

        Args:
            make_schedule: Takes the fit's learning rate and its number of steps, gives a function of the step:
                `one_cycle`, `cosine_decay` or `linear_decay`.
        """
        self.make_schedule = make_schedule

    def before_fit(self, learner: Learner) -> None:
        if learner.n_steps:
            self._schedule = self.make_schedule(learner.lr, learner.n_steps)

    def before_batch(self, learner: Learner) -> None:
        for group in learner.optimizer.param_groups:
            group["lr"] = self._schedule(learner.step)
