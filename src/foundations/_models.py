"""What is asked of any model: whether it is one, and eval mode for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


def check_model(model: object) -> None:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, not {type(model).__name__}")


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Eval mode; then the mode that each part of the model was in."""
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for part, was_training in modes:
            part.training = was_training
