"""Put one fault at a time into foundations, and count how many the tests and lessons notice.

Usage:
    make faults                                      30 faults, drawn anew each week of the year
    python tools/seeded_faults.py 100 --seed 7       another sample
    python tools/seeded_faults.py 20 --only trees    of one module

A fault is one operator, constant or default that cosmic-ray changes. Each is put into a copy of the project, and the
tests of its module run there, then the exercises and lessons that use it, until one fails. Faults that nothing notices
are shown at the end: each is a test to write, or a line that does nothing.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import difflib
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from affected import PACKAGE, ROOT, tests_of

LIMIT = 600  # seconds for the tests of one fault; a fault that makes a loop endless has been noticed, too


@dataclass(frozen=True)
class Fault:
    """A module of the package with one thing in it changed."""

    module: str
    before: str
    after: str

    def shown(self) -> str:
        """The change, line by line, and where it is."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return "\n".join(
            [f"{PACKAGE / self.module}.py", *(line for line in lines if not line.startswith(("---", "+++")))]
        )


def places(module: str) -> list[tuple[str, str, int]]:
    """Where faults can be put into a module: its name, one of cosmic-ray's operators, and a number among its places."""
    nodes = list(ast_nodes(get_ast((ROOT / PACKAGE / f"{module}.py").read_text("utf-8"))))
    found = []
    for name in operator_names():
        operator = get_operator(name)
        if not operator.arguments():  # the others ask for names of variables
            count = sum(1 for node in nodes for _ in operator().mutation_positions(node))
            found += [(module, name, place) for place in range(count)]
    return found


def fault_at(module: str, operator: str, place: int) -> Fault | None:
    """The fault at a place, or None if it would not run at all or changes nothing that runs."""
    before = (ROOT / PACKAGE / f"{module}.py").read_text("utf-8")
    after = mutate_code(before, get_operator(operator)(), place)
    try:
        return Fault(module, before, after) if after and running(after) != running(before) else None
    except SyntaxError:
        return None


def running(source: str) -> str:
    """What of a source is left when it runs: no comments and no annotations, which nothing evaluates."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def fails(folder: Path, tests: list[str]) -> bool:
    """Whether one of some tests fails in a copy of the project."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=LIMIT)
    if run.returncode not in (0, 1, 2):  # all passed, some failed, or a module could not even be imported
        raise RuntimeError(run.stdout.decode("utf-8", "replace")[-2000:])
    return run.returncode != 0


def noticed(fault: Fault, folder: Path) -> bool:
    """Whether a test fails in a copy of the project that has the fault."""
    changed = folder / PACKAGE / f"{fault.module}.py"
    changed.write_text(fault.after, "utf-8")
    try:
        return fails(folder, tests_of(fault.module))
    except subprocess.TimeoutExpired:
        return True
    finally:
        changed.write_text(fault.before, "utf-8")


def main() -> None:
    """Draw faults, try each, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=30, help="how many faults to try")
    parser.add_argument("--seed", type=int, default=datetime.date.today().isocalendar().week, help="of the draw")
    parser.add_argument("--only", metavar="MODULE", help="a module of foundations, without .py")
    given = parser.parse_args()
    modules = [path.stem for path in sorted((ROOT / PACKAGE).glob("*.py")) if path.stem != "__init__"]
    if given.only and given.only not in modules:
        parser.error(f"--only {given.only}: foundations has no such module, but {', '.join(modules)}")
    everywhere = [place for module in modules if given.only in (None, module) for place in places(module)]
    random.Random(given.seed).shuffle(everywhere)
    faults = (fault for place in everywhere if (fault := fault_at(*place)))
    sample = list(itertools.islice(faults, given.count))
    print(f"{len(sample)} faults at {len(everywhere)} places, seed {given.seed}", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        copies: Queue[Path] = Queue()
        for number in range(max(1, (os.cpu_count() or 2) // 2)):
            left_out = shutil.ignore_patterns(".git", ".venv", ".cache", "site", "__pycache__")
            copies.put(Path(shutil.copytree(ROOT, Path(temporary) / str(number) / ROOT.name, ignore=left_out)))

        for module in sorted({fault.module for fault in sample}):
            if fails(Path(temporary, "0", ROOT.name), tests_of(module)):
                sys.exit(f"a test of {module} fails as it is: mend that first")

        def tried(fault: Fault) -> bool:
            folder = copies.get()
            try:
                found = noticed(fault, folder)
            finally:
                copies.put(folder)
            print("." if found else "\n" + fault.shown(), end="" if found else "\n", flush=True)
            return found

        with ThreadPoolExecutor(copies.qsize()) as pool:
            found = sum(pool.map(tried, sample))
    print(f"\n{found} of {len(sample)} noticed: {found / len(sample):.0%}")


if __name__ == "__main__":
    main()
