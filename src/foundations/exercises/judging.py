"""What the judges of all exercises share: calling a learner's function, taking its numbers, knowing a mistake again."""

import copy
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from functools import cache
from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from foundations.exercises import NotYet, running

Judge = Callable[[object], str]

EXERCISES: dict[str, Judge] = {}

MOST = 10_000_000  # more numbers are not looked at: to copy them could take all memory

UNWATCHED = (
    "the values are right, but they have no history: something cut it off, as detach(), .data, no_grad() and "
    "torch.tensor(...) do"
)

UNFINISHED = "the `...` still stands where your answer should"

# Words of an error that a learner's function may raise, and what they say about it.
EXPLAINED = {
    "does not require grad and does not have a grad_fn": "nothing asked for a gradient; or `no_grad()` or `detach()`"
    " hid the calculation; or the update made a new tensor instead of changing the one that requires it; or a slope of"
    " a slope needs `create_graph=True`",
    "leaf Variable that requires grad": "autograd is watching while the parameters are changed in place",
    "Boolean value of Tensor": "`if` and `and` want one yes or no, and a tensor holds many: choose for each element",
    "NoneType": "something in it is None: an argument, a gradient before `backward()`, or what a function without"
    " `return` gives",
    "backward through the graph a second time": "calculate the loss anew before each `backward()`",
    "maximum recursion depth": "keep a list of what waits instead of calling itself",
    "they would broadcast": "make both shapes equal, or PyTorch compares everything with everything",
    "positional indexer is out-of-bounds": "there is no such row: ask first whether there is one",
    "must be Tensor, not": "PyTorch's functions want tensors where it has plain numbers or objects",
}


def exercise(judge: Judge) -> Judge:
    """Register a judge under its own name: it takes the answer, and gives the reason why it is right."""
    name = judge.__name__
    assert name not in EXERCISES, f"there are two exercises {name}"
    EXERCISES[name] = judge
    return judge


def judged(name: str, answer: object) -> str:
    """Judge an answer to an exercise, whatever it is: the reason why it is right, or NotYet."""
    if answer is ...:
        raise NotYet(UNFINISHED)
    before = running.settings()
    try:
        with running.whole_lines(), running.same_random_numbers(), running.limited(running.SECONDS):
            seed = torch.initial_seed()
            why = EXERCISES[name](answer)
            seeded = torch.initial_seed() != seed
    except running.Endless:
        raise NotYet(
            f"it had no end after {running.SECONDS:g} seconds and was stopped: does a loop in it never end, or go "
            "round far too often?"
        ) from None
    except NotYet:
        raise
    except Exception as error:
        raise NotYet(f"{described(answer)} cannot be judged: {type(error).__name__}: {error}") from error
    finally:
        running.restored(before)
    return why + (" (It sets the seed of the random numbers that all share; they go on as before.)" if seeded else "")


@cache
def data_set(name: str, **options: bool) -> Any:
    """Read a data set of scikit-learn once: `data_set("iris")` is what `load_iris()` gives, never to be changed."""
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(**options)


def diabetes(*columns: int) -> tuple[Tensor, Tensor]:
    """Load columns of scikit-learn's diabetes table, with mean 0 and standard deviation 1 each, and the target."""
    table, target = data_set("diabetes", return_X_y=True, scaled=False)
    inputs = torch.tensor(table[:, list(columns)], dtype=torch.float32)
    return (inputs - inputs.mean(dim=0)) / inputs.std(dim=0), torch.tensor(target, dtype=torch.float32)


def call(answer: object, *args: Any) -> Any:
    """Call a learner's function with copies of the arguments; every way to go wrong becomes a hint."""
    result = copy.deepcopy(args)
    called = f"called with ({', '.join(map(shown, args))}), it"
    value = returned(attempt(answer, *result, called=called), called)
    for before, after in zip(args, result, strict=True):
        if before is not after and not equal(before, after):
            raise NotYet(
                f"{called} changes {_change(before, after)}, and whoever calls it loses the old values: work on a copy"
            )
        if _trained(before) != _trained(after):
            raise NotYet(
                f"{called} changes which parameters of {shown(before)} require a gradient, and whoever calls it goes "
                "on with others: work on a copy"
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
    before = running.settings()
    try:
        value = answer(*args)
        changed = running.restored(before)
    except (Exception, SystemExit) as error:
        running.restored(before)
        reasons = [reason for words, reason in EXPLAINED.items() if words in str(error)] + _by_place(error, args)
        raise NotYet(": ".join([f"{called} raises {type(error).__name__}", str(error), *reasons[:1]])) from error
    if changed:
        raise NotYet(f"{called} leaves {changed} for all that comes after it: put that back before it returns")
    return value


def _by_place(error: BaseException, args: Iterable[Any]) -> list[str]:
    """What to say where a row of a column of pandas was asked for by its place, and the rows have other numbers."""
    asked = error.args[0] if isinstance(error, KeyError) and error.args else None
    for column in args:
        if hasattr(type(column), "iloc") and asked in range(len(column)) and asked not in column.index:
            return [f"the rows have numbers of their own here: .iloc[{asked}] takes one by its place"]
    return []


def gives_again(answer: object, right: list[float], *args: Any) -> None:
    """Refuse a function that is right, but gives something else when it is called again with the same arguments."""
    kept = copy.deepcopy(args)
    for _ in range(2):
        again = numbers(returned(attempt(answer, *kept), "called again, it"), len(right), "what it gives")
    if not near(again, right):
        short = [float(f"{each:.4g}") for each in again]
        gives = f"called again with the same arguments it gives {short if len(short) > 1 else f'{again[0]:.4g}'}"
        left = [shown(each) for each in kept if isinstance(each, Tensor) and each.is_leaf and each.grad is not None]
        why = f": it leaves a gradient in {left[0]}, to which the next one is added. Work on a copy" if left else ""
        raise NotYet(f"the first time it is right, but {gives}{why}")


def for_others(answer: object, right: Tensor, *args: Any) -> None:
    """Refuse a function that is right for the judge's first arguments, and goes wrong with others."""
    given = f"({', '.join(map(shown, args))})"
    found = numbers(call(answer, *args), right.numel(), f"what it gives for other arguments, {given},")
    if not near(found, right.flatten().tolist()):
        gives = all_apart(right.flatten().tolist(), found, ", and it gives ")
        raise NotYet(
            f"it was right before. Called with other arguments, {given}, it should give {gives}: is a number of the "
            "first ones fixed in it?"
        )


class Watch(TorchFunctionMode):
    """The names of PyTorch's functions that are called inside, where a learner is to do without some of them."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.add(getattr(func, "__name__", ""))
        return func(*args, **(kwargs or {}))


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


def numbers(value: object, n: int | None, what: str = "the answer", *, not_finite: str = "") -> list[float]:
    """Take n numbers, or as many as there are, in whatever form and shape; not_finite says what nan or inf mean."""
    wanted = "one number" if n == 1 else "numbers" if n is None else f"{n} numbers"
    found: list[float] = _plain(value, what, wanted).ravel().tolist()
    if n is not None and len(found) != n:
        raise NotYet(f"{what} should be {wanted}, not {described(value)}, which makes {len(found)}")
    return _finite(found, what, not_finite)


def values(value: object, shape: Iterable[int], what: str = "it") -> list[float]:
    """Take numbers that must have this shape: those of a tensor, an array or lists in lists."""
    shape = tuple(shape)
    wanted = "one number" if shape == () else f"numbers of the shape {shape}"
    found = _plain(value, what, wanted)
    if found.shape != shape:
        ragged = isinstance(value, list | tuple) and len(value) != len(found)
        has = f"{described(value)} with parts of different shapes" if ragged else found.shape
        raise NotYet(f"{what} should have the shape {shape}, not {has}")
    return _finite(found.ravel().tolist(), what)


def column(value: object, n: int, what: str = "it") -> list[float]:
    """Take n numbers that stand in a column, of the shape (n, 1), or in a row of the shape (n,)."""
    found = _plain(value, what, f"{n} numbers")
    if found.shape not in ((n, 1), (n,)):
        raise NotYet(f"{what} should have the shape {(n, 1)} or {(n,)}, not {found.shape}")
    return _finite(found.ravel().tolist(), what)


def tensor(value: object, what: str = "the answer") -> Tensor:
    """Take a tensor, where nothing else will do."""
    if value is ...:
        raise NotYet(UNFINISHED)
    if not isinstance(value, Tensor):
        raise NotYet(f"{what} should be a tensor, not {described(value)}")
    return value


def truths(value: object, n: int, what: str = "the answer") -> list[bool]:
    """Take n times yes or no, as Python, NumPy or PyTorch writes them."""
    wanted = "True or False" if n == 1 else f"{n} times True or False"
    found = _plain(value, what, wanted, kinds="b").ravel().tolist()
    if len(found) != n:
        raise NotYet(f"{what} should be {wanted}, not {described(value)}, which makes {len(found)}")
    return found


def zeros_and_ones(value: object, n: int, what: str = "the answer") -> list[float]:
    """Take n numbers, or n times yes or no as 1 and 0."""
    try:
        return [float(each) for each in truths(value, n, what)]
    except NotYet:
        return numbers(value, n, what)


def _plain(value: object, what: str, wanted: str, kinds: str = "fiu") -> np.ndarray[Any, Any]:
    """The one door for what a learner hands in: numbers of any library, alone or in lists, as one array."""
    given = value
    if value is ...:
        raise NotYet(UNFINISHED)
    if isinstance(value, Tensor):
        if value.is_meta:
            raise NotYet(f"{what} should be {wanted}, and is on the device meta, where tensors hold no numbers")
        if value.numel() > MOST:
            raise NotYet(f"{what} should be {wanted}, not {value.numel():,}")
        value = value.detach().cpu().resolve_conj().resolve_neg()
        value = value.to_dense() if value.layout != torch.strided else value
        value = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
    elif hasattr(type(value), "to_numpy"):  # a table or a column of pandas
        value = _of_pandas(value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.tolist()
        if hasattr(type(given), "iloc"):
            try:
                return _plain(value, what, wanted, kinds)
            except NotYet as hint:
                _, held, part = str(hint).rpartition(", with ")
                raise NotYet(f"{what} should be {wanted}, not {described(given)}{held}{part if held else ''}") from hint
    if isinstance(value, np.ndarray | np.generic):
        if value.dtype.kind not in kinds:
            raise NotYet(f"{what} should be {wanted}, not values of the type {value.dtype}")
        if value.size > MOST:
            raise NotYet(f"{what} should be {wanted}, not {value.size:,}")
        return np.asarray(value, dtype=bool if kinds == "b" else float)
    if isinstance(value, bool) if kinds == "b" else isinstance(value, Real) and not isinstance(value, bool):
        return np.asarray(value, dtype=bool) if kinds == "b" else np.asarray(_float(value))
    if not isinstance(value, Collection) or isinstance(value, str | bytes | Mapping | Set) or len(value) > MOST:
        raise NotYet(f"{what} should be {wanted}, not {described(value)}")
    parts: list[np.ndarray[Any, Any]] = []
    for part in value:
        try:
            parts.append(_plain(part, what, wanted, kinds))
        except NotYet as hint:
            should = f"{what} should be {wanted}, not "
            if part is ... or isinstance(part, Tensor | np.ndarray) or not str(hint).startswith(should):
                raise
            if isinstance(part, list | tuple):
                raise NotYet(f"{should}{described(value)}, which holds {str(hint).removeprefix(should)}") from hint
            raise NotYet(f"{should}{described(value)}, with {described(part)} in it") from hint
    if len({part.shape for part in parts}) > 1:
        return np.concatenate([part.ravel() for part in parts])
    return np.stack(parts) if parts else np.zeros(0)


def _of_pandas(value: Any) -> object:
    return value.to_numpy()


def _float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf if value > 0 else -math.inf


def _finite(found: list[float], what: str, not_finite: str = "") -> list[float]:
    if not all(map(math.isfinite, found)):
        bad = next(each for each in found if not math.isfinite(each))
        raise NotYet(f"{bad} in {what}" + (f": {not_finite}" if not_finite else ", which is no usable number"))
    return found


def rmse_of_column(answer: object, targets: Tensor, learned: Tensor, least: float = 0.0) -> tuple[float, float]:
    """Take predictions in the targets' units: their RMSE, and that of always the mean of what was learned.

    Below `least` comes only who has seen the targets.
    """
    result = torch.tensor(column(answer, len(targets), "the predictions"), dtype=torch.float64)
    if torch.equal(result.float(), targets.flatten().float()):
        raise NotYet("those are the targets themselves: predict them")
    if result.abs().max() < 10:
        raise NotYet(
            f"the predictions go from {result.min():.3g} to {result.max():.3g}, and the targets from "
            f"{targets.min():.3g} to {targets.max():.3g}: are they still in standardised units? Then times the "
            "scale, plus the centre"
        )
    errors = [(each - targets.flatten()).square().mean().sqrt().item() for each in (result, learned.mean())]
    if errors[0] < least:
        raise NotYet(
            f"an RMSE of {errors[0]:.1f} is too good to be true for rows that were not learned from: were these among "
            "them?"
        )
    return errors[0], errors[1]


def compare(
    result: Sequence[float],
    right: Sequence[float],
    mistakes: Mapping[str, Sequence[float]],
    otherwise: str,
    *,
    within: float = 1e-3,
    decimals: int | None = None,
) -> None:
    """Raise the hint of the mistake that would give these numbers, or the one for all others, unless they are right.

    Args:
        result: The learner's numbers.
        right: The right ones.
        mistakes: Hints, each with the numbers that its mistake gives.
        otherwise: The hint for all other numbers.
        within: How far off a number may be, as a part of its size.
        decimals: How many digits after the point the page shows: who copies them from there is right.
    """
    if near(result, right, within, decimals):
        return
    for hint, wrong in mistakes.items():  # near in size too: many numbers are 0.00 to two decimals
        if near(result, wrong, within, decimals) and near(result, wrong, max(within, 0.01)):
            raise NotYet(hint)
    raise NotYet(otherwise)


def near(result: Sequence[float], other: Sequence[float], within: float = 1e-3, decimals: int | None = None) -> bool:
    """Whether all numbers agree, to a part of their size, or rounded; near zero, to the same part of the largest."""
    floor = within * max(map(abs, other), default=0) * 0.01 + 1e-9
    if decimals is not None:
        floor = max(floor, 0.5001 * 10**-decimals)
    return len(result) == len(other) and all(
        math.isclose(a, b, rel_tol=within, abs_tol=floor) for a, b in zip(result, other, strict=True)
    )


def rounded(result: float, right: float, *digits: int) -> bool:
    """Whether it is the right number, rounded to one of these numbers of digits after the point."""
    return any(math.isclose(result, round(right, n), rel_tol=1e-6) for n in digits)


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers, with as many digits as it takes to see that they differ, and four at least."""
    return next(  # + 0.0 makes a 0 of −0
        (
            pair
            for digits in range(4, 18)
            if len(set(pair := (f"{one + 0.0:.{digits}g}", f"{other + 0.0:.{digits}g}"))) == 2
        ),
        (repr(one), repr(other)),
    )


def all_apart(wanted: Sequence[float], found: Sequence[float], between: str = ", and it gives ") -> str:
    """Two lists of numbers, with these words between, rounded to as many digits as it takes to see that they differ."""
    for digits in range(4, 18):
        texts = [str([float(f"{each + 0.0:.{digits}g}") for each in numbers]) for numbers in (wanted, found)]
        if texts[0] != texts[1]:
            break
    return between.join(texts)


def several(value: object, n: int) -> list[Any] | None:
    """Take n things that a function gives: a tuple, a list, or a tensor or array with n of them stacked."""
    if isinstance(value, Tensor | np.ndarray) and value.ndim > 1:
        value = list(value)
    return [*value] if isinstance(value, list | tuple) and len(value) == n else None


def equal(before: object, after: object) -> bool:
    """Whether an argument is as it was."""
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        if before.shape != after.shape or before.dtype != after.dtype or after.is_meta:
            return False
        return torch.equal(before.detach().cpu(), after.detach().cpu())  # an answer may work on a GPU
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(equal, before, after))
    if isinstance(before, torch.nn.Module) and isinstance(after, torch.nn.Module):
        return equal([*before.state_dict().values()], [*after.state_dict().values()])
    if hasattr(before, "equals"):  # a table or a column of pandas
        return bool(before.equals(after))
    return before == after


def _trained(value: object) -> list[bool]:
    """Which parameters of an argument are trained, where it has any."""
    return [each.requires_grad for each in value.parameters()] if isinstance(value, torch.nn.Module) else []


def _change(before: Any, after: Any) -> str:
    """What has changed in an argument: the smallest part of it that tells."""
    if isinstance(before, torch.nn.Module) and isinstance(after, torch.nn.Module):
        old, new = before.state_dict(), after.state_dict()
        name = next((each for each in old if not equal(old[each], new.get(each))), "what it holds")
        of = f"{name} of {shown(before)}"
        if not isinstance(new.get(name), Tensor):
            return of
        kinds = [f"{each.dtype} on {each.device}".removeprefix("torch.") for each in (old[name], new[name])]
        return f"{of} from {kinds[0]} to {kinds[1]}" if kinds[0] != kinds[1] else f"the numbers of {of}"
    if hasattr(before, "columns") and hasattr(after, "columns"):
        return f"{shown(before)}: {_change_of_table(before, after)}"
    if isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        at = next(i for i, pair in enumerate(zip(before, after, strict=True)) if not equal(*pair))
        if isinstance(before[at], Tensor | list | tuple):
            return f"{_change(before[at], after[at])}, number {at} of {shown(before)}"
    return f"{shown(before)} to {shown(after)}{_where(before, after)}"


def _change_of_table(before: Any, after: Any) -> str:
    if list(before.columns) != list(after.columns):
        more = [repr(each) for each in after.columns if each not in before.columns]
        return f"it has the new column {more[0]}" if more else "a column is missing"
    if list(before.index) != list(after.index):
        same = sorted(map(str, before.index)) == sorted(map(str, after.index))
        return "its rows stand in another order" if same else "its rows are others"
    return f"the column {next(each for each in before.columns if not before[each].equals(after[each]))!r} is another"


def _where(before: object, after: object) -> str:
    """The first number that differs between two large tensors of one shape, where one does."""
    if not isinstance(before, Tensor) or not isinstance(after, Tensor) or before.numel() <= 4 or after.is_meta:
        return ""
    if before.shape != after.shape or torch.equal(before, after.to(before)):
        return ""
    old, new = before.flatten(), after.to(before).flatten()
    at = int((old != new).nonzero()[0])
    return " in which number {} is {} and was {}".format(at, *reversed(apart(old[at].item(), new[at].item())))


def shown(value: object) -> str:
    """An argument, as a hint writes it."""
    if isinstance(value, list | tuple) and any(isinstance(each, Tensor | list | tuple) for each in value):
        within = ", ".join(map(shown, value)) + ("," if isinstance(value, tuple) and len(value) == 1 else "")
        return f"[{within}]" if isinstance(value, list) else f"({within})"
    if isinstance(value, Tensor):
        if value.numel() > 4:
            return described(value)
        return str(
            [float(f"{each:.4g}") for each in value.flatten().tolist()] if value.ndim else round(value.item(), 4)
        )
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return described(value) if hasattr(type(value), "iloc") else repr(value)


def described(value: object) -> str:
    """A value, as a hint names it."""
    if value is None or value is ...:
        return "None" if value is None else "`...`"
    if isinstance(value, Tensor | np.ndarray):
        return f"{'a tensor' if isinstance(value, Tensor) else 'an array'} of shape {tuple(value.shape)}"
    if isinstance(value, bool | complex | Real):
        return f"the {type(value).__name__} {value!s:.40}"
    if isinstance(value, str):
        return f"the string {value!r:.40}"
    if isinstance(value, torch.nn.Module):
        return f"the module {shown(value)}"
    if callable(value):
        kind = "class" if isinstance(value, type) else "function"
        return f"{f'the {kind}' if hasattr(value, '__name__') else 'an object of the class'} {shown(value)}"
    if hasattr(type(value), "iloc"):
        return f"a {type(value).__name__} of shape {getattr(value, 'shape', '')}"
    name = type(value).__name__
    article = "an" if name[0] in "AEIOaeio" else "a"
    return f"{article} {name}" + (f" of {len(value)}" if isinstance(value, list | tuple | dict | set) else "")
