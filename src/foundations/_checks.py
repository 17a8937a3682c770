"""Checks of arguments; each error says what was wrong and what would be right."""

import math
from numbers import Real

import numpy as np
import torch
from torch import Tensor


def check_tensor(name: str, value: object) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a tensor, not {type(value).__name__}: torch.tensor(...) makes one")


def check_float_tensor(name: str, value: Tensor) -> None:
    check_tensor(name, value)
    if not value.is_floating_point():
        dtype = str(value.dtype).removeprefix("torch.")
        raise TypeError(f"{name} must hold floats, such as float32, but its dtype is {dtype}: use {name}.float()")


def check_float_dtype(dtype: torch.dtype) -> None:
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype must be a floating one, such as torch.float32, not {dtype}")


def check_same_shape(first_name: str, first: Tensor, second_name: str, second: Tensor) -> None:
    if first.shape == second.shape:
        return
    shapes = f"{first_name} has shape {tuple(first.shape)} but {second_name} has shape {tuple(second.shape)}"
    try:
        together = np.broadcast_shapes(first.shape, second.shape)
    except ValueError:
        raise ValueError(f"{shapes}: they must be equal") from None
    raise ValueError(f"{shapes}: they would broadcast to {together}")


def check_number(name: str, value: object, *, least: float = -math.inf) -> float:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite, not {number}")
    if number < least:
        raise ValueError(f"{name} must be at least {least:g}, not {number:g}")
    return number


def check_whole_number(name: str, value: object, *, least: int = 0) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def check_seed(seed: object) -> None:
    check_whole_number("seed", seed)
    if seed >= 2**64:  # type: ignore[operator]
        raise ValueError(f"seed must be less than 2 ** 64, not {seed}")
