"""Two builds of the course from nothing give the same bytes, down to the last file.

A page with `measures: time` in its front matter shows times, which differ. There all but numbers and drawings is equal.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from measuring import masked, measuring_pages

ROOT = Path(__file__).resolve().parents[1]


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


def test_two_cold_builds_are_byte_identical(tmp_path):
    builds = []
    for name in ("one", "two"):
        for part in ("docs", "theme"):
            shutil.copytree(ROOT / part, tmp_path / name / part)
        shutil.copy(ROOT / "mkdocs.yml", tmp_path / name)
        (tmp_path / name / "src").mkdir()
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
        environment = os.environ | {"SOURCE_DATE_EPOCH": "0", "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
        builds.append(subprocess.Popen(command, cwd=tmp_path / name, env=environment))
    assert [build.wait() for build in builds] == [0, 0]
    one, two = (
        {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}
        for site in (tmp_path / "one/site", tmp_path / "two/site")
    )
    assert one.keys() == two.keys()
    differing = [name for name in one if one[name] != two[name]]
    measuring = measuring_pages()
    assert [
        name for name in differing if comparable(name, one[name], measuring) != comparable(name, two[name], measuring)
    ] == []


def test_numbers_and_drawings_alone_are_masked():
    page = "lessons/times/index.html"
    one = b'<p>It took 1,234.5 \xc2\xb5s, 3 times.</p><svg a="1"><path/></svg>'
    two = b'<p>It took 99 \xc2\xb5s, 2 times.</p><svg a="2"></svg>'
    assert comparable(page, one, ["lessons/times/"]) == comparable(page, two, ["lessons/times/"])
    assert comparable(page, one, ["lessons/times/"]) != comparable(page, one + b"x", ["lessons/times/"])
    hashes = b'{"lessons/times/": "1", "": "2"}'
    assert comparable("offline.json", hashes, ["lessons/times/"]) == {"": "2"}
    assert comparable(page, one, ["lessons/other/"]) != comparable(page, two, ["lessons/other/"])
