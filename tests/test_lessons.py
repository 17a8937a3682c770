"""Every page under docs/ is a program: its snippets run in order, and a failure names the page and the line."""

from pathlib import Path

import pytest

from page_runner.check import check_page
from page_runner.page import PageError

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_page_runs(path):
    try:
        check_page(path, ROOT)
    except PageError as error:
        pytest.fail(str(error), pytrace=False)


def test_there_are_lessons():
    assert len(PAGES) > 3
