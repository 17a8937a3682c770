"""Which generator renders a page, MkDocs or Zensical, and which page it is: each keeps that elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown import Markdown

MKDOCSTRINGS = re.compile(r"^::: ", re.M)  # stands in a page whose words mkdocstrings writes, from docstrings


@dataclass(frozen=True)
class RenderedPage:
    """The page that Python-Markdown is rendering: its file, the project's folder, the folder of all pages."""

    path: Path
    root: Path
    docs: Path

    @property
    def name(self) -> str:
        """The page as messages name it."""
        return self.path.relative_to(self.root).as_posix()


def rendered_page(md: Markdown) -> RenderedPage | None:
    """The page that is being rendered; None for texts that are no page of a generator."""
    if "relpath" in md.treeprocessors:  # MkDocs
        links: Any = md.treeprocessors["relpath"]
        root = Path(links.config.config_file_path).parent.resolve()
        return RenderedPage(Path(links.file.abs_src_path).resolve(), root, Path(links.config.docs_dir).resolve())
    if is_zensical(md):
        context: Any = md.preprocessors["rendering_context"]
        root = Path.cwd().resolve()
        docs = root / context.config["docs_dir"]
        return RenderedPage(docs / context.page.path, root, docs)
    return None


def is_zensical(md: Markdown) -> bool:
    """Whether Zensical renders this text: no plugin of MkDocs takes part."""
    return "rendering_context" in md.preprocessors


def is_docstring(md: Markdown) -> bool:
    """Whether this text is a docstring that mkdocstrings shows on a page, and no page itself."""
    return "mkdocstrings_headings" in md.treeprocessors
