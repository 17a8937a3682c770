"""Every page under docs/ is a program: its snippets run in order, and a failure names the page and the line."""

from pathlib import Path

import pytest
import yaml

from page_runner.check import check_page
from page_runner.page import FRONT_MATTER, Number, PageError
from page_runner.process import PageProcess
from site_extras.reading import RUNS_IN, runs_in

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TITANIC = [path for path in PAGES if "titanic(" in path.read_text("utf-8")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class Timed(PageProcess):
    """A page's process that says, when its page is through, how much computing that took."""

    seconds = 0.0

    def __exit__(self, kind: object = None, *rest: object) -> None:
        if kind is None:
            Timed.seconds = float(str(self.run(Number("__import__('time').process_time()", 1, 0, 0))))
        super().__exit__(kind, *rest)


def run(path: Path) -> None:
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("page_runner.check.PageProcess", Timed)
            check_page(path, ROOT)
    except PageError as error:
        pytest.fail(str(error), pytrace=False)
    front = FRONT_MATTER.match(path.read_text("utf-8"))
    promised = runs_in(yaml.safe_load(front["yaml"] or "") or {}) if front else RUNS_IN
    assert Timed.seconds < promised, (
        "the page says that it is faster: speed it up, or say runs_in: 40 in its front matter"
    )


@pytest.mark.parametrize("path", [path for path in PAGES if path not in TITANIC], ids=name)
def test_page_runs(path: Path):
    run(path)


@pytest.mark.parametrize("path", TITANIC, ids=name)
def test_page_runs_with_either_list_of_passengers(path: Path, passengers_from: str):
    run(path)


@pytest.mark.parametrize("path", [path for path in PAGES if "timm_tables(" in path.read_text("utf-8")], ids=name)
def test_page_runs_without_the_tables_of_timm(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FOUNDATIONS_TIMM", "absent")
    run(path)


def test_there_are_lessons():
    assert len(PAGES) > 3
    assert TITANIC
