"""The exercises of CPU or GPU: a stopwatch for a device with a queue, uploads that pay, and what sending takes."""

import math

import numpy as np
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, compare, exercise, number, numbers

LAUNCH, SET_UP, DISTURBED = 10.0, 5000.0, 3000.0


class _Queue:
    """A device whose first task takes longer, and of every five one."""

    def __init__(self, work: float, slow: int) -> None:
        self.work, self.slow, self.clock, self.finished, self.calls, self.waits = work, slow, 0.0, 0.0, 0, 0

    def run(self) -> None:
        self.calls += 1
        extra = SET_UP if self.calls == 1 else DISTURBED if self.calls % 5 == self.slow else 0.0
        self.clock += LAUNCH
        self.finished = max(self.clock, self.finished) + self.work + extra

    def synchronize(self) -> None:
        self.waits += 1
        self.clock = max(self.clock, self.finished)


@exercise
def stopwatch(answer: object) -> str:
    """A function of a call, a wait and a clock: how long the call takes, its work included."""
    for work, slow in ((400.0, 2), (25.0, 3), (25.0, 4), (25.0, 0), (25.0, 1)):  # no one place is safe
        queue = _Queue(work, slow)
        looks: list[float] = []

        # Plain functions: a method would be copied before the call, together with its queue.
        def fn(queue: _Queue = queue) -> None:
            queue.run()

        def synchronize(queue: _Queue = queue) -> None:
            queue.synchronize()

        def clock(queue: _Queue = queue, looks: list[float] = looks) -> float:
            looks.append(queue.clock)
            return queue.clock

        result = number(call(answer, fn, synchronize, clock))
        right = LAUNCH + work
        gives = f"a launch of {LAUNCH:g} and work of {work:g} make {right:g}, and it gives {apart(result, right)[0]}"
        if not queue.calls:
            raise NotYet("it never calls fn()")
        if not looks:
            raise NotYet(f"{gives}: it never asks clock(), which alone can tell how long the work takes")
        if result < LAUNCH:
            raise NotYet(f"{gives}, less than a launch takes: is fn() called between two looks at the clock?")
        if result == LAUNCH:
            raise NotYet(f"{gives}: the clock is stopped when the task has been launched, not when it is done")
        if not queue.waits:
            raise NotYet(f"{gives}: nobody waits for the device, so call synchronize() before the clock is stopped")
        slowest = {
            f"{gives}, the time of the first call: call fn() once before, and do not count it": [right + SET_UP],
            f"{gives}, the time of a call that was disturbed: measure several times, and take the median": [
                right + DISTURBED
            ],
            f"{gives}: is a launch counted out? It belongs to the call": [work],
        }
        compare([result], [right], slowest, _otherwise(gives, result, right, queue), within=1e-6)
    return "its work is waited for, and neither the first call nor a disturbed one gets into it."


def _otherwise(gives: str, result: float, right: float, queue: _Queue) -> str:
    if queue.waits < queue.calls / 2:
        waits = f"{queue.calls} calls and {queue.waits} wait{'s' * (queue.waits > 1)}"
        return f"{gives}: with {waits}, launches hide behind the work: wait after each call"
    if result > right:
        return f"{gives}: does the first call get into it, or a disturbed one? The median of several leaves them out"
    return f"{gives}: start the clock before fn(), and stop it after synchronize()"


@exercise
def products_needed(answer: object) -> str:
    """A function of three times: the smallest number of products with which an upload is the faster way."""
    for upload, cpu, gpu in (
        (900.0, 50.0, 20.0),
        (800.0, 2330.0, 196.0),
        (1000.0, 7.0, 3.5),
        (250_000.0, 3.0, 2.0),  # further than anybody would count up by guess
        (5.0, 4.0, 4.0),
        (5.0, 2.0, 4.0),
    ):
        right = math.inf if gpu >= cpu else math.floor(upload / (cpu - gpu)) + 1
        case = f"with an upload of {upload:g}, {cpu:g} on the CPU and {gpu:g} on the GPU"
        value = call(answer, upload, cpu, gpu)
        one = isinstance(value, float | Tensor | np.ndarray) and math.prod(np.shape(value)) == 1
        result = math.inf if one and value == math.inf else number(value, f"what it gives {case}")
        if right == math.inf:
            if result != math.inf:
                raise NotYet(f"{case} no number of products is enough, so it should give math.inf, not {result:g}")
            continue
        gives = f"{case} it gives {result:.6g}, and {right} is right"
        if result == math.inf:
            raise NotYet(f"{gives}: on the GPU each product is faster by {cpu - gpu:g}, so that it pays some day")
        even = f"at {right - 1} both take equally long, and faster means less"
        whole = "a number of products is whole, so go up to the next one"
        mistakes = {
            f"{gives}: {even if right - 1 == upload / (cpu - gpu) else whole}": [upload / (cpu - gpu)],
            f"{gives}: the products on the GPU take time as well: each earns back cpu − gpu": [upload / cpu],
            f"{gives}: so many products the GPU makes during the upload, and each earns back cpu − gpu": [upload / gpu],
        }
        compare([result], [right], mistakes, gives, within=1e-9)
    return "after that many, the upload has paid, and each further product is a gain."


@exercise
def uploads(answer: object) -> str:
    """The µs that all transfers of the digits take in 20 epochs: everything once, and in batches of 50."""
    once, in_batches = numbers(answer, 2, "the two times")
    n, launch, n_epochs = 1797, 10, 20
    pixels, labels = n * 64 * 4 / 1e4, n * 8 / 1e4
    moving, batches = pixels + labels, math.ceil(n / 50)
    right = [launch + moving, n_epochs * (launch * batches + moving)]
    if once > in_batches:
        raise NotYet("what is sent once comes first, and takes less time than many transfers do")
    compare(
        [once],
        right[:1],
        {
            f"once takes {once:,.6g} µs: the pixels are still in float64": [launch + 2 * pixels + labels],
            f"once takes {once:,.6g} µs: those are the pixels in float64, and the labels are missing": [
                launch + 2 * pixels
            ],
            f"once takes {once:,.6g} µs: the labels are missing, 8 bytes each": [launch + pixels],
            f"once takes {once:,.6g} µs: the 10 µs to start are missing": [moving],
        },
        f"once takes {once:,.6g} µs, and it should be the bytes / 10,000, and one start",
        within=1e-6,
        decimals=0,
    )
    compare(
        [in_batches],
        right[1:],
        {
            "in batches: that is one epoch": [right[1] / n_epochs],
            "in batches: there are 20 epochs, and in each of them many transfers to be started": [n_epochs * right[0]],
            "in batches: the last batch, of fewer rows, has to be started as well": [
                n_epochs * (launch * (batches - 1) + moving)
            ],
            "in batches: the starts alone are counted there, and the bytes take time as well": [
                n_epochs * launch * batches
            ],
            "in batches: bytes go over the bus in every epoch, and not once": [n_epochs * launch * batches + moving],
        },
        f"in batches it is not {in_batches:,.6g} µs: each transfer has its start and its bytes, in all 20 epochs",
        within=1e-6,
        decimals=0,
    )
    return f"{right[0]:,.0f} µs once, {right[1]:,.0f} µs in batches: nearly all of that is starting."
