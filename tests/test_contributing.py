"""The lesson that CONTRIBUTING.md shows is a page that runs, and fails as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAME = "docs/lessons/90-one-bad-point.md"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (lesson,) = re.findall(r"^````markdown\n(.*?)^````$", TEXT, re.M | re.S)
    path = tmp_path / NAME
    path.parent.mkdir(parents=True)
    path.write_text(lesson, encoding="utf-8")
    return path


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "page_runner", NAME]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")


def test_example_lesson_runs(page: Path, tmp_path: Path) -> None:
    assert NAME in TEXT
    shown = run(tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "(tensor(5.6560), tensor(2.))" in shown.stdout
    assert "{{ slipped.mean() - lengths.mean():.2f }} = 3.65" in shown.stdout


def test_example_lesson_fails_as_shown(page: Path, tmp_path: Path) -> None:
    page.write_text(
        page.read_text(encoding="utf-8").replace("slipped.median()\n", "slipped.middle()\n"), encoding="utf-8"
    )
    (shown,) = re.findall(r"^```text\n(docs/.*)\n```$", TEXT, re.M)
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith(shown)
