"""Measure speed and print one Markdown table: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from page_runner.console import write_utf8

from . import build, charts, edits, imports, models, serve, sites, suite
from .report import Row, raw, table

PARTS = ["imports", "models", "charts", "build", "serve", "suite"]
COURSE = 0  # among the sizes, which count generated pages
SIZES = [COURSE, 15, 100, 1000]
LIMITS = {15: 0.5, 100: 0.1, 1000: 0.05}  # of `make serve` against plain MkDocs
EDITED = "gradient-descent"  # the lesson of the course that is edited
MANY = 1000  # pages at which a build is measured once and the runner's share must be small
MANY_ROWS = (1_000_000, 10_000_000)  # for one gradient


def measure(
    parts: list[str], sizes: list[int], runs: int, folder: Path, many_rows: Sequence[int] = MANY_ROWS
) -> Iterator[Row]:
    """Every row, as it is measured."""
    if "imports" in parts:
        yield from imports.rows(2 * runs - 1)
    if "models" in parts:
        yield from models.rows(runs, many_rows)
    if "charts" in parts:
        yield from charts.rows(runs)
    built: dict[int, build.Builds] = {}
    for size in sizes if {"build", "serve", "suite"} & set(parts) else []:
        site = sites.generated(folder / f"{size}", size) if size else sites.real(folder / "course")
        bare = sites.plain(site, folder / f"{size}-plain")
        name, often = site_name(size), 1 if size >= MANY else runs
        if "build" in parts:
            built[size] = build.builds(site, bare, often)
            if size < 100:  # where there are more pages, most of a build is MkDocs' own work
                yield build.least_row(name, built[size])
                yield build.notebooks_row(name, built[size], site, folder / f"{size}-notebooks")
            yield build.unchanged_row(name, built[size], 1.0 if size else 0.5)
        if "suite" in parts and size < MANY:
            yield suite.row(name, site, often)
        if "serve" in parts and size < MANY:
            yield serve.first_row(name, site, bare, often)
        if "serve" in parts and size:
            yield from serve.rows(name, site, bare, LIMITS.get(size, 1.0), often)
        if "serve" in parts and size < 100:
            yield from edits.rows(name, site, serve.PAGE if size else EDITED, often)
    generated = sorted(built.keys() - {COURSE})
    if len(generated) > 1:
        *_, small, large = generated
        yield build.linear_row(large, built[large], small, built[small])


def site_name(size: int) -> str:
    return f"{size:,} generated pages" if size else "this course"


def known(names: str) -> list[str]:
    """The parts that `--only` names."""
    parts = names.split(",")
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"knows {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    return parts


def counts(names: str) -> list[int]:
    """The sizes that `--sizes` names."""
    found = []
    for name in names.split(","):
        if name != "course" and not (name.isdecimal() and int(name)):
            raise argparse.ArgumentTypeError(f"takes course and numbers of pages, such as course,15,100, not {name!r}")
        found.append(COURSE if name == "course" else int(name))
    return found


def rounds(number: str) -> int:
    """The number that `--runs` gives."""
    if not (number.isdecimal() and int(number)):
        raise argparse.ArgumentTypeError(f"takes a number from 1 on, not {number!r}")
    return int(number)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one run of each; the course and 15 generated pages only")
    parser.add_argument("--sizes", type=counts, help="which sites: course, and numbers of generated pages")
    parser.add_argument("--runs", type=rounds, help="how often each is measured (default: 3)")
    parser.add_argument("--only", type=known, default=PARTS, metavar="PARTS", help=f"some of {','.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers here too")
    asked = parser.parse_args()
    sizes = asked.sizes or (SIZES[:2] if asked.quick else SIZES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that servers end and folders go on the way out
    skipped = [site_name(size) for size in SIZES if size not in sizes]
    skipped += [part for part in PARTS if part not in asked.only]
    rows: list[Row] = []
    rest = ["the rest: it was stopped here"]
    try:
        with tempfile.TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
            for row in measure(asked.only, sizes, asked.runs or (1 if asked.quick else 3), Path(folder).resolve()):
                print(" | ".join(row.cells()), file=sys.stderr)
                rows.append(row)
        rest = []
    finally:  # what was measured before an interruption counts
        print(table(rows, rest + skipped))
        if asked.json:
            asked.json.write_text(json.dumps(raw(rows, rest + skipped), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    write_utf8()
    main()
