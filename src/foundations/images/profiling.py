"""What a model costs and what it gives: speed, memory, parameters and accuracy."""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from foundations._checks import check_number, check_tensor, check_whole_number
from foundations._models import check_model, evaluating
from foundations.devices import as_device
from foundations.passengers.classification import accuracy
from foundations.timing import median_time
from foundations.training.loop import evaluate


@dataclass(frozen=True)
class Profile:
    """What `profile_model` found out.

    Attributes:
        images_per_second: How many images the model predicts in a second, in batches.
        peak_memory: The most bytes that it needs at a time while it predicts one batch.
        n_parameters: How many parameters it has.
        accuracy: The share of all images that it gets right.

    Example:
        ```python
        from foundations import Profile

        assert Profile(2000.0, 4096, 650, 0.95).n_parameters == 650
        ```
    """

    images_per_second: float
    peak_memory: int
    n_parameters: int
    accuracy: float


def profile_model(
    model: nn.Module,
    images: Tensor,
    targets: Tensor,
    *,
    batch_size: int = 256,
    device: str | torch.device | None = None,
    seconds: float = 0.05,
) -> Profile:
    """Measure a model by what counts when it is used: speed, memory and accuracy, and count its parameters.

    Speed is that of the first batch, by `median_time`: warmed up, waited for, the median of several calls. Memory is
    that of `prediction_memory` on the same batch. Both predict without a graph, in eval mode.

    Args:
        model: Takes images, gives a logit for each class. It is moved to the device.
        images: n of them, in the shape that the model takes. Those that it has not learned from are the ones to give.
        targets: The right classes by number: integers of shape (n,).
        batch_size: How many images to predict at a time.
        device: Where to predict; the best device here where it is None.
        seconds: How long to time.

    Returns:
        The four numbers.

    Raises:
        TypeError: The model is not a module, or images or targets are not tensors.
        ValueError: There are no images, or not as many targets, batch_size is less than 1, or the device is not there.

    Example:
        ```python
        import torch
        from foundations import profile_model

        model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, 10))
        found = profile_model(model, torch.zeros(20, 8, 8), torch.zeros(20).long(), device="cpu", seconds=0.01)
        assert found.n_parameters == 650
        ```
    """
    chosen = as_device(device)
    check_tensor("images", images)
    check_whole_number("batch_size", batch_size, least=1)
    check_number("seconds", seconds, least=0)
    share = evaluate(model, (images, targets), accuracy, batch_size=batch_size, device=chosen)
    batch = images[:batch_size].to(chosen)
    with evaluating(model), torch.inference_mode():
        time = median_time(lambda: model(batch), chosen, seconds=seconds)
    return Profile(
        images_per_second=len(batch) / time,
        peak_memory=prediction_memory(model, batch, device=chosen),
        n_parameters=sum(p.numel() for p in model.parameters()),
        accuracy=share,
    )


def prediction_memory(
    model: nn.Module, images: Tensor, *, device: str | torch.device | None = None, graph: bool = False
) -> int:
    """Measure the most bytes that a prediction needs at a time: the model, the batch, and what it makes on the way.

    On a CUDA device this is what PyTorch's allocator says, with what its kernels need for themselves. Elsewhere it is
    counted: every tensor that an operation gives, from when it is made until nothing refers to it. That leaves out
    what an operation needs while it runs.

    Args:
        model: Takes the images. It is moved to the device, and predicts in eval mode.
        images: One batch.
        device: Where to predict; the best device here where it is None.
        graph: Whether autograd writes down what it would need for the way back.

    Returns:
        Bytes.

    Raises:
        TypeError: The model is not a module, or images is not a tensor.
        ValueError: The device is not there, or has no memory.

    Example:
        ```python
        import torch
        from foundations import prediction_memory

        model = torch.nn.Linear(64, 10)
        needed = prediction_memory(model, torch.zeros(100, 64), device="cpu")
        assert needed == 4 * (650 + 100 * 64 + 100 * 10)
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.cuda.memory.max_memory_allocated.html
    """
    chosen = as_device(device)
    if chosen.type == "meta":
        raise ValueError("the device meta has shapes and no memory, so there is nothing to measure")
    check_model(model)
    check_tensor("images", images)
    model, batch = model.to(chosen), images.detach().to(chosen)
    own = [*model.parameters(), *model.buffers()]
    with evaluating(model), torch.set_grad_enabled(graph):
        if chosen.type == "cuda":
            peak = _peak_on_cuda(model, batch, chosen)
        else:
            with _Alive([*own, batch]) as alive:
                model(batch)
            peak = alive.peak
    return sum({_address(each): each.nbytes for each in own}.values()) + batch.nbytes + peak


def _peak_on_cuda(model: nn.Module, batch: Tensor, device: torch.device) -> int:
    model(batch)  # the first call also takes workspaces, which are kept
    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_allocated(device)
    model(batch)
    torch.cuda.synchronize(device)
    return torch.cuda.max_memory_allocated(device) - before


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


class _Alive(TorchDispatchMode):
    """Counts the bytes of the tensors that operations give, for as long as something refers to them."""

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.known = {_address(each) for each in tensors}
        self.now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        outputs = func(*args, **(kwargs or {}))
        for each in tree_leaves(outputs):
            if isinstance(each, Tensor):
                self._count(each)
        return outputs

    def _count(self, tensor: Tensor) -> None:
        storage, address = tensor.untyped_storage(), _address(tensor)
        if address in self.known:  # a view, or a tensor changed in place
            return
        self.known.add(address)
        self.now += storage.nbytes()
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._gone, address, storage.nbytes())

    def _gone(self, address: int, n_bytes: int) -> None:
        self.known.discard(address)
        self.now -= n_bytes
