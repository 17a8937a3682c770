"""Run a page as a test, through mktestdocs: every fence in order, and exactly those that the site shows as Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .page import Page, PageError, Snippet, read_page
from .process import PRELOAD, PageProcess


def check_page(path: Path, root: Path, preload: tuple[str, ...] = PRELOAD) -> int:
    r"""Run a page's snippets and numbers as a test.

    mktestdocs finds the snippets, and each must be the very one that the site shows at that place.

    Args:
        path: The Markdown file.
        root: The project's folder.
        preload: Names of modules to import once, before pages are forked.

    Returns:
        How many snippets ran.

    Raises:
        PageError: The page cannot be read or does not run, or mktestdocs reads it differently.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.check import check_page

        with TemporaryDirectory() as folder:
            page = Path(folder, "x.md")
            _ = page.write_text("`" * 3 + "python\nassert 1 + 1 == 2\n" + "`" * 3 + "\n", "utf-8")
            assert check_page(page, Path(folder)) == 1
        ```
    """
    import mktestdocs

    page = read_page(path, root)
    if not page.items:
        return 0
    left = list(page.items)
    with PageProcess(page, root, preload) as process, TemporaryDirectory() as folder:

        def run(source: str) -> None:
            while left:
                item = left.pop(0)
                if isinstance(item, Snippet) and item.source != source:
                    raise PageError(page.name, item.line, f"mktestdocs reads this snippet differently:\n{source}")
                process.run(item)
                if isinstance(item, Snippet):
                    return
            raise PageError(page.name, 1, f"mktestdocs finds a snippet that the page does not show:\n{source}")

        plain = Path(folder, "page.md")
        plain.write_text(plain_fences(page))
        with executor(run):
            mktestdocs.check_md_file(plain)
        for item in left:
            if isinstance(item, Snippet):
                raise PageError(page.name, item.line, "mktestdocs did not run this snippet")
            process.run(item)
    return len(page.snippets)


def plain_fences(page: Page) -> str:
    """The page's snippets alone, their fences as mktestdocs knows them: three ticks, `python`, nothing more."""
    lines = page.text.split("\n")
    plain = [""] * len(lines)
    for snippet in page.snippets:
        plain[snippet.line - 2] = f"{snippet.indent}```python"
        plain[snippet.line - 1 : snippet.end] = lines[snippet.line - 1 : snippet.end]
    return "\n".join(plain)


@contextmanager
def executor(run: Callable[[str], None]) -> Iterator[None]:
    """Let mktestdocs hand Python snippets to `run`, and put back who had them before."""
    from mktestdocs import __main__ as mktestdocs

    before = mktestdocs._executors["python"]
    mktestdocs.register_executor("python", run)
    try:
        yield
    finally:
        mktestdocs.register_executor("python", before)
