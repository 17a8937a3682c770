"""A page as it is shown: as it was written, or as plugins and other extensions have changed it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from weakref import WeakKeyDictionary

from markdown import Markdown
from markdown.preprocessors import NormalizeWhitespace

from .generator import RenderedPage, is_zensical
from .page import Page, PageError, parse

QUOTED = 60  # characters of a line that a message repeats
SHOWN: WeakKeyDictionary[Markdown, Page] = WeakKeyDictionary()


def shown_page(md: Markdown, page: RenderedPage, source: str, lines: list[str]) -> Page:
    """The page that runs: the one that is shown.

    Args:
        md: What renders it.
        page: The page that is rendered.
        source: Its Markdown, without front matter, as plugins left it.
        lines: That, as other extensions left it.

    Returns:
        The page as it was written, if nobody has changed it; else the changed one, below the front matter of the other.
    """
    SHOWN[md] = shown = changed_page(md, page, source, lines)
    return shown


def shown_here(md: Markdown) -> Page | None:
    """The page that is being rendered, as `shown_page` gave it; None where no page runner takes part."""
    return SHOWN.get(md)


def changed_page(md: Markdown, page: RenderedPage, source: str, lines: list[str]) -> Page:
    """As `shown_page`, which remembers it."""
    written, source = page.read(), source.replace("\r\n", "\n")
    if lines != NormalizeWhitespace(md).run(source.split("\n")):
        source = "\n".join(lines)
    elif is_zensical(md):  # where no plugin takes part
        return written
    from .reading import in_two

    head, body = in_two(written.text)
    return written if source == body else parse(head + source, written.name)


def placed(error: PageError, shown: Page, written: Page, *, generated: bool) -> PageError:
    r"""An error by the line of the file that its author can open; what stands in no file is repeated.

    Args:
        error: The error, by the line of the page that was shown.
        shown: The page that was shown.
        written: The page as it was written.
        generated: Whether a plugin wrote it.

    Returns:
        The error as it is to be said.

    Example:
        ```python
        from page_runner.page import Page, PageError
        from page_runner.shown import placed

        shown, written = Page("x.md", "A banner.\n\n{{ no }}", ()), Page("x.md", "{{ no }}", ())
        assert placed(PageError("x.md", 3, "no"), shown, written, generated=False).line == 1
        ```
    """
    if shown.text == written.text and not generated:
        return error
    lines, own = shown.text.split("\n"), written.text.split("\n")
    places: dict[int, int] = {}
    if not generated:
        for there, here, size in SequenceMatcher(None, lines, own).get_matching_blocks():
            places |= {there + number: here + number for number in range(1, size + 1)}
    trace = re.sub(
        rf'(?<=File "{re.escape(error.page)}", line )\d+',
        lambda match: str(places.get(int(match[0]), match[0])),
        error.trace,
    )
    if line := places.get(error.line):
        return PageError(error.page, line, error.message, trace)
    text = lines[error.line - 1].strip() if error.line <= len(lines) else ""
    text = text[:QUOTED] + "…" * (len(text) > QUOTED)
    what = f"{error.message} (line {error.line} of what a plugin makes of this page: “{text}”)"
    return PageError(error.page, error.line, what, trace)
