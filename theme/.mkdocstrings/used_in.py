"""A hook of MkDocs: the lessons that use each public function, for the function's entry in `docs/reference/api`.

The templates beside it write it down. It is part of the settings, so pages are made anew only when some
lesson begins or ceases to use a function.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,})py.*?\n(?P<code>.*?)^(?P=indent)(?P=marks)$", re.M | re.S)
IMPORT = re.compile(r"^ *from foundations[\w.]* import (?:\((?P<many>[^)]*)\)|(?P<few>.*))$", re.M)
LISTED = re.compile(r"^from (?P<module>[\w.]+) import (?P<name>\w+)", re.M)
TITLE = re.compile(r"^title: *\"?(?P<title>.*?)\"?$", re.M)


@event_priority(50)  # before mkdocstrings reads its options
def on_config(config: MkDocsConfig) -> None:
    """Give the templates the lessons that use a function, by the function's full name."""
    root, docs = Path(config.config_file_path).parent, Path(config.docs_dir)
    listed = root / "src/foundations/__init__.pyi"
    if not listed.exists() or "mkdocstrings" not in config.plugins:  # a copy of a part of the course
        return
    lessons = [name for name in pages(config.nav or []) if name.startswith("lessons/")]
    lessons = [name for name in lessons if (docs / name).exists()]  # MkDocs itself says which is missing
    options = config.plugins["mkdocstrings"].config["handlers"]["python"]["options"]
    options["extra"]["used_in"] = uses(
        listed.read_text("utf-8"), {name: (docs / name).read_text("utf-8") for name in lessons}
    )


def pages(nav: Any) -> Iterator[str]:
    """The pages that a menu names, in its order."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, dict):
        yield from pages(list(nav.values()))
    else:
        for part in nav:
            yield from pages(part)


def uses(listed: str, lessons: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The lessons that import each name.

    Args:
        listed: The text of the package's list of names, `__init__.pyi`.
        lessons: The text of each lesson, by its name, as `lessons/tensors.md`.

    Returns:
        The address and the title of each lesson, by the name's full name, such as `foundations.curves.losses.mse`.
    """
    modules = {match["name"]: match["module"] for match in LISTED.finditer(listed)}
    found: dict[str, list[tuple[str, str]]] = {}
    for lesson, text in lessons.items():
        title = TITLE.search(text)
        entry = lesson.removesuffix(".md") + "/", title["title"] if title else lesson
        for name in sorted(imported(FENCE.finditer(text)) & modules.keys()):
            found.setdefault(f"{modules[name]}.{name}", []).append(entry)
    return found


def imported(fences: Iterable[re.Match[str]]) -> set[str]:
    """The names that the code of some fences imports from the package."""
    lines = (line for fence in fences for line in IMPORT.finditer(fence["code"]))
    return {
        part.split(" as ")[0].strip()
        for line in lines
        for part in re.sub(r"#.*", "", line["many"] or line["few"]).split(",")
    }
