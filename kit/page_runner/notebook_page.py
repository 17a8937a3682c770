"""Jupyter notebooks that are pages of the site: as mkdocs-jupyter gives them, in the look of every other page."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag
from mkdocs.config.base import LegacyConfig
from mkdocs.config.config_options import ListOfItems, Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as SitePage

from .blocks import LINK
from .errors import page_hook
from .marks import slim
from .notebook import code_cell
from .plugin import PageRunnerPlugin, in_site

log = get_plugin_logger("notebook_pages")

# mkdocs-jupyter's prose and code, in the notebook's order.
CELLS = ".jp-MarkdownOutput, .jp-InputArea-editor .highlight-ipynb > pre"


class NotebookPagesPlugin(BasePlugin[LegacyConfig]):
    """The plugin as `plugins` in mkdocs.yml names it: `notebook_pages`, after mkdocs-jupyter and page_runner.

    Its option `install` names packages that a notebook to take away installs beside the project's own.
    """

    config_scheme = (("install", ListOfItems(Type(str), default=[])),)

    @page_hook
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> str | None:
        """Give a notebook's page its look and its description, and offer the notebook to take away."""
        if not page.file.src_uri.endswith(".ipynb"):
            return None
        source, name = page.file.content_string, posixpath.basename(page.file.src_uri)
        if about := description(source):
            page.meta["description"] = about
        runner = config.plugins.get("page_runner")
        if isinstance(runner, PageRunnerPlugin):
            target = posixpath.join(posixpath.dirname(page.file.dest_uri), name)
            offer = runner.offer(target, config)
            also = [f"%pip install -q {name}" for name in self.config["install"]]
            install = "\n".join([offer.install, *also]).strip()
            outside = partial(in_site, page=page, files=files, site_url=config.site_url)
            files.append(File.generated(config, target, content=taken_away(source, install, outside).encode()))
            runner.offers[page.file.src_uri] = offer
        return notebook_page(html, partial(from_page, page=page, files=files))


def from_page(target: str, *, page: SitePage, files: Files) -> str:
    """Where a notebook's link leads from its page; one that leads nowhere is warned of."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or not parts.path:
        return target
    src_uri = posixpath.normpath(posixpath.join(posixpath.dirname(page.file.src_uri), unquote(parts.path)))
    file = files.get_file_from_path(src_uri)
    if file is None:
        log.warning(f"{page.file.src_uri} links to {target}, but there is no {src_uri}")
        return target
    return file.url_relative_to(page.file) + (f"#{parts.fragment}" if parts.fragment else "")


def notebook_page(html: str, link: Callable[[str], str] = str) -> str:
    """A notebook's cells as a page of Material for MkDocs.

    mkdocs-jupyter sends more than half a megabyte of JupyterLab's style sheets along with each notebook, and a script
    that loads a drawing program from another site. Only the cells' prose and code are taken over, so that Material's
    own styles and copy buttons serve them, and no request leaves the site. Outputs are not taken over.

    Args:
        html: What mkdocs-jupyter made of the notebook.
        link: Turns the target of a link into what the page should have there.

    Returns:
        The page's HTML.

    Example:
        ```python
        from page_runner.notebook_page import notebook_page

        html = '<style>p {}</style><div class="jp-MarkdownOutput"><p>Words.</p></div>'
        assert notebook_page(html) == "<p>Words.</p>"
        ```
    """
    parts = []
    for cell in BeautifulSoup(html, "html.parser").select(CELLS):
        if cell.name == "pre":
            code = cell.decode_contents().removeprefix("<span></span>")
            parts.append(f'<div class="python snippet highlight"><pre><code>{slim(code)}</code></pre></div>')
        else:
            for anchor in cell.select("a[href]"):
                _set_link(anchor, link)
            parts.append(cell.decode_contents().strip())
    return "\n".join(parts)


def _set_link(anchor: Tag, link: Callable[[str], str]) -> None:
    anchor["href"] = link(str(anchor["href"]))
    if "anchor-link" in anchor.get_attribute_list("class"):
        anchor["class"], anchor["title"] = "headerlink", "Link to this section"


def description(source: str) -> str | None:
    """What a notebook's metadata say that it is about, if they do.

    Example:
        ```python
        from page_runner.notebook_page import description

        assert description('{"cells": [], "metadata": {"description": "A lab."}}') == "A lab."
        ```
    """
    found: str | None = json.loads(source)["metadata"].get("description")
    return found


def taken_away(source: str, install: str = "", link: Callable[[str], str] = str) -> str:
    r"""A notebook as a reader takes it along: it installs what it imports, and its links hold outside of the site.

    Args:
        source: The notebook's JSON, nbformat 4.5.
        install: Source of a first cell, which installs the project; none where it is empty.
        link: Turns the target of a link into what the notebook should have there.

    Returns:
        The notebook's JSON.

    Example:
        ```python
        import json

        from page_runner.notebook_page import taken_away

        book = json.loads(taken_away('{"cells": []}', "%pip install -q ./x.whl"))
        assert "".join(book["cells"][0]["source"]) == "%pip install -q ./x.whl"
        ```
    """
    book = json.loads(source)
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            cell["source"] = LINK.sub(lambda match: match[1] + link(match[2]), text).splitlines(keepends=True)
    if install:
        cell = code_cell(install)
        cell["id"] = "install"
        book["cells"].insert(0, cell)
    return json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
