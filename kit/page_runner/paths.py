"""Paths as a page may show them: none tells of the machine that the site was built on."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import tempfile
from pathlib import Path

from .looks import installed

PAGE_FOLDER, WORK = "page-", "work"  # how the name of a page's folder begins; where in it the page works


def without_paths(text: str, root: Path | None = None) -> str:
    r"""A text with each path of this machine shortened.

    A file of the project or of the page's working folder stands there as seen from its folder, one of Python or of a
    package from the folder that has them all, one of the user's from `~`.

    Args:
        text: What a page would show.
        root: The project's folder.

    Returns:
        The text.

    Example:
        ```python
        import statistics

        from page_runner.paths import without_paths

        assert without_paths(f"({statistics.__file__})").endswith("/statistics.py)")
        assert without_paths(f"({statistics.__file__})").startswith("(python3.")
        ```
    """
    if os.sep not in text:
        return text
    places, found = folders(root)

    def shown(match: re.Match[str]) -> str:
        place, below = places.get(match["folder"], ""), match["below"]
        return place + below if place else "" if below else "."

    return found.sub(shown, text)


@functools.cache
def folders(root: Path | None) -> tuple[dict[str, str], re.Pattern[str]]:
    """The folders of this machine with what stands in their place, and how they are found in a text."""
    places: dict[str, str] = {}
    with contextlib.suppress(RuntimeError):  # a user without a home
        places |= dict.fromkeys(forms(Path.home()), "~")
    for folder in map(Path, installed()):
        places |= dict.fromkeys(forms(folder), folder.name)
    if root:
        places |= dict.fromkeys(forms(root), "")
    separator = re.escape(os.sep)
    known = "|".join(re.escape(form) for form in sorted(places, key=len, reverse=True))
    temporary = "|".join(re.escape(form) for form in forms(Path(tempfile.gettempdir())))
    own = rf"(?:{temporary}){separator}{PAGE_FOLDER}\w+(?:{separator}{WORK})?"
    end = rf"(?P<below>{separator}|(?![\w-]|\.\w))"
    return places, re.compile(rf"(?<![\w.~/\\-])(?:{own}|(?P<folder>{known})){end}")


def forms(folder: Path) -> set[str]:
    """A folder as texts may name it; none for the topmost one."""
    found = {str(folder), os.path.realpath(folder)}
    return {form for path in found if path != Path(path).anchor for form in (path, path.replace("\\", "\\\\"))}
