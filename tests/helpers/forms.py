"""The forms that one right answer may take: numbers of any library, printed ones, functions that give them."""

import re
from collections.abc import Callable, Iterator
from functools import partial, wraps
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import numpy as np
import torch
from torch import Tensor

from foundations import ReluSum

# Ways to call the same function, for those whose results may have one form alone.
CALLS = ("with other names", "a partial of it", "an object that is called")
OF_FLOATS = ("a function that gives float32", "a function that gives float64")
FEW = 100  # longer answers are not printed, and not tried as lists of tensors


def as_tensor(answer: Any) -> Tensor | None:
    """The numbers of an answer as one tensor, if that is what it is made of."""
    if isinstance(answer, Tensor):
        return answer.detach()
    if isinstance(answer, bool | int | float | np.ndarray | np.generic):
        return torch.as_tensor(answer)
    if isinstance(answer, list | tuple) and answer and all(isinstance(each, int | float | Tensor) for each in answer):
        parts = [torch.as_tensor(each).detach() for each in answer]
        if len({part.shape for part in parts}) == 1:
            return torch.stack([part.double() if part.dtype != torch.bool else part for part in parts])
    return None


def forms(answer: Any) -> Iterator[tuple[str, Any]]:
    """An answer in all its forms, each with what it is."""
    numbers = as_tensor(answer)
    if numbers is not None:
        yield from forms_of_numbers(numbers)
    elif isinstance(answer, ReluSum):
        yield from forms_of_net(answer)
    elif isinstance(answer, partial | FunctionType | BuiltinFunctionType | MethodType):
        yield from forms_of_function(answer)


def forms_of_numbers(right: Tensor) -> Iterator[tuple[str, Any]]:
    exact = right if right.dtype == torch.bool else right.double()
    yield "a tensor", exact
    yield "an array", exact.numpy()
    yield "Python's own", exact.tolist()
    if right.dtype != torch.bool:
        yield "a tensor of float32", exact.float()
        yield "an array of float32", exact.float().numpy()
        yield "a tensor that is watched", exact.clone().requires_grad_()
        if exact.equal(exact.round()) and exact.abs().max() < 2**31:
            yield "whole numbers", exact.long().tolist()
            yield "a tensor of int64", exact.long()
    if right.ndim == 0:
        yield "a tensor of one", exact[None]
        yield "a list of one", [exact.item()]
        yield "NumPy's own", exact.numpy()[()]
    if right.ndim == 1 and len(right) <= FEW:
        yield "a tuple", tuple(exact.tolist())
        yield "a list of tensors", list(exact)
        yield "a list of NumPy's numbers", list(exact.numpy())
        yield "a column", exact[:, None]
    if right.is_floating_point() and right.numel() <= FEW:
        yield "as PyTorch prints it", printed(exact)


def printed(numbers: Tensor) -> Any:
    """What stands on the page where a tensor is printed."""
    text = re.sub(r"\s|, dtype=torch\.\w+|tensor", "", str(numbers))
    found = [float(each) for each in re.findall(r"-?\d[\d.e+-]*", text)]
    return torch.tensor(found, dtype=torch.float64).reshape(numbers.shape).tolist()


def forms_of_function(answer: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    yield "with other names", lambda *values: answer(*values)
    yield "a partial of it", partial(answer)
    yield "an object that is called", Called(answer)
    for words, turn in RESULTS.items():
        yield f"a function that gives {words}", giving(answer, turn)


def forms_of_net(net: ReluSum) -> Iterator[tuple[str, Any]]:
    weights, biases, out, bias = net.hidden_weights, net.hidden_biases, net.out_weights, net.out_bias
    yield "of float32", ReluSum(weights.float(), biases.float(), out.float(), bias.float())
    yield "of float64", ReluSum(weights.double(), biases.double(), out.double(), bias.double())
    yield "with its units in another order", ReluSum(weights.flip(0), biases.flip(0), out.flip(0), bias)
    yield "with steeper units", ReluSum(3 * weights, 3 * biases, out / 3, bias)


class Called:
    def __init__(self, answer: Callable[..., Any]):
        self.answer = answer

    def __call__(self, *values: Any) -> Any:
        return self.answer(*values)


def array(result: Tensor) -> Any:
    return result.detach().numpy()


def listed(result: Tensor) -> Any:
    return result.tolist()


def single(result: Tensor) -> Any:
    return result.float() if result.dtype == torch.float64 else result


def double(result: Tensor) -> Any:
    return result.double() if result.dtype == torch.float32 else result


RESULTS = {"arrays": array, "Python's own numbers": listed, "float32": single, "float64": double}


def giving(answer: Callable[..., Any], turn: Callable[[Tensor], Any]) -> Callable[..., Any]:
    """The function with its results in another form: tensors, numbers, and tuples of them."""

    def turned(result: Any) -> Any:
        if isinstance(result, Tensor):
            return turn(result)
        if isinstance(result, float):
            return turn(torch.tensor(result, dtype=torch.float64))
        if type(result) is tuple and any(isinstance(each, Tensor) for each in result):
            return tuple(map(turned, result))
        return result

    return wraps(answer)(lambda *values: turned(answer(*values)))
