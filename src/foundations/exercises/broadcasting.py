"""The exercises of Broadcasting: the rule itself, rows, all pairs, the trap's loss without its table, and digits."""

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from foundations.exercises import NotYet
from foundations.exercises.judging import attempt, call, compare, described, exercise, number, values

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
    ):
        try:
            right: Shape | None = tuple(torch.broadcast_shapes(a, b))
        except RuntimeError:
            right = None
        for first, second in ((a, b), (b, a)):
            try:
                given = attempt(answer, first, second, called=f"for {first} and {second} it")
            except NotYet as hint:
                if right:
                    raise
                raise NotYet(f"{hint}. Give None where two shapes do not fit") from hint.__cause__
            if isinstance(given, list):
                raise NotYet(f"for {first} and {second} it gives the list {given}: a shape is a tuple")
            if not (given is None or isinstance(given, tuple)):
                raise NotYet(f"for {first} and {second} it should give a tuple or None, not {described(given)}")
            if given != right:
                wrong = f"for {first} and {second} it gives {given}"
                if right is None:
                    raise NotYet(f"{wrong}, and they do not fit: {why}")
                raise NotYet(f"{wrong} instead of {right}: {why}")
    return "it agrees with PyTorch, scalars and empty tensors included."


@exercise
def row_shares(answer: object) -> str:
    """A function of a matrix: each number as a part of the sum of its row."""
    for x in (torch.tensor([[1.0, 3.0, 4.0], [2.0, 2.0, 6.0]]), torch.tensor([[1.0, 4.0], [5.0, 3.0]])):
        sums = x.sum(dim=1, keepdim=True)
        shares = x / sums
        given = values(call(answer, x), x.shape, "the table of shares")
        compare(
            given,
            shares.flatten().tolist(),
            {
                "the columns add up to 1, and the rows should: sum along dim=1": (x / x.sum(dim=0)).flatten().tolist(),
                "on a square table each number was divided by the sum of another row: the sums lie down, and should "
                "stand, as keepdim=True lets them": (x / x.sum(dim=1)).flatten().tolist()
                if len(x) == x.shape[1]
                else [],
                "that is a part of the whole table: sum each row by itself": (x / x.sum()).flatten().tolist(),
                "those are means, not shares: divide by the sum": (x / x.mean(dim=1, keepdim=True)).flatten().tolist(),
                "those are probabilities by softmax: no exp is wanted": x.softmax(dim=1).flatten().tolist(),
            },
            f"the first row should be {_rounded(shares[0])}, and is {_rounded(torch.tensor(given[: x.shape[1]]))}",
        )
    return "each row adds up to 1, in a square table too."


@exercise
def distances(answer: object) -> str:
    """A function of n and of m points: all n · m straight distances."""
    draw = torch.Generator().manual_seed(0)
    for n, m, d in ((4, 3, 2), (3, 3, 5), (1, 6, 1)):
        a, b = torch.randn(n, d, generator=draw), torch.randn(m, d, generator=draw)
        right = torch.linalg.vector_norm(a[:, None] - b, dim=-1)
        given = call(answer, a, b)
        if isinstance(given, Tensor) and n != m and tuple(given.shape) == (m, n):
            raise NotYet(f"the shape is {(m, n)} and should be {(n, m)}: one row for each point of a")
        compare(
            values(given, right.shape, "the table of distances"),
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
    return "every point with every point, and no loop."


@exercise
def trap_loss(answer: object) -> str:
    """A function of n predictions and n targets: the mean of all n² squared differences, without so many numbers."""
    draw = torch.Generator().manual_seed(0)
    preds, targets = torch.rand(50, generator=draw), torch.randn(50, generator=draw)
    right = ((preds[:, None] - targets) ** 2).mean()
    centred = ((preds - targets.mean()) ** 2).mean()
    with _Watch() as watch:
        given = call(answer, preds, targets)
    compare(
        [number(given, "the loss")],
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
        f"the loss of these 50 pairs is {right:.4f}, and it gives {number(given):.4f}",
    )
    if watch.most >= 50 * 50:
        raise NotYet(
            f"the loss is right, but on the way {watch.most:,} numbers were stored for 50 pairs, and for a million "
            "it would be a million millions. Start from the formula for one prediction"
        )
    return "the same loss, and memory for a million pairs."


@exercise
def nearest_digit(answer: object) -> str:
    """A function of scans and ten mean pictures: which of them is nearest to each scan."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    scans, labels = torch.tensor(digits.images, dtype=torch.float32), torch.tensor(digits.target)
    averages = torch.stack([scans[::2][labels[::2] == each].mean(dim=0) for each in range(10)])
    scans, labels = scans[1::2], labels[1::2]
    gaps = torch.cdist(scans.flatten(1), averages.flatten(1))
    right = gaps.argmin(dim=1)
    share = (right == labels).float().mean()
    given = call(answer, scans, averages)
    found = values(given, right.shape, "the digits found")
    compare(
        found,
        right.tolist(),
        {
            "those are the digits that are furthest away: argmin, not argmax": gaps.argmax(dim=1).tolist(),
            "those are the labels, and the scans do not tell them: find the nearest mean": labels.tolist(),
            "those are distances: which of the ten is the smallest?": gaps.amin(dim=1).tolist(),
        },
        f"{sum(a == b for a, b in zip(found, right.tolist(), strict=True))} of {len(right)} are the nearest mean: "
        "square the differences, and take the mean over both axes of the pixels",
    )
    if given.is_floating_point():
        raise NotYet("the digits are right, but they come as floats: argmin gives whole numbers")
    return f"{share:.1%} of the scans are read, by ten mean pictures."


class _Watch(TorchFunctionMode):
    """Notes how many numbers the largest tensor stores that is made while it watches."""

    most = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self.most = max(self.most, result.untyped_storage().nbytes() // result.element_size())
        return result


def _rounded(row: Tensor) -> list[float]:
    return [round(each, 3) for each in row.tolist()]
