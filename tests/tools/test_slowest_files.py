"""The list of slow files at the end of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
CONFTEST = (
    f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom slowest_files import pytest_terminal_summary"
)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "two workers"])
def test_a_run_ends_with_its_slowest_files(pytester: pytest.Pytester, workers: list[str]):
    slow = "import time\n\ndef test_waits():\n    time.sleep(0.3)\n\ndef test_fails():\n    assert False"
    quick = "def test_passes():\n    pass"
    pytester.makepyfile(test_slow=slow, **{f"test_quick_{number}": quick for number in range(10)})
    pytester.makeconftest(CONFTEST)
    done = pytester.runpytest("-p", "no:randomly", *workers)
    *_, ninth, last = [line for line in done.outlines if line]
    place = next(number for number, line in enumerate(done.outlines) if "slowest 10 of 11 files" in line)
    first, *others = done.outlines[place + 1 : place + 11]
    seconds, unit, tests, _, file = first.split()
    assert (unit, tests, file) == ("s", "2", "test_slow.py")
    assert 0.3 <= float(seconds) < 30
    assert {line.split()[2] for line in others} == {"1"}
    assert ninth == others[-1]
    assert last.strip("= ").startswith("1 failed, 11 passed in ")


def test_a_run_of_one_file_has_no_list(pytester: pytest.Pytester):
    pytester.makepyfile("def test_passes():\n    pass")
    pytester.makeconftest(CONFTEST)
    assert "slowest" not in pytester.runpytest().stdout.str()
