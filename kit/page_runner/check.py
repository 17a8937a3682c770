"""Run a page as a test, through mktestdocs: every fence in order, and exactly those that the site shows as Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .page import Number, NumberError, Page, PageError, Snippet, collected, read_page
from .process import PageProcess

TICKS = "\ue000"  # stands for three ticks


def check_page(path: Path, root: Path, preload: tuple[str, ...] = ()) -> int:
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
    from mktestdocs import __main__ as mktestdocs

    page = read_page(path, root)
    if not page.items:
        return 0
    left = list(page.items)
    failed: list[PageError] = []
    with collected(failed), PageProcess(page, root, preload) as process:

        def run_one(item: Snippet | Number) -> None:
            try:
                process.run(item)
            except NumberError as error:
                failed.append(error)

        def run(source: str) -> None:
            source = source.replace(TICKS, "```")
            while left:
                item = left.pop(0)
                if isinstance(item, Snippet) and item.source != source:
                    raise PageError(page.name, item.line, f"mktestdocs reads this snippet differently:\n{source}")
                run_one(item)
                if isinstance(item, Snippet):
                    return
            raise PageError(page.name, 1, f"mktestdocs finds a snippet that the page does not show:\n{source}")

        with executor(run):
            mktestdocs.check_raw_string(plain_fences(page))  # a file it would read in the locale's encoding
        for item in left:
            if isinstance(item, Snippet):
                raise PageError(page.name, item.line, "mktestdocs did not run this snippet")
            run_one(item)
        process.finish()
    return len(page.snippets)


def plain_fences(page: Page) -> str:
    """The page's snippets alone, their fences as mktestdocs knows them: three ticks, `python`, nothing more.

    Ticks in the code itself, which mktestdocs would take for a fence's end, are `TICKS`.
    """
    plain = [""] * (page.text.count("\n") + 2)
    for snippet in page.snippets:
        source = snippet.source.replace("```", TICKS)
        plain[snippet.line - 2 : snippet.end] = ["```python", *source.split("\n")[:-1], "```"]
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
