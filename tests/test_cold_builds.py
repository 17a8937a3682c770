"""Two builds of the course from nothing give the same bytes, down to the last file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


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
    assert [name for name in one if one[name] != two[name]] == []
