"""How long a page takes: to read, from its words; to run, from what its front matter promises.

The time to run is a promise and no measurement, so that two builds show the same. A test keeps the promise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .fences import passages

PACE = 200  # words a minute
RUNS_IN = 20  # seconds, where a page does not say
COMMENT = re.compile(r"<!--.*?-->", re.S)
TAG = re.compile(r"</?[a-z][^>]*>", re.I)
LINK_TARGET = re.compile(r"\]\([^)]*\)")
ATTRIBUTES = re.compile(r"\{:?[ \t]*[.#][^{}\n]*\}")
WORD = re.compile(r"\w[\w’'.,-]*")


def words(markdown: str) -> int:
    r"""How many words a page has for a reader, code apart.

    Args:
        markdown: The page, without its front matter.

    Returns:
        The number of words outside of fences; an address behind a link does not count.

    Example:
        ```python
        from page_runner.times import words

        assert words("# Two words\n\n~~~\nno words\n~~~\n\nAnd [three](a-b.md) more.") == 5
        ```
    """
    lines = markdown.split("\n")
    prose = "\n".join(lines[first - 1] for first, _, fence in passages(lines) if not fence)
    for pattern in (COMMENT, TAG, LINK_TARGET, ATTRIBUTES):
        prose = pattern.sub(" ", prose)
    return len(WORD.findall(prose))


def times(count: int, seconds: int) -> str:
    """How long a page takes, as it stands under the title.

    Args:
        count: The page's words.
        seconds: What its code keeps below.

    Returns:
        A sentence's parts, with points between them.

    Example:
        ```python
        from page_runner.times import times

        assert times(201, 20) == "2 minutes to read, longer to work through · its code runs in under 20 seconds"
        ```
    """
    spent = minutes(count)
    return (
        f"{spent} minute{'s' * (spent > 1)} to read, longer to work through · its code runs in under {seconds} seconds"
    )


def minutes(count: int) -> int:
    """Minutes that so many words take, rounded up.

    Args:
        count: The words.

    Returns:
        Minutes, 1 or more.

    Example:
        ```python
        from page_runner.times import minutes

        assert (minutes(10), minutes(200), minutes(201)) == (1, 1, 2)
        ```
    """
    return max(1, -(-count // PACE))


def runs_in(meta: Mapping[str, Any]) -> int:
    """Seconds of computing that a page's code keeps below.

    Args:
        meta: The page's front matter; `runs_in: 40` there allows more than usual.

    Returns:
        Seconds; 20 where the page does not say.

    Raises:
        ValueError: The front matter has something else than a whole number above 0.

    Example:
        ```python
        from page_runner.times import runs_in

        assert (runs_in({}), runs_in({"runs_in": 40})) == (20, 40)
        ```
    """
    seconds = meta.get("runs_in", RUNS_IN)
    if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
        raise ValueError(f"runs_in is {seconds!r} but must be a whole number of seconds, such as 20")
    return seconds
