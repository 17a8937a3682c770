"""The exercises of Fitting a quadratic by hand."""

from functools import cache, partial

import torch
from torch import Tensor

from foundations.curves.descent import coordinate_search
from foundations.curves.losses import quad_mae
from foundations.curves.quadratic import course22_points, fit_quad, quad
from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, diabetes, exercise, near, number, numbers

OTHER_START = "other_start should be the two settings where the searches end, the forward one first"


@exercise
def at_two(answer: object) -> str:
    """A function of a, b and c that gives the height at x = 2."""
    if isinstance(answer, partial) and len(answer.args) == 3:
        raise NotYet(f"it holds {answer.args} already and waits for x; x is what should be fixed, and a, b and c open")
    settings = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (3, 2, 1)]
    given = [number(call(answer, *setting)) for setting in settings]
    right = [quad(*setting, 2) for setting in settings]
    wrong = next((i for i in range(4) if not near(given[i : i + 1], right[i : i + 1])), 0)
    curve = ["x²", "x", "the constant 1", "3x² + 2x + 1"][wrong]
    compare(
        given,
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
        f"for a, b, c = {settings[wrong]} it gives {given[wrong]:g}, but {curve} at x = 2 is {right[wrong]}",
    )
    return "x is fixed, and a, b and c are open. For 3, 2 and 1 the height at x = 2 is 17"


@exercise
def spreads(answer: object) -> str:
    """The standard deviations of the noise at x = −2 and x = 2, for mult=0.3 and no additive noise."""
    given = numbers(answer, 2, "spreads")
    if near(given[:1], given[1:], 0.02) and not near(given, [0.3, 0.3], 0.02):
        raise NotYet("both ends have the same spread here, but f(−2) and f(2) are not the same height")
    compare(
        given,
        [2.7, 5.1],
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
        f"not {given[0]:g} and {given[1]:g}: the noise is a fraction of the height, so find f(−2) and f(2) first",
        within=0.03,
    )
    return "each spread is 0.3 times the height, and the curve is nearly twice as high on the right as on the left"


@exercise
def other_start(answer: object) -> str:
    """The settings where a forward and a backward search from 1.5 end."""
    if not isinstance(answer, list | tuple | Tensor) or len(answer) != 2:
        raise NotYet(f"{OTHER_START}, not {described(answer)}")
    given = [p for setting in answer for p in numbers(setting, 3, "each setting")]

    def searched(begin: float = 1.5, orders: str = "012 210", rounds: int = 5) -> list[float]:  # 5 are enough
        return [p for order in orders.split() for p in _search(begin, order, rounds)]

    compare(
        given,
        searched(),
        {
            "these are the ends for a start at 1.1; here the sliders start at 1.5": searched(begin=1.1),
            "these are the settings after one round; go on until nothing changes any more": searched(rounds=1),
            "two rounds are too few for the second order; go on until nothing changes any more": searched(rounds=2),
            "both searches moved a first: the second should move c first": searched(orders="012 012"),
            "both searches moved c first: the first should move a first": searched(orders="210 210"),
            "the forward search, a first, should stand first": searched(orders="210 012"),
            "nothing has moved: these are the start": [1.5] * 6,
        },
        f"the MAE is {_mae(given[:3]):.3f} and {_mae(given[3:]):.3f} there, and not where these searches end. Do they "
        "minimise the MAE, from 1.5, with steps of 0.1 between −1.5 and 4.5?",
    )
    return f"both are stuck, with an MAE of {_mae(given[:3]):.3f} and {_mae(given[3:]):.3f}"


def _mae(params: list[float]) -> float:
    return quad_mae(params, *course22_points()).item()


@cache
def _search(begin: float, order: str, rounds: int) -> list[float]:
    x, y = course22_points()
    start = torch.full((3,), begin)
    indices = [int(i) for i in order]
    search = coordinate_search(
        lambda p: quad_mae(p, x, y), start, order=indices, rounds=rounds, step=0.1, low=-begin, high=3 * begin
    )
    return search.params.tolist()


@exercise
def centred_error(answer: object) -> str:
    """A function of a, b, c: the mean squared error of a·(x² − m) + b·x + c, with m the mean of x²."""
    x, y = course22_points()
    mean = (x**2).mean()
    settings = [torch.tensor(each) for each in ([1.1, 1.1, 1.1], [3.0, 2.0, 1.0], [0.0, 2.0, 0.0], [2.0, 0.0, -1.0])]
    given = [number(call(answer, setting)) for setting in settings]

    def residuals(shift: Tensor) -> list[Tensor]:
        return [y - (a * (x**2 - shift) + b * x + c) for a, b, c in settings]

    right = [(r**2).mean().item() for r in residuals(mean)]
    square = [((y - y.T + r.T) ** 2).mean().item() for r in residuals(mean)]
    compare(
        given,
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
        },
        f"at a, b, c = 0, 2, 0, where the curve is 2x, it gives {given[2]:.3f}, and the mean squared error there is "
        f"{right[2]:.3f}"
        + (": b and c are right, so look at what a multiplies" if near(given[2:3], right[2:3]) else ""),
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
