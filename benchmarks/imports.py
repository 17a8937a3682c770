"""What `import foundations` costs beside `import torch`."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from .report import Row

TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"


def seconds(statement: str) -> float:
    """Seconds that a statement takes in a fresh process."""
    command = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout)


def rows(runs: int) -> list[Row]:
    """`import foundations` alone, and with every name in it taken, against `import torch`."""
    statements = ["import torch", "import foundations", "from foundations import *"]
    taken = [[seconds(statement) for statement in statements] for _ in range(runs)]  # in turns
    torch, bare, every = map(median, zip(*taken, strict=True))
    return [
        Row("`import foundations`", bare, torch, "`import torch`", limit=1.1),
        Row("`from foundations import *`, every name in it", every, torch, "`import torch`", limit=1.1),
    ]
