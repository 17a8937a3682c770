"""What a lesson opens is what its kept outputs depend on: a module opens only what it needs, so few run again."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from course_runner import RUNNER
from project_root import ROOT

from page_runner.page import read_page

LESSONS = sorted((ROOT / "docs/lessons").glob("*.md"))
EXERCISES = "src/foundations/exercises/"
SHARED = {EXERCISES + name for name in ("__init__.py", "index.py", "judging.py", "running.py")}


@pytest.fixture(scope="module")
def opened(course: object) -> dict[str, set[str]]:
    """The project's files that each lesson opened, as its entry names them, which the build of the site has kept."""
    found = {}
    for path in LESSONS:
        assert RUNNER.result(path).errors == []
        entry = json.loads(RUNNER.cache.store.load(RUNNER.cache.entry(read_page(path, ROOT))) or b"")
        found[path.stem] = {name for kind, name, _ in entry["looks"] if kind == "content" and name.startswith("src/")}
    return found


def files_of(folder: str) -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py")}


def test_a_lesson_opens_its_own_judges_and_no_others(opened: dict[str, set[str]], subtests: pytest.Subtests):
    judges = {
        lesson: {file for file in files if file.startswith(EXERCISES)} - SHARED for lesson, files in opened.items()
    }
    for lesson, files in judges.items():
        with subtests.test(lesson):
            assert files <= {f"{EXERCISES}{lesson.replace('-', '_')}.py"}
    assert set().union(*judges.values()) | SHARED == files_of(EXERCISES), "the entries name what was opened"


def test_one_lesson_in_six_or_fewer_runs_again_after_the_edit_of_a_module(opened: dict[str, set[str]]):
    again = Counter(file for files in opened.values() for file in files)
    modules = files_of("src/foundations")
    most = ", ".join(f"{name} {count}" for name, count in again.most_common(15) if name in modules)
    assert sum(again[module] for module in modules) / len(modules) <= len(LESSONS) / 6, most


def test_a_lesson_opens_the_live_charts_that_it_has(opened: dict[str, set[str]]):
    for module, call in (("pad", "sketch_pad("), ("shape_calculator", "broadcast_calculator("), ("stepper", "steps(")):
        having = {path.stem for path in LESSONS if f"\n{call}" in path.read_text("utf-8")}
        assert having
        assert {lesson for lesson, files in opened.items() if f"src/live_charts/{module}.py" in files} == having
