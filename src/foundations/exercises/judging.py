"""What the judges of all exercises share: calling a learner's function, taking its numbers, knowing a mistake again."""

import copy
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations.exercises import NotYet

Judge = Callable[[object], str]

EXERCISES: dict[str, Judge] = {}

UNFINISHED = "the `...` still stands where your answer should"

# Words of an error that a learner's function may raise, and what they say about it.
EXPLAINED = {
    "does not require grad and does not have a grad_fn": "nothing asked for a gradient; or the update made a new tensor"
    " instead of changing the one that requires it; or a slope of a slope needs `create_graph=True`",
    "leaf Variable that requires grad": "autograd is watching while the parameters are changed in place",
    "Boolean value of Tensor": "`if` and `and` want one yes or no, and a tensor holds many: choose for each element",
    "NoneType": "something in it is None: a gradient before `backward()`, or what a function without `return` gives",
    "backward through the graph a second time": "calculate the loss anew before each `backward()`",
    "maximum recursion depth": "keep a list of what waits instead of calling itself",
    "they would broadcast": "make both shapes equal, or PyTorch compares everything with everything",
    "must be Tensor, not": "PyTorch's functions want tensors where it has plain numbers or objects",
}


def exercise(judge: Judge) -> Judge:
    """Register a judge under its own name: it takes the answer, and gives the reason why it is right."""
    name = judge.__name__
    assert name not in EXERCISES, f"there are two exercises {name}"
    EXERCISES[name] = judge
    return judge


def diabetes(*columns: int) -> tuple[Tensor, Tensor]:
    """Load columns of scikit-learn's diabetes table, with mean 0 and standard deviation 1 each, and the target."""
    from sklearn.datasets import load_diabetes

    table, target = load_diabetes(return_X_y=True, scaled=False)
    inputs = torch.tensor(table[:, list(columns)], dtype=torch.float32)
    return (inputs - inputs.mean(dim=0)) / inputs.std(dim=0), torch.tensor(target, dtype=torch.float32)


def call(answer: object, *args: Any) -> Any:
    """Call a learner's function with copies of the arguments; every way to go wrong becomes a hint."""
    given = copy.deepcopy(args)
    called = f"called with ({', '.join(map(shown, args))}), it"
    value = returned(attempt(answer, *given, called=called), called)
    for before, after in zip(args, given, strict=True):
        if before is not after and not equal(before, after):
            raise NotYet(
                f"{called} changes {shown(before)} to {shown(after)}, and whoever calls it loses the old values: "
                "work on a copy"
            )
    return value


def attempt(answer: object, *args: Any, called: str = "it") -> Any:
    """Call a learner's function with the arguments themselves, which it may change; an error becomes a hint.

    Args:
        answer: The function.
        args: What it is called with.
        called: How a hint begins that says what it does.

    Returns:
        What it gives, None included.

    Raises:
        NotYet: It is no function, or raises an error.
    """
    if not callable(answer):
        raise NotYet(f"the answer should be a function, not {described(answer)}")
    try:
        return answer(*args)
    except Exception as error:
        reasons = [reason for words, reason in EXPLAINED.items() if words in str(error)]
        raise NotYet(": ".join([f"{called} raises {type(error).__name__}", str(error), *reasons[:1]])) from error


def returned(value: Any, called: str) -> Any:
    """Take what a function gives, which must be something."""
    if value is None or value is ...:
        raise NotYet(f"{called} gives {described(value)}: a function gives what stands after its `return`")
    return value


def number(value: object, what: str = "it") -> float:
    """Take one number; a tensor may hold it."""
    if isinstance(value, Tensor | np.ndarray) and math.prod(value.shape) != 1:
        raise NotYet(f"{what} should be one number, not {described(value)}: is a mean or a sum missing?")
    return numbers(value, 1, what)[0]


def numbers(value: object, n: int, what: str = "the answer", *, not_finite: str = "") -> list[float]:
    """Take n numbers out of a tensor, an array, a list or a tuple of them; not_finite says what nan or inf mean."""
    if value is ...:
        raise NotYet(UNFINISHED)
    wanted = "one number" if n == 1 else f"{n} numbers"
    parts = value if isinstance(value, list | tuple) else [value]
    found: list[float] = []
    for part in parts:
        if part is ...:
            raise NotYet(UNFINISHED)
        if isinstance(part, Tensor | np.ndarray | np.generic):
            plain = part.detach().cpu().numpy() if isinstance(part, Tensor) else np.asarray(part)
            if plain.dtype.kind not in "fiu":
                raise NotYet(f"{what} should be {wanted}, and holds values of the type {plain.dtype}")
            found += plain.astype(float).flatten().tolist()
        elif isinstance(part, Real) and not isinstance(part, bool):
            found.append(float(part))
        else:
            inside = "" if part is value else f", with {described(part)} in it"
            raise NotYet(f"{what} should be {wanted}, not {described(value)}{inside}")
    if len(found) != n:
        raise NotYet(f"{what} should be {wanted}, not {described(value)}, which makes {len(found)}")
    if not all(map(math.isfinite, found)):
        bad = next(each for each in found if not math.isfinite(each))
        raise NotYet(f"{bad} in {what}" + (f": {not_finite}" if not_finite else ", which is no usable number"))
    return found


def values(value: object, shape: Iterable[int], what: str = "it") -> list[float]:
    """Take the numbers of a tensor that must have this shape."""
    if not isinstance(value, Tensor):
        raise NotYet(f"{what} should be a tensor, not {described(value)}")
    shape = tuple(shape)
    if tuple(value.shape) != shape:
        raise NotYet(f"{what} should have the shape {shape}, not {tuple(value.shape)}")
    return numbers(value, math.prod(shape), what)


def compare(
    given: Sequence[float],
    right: Sequence[float],
    mistakes: Mapping[str, Sequence[float]],
    otherwise: str,
    *,
    within: float = 1e-3,
) -> None:
    """Raise the hint of the mistake that would give these numbers, or the one for all others, unless they are right."""
    if near(given, right, within):
        return
    for hint, wrong in mistakes.items():
        if near(given, wrong, within):
            raise NotYet(hint)
    raise NotYet(otherwise)


def near(given: Sequence[float], other: Sequence[float], within: float = 1e-3) -> bool:
    """Whether all numbers agree, to a part of their size; near zero, to the same part of the largest."""
    floor = within * max(map(abs, other), default=0) * 0.01
    return len(given) == len(other) and all(
        math.isclose(a, b, rel_tol=within, abs_tol=floor + 1e-9) for a, b in zip(given, other, strict=True)
    )


def equal(before: object, after: object) -> bool:
    """Whether an argument is as it was."""
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        return before.shape == after.shape and torch.equal(before.detach(), after.detach())
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(equal, before, after))
    if isinstance(before, torch.nn.Module) and isinstance(after, torch.nn.Module):
        return equal([*before.state_dict().values()], [*after.state_dict().values()])
    if hasattr(before, "equals"):  # a table or a column of pandas
        return bool(before.equals(after))
    return before == after


def shown(value: object) -> str:
    """An argument, as a hint writes it."""
    if isinstance(value, Tensor):
        if value.numel() > 4:
            return described(value)
        return str(
            [float(f"{each:.4g}") for each in value.flatten().tolist()] if value.ndim else round(value.item(), 4)
        )
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return described(value) if hasattr(value, "iloc") else repr(value)


def described(value: object) -> str:
    """A value, as a hint names it."""
    if value is None or value is ...:
        return "None" if value is None else "`...`"
    if isinstance(value, Tensor | np.ndarray):
        return f"{'a tensor' if isinstance(value, Tensor) else 'an array'} of shape {tuple(value.shape)}"
    if isinstance(value, bool | complex | Real):
        return f"the {type(value).__name__} {value}"
    if isinstance(value, str):
        return f"the string {value!r:.40}"
    if callable(value):
        return f"the function {shown(value)}"
    if hasattr(value, "iloc") and hasattr(value, "shape"):
        return f"a {type(value).__name__} of shape {value.shape}"
    return f"a {type(value).__name__}" + (f" of {len(value)}" if isinstance(value, list | tuple | dict | set) else "")
