"""A framework in small: a learner that holds what training needs, and callbacks that watch or change the training."""

# ruff: noqa: D102 (the docstring of Callback says when each of its methods is called)

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from foundations._checks import check_number, check_whole_number
from foundations.devices import as_device
from foundations.training.loop import History, Measure, _all_rows, _batches, _check_model, _loss, _moved, _stacked
from foundations.training.schedules import Schedule


class Callback:
    """What a learner calls at seven moments of a training; each method does nothing until a subclass says what.

    The moments, in their order, are `before_fit`, `before_epoch`, `before_batch`, `after_backward` (the gradients are
    there, the step is not yet taken), `after_batch`, `after_epoch` and `after_fit`. Each method gets the learner, and
    may read and change all it has. `learner.stop = True` ends the training: every callback is still called for this
    batch, this epoch and this fit.

    Raises:
        TypeError: A subclass has a method that begins like a moment, and is none: it would never be called.

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


class Learner:
    """A model with its data, its loss and its optimizer. Without callbacks it trains as `fit` does.

    Attributes:
        model: On the device, trained in place.
        optimizer: The one of the latest fit.
        lr: The learning rate that fit was called with; `optimizer.param_groups` has that of each step.
        n_epochs: How many epochs that fit goes through if nobody stops it.
        n_steps: How many steps these are.
        epoch: The epoch that runs, from 0.
        step: How many steps have been taken in this fit.
        batch: The batch that runs: inputs and targets.
        loss: Its loss, before the step, of shape ().
        valid_preds: The predictions of the validation set after the latest epoch; None without such a set.
        valid_loss: Their loss; None without such a set.
        stop: Whether a callback has asked to stop.

    Example:
        ```python
        import torch
        from foundations import Learner, Recorder, Scheduled, mse, one_cycle

        torch.manual_seed(42)
        x = torch.linspace(-1, 1, 64)[:, None]
        recorder = Recorder()
        learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x + 1), mse, batch_size=16)
        learner.fit(20, lr=0.5, callbacks=[Scheduled(one_cycle), recorder])
        assert recorder.history.train_losses[-1] < 0.01
        ```

    Source:
        https://docs.fast.ai/learner.html
    """

    optimizer: torch.optim.Optimizer
    lr: float
    n_epochs: int
    n_steps: int
    epoch: int
    step: int
    batch: tuple[Tensor, ...]
    loss: Tensor
    valid_preds: Tensor | None
    valid_loss: float | None
    stop: bool

    def __init__(
        self,
        model: nn.Module,
        data: Sequence[Tensor],
        loss_fn: Measure,
        *,
        valid: Sequence[Tensor] | None = None,
        batch_size: int | None = 64,
        optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
        callbacks: Sequence[Callback] = (),
        device: str | torch.device | None = None,
        generator: torch.Generator | None = None,
    ) -> None:
        """Put together what training needs, on the device.

        Args:
            model: Takes a batch of inputs, gives predictions.
            data: `(inputs, targets)`: tensors with equally many rows. All but the last are inputs.
            loss_fn: Takes predictions and targets, gives one number: a mean over rows.
            valid: The validation set: tensors, as for data.
            batch_size: Rows of a batch; all rows where it is None.
            optimizer: Takes the model's parameters and `lr=`, and gives an optimizer: a class, or a `partial` of one.
            callbacks: What every fit of this learner calls.
            device: Where to train; the best device here where it is None.
            generator: Where the order of the rows comes from; PyTorch's own where it is None.

        Raises:
            TypeError: The model is not a module, or data are not tensors.
            ValueError: There are no targets beside the inputs, or the device is not there.
        """
        _check_model(model)
        if not all(isinstance(each, Tensor) for each in (*data, *(valid or ()))):
            raise TypeError("data and valid must be tensors, (inputs, targets): for batches from a DataLoader use fit")
        self.device = as_device(device)
        self.model = model.to(self.device)
        self.data = tuple(_moved(data, self.device))
        self.valid = None if valid is None else tuple(_moved(valid, self.device))
        self.loss_fn, self.batch_size, self.make_optimizer = loss_fn, batch_size, optimizer
        self.callbacks, self.generator = tuple(callbacks), generator

    def fit(self, n_epochs: int, lr: float, *, callbacks: Sequence[Callback] = ()) -> None:
        """Train, with an optimizer made anew.

        Args:
            n_epochs: How many times to go through the data.
            lr: The learning rate; callbacks may change it.
            callbacks: What to call in this fit, after those of the learner.

        Raises:
            TypeError: n_epochs is not a whole number, or something that is no `Callback` is among the callbacks.
            ValueError: n_epochs or lr is negative, there are no rows, or predictions and targets would broadcast.

        Example:
            ```python
            import torch
            from foundations import Learner, mse

            torch.manual_seed(42)
            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x), mse, batch_size=16)
            learner.fit(2, lr=0.1)
            learner.fit(10, lr=0.01)  # goes on from there, with a new optimizer
            assert learner.loss < 2
            ```
        """
        self._fit(n_epochs, lr, (*self.callbacks, *callbacks))

    def _fit(self, n_epochs: int, lr: float, callbacks: tuple[Callback, ...]) -> None:
        check_whole_number("n_epochs", n_epochs)
        for each in callbacks:
            if isinstance(each, type) or not all(callable(getattr(each, hook, None)) for hook in HOOKS):
                raise TypeError(f"callbacks must be objects with the methods of Callback, not {each!r:.60}")
        self.optimizer = self.make_optimizer(self.model.parameters(), lr=check_number("lr", lr, least=0))
        self.n_epochs, self.lr, self.step, self.stop = n_epochs, lr, 0, False
        self.n_steps = n_epochs * self._n_batches()
        self.valid_preds = self.valid_loss = None

        def call(hook: str) -> None:
            for each in callbacks:
                getattr(each, hook)(self)

        call("before_fit")
        for self.epoch in range(n_epochs):
            self.model.train()
            call("before_epoch")
            for batch in self._one_epoch():
                self.batch = batch
                call("before_batch")
                *inputs, targets = self.batch
                self.loss = _loss(self.loss_fn, self.model(*inputs), targets)
                self.optimizer.zero_grad()
                self.loss.backward()
                call("after_backward")
                self.optimizer.step()
                self.step += 1
                call("after_batch")
                if self.stop:
                    break
            if self.valid is not None:
                self.valid_preds, targets = _all_rows(self.model, self.valid, self.batch_size, self.device)
                self.valid_loss = float(_loss(self.loss_fn, self.valid_preds, targets))
            call("after_epoch")
            if self.stop:
                break
        call("after_fit")

    def lr_find(self, *, start: float = 1e-5, end: float = 10.0, n_steps: int = 100) -> tuple[Tensor, Tensor]:
        """Try learning rates: one step with each, from tiny to far too large, and look where the loss falls.

        It ends early where the loss, as a running mean over some ten batches, is four times its lowest so far. Model,
        order of the rows and chance are left as they were. The learner's callbacks are not called.

        Args:
            start: The first learning rate.
            end: The last one; in between each is the same factor larger than the one before.
            n_steps: How many to try.

        Returns:
            The learning rates, and the loss of a batch before the step with each: float32 of shapes (n_tried,), on the
            CPU.

        Raises:
            TypeError: n_steps is not a whole number, or start or end is not a number.
            ValueError: start is not positive, end is not larger, n_steps is less than 2, or there are no rows.

        Example:
            ```python
            import torch
            from foundations import Learner, mse

            torch.manual_seed(42)
            x = torch.linspace(-1, 1, 64)[:, None]
            learner = Learner(torch.nn.Linear(1, 1), (x, 3 * x + 1), mse, optimizer=torch.optim.SGD)
            lrs, losses = learner.lr_find(end=100)
            assert losses.min() < 1
            assert 1e-3 < lrs[losses.argmin()] < 10
            ```

        Source:
            https://arxiv.org/abs/1506.01186
        """
        check_whole_number("n_steps", n_steps, least=2)
        if not 0 < check_number("start", start) < check_number("end", end):
            raise ValueError(f"start must be positive and end larger, not {start:g} and {end:g}")
        finder = _Finder(start, end, n_steps)
        model = copy.deepcopy(self.model.state_dict())
        order = None if self.generator is None else self.generator.get_state()
        training = self.model.training
        with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
            self._fit(math.ceil(n_steps / self._n_batches()), start, (finder,))
        self.model.load_state_dict(model)
        self.model.train(training)
        if self.generator is not None and order is not None:
            self.generator.set_state(order)
        return torch.tensor(finder.lrs), _stacked(finder.losses)

    def _one_epoch(self) -> Iterator[tuple[Tensor, ...]]:
        return _batches(self.data, self.batch_size, self.device, shuffle=True, generator=self.generator)

    def _n_batches(self) -> int:
        if not len(self.data[0]):
            raise ValueError("data has no rows")
        return math.ceil(len(self.data[0]) / (self.batch_size or len(self.data[0])))


class _Finder(Callback):
    def __init__(self, start: float, end: float, n_steps: int) -> None:
        self.start, self.factor, self.n_steps = start, (end / start) ** (1 / (n_steps - 1)), n_steps
        self.lrs: list[float] = []
        self.losses: list[Tensor] = []
        self.mean, self.lowest = 0.0, math.inf

    def before_batch(self, learner: Learner) -> None:
        _set_lr(learner, self.start * self.factor**learner.step)

    def after_batch(self, learner: Learner) -> None:
        self.lrs.append(_lr(learner))
        self.losses.append(learner.loss.detach())
        self.mean = 0.9 * self.mean + 0.1 * float(learner.loss.detach())
        smooth = self.mean / (1 - 0.9 ** len(self.losses))
        self.lowest = min(self.lowest, smooth)
        learner.stop = not smooth <= 4 * self.lowest or len(self.losses) == self.n_steps


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
        self._lrs: list[float] = []
        self._batch_losses: list[Tensor] = []
        self._train_losses: list[Tensor] = []
        self._valid_losses: list[float] = []
        self._measured: dict[str, list[float]] = {name: [] for name in self.metrics}

    def before_epoch(self, learner: Learner) -> None:
        self._rows: list[int] = []

    def after_batch(self, learner: Learner) -> None:
        self._lrs.append(_lr(learner))
        self._batch_losses.append(learner.loss.detach())
        self._rows.append(len(learner.batch[-1]))

    def after_epoch(self, learner: Learner) -> None:
        weights = torch.tensor(self._rows, device=learner.device) / sum(self._rows)
        self._train_losses.append((torch.stack(self._batch_losses[-len(self._rows) :]) * weights).sum())
        if learner.valid is not None and learner.valid_loss is not None:
            self._valid_losses.append(learner.valid_loss)
            for name, metric in self.metrics.items():
                self._measured[name].append(float(metric(learner.valid_preds, learner.valid[-1])))

    @property
    def history(self) -> History:
        if not hasattr(self, "_lrs"):
            raise ValueError("there is no history yet: give the recorder to a fit, callbacks=[recorder]")
        return History(
            batch_losses=_stacked(self._batch_losses),
            lrs=torch.tensor(self._lrs),
            train_losses=_stacked(self._train_losses),
            valid_losses=torch.tensor(self._valid_losses),
            metrics={name: torch.tensor(each) for name, each in self._measured.items()},
        )


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
        _set_lr(learner, self._schedule(learner.step))


def _lr(learner: Learner) -> float:
    return float(learner.optimizer.param_groups[0]["lr"])


def _set_lr(learner: Learner, lr: float) -> None:
    for group in learner.optimizer.param_groups:
        group["lr"] = lr
