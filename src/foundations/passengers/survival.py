"""Who survives, by a weighted sum: predictions, loss, epoch and training, each a few lines and all of them ours."""

from collections.abc import Callable

import torch
from torch import Tensor

from foundations._checks import (
    check_float_tensor,
    check_number,
    check_same_shape,
    check_seed,
    check_tensor,
    check_whole_number,
)
from foundations.curves.losses import mae
from foundations.devices import as_device

Preds = Callable[[Tensor, Tensor], Tensor]
Loss = Callable[[Tensor, Tensor], Tensor]


def init_coeffs(n_coeff: int, *, column: bool = False, seed: int = 442) -> Tensor:
    """Draw coefficients to start from, as the published notebook draws them.

    Args:
        n_coeff: How many, one for each column of the inputs.
        column: Whether to draw a column for the matrix product: numbers from 0 to 0.1 instead of −0.5 to 0.5.
        seed: Which ones.

    Returns:
        float32 of shape (n_coeff,), or (n_coeff, 1) where column is True, on the CPU.

    Raises:
        TypeError: n_coeff or seed is not a whole number.
        ValueError: n_coeff is less than 1, or seed is negative or too large.

    Example:
        ```python
        from foundations import init_coeffs

        assert init_coeffs(12).shape == (12,)
        assert init_coeffs(12, column=True).shape == (12, 1)
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    check_whole_number("n_coeff", n_coeff, least=1)
    check_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.rand(n_coeff, 1, generator=generator) * 0.1 if column else torch.rand(n_coeff, generator=generator) - 0.5
    )


def calc_preds(coeffs: Tensor, indeps: Tensor) -> Tensor:
    """Predict by a weighted sum of each row: multiply by the coefficients, and add up.

    Args:
        coeffs: Floats of shape (n_columns,), multiplied by broadcasting; or (n_columns, 1), by the matrix product.
        indeps: The inputs: floats of shape (n, n_columns).

    Returns:
        The sums, of shape (n,) or (n, 1).

    Raises:
        TypeError: One of the two is not a tensor of floats.
        ValueError: The shapes do not fit, as when the two have changed places, or the dtypes differ.

    Example:
        ```python
        import torch
        from foundations import calc_preds

        rows = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
        assert calc_preds(torch.tensor([10.0, 1.0]), rows).tolist() == [12, 34]
        assert calc_preds(torch.tensor([[10.0], [1.0]]), rows).tolist() == [[12], [34]]
        ```
    """
    check_float_tensor("coeffs", coeffs)
    check_float_tensor("indeps", indeps)
    if indeps.ndim != 2:
        raise ValueError(f"indeps must have shape (n, n_columns), not {tuple(indeps.shape)}")
    n_columns = indeps.shape[1]
    if tuple(coeffs.shape) not in ((n_columns,), (n_columns, 1)):
        raise ValueError(
            f"coeffs must have shape ({n_columns},) or ({n_columns}, 1) for indeps with {n_columns} columns, "
            f"not {tuple(coeffs.shape)}"
        )
    if coeffs.dtype != indeps.dtype:
        raise ValueError(f"coeffs is of {coeffs.dtype} and indeps of {indeps.dtype}: use coeffs.to(indeps.dtype)")
    return indeps @ coeffs if coeffs.ndim == 2 else (indeps * coeffs).sum(dim=1)


def sigmoid_preds(coeffs: Tensor, indeps: Tensor) -> Tensor:
    """Predict a number between 0 and 1 for each row: the sigmoid of a weighted sum.

    Args:
        coeffs: Floats of shape (n_columns,) or (n_columns, 1).
        indeps: The inputs: floats of shape (n, n_columns).

    Returns:
        The predictions, of shape (n,) or (n, 1).

    Raises:
        TypeError: One of the two is not a tensor of floats.
        ValueError: The shapes do not fit.

    Example:
        ```python
        import torch
        from foundations import sigmoid_preds

        assert sigmoid_preds(torch.zeros(3), torch.ones(2, 3)).tolist() == [0.5, 0.5]
        ```

    Source:
        https://en.wikipedia.org/wiki/Logistic_function
    """
    return calc_preds(coeffs, indeps).sigmoid()


def calc_loss(
    coeffs: Tensor, indeps: Tensor, deps: Tensor, *, preds_fn: Preds = calc_preds, loss_fn: Loss = mae
) -> Tensor:
    """Measure how far the predictions of some coefficients are from what happened.

    Args:
        coeffs: The coefficients, as preds_fn takes them.
        indeps: The inputs: floats of shape (n, n_columns).
        deps: What happened: floats of the predictions' shape, a column if they are one.
        preds_fn: Takes coeffs and indeps, and gives predictions.
        loss_fn: Takes predictions and deps, and gives a loss: as a rule the mean absolute error.

    Returns:
        The loss, of shape ().

    Raises:
        TypeError: Something is not a tensor of floats.
        ValueError: The shapes do not fit: (n, 1) and (n,) would compare everybody with everybody. Or loss_fn gives
            something else than one number.

    Example:
        ```python
        import torch
        from foundations import calc_loss

        rows, survived = torch.eye(2), torch.tensor([1.0, 0.0])
        assert calc_loss(torch.tensor([0.5, 0.25]), rows, survived) == 0.375
        ```
    """
    check_float_tensor("deps", deps)
    preds = preds_fn(coeffs, indeps)
    check_same_shape("the tensor of predictions", preds, "deps", deps)
    loss = loss_fn(preds, deps)
    if not isinstance(loss, Tensor) or loss.ndim:
        got = f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"loss_fn must give one number, as a tensor of shape (), not {got}")
    return loss


def update_coeffs(coeffs: Tensor, lr: float) -> None:
    """Take one step downhill, in place, and set the gradient to zero.

    Args:
        coeffs: A leaf that requires a gradient, and has one.
        lr: The learning rate.

    Raises:
        TypeError: coeffs is not a tensor of floats, or lr is not a number.
        ValueError: There is no gradient yet, or lr is negative or not finite.

    Example:
        ```python
        import torch
        from foundations import update_coeffs

        coeffs = torch.tensor([1.0, 2.0]).requires_grad_()
        coeffs.sum().backward()
        update_coeffs(coeffs, lr=0.5)
        assert coeffs.tolist() == [0.5, 1.5]
        assert coeffs.grad.tolist() == [0, 0]
        ```
    """
    check_float_tensor("coeffs", coeffs)
    lr = check_number("lr", lr, least=0)
    if coeffs.grad is None:
        raise ValueError("coeffs has no gradient: call backward() on the loss first")
    with torch.no_grad():
        coeffs.sub_(coeffs.grad * lr)
        coeffs.grad.zero_()


def one_epoch(
    coeffs: Tensor, indeps: Tensor, deps: Tensor, lr: float, *, preds_fn: Preds = calc_preds, loss_fn: Loss = mae
) -> Tensor:
    """Go once through all rows: loss, gradient, one step.

    Args:
        coeffs: A leaf that requires a gradient; it is changed in place.
        indeps: The inputs: floats of shape (n, n_columns).
        deps: What happened: floats of the predictions' shape.
        lr: The learning rate.
        preds_fn: Takes coeffs and indeps, and gives predictions.
        loss_fn: Takes predictions and deps, and gives a loss.

    Returns:
        The loss before the step, of shape (), without its record.

    Raises:
        TypeError: Something is not a tensor of floats, or lr is not a number.
        ValueError: The shapes do not fit, coeffs requires no gradient, or lr is negative or not finite.

    Example:
        ```python
        import torch
        from foundations import one_epoch

        coeffs = torch.zeros(2).requires_grad_()
        loss = one_epoch(coeffs, torch.eye(2), torch.tensor([1.0, 0.0]), lr=0.1)
        assert loss == 0.5
        assert coeffs[0] > 0
        ```
    """
    check_float_tensor("coeffs", coeffs)
    if not coeffs.requires_grad:
        raise ValueError("coeffs must require a gradient: call coeffs.requires_grad_() first")
    loss = calc_loss(coeffs, indeps, deps, preds_fn=preds_fn, loss_fn=loss_fn)
    loss.backward()
    update_coeffs(coeffs, lr)
    return loss.detach()


def train_model(
    coeffs: Tensor,
    indeps: Tensor,
    deps: Tensor,
    *,
    lr: float,
    n_epochs: int = 30,
    preds_fn: Preds = calc_preds,
    loss_fn: Loss = mae,
    device: str | torch.device | None = "cpu",
) -> tuple[Tensor, Tensor]:
    """Train coefficients by gradient descent on all rows at once.

    Args:
        coeffs: Where to start, as `init_coeffs` draws them; they are not changed.
        indeps: The inputs: floats of shape (n, n_columns).
        deps: What happened: floats of the predictions' shape, (n,) or (n, 1).
        lr: The learning rate.
        n_epochs: How many steps.
        preds_fn: Takes coeffs and indeps, and gives predictions: `calc_preds`, `sigmoid_preds` or your own.
        loss_fn: Takes predictions and deps, and gives a loss.
        device: Where to train; the best device of this machine where it is None.

    Returns:
        The trained coefficients and the loss before each step, of shape (n_epochs,), both on the device.

    Raises:
        TypeError: Something is not a tensor of floats, or a number is not one.
        ValueError: The shapes do not fit, a number is out of range, something holds nan or infinities, or there is no
            such device.

    Example:
        ```python
        from foundations import init_coeffs, prepare, sigmoid_preds, titanic, train_model

        data = prepare(titanic("simulated"))
        start = init_coeffs(len(data.names))
        coeffs, losses = train_model(start, data.inputs, data.targets, lr=100, preds_fn=sigmoid_preds)
        assert losses[-1] < losses[0] / 2
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    for name, each in ("coeffs", coeffs), ("indeps", indeps), ("deps", deps):
        check_float_tensor(name, each)
        if not each.isfinite().all():
            raise ValueError(f"{name} must hold finite numbers, and holds {(~each.isfinite()).sum()} nan or infinities")
    lr = check_number("lr", lr, least=0)
    check_whole_number("n_epochs", n_epochs)
    chosen = as_device(device)
    coeffs = coeffs.detach().to(chosen, copy=True).requires_grad_()
    indeps, deps = indeps.to(chosen), deps.to(chosen)
    with torch.enable_grad():
        losses = [one_epoch(coeffs, indeps, deps, lr, preds_fn=preds_fn, loss_fn=loss_fn) for _ in range(n_epochs)]
    return coeffs.detach(), torch.stack(losses) if losses else indeps.new_empty(0)


def binary_accuracy(preds: Tensor, deps: Tensor, *, threshold: float = 0.5) -> Tensor:
    """Measure the share of rows about which a yes or no is right.

    Args:
        preds: Floats; above the threshold they say yes.
        deps: What happened, 1 or 0: of the same shape, and any dtype.
        threshold: Where a yes begins.

    Returns:
        A share between 0 and 1, of shape (). A row with nan is never right.

    Raises:
        TypeError: preds are not floats, deps is not a tensor, or threshold is not a number.
        ValueError: The shapes differ, there are no rows, or deps holds anything but 0 and 1.

    Example:
        ```python
        import torch
        from foundations import binary_accuracy

        assert binary_accuracy(torch.tensor([0.9, 0.2, 0.6, 0.4]), torch.tensor([1, 0, 0, 0])) == 0.75
        ```
    """
    check_float_tensor("preds", preds)
    check_tensor("deps", deps)
    check_same_shape("preds", preds, "deps", deps)
    threshold = check_number("threshold", threshold)
    if not preds.numel():
        raise ValueError("preds and deps are empty: accuracy needs at least one row")
    if not ((deps == 0) | (deps == 1)).all():
        raise ValueError("deps must hold 1 for yes and 0 for no, and nothing else")
    right = ((preds > threshold) == (deps == 1)) & ~preds.isnan()
    return right.float().mean()
