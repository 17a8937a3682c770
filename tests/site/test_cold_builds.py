"""Two builds from nothing give the same bytes, down to the last file, and two runs of a page the same outputs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builds import SOME_PAGES, copy_some_pages, differing
from course_runner import ROOT, RUNNER
from page_runs import page_run

from page_runner.program import settled


def two_builds(folder: Path, *options: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of two builds, at once and from nothing, of the projects in the folders `one` and `two`."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", *options]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
    environment["PAGE_RUNNER_PATIENCE"] = "10"  # there are two of them, beside other tests
    builds = [subprocess.Popen(command, cwd=folder / name, env=environment) for name in ("one", "two")]
    assert [build.wait() for build in builds] == [0, 0]
    one, two = (
        {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
        for site in (folder / "one/site", folder / "two/site")
    )
    return one, two


def test_two_cold_builds_of_three_lessons_are_byte_identical(tmp_path):
    for name in ("one", "two"):
        copy_some_pages(tmp_path / name)
        for watched in ("kit", "src"):
            (tmp_path / name / watched).mkdir()
    one, two = two_builds(tmp_path)
    assert {page.removeprefix("docs/").rpartition(".")[0] + "/index.html" for page in SOME_PAGES} <= one.keys()
    assert differing(one, two) == []


@pytest.mark.weekly
def test_two_cold_builds_of_the_course_are_byte_identical(tmp_path):
    for name in ("one", "two"):
        for part in ("docs", "theme"):
            shutil.copytree(ROOT / part, tmp_path / name / part)
        shutil.copy(ROOT / "mkdocs.yml", tmp_path / name)
        for watched in ("kit", "src"):
            (tmp_path / name / watched).mkdir()
    assert differing(*two_builds(tmp_path, "--strict")) == []


@pytest.mark.usefixtures("course")  # its build has run every page
def test_another_run_of_every_page_gives_what_the_site_shows():
    paths = sorted((ROOT / "docs").rglob("*.md"))
    assert [
        path.name for path in paths if RUNNER.result(path).outputs != list(map(settled, page_run(path).outputs))
    ] == []
