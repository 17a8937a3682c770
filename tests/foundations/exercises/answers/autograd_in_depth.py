"""Answers to the exercises of Autograd in depth: right ones, and for each typical mistake words of its hint."""

import torch
from forms import CALLS, OF_FLOATS
from sklearn.datasets import load_digits

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


def size_after_backward(tensor):
    tensor.backward()
    return record_size(tensor)


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


def in_the_input_itself(loss_fn, x):
    loss_fn(x.requires_grad_()).backward(inputs=[x])
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


digits = load_digits()
images, labels = torch.tensor(digits.images), torch.tensor(digits.target)
threes, sevens = (images[labels == digit].mean(dim=0) for digit in (3, 7))


def sevenness(image):
    return ((image - threes) ** 2).sum() - ((image - sevens) ** 2).sum()


dots = input_slopes(sevenness, images[3])

RIGHT = {
    "piled_up": [30, 30.0, torch.tensor(30.0)],
    "record_size": [record_size, drawn_size],
    "input_slopes": [input_slopes, at_named_leaves, lambda loss_fn, x: torch.func.grad(loss_fn)(x)],
    "between": [saving, lambda x: 2 * x.sigmoid() - 1, lambda x: torch.tanh(x / 2)],
    "dot_slopes": [dots, 2 * (sevens - threes), dots.float()],
}

# The only forms of these that are right.
ONLY = {"between": (*CALLS, *OF_FLOATS)}

DRAWN = {
    "between": lambda draw: (torch.randn(8, generator=draw),),
}

WRONG = {
    "piled_up": {
        "not None": None,
        "three times the slope at 3": 18,
        "the last slope alone": 14,
        "the sum of the heights": 83,
        "before x moves": 10 + 14 + 18,
        "sum of the places": 15,
        "add them up": 20,
        "should be one number": [6, 10, 14],
    },
    "record_size": {
        "for a leaf it gives 1": lambda tensor: max(record_size(tensor), 1),
        "leaves are counted too": tree_size,
        "counts twice": lambda tensor: tree_size(tensor, leaves=False),
        "it counts leaves too": lambda tensor: len(steps_of(tensor)),
        "each step counts once": lambda tensor: 1,
        "for h * h with h = (w * 3).exp() it gives 5, and it was made by 3": lambda tensor: 5,
        "read without backward()": lambda tensor: size_after_backward(tensor) if tensor.grad_fn else 0,
        "it gives None": lambda tensor: None,
        "it raises AttributeError": lambda tensor: tensor.grad_fn.size,
        "should be a function": 3,
    },
    "input_slopes": {
        "it gives None: is a `return` missing, or is it the .grad of a tensor that": lambda loss_fn, x: x.grad,
        "the weights have got one too": by_backward,
        "is not there any more": clearing,
        "the gradient for the weights": for_weights,
        "signs are turned": lambda loss_fn, x: input_slopes(loss_fn, x, sign=-1),
        "leaves a gradient in [1.0, 2.0, -3.0], to which the next one is added": in_the_input_itself,
        "is watched from now on": lambda loss_fn, x: torch.autograd.grad(loss_fn(x.requires_grad_()), x)[0],
        "take its [0]": lambda loss_fn, x: (input_slopes(loss_fn, x),),
        "run twice": lambda loss_fn, x: input_slopes(loss_fn, x, times=2),
        "and it gives": lambda loss_fn, x: x,
        "should have the shape (2, 2), not (3,)": lambda loss_fn, x: torch.tensor([-10.0, 5.0, -2.5]),
        "should have the shape (2, 2), not (4,)": lambda loss_fn, x: input_slopes(loss_fn, x).flatten(),
        "and it gives [[3.0, 1.5], [-6.0, 9.0]]": lambda loss_fn, x: (
            input_slopes(loss_fn, x).mT.reshape(x.shape) if x.ndim > 1 else input_slopes(loss_fn, x)
        ),
        "should be a function": torch.zeros(3),
    },
    "between": {
        "its history is cut": lambda x: saving(x).detach().requires_grad_(),
        "should have the shape (3,), not ()": lambda x: saving(x).sum(),
        "overwrites a value that its slope needs": overwriting,
        "the values of the sigmoid": torch.sigmoid,
        "the minus 1 is missing": lambda x: 2 * x.sigmoid(),
        "the values should be": lambda x: x,
        "something cut it off, as detach(), .data": lambda x: torch.tensor(saving(x).tolist(), dtype=x.dtype),
        "it counts twice": lambda x: 2 * (x.sigmoid() - 1),
        "the signs are turned": lambda x: 1 - 2 * x.sigmoid(),
        "changed through .data": through_data,
        "should be a function": 1.0,
    },
    "dot_slopes": {
        "that is one number": sevenness(images[3]),
        "should have the shape (8, 8)": dots.flatten(),
        "the signs are turned": -dots,
        "twice too much": 2 * dots,
        "has a 2 in it": sevens - threes,
        "that is the picture": images[3],
        "rows and columns are exchanged": dots.T,
        "those are not the slopes": threes,
        "was backward() called": None,
        "take its [0]": (dots,),
    },
}
