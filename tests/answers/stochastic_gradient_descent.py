"""Answers to the exercises of Stochastic gradient descent: right ones, and for each typical mistake words of its hint."""

import math

import torch
from sklearn.datasets import load_wine
from torch.optim.lr_scheduler import LambdaLR

from foundations import constant_rate, linear_decay, minibatches, mse, one_cycle


def steps(n_rows, batch_size, n_epochs, drop_last):
    batches = n_rows // batch_size if drop_last else math.ceil(n_rows / batch_size)
    return n_epochs * batches


def counted(n_rows, batch_size, n_epochs, drop_last):
    rows = torch.arange(n_rows)
    return n_epochs * len(list(minibatches(rows, batch_size=batch_size, drop_last=drop_last)))


def momentum(params, velocity, slopes, lr, momentum, *, keep=None, take=1.0, sign=-1.0, by=None, scale=None):
    new = (momentum if keep is None else keep) * velocity + take * slopes
    return params + sign * (lr if scale is None else scale) * (new if by is None else by), new


def by_sgd(params, velocity, slopes, lr, momentum):
    params = params.clone().requires_grad_()
    optimizer = torch.optim.SGD([params], lr=lr, momentum=momentum)
    optimizer.state[params]["momentum_buffer"] = velocity.clone()
    params.grad = slopes
    optimizer.step()
    return params.detach(), optimizer.state[params]["momentum_buffer"]


def in_place(params, velocity, slopes, lr, momentum):
    velocity *= momentum
    velocity += slopes
    params -= lr * velocity
    return params, velocity


def trapezoid(step, peak, n_steps, warm, cool, *, first=1, last=0):
    return peak * min(1, (step + first) / warm, (n_steps - last - step) / cool)


def by_cases(step, peak, n_steps, warm, cool):
    if step < warm:
        return peak * (step + 1) / warm
    if step >= n_steps - cool:
        return peak * (n_steps - step) / cool
    return peak


def pieces(params, inputs, targets, batch_size, *, weigh=lambda rows, n: rows / n, drop_last=False, times=1):
    params = params.clone().requires_grad_()
    for _ in range(times):
        for xb, yb in minibatches(inputs, targets, batch_size=batch_size, shuffle=False, drop_last=drop_last):
            (mse(xb @ params, yb) * weigh(len(yb), len(targets))).backward()
    return params.grad


def by_sums(params, inputs, targets, batch_size):
    total = torch.zeros_like(params)
    for xb, yb in zip(inputs.split(batch_size), targets.split(batch_size), strict=True):
        total += 2 * xb.T @ (xb @ params - yb)
    return total / len(targets)


def last_alone(params, inputs, targets, batch_size):
    return pieces(params, inputs[8:], targets[8:], batch_size)


wines = torch.tensor(load_wine().data).float()
wines = (wines - wines.mean(dim=0)) / wines.std(dim=0)


def trained(schedule, n_epochs, batch_size=32, *, data=wines, shuffle=True, first=1):
    generator = torch.Generator().manual_seed(42)
    weights = torch.zeros(data.shape[1] - first, requires_grad=True)
    optimizer = torch.optim.SGD([weights], lr=1.0)
    scheduler = LambdaLR(optimizer, schedule)
    for _ in range(n_epochs):
        for (rows,) in minibatches(data, batch_size=batch_size, shuffle=shuffle, generator=generator):
            loss = mse(rows[:, first:] @ weights, rows[:, 0])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
    return weights.detach()


decayed = trained(linear_decay(0.1, 240), 40)

RIGHT = {
    "steps_of_training": [steps, counted, lambda n, b, e, d: e * (n // b + (not d and n % b > 0))],
    "momentum_step": [momentum, by_sgd],
    "trapezoid": [trapezoid, by_cases],
    "from_pieces": [pieces, by_sums],
    "alcohol": [decayed, decayed[:, None], trained(one_cycle(0.1, 240), 40).double()],
}

WRONG = {
    "steps_of_training": {
        "steps of one epoch": lambda n, b, e, d: steps(n, b, 1, d),
        "not full, is dropped": lambda n, b, e, d: steps(n, b, e, False),
        "make a batch, too": lambda n, b, e, d: steps(n, b, e, True),
        "no part of a step": lambda n, b, e, d: e * n / b,
        "as if a batch could go on": lambda n, b, e, d: e * n // b if e > 1 else steps(n, b, e, d),
        "that makes 13 steps": lambda n, b, e, d: n,
        "should be a function": 13,
    },
    "momentum_step": {
        "the other way round": lambda *args: momentum(*args)[::-1],
        "two tensors": lambda *args: momentum(*args)[0],
        "has not changed": lambda params, velocity, slopes, lr, momentum: (params - lr * slopes, velocity),
        "the gradient alone": lambda *args: momentum(*args, keep=0.0),
        "is added whole": lambda *args: momentum(*args, keep=1.0),
        "times 1 − momentum": lambda *args: momentum(*args, take=0.2),
        "in the velocity already": lambda *args: momentum(*args, take=0.1, scale=1.0),
        "sign of the gradient": lambda *args: momentum(*args, take=-1.0, sign=1.0),
        "belongs to the old velocity": lambda *args: momentum(*args, keep=1.0, take=0.8),
        "it is 0": lambda params, velocity, *rest: (params, 0 * velocity),
        "have not moved": lambda *args: momentum(*args, scale=0.0),
        "moved by the gradient": lambda *args: momentum(*args, by=args[2]),
        "moved by the old velocity": lambda *args: momentum(*args, by=args[1]),
        "uphill": lambda *args: momentum(*args, sign=1.0),
        "learning rate is left out": lambda *args: momentum(*args, scale=1.0),
        "velocity is right; params": lambda *args: momentum(*args, scale=0.05),
        "work on a copy": in_place,
    },
    "trapezoid": {
        "step 0 has": lambda *args: trapezoid(*args, first=0),
        "the last step has": lambda *args: trapezoid(*args, last=1),
        "the first and the last step": lambda *args: trapezoid(*args, first=0, last=1),
        "where is the peak": lambda step, peak, *rest: trapezoid(step, 1.0, *rest),
        "climbs and stays": lambda step, peak, n_steps, warm, cool: peak * min(1, (step + 1) / warm),
        "starts at the peak": lambda step, peak, n_steps, warm, cool: peak * min(1, (n_steps - step) / cool),
        "should be [0.2, 0.4, 0.6,": lambda step, peak, *rest: peak,
        "after its `return`": lambda *args: None,
    },
    "from_pieces": {
        "counts as much as four": lambda *args: pieces(*args, weigh=lambda rows, n: 1 / 3),
        "the sum of the pieces": lambda *args: pieces(*args, weigh=lambda rows, n: 1),
        "last piece alone": last_alone,
        "first piece alone": lambda p, x, y, b: pieces(p, x[:4], y[:4], b),
        "sum of squares": lambda *args: pieces(*args, weigh=lambda rows, n: rows),
        "last rows are missing: there": lambda p, x, y, b: pieces(p, x[:8], y[:8], b),
        "last rows are missing, and": lambda *args: pieces(*args, drop_last=True),
        "twice too much": lambda *args: pieces(*args, times=2),
        "the gradient of the whole is": lambda p, x, y, b: p,
        "it gives None": lambda *args: None,
    },
    "alcohol": {
        "no bias is needed": torch.zeros(13),
        "where the training began": torch.zeros(12),
        "the training ran away. Is": torch.full((12,), torch.nan),
        "above the lowest: the training ran away": torch.full((12,), 50.0),
        "sorted by grower": trained(constant_rate(0.1), 20, 16, shuffle=False),
        "it hovers there": trained(constant_rate(0.1), 20),
        "should be 12 numbers": decayed[:5],
    },
}
