"""Pages that measure times, and say so by `measures: time` in their front matter: their numbers differ from run to run."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from page_runner.page import FRONT_MATTER

ROOT = Path(__file__).resolve().parents[1]

DRAWING = re.compile(r"<svg.*?</svg>", re.S)
NUMBER = re.compile(r"\d[\d.,]*")


def measuring_pages() -> list[str]:
    """The folders in the site of the pages that measure times."""
    pages = []
    for path in (ROOT / "docs").rglob("*.md"):
        front = FRONT_MATTER.match(path.read_text("utf-8"))
        if front and yaml.safe_load(front["yaml"] or "").get("measures") == "time":
            pages.append(path.relative_to(ROOT / "docs").with_suffix("").as_posix() + "/")
    return pages


def masked(text: str) -> str:
    """A text without its numbers and drawings."""
    return NUMBER.sub("0", DRAWING.sub("<svg/>", text))
