"""Callbacks: what a learner calls while it trains, to watch the training or to change it."""

# ruff: noqa: D102 (the methods of Callback say when they are called)

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

    def before_fit(self, learner: Learner) -> None:
        """Called once, before the first epoch.

        `learner.n_epochs`, `learner.n_steps` and a new `learner.optimizer` are there, and no step has been taken.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Announce(Callback):
                def before_fit(self, learner):
                    self.planned = learner.n_steps


            x = torch.linspace(-1, 1, 64)[:, None]
            announce = Announce()
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, batch_size=16)
            learner.fit(5, lr=0.1, callbacks=[announce])
            assert announce.planned == 5 * 4
            ```
        """

    def before_epoch(self, learner: Learner) -> None:
        """Called at the start of each epoch, with the model in training mode.

        `learner.epoch` is its number, from 0.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Thaw(Callback):
                def before_epoch(self, learner):
                    learner.model.bias.requires_grad_(learner.epoch > 0)


            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse)
            learner.model.bias.data.zero_()
            learner.fit(1, lr=0.1, callbacks=[Thaw()])
            assert learner.model.bias == 0  # it was frozen
            ```
        """

    def before_batch(self, learner: Learner) -> None:
        """Called before the predictions for each batch.

        `learner.batch` is the batch, inputs and targets: what is put in its place is trained on.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Jitter(Callback):
                def before_batch(self, learner):
                    inputs, targets = learner.batch
                    learner.batch = inputs + 0.01 * torch.randn_like(inputs), targets


            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse)
            learner.fit(1, lr=0.1, callbacks=[Jitter()])
            assert not torch.isin(learner.batch[0].cpu(), x).any()
            ```
        """

    def after_backward(self, learner: Learner) -> None:
        """Called after the gradients of each batch have been calculated, before the step.

        `learner.loss` is the batch's loss. The parameters' `.grad` is what the step will use.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Clip(Callback):
                def after_backward(self, learner):
                    torch.nn.utils.clip_grad_norm_(learner.model.parameters(), 0.5)


            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 300 * x), mse)
            learner.fit(1, lr=0.1, callbacks=[Clip()])
            assert learner.model.weight.grad.norm() <= 0.5
            ```
        """

    def after_batch(self, learner: Learner) -> None:
        """Called after the step of each batch.

        `learner.step` counts this step already, and `learner.loss` is the loss before it.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Watch(Callback):
                def __init__(self):
                    self.losses = []

                def after_batch(self, learner):
                    self.losses.append(learner.loss.item())


            x = torch.linspace(-1, 1, 64)[:, None]
            watch = Watch()
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, batch_size=16)
            learner.fit(5, lr=0.1, callbacks=[watch])
            assert len(watch.losses) == learner.step == 20
            ```
        """

    def after_epoch(self, learner: Learner) -> None:
        """Called at the end of each epoch, after the validation set has been predicted.

        `learner.valid_preds` and `learner.valid_loss` are those of this epoch; None without a validation set.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Report(Callback):
                def after_epoch(self, learner):
                    print(learner.epoch, learner.valid_loss)


            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, valid=(x, 3 * x))
            learner.fit(2, lr=0.1, callbacks=[Report()])
            assert learner.valid_preds.shape == (64, 1)
            ```
        """

    def after_fit(self, learner: Learner) -> None:
        """Called once, at the end, whether all epochs have run or a callback has stopped them.

        The model is as the last step left it, in the mode in which it was last used.

        Args:
            learner: The learner that trains; it may be read and changed.

        Example:
            ```python
            import torch
            from foundations import Callback, Learner, mse


            class Freeze(Callback):
                def after_fit(self, learner):
                    learner.model.requires_grad_(False)


            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse)
            learner.fit(2, lr=0.1, callbacks=[Freeze()])
            assert not learner.model.weight.requires_grad
            ```
        """


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
