"""The page of error messages: each entry shows the error as it is raised now, and what puts it right."""

from __future__ import annotations

import re

import pytest
from course_runner import RUNNER
from project_root import ROOT

from page_runner.page import Snippet, read_page

PATH = ROOT / "docs/reference/error-messages.md"
TEXT = PATH.read_text("utf-8")
HEADING = re.compile(r"^### (?P<title>.*?) \{ #(?P<id>[\w-]+) \}$")
TITLES = {match["id"]: match["title"] for line in TEXT.splitlines() if (match := HEADING.match(line))}


def sections() -> dict[str, list[int]]:
    """The numbers of the items, snippets and others, that stand in each entry."""
    lines = TEXT.splitlines()
    found: dict[str, list[int]] = {name: [] for name in TITLES}
    for number, item in enumerate(read_page(PATH, ROOT).items):
        for line in reversed(lines[: item.line]):
            if match := HEADING.match(line):
                found[match["id"]].append(number)
                break
            if line.startswith("## "):
                break
    return found


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower().replace("\\", "")))


def test_there_are_many_and_every_heading_has_an_id():
    assert len(TITLES) >= 40
    assert len(re.findall(r"^### ", TEXT, re.M)) == len(TITLES)


def test_an_entry_raises_its_error_and_ends_with_what_works(subtests: pytest.Subtests):
    items = read_page(PATH, ROOT).items
    run = RUNNER.result(PATH)
    assert run.errors == []
    for name, numbers in sections().items():
        with subtests.test(name):
            snippets = [number for number in numbers if isinstance(items[number], Snippet)]
            raising = [number for number in snippets if "raises" in items[number].options]
            assert "raises" not in items[snippets[-1]].options
            if name == "cuda":  # raises nothing where there is a card
                continue
            shown = " ".join(run.outputs[number].error for number in raising)
            assert shown
            assert "\x1b" not in shown
            # The heading is made of the message's own words, and so is found by them.
            missing = words(TITLES[name]) - words(shown)
            assert len(missing) <= len(words(TITLES[name])) / 2, missing
