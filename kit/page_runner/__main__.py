"""Run pages and print what their snippets and numbers give: `python -m page_runner docs/lessons/x.md …`."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from .console import write_utf8
from .errors import page_error
from .generator import read
from .page import NumberError, PageError, Snippet, collected, name_from, together
from .process import PageProcess
from .program import Output
from .terminal import plain


def show(path: Path, root: Path) -> None:
    """Run one page and print each snippet's output and each number under the line where it stands."""
    page = read(path, name_from(path, root))
    if page.errors:
        raise together(page.errors)
    failed: list[PageError] = []
    with collected(failed), PageProcess(page, root) as process:
        for item in page.items:
            try:
                value = process.run(item)
            except NumberError as error:
                failed.append(error)
                continue
            if isinstance(item, Snippet):
                assert isinstance(value, Output)
                print(f"{page.name}:{item.line}\n{textwrap.indent(item.source, '  | ')}", end="")
                print("\n".join(filter(None, [f"[varies: {value.varies}]" * bool(value.varies), *said(value)])))
            else:
                print(f"{page.name}:{item.line} {{{{ {item.expression} }}}} = {value}")
        process.finish()
    if page.shown:
        lines = ", ".join(str(snippet.line - 1) for snippet in page.shown)
        print(f"{page.name}: {len(page.snippets)} snippets ran, {len(page.shown)} are shown and not run (line {lines})")


def said(output: Output) -> list[str]:
    """An output's parts as words."""
    words = {"figure": f"[figure: {output.alt}]", "html": "[table or chart]"}
    return [words.get(kind) or plain(content).rstrip() for kind, content in output.parts]


def main() -> int:
    """The command; 1 when a page failed."""
    write_utf8()
    parser = argparse.ArgumentParser(prog="python -m page_runner", description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    code, root = 0, Path.cwd()
    for path in parser.parse_args().pages:
        try:
            show(path.absolute(), root)
        except (PageError, OSError, ValueError) as error:
            print(error, file=sys.stderr)
            code = 1
        except Exception as error:  # whatever it is, the other pages have their turn
            print(page_error(error, name_from(path.absolute(), root)), file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
