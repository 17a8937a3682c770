"""Which generator renders a page, MkDocs or Zensical, and which page it is: each keeps that elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from markdown import Markdown

from .page import Page, PageError, name_from, read_regular, survey

if TYPE_CHECKING:  # Zensical needs no MkDocs
    from mkdocs.structure.files import File

    from .runner import Runner

MKDOCSTRINGS = re.compile(r"^::: ", re.M)  # stands in a page whose words mkdocstrings writes, from docstrings
Survey: TypeAlias = Callable[[bytes, str], Page]  # reads a page of this name
EDITED = "edited"  # the name under which a file of MkDocs has the page that a reader has made of it
NOT_READ = "*This page could not be read.*\n"  # stands in for its text


@dataclass(frozen=True)
class RenderedPage:
    """The page that Python-Markdown is rendering."""

    address: str  # among the pages, as `lessons/x.md`
    name: str  # as messages name it
    root: Path
    docs: Path
    read: Callable[..., Page]  # gives the page as it was written, before plugins change it
    generated: bool = False  # by a plugin: no file of this name can be opened
    runner: Runner | None = None  # that of the plugin, where it takes part


def rendered_page(md: Markdown) -> RenderedPage | None:
    """The page that is being rendered; None for texts that are no page of a generator."""
    if "relpath" in md.treeprocessors:  # MkDocs
        links: Any = md.treeprocessors["relpath"]
        file, config = links.file, links.config
        name, docs = page_name(file.src_uri, config), Path(config.docs_dir)
        generated = Path(file.abs_src_path or "") != docs / file.src_uri
        runner = getattr(config.plugins.get("page_runner"), "runner", None)
        source = partial(written, file, config)
        return RenderedPage(file.src_uri, name, project_root(config), docs, source, generated, runner)
    if is_zensical(md):
        context: Any = md.preprocessors["rendering_context"]
        root = Path.cwd().resolve()
        docs = root / context.config["docs_dir"]
        path = docs / context.page.path
        address, name = path.relative_to(docs).as_posix(), name_from(path, root)
        return RenderedPage(address, name, root, docs, partial(read, path, name))
    return None


def zensical_pages(md: Markdown) -> list[Path]:
    """The files that Zensical takes for pages, which it does as MkDocs does, without drafts."""
    from mkdocs.config.config_options import PathSpec
    from mkdocs.structure.files import _default_exclude

    context: Any = md.preprocessors["rendering_context"]
    docs = Path.cwd().resolve() / context.config["docs_dir"]
    excluded, drafts = (
        PathSpec().run_validation(context.config.get(key) or "") for key in ("exclude_docs", "draft_docs")
    )
    left_out = _default_exclude + excluded
    found = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*.md")) if path.is_file()}
    return [path for name, path in found.items() if not left_out.match_file(name) and not drafts.match_file(name)]


def project_root(config: Any) -> Path:
    """The folder of a project: where its configuration lies."""
    return Path(config.config_file_path or "mkdocs.yml").parent.resolve()


def page_name(address: str, config: Any) -> str:
    """A page of MkDocs as messages name it: by its address among the pages, in their folder as seen from the project's.

    Example:
        ```python
        from types import SimpleNamespace

        from page_runner.generator import page_name

        config = SimpleNamespace(config_file_path="/course/mkdocs.yml", docs_dir="/course/docs")
        assert page_name("lessons/x.md", config) == "docs/lessons/x.md"
        ```
    """
    return name_from(Path(config.docs_dir, address), Path(config.config_file_path or "mkdocs.yml").absolute().parent)


def is_generated(file: File, config: Any) -> bool:
    """Whether a plugin wrote a page of MkDocs: its author can open no file of its name."""
    return Path(file.abs_src_path or "") != Path(config.docs_dir, file.src_uri)


def written(file: File, config: Any, survey: Survey = survey) -> Page:
    """A page of MkDocs as it was written, before plugins change it; where a reader has edited it, as it is now."""
    if edited := getattr(file, EDITED, None):
        page: Page = edited
        return page
    name = page_name(file.src_uri, config)
    if file.abs_src_path:
        return read(Path(file.abs_src_path), name, survey)
    try:
        return survey(file.content_bytes, name)
    except ValueError as error:  # a character that no encoding has
        return not_read(name, error)


def read(path: Path, name: str, survey: Survey = survey) -> Page:
    """A page from its file, whatever lies there."""
    try:
        return survey(read_regular(path), name)
    except OSError as error:
        return not_read(name, error)


def not_read(name: str, error: Exception) -> Page:
    """A page that cannot be read."""
    why = getattr(error, "strerror", None) or error
    return Page(name, NOT_READ, (), errors=(PageError(name, 1, f"the page cannot be read: {why}"),))


def is_zensical(md: Markdown) -> bool:
    """Whether Zensical renders this text: no plugin of MkDocs takes part."""
    return "rendering_context" in md.preprocessors


def is_docstring(md: Markdown) -> bool:
    """Whether this text is a docstring that mkdocstrings shows on a page, and no page itself."""
    return "mkdocstrings_headings" in md.treeprocessors
