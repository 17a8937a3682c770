"""Do all pages give the same numbers with other versions of the packages? `make lowest` asks.

Usage:
    python tools/same_numbers.py OTHER_PYTHON
    python tools/same_numbers.py --give [PAGE …]    what this Python gives, as JSON

Words and the layout of tables may differ from version to version, and numbers as sums in another order do. What differs
more is listed, to be read: random numbers may be others, and a version is one. A page that fails there is an error.
"""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GIVE = "--give"
FAILED = "failed: "
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d*)?(?:e[-+]?\d+)?", re.I)
CLOSE = 1e-3  # of the larger of two numbers

Given = dict[str, list[tuple[int, str]]]  # by page: the line of each snippet and number, and the text that it gave


def give(pages: list[str]) -> Given:
    """What some pages give, or all, by this Python's packages."""
    from page_runner.page import survey_page
    from page_runner.program import Output
    from page_runner.runner import Runner

    paths = [ROOT / page for page in pages] or sorted((ROOT / "docs").rglob("*.md"))
    found: Given = {}
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(ROOT, Path(folder))
        runner.start(survey_page(path, ROOT) for path in paths)
        for path in paths:
            run = runner.result(path)
            texts = [
                "\n".join([value.text, value.error, *map(plain, value.markup)])
                if isinstance(value, Output)
                else value or ""
                for value in run.outputs
            ]
            lines = [item.line for item in run.page.items] if run.page else []
            name = path.relative_to(ROOT).as_posix()
            found[name] = [
                *zip(lines, texts, strict=False),
                *((error.line, f"{FAILED}{error}") for error in run.errors),
            ]
        runner.stop()
    return found


def plain(markup: str) -> str:
    """The text of a table; charts are drawn from numbers of which no reader sees all digits."""
    return re.sub(r"<[^>]+>", " ", markup) if "<table" in markup else ""


def differences(ours: Given, theirs: Given) -> list[str]:
    """Where the numbers of two runs are not the same, a line for each."""
    found = []
    for page, items in ours.items():
        others = theirs.get(page, [])
        if len(others) != len(items):
            found.append(f"{page}: {len(items)} outputs here, {len(others)} there{last_words(others)}")
        for (line, one), (_, other) in zip(items, others, strict=False):
            if not same(numbers(one), numbers(other)):
                found.append(f"{page}:{line}: {shown(one)} here, {shown(other)} there")
    return found


def last_words(items: list[tuple[int, str]]) -> str:
    return f", where it {items[-1][1]}" if items and items[-1][1].startswith(FAILED) else ""


def shown(text: str) -> str:
    return repr(text if len(text) <= 300 else f"{text[:300]}…")


def numbers(text: str) -> list[float]:
    """The numbers in a text."""
    return [float(number.replace(",", "").replace("−", "-")) for number in NUMBER.findall(text)]


def same(ours: list[float], theirs: list[float]) -> bool:
    return len(ours) == len(theirs) and all(
        math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-6) for one, other in zip(ours, theirs, strict=True)
    )


def main(arguments: list[str]) -> int:
    """The command; 1 where a page fails with one of the two."""
    if arguments[:1] == [GIVE]:
        sys.stdout.buffer.write(json.dumps(give(arguments[1:])).encode())
        return 0
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    both = []
    for python in (sys.executable, arguments[0]):
        environment = os.environ | {"PAGE_RUNNER_PATIENCE": "10"}
        run = subprocess.run([python, __file__, GIVE], cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
        both.append(json.loads(run.stdout))
    found = differences(*both)
    print("\n".join([*found, f"{len(both[0])} pages compared, {len(found)} outputs with other numbers."]))
    return any(text.startswith(FAILED) for given in both for items in given.values() for _, text in items)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
