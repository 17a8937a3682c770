"""Run pages and print what their snippets and numbers give: `python -m page_runner docs/lessons/x.md …`."""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from .page import PageError, Snippet, survey_page
from .process import PageProcess
from .program import Output


def show(path: Path, root: Path) -> None:
    """Run one page and print each snippet's output and each number under the line where it stands."""
    page = survey_page(path, root)
    for error in page.errors[:-1]:  # all that is wrong with a page that cannot be read
        print(error, file=sys.stderr)
    if page.errors:
        raise page.errors[-1]
    with PageProcess(page, root) as process:
        for item in page.items:
            value = process.run(item)
            if isinstance(item, Snippet):
                assert isinstance(value, Output)
                drawn = [f"[figure: {value.alt}]"] * bool(value.figures) + ["[table or chart]"] * len(value.markup)
                print(f"{page.name}:{item.line}\n{textwrap.indent(item.source, '  | ')}", end="")
                varies = f"[varies: {value.varies}]" if value.varies else ""
                print("\n".join(filter(None, [varies, value.text.rstrip(), value.error, *drawn])))
            else:
                print(f"{page.name}:{item.line} {{{{ {item.expression} }}}} = {value}")


def main() -> int:
    """The command; 1 when a page failed."""
    parser = argparse.ArgumentParser(prog="python -m page_runner", description=__doc__)
    parser.add_argument("pages", nargs="+", type=Path, metavar="PAGE")
    code = 0
    for path in parser.parse_args().pages:
        try:
            show(path.resolve(), Path.cwd().resolve())
        except (PageError, OSError, ValueError) as error:
            print(error, file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
