"""Files that plugins write into the site beside a page, such as the page as Markdown."""

from __future__ import annotations

from mkdocs.structure.pages import Page


def beside(page: Page) -> dict[str, bytes]:
    """What is written beside a page, by its path in the site; a plugin may add to it until the page is written."""
    files: dict[str, bytes] = page.__dict__.setdefault("beside", {})
    return files
