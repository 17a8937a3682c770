"""The exercises of Memory and precision: what training takes, and steps that a dtype loses."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, compare, exercise, number, truths


@exercise
def training_bytes(answer: object) -> str:
    """A function of a net and a number of copies: bytes of parameters, buffers, gradients and optimiser state."""
    plain = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))
    frozen = nn.Sequential(nn.Linear(5, 7).requires_grad_(False), nn.Linear(7, 2))
    normed = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7))
    nets = {"a net in float32": plain, "a net in float64": nn.Sequential(nn.Linear(3, 4)).double()}
    nets |= {"a net within a net": nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2)), nn.Linear(2, 1))}
    nets |= {"a net whose first layer is frozen": frozen, "a net with a BatchNorm1d, which has buffers": normed}
    unsaved = nn.Sequential(nn.Linear(3, 4))
    unsaved.register_buffer("scale", torch.ones(3), persistent=False)
    nets |= {"a net with a buffer that its state_dict() leaves out": unsaved}
    for what, net in nets.items():
        for copies in (3, 1, 0):  # with 3, no two mistakes give the same
            params, trained, buffers = _held(net, lambda each: each.nbytes)
            right = params + buffers + (1 + copies) * trained
            counted = _held(net, Tensor.numel)
            n_numbers = counted[0] + counted[2] + (1 + copies) * counted[1]
            result = number(call(answer, net, copies), "the bytes")
            gives = f"for {what} and copies={copies} it gives {result:,.12g}, and it takes {right:,} bytes"
            mistakes = {
                f"{gives}: those are the parameters alone, and gradients take as much": [float(params)],
                f"{gives}: one number for each trained parameter is missing, its gradient or a copy": [
                    float(right - trained)
                ],
                f"{gives}: those are parameters and gradients, and the copies are missing": [
                    float(params + buffers + trained)
                ],
                f"{gives}: not every number has 4 bytes: ask element_size()": [float(4 * n_numbers)],
                f"{gives}: numbers are counted there, and a float32 has 4 bytes": [float(n_numbers)],
                f"{gives}: what requires no gradient has neither gradient nor copies": [
                    float((2 + copies) * params + buffers)
                ],
                f"{gives}: what is not trained lies in memory too, once": [float((2 + copies) * trained + buffers)],
                f"{gives}: one number too many is counted for each trained parameter": [float(right + trained)],
                f"{gives}: buffers lie in memory too, once each": [float(right - buffers)],
                f"{gives}: buffers have no gradients and no copies": [float(right + (1 + copies) * buffers)],
            }
            compare([result], [right], mistakes, gives, within=1e-9)
    return "it counts every byte that is there before the first row of data comes."


def _held(net: nn.Module, size: Callable[[Tensor], int]) -> tuple[int, int, int]:
    """The size of a net's parameters, of those that are trained, and of its buffers."""
    trained = [each for each in net.parameters() if each.requires_grad]
    return sum(map(size, net.parameters())), sum(map(size, trained)), sum(map(size, net.buffers()))


@exercise
def step_is_lost(answer: object) -> str:
    """A function of w, a step and a dtype: whether w stays where it is when the step is added."""
    cases = [
        (1.0, 0.001, torch.bfloat16),
        (1.0, 0.01, torch.bfloat16),
        (0.01, 0.001, torch.bfloat16),
        (1000.0, 0.5, torch.bfloat16),
        (1000.0, 0.5, torch.float32),
        (1.0, -0.001, torch.bfloat16),
        (1.0, -0.01, torch.bfloat16),
        (2048.0, 1.0, torch.float16),
        (1.0, 1e-5, torch.float32),
        (1.0, 0.005, torch.bfloat16),  # less than the gap to the next number, and more than half of it
        (1.5, 0.005, torch.bfloat16),  # the gap is as wide from 1 to 2, however large w is
        (1.0, 1e-6, torch.float32),
        (0.1, 0.0003, torch.bfloat16),  # as a bfloat16, 0.1 is a little more
        (0.1, 1e-5, torch.bfloat16),
    ]
    for w, step, dtype in cases:
        before = torch.tensor(w, dtype=dtype)
        right = bool(before + torch.tensor(step, dtype=dtype) == before)
        (found,) = truths(call(answer, w, step, dtype), 1, "what it gives")
        if found != right:
            kind = str(dtype).removeprefix("torch.")
            after = (before + torch.tensor(step, dtype=dtype)).item()
            here = f", which is what {w:g} is there" if right and before.item() != w else ""
            alike = all(
                truths(call(answer, each, *how), 1) == truths(call(answer, 1.0, *how), 1) for each, *how in cases
            )
            why = ": and it says the same for each w" if alike else ""
            sum_ = f"{after:.6g}" if right else apart(after, before.item())[0]
            raise NotYet(f"in {kind}, {w:g} + {step:g} is {sum_}{here}, so it should give {right}{why}")
    return "what a number can feel depends on how large it is."


@exercise
def digits_bytes(answer: object) -> str:
    """The bytes for training 64 → 100 → 10 with momentum on all 1,797 digits at once."""
    n, params = 1797, 64 * 100 + 100 + 100 * 10 + 10
    data, model, forward = n * 64 * 4 + n * 8, 3 * 4 * params, n * 110 * 4
    result = number(answer, "the answer")
    gives = f"{result:,.10g} bytes"
    compare(
        [result],
        [data + model + forward],
        {
            f"{gives} are the pixels alone, and in float64: as float32 they are half": [n * 64 * 8],
            f"{gives} are the pixels and digits alone: add the model and the forward pass": [data],
            f"{gives}: 8 bytes for each pixel, and a float32 has 4. Is .float() missing, or do they count twice?": [
                data + n * 64 * 4 + model + forward
            ],
            f"{gives}: the digits are missing, 8 bytes each": [data - n * 8 + model + forward],
            f"{gives}: one number for each parameter is missing, its gradient or what momentum keeps": [
                data + 2 * 4 * params + forward
            ],
            f"{gives}: one number too many for each parameter. Is that Adam's state? Momentum keeps one": [
                data + 4 * 4 * params + forward
            ],
            f"{gives}: the forward pass is missing, 100 and 10 numbers for each picture": [data + model],
            f"{gives}: the ten outputs of the net are missing": [data + model + n * 100 * 4],
        },
        f"{gives} it is not: add the data, the model with all that its training keeps, and the forward pass",
        within=1e-9,
    )
    return "not one and a half megabytes: it fits into any GPU."
