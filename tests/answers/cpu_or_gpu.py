"""Answers to the exercises of CPU or GPU: right ones, and for each typical mistake words of its hint."""

import math
import statistics

from torch import nn


def stopwatch(fn, synchronize, clock, *, warm=True, wait=True, each=True, n=9, average=statistics.median, launch=True):
    if warm:
        fn()
        synchronize()
    times = []
    begin = clock()
    for _ in range(n):
        start = clock()
        fn()
        start = start if launch else clock()
        if wait and each:
            synchronize()
        times.append(clock() - start)
    if not each:
        synchronize()
        return (clock() - begin) / n
    return average(times)


def doubled(fn, synchronize, clock):
    fn()
    synchronize()
    times = []
    for _ in range(9):
        fn()
        start = clock()
        synchronize()
        times.append((clock() - start) / 2)
    return statistics.median(times)


def products_needed(upload, cpu, gpu):
    return math.floor(upload / (cpu - gpu)) + 1 if gpu < cpu else math.inf


def by_counting(upload, cpu, gpu):
    if gpu >= cpu:
        return float("inf")
    n = 1
    while upload + n * gpu >= n * cpu:
        n += 1
    return n


def size(tensors):
    return sum(each.numel() * each.element_size() for each in tensors)


def training_bytes(net, copies, *, gradient=1, all_trained=False, buffers=1, unit=None):
    params = list(net.parameters())
    trained = [p for p in params if p.requires_grad or all_trained]
    count = size if unit is None else lambda tensors: unit * sum(each.numel() for each in tensors)
    return count(params) + buffers * count(net.buffers()) + (gradient + copies) * count(trained)


net = nn.Sequential(nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))
DATA, MODEL, FORWARD = 1797 * (64 * 4 + 8), size(net.parameters()), 1797 * 110 * 4

RIGHT = {
    "stopwatch": [
        stopwatch,
        lambda *args: stopwatch(*args, n=25),
        lambda *args: stopwatch(*args, average=min),
    ],
    "products_needed": [products_needed, by_counting],
    "training_bytes": [
        training_bytes,
        lambda net, copies: sum(
            t.nbytes * (2 + copies if t.requires_grad else 1) for t in [*net.parameters(), *net.buffers()]
        ),
    ],
    "digits_bytes": [DATA + 3 * MODEL + FORWARD, float(DATA + 3 * MODEL + FORWARD)],
}

WRONG = {
    "stopwatch": {
        "stopped when the task has been launched": lambda *args: stopwatch(*args, wait=False),
        "nobody waits for the device": lambda fn, synchronize, clock: 100 + (fn() or 0),
        "fn() runs only 4 times": lambda *args: stopwatch(*args, n=3),
        "the time of the first call": lambda *args: stopwatch(*args, warm=False, average=max),
        "a mean takes that in": lambda *args: stopwatch(*args, average=statistics.mean),
        "wait after each": lambda *args: stopwatch(*args, each=False, n=3000),
        "is a launch counted out": lambda *args: stopwatch(*args, launch=False),
        "start the clock before fn()": doubled,
        "it never calls fn()": lambda fn, synchronize, clock: 410.0,
        "should be a function": 410.0,
    },
    "products_needed": {
        "equally long": lambda upload, cpu, gpu: math.ceil(upload / (cpu - gpu)) if gpu < cpu else math.inf,
        "the products on the GPU take time as well": lambda upload, cpu, gpu: 31 if upload == 900 else upload / cpu,
        "should give math.inf": lambda upload, cpu, gpu: products_needed(upload, cpu, gpu) if gpu < cpu else 0,
        "a number of products is whole": lambda upload, cpu, gpu: 31 if upload == 900 else upload / (cpu - gpu),
        "and 31 is right": lambda upload, cpu, gpu: 45,
    },
    "training_bytes": {
        "parameters alone": lambda net, copies: size(net.parameters()),
        "a gradient for each trained parameter is missing": lambda net, copies: training_bytes(net, copies, gradient=0),
        "ask element_size()": lambda net, copies: training_bytes(net, copies, unit=4),
        "numbers are counted there": lambda net, copies: training_bytes(net, copies, unit=1),
        "neither gradient nor copies": lambda net, copies: training_bytes(net, copies, all_trained=True),
        "buffers lie in memory too": lambda net, copies: training_bytes(net, copies, buffers=0),
        "buffers have no gradients": lambda net, copies: training_bytes(net, copies, buffers=2 + copies),
    },
    "digits_bytes": {
        "in float64: as float32 they are half": 1797 * 64 * 8,
        "pixels and digits alone": DATA,
        "still in float64": DATA + 1797 * 64 * 4 + 3 * MODEL + FORWARD,
        "the digits are missing": DATA - 1797 * 8 + 3 * MODEL + FORWARD,
        "and it is missing": DATA + 2 * MODEL + FORWARD,
        "Adam's state": DATA + 4 * MODEL + FORWARD,
        "the forward pass is missing": DATA + 3 * MODEL,
        "the ten outputs of the net are missing": DATA + 3 * MODEL + 1797 * 100 * 4,
        "it is not": 12345,
    },
}
