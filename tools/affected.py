"""Which tests watch a module of the project, and which pages use it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/foundations")
# Tests of the site as a whole, or of other machines, that no fault of one function should have to reach.
SLOW = ("test_cold_builds", "test_cuda", "test_labs", "test_notebooks", "test_setup", "test_site")


def public_names(module: str) -> list[str]:
    """The names of a module of foundations that the package offers, and its own name."""
    listed = (ROOT / PACKAGE / "__init__.pyi").read_text("utf-8")
    return [*re.findall(rf"^from foundations\.{module} import (\w+)", listed, re.M), f"foundations.{module}"]


def using(module: str, pattern: str) -> list[Path]:
    """The files of the project that name what a module of foundations offers."""
    names = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in public_names(module)))
    found = sorted(path.relative_to(ROOT) for path in ROOT.glob(pattern))
    return [path for path in found if names.search((ROOT / path).read_text("utf-8"))]


def unit_tests(module: str) -> list[str]:
    """The files of tests that use a module of foundations, its own first."""
    units = [path for path in using(module, "tests/test_*.py") if path.stem not in SLOW]
    own = [path for path in units if path.stem.startswith(f"test_{module}")]
    return [path.as_posix() for path in own + [path for path in units if path not in own]]


def page_tests(page: str) -> str:
    """The test that runs a page; of one that calls `titanic()`, with simulated passengers."""
    if "titanic(" in (ROOT / page).read_text("utf-8"):
        return f"tests/test_lessons.py::test_page_runs_with_either_list_of_passengers[simulated-{page}]"
    return f"tests/test_lessons.py::test_page_runs[{page}]"


def tests_of(module: str) -> list[str]:
    """The tests that should notice a fault in a module of foundations, the quickest first."""
    pages = [path.as_posix() for path in using(module, "docs/**/*.md")]
    pages.sort(key=lambda page: "titanic(" in (ROOT / page).read_text("utf-8"))
    lessons = [page_tests(page) for page in pages]
    return [*unit_tests(module), "tests/test_docstrings.py", "tests/test_exercises.py", *lessons]
