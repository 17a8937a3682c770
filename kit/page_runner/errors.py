"""Errors of pages: whatever part of the kit finds one, it is that page's error.

It stands in the page and in the log, and fails the build at its end. The next good rendering of the page ends it.
"""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from markdown import Markdown

from .display import text as escape
from .generator import is_docstring, page_name, project_root, rendered_page
from .page import PageError

log = logging.getLogger("mkdocs.page_runner")

NO_VALUE = "<mark>…</mark>"  # stands in a page for a number that was not computed
SOURCES: WeakKeyDictionary[Markdown, str] = WeakKeyDictionary()
Hook = TypeVar("Hook", bound=Callable[..., Any])


@functools.cache
def errors_of(root: Path) -> dict[str, list[PageError]]:
    """The errors of a project's pages in this build, by page, the first cause first."""
    return {}


def report(error: PageError, root: Path, what: str = "This page has an error.") -> str:
    """Make an error that of its page.

    Args:
        error: What is wrong, and where.
        root: The project's folder.
        what: The first words that the page shows.

    Returns:
        HTML that shows it, for the page.
    """
    log.error("%s", error)
    errors_of(root).setdefault(error.page, []).append(error)
    where = escape(f"{error.page}:{error.line}: {error.message}")
    trace = f'<pre tabindex="0">{escape(error.trace.rstrip())}</pre>' if error.trace else ""
    return f'<div class="page-error" role="alert"><p><strong>{what}</strong> {where}</p>{trace}</div>'


def report_here(md: Markdown, error: PageError) -> str:
    """`report` for an extension that renders a page. Where no page runner takes part, nobody counts: it is raised."""
    page = rendered_page(md)
    if not page or "page_runner" not in md.preprocessors:
        raise error from None
    return report(error, page.root)


def page_error(error: Exception, name: str) -> PageError:
    """Any error as that of a page."""
    if isinstance(error, PageError):
        return error
    trace = "".join(traceback.format_exception(error))
    return PageError(name, 1, f"{type(error).__name__}: {error}", trace)


def page_hook(hook: Hook) -> Hook:
    """Let the errors of what a plugin does for one page be the page's: they stand above its text."""

    @functools.wraps(hook)
    def safe(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return hook(self, *args, **kwargs)
        except Exception as error:
            page, config = kwargs.get("page") or args[0], kwargs["config"]
            box = report(page_error(error, page_name(page.file.src_uri, config)), project_root(config))
            return box + args[0] if "page_content" in hook.__name__ else None

    return safe  # type: ignore[return-value]


def page_source(md: Markdown) -> str:
    """The Markdown that is being rendered, before extensions change it."""
    return SOURCES[md]


def guard(md: Markdown) -> None:
    """Let whatever is raised while a page is rendered be that page's error, which then is all that it shows."""
    convert = md.convert

    def safe(source: str) -> str:
        SOURCES[md] = source
        try:
            return convert(source)
        except Exception as error:
            page = rendered_page(md)
            if not page or is_docstring(md):
                raise
            return report(page_error(error, page.name), page.root)

    md.convert = safe  # type: ignore[method-assign]
