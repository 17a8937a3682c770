"""Answers to the exercises of Optimisers and schedules: right ones, and for each typical mistake words of its hint."""

import numpy as np
import torch


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


def adamw(
    params, mean, square, slopes, t, lr, weight_decay, *, corrected=True, root=True, decay=None, sign=-1.0, added=1e-8
):
    mean, square = 0.9 * mean + 0.1 * slopes, 0.999 * square + 0.001 * slopes**2
    first, second = (mean / (1 - 0.9**t), square / (1 - 0.999**t)) if corrected else (mean, square)
    step = lr * first / ((second.sqrt() if root else second) + added)
    return params * (1 - (lr * weight_decay if decay is None else decay)) + sign * step, mean, square


def uncorrected_size(params, mean, square, slopes, t, lr, weight_decay):
    mean, square = 0.9 * mean + 0.1 * slopes, 0.999 * square + 0.001 * slopes**2
    step = lr * mean / (1 - 0.9**t) / (square.sqrt() + 1e-8)
    return params * (1 - lr * weight_decay) - step, mean, square


def by_adamw(params, mean, square, slopes, t, lr, weight_decay):
    params = params.clone().requires_grad_()
    optimizer = torch.optim.AdamW([params], lr=lr, weight_decay=weight_decay)
    optimizer.state[params] = {"step": torch.tensor(t - 1.0), "exp_avg": mean.clone(), "exp_avg_sq": square.clone()}
    params.grad = slopes
    optimizer.step()
    state = optimizer.state[params]
    return params.detach(), state["exp_avg"], state["exp_avg_sq"]


def decay_in_slope(params, mean, square, slopes, t, lr, weight_decay):
    return adamw(params, mean, square, slopes + weight_decay * params, t, lr, 0.0)


def keeps_corrected(*args, which):
    params, mean, square = adamw(*args)
    t = args[4]
    return (params, mean / (1 - 0.9**t), square) if which == "mean" else (params, mean, square / (1 - 0.999**t))


def by_numpy(params, mean, square, slopes, t, lr, weight_decay):
    params, mean, square, slopes = (each.numpy().astype(float) for each in (params, mean, square, slopes))
    mean, square = mean + 0.1 * (slopes - mean), square + 0.001 * (slopes * slopes - square)
    size = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return (
        (1 - lr * weight_decay) * params - size * mean / (np.sqrt(square) + 1e-8 * np.sqrt(1 - 0.999**t)),
        mean,
        square,
    )


def as_interpolated(step, peak, n_steps, warm, cool):
    return np.interp(step, [-1, warm - 1, n_steps - cool, n_steps], [0, peak, peak, 0])


def trapezoid(step, peak, n_steps, warm, cool, *, first=1, last=0):
    return peak * min(1, (step + first) / warm, (n_steps - last - step) / cool)


def by_cases(step, peak, n_steps, warm, cool):
    if step < warm:
        return peak * (step + 1) / warm
    if step >= n_steps - cool:
        return peak * (n_steps - step) / cool
    return peak


steps = [433, 53, 96]  # as the page counts them

RIGHT = {
    "momentum_step": [momentum, by_sgd, lambda *args: torch.stack(momentum(*args))],
    "adamw_step": [adamw, by_adamw, by_numpy, lambda *args: torch.stack(adamw(*args))],
    "trapezoid": [trapezoid, by_cases, as_interpolated],
    "tumour_steps": [steps],
}

DRAWN = {
    "momentum_step": lambda draw: (*torch.randn(3, 6, generator=draw), 0.03, 0.7),
    "adamw_step": lambda draw: (
        *torch.randn(2, 6, generator=draw),
        torch.rand(6, generator=draw),
        torch.randn(6, generator=draw),
        5,
        0.02,
        0.3,
    ),
    "trapezoid": lambda draw: (int(torch.randint(20, (1,), generator=draw)), 0.8, 20, 7, 9),
}

WRONG = {
    "momentum_step": {
        "and it is [2.4, 1.4]": lambda params, velocity, slopes, lr, m: momentum(params, velocity, slopes, 0.1, 0.8),
        "the other way round": lambda *args: momentum(*args)[::-1],
        "two tensors": lambda *args: momentum(*args)[0],
        "has not changed": lambda params, velocity, slopes, lr, momentum: (params - lr * slopes, velocity),
        "the gradient alone": lambda *args: momentum(*args, keep=0.0),
        "is added whole": lambda *args: momentum(*args, keep=1.0),
        "times 1 − momentum": lambda *args: momentum(*args, take=0.2),
        "in the velocity already": lambda *args: momentum(*args, take=0.1, scale=1.0),
        "sign of the gradient": lambda *args: momentum(*args, take=-1.0, sign=1.0),
        "belongs to the old velocity": lambda *args: momentum(*args, keep=1.0, take=0.8),
        "and it is [0.0, 0.0]": lambda params, velocity, *rest: (params, 0 * velocity),
        "have not moved": lambda *args: momentum(*args, scale=0.0),
        "moved by the gradient": lambda *args: momentum(*args, by=args[2]),
        "moved by the old velocity": lambda *args: momentum(*args, by=args[1]),
        "uphill": lambda *args: momentum(*args, sign=1.0),
        "learning rate is left out": lambda *args: momentum(*args, scale=1.0),
        "velocity is right; params": lambda *args: momentum(*args, scale=0.05),
        "work on a copy": in_place,
    },
    "adamw_step": {
        "three tensors": lambda *args: adamw(*args)[0],
        "as in Adam": decay_in_slope,
        "the mean it gives is the corrected one": lambda *args: keeps_corrected(*args, which="mean"),
        "squares it gives is the corrected one": lambda *args: keeps_corrected(*args, which="square"),
        "the mean of the slopes has not changed": lambda *args: (adamw(*args)[0], args[1], adamw(*args)[2]),
        "the mean of the squares has not changed": lambda *args: (*adamw(*args)[:2], args[2]),
        "of the *squared* slopes": lambda *args: (*adamw(*args)[:2], 0.999 * args[2] + 0.001 * args[3]),
        "the mean of the slopes should be": lambda *args: (adamw(*args)[0], args[3], args[2]),
        "the mean of the squares should be": lambda *args: (*adamw(*args)[:2], args[3] ** 2),
        "where is bias correction": lambda *args: adamw(*args, corrected=False),
        "divide it by 1 − 0.9ᵗ": lambda *args: adamw(*args, sign=-(1 - 0.9 ** args[4])),
        "divide it by 1 − 0.999ᵗ": uncorrected_size,
        "take it away afterwards": lambda *args: (
            adamw(*args, decay=0.0)[0] * (1 - args[5] * args[6]),
            *adamw(*args)[1:],
        ),
        "the weights do not decay": lambda *args: adamw(*args, decay=0.0),
        "all of weight_decay": lambda *args: adamw(*args, decay=0.2),
        "take its root": lambda *args: adamw(*args, root=False),
        "uphill": lambda *args: adamw(*args, sign=1.0),
        "no 1e-8 in it": lambda *args: adamw(*args, added=0.0),
        "[0.8952, -1.964], and they are [0.9508": lambda *args: adamw(*args, sign=-(1 - 0.9**3) * (2 - 0.9**3)),
        "both means are right; for the slopes": lambda *args: (args[0], *adamw(*args)[1:]),
    },
    "trapezoid": {
        "step 0 has": lambda *args: trapezoid(*args, first=0),
        "the last step has": lambda *args: trapezoid(*args, last=1),
        "the first and the last step": lambda *args: trapezoid(*args, first=0, last=1),
        "where is the peak": lambda step, peak, *rest: trapezoid(step, 1.0, *rest),
        "climbs and stays": lambda step, peak, n_steps, warm, cool: peak * min(1, (step + 1) / warm),
        "starts at the peak": lambda step, peak, n_steps, warm, cool: peak * min(1, (n_steps - step) / cool),
        "and they are [0.8333, 1.0, 1.0, 1.0": lambda *args: min(1.0, trapezoid(*args)),
        "peak 2.5, 9 steps, warm 3 and cool 5": lambda step, peak, n_steps, *rest: trapezoid(step, peak, 12, *rest),
        "and they are [0.83, 1.67, 2.5": lambda *args: round(trapezoid(*args), 2),
        "and they are [0.0005, 0.001, 0.001, 0.001, 0.001, 0.001, 0.0007": lambda *args: round(trapezoid(*args), 4),
        "should be [0.2, 0.4, 0.6,": lambda step, peak, *rest: peak,
        "after its `return`": lambda *args: None,
    },
    "tumour_steps": {
        "are the gradients cleared": [999, 999, 999],
        "plain SGD takes fewer": [866, *steps[1:]],
        "plain SGD takes more": [96, 53, 434],
        "first SGD, then momentum, then Adam": [433, 96, 53],
        "momentum takes fewer": [433, 530, 96],
        "momentum takes more": [433, 40, 96],
        "momentum has a loss that is low enough one step earlier": [433, 54, 97],
        "Adam takes fewer": [433, 53, 712],
        "Adam takes more": [433, 53, 9],
        "should be 3 numbers": 433,
    },
}
