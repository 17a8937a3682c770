"""The exercises of Fitting a quadratic by hand."""

from functools import partial

import torch
from torch import Tensor

from foundations.curves.descent import coordinate_search
from foundations.curves.losses import quad_mae
from foundations.curves.quadratic import course22_points, fit_quad, quad
from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, compare, diabetes, exercise, near, number, numbers


@exercise
def at_two(answer: object) -> str:
    """A function of a, b and c that gives the height at x = 2."""
    if isinstance(answer, partial) and len(answer.args) == 3:
        raise NotYet(f"it holds {answer.args} already and waits for x; x is what should be fixed, and a, b and c open")
    settings = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (3, 2, 1)]
    result = [number(call(answer, *setting)) for setting in settings]
    right = [quad(*setting, 2) for setting in settings]
    wrong = next((i for i in range(4) if not near(result[i : i + 1], right[i : i + 1])), 0)
    curve = ["x²", "x", "the constant 1", "3x² + 2x + 1"][wrong]
    compare(
        result,
        right,
        {
            "the 2 has gone to a: positional values fill the parameters from the left. How do you name another?": [
                quad(2, *setting) for setting in settings
            ],
            "the height at 2 of the curve x² should be 2², and is 2: is the square missing?": [
                a * 2 + b * 2 + c for a, b, c in settings
            ],
            "a and c have changed places: a belongs to x²": [quad(c, b, a, 2) for a, b, c in settings],
        },
        f"for a, b, c = {settings[wrong]} it gives {result[wrong]:g}, but {curve} at x = 2 is {right[wrong]}",
    )
    return "x is fixed, and a, b and c are open. For 3, 2 and 1 the height at x = 2 is 17"


@exercise
def spreads(answer: object) -> str:
    """The standard deviations of the noise at x = −2 and x = 2, for mult=0.3 and no additive noise."""
    result = numbers(answer, 2, "spreads")
    if min(result) < 0:
        raise NotYet("a spread says how far, whichever way: it is never negative")
    if near(result[:1], result[1:], 0.02) and not near(result, [0.3, 0.3], 0.02):
        raise NotYet("both ends have the same spread here, but f(−2) and f(2) are not the same height")
    right = [2.7, 5.1]
    told = f"{result[0]:g} and {result[1]:g}"
    compare(
        result,
        right,
        {
            "0.3 is a fraction: of which height, at each end?": [0.3, 0.3],
            "those are the heights; noise takes only a fraction of them": [9, 17],
            "the left end comes first": [5.1, 2.7],
            "those are variances, in squared units. The spread is the standard deviation": [7.29, 26.01],
            "that is the spread for mult=0.15": [1.35, 2.55],
            "that has the additive noise of 1.5 in it, and here is none": [
                (2.7**2 + 1.5**2) ** 0.5,
                (5.1**2 + 1.5**2) ** 0.5,
            ],
            "that is the height one spread above the curve; the spread alone is asked for": [11.7, 22.1],
        },
        f"{told} are near, as the spreads of drawn numbers are: draw 20,000 at each end, or calculate"
        if near(result, right, 0.1)
        else f"not {told}: the noise is a fraction of the height, so find f(−2) and f(2) first",
        within=0.03,
    )
    return "each spread is 0.3 times the height, and the curve is nearly twice as high on the right as on the left"


@exercise
def centred_error(answer: object) -> str:
    """A function of a, b, c: the mean squared error of a·(x² − m) + b·x + c, with m the mean of x²."""
    x, y = course22_points()
    mean = (x**2).mean()
    without_a = [[0.0, 2.0, 0.0], [0.0, -1.0, 3.0]]
    settings = [torch.tensor(each) for each in (*without_a, [1.1, 1.1, 1.1], [3.0, 2.0, 1.0], [2.0, 0.0, -1.0])]
    result = [number(call(answer, setting)) for setting in settings]

    def residuals(shift: Tensor) -> list[Tensor]:
        return [y - (a * (x**2 - shift) + b * x + c) for a, b, c in settings]

    right = [(r**2).mean().item() for r in residuals(mean)]
    square = [((y - y.T + r.T) ** 2).mean().item() for r in residuals(mean)]
    at = next((i for i in range(len(settings)) if not near(result[i : i + 1], right[i : i + 1])), 0)
    gives, wanted = apart(result[at], right[at])
    compare(
        result,
        right,
        {
            "that is the loss with m = 0. The mean of x, squared, is 0; m is the mean of the squares": [
                (r**2).mean().item() for r in residuals(torch.tensor(0.0))
            ],
            "m seems to have been added to x²; it should be taken away": [
                (r**2).mean().item() for r in residuals(-mean)
            ],
            "that is the sum of the squares; take their mean": [(r**2).sum().item() for r in residuals(mean)],
            "that is the mean absolute error; here the error is squared": [
                r.abs().mean().item() for r in residuals(mean)
            ],
            "that is the root of it; the squares alone will do": [value**0.5 for value in right],
            "every height is compared with every point: is one of them a row and the other a column?": square,
            "a and c have changed places: a belongs to x² − m": [
                ((y - (c * (x**2 - mean) + b * x + a)) ** 2).mean().item() for a, b, c in settings
            ],
        },
        f"at a, b, c = {[round(each, 4) for each in settings[at].tolist()]} it gives {gives}, and the mean squared "
        f"error there is {wanted}"
        + (": b and c are right, so look at what a multiplies" if near(result[:2], right[:2]) else ""),
    )
    return "a, b and c no longer disturb each other, and one round of each search is enough"


@exercise
def diabetes_by_hand(answer: object) -> str:
    """A setting of the sliders with an MAE within 0.01 of that of least squares."""
    bmi, target = diabetes(2)
    progress = target[:, None] / 100
    params = numbers(answer, 3, "the setting")
    if any(not -1.1001 < p < 3.3001 for p in params):
        raise NotYet("the sliders do not reach that far: they go from −1.1 to 3.3")
    if any(abs(p * 10 - round(p * 10)) > 1e-3 for p in params):
        raise NotYet("the sliders stop at tenths only: this setting lies between them")

    def error(params: Tensor) -> Tensor:
        return quad_mae(params, bmi, progress)

    here = torch.tensor(params)
    above = (error(here) - error(fit_quad(bmi, progress))).item()
    if above < 0.01:
        return f"the MAE is within 0.01 of least squares ({above:+.4f}), and no truth was needed"
    if near(params, [1.1] * 3):
        raise NotYet(f"nothing has moved yet: at the start the MAE is {above:.3f} above the target's least squares")
    moved = {
        name: coordinate_search(error, here, order=[i], step=0.1, low=-1.1, high=3.3).losses[-1].item()
        for i, name in enumerate("abc")
    }
    best = min(moved, key=lambda name: moved[name])
    turned = error(here.flip(0)) - error(fit_quad(bmi, progress)) < 0.01
    raise NotYet(
        f"the MAE is {above:.3f} above that of least squares"
        + (": are a, b and c in the right order?" if turned else f"; of the three sliders, {best} would help most now")
    )
