"""Put one fault at a time into a copy of the project, and count how many the tests notice.

Usage:
    make faults                                              both halves; a run that was stopped goes on
    python tools/seeded_faults.py --half foundations --seed 7 --only trees
    python tools/seeded_faults.py --half site --only questions
    python tools/seeded_faults.py --list                     what would be tried, and nothing more

One half is drawn anew each week: an operator, constant or default of foundations that cosmic-ray changes, as many in
one module as in another. Its own tests look for it, then all others that use the module, then the lessons. The other
half is two lists in tools/faults: site.toml, faults in the page runner, the plugins, the scripts, the styles and the
pages, and devices.toml, tensors on the wrong device, each with the tests that watch it.

Faults that nothing notices are shown at the end: each is a test to write, or belongs into tools/faults/equivalent.toml
with the reason why nobody could notice it.
"""

from __future__ import annotations

import argparse
import datetime
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from affected import ROOT
from faults.fault import Fault
from faults.listed import changes_nothing, listed
from faults.trial import Copy, Results
from page_runner.console import write_utf8

HALVES = ("foundations", "site")


def main() -> None:
    """Choose faults, try those that have not been tried, and report."""
    week = datetime.date.today().isocalendar()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES, help="one of the halves; without it both")
    parser.add_argument("--count", type=int, default=60, help="how many faults to draw in foundations")
    parser.add_argument(
        "--seed", type=int, default=week.year * 100 + week.week, help="of the draw; the week's without it"
    )
    parser.add_argument(
        "--only", metavar="NAME", help="a module or room of foundations, or a part of a file's or a fault's name"
    )
    parser.add_argument("--same-as", type=Path, metavar="FILE", help="the faults of a file of results, and no others")
    parser.add_argument(
        "--results", type=Path, metavar="FILE", help="where they are noted; what stands there is not tried again"
    )
    parser.add_argument("--again", action="store_true", help="try again what nothing noticed")
    parser.add_argument("--jobs", type=int, default=1, help="how many copies to work in at once")
    parser.add_argument("--list", action="store_true", help="show the faults, and try none")
    options = parser.parse_args()
    results = Results(options.results or ROOT / f".cache/seeded_faults/{options.seed}.jsonl")
    if options.same_as:
        faults = [Fault.read(entry) for entry in Results(options.same_as).found.values()]
        faults = [fault for fault in faults if (options.only or "") in f"{fault.file} {fault.name}"]
        chosen = [fault for fault in faults if not changes_nothing(fault, ROOT)]
    else:
        chosen = choose(options.half, options.count, options.seed, options.only)
    if not chosen:
        parser.error(f"--only {options.only}: there is no such module, room, file or fault")
    if options.list:
        print("\n\n".join(fault.shown(ROOT) for fault in chosen))
        return
    wanted = [
        fault for fault in chosen
        if fault.name not in results.found or (options.again and results.by(fault) is None)
    ]  # fmt: skip
    print(f"{len(wanted)} faults to try of {len(chosen)}; what is found stands in {results.path}", flush=True)
    unsound = try_all(wanted, results, options.jobs) if wanted else set()
    sys.exit(report(chosen, results, unsound))


def choose(half: str | None, count: int, seed: int, only: str | None) -> list[Fault]:
    """The faults of one half or of both."""
    found = []
    if half != "site":
        from faults.drawn import drawn  # needs cosmic-ray

        found += drawn(count, seed, only)
    if half != "foundations":
        found += [fault for fault in listed() if only is None or only in fault.file or only in fault.name]
    return found


def groups(fault: Fault) -> list[list[str]]:
    """The tests that look for a fault, group after group."""
    if fault.tests:
        return [list(fault.tests)]
    from faults.drawn import watching

    return watching(fault.file)


def try_all(faults: list[Fault], results: Results, jobs: int) -> set[str]:
    """Try faults in copies of the project; gives the tests that fail without a fault."""
    copies: Queue[Copy] = Queue()
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        made = [Copy(ROOT, Path(folder, str(number), ROOT.name)) for number in range(jobs)]
        for copy in made:
            copies.put(copy)

        def tried(fault: Fault) -> None:
            copy = copies.get()
            try:
                by = copy.noticed_by(fault, groups(fault))
            except ValueError as error:
                print(f"{fault.name}: NOT TRIED: {error}", flush=True)
                return
            finally:
                copies.put(copy)
            results.add(fault, by)
            print(f"{fault.name}: {f'noticed by {by}' if by else 'NOT NOTICED'}", flush=True)

        with ThreadPoolExecutor(jobs) as pool:
            try:
                list(pool.map(tried, faults))
            except BaseException:  # Ctrl+C, or a signal to end
                pool.shutdown(wait=False, cancel_futures=True)
                for copy in made:
                    copy.stop()
                raise
        return set().union(*(copy.unsound for copy in made))


def report(faults: list[Fault], results: Results, unsound: set[str]) -> int:
    """Show what went unnoticed, and the share of the rest; 1 where there is something to mend."""
    tried = [fault for fault in faults if fault.name in results.found]
    unnoticed = [fault for fault in tried if results.by(fault) is None]
    for fault in unnoticed:
        print(f"\nNobody noticed {fault.shown(ROOT)}")
    for test in sorted(unsound):
        print(f"\n{test} fails as it is: it was left out")
    noticed, left = len(tried) - len(unnoticed), len(faults) - len(tried)
    share = f": {noticed / len(tried):.0%}" if tried else ""
    print(f"\n{noticed} of {len(tried)} noticed{share}{f'; {left} could not be tried' if left else ''}")
    return int(bool(unnoticed or unsound or left))


if __name__ == "__main__":
    write_utf8()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that no copy and no test is left behind
    main()
