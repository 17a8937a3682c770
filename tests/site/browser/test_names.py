"""Headings and controls by role and name, as a screen reader lists them: those of five pages are in `names/`.

To renew them after a change that was meant: `RENEW_NAMES=1 python -m pytest -n 0 tests/site/browser/test_names.py`, then
read what `git diff` says.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "names"
FIVE = (
    *("", "lessons/loss-functions/", "lessons/an-engine-of-your-own/", "lessons/three-or-seven/"),  # chart, steps, pad
    "review/",
)
ROLES = (
    *(
        "application",
        "banner",
        "button",
        "checkbox",
        "combobox",
        "dialog",
        "group",
        "heading",
        "navigation",
        "progressbar",
    ),
    *("radio", "radiogroup", "region", "search", "searchbox", "slider", "spinbutton", "switch", "tab", "textbox"),
)
LISTED = re.compile(rf"^ *- '?((?:{'|'.join(ROLES)})\b(?: \"(?:[^\"\\]|\\.)*\")?(?: \[level=\d\])?)", re.M)
EVERYWHERE = ("group", 'button "Copy to clipboard"', 'button "Copy with everything above"')  # folds and snippets
FIGURES = "figure.live, figure[data-script]"


def names_on(page):
    """A line for each, in the order of the page; what looks the same twice, twice."""
    for figure in page.locator(FIGURES).all():
        if figure.is_visible():
            figure.scroll_into_view_if_needed()
            figure.locator("xpath=self::*[@data-live]").wait_for()
    parts = [page.locator(part).aria_snapshot() for part in ("header.md-header", "article")]
    names = re.sub(r"An? \d, read as \d", "A digit, read as another", "\n".join(parts))  # which, a trained net decides
    return "".join(f"{line}\n" for line in LISTED.findall(names) if line not in EVERYWHERE)


@pytest.mark.parametrize("name", FIVE, ids=lambda name: name or "home")
def test_a_screen_reader_finds_the_same_names(open_page, name):
    names = names_on(open_page(name, reduced_motion="reduce"))
    file = FOLDER / f"{name.strip('/').rpartition('/')[2] or 'home'}.txt"
    if os.environ.get("RENEW_NAMES"):
        file.write_text(names, "utf-8")
    assert names == file.read_text("utf-8")
