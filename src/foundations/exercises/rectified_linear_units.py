"""The exercises of Rectified linear units: bends put where they are wanted."""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from foundations.curves.losses import mse
from foundations.curves.rectified import ReluSum, double_relu
from foundations.curves.relu_fits import fit_relus
from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, compare, described, diabetes, exercise, near, numbers, values


@exercise
def shifted_valley(answer: object) -> str:
    """Four numbers with which double_relu draws |x − 1|."""
    m1, b1, m2, b2 = numbers(answer, 4)
    if m1 * m2 >= 0:
        raise NotYet(f"with slopes {m1:g} and {m2:g} no unit opens to the left and another to the right")
    bends = [0 - b1 / m1, 0 - b2 / m2]
    for name, bend in zip(("first", "second"), bends, strict=True):
        if not near([bend], [1.0]):
            raise NotYet(f"the {name} unit bends at −b/m = {apart(bend, 1)[0]}, and should at 1")
    x = torch.linspace(-3, 5, 33, dtype=torch.float64)
    if not near(double_relu(m1, b1, m2, b2, x).tolist(), (x - 1).abs().tolist()):
        raise NotYet(f"both units bend at 1; the slopes there are {min(m1, m2):g} and {max(m1, m2):g}, not −1 and 1")
    return "both bend at 1, and open to different sides."


@exercise
def hat(answer: object) -> str:
    """A ReluSum that is 0 up to −1, 1 at 0, and 0 again from 1 on."""
    x = torch.linspace(-4, 4, 65, dtype=torch.float64)
    answer = _relu_sum(answer)
    result = _heights(answer, x)
    right = (1 - x.abs()).clip(0)
    hints = {
        -4.0: "it should be 0 up to −1",
        0.0: "the tip should be 1",
        1.0: "it should be back at 0",
        4.0: "it should stay at 0: what is its slope from 1 on?",
    }
    for at, hint in hints.items():
        height = result[int((at + 4) * 8)]
        wanted = right[int((at + 4) * 8)].item()
        if not near([height, 1.0], [wanted, 1.0]):  # the 1 says how near to 0 is near
            raise NotYet(f"at x = {at:g} its height is {apart(height, wanted)[0]}: {hint}")
    worst = int((torch.tensor(result) - right).abs().argmax())
    if not near(result, right.tolist()):
        tall, tip = apart(result[worst], right[worst].item())
        raise NotYet(f"at x = {x[worst]:g} its height is {tall}, and the hat's is {tip}")
    for end in _ends(answer):
        height = _heights(answer, torch.tensor([end], dtype=torch.float64))[0]
        if abs(height) > 1e-3 * abs(end):
            raise NotYet(f"at x = {end:g} its height is {height:.4g}: it should stay at 0, however far out")
    return "hats of all heights and widths, added up, make any broken line that begins and ends at 0."


@exercise
def through(answer: object) -> str:
    """A function of points that gives the ReluSum that joins them by straight lines."""
    even = [-1.0, 0.0, 1.0, 2.0], [2.0, 0.5, 1.0, -3.0]
    uneven = [0.0, 0.1, 3.0, 4.0, 7.0], [1.0, 2.0, 2.0, 5.0, 0.0]
    units = []
    for xs, ys in (even, uneven):
        x, y = torch.tensor(xs, dtype=torch.float64), torch.tensor(ys, dtype=torch.float64)
        net = call(answer, x, y)
        if not isinstance(net, ReluSum):
            raise NotYet(f"it should give a ReluSum, not {described(net)}")
        slopes, zero = y.diff() / x.diff(), torch.zeros(1, dtype=x.dtype)
        changes = slopes.diff(prepend=zero)
        at = torch.cat([x, (x[1:] + x[:-1]) / 2])
        result, right = _heights(net, at), np.interp(at.numpy(), xs, ys).tolist()
        worst = max(range(len(result)), key=lambda i: abs(result[i] - right[i]))
        compare(
            result,
            right,
            {
                "each unit has the slope of its piece as its weight, on top of all that came before: a weight should "
                "be the change of slope": _broken(x[:-1], slopes, y[0], at),
                "it is too high or too low by the same everywhere: at which height does it start?": _broken(
                    x[:-1], changes, zero[0], at
                ),
                "the pieces that are 1 wide are right: divide each rise by its own width": _broken(
                    x[:-1], y.diff().diff(prepend=zero), y[0], at
                ),
                "the bends are on the wrong side of 0: a unit of slope 1 bends at −b": _broken(
                    -x[:-1], changes, y[0], at
                ),
            },
            f"at x = {at[worst]:.4g} the line through {list(zip(xs, ys, strict=True))} is {right[worst]:.4g} high, and "
            f"the net {result[worst]:.4g}",
        )
        units.append(net.kinks.numel() <= len(x) - 1)
    return ("no more units than pieces" if all(units) else "the line meets every point") + ", wherever the points are."


@exercise
def bmi_relus(answer: object) -> str:
    """A ReluSum of two units whose mean squared error on the diabetes patients is the least there is, nearly."""
    net = _relu_sum(answer)
    inputs, progress = diabetes(2)
    bmi, progress = inputs[:, 0].double(), progress.double()
    if net.kinks.numel() != 2:
        raise NotYet(f"it has {net.kinks.numel()} units, and should have 2")
    error = mse(torch.tensor(_heights(net, bmi), dtype=torch.float64), progress).item()
    best = _least_with_two()
    if error > 1.001 * best:
        raise NotYet(
            f"its mean squared error is {error:.5g}, and {best:.5g} is possible{_without_units(error, progress)}"
        )
    return f"a mean squared error of {error:.1f}."


@cache
def _least_with_two() -> float:
    inputs, progress = diabetes(2)
    bmi, progress = inputs[:, 0].double(), progress.double()
    return mse(fit_relus(bmi, progress, 2)(bmi), progress).item()


def _relu_sum(answer: object) -> ReluSum:
    if not isinstance(answer, ReluSum):
        raise NotYet(f"the answer should be a ReluSum, not {described(answer)}")
    return answer


def _heights(net: ReluSum, x: Tensor) -> list[float]:
    x = x.to(net.hidden_weights)
    return values(net(x), x.shape, "its heights")


def _without_units(error: float, progress: Tensor) -> str:
    if error < 0.999 * progress.var(correction=0).item():
        return ""
    return "; the mean of all patients, with no unit at all, does as well"


def _ends(net: ReluSum) -> list[float]:
    """A place far out on either side, beyond the last bend of all units that have any slope."""
    bends = net.kinks[(net.hidden_weights * net.out_weights) != 0].abs().tolist()
    return [sign * 2 * max([4.0, *filter(math.isfinite, bends)]) for sign in (-1, 1)]


def _broken(bends: Tensor, weights: Tensor, bias: Tensor, x: Tensor) -> list[float]:
    return _heights(ReluSum(torch.ones_like(bends), -bends, weights, bias), x)
