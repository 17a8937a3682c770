"""A GPU without a card: tensors "on" it hold the numbers of real ones on the CPU, and keep the rules of another device.

Mixing devices, a generator of the CPU for numbers of the GPU, `.numpy()`, a copy that nobody waits for and, on Apple's
GPUs, float64 raise errors as they do there. What it cannot show: how fast a card is, how it rounds and adds up, a clock
that is stopped too early, and what a card's own kernels lack or refuse.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, NoReturn
from unittest import mock

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

META = torch.device("meta")  # what PyTorch's own code takes the device for: it has no numbers to be looked at
CPU = torch.device("cpu")
INDEXING = {"index", "index_put", "index_put_", "_unsafe_index"}  # indices may lie on the CPU
NOT_ON_MPS = {torch.float64, torch.complex128}


@contextmanager
def pretended(kind: str = "cuda") -> Iterator[Device]:
    """Pretend for a while that this machine has one GPU, of the kind cuda or mps."""
    device = Device(kind)
    with ExitStack() as stack:
        for module, values in device.says().items():
            for name, value in values.items():
                stack.enter_context(mock.patch.object(module, name, value))
        stack.enter_context(_Operations(device))
        stack.enter_context(_Names(device))
        yield device


class Device:
    """The GPU: its random numbers, its memory, and what PyTorch says of it."""

    def __init__(self, kind: str) -> None:
        self.kind, self.place = kind, torch.device(kind, 0)
        self.generator = torch.Generator()  # of all numbers that are drawn there without one
        self.memory = self.peak = 0  # bytes
        self.known: set[int] = set()

    def says(self) -> dict[Any, dict[str, object]]:
        """What stands in place of PyTorch's own functions."""
        own: dict[str, object] = {
            "synchronize": lambda *_: None,
            "get_rng_state": lambda *_: self.generator.get_state(),
            "set_rng_state": lambda state, *_: self.generator.set_state(state) and None,
            "manual_seed": lambda seed: self.generator.manual_seed(seed) and None,
        }
        made: dict[Any, dict[str, object]] = {torch: {"Generator": _generator(self)}}
        made[nn.Module] = {"_apply": _moved}
        if self.kind == "mps":
            return {**made, torch.mps: own, torch.backends.mps: {"is_available": lambda: True}}
        return {
            **made,
            torch.cuda: {
                **own,
                "manual_seed_all": own["manual_seed"],
                "is_available": lambda: True,
                "device_count": lambda: 1,
                "current_device": lambda: 0,
                "get_device_name": lambda *_: "a pretended GPU",
                "memory_allocated": lambda *_: self.memory,
                "max_memory_allocated": lambda *_: self.peak,
                "reset_peak_memory_stats": self._forget_peak,
            },
        }

    def is_this(self, device: str | torch.device) -> bool:
        """Whether a name or a device means this one, by its own name or as PyTorch's code sees it."""
        return torch.device(device).type in (self.kind, "meta")

    def check_dtype(self, dtype: torch.dtype | None) -> None:
        if self.kind == "mps" and dtype in NOT_ON_MPS:
            raise TypeError(
                "Cannot convert a MPS Tensor to float64 dtype as the MPS framework doesn't support float64. "
                "Please use float32 instead."
            )

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Let the CPU draw the GPU's random numbers."""
        cpu = torch.default_generator
        state = cpu.get_state()
        cpu.set_state(self.generator.get_state())
        try:
            yield
        finally:
            self.generator.set_state(cpu.get_state())
            cpu.set_state(state)

    def holds(self, tensor: Tensor) -> None:
        """Count a tensor's bytes, for as long as they are there."""
        storage = tensor.untyped_storage()
        address, size = storage.data_ptr(), storage.nbytes()
        if address in self.known or not size:
            return
        self.known.add(address)
        self.memory += size
        self.peak = max(self.peak, self.memory)
        weakref.finalize(storage, self._lets_go, address, size)

    def _lets_go(self, address: int, size: int) -> None:
        self.known.discard(address)
        self.memory -= size

    def _forget_peak(self, *_: object) -> None:
        self.peak = self.memory


_apply: Callable[..., nn.Module] = nn.Module._apply


def _moved(module: nn.Module, *args: Any, **kwargs: Any) -> nn.Module:
    """A module after `.to()` and the like: with the same parameters, as an optimizer knows them."""
    torch.__future__.set_swap_module_params_on_conversion(True)
    try:
        return _apply(module, *args, **kwargs)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)


class OnGPU(Tensor):
    """A tensor on the GPU, with its numbers in a tensor on the CPU."""

    numbers: Tensor
    gpu: Device

    @staticmethod
    def __new__(cls, real: Tensor, gpu: Device) -> OnGPU:
        gpu.check_dtype(real.dtype)
        made = Tensor._make_wrapper_subclass(
            cls,
            real.size(),
            strides=real.stride(),
            storage_offset=real.storage_offset(),
            dtype=real.dtype,
            device=META,
        )
        made.numbers, made.gpu = real, gpu
        gpu.holds(real)
        return made

    device = property(lambda self: self.gpu.place)
    is_cuda = property(lambda self: self.gpu.kind == "cuda")
    is_mps = property(lambda self: self.gpu.kind == "mps")
    is_meta = property(lambda self: False)

    def get_device(self) -> int:
        return 0

    def tolist(self) -> Any:
        return self.numbers.tolist()

    def untyped_storage(self) -> torch.UntypedStorage:
        return self.numbers.untyped_storage()

    def numpy(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            f"can't convert {self.gpu.place} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host "
            "memory first."
        )

    __array__ = numpy

    def __repr__(self, **_: object) -> str:  # type: ignore[override]
        return f"{repr(self.numbers)[:-1]}, device='{self.gpu.place}')"

    def __format__(self, spec: str) -> str:
        return format(self.numbers, spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> OnGPU:
        made = OnGPU(self.numbers.clone(), self.gpu)
        made.requires_grad_(self.requires_grad)
        if isinstance(self, nn.Parameter):
            made._is_param = True
        memo[id(self)] = made
        return made

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        gpu = next(each.gpu for each in _tensors((args, kwargs)) if isinstance(each, OnGPU))
        return _operate(gpu, func, args, kwargs or {})


class _Operations(TorchDispatchMode):
    """Every operation, those that make a tensor from nothing included."""

    def __init__(self, gpu: Device) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.gpu = gpu

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else PyTorch loads its compiler, which takes seconds

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _operate(self.gpu, func, args, kwargs or {})


class _Names(TorchFunctionMode):
    """What is called with the GPU's name: PyTorch itself has no such device, so it hears of another without numbers."""

    MADE_OF_NUMBERS = (torch.tensor, torch.as_tensor, Tensor.new_tensor)

    def __init__(self, gpu: Device) -> None:
        super().__init__()
        self.gpu = gpu

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.device:
            return func(*args, **kwargs)
        if func is Tensor.cuda and self.gpu.kind == "cuda":
            return args[0].to(META)
        if func is Tensor.to:
            args = tuple(self._heard(each) if isinstance(each, str) else each for each in args)
        args = tuple(self._heard(each) if isinstance(each, torch.device) else each for each in args)
        if kwargs.get("device") is not None:
            kwargs["device"] = self._heard(kwargs["device"])
        if kwargs.get("generator") is not None:
            self._check_generator(kwargs["generator"], args, kwargs.get("device"))
        if func in self.MADE_OF_NUMBERS and kwargs.get("device") == META:
            del kwargs["device"]
            asks = kwargs.pop("requires_grad", False)
            return func(*args, **kwargs).to(META).requires_grad_(asks)
        return func(*args, **kwargs)

    def _heard(self, device: str | torch.device) -> torch.device:
        return META if torch.device(device).type == self.gpu.kind else torch.device(device)

    def _check_generator(self, generator: torch.Generator, args: Any, device: torch.device | None) -> None:
        there = device == META if device else any(isinstance(each, OnGPU) for each in args)
        drawn = self.gpu.kind if there else "cpu"
        if generator.device.type != drawn:
            raise RuntimeError(f"Expected a '{drawn}' device type for generator but found '{generator.device.type}'")


def _operate(gpu: Device, func: Any, args: Any, kwargs: Any) -> Any:
    """Do on the CPU what is asked of the GPU, if a GPU would."""
    tensors = _tensors((args, kwargs))
    there = [each for each in tensors if isinstance(each, OnGPU)]
    device = kwargs.get("device")
    result_there = bool(there) if device is None else gpu.is_this(device)
    if not there and not result_there:
        return func(*args, **kwargs)
    if there:
        _check_together(gpu, func, args, kwargs)
    name = func.overloadpacket.__name__
    if kwargs.get("non_blocking") or (name == "copy_" and len(args) > 2 and args[2]):
        raise AssertionError("a copy with non_blocking=True: nobody waits until it is there")
    gpu.check_dtype(kwargs.get("dtype"))
    kwargs = dict(kwargs)
    if device is not None:
        kwargs["device"] = CPU
    draws = torch.Tag.nondeterministic_seeded in func.tags and kwargs.get("generator") is None
    with gpu.drawing() if draws and result_there else nullcontext():
        result = func(*_changed(args, _real), **_changed(kwargs, _real))
    if not result_there:
        return result
    before = {id(_real(each)): each for each in tensors}  # a tensor that was changed in place is itself
    return _changed(result, lambda each: before[id(each)] if id(each) in before else OnGPU(each, gpu))


def _changed(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A value with something else for each tensor in it."""
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, dict):
        return {key: _changed(each, change) for key, each in value.items()}
    return type(value)([_changed(each, change) for each in value]) if isinstance(value, list | tuple) else value


def _tensors(value: Any) -> list[Tensor]:
    """The tensors in a value."""
    found: list[Tensor] = []

    def note(tensor: Tensor) -> Tensor:
        found.append(tensor)
        return tensor

    _changed(value, note)
    return found


def _real(tensor: Tensor) -> Tensor:
    return tensor.numbers if isinstance(tensor, OnGPU) else tensor


def _check_together(gpu: Device, func: Any, args: Any, kwargs: Any) -> None:
    """Refuse tensors of the CPU, but for those that a GPU takes: sources of copies, single numbers and indices."""
    name = func.overloadpacket.__name__
    if name in ("copy_", "_to_copy"):
        return
    for position, declared in enumerate(func._schema.arguments):
        value = args[position] if position < len(args) else kwargs.get(declared.name)
        changed = declared.alias_info is not None and declared.alias_info.is_write
        for each in _tensors(value):
            if isinstance(each, OnGPU):
                continue
            number = each.ndim == 0 and not changed
            if number and (torch.Tag.pointwise in func.tags or name in INDEXING or name.startswith("fill")):
                continue
            if name in INDEXING and declared.name == "indices" and isinstance(args[0], OnGPU):
                continue
            raise RuntimeError(
                "Expected all tensors to be on the same device, but found at least two devices, "
                f"{gpu.place} and cpu! ({declared.name} of {func})"
            )


def _generator(gpu: Device) -> type[torch.Generator]:
    """The class of generators, that can also be made for the GPU."""

    class Generator(torch.Generator):
        place = CPU
        device = property(lambda self: self.place)

        def __new__(cls, device: str | torch.device = CPU) -> Generator:
            made = super().__new__(cls)
            if gpu.is_this(device):
                made.place = gpu.place
            return made

        def __init__(self, device: str | torch.device = CPU) -> None:
            pass

    return Generator
