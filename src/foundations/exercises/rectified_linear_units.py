"""The exercises of Rectified linear units: bends put where they are wanted, and units that do nothing."""

from functools import partial

import numpy as np
import torch
from torch import Tensor

from foundations.curves.losses import mse
from foundations.curves.rectified import ReluSum, double_relu
from foundations.curves.relu_fits import fit_relus
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, diabetes, exercise, near, number, numbers, values


@exercise
def shifted_valley(answer: object) -> str:
    """Four numbers with which double_relu draws |x − 1|."""
    m1, b1, m2, b2 = numbers(answer, 4)
    if m1 * m2 >= 0:
        raise NotYet(f"with slopes {m1:g} and {m2:g} no unit opens to the left and another to the right")
    bends = [0 - b1 / m1, 0 - b2 / m2]
    for name, bend in zip(("first", "second"), bends, strict=True):
        if not near([bend], [1.0]):
            raise NotYet(f"the {name} unit bends at −b/m = {bend:.4g}, and should at 1")
    x = torch.linspace(-3, 5, 33, dtype=torch.float64)
    if not near(double_relu(m1, b1, m2, b2, x).tolist(), (x - 1).abs().tolist()):
        raise NotYet(f"both units bend at 1; the slopes there are {min(m1, m2):g} and {max(m1, m2):g}, not −1 and 1")
    return "both bend at 1, and open to different sides."


@exercise
def hat(answer: object) -> str:
    """A ReluSum that is 0 up to −1, 1 at 0, and 0 again from 1 on."""
    x = torch.linspace(-4, 4, 65, dtype=torch.float64)
    given = _heights(_relu_sum(answer), x)
    right = (1 - x.abs()).clip(0)
    hints = {
        -4.0: "it should be 0 up to −1",
        0.0: "the tip should be 1",
        1.0: "it should be back at 0",
        4.0: "it should stay at 0: what is its slope from 1 on?",
    }
    for at, hint in hints.items():
        height = given[int((at + 4) * 8)]
        if not near([height], [right[int((at + 4) * 8)].item()]):
            raise NotYet(f"at x = {at:g} its height is {height:.4g}: {hint}")
    worst = int((torch.tensor(given) - right).abs().argmax())
    if not near(given, right.tolist()):
        raise NotYet(f"at x = {x[worst]:g} its height is {given[worst]:.4g}, and the hat's is {right[worst]:g}")
    return "hats of all heights and widths, added up, make any broken line that begins and ends at 0."


@exercise
def through(answer: object) -> str:
    """A function of points that gives the ReluSum that joins them by straight lines."""
    even = [-1.0, 0.0, 1.0, 2.0], [2.0, 0.5, 1.0, -3.0]
    uneven = [0.0, 0.1, 3.0, 4.0, 7.0], [1.0, 2.0, 2.0, 5.0, 0.0]
    for xs, ys in (even, uneven):
        x, y = torch.tensor(xs, dtype=torch.float64), torch.tensor(ys, dtype=torch.float64)
        net = call(answer, x, y)
        if not isinstance(net, ReluSum):
            raise NotYet(f"it should give a ReluSum, not {described(net)}")
        slopes, zero = y.diff() / x.diff(), torch.zeros(1, dtype=x.dtype)
        changes = slopes.diff(prepend=zero)
        at = torch.cat([x, (x[1:] + x[:-1]) / 2])
        given, right = _heights(net, at), np.interp(at.numpy(), xs, ys).tolist()
        worst = max(range(len(given)), key=lambda i: abs(given[i] - right[i]))
        compare(
            given,
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
            f"the net {given[worst]:.4g}",
        )
    return "as many units as pieces, for points wherever they are."


@exercise
def dead_units(answer: object) -> str:
    """A function of a ReluSum and x that counts the units that are 0 at all x."""
    m = torch.tensor([1.0, 1.0, -1.0, 1.0, -2.0, 1.0, 0.5, -1.0], dtype=torch.float64)
    bends = torch.tensor([3.0, -3.0, -3.0, 0.5, 5.0, 2.0, 9.0, -4.0], dtype=torch.float64)
    x = torch.linspace(-2, 2, 41, dtype=torch.float64)
    for n, right, outside, within in ((8, 5, 6, 2), (5, 2, 4, 1)):
        net = ReluSum(m[:n], -m[:n] * bends[:n], torch.ones(n, dtype=x.dtype), torch.tensor(0.0, dtype=x.dtype))
        counting = partial(answer, net) if callable(answer) else answer
        count = number(call(counting, x), "what it gives")
        given = f"x from −2 to 2, m {m[:n].tolist()}, bends at {bends[:n].tolist()}: it gives {count:g}"
        compare(
            [count],
            [right],
            {
                f"{given}, and those are the units that are not dead": [n - right],
                f"{given}, but a bend outside is not enough: some of those are above 0 at every x": [outside],
                f"{given}, which are the units that bend between the first x and the last": [within],
                f"{given}, but a unit that bends at the last x is 0 there, too": [right - 1],
            },
            f"{given}, and {right} of them are 0 at every x",
            within=1e-6,
        )
    return "and no gradient will ever wake them."


@exercise
def bmi_relus(answer: object) -> str:
    """A ReluSum of two units whose mean squared error on the diabetes patients is the least there is, nearly."""
    net = _relu_sum(answer)
    inputs, progress = diabetes(2)
    bmi, progress = inputs[:, 0].double(), progress.double()
    if net.kinks.numel() != 2:
        raise NotYet(f"it has {net.kinks.numel()} units, and should have 2")
    error = mse(torch.tensor(_heights(net, bmi), dtype=torch.float64), progress).item()
    best = mse(fit_relus(bmi, progress, 2)(bmi), progress).item()
    if error > 1.001 * best:
        raise NotYet(
            f"its mean squared error is {error:.5g}, and {best:.5g} is possible{_without_units(error, progress)}"
        )
    return f"a mean squared error of {error:.1f}."


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


def _broken(bends: Tensor, weights: Tensor, bias: Tensor, x: Tensor) -> list[float]:
    return _heights(ReluSum(torch.ones_like(bends), -bends, weights, bias), x)
