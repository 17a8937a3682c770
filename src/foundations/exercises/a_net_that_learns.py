"""The exercises of A net that learns: Adam's first step, units that do nothing, a fold, and a net for patients."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from foundations.curves.losses import mse
from foundations.curves.rectified import ReluSum
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    call,
    compare,
    described,
    diabetes,
    exercise,
    near,
    number,
    numbers,
    values,
)


@exercise
def first_step(answer: object) -> str:
    """By how much Adam's first step moves three parameters with the slopes 100, −0.001 and 0."""
    slopes, lr = [100.0, -0.001, 0.0], 0.01
    moved = numbers(answer, 3)
    right = [-lr, lr, 0.0]
    at = next((i for i in range(3) if not near([lr, moved[i]], [lr, right[i]], 1e-2)), 0)
    compare(
        moved,
        right,
        {
            "that is the learning rate times the slope, the step of plain descent; Adam divides by the slope's "
            "usual size": [-lr * slope for slope in slopes],
            "those are the sizes of the steps, but uphill": [-each for each in right],
            "those are the directions; how long is a step with lr = 0.01?": [each / lr for each in right],
            "that is the quotient of the two averages as they begin, near 0; what do the divisions by 1 − 0.9ᵗ and "
            "1 − 0.999ᵗ make of it at t = 1?": [each * 0.1 / 0.001**0.5 for each in right],
        },
        f"the {('first', 'second', 'third')[at]} of them moves by {moved[at]:g}; at t = 1, what is `slope` in the "
        "page's `adam`, and what is `size`?",
        within=1e-2,
    )
    return "whatever the slope's size, the first step is lr long."


@exercise
def dead_units(answer: object) -> str:
    """A function of a ReluSum and x that counts the units that are 0 at all x."""
    m = torch.tensor([1.0, 1.0, -1.0, 1.0, -2.0, 1.0, 0.5, -1.0, 0.5, 1.0, 1.0, 1.0], dtype=torch.float64)
    bends = torch.tensor([3.0, -3.0, -3.0, 1.5, 0.5, 2.0, 9.0, -4.0, 3.0, -5.0, -6.0, 4.0], dtype=torch.float64)
    nets = [slice(0, 12), slice(0, 5), slice(2, 9)]  # one count alone might be right, or a rival's, by chance
    spans = [(-2.0, 2.0), (-2.0, 2.0), (-1.0, 3.5)]  # the last is not the lesson's x
    places = [torch.linspace(*span, 41, dtype=torch.float64).roll(10) for span in spans]  # in no order
    counts = []
    for units, x in zip(nets, places, strict=True):
        net = ReluSum(m[units], -(m * bends)[units], torch.ones_like(m[units]), torch.zeros((), dtype=x.dtype))
        counting = partial(answer, net) if callable(answer) else answer
        counts.append(number(call(counting, x), "what it gives"))

    def of_each(rule: Callable[[Tensor, Tensor, Tensor], Tensor], where: list[Tensor] = places) -> list[float]:
        return [
            float(rule(m[u] * (x[:, None] - bends[u]), bends[u], x).sum()) for u, x in zip(nets, where, strict=True)
        ]

    def dead(heights: Tensor, *_: Tensor) -> Tensor:
        return (heights <= 0).all(dim=0)

    right = of_each(dead)
    at = next((i for i in range(len(nets)) if not near(counts[i : i + 1], right[i : i + 1], 1e-6)), 0)
    low, high = (f"{each:g}".replace("-", "−") for each in spans[at])
    example = f"m {m[nets[at]].tolist()}, bends at {bends[nets[at]].tolist()}"
    example = f"x from {low} to {high}, {example}: it gives {counts[at]:g}"
    compare(
        counts,
        right,
        {
            f"{example}, and those are the units that are not dead": of_each(lambda *of: ~dead(*of)),
            f"{example}, but a bend outside is not enough: some of those are above 0 at every x": of_each(
                lambda _, bends, x: (bends < x.min()) | (bends > x.max())
            ),
            f"{example}, which are the units that bend between the smallest x and the largest": of_each(
                lambda _, bends, x: (bends > x.min()) & (bends <= x.max())
            ),
            f"{example}, but a unit that bends at the largest x is 0 there, too": of_each(
                lambda heights, *_: (heights < 0).all(dim=0)
            ),
            f"{example}, and that is their number for x from −2 to 2: use the x that are given": of_each(
                dead, places[:1] * 3
            ),
        },
        f"{example}, and {right[at]:g} of them are 0 at every x",
        within=1e-6,
    )
    return "and no gradient will ever wake them."


@exercise
def fold(answer: object) -> str:
    """A function of w1, w2, b and u that gives the v at which the unit has its fold."""
    cases = [(2.0, -4.0, 1.0, 3.0), (0.5, 2.0, -3.0, 8.0)]
    found = [number(call(answer, *case), "what it gives") for case in cases]
    right = [-(w1 * u + b) / w2 for w1, w2, b, u in cases]
    at = 1 if near(found[:1], right[:1]) else 0
    w1, w2, b, u = cases[at]
    compare(
        found,
        right,
        {
            "it leaves out w₁·u, as if there were one input": [-b / w2 for _, w2, b, _ in cases],
            "the sign is wrong: put its v into the sum, and the sum should be 0": [
                (w1 * u + b) / w2 for w1, w2, b, u in cases
            ],
            "the minus is for all of w₁·u + b, not for w₁·u alone": [(b - w1 * u) / w2 for w1, w2, b, u in cases],
            "divide by the weight of v, which is w₂": [-(w1 * u + b) / w1 for w1, _, b, u in cases],
        },
        f"with w₁, w₂, b and u of {cases[at]} it gives {found[at]:.4g}, and there the sum is "
        f"{w1 * u + w2 * found[at] + b:.4g}, not 0",
    )
    return "one v for every u: a straight line across the plane."


@exercise
def bmi_net(answer: object) -> str:
    """A ReluSum whose mean squared error on the diabetes patients is below that of the best straight line."""
    if not isinstance(answer, ReluSum):
        raise NotYet(f"the answer should be a ReluSum, not {described(answer)}")
    inputs, progress = diabetes(2)
    bmi, progress = inputs[:, 0].double(), progress.double()
    predicted = torch.tensor(values(answer(bmi.to(answer.hidden_weights)), bmi.shape, "its predictions"))
    design = torch.stack([bmi, torch.ones_like(bmi)], dim=1)
    line = mse(design @ torch.linalg.lstsq(design, progress[:, None]).solution[:, 0], progress).item()
    error = mse(predicted.double(), progress).item()
    if error < line * (1 - 1e-6):  # a net may draw the line itself, and rounding decides nothing
        return f"a mean squared error of {error:.1f}, and {line:.1f} of the best line."
    if predicted.max() < progress.min():
        raise NotYet(
            f"it predicts {predicted.min():.3g} to {predicted.max():.3g}, and the patients have {progress.min():g} to "
            f"{progress.max():g}: were the targets scaled, and the predictions not turned back?"
        )
    if predicted.max() - predicted.min() < 1:
        raise NotYet(
            f"it predicts {predicted.mean():.4g} for everybody, or nearly: has any unit that is not dead a weight?"
        )
    raise NotYet(f"its mean squared error is {error:.5g}, and the best straight line has {line:.5g}")
