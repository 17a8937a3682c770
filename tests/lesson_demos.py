"""What a lesson shows of one kind, found by running the lesson."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from page_runner.page import read_page
from page_runner.program import Program

ROOT = Path(__file__).resolve().parents[1]
Described = TypeVar("Described")


def lessons_with(call: str) -> list[str]:
    """The names of the lessons whose text holds a call."""
    return sorted(path.stem for path in (ROOT / "docs/lessons").glob("*.md") if call in path.read_text("utf-8"))


def demos_of(lesson: str, kind: type, described: Callable[[Any], Described]) -> list[Described]:
    """The lesson's demos of a kind, in the page's order, each described at the place where it stands."""
    demos: list[Described] = []
    show = kind._repr_html_  # type: ignore[attr-defined]

    def note(demo: Any) -> str:
        demos.append(described(demo))
        return show(demo)

    program = Program(read_page(ROOT / f"docs/lessons/{lesson}.md", ROOT))
    with TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind._repr_html_ = note  # type: ignore[attr-defined]
        try:
            for item in program.page.items:
                program.run(item)
        finally:
            kind._repr_html_ = show  # type: ignore[attr-defined]
    return demos
