"""Who may import whom: one way, from what a lesson calls down to libraries, and from the kit to nothing of the course."""

from __future__ import annotations

import ast
import re
import sys

import pytest
from imports import COURSE, KIT, PACKAGES, SRC, imports
from project_root import ROOT

# The libraries that a package of the course may use. What it needs of them is among the dependencies of pyproject.toml.
LIBRARIES = {
    "foundations": {"matplotlib", "numpy", "pandas", "pooch", "scipy", "sklearn", "torch", "tqdm", "xlsxwriter"},
    "live_charts": {"IPython", "ipywidgets", "torch"},
}


def room(name: str) -> str:
    """The room of a module or of something in it; empty for what stands below the rooms."""
    _, first, *rest = [*name.split("."), ""]
    return first if rest and (SRC / "foundations" / first / "__init__.py").is_file() else ""


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_a_package_imports_what_it_may(package: str):
    taken = {name.partition(".")[0] for _, name in imports(package)} - {package, *sys.stdlib_module_names}
    assert not taken & (COURSE if package in KIT else PACKAGES)
    assert package in KIT or taken <= LIBRARIES[package]
    assert taken, "none found: is anything read?"


def test_no_room_takes_a_private_name_of_another_and_what_is_below_takes_nothing_of_a_room():
    ours = [(module, name) for module, name in imports("foundations") if name.startswith("foundations.")]
    between = [(module, name) for module, name in ours if room(module) != room(name)]
    assert ("foundations.trees.drawing", "foundations._drawings.ACCENT") in between
    assert ("foundations.passengers.survival", "foundations.curves.losses.mae") in between
    private = [pair for pair in between if room(pair[1]) and any(part.startswith("_") for part in pair[1].split("."))]
    assert private == []
    upward = [pair for pair in between if not room(pair[0]) and pair[0] != "foundations.__init__"]
    assert upward == []


def test_a_room_opens_nothing_of_its_own():
    rooms = [path.parent.name for path in (SRC / "foundations").glob("*/__init__.py")]
    assert {"curves", "exercises"} < set(rooms)
    opening = [
        module for module, _ in imports("foundations") if module.count(".") == 2 and module.endswith(".__init__")
    ]
    assert set(opening) == {"foundations.exercises.__init__"}, "which has `check`"


def test_every_file_on_the_map_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    way, wishes = text.partition("### The way of a page\n")[2].partition("\n### ")[0].split("| to add | touch |\n")
    named = [re.findall(r"`([\w./-]+\.\w+|[\w./-]+/)`", part) for part in (way, wishes)]
    assert [name for names in named for name in names if not (ROOT / name).exists()] == []
    assert {f"kit/{package}" for package in KIT} <= {name.rpartition("/")[0] for name in named[0]}
    assert [row.count("`") // 2 >= 3 for row in wishes.splitlines()[1:]] == [True] * 13


@pytest.mark.parametrize("package", sorted(KIT))
def test_a_package_names_its_modules(package: str):
    tree = ast.parse((ROOT / "kit" / package / "__init__.py").read_text("utf-8"))
    modules = {path.stem for path in (ROOT / "kit" / package).glob("*.py")} - {"__init__", "__main__"}
    assert modules <= set(re.findall(r"`(\w+)`", ast.get_docstring(tree) or ""))


def test_the_readme_names_every_package_and_every_room():
    table = (ROOT / "README.md").read_text("utf-8").partition("## Where things are")[2]
    assert set(re.findall(r"^\| `(src|kit)/(\w+)/`", table, re.M)) == {
        *(("src", package) for package in COURSE),
        *(("kit", package) for package in KIT),
    }
    rooms = {path.parent.name for path in (SRC / "foundations").glob("*/__init__.py")}
    assert rooms <= set(re.findall(r"`(\w+)`", table.partition("src/foundations/")[2].partition("\n")[0]))
