"""A page's front matter: what stands in it, and what is wrong with it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from .page import TIME_LIMIT

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
LONGEST = 86_400.0  # seconds that a page may ask for: a day
SIZE = re.compile(r"(?P<count>\d+(?:\.\d+)?) ?(?P<unit>[KMGT]?)i?B", re.I)
UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}

# What MkDocs, Material for MkDocs and its plugins read, and what this kit reads.
KNOWN = {
    "author", "authors", "categories", "comments", "date", "description", "git_creation_date_localized",
    "git_revision_date_localized", "hide", "icon", "links", "location", "pin", "readtime", "revision_date", "search",
    "slug", "social", "source", "status", "subtitle", "tags", "template", "title",
    "also", "draft", "memory_limit", "reads", "runs_in", "time_limit",
}  # fmt: skip


@dataclass(frozen=True)
class FrontMatter:
    """What stands in a page's front matter, the lines of its keys, and what is wrong with it, by line."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    errors: tuple[tuple[int, str], ...] = ()


def read_front_matter(text: str) -> FrontMatter:
    r"""Read the front matter of a page.

    A key that nothing reads is an error where it looks like a misspelt one. A project's own keys may have other names.

    Args:
        text: The page.

    Returns:
        What stands there; nothing where the page has no front matter. Lines are those of the page, counted from 1.

    Example:
        ```python
        from page_runner.front_matter import read_front_matter

        front = read_front_matter("---\ntitle: Slow\ntime_limt: 120\n---\n# Slow\n")
        assert front.errors == ((3, "nothing reads time_limt in the front matter: did you mean time_limit?"),)
        ```
    """
    match = FRONT_MATTER.match(text)
    if not match:
        return FrontMatter()
    source = match["yaml"] or ""
    try:
        values, tree = yaml.safe_load(source), yaml.compose(source, yaml.SafeLoader)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-13-01
        mark = getattr(error, "problem_mark", None)
        what = f"the front matter is not YAML: {getattr(error, 'problem', None) or error}"
        return FrontMatter(errors=((mark.line + 2 if mark else 1, what),))
    if not isinstance(values, dict) or not isinstance(tree, yaml.MappingNode):
        return FrontMatter()
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in tree.value}
    wrong = {key: what for key in map(str, values) if (what := unknown(key))}
    limit = values.get("time_limit", TIME_LIMIT)
    if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not 0 < limit <= LONGEST:
        what = f"time_limit is {limit!r} but must be a positive number of seconds, up to {LONGEST:,.0f} (a day)"
        wrong["time_limit"] = what
    if "memory_limit" in values and not memory_limit(values["memory_limit"]):
        wrong["memory_limit"] = f"memory_limit is {values['memory_limit']!r} but must be a size, such as 8 GB"
    if not isinstance(values.get("draft", True), bool):
        wrong["draft"] = f"draft is {values['draft']!r} but must be true or false"
    reads = values.get("reads", [])
    if not isinstance(reads, list) or not all(isinstance(pattern, str) and pattern.strip() for pattern in reads):
        wrong["reads"] = f"reads is {reads!r} but must be a list of files of the project, such as [data/*.csv]"
    return FrontMatter(values, lines, tuple(sorted((lines.get(key, 1), what) for key, what in wrong.items())))


def memory_limit(said: Any) -> float:
    """A size in bytes, as `8 GB` says it; 0 where it is none.

    Example:
        ```python
        from page_runner.front_matter import memory_limit

        assert memory_limit("8 GB") == 8e9 and memory_limit("much") == 0
        ```
    """
    match = SIZE.fullmatch(said.strip()) if isinstance(said, str) else None
    return float(match["count"]) * UNITS[match["unit"].upper()] if match else 0.0


def unknown(key: str) -> str:
    """What to say of a key that looks like a misspelt one; nothing of others."""
    near = [] if key in KNOWN else difflib.get_close_matches(key, sorted(KNOWN), 1, cutoff=0.75)
    return f"nothing reads {key} in the front matter: did you mean {near[0]}?" if near else ""
