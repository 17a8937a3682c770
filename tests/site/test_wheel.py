"""What readers install: the two packages of the course, and what these import."""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from environments import requirements
from imports import COURSE, SRC, imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_root import ROOT

from page_runner.wheel import project_wheel


@pytest.fixture(scope="session")
def wheel() -> Path:
    wheel = project_wheel(ROOT, ROOT / ".cache" / "wheel")
    assert wheel
    return wheel


def test_the_readers_wheel_has_the_courses_packages_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    about = {name for name in names if ".dist-info/" in name}
    sources = [path for path in SRC.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert names - about == {path.relative_to(SRC).as_posix() for path in sources}
    assert {"foundations", "live_charts"} == COURSE == {name.partition("/")[0] for name in names - about}
    assert {name.partition("/")[2] for name in about} == {"METADATA", "RECORD", "WHEEL", "licenses/LICENSE"}


def test_it_requires_what_they_import_and_nothing_else(wheel):
    taken = {name.partition(".")[0] for package in COURSE for _, name in imports(package)}
    found = packages_distributions()
    imported = {canonicalize_name(found[name][0]) for name in taken - COURSE - {*sys.stdlib_module_names}}
    always, in_a_lab = (names(requirements(wheel, extra)) for extra in ("", "lab"))
    assert imported - always == {"ipython", "ipywidgets"}, "which come with `lab`, and whose absence charts explain"
    assert always <= imported and "ipywidgets" in in_a_lab


def names(texts: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in texts}


def test_a_wheel_with_files_of_another_date_is_another(tmp_path, monkeypatch):
    (tmp_path / "src/small").mkdir(parents=True)
    (tmp_path / "src/small/__init__.py").touch()
    settings = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    settings += '[project]\nname = "small"\nversion = "1"\n[tool.hatch.build.targets.wheel]\npackages = ["src/small"]\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    made = []
    for date in ("1580601600", "0", "1580601600"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", date)
        made.append(project_wheel(tmp_path, tmp_path / "kept").read_bytes())
    assert made[0] == made[2] != made[1]
