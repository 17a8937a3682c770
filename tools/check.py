"""Check what a change touches, in under a minute: lint, types, changed pages, and the tests nearest to changed files.

Usage:
    make check                                              what differs from main's upstream, or from the last commit
    make check BASE=HEAD~3                                  what differs from another commit
    make check PAGE=docs/lessons/gradient-descent.md        one page alone

Uncommitted and new files count. The last line says what was not run.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from affected import IN_A_BROWSER, ROOT, Watchers, watchers
from page_runner.console import write_utf8
from page_runner.process import patience

START = time.time()
BEGIN_UNTIL = START + 40 * patience()  # no test or page begins later: what has begun then ends within the minute
NAMED = 6  # of what was not run, so much is named
STATIC = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["deno", "fmt", "--quiet", "--check"],
    ["deno", "lint", "--quiet"],
    ["deno", "check", "--quiet", "kit", "src", "theme"],
)

Part = tuple[bool, str, list[str]]  # whether it is well, what it says, what there was no time for


def git(*arguments: str) -> str:
    """What git says; nothing where it fails."""
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    return run.stdout.strip("\n") if run.returncode == 0 else ""


def base_commit(wanted: str) -> tuple[str, str]:
    """The commit to compare with, and what it is called; the command ends with one sentence where there is none."""
    if wanted:
        if not (commit := git("rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}")):
            sys.exit(f"BASE={wanted} names no commit: name one, as in make check BASE=HEAD~1")
        return commit, wanted
    upstream = git("rev-parse", "--abbrev-ref", "--verify", "--quiet", "main@{upstream}")
    if upstream and (commit := git("merge-base", "HEAD", upstream)):
        return commit, upstream
    if not (commit := git("rev-parse", "--verify", "--quiet", "HEAD")):
        sys.exit("make check compares with a commit, and there is none here: commit once, or run make test")
    return commit, "the last commit"


def changes(commit: str) -> list[str]:
    """The files that differ from a commit, new ones too."""
    listed = [*git("diff", "--name-only", "--no-renames", "-z", commit).split("\0")]
    listed += git("ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return sorted(set(filter(None, listed)))


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a module of Python's."""
    command = [sys.executable, "-m", *arguments]
    values = os.environ | {"DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"} | environment
    return subprocess.run(command, cwd=ROOT, env=values, capture_output=True, text=True, encoding="utf-8")


def static() -> tuple[bool, str]:
    """Ruff, mypy, and Deno for the scripts: whether they are content, and what they say."""
    runs = [python(*command) for command in STATIC]
    if faults := "\n".join(run.stdout + run.stderr for run in runs if run.returncode != 0):
        return False, faults
    return True, f"ruff, mypy and deno: all files are as they should be ({time.time() - START:.0f} s)"


def tests(found: Watchers) -> Part:
    """The tests: whether they pass, what they say, and which ones there was no time for."""
    nodes = [*found.tests, *(test.format(page) for page in dict.fromkeys(found.shown) for test in IN_A_BROWSER)]
    if not nodes:
        return True, "", []
    with tempfile.TemporaryDirectory() as folder:
        left = Path(folder, "left")
        options = ["-q", "--no-header", "-p", "no:randomly", "-p", "in_time", "--until", str(BEGIN_UNTIL)]
        options += [f"--case={file}={name}" for file, names in found.only.items() for name in sorted(names)]
        path = os.pathsep.join(filter(None, [str(ROOT / "tools"), os.environ.get("PYTHONPATH")]))
        run = python(
            "pytest", *options, "--left", str(left), *nodes, PYTHONPATH=path, COURSE_PAGES=" ".join(found.shown)
        )
        skipped = left.read_text("utf-8").splitlines() if left.exists() else []
    passed = run.returncode in (0, 5)  # 5: no test was left to run
    said = run.stdout.strip().splitlines()[-1:] if passed else [run.stdout + run.stderr]
    count = Counter(node.partition("::")[0] for node in skipped)
    return passed, "\n".join(said), [f"{n} test{'s' * (n > 1)} of {file}" for file, n in count.items()]


def pages(found: Watchers) -> Part:
    """The pages: whether they are sound, what is wrong, and which ones there was no time for."""
    if not found.pages and not found.runs:
        return True, "", []
    import check_page
    from page_rules import read

    check_page.set_up()
    sound, said, left = True, list[str](), list[str]()
    for page in found.pages:
        if time.time() > BEGIN_UNTIL:
            left.append(page)
            continue
        lines, fine = check_page.told(*check_page.check(ROOT / page))
        said += lines
        sound &= fine

    def runs(page: str) -> list[str] | None:
        if time.time() > BEGIN_UNTIL:
            return None
        lesson = read(ROOT / page)
        run = check_page.run(lesson, check_page.variants(lesson)[0])
        return [f"{page}:{fault.line}: {fault.what}" for fault in run.faults]

    with ThreadPoolExecutor(2) as pool:
        lines_of = dict(zip(found.runs, pool.map(runs, found.runs), strict=True))
    left += [page for page, lines in lines_of.items() if lines is None]
    faults = [line for lines in lines_of.values() for line in lines or []]
    ran = [page for page, lines in lines_of.items() if lines == []]
    if ran:
        said.append(f"{len(ran)} of {len(lines_of)} pages that use what has changed still run")
    return sound and not faults, "\n".join([*said, *faults]), left


def show(part: Part) -> Part:
    """Print what a part of the check says, as soon as it is through."""
    if part[1]:
        print(part[1], flush=True)
    return part


def main(arguments: list[str]) -> int:
    """The command; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="make check", description=__doc__)
    parser.add_argument("--base", default="", help="a commit to compare with")
    commit, called = base_commit(parser.parse_args(arguments).base)
    changed = changes(commit)
    found = watchers(changed)
    count = (
        f"{len(changed)} file{'s' * (len(changed) > 1)} differ{'s' * (len(changed) == 1)}"
        if changed
        else "Nothing differs"
    )
    print(f"{count} from {called} ({commit[:7]})", flush=True)
    with ThreadPoolExecutor(2) as pool:
        lint, tested = pool.submit(static), pool.submit(tests, found)
        results = [show(pages(found))]
        results += [show((*lint.result(), [])), show(tested.result())]
    left = list(dict.fromkeys([*(each for _, _, late in results for each in late), *found.unwatched]))
    good = all(passed for passed, _, _ in results)
    named = left if len(left) <= NAMED else [*left[: NAMED - 1], f"{len(left) - NAMED + 1} more"]
    rest = f"{', '.join(named)}, and " if left else ""
    print(
        f"{'Green' if good else 'Red'} after {time.time() - START:.0f} s. "
        f"Not run: {rest}all that these changes are far from; make test runs everything."
    )
    return int(not good)


if __name__ == "__main__":
    write_utf8()
    sys.exit(main(sys.argv[1:]))
