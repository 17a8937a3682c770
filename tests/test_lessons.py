"""Every page under docs/ is a program: its snippets run in order, and a failure names the page and the line."""

from pathlib import Path

import pytest

from page_runner.check import check_page
from page_runner.page import PageError

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TITANIC = [path for path in PAGES if "titanic(" in path.read_text("utf-8")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(path: Path) -> None:
    try:
        check_page(path, ROOT)
    except PageError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.mark.parametrize("path", [path for path in PAGES if path not in TITANIC], ids=name)
def test_page_runs(path: Path):
    run(path)


@pytest.mark.parametrize("path", TITANIC, ids=name)
def test_page_runs_with_either_list_of_passengers(path: Path, passengers_from: str):
    run(path)


def test_there_are_lessons():
    assert len(PAGES) > 3
    assert TITANIC
