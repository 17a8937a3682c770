"""Training a net: mini-batches, the loop, and predictions of a whole set."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from foundations._checks import check_same_shape, check_tensor, check_whole_number
from foundations.devices import as_device

Data = tuple[Tensor, ...] | Iterable[Any]
Measure = Callable[[Any, Tensor], Tensor | float]


@dataclass(frozen=True, eq=False)
class History:
    """What `fit` saw while it trained.

    Attributes:
        batch_losses: The loss of each batch, before its step: shape (n_batches,), those of all epochs in order.
        lrs: The learning rate of each of these steps, in the optimizer's first group: shape (n_batches,).
        train_losses: Each epoch's mean of its batch losses, weighted by their rows: shape (n_epochs,). The parameters
            moved while it was measured.
        valid_losses: The loss of the validation set after each epoch: shape (n_epochs,), or (0,) without such a set.
        metrics: The value of each metric on the validation set after each epoch: shapes (n_epochs,).

    Example:
        ```python
        import torch
        from foundations import fit, mse

        x = torch.linspace(-1, 1, 8)[:, None]
        model = torch.nn.Linear(1, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        history = fit(model, (x, 2 * x), mse, optimizer, n_epochs=3, batch_size=4)
        assert history.batch_losses.shape == (6,)
        assert history.train_losses.shape == (3,)
        ```
    """

    batch_losses: Tensor = field(repr=False)
    lrs: Tensor = field(repr=False)
    train_losses: Tensor
    valid_losses: Tensor
    metrics: dict[str, Tensor]


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
    n = _n_rows(tensors)
    check_whole_number("batch_size", batch_size, least=1)
    return _minibatches(tensors, n, batch_size, shuffle, drop_last, generator)


def _n_rows(tensors: Sequence[Tensor]) -> int:
    """How many rows all of these tensors have."""
    if not tensors:
        raise ValueError("there must be at least one tensor")
    for i, each in enumerate(tensors):
        check_tensor(f"tensor {i}", each)
        if each.ndim == 0:
            raise ValueError(f"tensor {i} has no rows: its shape is ()")
    n_rows = [len(each) for each in tensors]
    if len(set(n_rows)) > 1:
        raise ValueError(f"the tensors must have equally many rows, not {', '.join(map(str, n_rows))}")
    return n_rows[0]


def _minibatches(
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
        TypeError: The model is not a module, data hold something else than tensors, or an argument is of another kind
            than is said above.
        ValueError: Rows do not match, there are none, batches come from an iterator that has them only once, the loss
            is not one number, a column of predictions would broadcast with flat targets, or the other way round, the
            optimizer has no parameter to train in the model, the scheduler belongs to another optimizer, there are
            metrics without a validation set, or the device is not there or holds no numbers.

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
    check_whole_number("n_epochs", n_epochs)
    if n_epochs > 1 and any(isinstance(each, Iterator) for each in (data, valid)):
        raise ValueError(f"an iterator has its batches once, but n_epochs is {n_epochs}: list(...) keeps them")
    metrics = {} if metrics is None else metrics
    if not isinstance(metrics, Mapping):
        raise TypeError(f'metrics must be functions by name, as {{"rmse": rmse}}, not {type(metrics).__name__}')
    if metrics and valid is None:
        raise ValueError("metrics are measured on a validation set: give valid=(inputs, targets)")
    for name, measure in {"loss_fn": loss_fn, **metrics}.items():
        _check_measure(name, measure)
    _check_model(model)
    _check_optimizer(optimizer, model)
    if scheduler is not None and getattr(scheduler, "optimizer", None) is not optimizer:
        raise ValueError("the scheduler must be made from this optimizer, as in LambdaLR(optimizer, schedule)")
    model.to(chosen)
    data, valid = _moved(data, chosen), None if valid is None else _moved(valid, chosen)
    batch_losses: list[Tensor] = []
    lrs: list[float] = []
    train_losses: list[Tensor] = []
    valid_losses: list[float] = []
    measured: dict[str, list[float]] = {name: [] for name in metrics}
    with torch.enable_grad(), _bar(n_epochs, progress) as epoch_done:
        for _ in range(n_epochs):
            model.train()
            rows: list[int] = []
            for *inputs, targets in _batches(data, batch_size, chosen, shuffle, generator):
                loss = _loss(loss_fn, model(*inputs), targets)
                optimizer.zero_grad()
                loss.backward()
                lrs.append(float(optimizer.param_groups[0]["lr"]))
                optimizer.step()
                if scheduler is not None:
                    scheduler.step()
                batch_losses.append(loss.detach())
                rows.append(len(targets))
            if not rows:
                raise ValueError("data has no batch to train on")
            weights = torch.tensor(rows, device=chosen) / sum(rows)
            train_losses.append((torch.stack(batch_losses[-len(rows) :]) * weights).sum())
            if valid is not None:
                preds, targets = _all_rows(model, valid, batch_size, chosen)
                valid_losses.append(_loss(loss_fn, preds, targets).item())
                for name, metric in metrics.items():
                    measured[name].append(float(metric(preds, targets)))
            epoch_done()
    return History(
        batch_losses=_stacked(batch_losses),
        lrs=torch.tensor(lrs),
        train_losses=_stacked(train_losses),
        valid_losses=torch.tensor(valid_losses),
        metrics={name: torch.tensor(each) for name, each in measured.items()},
    )


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
    _check_model(model)
    preds, targets = _all_rows(model.to(chosen), _moved(data, chosen), batch_size, chosen)
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
    _check_model(model)
    for i, each in enumerate(inputs):
        check_tensor(f"input {i}", each)
    with _evaluating(model.to(chosen)):
        moved = tuple(each.to(chosen) for each in inputs)
        preds = _joined([model(*batch) for batch in _batches(moved, batch_size, chosen)])
    return tuple(each.cpu() for each in preds) if isinstance(preds, tuple) else preds.cpu()


def _all_rows(model: nn.Module, data: Data, batch_size: int | None, device: torch.device) -> tuple[Any, Tensor]:
    """The predictions and targets of a whole set."""
    preds, all_targets = [], []
    with _evaluating(model):
        for *inputs, targets in _batches(data, batch_size, device):
            preds.append(model(*inputs))
            all_targets.append(targets)
    return _joined(preds), torch.cat(all_targets)


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode and no graph; then the mode that each part of the model was in."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, was_training in modes:
            part.training = was_training


def _moved(data: Data, device: torch.device) -> Data:
    """Data that are tensors, on the device; batches are moved one by one, when they come."""
    if isinstance(data, tuple | list) and all(isinstance(each, Tensor) for each in data):
        if len(data) < 2:
            raise ValueError(f"data must be (inputs, targets), not {len(data)} tensors")
        return tuple(each.detach().to(device) for each in data)
    if isinstance(data, Tensor) or not isinstance(data, Iterable):
        raise TypeError(f"data must be a tuple of tensors, or batches of them, not {type(data).__name__}")
    return data


def _batches(
    data: Data,
    batch_size: int | None,
    device: torch.device,
    shuffle: bool = False,
    generator: torch.Generator | None = None,
) -> Iterator[tuple[Tensor, ...]]:
    if isinstance(data, tuple):
        if batch_size is None:  # all rows, so their order does not matter
            batch_size, shuffle = max(_n_rows(data), 1), False
        yield from minibatches(*data, batch_size=batch_size, shuffle=shuffle, generator=generator)
        return
    for batch in data:
        if not isinstance(batch, tuple | list) or len(batch) < 2 or not all(isinstance(each, Tensor) for each in batch):
            raise TypeError("each batch must be a tuple of tensors: (inputs, targets)")
        _n_rows(batch)
        yield tuple(each.detach().to(device, non_blocking=True) for each in batch)


def _joined(parts: list[Any]) -> Any:
    """The predictions of several batches as those of one."""
    if not parts:
        raise ValueError("data has no rows")
    several = isinstance(parts[0], tuple)
    outputs = list(zip(*parts, strict=True)) if several else [parts]
    for first, *_ in outputs:
        if not isinstance(first, Tensor) or first.ndim == 0:
            given = "a single number" if isinstance(first, Tensor) else type(first).__name__
            raise TypeError(f"the model must give predictions row by row, as a tensor or a tuple of them, not {given}")
    joined = tuple(torch.cat(each) for each in outputs)
    return joined if several else joined[0]


def _stacked(losses: list[Tensor]) -> Tensor:
    return torch.stack(losses).cpu() if losses else torch.empty(0)


def _loss(loss_fn: Measure, preds: Any, targets: Tensor) -> Tensor:
    if isinstance(preds, Tensor) and preds.numel() == targets.numel():
        check_same_shape("preds", preds, "targets", targets)
    loss = loss_fn(preds, targets)
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        given = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"loss_fn must give one number as a tensor, not {given}: take the mean over rows")
    return loss.reshape(())


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


def _check_model(model: object) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, not {type(model).__name__}")


def _check_optimizer(optimizer: torch.optim.Optimizer, model: nn.Module) -> None:
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be one of torch.optim, not {type(optimizer).__name__}")
    held = {id(each) for group in optimizer.param_groups for each in group["params"]}
    if not any(id(each) in held and each.requires_grad for each in model.parameters()):
        raise ValueError(
            "the optimizer has none of the model's parameters, or only frozen ones: make it from this model, "
            "as in torch.optim.SGD(model.parameters(), lr=0.1)"
        )


@contextmanager
def _bar(n_epochs: int, progress: bool | None) -> Iterator[Callable[[], object]]:
    """A progress bar, as the function that moves it on by an epoch."""
    if not (progress if progress is not None else sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=n_epochs, unit="epoch", delay=0 if progress else 2, leave=False) as bar:
        yield bar.update
