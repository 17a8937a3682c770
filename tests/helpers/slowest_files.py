"""Ends a run of the tests with the ten files that took longest, so that slow tests do not creep in unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import pytest

SHOWN = 10


@pytest.hookimpl(wrapper=True, tryfirst=True)  # last of all, but for pytest's own line with the counts
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None]:
    """List files by the seconds that their tests took, fixtures included; with pytest-xdist, those of all workers."""
    yield
    stats = terminalreporter.stats.values()
    reports = [report for found in stats for report in found if type(report) is pytest.TestReport]  # no subtest's
    tests = Counter(name.partition("::")[0] for name in {report.nodeid for report in reports})
    seconds = dict.fromkeys(tests, 0.0)
    for report in reports:
        seconds[report.nodeid.partition("::")[0]] += report.duration
    if len(tests) > 1:
        terminalreporter.section(f"slowest {min(SHOWN, len(tests))} of {len(tests)} files")
        for file, took in sorted(seconds.items(), key=lambda item: -item[1])[:SHOWN]:
            terminalreporter.line(f"{took:7.1f} s  {tests[file]:4} tests  {file}")
