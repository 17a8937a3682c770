"""Measure speed and print one Markdown table: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import build, imports, models, serve, sites, suite
from .report import Row, raw, table

PARTS = ["imports", "models", "build", "serve", "suite"]
SIZES = [15, 100, 1000]
LIMITS = {15: 0.5, 100: 0.1, 1000: 0.05}  # of `make serve` against plain MkDocs
MANY_ROWS = 10_000_000  # for one gradient; a tenth of them in a quick run
MANY = 1000  # pages at which a build is measured once and the runner's share must be small


def measure(parts: list[str], sizes: list[int], runs: int, folder: Path) -> Iterator[Row]:
    """Every row, as it is measured."""
    if "imports" in parts:
        yield from imports.rows(2 * runs + 1)
    if "models" in parts:
        yield from models.rows(runs, n_rows=MANY_ROWS if runs > 1 else MANY_ROWS // 10)
    built: dict[int, build.Builds] = {}
    for size in [0, *sizes] if {"build", "serve", "suite"} & set(parts) else []:
        name = f"{size:,} generated pages" if size else "this course"
        site = sites.generated(folder / f"{size}", size) if size else sites.real(folder / "course")
        bare = sites.plain(site, folder / f"{size}-plain")
        rounds = 1 if size >= MANY else runs
        if "build" in parts:
            built[size] = build.builds(site, bare, rounds)
            if size < 100:  # where there are more pages, most of a build is MkDocs' own work
                yield build.least_row(name, built[size])
                yield build.notebooks_row(name, built[size], site, folder / f"{size}-notebooks")
            yield build.unchanged_row(name, built[size], 1.0 if size else 0.5)
        if "suite" in parts and size < MANY:
            yield suite.row(name, site, rounds)
        if "serve" in parts and size < MANY:
            yield serve.first_row(name, site, bare, rounds)
        if "serve" in parts and size:
            yield from serve.rows(name, site, bare, LIMITS.get(size, 1.0), rounds)
    if len(built) > 2:
        *_, small, large = sorted(built)
        yield build.linear_row(large, built[large], small, built[small])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of each, and 15 generated pages only")
    parser.add_argument("--sizes", help="how many generated pages, such as 15,100 (default: 15,100,1000)")
    parser.add_argument("--runs", type=int, help="how often each is measured (default: 3)")
    parser.add_argument("--only", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    asked = parser.parse_args()
    sizes = SIZES[:1] if asked.quick else SIZES
    if asked.sizes:
        sizes = [int(size) for size in asked.sizes.split(",")]
    parts = asked.only.split(",") if asked.only else PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"--only knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers end and folders go on the way out
    skipped = [f"{size:,} generated pages" for size in SIZES if size not in sizes]
    skipped += [part for part in PARTS if part not in parts]
    rows: list[Row] = []
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
            for row in measure(parts, sizes, asked.runs or (1 if asked.quick else 3), Path(folder).resolve()):
                print(" | ".join(row.cells()), file=sys.stderr)
                rows.append(row)
    finally:  # what was measured before an interruption counts
        print(table(rows, skipped))
        if asked.json:
            asked.json.write_text(json.dumps(raw(rows, skipped), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
