"""What was measured, as a Markdown table and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from page_runner.runner import cores

PACKAGES = ["mkdocs", "mkdocs-material", "mkdocs-jupyter", "zensical", "torch"]


@dataclass(frozen=True)
class Row:
    """Seconds that something took, beside the seconds of what it is compared with."""

    what: str
    seconds: float
    other_seconds: float
    other: str
    limit: float | None = None  # the ratio to stay under
    faster: float | None = None  # how many times faster to be, at least

    @property
    def ratio(self) -> float:
        return self.seconds / self.other_seconds

    @property
    def reached(self) -> bool:
        limit = self.limit if self.limit is not None else float("inf")
        return self.ratio <= limit and (self.faster is None or 1 / self.ratio >= self.faster)

    def cells(self) -> tuple[str, str, str]:
        """What, reach, measured."""
        reach, ratio = "", f"{self.ratio:.2f} ×"
        if self.limit is not None:
            reach = f"≤ {self.limit:g} × {self.other}"
        if self.faster is not None:
            reach, ratio = f"≥ {self.faster:g} × faster than {self.other}", f"{1 / self.ratio:.1f} × faster"
        missed = "" if self.reached else ", missed"
        times = f"{duration(self.seconds)}, {duration(self.other_seconds)}"
        return self.what, reach, f"{ratio}{missed} ({times})"


def duration(seconds: float) -> str:
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def table(rows: Sequence[Row], skipped: Sequence[str]) -> str:
    """The Markdown table, with the date and the machine above it."""
    about = machine()
    versions = [f"{name} {about[name]}" for name in ("Python", *PACKAGES)]
    lines = [
        f"Measured on {about['date']}: {about['processor']}, {about['cores']} cores, {about['system']}; "
        f"{', '.join(versions)}. Medians; in brackets the two times that are compared.",
        "",
        "| what | reach | measured |",
        "|---|---|---|",
        *("| " + " | ".join(row.cells()) + " |" for row in rows),
        *(f"| {what} | | skipped |" for what in skipped),
    ]
    return "\n".join(lines)


def raw(rows: Sequence[Row], skipped: Sequence[str]) -> dict[str, Any]:
    """Everything in the table, as numbers."""
    measured = [{**asdict(row), "ratio": row.ratio, "reached": row.reached} for row in rows]
    return {"machine": machine(), "rows": measured, "skipped": list(skipped)}


def machine() -> dict[str, str]:
    from foundations._machine import cpu  # only now: it imports torch

    found = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": cpu(),
        "cores": str(cores()),
        "system": platform.system(),
        "Python": platform.python_version(),
    }
    if hasattr(os, "getloadavg"):
        found["load"] = f"{os.getloadavg()[0]:.2f}"
    return found | {name: version(name) for name in PACKAGES}
