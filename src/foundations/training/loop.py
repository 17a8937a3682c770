"""Training a net: mini-batches, the loop, and predictions of a whole set."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from foundations._checks import check_tensor, check_whole_number
from foundations._models import check_model, evaluating
from foundations.devices import as_device
from foundations.training._batches import Data, batches, joined, moved, predict_all, split_rows
from foundations.training._notes import Measure, Notes, checked_loss
from foundations.training.history import History


def minibatches(
    *tensors: Tensor,
    batch_size: int,
    shuffle: bool = True,
    drop_last: bool = False,
    generator: torch.Generator | None = None,
) -> Iterator[tuple[Tensor, ...]]:
    """Go once through the rows of some tensors, a batch at a time: one epoch.

    The rows are taken where the tensors lie; nothing passes through Python one by one. The order is drawn on the
    CPU, so a GPU gets the same batches.

    Args:
        *tensors: Inputs, targets and the like: all with n rows, on one device.
        batch_size: Rows of a batch; the last one has what is left.
        shuffle: Whether to draw a new order first.
        drop_last: Whether to leave out a last batch that is not full.
        generator: Where the order comes from; PyTorch's own where it is None.

    Returns:
        The batches: each a tuple with a part of every tensor, in their order.

    Raises:
        TypeError: Something is not a tensor, or batch_size is not a whole number.
        ValueError: The tensors have different numbers of rows, or batch_size is less than 1.

    Example:
        ```python
        import torch
        from foundations import minibatches

        x = torch.arange(5)
        batches = [batch.tolist() for (batch,) in minibatches(x, batch_size=2, shuffle=False)]
        assert batches == [[0, 1], [2, 3], [4]]
        ```

    Source:
        https://docs.pytorch.org/docs/stable/data.html
    """
    return split_rows(tensors, batch_size, shuffle=shuffle, drop_last=drop_last, generator=generator)


def fit(
    model: nn.Module,
    data: Data,
    loss_fn: Measure,
    optimizer: torch.optim.Optimizer,
    *,
    n_epochs: int,
    batch_size: int | None = None,
    valid: Data | None = None,
    metrics: Mapping[str, Measure] | None = None,
    scheduler: torch.optim.lr_scheduler.LRScheduler | None = None,
    shuffle: bool = True,
    device: str | torch.device | None = None,
    generator: torch.Generator | None = None,
    progress: bool | None = None,
) -> History:
    """Train a model: for each batch the loss, `zero_grad`, `backward`, and a step of the optimizer.

    The model is moved to the device and trained in train mode, there and in place. With a validation set, the loss
    and the metrics are computed after each epoch, of all its rows at once, in eval mode.

    Args:
        model: Takes a batch of inputs, gives predictions. With several inputs it is called with all of them.
        data: `(inputs, targets)` as tensors with equally many rows, or batches of these, as from a `DataLoader`.
            The last tensor holds the targets; all before it are inputs.
        loss_fn: Takes predictions and targets, gives one number that autograd can go back from: a mean over rows.
        optimizer: Has parameters of the model: those that are to be trained.
        n_epochs: How many times to go through the data, 0 or more.
        batch_size: Rows of a batch, where data are tensors; all rows where it is None.
        valid: The validation set: tensors or batches, as for data.
        metrics: Functions of predictions and targets by name, measured on the validation set.
        scheduler: Made from this optimizer. Its `step()` is called after each batch.
        shuffle: Whether to draw a new order for each epoch, where data are tensors in batches.
        device: Where to train; the best device here where it is None.
        generator: Where that order comes from; PyTorch's own where it is None.
        progress: Whether to show a progress bar; where it is None, a long run shows one in a terminal or a notebook.

    Returns:
        The losses, learning rates and metrics, on the CPU.

    Raises:
        TypeError: The model is not a module.
        TypeError: data or valid hold something else than tensors.
        TypeError: loss_fn or a metric is not a function, or metrics are not functions by name.
        TypeError: The optimizer is not one of `torch.optim`.
        TypeError: n_epochs or batch_size is not a whole number.
        ValueError: data have no rows, or tensors with different numbers of them.
        ValueError: data or valid is an iterator, which gives its batches only once, and there are several epochs.
        ValueError: The loss is not one number.
        ValueError: A column of predictions would broadcast with flat targets, or the other way round.
        ValueError: The optimizer has none of the model's parameters to train.
        ValueError: n_epochs is negative, or batch_size less than 1.
        ValueError: There are metrics without a validation set.
        ValueError: The scheduler belongs to another optimizer.
        ValueError: The device is not there, or holds no numbers.

    Example:
        ```python
        import torch
        from foundations import fit, mse

        torch.manual_seed(42)
        x = torch.linspace(-1, 1, 64)[:, None]
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        history = fit(model, (x, 3 * x + 1), mse, optimizer, n_epochs=20, batch_size=16)
        assert history.train_losses[-1] < 1e-3
        ```

    Source:
        https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step
    """
    chosen = _device(device)
    metrics = {} if metrics is None else metrics
    _check_sets(data, valid, n_epochs)
    _check_measures(loss_fn, metrics, valid)
    check_model(model)
    _check_optimizer(optimizer, model, scheduler)
    model.to(chosen)
    _state_to_params(optimizer)
    data, valid = moved(data, chosen), None if valid is None else moved(valid, chosen)
    notes = Notes(metrics)
    with torch.enable_grad(), _bar(n_epochs, progress) as epoch_done:
        for _ in range(n_epochs):
            model.train()
            for *inputs, targets in batches(data, batch_size, chosen, shuffle, generator):
                loss = checked_loss(loss_fn, model(*inputs), targets)
                optimizer.zero_grad()
                loss.backward()
                notes.add_batch(loss, optimizer, len(targets))
                optimizer.step()
                if scheduler is not None:
                    scheduler.step()
            notes.end_epoch()
            if valid is not None:
                preds, targets = predict_all(model, valid, batch_size, chosen)
                notes.add_validation(checked_loss(loss_fn, preds, targets).item(), preds, targets)
            epoch_done()
    return notes.history()


def evaluate(
    model: nn.Module,
    data: Data,
    metric: Measure,
    *,
    batch_size: int | None = None,
    device: str | torch.device | None = None,
) -> float:
    """Measure a model on a whole set: all predictions first, then the metric, once.

    The model is moved to the device, and runs in eval mode without a graph; afterwards it is in the mode it was in.

    Args:
        model: Takes a batch of inputs, gives predictions.
        data: `(inputs, targets)` as tensors, or batches of them.
        metric: Takes the predictions and the targets of all rows, gives one number.
        batch_size: How many rows to predict at a time, where data are tensors; all where it is None.
        device: Where to predict; the best device here where it is None.

    Returns:
        The metric's value.

    Raises:
        TypeError: The model is not a module or gives something else than tensors, data hold something else than
            tensors, or metric is no function.
        ValueError: Rows do not match, there are none, or the device is not there or holds no numbers.

    Example:
        ```python
        import torch
        from foundations import evaluate, rmse

        x = torch.tensor([[3.0], [4.0]])
        assert evaluate(torch.nn.Identity(), (x, x - 2), rmse, batch_size=1) == 2
        ```
    """
    chosen = _device(device)
    _check_measure("metric", metric)
    check_model(model)
    preds, targets = predict_all(model.to(chosen), moved(data, chosen), batch_size, chosen)
    return float(metric(preds, targets))


def predict(
    model: nn.Module, *inputs: Tensor, batch_size: int | None = None, device: str | torch.device | None = None
) -> Any:
    """Predict all rows, in eval mode and without a graph; afterwards the model is in the mode it was in.

    Args:
        model: Takes a batch of inputs, gives predictions; it is moved to the device.
        *inputs: Tensors with equally many rows.
        batch_size: How many rows to predict at a time; all where it is None.
        device: Where to predict; the best device here where it is None.

    Returns:
        The predictions, on the CPU: a tensor, or a tuple of them where the model gives one.

    Raises:
        TypeError: The model is not a module or gives something else than tensors, or an input is not a tensor.
        ValueError: Rows do not match, there are none, or the device is not there or holds no numbers.

    Example:
        ```python
        import torch
        from foundations import predict

        preds = predict(torch.nn.Dropout(), torch.ones(2, 1))
        assert preds.tolist() == [[1.0], [1.0]]  # eval mode: nothing is dropped
        ```
    """
    chosen = _device(device)
    check_model(model)
    for i, each in enumerate(inputs):
        check_tensor(f"input {i}", each)
    with evaluating(model.to(chosen)), torch.no_grad():
        rows = tuple(each.to(chosen) for each in inputs)
        preds = joined([model(*batch) for batch in batches(rows, batch_size, chosen)])
    return tuple(each.cpu() for each in preds) if isinstance(preds, tuple) else preds.cpu()


def _device(device: str | torch.device | None) -> torch.device:
    chosen = as_device(device)
    if chosen.type == "meta":
        raise ValueError("the device meta has shapes and no numbers: a net there would lose its parameters")
    return chosen


def _check_measure(name: str, measure: object) -> None:
    if isinstance(measure, type):
        raise TypeError(f"{name} must be a function, not a class: {measure.__name__}() makes one")
    if not callable(measure):
        raise TypeError(f"{name} must be a function of predictions and targets, not {type(measure).__name__}")


def _check_sets(data: object, valid: object, n_epochs: int) -> None:
    check_whole_number("n_epochs", n_epochs)
    if n_epochs > 1 and any(isinstance(each, Iterator) for each in (data, valid)):
        raise ValueError(f"an iterator has its batches once, but n_epochs is {n_epochs}: list(...) keeps them")


def _check_measures(loss_fn: object, metrics: object, valid: object) -> None:
    if not isinstance(metrics, Mapping):
        raise TypeError(f'metrics must be functions by name, as {{"rmse": rmse}}, not {type(metrics).__name__}')
    if metrics and valid is None:
        raise ValueError("metrics are measured on a validation set: give valid=(inputs, targets)")
    for name, measure in {"loss_fn": loss_fn, **metrics}.items():
        _check_measure(name, measure)


def _check_optimizer(optimizer: object, model: nn.Module, scheduler: object) -> None:
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be one of torch.optim, not {type(optimizer).__name__}")
    optimized = {id(param) for group in optimizer.param_groups for param in group["params"]}
    if not any(id(param) in optimized and param.requires_grad for param in model.parameters()):
        raise ValueError(
            "the optimizer has none of the model's parameters, or only frozen ones: make it from this model, "
            "as in torch.optim.SGD(model.parameters(), lr=0.1)"
        )
    if scheduler is not None and getattr(scheduler, "optimizer", None) is not optimizer:
        raise ValueError("the scheduler must be made from this optimizer, as in LambdaLR(optimizer, schedule)")


def _state_to_params(optimizer: torch.optim.Optimizer) -> None:
    """The state of an earlier fit, such as momentum, on the devices where the parameters are now."""
    for param, state in optimizer.state.items():
        kept = [each for each in tree_leaves(state) if isinstance(each, Tensor) and each.ndim]  # no counts of steps
        if any(each.device != param.device for each in kept):
            optimizer.load_state_dict(optimizer.state_dict())  # which moves it
            return


@contextmanager
def _bar(n_epochs: int, progress: bool | None) -> Iterator[Callable[[], object]]:
    """A progress bar, as the function that moves it on by an epoch."""
    if not (progress if progress is not None else sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=n_epochs, unit="epoch", delay=0 if progress else 2, leave=False) as bar:
        yield bar.update
