"""The exercises of CPU or GPU: a stopwatch for a device with a queue, uploads that pay, and what training takes."""

import math

from torch import nn

from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, exercise, number

LAUNCH, SET_UP, DISTURBED = 10.0, 5000.0, 3000.0


class _Queue:
    """A device whose first task takes longer, and some later ones too."""

    def __init__(self, work: float) -> None:
        self.work, self.clock, self.finished, self.calls, self.waits = work, 0.0, 0.0, 0, 0

    def run(self) -> None:
        self.calls += 1
        extra = SET_UP if self.calls == 1 else DISTURBED if self.calls % 5 == 0 else 0.0
        self.clock += LAUNCH
        self.finished = max(self.clock, self.finished) + self.work + extra

    def synchronize(self) -> None:
        self.waits += 1
        self.clock = max(self.clock, self.finished)


@exercise
def stopwatch(answer: object) -> str:
    """A function of a call, a wait and a clock: how long the call takes, its work included."""
    for work in (400.0, 25.0):
        queue = _Queue(work)

        # Plain functions: a method would be copied before the call, together with its queue.
        def fn(queue: _Queue = queue) -> None:
            queue.run()

        def synchronize(queue: _Queue = queue) -> None:
            queue.synchronize()

        def clock(queue: _Queue = queue) -> float:
            return queue.clock

        given = number(call(answer, fn, synchronize, clock))
        right = LAUNCH + work
        gives = f"a launch of {LAUNCH:g} and work of {work:g} make {right:g}, and it gives {given:.4g}"
        if not queue.calls:
            raise NotYet("it never calls fn()")
        if given <= LAUNCH:
            raise NotYet(f"{gives}: the clock is stopped when the task has been launched, not when it is done")
        if not queue.waits:
            raise NotYet(f"{gives}: nobody waits for the device, so call synchronize() before the clock is stopped")
        if queue.calls < 6:
            raise NotYet(f"fn() runs only {queue.calls} times: call it to warm up, then measure five times or more")
        slowest = {
            f"{gives}, the time of the first call: call fn() once before, and do not count it": [right + SET_UP],
            f"{gives}: is a launch counted out? It belongs to the call": [work],
        }
        compare([given], [right], slowest, _otherwise(gives, given, right, queue), within=1e-6)
    return "warmed up, waited for, and the median: no disturbed call gets into it."


def _otherwise(gives: str, given: float, right: float, queue: _Queue) -> str:
    if queue.waits < queue.calls / 2:
        return f"{gives}: with one wait after many calls, their launches hide behind the work: wait after each"
    if given > right:
        return f"{gives}: some calls are disturbed, and a mean takes that in, so take the median of the times"
    return f"{gives}: start the clock before fn(), and stop it after synchronize()"


@exercise
def products_needed(answer: object) -> str:
    """A function of three times: the smallest number of products with which an upload is the faster way."""
    for upload, cpu, gpu in ((900.0, 50.0, 20.0), (800.0, 2330.0, 196.0), (1000.0, 7.0, 3.5), (5.0, 4.0, 4.0)):
        right = math.inf if gpu >= cpu else math.floor(upload / (cpu - gpu)) + 1
        case = f"with an upload of {upload:g}, {cpu:g} on the CPU and {gpu:g} on the GPU"
        value = call(answer, upload, cpu, gpu)
        given = math.inf if isinstance(value, float) and value == math.inf else number(value, f"{case} what it gives")
        if right == math.inf:
            if given != math.inf:
                raise NotYet(f"{case} no number of products is enough, so it should give math.inf, not {given:g}")
            continue
        gives = f"{case} it gives {given:.4g}, and {right} is right"
        if given == math.inf:
            raise NotYet(gives)
        mistakes = {
            f"{gives}: a number of products is whole, so go up to the next one": [upload / (cpu - gpu)],
            f"{gives}: the products on the GPU take time as well: each earns back cpu − gpu": [upload / cpu],
        }
        if right - 1 == upload / (cpu - gpu):
            mistakes = {f"{gives}: at {right - 1} both take equally long, and faster means less": [right - 1.0]}
        compare([given], [right], mistakes, gives, within=1e-9)
    return "after that many, the upload has paid, and each further product is a gain."


@exercise
def training_bytes(answer: object) -> str:
    """A function of a net and a number of copies: bytes of parameters, buffers, gradients and optimiser state."""
    plain = nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))
    frozen = nn.Sequential(nn.Linear(5, 7).requires_grad_(False), nn.Linear(7, 2))
    normed = nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7))
    nets = {"a net in float32": plain, "a net in float64": nn.Sequential(nn.Linear(3, 4)).double()}
    nets |= {"a net whose first layer is frozen": frozen, "a net with a BatchNorm1d, which has buffers": normed}
    for what, net in nets.items():
        for copies in (1, 2, 0):
            params = sum(p.nbytes for p in net.parameters())
            trained = sum(p.nbytes for p in net.parameters() if p.requires_grad)
            buffers = sum(b.nbytes for b in net.buffers())
            right = params + buffers + (1 + copies) * trained
            given = number(call(answer, net, copies), "the bytes")
            gives = f"for {what} and copies={copies} it gives {given:,.0f}, and it takes {right:,} bytes"
            mistakes = {
                f"{gives}: those are the parameters alone, and gradients take as much": [float(params)],
                f"{gives}: a gradient for each trained parameter is missing": [float(right - trained)],
                f"{gives}: each float64 has 8 bytes: ask element_size()": [right / 2],
                f"{gives}: numbers are counted there, and a float32 has 4 bytes": [right / 4],
                f"{gives}: what requires no gradient has neither gradient nor copies": [
                    float((2 + copies) * params + buffers)
                ],
                f"{gives}: buffers lie in memory too, once each": [float(right - buffers)],
                f"{gives}: buffers have no gradients and no copies": [float(right + (1 + copies) * buffers)],
            }
            compare([given], [right], mistakes, gives, within=1e-9)
    return "it counts every byte that is there before the first row of data comes."


@exercise
def digits_bytes(answer: object) -> str:
    """The bytes for training 64 → 100 → 10 with momentum on all 1,797 digits at once."""
    n, params = 1797, 64 * 100 + 100 + 100 * 10 + 10
    data, model, forward = n * 64 * 4 + n * 8, 3 * 4 * params, n * 110 * 4
    given = number(answer, "the answer")
    gives = f"{given:,.0f} bytes"
    compare(
        [given],
        [data + model + forward],
        {
            f"{gives} are the pixels alone, and in float64: as float32 they are half": [n * 64 * 8],
            f"{gives} are the pixels and digits alone: add the model and the forward pass": [data],
            f"{gives}: the pixels are still in float64, so .float() them": [data + n * 64 * 4 + model + forward],
            f"{gives}: the digits are missing, 8 bytes each": [data - n * 8 + model + forward],
            f"{gives}: momentum keeps a number for each parameter, and it is missing": [
                data + 2 * 4 * params + forward
            ],
            f"{gives}: that is Adam's state; momentum keeps one number for each parameter": [
                data + 4 * 4 * params + forward
            ],
            f"{gives}: the forward pass is missing, 100 and 10 numbers for each picture": [data + model],
            f"{gives}: the ten outputs of the net are missing": [data + model + n * 100 * 4],
        },
        f"{gives} it is not: add data, three times the parameters, and 110 numbers for each picture",
        within=1e-9,
    )
    return "not one and a half megabytes: it fits into any GPU."
