"""Every page under docs/ is a program: its snippets run in order, and a failure names the page and the line."""

from pathlib import Path

import pytest
import yaml
from course_runner import ROOT
from page_runs import page_run

from page_runner.front_matter import FRONT_MATTER
from page_runner.times import RUNS_IN, runs_in

PAGES = sorted((ROOT / "docs").rglob("*.md"))
TITANIC = [path for path in PAGES if "titanic(" in path.read_text("utf-8")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def check(path: Path) -> None:
    run = page_run(path)
    if run.error:
        pytest.fail(str(run.error), pytrace=False)
    front = FRONT_MATTER.match(path.read_text("utf-8"))
    promised = runs_in(yaml.safe_load(front["yaml"] or "") or {}) if front else RUNS_IN
    assert run.seconds < promised, (
        "the page says that it is faster: speed it up, or say runs_in: 40 in its front matter"
    )


@pytest.mark.parametrize("path", [path for path in PAGES if path not in TITANIC], ids=name)
def test_page_runs(path: Path):
    check(path)


@pytest.mark.parametrize("path", TITANIC, ids=name)
def test_page_runs_with_either_list_of_passengers(path: Path, passengers_from: str, monkeypatch: pytest.MonkeyPatch):
    if passengers_from == "passengers":
        monkeypatch.delenv("FOUNDATIONS_TITANIC")  # a page takes the list by itself: the run that other tests share
    check(path)


@pytest.mark.parametrize("path", [path for path in PAGES if "timm_tables(" in path.read_text("utf-8")], ids=name)
def test_page_runs_without_the_tables_of_timm(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FOUNDATIONS_TIMM", "absent")
    check(path)


def test_there_are_lessons():
    assert len(PAGES) > 3
    assert TITANIC
