"""Two builds from nothing give the same bytes, down to the last file, and two runs of a page the same outputs.

A page with `measures: time` in its front matter shows times, which differ. There all but numbers and drawings is equal.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from course_runner import ROOT, RUNNER
from measuring import masked, measuring_pages
from page_runs import page_run

# Of all kinds: with drawings and live charts, a file to download and passengers, a pad to draw on, a glossary, a lab.
SOME_PAGES = [
    "docs/glossary.md",
    "docs/labs/quadratic.ipynb",
    "docs/lessons/04-autograd.md",
    "docs/lessons/19-in-a-spreadsheet.md",
    "docs/lessons/22-three-or-seven.md",
]


def comparable(name: str, data: bytes, measuring: list[str]) -> object:
    """What must be equal in two builds: all of a file, or all but the numbers and drawings of pages that measure."""
    if name.startswith(tuple(measuring)):
        return masked(data.decode("utf-8"))
    if name == "search/search_index.json":
        index = json.loads(data)
        for entry in index["docs"]:
            if entry["location"].startswith(tuple(measuring)):
                entry["text"] = masked(entry["text"])
        return index
    if name == "offline.json":  # a hash for each file, which differs where the file may
        free = (*measuring, "search/search_index.json")
        return {file: each for file, each in json.loads(data).items() if not file.startswith(free)}
    return data


def two_builds(folder: Path, *options: str) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of two builds, at once and from nothing, of the projects in the folders `one` and `two`."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", *options]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
    builds = [subprocess.Popen(command, cwd=folder / name, env=environment) for name in ("one", "two")]
    assert [build.wait() for build in builds] == [0, 0]
    one, two = (
        {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
        for site in (folder / "one/site", folder / "two/site")
    )
    return one, two


def differing(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    """The names of files that differ and should not."""
    measuring = measuring_pages()
    names = [name for name in one.keys() | two.keys() if one.get(name) != two.get(name)]
    return sorted(
        name
        for name in names
        if name not in one
        or name not in two
        or comparable(name, one[name], measuring) != comparable(name, two[name], measuring)
    )


def test_two_cold_builds_of_three_lessons_are_byte_identical(tmp_path):
    config = re.sub(r"^nav:\n(?: .*\n)*", "", (ROOT / "mkdocs.yml").read_text("utf-8"), flags=re.M)
    for name in ("one", "two"):
        for page in SOME_PAGES:
            (tmp_path / name / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / page, tmp_path / name / page)
        for part in ("docs/assets", "theme"):
            shutil.copytree(ROOT / part, tmp_path / name / part)
        (tmp_path / name / "src").mkdir()
        (tmp_path / name / "mkdocs.yml").write_text(config, "utf-8")
    one, two = two_builds(tmp_path)
    assert {page.removeprefix("docs/").rpartition(".")[0] + "/index.html" for page in SOME_PAGES} <= one.keys()
    assert differing(one, two) == []


@pytest.mark.weekly
def test_two_cold_builds_of_the_course_are_byte_identical(tmp_path):
    for name in ("one", "two"):
        for part in ("docs", "theme"):
            shutil.copytree(ROOT / part, tmp_path / name / part)
        shutil.copy(ROOT / "mkdocs.yml", tmp_path / name)
        (tmp_path / name / "src").mkdir()
    assert differing(*two_builds(tmp_path, "--strict")) == []


@pytest.mark.usefixtures("course")  # its build has run every page
def test_another_run_of_every_page_gives_what_the_site_shows():
    measuring = measuring_pages()
    different = []
    for path in sorted((ROOT / "docs").rglob("*.md")):
        shown, again = RUNNER.result(path).given, page_run(path).given
        if path.relative_to(ROOT / "docs").with_suffix("").as_posix() + "/" in measuring:
            shown, again = masked(str(shown)), masked(str(again))
        if shown != again:
            different.append(path.name)
    assert different == []


def test_numbers_and_drawings_alone_are_masked():
    page = "lessons/times/index.html"
    one = b'<p>It took 1,234.5 \xc2\xb5s, 3 times.</p><svg a="1"><path/></svg>'
    two = b'<p>It took 99 \xc2\xb5s, 2 times.</p><svg a="2"></svg>'
    assert comparable(page, one, ["lessons/times/"]) == comparable(page, two, ["lessons/times/"])
    assert comparable(page, one, ["lessons/times/"]) != comparable(page, one + b"x", ["lessons/times/"])
    hashes = b'{"lessons/times/": "1", "": "2"}'
    assert comparable("offline.json", hashes, ["lessons/times/"]) == {"": "2"}
    assert comparable(page, one, ["lessons/other/"]) != comparable(page, two, ["lessons/other/"])
