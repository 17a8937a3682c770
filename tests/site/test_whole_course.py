"""The course as a whole: nothing that it must teach is missing, and nothing in the package is there for nobody."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from project_root import ROOT

import foundations
from page_runner.page import read_page

DOCS = ROOT / "docs"
CURRICULUM = yaml.safe_load((ROOT / "tests/curriculum.yml").read_text("utf-8"))
# Functions that no lesson calls, and why they are in the package all the same.
USED_ELSEWHERE = {
    "Boosted": "what boost gives",
    "Descent": "what gradient_descent gives",
    "Forest": "what grow_forest gives",
    "History": "what fit gives",
    "NotYet": "what check raises; exercises name it in raises=",
    "OneRule": "what one_r gives",
    "Prepared": "what prepare gives",
    "Profile": "what profile_model gives",
    "Record": "what recorded gives",
    "add_record": "part of the command that records a GPU's times",
    "gradient_step": "one step of gradient_descent, for a reader's own loops",
    "record_gpu": "part of the command that records a GPU's times",
    "simulate_passengers": "what titanic calls where there is no list",
    "split_scores": "all splits of a column at once; min_col gives the best of them",
    "update_coeffs": "one part of one_epoch, under the published notebook's name",
}


@cache
def anchors(folder: Path, page: str) -> set[str]:
    """The ids in a built page."""
    html = (folder / page.removesuffix(".md") / "index.html").read_text("utf-8")
    return {str(element["id"]) for element in BeautifulSoup(html, "html.parser").select("article [id]")}


def test_every_topic_has_its_section(course, subtests: pytest.Subtests):
    for topic, parts in CURRICULUM.items():
        for name, places in parts.items():
            for place in places:
                with subtests.test(f"{topic}: {name}: {place}"):
                    page, _, anchor = place.partition("#")
                    assert (DOCS / page).is_file()
                    assert not anchor or anchor in anchors(course.folder, page)


@cache
def programs() -> str:
    """All code that readers see: the snippets of pages and the cells of labs."""
    import nbformat  # not when tests are collected: it takes a second

    snippets = [snippet.source for path in DOCS.rglob("*.md") for snippet in read_page(path, ROOT).snippets]
    for path in DOCS.rglob("*.ipynb"):
        snippets += [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    return "\n".join(snippets)


def test_every_public_function_is_used_in_a_lesson():
    unused = {name for name in foundations.__all__ if not re.search(rf"\b{name}\b", programs())}
    assert unused == USED_ELSEWHERE.keys()
    assert all(USED_ELSEWHERE.values())
