"""How long something takes on a device, against its size, and where one device overtakes another.

`python -m foundations.timing` measures this machine's CPU and GPU and shows where the GPU becomes the faster one.
With `--record` it also adds the times to the file that the lesson reads, with the hardware, the versions and the date.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
import json
import math
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from foundations._checks import check_number, check_whole_number
from foundations._machine import cpu, cpu_and_threads, output_of, versions
from foundations.devices import as_device

if TYPE_CHECKING:
    import pandas as pd

Workload = Callable[[int, torch.device], Callable[[], object]]

GPU_TIMES = Path(__file__).parent / "data" / "gpu_times.json"
TO_RECORD = "python -m foundations.timing --record"


def median_time(fn: Callable[[], object], device: str | torch.device | None = None, *, seconds: float = 0.05) -> float:
    """Measure how long a call takes: warm up, then wait for the device around every call, and take the median.

    A GPU works through a queue: a call returns once its work is queued. So the clock is stopped only when the device
    has done all of it.

    Args:
        fn: Called without arguments, again and again.
        device: Where fn works; the best device here where it is None.
        seconds: How long to go on measuring. There are at least 5 calls, and at most 1,000.

    Returns:
        Seconds for one call.

    Raises:
        TypeError: fn cannot be called, or seconds is not a number.
        ValueError: seconds is negative, or the device is not there.

    Example:
        ```python
        import torch
        from foundations import median_time

        x = torch.ones(1000)
        assert median_time(lambda: x + x, "cpu", seconds=0.01) < 1
        ```

    Source:
        https://docs.pytorch.org/docs/stable/notes/cuda.html#asynchronous-execution
    """
    if not callable(fn):
        raise TypeError(f"fn must be a function, not {type(fn).__name__}: lambda: a @ b makes one")
    check_number("seconds", seconds, least=0)
    chosen = as_device(device)
    for _ in range(2):  # the first calls load code, choose kernels and fetch memory
        fn()
    times: list[float] = []
    _synchronize(chosen)
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < 1000):
        start = time.perf_counter()
        fn()
        _synchronize(chosen)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(
    workload: str | Workload,
    sizes: Sequence[int],
    device: str | torch.device | None = None,
    *,
    seconds: float = 0.05,
) -> Tensor:
    """Measure a workload at several sizes, each by `median_time`.

    Args:
        workload: A name, or a function of a size and a device that gives the function to be measured. The names:
            `"matrix product"` of two n × n matrices, `"addition"` of n numbers to n others, `"transfer"` of n numbers
            from the CPU's memory to the device, `"training step"` of a small net on n rows, and
            `"compiled training step"`, the same through `torch.compile`. All are in float32.
        sizes: The sizes n.
        device: Where to measure; the best device here where it is None.
        seconds: How long to measure each size.

    Returns:
        Seconds for one call at each size: float64 of shape (len(sizes),), on the CPU.

    Raises:
        TypeError: A size is not a whole number, or the workload is no function.
        ValueError: There is no workload of this name, a size is less than 1, or the device is not there.

    Example:
        ```python
        from foundations import measure

        times = measure("matrix product", [10, 20, 40], "cpu", seconds=0.01)
        assert times.shape == (3,)
        ```
    """
    if isinstance(workload, str):
        if workload not in WORKLOADS:
            raise ValueError(f"there is no workload {workload!r}; there is {', '.join(map(repr, WORKLOADS))}")
        workload = WORKLOADS[workload]
    if not callable(workload):
        raise TypeError(f"workload must be a name or a function, not {type(workload).__name__}")
    sizes = list(sizes)  # of an iterator, too
    for size in sizes:
        check_whole_number("a size", size, least=1)
    chosen = as_device(device)
    times = [median_time(workload(size, chosen), chosen, seconds=seconds) for size in sizes]
    return torch.tensor(times, dtype=torch.float64)


def crossover(
    sizes: Sequence[float] | Tensor, first: Sequence[float] | Tensor, second: Sequence[float] | Tensor
) -> float:
    """Find the size from which on the second is faster than the first.

    Between two sizes that were measured, both times are taken for powers of the size: straight lines where both axes
    are logarithmic.

    Args:
        sizes: The sizes, in rising order: n of them.
        first: The times of the first: n of them.
        second: The times of the second: n of them.

    Returns:
        The size; the smallest where the second is always faster, inf where it is not faster at the largest.

    Raises:
        ValueError: There are no sizes, or not as many times, or sizes do not rise, or something is not above zero.

    Example:
        ```python
        from foundations import crossover

        assert crossover([10, 100, 1000], [1, 10, 100], [10, 10, 10]) == 100
        ```
    """
    n, a, b = ([float(each) for each in numbers] for numbers in (sizes, first, second))
    if not n or not len(n) == len(a) == len(b):
        raise ValueError(f"every size needs two times, but there are {len(n)} sizes, {len(a)} times and {len(b)}")
    if not all(0 < each < math.inf for each in (*n, *a, *b)):
        raise ValueError("sizes and times must be above zero")
    if any(smaller >= larger for smaller, larger in itertools.pairwise(n)):
        raise ValueError("sizes must rise")
    ahead = [math.log(theirs) - math.log(ours) for theirs, ours in zip(a, b, strict=True)]  # above 0: second is faster
    if ahead[-1] <= 0:
        return math.inf
    slow = [i for i, each in enumerate(ahead) if each <= 0]
    if not slow:
        return n[0]
    i = slow[-1]
    part = ahead[i] / (ahead[i] - ahead[i + 1])
    return n[i] * math.exp(part * math.log(n[i + 1] / n[i]))


def gpu_times(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Read the times that were recorded on machines with a GPU.

    Args:
        path: The file; the one in the package where it is None.

    Returns:
        One record for each GPU, as `record_gpu` makes it; an empty list where nothing has been recorded yet.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file does not hold such records.

    Example:
        ```python
        from foundations import gpu_times

        print([record["gpu"] for record in gpu_times()])
        ```
    """
    path = GPU_TIMES if path is None else Path(path)
    return _records(path.read_bytes(), path.name)


def record_gpu(device: str | torch.device | None = None, *, seconds: float = 0.2) -> dict[str, Any]:
    """Measure every workload on this machine's CPU and on its GPU, and say which they are.

    Args:
        device: The GPU; the best device here where it is None.
        seconds: How long to measure each size.

    Returns:
        What JSON can hold: `gpu`, `cpu`, `driver`, `versions` and `date`, and under `seconds`, for each workload, its
        `sizes` with the times of one call on `cpu` and on `gpu`. The compiled step is left out where
        `torch.compile` finds no compiler.

    Raises:
        ValueError: There is no GPU here.

    Example:
        ```python
        from foundations import best_device
        from foundations.timing import record_gpu

        if best_device().type != "cpu":
            print(record_gpu(seconds=0.01)["gpu"])
        ```
    """
    chosen = as_device(device)
    if chosen.type not in ("cuda", "mps"):
        raise ValueError("there is no GPU on this machine, so there is nothing to record")
    measured: dict[str, dict[str, list[float]]] = {}
    for workload, sizes in RECORDED_SIZES.items():
        try:
            times = {
                where: [
                    float(f"{each:.4g}") for each in measure(workload, sizes, each_device, seconds=seconds).tolist()
                ]
                for where, each_device in (("cpu", torch.device("cpu")), ("gpu", chosen))
            }
        except Exception as error:
            if workload != COMPILED:
                raise
            print(f"the {workload} is left out: {error!s:.200}", file=sys.stderr)
            continue
        measured[workload] = {"sizes": [*sizes], **times}
    return {
        "gpu": torch.cuda.get_device_name(chosen) if chosen.type == "cuda" else f"{cpu()}, GPU",
        "cpu": cpu_and_threads(),
        "driver": _driver(chosen),
        "versions": versions(),
        "date": datetime.date.today().isoformat(),
        "seconds": measured,
    }


def add_record(record: dict[str, Any], path: str | Path | None = None) -> None:
    """Add a record to the file, in place of an earlier one of the same GPU.

    Args:
        record: As `record_gpu` makes it.
        path: The file; the one in the package where it is None. It is made where there is none.

    Raises:
        OSError: The file cannot be written.
        TypeError: The record holds what JSON cannot.
        ValueError: The record, or the file, is something else.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from foundations import gpu_times
        from foundations.timing import add_record

        times = {"addition": {"sizes": [10, 100], "cpu": [1e-6, 1e-5], "gpu": [5e-6, 5e-6]}}
        about = dict.fromkeys(("gpu", "cpu", "driver", "versions", "date"), "an example")
        with TemporaryDirectory() as folder:
            add_record({**about, "seconds": times}, Path(folder, "times.json"))
            assert len(gpu_times(Path(folder, "times.json"))) == 1
        ```
    """
    _records(json.dumps([record]), "record")
    path = GPU_TIMES if path is None else Path(path)
    others = [each for each in gpu_times(path) if each["gpu"] != record["gpu"]] if path.exists() else []
    text = json.dumps([*others, record], indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def crossover_table(records: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Show from which size on each GPU is faster than the CPU beside it.

    Args:
        records: As `gpu_times` gives them.

    Returns:
        A row for each workload, and a column for each GPU, none without a record.

    Example:
        ```python
        from foundations import crossover_table

        print(crossover_table([]))
        ```
    """
    import pandas as pd

    rows = [name for name in RECORDED_SIZES if not records or any(name in each["seconds"] for each in records)]
    columns = {_heading(each): [_from_size(each["seconds"].get(name)) for name in rows] for each in records}
    return pd.DataFrame(columns, index=pd.Index(rows))


def _main(arguments: Sequence[str] | None = None) -> int:
    """Measure this machine, show its crossovers and record them if asked to; 1 where that cannot be done.

    Args:
        arguments: Those of the command; the ones that it was started with where it is None.

    Returns:
        The command's exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m foundations.timing", description=__doc__)
    parser.add_argument(
        "--record", nargs="?", const=GPU_TIMES, type=Path, metavar="FILE", help="add the times to this file"
    )
    file = parser.parse_args(arguments).record
    try:
        if file and file.exists():
            gpu_times(file)  # a damaged one is refused before minutes of measuring
        if file and not os.access(file if file.exists() else file.parent, os.W_OK):
            raise PermissionError(f"{file} cannot be written")
        record = record_gpu()
        print(crossover_table([record]).to_string())
        if file:
            add_record(record, file)
            print(f"recorded in {file}")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _records(text: str | bytes, name: str) -> list[dict[str, Any]]:
    """The records that a JSON text holds."""
    try:
        records: list[dict[str, Any]] = json.loads(text)
        if not isinstance(records, list):
            raise TypeError("it is no list")
        for record in records:
            for times in record["seconds"].values():
                crossover(times["sizes"], times["cpu"], times["gpu"])
            _heading(record)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{name} does not hold records of times ({error!r}): {TO_RECORD} writes some") from None
    return records


def _heading(record: dict[str, Any]) -> str:
    return (
        f"{record['gpu']} (driver {record['driver']}) against {record['cpu']}; {record['versions']}; {record['date']}"
    )


def _from_size(times: dict[str, list[float]] | None) -> str:
    if times is None:
        return "not measured"
    sizes = times["sizes"]
    size = crossover(sizes, times["cpu"], times["gpu"])
    if size == math.inf:
        return f"not up to {sizes[-1]:,}"
    return "at every size" if size == sizes[0] else f"from about {float(f'{size:.2g}'):,.0f}"


def _synchronize(device: torch.device) -> None:
    """Wait until a device has done everything that is in its queue; the CPU has none."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _drawn(shape: tuple[int, ...], device: torch.device) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(42)).to(device)


def _matrix_product(n: int, device: torch.device) -> Callable[[], object]:
    a = _drawn((n, n), device)
    return lambda: a @ a


def _addition(n: int, device: torch.device) -> Callable[[], object]:
    a = _drawn((n,), device)
    return lambda: a + a


def _transfer(n: int, device: torch.device) -> Callable[[], object]:
    a = torch.ones(n)
    return lambda: a.to(device, copy=True)


def _training_step(n: int, device: torch.device, *, compiled: bool = False) -> Callable[[], object]:
    """A step of a net with 8 inputs and two hidden layers, on a batch of n rows."""
    inputs = _drawn((n, 8), device)
    targets = inputs.sum(dim=1, keepdim=True)
    net = nn.Sequential(nn.Linear(8, 50), nn.ReLU(), nn.Linear(50, 40), nn.ReLU(), nn.Linear(40, 1)).to(device)
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    model: Callable[[Tensor], Tensor] = net
    if compiled:
        torch.compiler.reset()  # else it would count as the same net again and again, and give up compiling it
        model = torch.compile(net, dynamic=False)

    def step() -> None:
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


COMPILED = "compiled training step"
WORKLOADS: dict[str, Workload] = {
    "matrix product": _matrix_product,
    "addition": _addition,
    "transfer": _transfer,
    "training step": _training_step,
    COMPILED: partial(_training_step, compiled=True),
}
RECORDED_SIZES = {
    "matrix product": [2**k for k in range(4, 13)],
    "addition": [4**k for k in range(4, 14)],
    "transfer": [4**k for k in range(4, 14)],
    "training step": [4**k for k in range(2, 10)],
    COMPILED: [4**k for k in range(2, 10, 2)],
}


def _driver(device: torch.device) -> str:
    if device.type == "mps":
        return f"of macOS {platform.mac_ver()[0]}"
    if torch.version.hip:
        return f"of ROCm {torch.version.hip}"
    index = torch.cuda.current_device() if device.index is None else device.index
    version = output_of("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader", f"--id={index}")
    return f"{version}, CUDA {torch.version.cuda}"


if __name__ == "__main__":
    sys.exit(_main())
