"""Linear regression: columns on one scale, the loop that learns the weights, and the closed form beside it."""

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_number, check_whole_number


def standardize(train: Tensor, *others: Tensor) -> tuple[Tensor, ...]:
    """Give every column mean 0 and standard deviation 1, by the means and standard deviations of train alone.

    Other rows, such as those of the validation set, are shifted and scaled by the same numbers. So nothing of them
    reaches the model before it is tested on them.

    Args:
        train: The rows to learn from: floats of shape (n, n_columns), with n at least 2.
        *others: More rows with the same columns.

    Returns:
        New tensors for train and each of the others, in their order; a tuple for train alone, too.

    Raises:
        TypeError: Something is not a tensor of floats.
        ValueError: The columns differ, train has too few rows, or a column of train is constant or not finite.

    Example:
        ```python
        import torch
        from foundations import standardize

        train, new = standardize(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[5.0]]))
        assert train.tolist() == [[-1.0], [0.0], [1.0]]
        assert new.tolist() == [[3.0]]
        ```

    Source:
        https://en.wikipedia.org/wiki/Standard_score
    """
    _check_rows("train", train)
    if len(train) < 2:
        raise ValueError(f"train must have at least 2 rows for a standard deviation, not {len(train)}")
    for i, rows in enumerate(others, 1):
        _check_rows(f"tensor {i} after train", rows)
        if rows.shape[1] != train.shape[1]:
            raise ValueError(
                f"train has {train.shape[1]} columns but tensor {i} after it has {rows.shape[1]}: they must be equal"
            )
    means, stds = train.mean(dim=0), train.std(dim=0)
    if missing := _columns(~(means.isfinite() & stds.isfinite())):
        raise ValueError(f"{missing} of train: nan, inf or too large for {train.dtype}: fill or drop them first")
    if constant := _columns((train == train[0]).all(dim=0) | (stds == 0)):
        raise ValueError(f"{constant} of train: all rows are equal, so there is no scale to divide by: leave it out")
    return tuple((rows - means) / stds for rows in (train, *others))


def least_squares(inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Find the weights and the bias with the least mean squared error, without a single step.

    A column of ones is put beside the inputs, so that its weight is the bias, and `torch.linalg.lstsq` solves for all
    at once, in float64 on the CPU, with columns brought to one size first. Where columns repeat each other many
    solutions are equally good, and the one with the smallest numbers for columns of this size is given.

    Args:
        inputs: Floats of shape (n, n_inputs).
        targets: Floats of shape (n, n_outputs), as a rule (n, 1).

    Returns:
        The weights, of shape (n_inputs, n_outputs), and the bias, of shape (n_outputs,), in dtype and on device of
        the inputs: predictions are `inputs @ weights + bias`.

    Raises:
        TypeError: inputs or targets is not a tensor of floats.
        ValueError: The rows do not match, there are none, targets has no column, or a number is not finite.

    Example:
        ```python
        import torch
        from foundations import least_squares

        x = torch.tensor([[0.0], [1.0], [2.0]])
        weights, bias = least_squares(x, 3 * x + 1)
        assert torch.allclose(weights, torch.tensor([[3.0]]))
        assert torch.allclose(bias, torch.tensor([1.0]))
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.linalg.lstsq.html
    """
    _check_table(inputs, targets)
    table, outputs = inputs.detach().cpu().double(), targets.detach().cpu().double()
    if not (table.isfinite().all() and outputs.isfinite().all()):
        raise ValueError("inputs or targets hold nan or inf: fill or drop those rows first")
    with_ones = torch.hstack([table, torch.ones(len(table), 1, dtype=torch.float64)])
    sizes = with_ones.abs().amax(dim=0)  # else small columns beside a huge one would be taken for rounding errors
    sizes[sizes == 0] = 1
    solution = torch.linalg.lstsq(with_ones / sizes, outputs, driver="gelsd").solution / sizes[:, None]
    solution = solution.to(inputs.dtype).to(inputs.device)
    return solution[:-1], solution[-1]


def train_linear(
    inputs: Tensor, targets: Tensor, weights: Tensor, bias: Tensor, *, lr: float, n_epochs: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Learn a linear regression by gradient descent on the mean squared error, all rows at once.

    It works on copies of weights and bias. A loss that becomes inf or nan does not end it: too large a learning rate
    shows in the losses.

    Args:
        inputs: Floats of shape (n, n_inputs).
        targets: Floats of shape (n, 1): a column, not (n,).
        weights: Where to start: floats of shape (n_inputs, 1).
        bias: Where to start: floats of shape () or (1,).
        lr: The learning rate, 0 or more.
        n_epochs: How many times to go through the rows, which is the number of steps.

    Returns:
        The weights and the bias after the last step, and the losses before each: shape (n_epochs,).

    Raises:
        TypeError: Something is not a tensor of floats, or a number is not one.
        ValueError: The shapes do not fit, or a number is out of range.

    Example:
        ```python
        import torch
        from foundations import train_linear

        x = torch.tensor([[-1.0], [0.0], [1.0]])
        start = torch.zeros(1, 1), torch.zeros(1)
        weights, bias, losses = train_linear(x, 3 * x + 1, *start, lr=0.5, n_epochs=50)
        assert torch.allclose(weights, torch.tensor([[3.0]]))
        assert losses[-1] < 1e-6
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """
    _check_table(inputs, targets)
    check_float_tensor("weights", weights)
    check_float_tensor("bias", bias)
    for name, each, shapes in (
        ("targets", targets, [(len(inputs), 1)]),
        ("weights", weights, [(inputs.shape[1], 1)]),
        ("bias", bias, [(), (1,)]),
    ):
        if tuple(each.shape) not in shapes:
            raise ValueError(f"{name} must have shape {' or '.join(map(str, shapes))}, not {tuple(each.shape)}")
    lr = check_number("lr", lr, least=0)
    check_whole_number("n_epochs", n_epochs)
    w, b = (each.detach().clone().requires_grad_() for each in (weights, bias))
    inputs, targets = inputs.detach(), targets.detach()
    losses = []
    with torch.enable_grad():
        for _ in range(n_epochs):
            loss = ((inputs @ w + b - targets) ** 2).mean()
            loss.backward()
            assert w.grad is not None and b.grad is not None
            with torch.no_grad():
                w -= lr * w.grad
                b -= lr * b.grad
            w.grad = b.grad = None
            losses.append(loss.detach())
    return w.detach(), b.detach(), torch.stack(losses) if losses else inputs.new_empty(0)


def _check_rows(name: str, rows: Tensor) -> None:
    check_float_tensor(name, rows)
    if rows.ndim != 2:
        raise ValueError(f"{name} must have shape (n, n_columns), not {tuple(rows.shape)}")


def _check_table(inputs: Tensor, targets: Tensor) -> None:
    _check_rows("inputs", inputs)
    check_float_tensor("targets", targets)
    if targets.ndim != 2:
        raise ValueError(
            f"targets must be a column of shape (n, 1), not {tuple(targets.shape)}: targets.view(-1, 1) makes it one"
        )
    if len(inputs) != len(targets):
        raise ValueError(f"inputs has {len(inputs)} rows but targets has {len(targets)}: they must be equal")
    if not targets.numel():
        raise ValueError(f"there are no rows, or no columns to learn: targets has shape {tuple(targets.shape)}")


def _columns(marked: Tensor) -> str:
    """The marked columns, as an error names them; empty where there are none."""
    found = marked.nonzero().flatten().tolist()
    if not found:
        return ""
    return f"column{'s' if len(found) > 1 else ''} {', '.join(map(str, found[:5]))}{', …' if len(found) > 5 else ''}"
