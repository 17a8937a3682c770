"""Answers to the exercises of Memory and precision: right ones, and for each typical mistake words of its hint."""

import numpy as np
import torch
from torch import nn


def size(tensors):
    return sum(each.numel() * each.element_size() for each in tensors)


def training_bytes(net, copies, *, gradient=1, all_trained=False, buffers=1, unit=None):
    params = list(net.parameters())
    trained = [p for p in params if p.requires_grad or all_trained]
    count = size if unit is None else lambda tensors: unit * sum(each.numel() for each in tensors)
    return count(params) + buffers * count(net.buffers()) + (gradient + copies) * count(trained)


net = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
DATA, MODEL, FORWARD = 1797 * (64 * 4 + 8), size(net.parameters()), 1797 * 110 * 4


def step_is_lost(w, step, dtype):
    before = torch.tensor(w, dtype=dtype)
    return bool(before + torch.tensor(step, dtype=dtype) == before)


def sum_in(w, step, dtype):
    return torch.tensor([w], dtype=dtype) + torch.tensor([step], dtype=dtype)


RIGHT = {
    "training_bytes": [
        training_bytes,
        lambda net, copies: sum(
            t.nbytes * (2 + copies if t.requires_grad else 1) for t in [*net.parameters(), *net.buffers()]
        ),
    ],
    "digits_bytes": [DATA + 3 * MODEL + FORWARD, float(DATA + 3 * MODEL + FORWARD)],
    "step_is_lost": [
        step_is_lost,
        lambda w, step, dtype: torch.full((), w, dtype=dtype).add(step) == torch.full((), w, dtype=dtype),
        lambda w, step, dtype: torch.equal(sum_in(w, step, dtype), torch.tensor([w], dtype=dtype)),
        lambda w, step, dtype: (sum_in(w, step, dtype) == w).numpy(),
        lambda w, step, dtype: (sum_in(w, step, dtype) == w).tolist(),
        lambda w, step, dtype: np.bool_(step_is_lost(w, step, dtype)),
    ],
}

DRAWN = {
    "training_bytes": lambda draw: (nn.Linear(*torch.randint(1, 9, (2,), generator=draw).tolist()), 2),
    "step_is_lost": lambda draw: (
        *torch.randn(2, generator=draw).mul(torch.tensor([1.0, 0.01])).tolist(),
        torch.float16,
    ),
}

WRONG = {
    "training_bytes": {
        "for a net within a net": lambda net, copies: sum(
            training_bytes(each, copies) for each in net.children() if not isinstance(each, nn.Sequential)
        ),
        "a buffer that its state_dict() leaves out and copies=3 it gives 320": lambda net, copies: (
            size(net.state_dict().values()) + training_bytes(net, copies, buffers=0) - size(net.parameters())
        ),
        "changes which parameters of Sequential require": lambda net, copies: (
            training_bytes(net, copies) + 0 * len([*net.requires_grad_(False).children()])
        ),
        "parameters alone": lambda net, copies: size(net.parameters()),
        "for each trained parameter is missing, its gradient or a copy": lambda net, copies: training_bytes(
            net, copies, gradient=0
        ),
        "the copies are missing": lambda net, copies: training_bytes(net, 0),
        "ask element_size()": lambda net, copies: training_bytes(net, copies, unit=4),
        "numbers are counted there": lambda net, copies: training_bytes(net, copies, unit=1),
        "neither gradient nor copies": lambda net, copies: training_bytes(net, copies, all_trained=True),
        "what is not trained lies in memory too": lambda net, copies: (
            (2 + copies) * size(p for p in net.parameters() if p.requires_grad) + size(net.buffers())
        ),
        "one number too many": lambda net, copies: training_bytes(net, copies, gradient=2),
        "buffers lie in memory too": lambda net, copies: training_bytes(net, copies, buffers=0),
        "a net in float32 and copies=3 it gives": lambda net, copies: training_bytes(net, min(copies, 1)),
        "a net in float32 and copies=0 it gives": lambda net, copies: training_bytes(net, copies or 1),
        "should be one number": lambda net, copies: [p.nbytes for p in net.parameters()],
        "changes 0.weight of Sequential from float32 on cpu to float16 on cpu": lambda net, copies: training_bytes(
            net.half(), copies
        ),
        "buffers have no gradients": lambda net, copies: training_bytes(net, copies, buffers=2 + copies),
    },
    "digits_bytes": {
        "in float64: as float32 they are half": 1797 * 64 * 8,
        "pixels and digits alone": DATA,
        "8 bytes for each pixel": DATA + 1797 * 64 * 4 + 3 * MODEL + FORWARD,
        "the digits are missing": DATA - 1797 * 8 + 3 * MODEL + FORWARD,
        "its gradient or what momentum keeps": DATA + 2 * MODEL + FORWARD,
        "Adam's state": DATA + 4 * MODEL + FORWARD,
        "the forward pass is missing": DATA + 3 * MODEL,
        "the ten outputs of the net are missing": DATA + 3 * MODEL + 1797 * 100 * 4,
        "it is not": 12345,
        "0.25 bytes": 0.25,
    },
    "step_is_lost": {
        "in bfloat16, 1 + 0.005": lambda w, step, dtype: abs(step) < torch.finfo(dtype).eps * abs(w),
        "in bfloat16, 1.5 + 0.005": lambda w, step, dtype: abs(step) <= torch.finfo(dtype).eps * abs(w) / 2,
        "in float32, 1 + 1e-06 is 1.000001, so it should give False": lambda w, step, dtype: torch.isclose(
            sum_in(w, step, dtype)[0], torch.tensor(w, dtype=dtype)
        ),
        "in bfloat16, 0.1 + 0.0003": lambda w, step, dtype: (
            torch.tensor(w + step, dtype=dtype) == torch.tensor(w, dtype=dtype)
        ),
        "in bfloat16, 0.1 + 1e-05 is 0.100098, which is what 0.1 is there, so": lambda w, step, dtype: (
            sum_in(w, step, dtype)[0].item() == w
        ),
        "0.01 + 0.001 is 0.01099, so it should give False: and it says the same for each w": lambda w, step, dtype: (
            step < torch.finfo(dtype).eps
        ),
        "in bfloat16, 1 + 0.001 is 1": lambda w, step, dtype: w + step == w,
        "in bfloat16, 1000 + 0.5": lambda w, step, dtype: torch.tensor(step, dtype=dtype) < 0.002 * min(w, 2),
        "True or False": lambda w, step, dtype: torch.tensor(w, dtype=dtype) + step,
        "in bfloat16, 1 + 0.01": lambda w, step, dtype: True,
        "in bfloat16, 1 + -0.001": lambda w, step, dtype: step_is_lost(w, step, dtype) and step > 0,
        "in bfloat16, 1 + -0.01": lambda w, step, dtype: step_is_lost(w, step, dtype) or step < 0,
        "in float32, 1000 + 0.5": lambda w, step, dtype: step_is_lost(w, step, torch.bfloat16),
        "not the string 'no'": lambda w, step, dtype: "no",
        "which makes 2": lambda w, step, dtype: [True, False],
    },
}
