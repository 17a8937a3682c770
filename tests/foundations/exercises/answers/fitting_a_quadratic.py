"""Answers to the exercises of Fitting a quadratic by hand: right ones, and for each typical mistake words of its hint."""

from functools import partial

import numpy as np
import torch

from foundations import coordinate_search, course22_points, fit_quad, quad, quad_mae
from foundations.exercises.judging import diabetes

x, y = course22_points()


def centred(shift, finish=torch.mean, power=2, targets=y):
    def error(params):
        a, b, c = params
        residuals = targets - (a * (x**2 - shift) + b * x + c)
        return finish(residuals.abs() ** power)

    return error


def wholly_centred(params):
    a, b, c = params
    preds = a * x**2 + b * x + c
    return ((preds - preds.mean() - y) ** 2).mean()


def centred_without_return(params):
    centred((x**2).mean())(params)


def centred_in_place(params):
    params *= 1.0001
    return centred((x**2).mean())(params)


def at_two_without_return(a, b, c):
    quad(a, b, c, 2)


bmi, progress = diabetes(2)
by_hand = coordinate_search(
    lambda p: quad_mae(p, bmi, progress[:, None] / 100), torch.full((3,), 1.1), rounds=3, step=0.1, low=-1.1, high=3.3
).params
m = (x**2).mean()

RIGHT = {
    "at_two": [
        partial(quad, x=2),
        lambda a, b, c: quad(a, b, c, 2),
        lambda a, b, c: torch.tensor(quad(a, b, c, 2.0)),
        lambda *abc: np.polyval(abc, 2),
    ],
    "spreads": [(2.7, 5.1), torch.tensor([2.71, 5.05]), [0.3 * 9, torch.tensor(5.1)], np.array([2.69, 5.15])],
    "centred_error": [
        centred(m),
        lambda p: centred(m.item())(p.tolist()).item(),
        lambda p: ((p[0] * (x**2 - m) + p[1] * x + p[2] - y) ** 2).mean(),
    ],
    "diabetes_by_hand": [by_hand, (0.1, 0.5, 1.3), [0.0, 0.4, 1.4]],
}

DRAWN = {
    "at_two": lambda draw: torch.randn(3, generator=draw, dtype=torch.float64).tolist(),
    "centred_error": lambda draw: (torch.randn(3, generator=draw, dtype=torch.float64),),
}

WRONG = {
    "at_two": {
        "from the left": partial(quad, 2),
        "waits for x": partial(quad, 3, 2, 1),
        "should be a function, not the int 17": 17,
        "is the square missing": lambda a, b, c: a * 2 + b * 2 + c,
        "changed places": lambda a, b, c: quad(c, b, a, 2),
        "after its `return`": at_two_without_return,
        "3x² + 2x + 1 at x = 2 is 17": lambda a, b, c: quad(a, b, c, 2) + (a * b * c > 0),
        "but x at x = 2 is 2": lambda a, b, c: 4 * a + b + c,
        "raises TypeError": lambda x: quad(3, 2, 1, x),
        "`...` still stands": ...,
    },
    "spreads": {
        "of which height": (0.3, 0.3),
        "those are the heights": (9, 17),
        "left end comes first": (5.1, 2.7),
        "variances": (7.29, 26.01),
        "mult=0.15": (1.35, 2.55),
        "additive noise of 1.5": (3.09, 5.32),
        "one spread above": (11.7, 22.1),
        "not the same height": (5.1, 5.1),
        "find f(−2) and f(2) first": (1, 2),
        "2.68 and 4.94 are near": (2.68, 4.94),
        "20,000 at each end": (2.9, 5.0),
        "never negative": (-2.7, 5.1),
        "which makes 20": torch.zeros(20),
        "should be 2 numbers, not the float 2.7": 2.7,
    },
    "centred_error": {
        "with m = 0": centred(x.mean() ** 2),
        "added to x²": centred(-m),
        "sum of the squares": centred(m, torch.sum),
        "absolute error": centred(m, power=1),
        "root of it": lambda p: centred(m)(p).sqrt(),
        "a row and the other a column": centred(m, targets=y[:, 0]),
        "b and c are right": centred(1.0),
        "a and c have changed places": lambda p: centred(m)(p.flip(0)),
        "at a, b, c = [0.0, -1.0, 3.0] it gives 43.13, and the mean squared error there is 24.28": wholly_centred,
        "it gives 7, and the mean squared error there is 37.46": lambda p: 7.0,
        "is a mean or a sum missing": centred(m, lambda squares: squares),
        "after its `return`": centred_without_return,
        "work on a copy": centred_in_place,
    },
    "diabetes_by_hand": {
        "a would help most": [2.1, 0.5, 1.3],
        "nan in the setting": [0.1, float("nan"), 1.3],
        "nothing has moved": [1.1, 1.1, 1.1],
        "right order": [1.3, 0.5, 0.1],
        "between": fit_quad(bmi[:, 0], progress / 100),
        "do not reach": [0.1, 0.5, 4.0],
        "c would help most": [0.1, 0.5, 0.5],
        "b would help most": [0.1, 2.5, 1.3],
        "should be 3 numbers": quad_mae([1, 1, 1], x, y),
    },
}
