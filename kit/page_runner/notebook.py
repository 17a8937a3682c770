"""A page as a Jupyter notebook: its prose as Markdown that any notebook shows, its snippets as cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from .blocks import Block, Code, Note, Prose, Tab, flat, holds_code, in_order, quoted, read_blocks
from .cache import Outputs
from .page import Page

# What a project may say about a fold without code: takes what the fold is (`question`) and the lines in it; gives the
# lines that stand in view, a heading, and the lines that stay folded under it. None leaves the fold as it is.
InTwo: TypeAlias = Callable[[str, list[str]], tuple[list[str], str, list[str]] | None]
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook(
    page: Page, values: Outputs, install: str = "", link: Callable[[str], str] = str, in_two: InTwo | None = None
) -> str:
    r"""A page as a notebook.

    Every snippet is a cell, wherever it stands. Numbers are set into their sentences. What only Material for MkDocs
    shows becomes plain Markdown: notes are quotes, tabs have their titles in bold, folded text stays folded.
    Outputs are left to the reader's own run.

    Args:
        page: The page.
        values: What its snippets and numbers gave.
        install: Source of a first cell, which installs what the page imports; none where it is empty.
        link: Turns the target of a link or image into what the notebook should have there.
        in_two: Parts a fold into lines in view and lines that stay folded; None leaves every fold as it is.

    Returns:
        The notebook's JSON, nbformat 4.5. The same page gives the same text.

    Example:
        ```python
        import json

        from page_runner.notebook import notebook
        from page_runner.page import Page, read_items

        text = "# Sum\n\n" + "`" * 3 + "python\nx = 2\n" + "`" * 3 + "\n\nIt is {{ x }}.\n"
        page = Page("sum.md", text, tuple(read_items(text, "sum.md")))
        cells = json.loads(notebook(page, [..., "2"]))["cells"]
        assert ["".join(cell["source"]) for cell in cells] == ["# Sum", "x = 2", "It is 2."]
        ```
    """
    blocks: Iterable[Block] = read_blocks(page, values, link)
    if in_two:
        blocks = parted(blocks, in_two)
    cells = [code_cell(install)] if install else []
    cells += [cell_of(part) if isinstance(part, Code) else prose_cell(part) for part in in_order(blocks)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    rows = ",\n".join(
        json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in cells
    )  # much faster than indent=
    return f'{{"cells": [\n{rows}\n], "metadata": {json.dumps(KERNEL)}, "nbformat": 4, "nbformat_minor": 5}}\n'


def parted(blocks: Iterable[Block], in_two: InTwo) -> Iterator[Block]:
    """Blocks with the folds that `in_two` parts in two."""
    for block in blocks:
        if isinstance(block, Note) and block.mark != "!!!" and not holds_code(block):
            lines = [line for part in flat(block.blocks) if not isinstance(part, Code) for line in quoted(*part)]
            if parts := in_two(block.types, lines):
                shown, heading, folded = parts
                yield Prose(("", f"**{block.title}**", "", *shown, ""))
                yield Note("???", "", heading, (Prose(tuple(folded)),))
                continue
        if isinstance(block, Note | Tab):
            block = replace(block, blocks=tuple(parted(block.blocks, in_two)))
        yield block


def cell_of(code: Code) -> dict[str, Any]:
    """A snippet as a cell; one that raises on purpose does not stop the others."""
    cell = code_cell(code.source)
    if code.raises:
        cell["metadata"]["tags"] = ["raises-exception"]
    if code.hidden:
        cell["metadata"]["jupyter"] = {"source_hidden": True}
    return cell


def prose_cell(text: str) -> dict[str, Any]:
    """A cell of Markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code_cell(source: str) -> dict[str, Any]:
    """A cell of code that has not run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }
