"""What a training has seen: losses, learning rates and metrics."""

from dataclasses import dataclass, field

from torch import Tensor


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
