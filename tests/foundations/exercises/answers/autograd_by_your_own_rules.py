"""Answers to the exercises of Autograd by your own rules: right ones, and for each typical mistake words of its hint."""

import torch
from forms import CALLS, OF_FLOATS
from sklearn.datasets import load_wine

from foundations import finite_difference


def watched(fn, at, create_graph=True):
    at = at.detach().requires_grad_()
    slope = torch.autograd.grad(fn(at), at, create_graph=create_graph)[0]
    return at.item(), slope.item(), torch.autograd.grad(slope, at)[0].item()


def newton_step(fn, at):
    place, slope, curvature = watched(fn, at)
    return place - slope / curvature


def functional(fn, at):
    return at - torch.func.grad(fn)(at) / torch.func.grad(torch.func.grad(fn))(at)


def by_nudging(fn, at):
    slope = finite_difference(fn, at)
    return at - slope / finite_difference(lambda x: finite_difference(fn, x), at)


def rounding(way_back):
    """x.round() with this way back."""

    class Rounding(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.round()

        backward = staticmethod(way_back)

    return Rounding.apply


def root(x):
    return torch.where(x > 0, torch.where(x > 0, x, 1).sqrt(), 0)


def by_mask(x):
    result = torch.zeros_like(x)
    result[x > 0] = x[x > 0].sqrt()
    return result


table = torch.tensor(load_wine().data)
table = (table - table.mean(dim=0)) / table.std(dim=0)
others = table[:, 1:]
hessian = 2 * others.T @ others / len(others)
curvatures = torch.linalg.eigvalsh(hessian)
limit = 2 / curvatures[-1]

RIGHT = {
    "newton_step": [newton_step, functional, by_nudging],
    "wine_limit": [limit, limit.item(), limit.float()],
    "rounded": [rounding(lambda ctx, counts: counts), lambda x: x + (x.round() - x).detach()],
    "safe_root": [root, by_mask],
}

# The only forms of these that are right.
ONLY = {"rounded": (*CALLS, *OF_FLOATS), "safe_root": (*CALLS, *OF_FLOATS)}

DRAWN = {
    "newton_step": lambda draw: (
        lambda x: x**4 + x**2 - 3 * x,
        torch.randn((), generator=draw, dtype=torch.float64),
    ),
    "rounded": lambda draw: (3 * torch.randn(8, generator=draw),),
    "safe_root": lambda draw: (torch.randn(8, generator=draw),),
}

WRONG = {
    "newton_step": {
        "on top of a hill": lambda fn, at: at.item() - watched(fn, at)[1] / abs(watched(fn, at)[2]),
        "leads to 0.5714": lambda fn, at: round(newton_step(fn, at), 4),
        "nothing asked for a gradient": lambda fn, at: watched(fn, at, create_graph=False),
        "which is uphill": lambda fn, at: 2 * at.item() - newton_step(fn, at),
        "which is the step": lambda fn, at: at.item() - newton_step(fn, at),
        "the curvature is left out": lambda fn, at: at.item() - watched(fn, at)[1],
        "a step of curvature / slope": lambda fn, at: at.item() - watched(fn, at)[2] / watched(fn, at)[1],
        "one step leads to": lambda fn, at: at,
        "should be a function": 3.0,
    },
    "wine_limit": {
        "is the largest curvature": curvatures[-1],
        "is half of the limit": limit / 2,
        "the steepest direction decides": 2 / curvatures[0],
        "the loss is a mean": limit / len(others),
        "with the alcohol in it": 1 / torch.linalg.eigvalsh(table.T @ table / len(table))[-1],
        "that is a table": hessian,
        "is not the limit": 1.0,
        "0.001 is not the limit": 0.001,  # to three decimals that of the sum, too
        "still stands": ...,
    },
    "rounded": {
        "takes the even one": lambda x: x + ((x + 0.5).floor() - x).detach(),
        "should give a tensor of numbers, not a list of 5": lambda x: x.tolist(),
        "should give the shape (5,), not ()": lambda x: x.round().sum(),
        "backward gives 1": rounding(lambda ctx, counts: torch.ones_like(counts)),
        "those are the slopes of x.round()": torch.round,
        "multiplied by x": rounding(lambda ctx, counts: counts * ctx.saved_tensors[0]),
        "it hands on [6.0": rounding(lambda ctx, counts: 2 * counts),
        "the way back gives None for x": rounding(lambda ctx, counts: None),
        "the way back raises": rounding(lambda ctx, counts: counts.missing),
        "nothing is rounded": lambda x: x,
        "it rounds down": torch.floor,
        "behind the point": torch.trunc,
        "the values should be": lambda x: 2 * x,
        "they have no history": lambda x: x.detach().round(),
        "should be a function": 3.0,
    },
    "safe_root": {
        "exactly 0 is wanted": lambda x: (x.relu() + 1e-12).sqrt(),
        "and they are [0.0, 0.0, 0.0, 0.5": lambda x: root(torch.where(x > 0.001, x, 0)),
        "changes that tensor itself": lambda x: root(x.data.clamp_(min=0) + x - x.detach()),
        "called with a watched tensor, it should give the shape": lambda x: root(x)[:, None],
        "where x is not positive, 0 is wanted": torch.sqrt,
        "1.0, 0.1667]: is the root still taken": lambda x: torch.where(x > 0, x.sqrt(), 0),
        "they have no history": lambda x: root(x.detach()),
        "the values should be": lambda x: x.clamp(min=0.01).sqrt(),
        "should be [10.0, 0.0, 2.0], and they are [3.0, 0.0, 2.0]": lambda x: root(x).clamp(max=3),
        "and should be 0 where": lambda x: root(x) + x - x.detach(),
        "the way back is cut off": lambda x: root(x).detach() + 0 * x,
        "it gives None": lambda x: None,
        "should be a function": 2.0,
    },
}
