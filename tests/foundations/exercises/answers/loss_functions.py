"""Answers to the exercises of Loss functions: right ones, and for each typical mistake words of its hint."""

import torch
import torch.nn.functional as F
from forms import CALLS, OF_FLOATS

from foundations import course22_points, mae, mk_quad, mse, quad_mae, quad_mse, rmse
from foundations.exercises.judging import diabetes

x, y = course22_points()
target = diabetes(2)[1]
mean, median = target.mean(), target.quantile(0.5)


def rmse_without_return(params):
    quad_mse(params, x, y).sqrt()


def piecewise(inner, outer, size=torch.abs, edge=1):
    return lambda r: torch.where(size(r) <= edge, inner(size(r)), outer(size(r)))


def huber_with_if(residual):
    return residual**2 / 2 if residual.abs() <= 1 else residual.abs() - 0.5


def huber_in_place(residual):
    return piecewise(lambda r: r**2 / 2, lambda r: r - 0.5)(residual.abs_())


def half(r):
    return r**2 / 2


def line(r):
    return r - 0.5


RIGHT = {
    "quad_rmse": [
        lambda params: rmse(mk_quad(*params)(x), y),
        lambda params: quad_mse(params, x, y).sqrt(),
        lambda params: quad_mse(params, x, y) ** 0.5,
        lambda params: F.mse_loss(mk_quad(*params)(x), y).sqrt(),
    ],
    "four_residuals": [
        (torch.tensor([2.0, -2, 2, -2]), torch.tensor([0.0, 0, 8, 0])),
        ([1, 1, 1, 1], [-0.5, 0, 0, 0]),
        torch.tensor([[3, 3, 3, 3], [0, 0, 0, 1]]),
        (torch.ones(4, 1), torch.tensor([[0.0], [0], [0.3], [0]])),
    ],
    "huber": [
        piecewise(half, line),
        lambda r: F.huber_loss(r, torch.zeros_like(r), reduction="none"),
        lambda r: F.smooth_l1_loss(r, torch.zeros_like(r), reduction="none"),
        lambda r: r.abs().clamp(max=1) * (r.abs() - r.abs().clamp(max=1) / 2),
    ],
    "best_constants": [(mean, median), (152.0, 140.5), [mean.item(), 141]],
}

# The only forms of these that are right.
ONLY = {"quad_rmse": (*CALLS, *OF_FLOATS)}

DRAWN = {
    "quad_rmse": lambda draw: (torch.randn(3, generator=draw),),
    "huber": lambda draw: (2 * torch.randn(30, generator=draw),),
}

WRONG = {
    "quad_rmse": {
        "that is the MSE": lambda params: quad_mse(params, x, y),
        "that is the MAE": lambda params: ((mk_quad(*params)(x) - y) ** 2).sqrt().mean(),
        "root of the sum": lambda params: ((mk_quad(*params)(x) - y) ** 2).sum().sqrt(),
        "square of the MSE": lambda params: quad_mse(params, x, y) ** 2,
        "a row and the other a column": lambda params: ((mk_quad(*params)(x) - y[:, 0]) ** 2).mean().sqrt(),
        "a and c exchanged": lambda params: rmse(mk_quad(params[2], params[1], params[0])(x), y),
        "root of quad_mse there is": lambda params: quad_mse(params, x, y).sqrt() + 1,
        "go back from it": lambda params: quad_mse(params, x, y).sqrt().item(),
        "is a mean or a sum missing": lambda params: mk_quad(*params)(x) - y,
        "after its `return`": rmse_without_return,
        "make both shapes equal": lambda params: rmse(mk_quad(*params)(x), y[:, 0]),
        "PyTorch's functions want tensors": lambda params: torch.sqrt(quad_mse(params, x, y).item()),
        "not a tensor of shape ()": quad_mae([3, 2, 1], x, y),
    },
    "four_residuals": {
        "in the first set RMSE is 1.058 times": ([1, 1, 1, 2], [0, 0, 8, 0]),
        "In the second RMSE is 1.625 times": ([1, 1, 1, 1], [1, 0, 8, 1]),
        "In the second RMSE is 1.999 times": ([1, 1, 1, 1], [0, 0, 8, 0.004]),
        "in the first set RMSE is 1.0002 times": ([2, 2, 2, 2.1], [0, 0, 8, 0]),
        "nan in the first set": ([1, 1, 1, float("nan")], [0, 0, 8, 0]),
        "everything equals everything": ([0, 0, 0, 0], [0, 0, 0, 0]),
        "should stand first": ([0, 0, 8, 0], [2, 2, 2, 2]),
        "what must be the same": ([1, 2, 3, 4], [0, 0, 8, 0]),
        "where do squares weigh most": ([2, -2, 2, -2], [4, 4, 0, 0]),
        "two sets of four residuals, not a list of 4": [1, 1, 1, 1],
        "the second set should be 4 numbers, not a list of 3, which makes 3": ([1, 1, 1, 1], [0, 0, 8]),
    },
    "huber": {
        "for a residual of 0.95 it gives 0.45, and the Huber loss is 0.4512": piecewise(half, line, edge=0.5),
        "half the square everywhere": half,
        "the square everywhere: beyond": torch.square,
        "½ everywhere": lambda r: r.abs() - 0.5,
        "whole square": piecewise(torch.square, line),
        "just inside 1 it is ½": piecewise(half, lambda r: r),
        "−4 should cost as much as 4": lambda r: torch.where(r <= 1, half(r), line(r)),
        "far below zero": lambda r: torch.where(r.abs() <= 1, half(r), line(r)),
        "parts have changed places": lambda r: torch.where(r.abs() > 1, half(r), line(r.abs())),
        "for a residual of -1.05 it gives 0.5513, and the Huber loss is 0.55": piecewise(half, line, edge=1.2),
        "one number for seven": lambda r: piecewise(half, line)(r).mean(),
        "should be numbers of the shape (7,), not the string": lambda r: "0.5",
        "choose for each element": huber_with_if,
        "work on a copy": huber_in_place,
        "should have the shape (7,), not (7, 1)": lambda r: piecewise(half, line)(r[:, None]),
    },
    "best_constants": {
        "changed places": (median, mean),
        "another loss has another": (mean, mean),
        "a loss, or a place": (0.0, 1.0),
        "the first is right, and the other": (mean, 100),
        "the second is right, and the other": (100, median),
        "both can be lower": (100, 200),
        "should be 2 numbers": mean,
        "which makes 442": mse(mean, mean).expand(442),
        "with the function mae in it": (mean, mae),
    },
}
