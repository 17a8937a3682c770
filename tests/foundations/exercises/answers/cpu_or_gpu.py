"""Answers to the exercises of CPU or GPU: right ones, and for each typical mistake words of its hint."""

import math
import statistics
import time

import torch


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


def by_another_clock(fn, synchronize, clock):
    return stopwatch(fn, synchronize, time.perf_counter)


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


MOVING = (1797 * 64 * 4 + 1797 * 8) / 1e4
ONCE, BATCHES = 10 + MOVING, 20 * (10 * 36 + MOVING)

RIGHT = {
    "stopwatch": [
        stopwatch,
        lambda *args: stopwatch(*args, n=25),
        lambda *args: stopwatch(*args, average=min),
        lambda *args: stopwatch(*args, n=3),
        lambda *args: stopwatch(*args, warm=False),
    ],
    "products_needed": [products_needed, by_counting],
    "uploads": [(ONCE, BATCHES), [ONCE, BATCHES], (torch.tensor(ONCE), BATCHES)],
}

DRAWN = {"products_needed": lambda draw: tuple(torch.randint(1, 40, (3,), generator=draw).tolist())}

WRONG = {
    "stopwatch": {
        "stopped when the task has been launched": lambda *args: stopwatch(*args, wait=False),
        "nobody waits for the device": lambda fn, synchronize, clock: 100 + 0 * clock() + (fn() or 0),
        "it never asks clock()": by_another_clock,
        "a launch of 10 and work of 25 make 35, and it gives 3035, the time of a call that was disturbed": lambda *args: (
            stopwatch(*args, average=lambda times: times[4])
        ),
        "a launch of 10 and work of 400 make 410, and it gives 3410, the time of a call that was disturbed": lambda *args: (
            stopwatch(*args, n=1)
        ),
        "the time of the first call": lambda *args: stopwatch(*args, warm=False, average=max),
        "The median of several leaves them out": lambda *args: stopwatch(*args, average=statistics.mean),
        "with 3001 calls and 2 waits, launches hide": lambda *args: stopwatch(*args, each=False, n=3000),
        "is a launch counted out": lambda *args: stopwatch(*args, launch=False),
        "start the clock before fn()": doubled,
        "less than a launch takes": lambda fn, synchronize, clock: (fn(), synchronize(), clock() - clock())[2],
        "it never calls fn()": lambda fn, synchronize, clock: 410.0,
        "should be a function": 410.0,
    },
    "products_needed": {
        "math.inf, not -2": lambda upload, cpu, gpu: math.floor(upload / (cpu - gpu)) + 1 if cpu != gpu else math.inf,
        "equally long": lambda upload, cpu, gpu: math.ceil(upload / (cpu - gpu)) if gpu < cpu else math.inf,
        "the products on the GPU take time as well": lambda upload, cpu, gpu: 31 if upload == 900 else upload / cpu,
        "should give math.inf": lambda upload, cpu, gpu: products_needed(upload, cpu, gpu) if gpu < cpu else 0,
        "a number of products is whole": lambda upload, cpu, gpu: 31 if upload == 900 else upload / (cpu - gpu),
        "it gives 45, and 31 is right: so many products the GPU makes": lambda upload, cpu, gpu: upload / gpu,
        "it gives 32, and 31 is right": lambda upload, cpu, gpu: 32,
        "and 31 is right: on the GPU each": lambda upload, cpu, gpu: math.inf,
        "with an upload of 250000, 3 on the CPU and 2 on the GPU it gives inf": lambda upload, cpu, gpu: next(
            (n for n in range(1, 1001) if n * cpu > upload + n * gpu), math.inf
        ),
        "should be one number": lambda upload, cpu, gpu: [upload / cpu, upload / gpu],
        "gives None": lambda upload, cpu, gpu: by_counting(upload, cpu, gpu) if gpu < cpu else None,
        "it raises ZeroDivisionError": lambda upload, cpu, gpu: math.floor(upload / (cpu - gpu)) + 1,
        "nan in what it gives with an upload": lambda upload, cpu, gpu: math.nan,
    },
    "uploads": {
        "comes first": (BATCHES, ONCE),
        "pixels are still in float64": (10 + MOVING + 1797 * 64 * 4 / 1e4, BATCHES),
        "pixels in float64, and the labels are missing": (10 + 1797 * 64 * 8 / 1e4, BATCHES),
        "8 bytes each": (10 + 1797 * 64 * 4 / 1e4, BATCHES),
        "10 µs to start are missing": (MOVING, BATCHES),
        "and one start": (1.0, BATCHES),
        "once takes 0.0574408 µs": (ONCE / 1000, BATCHES / 1000),
        "that is one epoch": (ONCE, BATCHES / 20),
        "many transfers to be started": (ONCE, 20 * ONCE),
        "the last batch": (ONCE, 20 * (10 * 35 + MOVING)),
        "the starts alone": (ONCE, 20 * 10 * 36),
        "in every epoch, and not once": (ONCE, 20 * 10 * 36 + MOVING),
        "each transfer has its start": (ONCE, 12345.0),
    },
}
