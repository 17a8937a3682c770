"""The lessons that use a function are named in its entry: as they import it, in the order of the menu."""

from __future__ import annotations

import ast

from project_root import ROOT

import foundations
from used_in import on_config, pages, uses

LISTED = "from foundations.curves.losses import mae as mae\nfrom foundations.curves.losses import mse as mse\n"
ONE = """---
title: "One: the first"
---

```python
from foundations import mae, mse  # both
```

    ```python fold="x"
    from foundations import (
        mse as squared,
        nothing,
    )
    ```
"""
TWO = "---\ntitle: Two\n---\n\nWrite `from foundations import mae`.\n\n```text\nfrom foundations import mae\n```\n"


def test_a_lesson_uses_what_its_code_imports():
    found = uses(LISTED, {"lessons/two.md": TWO, "lessons/one.md": ONE})
    one = [("lessons/one/", "One: the first")]
    assert found == {"foundations.curves.losses.mae": one, "foundations.curves.losses.mse": one}
    in_a_fold = ONE.replace("from foundations import mae, mse  # both", "pass")
    assert uses(LISTED, {"lessons/one.md": in_a_fold}) == {"foundations.curves.losses.mse": one}


def test_lessons_come_in_the_order_of_the_menu():
    nav = ["index.md", {"Part": [{"B": "lessons/b.md"}, "lessons/a.md"]}, {"Last": "last.md"}]
    assert list(pages(nav)) == ["index.md", "lessons/b.md", "lessons/a.md", "last.md"]


def test_every_import_of_the_course_is_found():
    """By the hook's few patterns and by Python's own reading of the runner's snippets alike."""
    from mkdocs.config import load_config

    from page_runner.page import read_page

    config = load_config(str(ROOT / "mkdocs.yml"))
    on_config(config)
    found = config.plugins["mkdocstrings"].config["handlers"]["python"]["options"]["extra"]["used_in"]
    by_hook = {(name.rpartition(".")[2], address) for name, lessons in found.items() for address, _ in lessons}
    by_reading = set()
    for name in (name for name in pages(config.nav) if name.startswith("lessons/")):
        for snippet in read_page(ROOT / "docs" / name, ROOT).snippets:
            for node in ast.walk(ast.parse(snippet.source)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "foundations":
                    by_reading |= {(alias.name, name.removesuffix(".md") + "/") for alias in node.names}
    assert by_hook == {(name, lesson) for name, lesson in by_reading if name in foundations.__all__}
    assert len(by_hook) > 150
