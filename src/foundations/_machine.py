"""What a record of times says of the machine that it was measured on."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import torch


def cpu() -> str:
    """The name of this machine's CPU."""
    if sys.platform == "darwin":
        return output_of("sysctl", "-n", "machdep.cpu.brand_string")
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cpu_and_threads() -> str:
    """The CPU, and how many threads PyTorch uses on it."""
    n = torch.get_num_threads()
    return f"{cpu()}, {n} thread{'s' * (n > 1)}"


def versions() -> str:
    """The versions of Python and PyTorch."""
    return f"Python {platform.python_version()}, PyTorch {torch.__version__}"


def output_of(*command: str) -> str:
    """What a command prints; "unknown" where it cannot be asked."""
    try:
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=True, timeout=30
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"
