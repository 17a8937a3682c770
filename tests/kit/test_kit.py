"""The kit as a distribution: what is in its wheel, what it asks for, and that its README names every option."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from pydoc import locate

import pytest
from environments import requirements
from imports import KIT, PACKAGES, imports
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from project_root import ROOT

from page_runner.fences import OPTIONS
from page_runner.page import MEMORY_LIMIT, TIME_LIMIT
from page_runner.times import RUNS_IN
from page_runner.wheel import project_wheel

README = (ROOT / "kit/README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "kit/pyproject.toml").read_text("utf-8"))["project"]
PLUGINS, EXTENSIONS = (PROJECT["entry-points"][group] for group in ("mkdocs.plugins", "markdown.extensions"))
# What a part needs comes with its extra; what a page may use is taken only where it is there.
EXTRAS = {
    "browser": {"playwright", "pooch"},
    "cards": {"matplotlib", "pillow"},
    "markdown": {"beautifulsoup4", "markdownify"},
    "notebooks": {"beautifulsoup4", "mkdocs-jupyter"},
    "search": {"beautifulsoup4"},
    "test": {"mktestdocs"},
}


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    table = README.partition(f"### {heading}\n")[2].partition("\n#")[0]
    lines = [line.strip("| ") for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[1:]]


def options(heading: str) -> dict[tuple[str, str], str]:
    return {(name.strip("`"), option.strip("`")): default.strip("`") for name, option, default, _ in rows(heading)}


@pytest.fixture(scope="session")
def wheel() -> Path:
    wheel = project_wheel(ROOT / "kit", ROOT / ".cache" / "kit-wheel")
    assert wheel
    return wheel


def test_the_kits_wheel_has_the_kit_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        found, licence = set(file.namelist()), file.read(f"course_kit-{PROJECT['version']}.dist-info/licenses/LICENSE")
    about = {name for name in found if ".dist-info/" in name}
    sources = [
        path.relative_to(ROOT / "kit").as_posix() for package in KIT for path in (ROOT / "kit" / package).rglob("*")
    ]
    assert found - about == {name for name in sources if (ROOT / "kit" / name).is_file() and "__pycache__" not in name}
    assert {f"{package}/py.typed" for package in KIT} <= found
    assert {name.partition("/")[2] for name in about} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }
    assert licence == (ROOT / "LICENSE").read_bytes()


def test_it_requires_what_it_imports_and_nothing_else(wheel):
    taken = {name.partition(".")[0] for package in KIT for _, name in imports(package)}
    found = packages_distributions()
    imported = {
        canonicalize_name(found[name][0]) for name in taken - PACKAGES - {*sys.stdlib_module_names} if name in found
    }
    always, *extras = (names(requirements(wheel, extra)) for extra in ("", *EXTRAS))
    assert extras == [*EXTRAS.values()]
    assert imported - set().union(*extras) == always


def names(texts: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in texts}


def test_the_readme_names_every_plugin_with_its_options_and_their_defaults():
    found: dict[tuple[str, str], str] = {}
    for name, path in PLUGINS.items():
        plugin = locate(path.replace(":", "."))()
        errors, _ = plugin.load_config({})
        needed = {key for key, _ in errors}
        found |= {(name, key): "required" if key in needed else repr(value) for key, value in plugin.config.items()}
        assert f"`{name}`" in README
    assert options("Options of the plugins") == found


def test_the_readme_names_every_extension_with_its_options_and_their_defaults():
    found: dict[tuple[str, str], str] = {}
    for name, path in EXTENSIONS.items():
        assert f"`{name}`" in README
        found |= {(name, key): repr(value) for key, value in locate(path.replace(":", "."))().getConfigs().items()}
    assert options("Options of the extensions") == found


def test_the_readme_names_the_options_of_snippets_and_the_keys_of_front_matter():
    named = [option.strip("`") for cell, _ in rows("Options of a snippet") for option in cell.split(", ")]
    assert sorted(named) == sorted(OPTIONS)
    defaults = {key.strip("`"): default for key, default, _ in rows("Keys of a page's front matter")}
    assert defaults == {
        "time_limit": f"{TIME_LIMIT:g}",
        "memory_limit": f"{MEMORY_LIMIT / 1e9:g} GB",
        "runs_in": str(RUNS_IN),
        "reads": "none",
        "draft": "false",
    }


def test_the_readme_names_every_part_with_its_extra():
    assert {package.strip("`") for package, _, _ in parts()} == KIT
    assert PROJECT["optional-dependencies"].keys() == {
        extra.partition("`")[2].partition("`")[0] for _, extra, _ in parts() if extra
    }


def parts() -> list[list[str]]:
    table = README.partition("## Its parts\n")[2].partition("\n#")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line.startswith("| `")]


def test_importing_the_kit_takes_nothing_that_comes_with_an_extra():
    modules = [path.replace(":", ".").rpartition(".")[0] for path in [*PLUGINS.values(), *EXTENSIONS.values()]]
    needing = {"page_markdown.plugin", "page_runner.notebook_page", "site_search.plugin"}
    left_out = {
        name
        for name, owners in packages_distributions().items()
        if {*map(canonicalize_name, owners)} & set().union(*EXTRAS.values())
    }
    code = f"import importlib, sys\nfor name in {sorted({*modules} - needing)}: importlib.import_module(name)\nprint(sorted({left_out} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ast.literal_eval(done.stdout) == []
