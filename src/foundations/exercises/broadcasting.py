"""The exercises of Broadcasting: the rule itself, all pairs, the trap's loss without its table, and digits."""

import sys
import tracemalloc
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    attempt,
    call,
    compare,
    data_set,
    described,
    exercise,
    for_others,
    number,
    values,
)

Shape = tuple[int, ...]


@exercise
def common_shape(answer: object) -> str:
    """A function of two shapes: the shape that they broadcast to, or None."""
    for a, b, why in (
        ((4, 3), (4, 3), "equal shapes stay as they are"),
        ((4, 1), (1, 3), "each stretches where it has a 1"),
        ((4, 3), (3,), "the last axes stand in line, and an axis that is missing counts as 1"),
        ((), (2, 5), "a scalar has no axes, and fits everything"),
        ((2, 3, 4), (3, 1), "the last axes stand in line"),
        ((1, 3), (0, 3), "a 1 becomes what the other is, and that may be 0"),
        ((4, 3), (4,), "3 and 4 differ, and neither is 1"),
        ((2, 5), (3, 5), "2 and 3 differ, and neither is 1"),
        ((0,), (3,), "0 and 3 differ, and neither is 1"),
        ((), (), "two scalars make a scalar, whose shape is ()"),
    ):
        try:
            right: Shape | None = tuple(torch.broadcast_shapes(a, b))
        except RuntimeError:
            right = None
        for first, second in ((a, b), (b, a)):
            try:
                value = attempt(answer, first, second, called=f"for {first} and {second} it")
            except NotYet as hint:
                if right is not None:
                    raise
                raise NotYet(f"{hint}. Give None where two shapes do not fit") from hint.__cause__
            if isinstance(value, list):
                raise NotYet(f"for {first} and {second} it gives the list {value}: a shape is a tuple")
            if not (value is None or isinstance(value, tuple)):
                raise NotYet(f"for {first} and {second} it should give a tuple or None, not {described(value)}")
            if value != right:
                wrong = f"for {first} and {second} it gives {value}"
                if right is None:
                    raise NotYet(f"{wrong}, and they do not fit: {why}")
                raise NotYet(f"{wrong} instead of {right}: {why}")
    return "it agrees with PyTorch, scalars and empty tensors included."


@exercise
def distances(answer: object) -> str:
    """A function of n and of m points: all n · m straight distances."""
    draw = torch.Generator().manual_seed(0)
    for n, m, d in ((4, 3, 2), (3, 3, 5), (1, 6, 1)):
        a, b = torch.randn(n, d, generator=draw), torch.randn(m, d, generator=draw)
        right = torch.linalg.vector_norm(a[:, None] - b, dim=-1)
        value = call(answer, a, b)
        if isinstance(value, Tensor) and n != m and tuple(value.shape) == (m, n):
            raise NotYet(f"the shape is {(m, n)} and should be {(n, m)}: one row for each point of a")
        compare(
            values(value, right.shape, "the table of distances"),
            right.flatten().tolist(),
            {
                "those are the squares of the distances: a root is missing": (right**2).flatten().tolist(),
                "rows and columns are exchanged: a row for each point of a": right.T.flatten().tolist(),
                "those are sums of absolute differences: the straight way is the root of the sum of squares": (
                    (a[:, None] - b).abs().sum(dim=-1).flatten().tolist()
                ),
                "the mean of the squares was taken: the straight way needs their sum": (
                    (right / d**0.5).flatten().tolist()
                ),
            },
            f"the first point of a lies {right[0, 0]:.4g} from the first of b, and the table says otherwise",
        )
    a, b = torch.randn(2, 30, 2, generator=draw)
    _want_no_loop(answer, (a[:3], b[:3]), (a, b), 0, "points in a and in b")
    return "every point with every point, and no loop."


@exercise
def trap_loss(answer: object) -> str:
    """A function of n predictions and n targets: the mean of all n² squared differences, without so many numbers."""
    draw = torch.Generator().manual_seed(1)
    stored, _ = (_judge_trap(answer, torch.rand(n, generator=draw), torch.randn(n, generator=draw)) for n in (50, 8))
    if stored >= 50 * 50:
        raise NotYet(
            f"the loss is right, but on the way {stored:,} numbers were stored for 50 pairs, and for a million "
            "it would be a million millions. Start from the formula for one prediction"
        )
    if (most := _bytes_outside_torch(answer, *torch.rand(2, 300, generator=draw))) >= 300 * 300:
        raise NotYet(
            f"the loss is right, but for 300 pairs it took {most:,} bytes outside of PyTorch: that is the table of all "
            "pairs again. Start from the formula for one prediction"
        )
    return "the same loss, and memory for a million pairs."


def _judge_trap(answer: object, preds: Tensor, targets: Tensor) -> int:
    """Judge the loss alone, and give the largest number of values that were stored on the way."""
    right = ((preds[:, None] - targets) ** 2).mean()
    centred = ((preds - targets.mean()) ** 2).mean()
    with _Watch() as watch:
        value = call(answer, preds, targets)
    compare(
        [number(value, "the loss")],
        [right.item()],
        {
            "that is the loss of each prediction against its own target: the trap compares with all": [
                ((preds - targets) ** 2).mean().item()
            ],
            "that is the part that can be learned: the variance of the targets is missing": [centred.item()],
            "the variance has n − 1 in it, and here it is the plain mean of squares: correction=0": [
                (centred + targets.var()).item()
            ],
        },
        f"the loss of these {len(preds)} pairs is {right:.4f}, and it gives {number(value):.4f}",
    )
    return int(watch.most)


@exercise
def nearest_digit(answer: object) -> str:
    """A function of scans and ten mean pictures: which of them is nearest to each scan."""
    digits = data_set("digits")
    scans, labels = torch.tensor(digits.images, dtype=torch.float32), torch.tensor(digits.target)
    averages = torch.stack([scans[::2][labels[::2] == each].mean(dim=0) for each in range(10)])
    scans, labels = scans[1::2], labels[1::2]
    gaps = torch.cdist(scans.flatten(1), averages.flatten(1))
    right = gaps.argmin(dim=1)
    share = (right == labels).float().mean()
    value = call(answer, scans, averages)
    found = values(value, right.shape, "the digits found")
    off = [i for i, each in enumerate(right.tolist()) if found[i] != each] or [0]
    compare(
        found,
        right.tolist(),
        {
            "those are the digits that are furthest away: argmin, not argmax": gaps.argmax(dim=1).tolist(),
            "those are the labels, and the scans do not tell them: find the nearest mean": labels.tolist(),
            "those are distances: which of the ten is the smallest?": gaps.amin(dim=1).tolist(),
        },
        f"{len(right) - len(off)} of {len(right)} are the nearest mean. The scan {off[0]} has the mean squared "
        f"differences {[round(each, 1) for each in (gaps[off[0]] ** 2 / 64).tolist()]}, and it finds {found[off[0]]:g}",
    )
    if torch.as_tensor(value).is_floating_point():
        raise NotYet("the digits are right, but they come as floats: argmin gives whole numbers")
    for_others(answer, right[-9:], scans[-9:], averages)
    _want_no_loop(answer, (scans[:3], averages), (scans[:30], averages), 0, "scans")
    _want_no_loop(answer, (scans[:3], averages), (scans[:3], scans[:40]), 1, "mean pictures")
    return f"{share:.1%} of the scans are read, by ten mean pictures."


def _want_no_loop(answer: object, few: tuple[Tensor, ...], many: tuple[Tensor, ...], which: int, said: str) -> None:
    """Refuse an answer that calls more functions for more rows in one of its arguments."""
    counts = []
    for args in (few, many):
        with _Watch() as watch:
            before = sys.getprofile()
            sys.setprofile(watch.count)
            try:
                call(answer, *args)
            finally:
                sys.setprofile(before)
        counts.append(watch.calls)
    more = counts[1] - counts[0]
    if more >= len(many[which]) - len(few[which]):
        raise NotYet(
            f"the result is right, but {len(many[which])} {said} take {more} calls more than {len(few[which])} do: "
            "that is a loop, and broadcasting needs the same few calls for any number"
        )


def _bytes_outside_torch(answer: object, *args: Tensor) -> int:
    """How much memory Python and NumPy took at most while an answer was calculated."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    try:
        call(answer, *args)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()


class _Watch(TorchFunctionMode):
    """Notes how many numbers the largest tensor stores that is made while it watches, and counts calls."""

    most = calls = 0

    def count(self, frame: object, event: str, function: object) -> None:
        """Count a call, as sys.setprofile reports it; each of PyTorch's operators calls this class."""
        self.calls += event in ("call", "c_call")

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and not torch._C._functorch.is_batchedtensor(result):
            self.most = max(self.most, result.untyped_storage().nbytes() // result.element_size())
        return result
