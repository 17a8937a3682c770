"""Times that were measured once and written down: a page shows these, and so is the same in every build.

The record, `data/times.json` in this package, is made by running the pages that show it with FOUNDATIONS_RECORD set:
`FOUNDATIONS_RECORD=1 python -m page_runner docs/lessons/cpu-or-gpu.md`.
"""

from __future__ import annotations

import datetime
import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec

import torch
from torch import Tensor

from foundations._machine import cpu_and_threads, versions

TIMES = Path(__file__).parent / "data" / "times.json"
ANEW = "FOUNDATIONS_RECORD"
TO_MEASURE = f"call it yourself, or let {ANEW}=1 python -m page_runner PAGE measure it for the page that asks"
KEYS = {"call", "machine", "versions", "date", "values"}
P = ParamSpec("P")


@dataclass(frozen=True, eq=False)
class Record:
    """What was measured, on which machine, with which versions, and when.

    Attributes:
        values: The numbers: float64 of shape (n,).
        machine: The CPU, and how many threads PyTorch used on it.
        versions: Those of Python and PyTorch.
        date: The day, as in 2026-01-31.

    Example:
        ```python
        import torch
        from foundations import Record

        print(Record(torch.tensor([1.5]), "a CPU, 1 thread", "Python 3", "2026-01-31").values)
        ```
    """

    values: Tensor
    machine: str
    versions: str
    date: str


def recorded(name: str, measure: Callable[P, Tensor | Sequence[float]], *args: P.args, **kwargs: P.kwargs) -> Record:
    """Take from the record what `measure(*args, **kwargs)` gave on the machine where it was made.

    Where the environment variable FOUNDATIONS_RECORD is set, it is measured here and now, and written into the record.

    Args:
        name: What was measured; it stands in the record once.
        measure: Measures it: gives numbers, such as the seconds at each of some sizes.
        *args: What `measure` takes.
        **kwargs: What `measure` takes by name.

    Returns:
        The numbers, to four digits, with the machine, the versions and the date.

    Raises:
        OSError: The record cannot be written.
        ValueError: There is nothing of that name in the record, it is of another call, the record is damaged, or
            `measure` gives something else than a list of numbers.

    Example:
        ```python
        from foundations import measure, recorded

        try:
            recorded("a tiny addition", measure, "addition", [1], "cpu")
        except ValueError as error:
            print(error)
        ```
    """
    call = _call_text(measure, *args, **kwargs)
    if os.environ.get(ANEW):
        _write(name, call, torch.as_tensor(measure(*args, **kwargs)).cpu().double())
    found = _read().get(name)
    if found is None:
        raise ValueError(f"{TIMES.name} has no record of {name!r}: {TO_MEASURE}")
    if found["call"] != call:
        raise ValueError(f"the record of {name!r} is of {found['call']}, not of {call}: {TO_MEASURE}")
    return Record(
        torch.tensor(found["values"], dtype=torch.float64), found["machine"], found["versions"], found["date"]
    )


def _call_text(measure: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """A call as one would write it; functions by their names."""

    def text(value: Any) -> str:
        return str(getattr(value, "__name__", repr(value)))

    arguments = [*map(text, args), *(f"{key}={text(value)}" for key, value in kwargs.items())]
    return f"{text(measure)}({', '.join(arguments)})"


def _read() -> dict[str, Any]:
    try:
        records: dict[str, dict[str, Any]] = json.loads(TIMES.read_bytes()) if TIMES.exists() else {}
        for record in records.values():
            if {*record} != KEYS or not all(map(math.isfinite, record["values"])):
                raise ValueError(f"{record} is no record")
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{TIMES.name} does not hold records: {error}") from None
    return records


def _write(name: str, call: str, values: Tensor) -> None:
    if values.ndim != 1 or not values.isfinite().all():
        raise ValueError(f"measure gave {values}, which is no list of numbers")
    record = {
        "call": call,
        "machine": cpu_and_threads(),
        "versions": versions(),
        "date": datetime.date.today().isoformat(),
        "values": [float(f"{value:.4g}") for value in values.tolist()],
    }
    lines = (f"{json.dumps(key)}: {json.dumps(each)}" for key, each in sorted({**_read(), name: record}.items()))
    TIMES.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")
