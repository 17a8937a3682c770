"""Builds of some pages of the course, of every kind one; and in what two builds differ."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from project_root import ROOT

# Of all kinds: with drawings and live charts, a file to download and passengers, a pad to draw on, a glossary, a lab.
SOME_PAGES = [
    "docs/glossary.md",
    "docs/labs/quadratic.ipynb",
    "docs/lessons/autograd.md",
    "docs/lessons/in-a-spreadsheet.md",
    "docs/lessons/three-or-seven.md",
]


def copy_some_pages(folder: Path) -> None:
    """Copy these pages with their look and settings into a folder; links to other pages lead nowhere there."""
    for page in SOME_PAGES:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / page, folder / page)
    for part in ("docs/assets", "theme"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "mkdocs.yml").write_text(settings_without_menu(), "utf-8")


def settings_without_menu() -> str:
    """The course's mkdocs.yml, for a folder that has some of its pages alone."""
    return re.sub(r"^nav:\n(?: .*\n)*", "", (ROOT / "mkdocs.yml").read_text("utf-8"), flags=re.M)


def differing(one: dict[str, bytes], two: dict[str, bytes]) -> list[str]:
    """The names of files that differ."""
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
