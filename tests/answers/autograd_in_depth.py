"""Answers to the exercises of Autograd in depth: right ones, and for each typical mistake words of its hint."""

import torch
from sklearn.datasets import load_wine

from foundations import draw_graph


def steps_of(tensor):
    seen, waiting = [], [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.append(node)
            waiting += [each for each, _ in node.next_functions]
    return seen


def record_size(tensor):
    return sum(not hasattr(node, "variable") for node in steps_of(tensor))


def tree_size(tensor, leaves=True):
    def below(node):
        if node is None or (not leaves and hasattr(node, "variable")):
            return 0
        return 1 + sum(below(each) for each, _ in node.next_functions)

    return below(tensor.grad_fn)


def drawn_size(tensor):
    if tensor.grad_fn is None:
        return 0
    return sum(not text.startswith("leaf") for text in draw_graph(tensor).nodes.values())


def input_slopes(loss_fn, x, sign=1, times=1):
    x = x.detach().requires_grad_()
    return sign * times * torch.autograd.grad(loss_fn(x), x)[0]


def by_backward(loss_fn, x):
    x = x.detach().requires_grad_()
    loss_fn(x).backward()
    return x.grad


def at_named_leaves(loss_fn, x):
    x = x.detach().requires_grad_()
    loss_fn(x).backward(inputs=[x])
    return x.grad


def for_weights(loss_fn, x):
    (weights,) = (cell.cell_contents for cell in loss_fn.__closure__ if isinstance(cell.cell_contents, torch.Tensor))
    return torch.autograd.grad(loss_fn(x), weights)[0]


def clearing(loss_fn, x):
    slopes = by_backward(loss_fn, x)
    for cell in loss_fn.__closure__:
        if isinstance(cell.cell_contents, torch.Tensor):
            cell.cell_contents.grad = None
    return slopes


def saving(x):
    y = x.sigmoid() * 2
    y -= 1
    return y


def overwriting(x):
    y = x.sigmoid()
    y *= 2
    return y - 1


def through_data(x):
    y = x.sigmoid()
    y.data *= 2
    return y - 1


def watched(fn, at, create_graph=True):
    at = at.detach().requires_grad_()
    slope = torch.autograd.grad(fn(at), at, create_graph=create_graph)[0]
    return at.item(), slope.item(), torch.autograd.grad(slope, at)[0].item()


def newton_step(fn, at):
    place, slope, curvature = watched(fn, at)
    return place - slope / curvature


def functional(fn, at):
    return at - torch.func.grad(fn)(at) / torch.func.grad(torch.func.grad(fn))(at)


table = torch.tensor(load_wine().data)
table = (table - table.mean(dim=0)) / table.std(dim=0)
others = table[:, 1:]
hessian = 2 * others.T @ others / len(others)
curvatures = torch.linalg.eigvalsh(hessian)
limit = 2 / curvatures[-1]

RIGHT = {
    "piled_up": [30, 30.0, torch.tensor(30.0)],
    "record_size": [record_size, drawn_size],
    "input_slopes": [input_slopes, at_named_leaves, lambda loss_fn, x: torch.func.grad(loss_fn)(x)],
    "between": [saving, lambda x: 2 * x.sigmoid() - 1, lambda x: torch.tanh(x / 2)],
    "newton_step": [newton_step, functional],
    "wine_limit": [limit, limit.item(), limit.float()],
}

WRONG = {
    "piled_up": {
        "three times the slope at 3": 18,
        "the last slope alone": 14,
        "the sum of the heights": 83,
        "before x moves": 48,
        "sum of the places": 15,
        "add them up": 20,
        "should be one number": [6, 10, 14],
    },
    "record_size": {
        "leaves are counted too": tree_size,
        "counts twice": lambda tensor: tree_size(tensor, leaves=False),
        "it counts leaves too": lambda tensor: len(steps_of(tensor)),
        "each step counts once": lambda tensor: 1,
        "it gives None": lambda tensor: None,
        "it raises AttributeError": lambda tensor: tensor.grad_fn.size,
        "should be a function": 3,
    },
    "input_slopes": {
        "the weights have got one too": by_backward,
        "is not there any more": clearing,
        "the gradient for the weights": for_weights,
        "signs are turned": lambda loss_fn, x: input_slopes(loss_fn, x, sign=-1),
        "run twice": lambda loss_fn, x: input_slopes(loss_fn, x, times=2),
        "and it gives": lambda loss_fn, x: x,
        "should be a function": torch.zeros(3),
    },
    "between": {
        "overwrites a value that its slope needs": overwriting,
        "the values of the sigmoid": torch.sigmoid,
        "the minus 1 is missing": lambda x: 2 * x.sigmoid(),
        "the values should be": lambda x: x,
        "they have no history": lambda x: saving(x.detach()),
        "the gradient is not": through_data,
        "should be a function": 1.0,
    },
    "newton_step": {
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
        "still stands": ...,
    },
}
