"""A framework in small: a learner that holds what training needs, and calls its callbacks on the way."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from foundations._checks import check_number, check_whole_number
from foundations._models import check_model
from foundations.devices import as_device
from foundations.training._batches import batches, moved, predict_all
from foundations.training._notes import Measure, checked_loss
from foundations.training.callbacks import HOOKS, Callback, Recorder, Scheduled


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
        check_model(model)
        if not all(isinstance(each, Tensor) for each in (*data, *(valid or ()))):
            raise TypeError("data and valid must be tensors, (inputs, targets): for batches from a DataLoader use fit")
        self.device = as_device(device)
        self.model = model.to(self.device)
        self.data = tuple(moved(data, self.device))
        self.valid = None if valid is None else tuple(moved(valid, self.device))
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
                self.loss = checked_loss(self.loss_fn, self.model(*inputs), targets)
                self.optimizer.zero_grad()
                self.loss.backward()
                call("after_backward")
                self.optimizer.step()
                self.step += 1
                call("after_batch")
                if self.stop:
                    break
            if self.valid is not None:
                self.valid_preds, targets = predict_all(self.model, self.valid, self.batch_size, self.device)
                self.valid_loss = float(checked_loss(self.loss_fn, self.valid_preds, targets))
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
        factor = (end / start) ** (1 / (n_steps - 1))
        ladder = Scheduled(lambda lr, _: lambda step: lr * factor**step)
        finder = _Finder(n_steps)
        with self._put_back():
            self._fit(math.ceil(n_steps / self._n_batches()), start, (ladder, finder))
        return finder.history.lrs, finder.history.batch_losses

    @contextmanager
    def _put_back(self) -> Iterator[None]:
        """The model and all random states as they are now, whatever happens in between."""
        model, training = copy.deepcopy(self.model.state_dict()), self.model.training
        order = None if self.generator is None else self.generator.get_state()
        on_mps = torch.mps.get_rng_state() if self.device.type == "mps" else None  # which fork_rng does not know
        try:
            with torch.random.fork_rng(devices=[self.device] if self.device.type == "cuda" else []):
                yield
        finally:
            self.model.load_state_dict(model)
            self.model.train(training)
            if self.generator is not None and order is not None:
                self.generator.set_state(order)
            if on_mps is not None:
                torch.mps.set_rng_state(on_mps)

    def _one_epoch(self) -> Iterator[tuple[Tensor, ...]]:
        return batches(self.data, self.batch_size, self.device, shuffle=True, generator=self.generator)

    def _n_batches(self) -> int:
        if not len(self.data[0]):
            raise ValueError("data has no rows")
        return math.ceil(len(self.data[0]) / (self.batch_size or len(self.data[0])))


class _Finder(Recorder):
    """Stops after so many steps, or where the loss explodes."""

    def __init__(self, n_steps: int) -> None:
        super().__init__()
        self.n_steps = n_steps
        self.mean, self.lowest = 0.0, math.inf

    def after_batch(self, learner: Learner) -> None:
        super().after_batch(learner)
        self.mean = 0.9 * self.mean + 0.1 * float(learner.loss.detach())
        smooth = self.mean / (1 - 0.9**learner.step)
        self.lowest = min(self.lowest, smooth)
        learner.stop = not smooth <= 4 * self.lowest or learner.step == self.n_steps
