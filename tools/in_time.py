"""A plugin of pytest for `make check`: of some files only certain cases, and no new test after a while."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

LEFT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the names, the time, and the file for what was left."""
    parser.addoption("--case", action="append", default=[], metavar="FILE=NAME", help="of this file, only such cases")
    parser.addoption("--until", type=float, default=float("inf"), metavar="TIME", help="when the last test may begin")
    parser.addoption("--left", type=Path, metavar="FILE", help="where to write which files were not finished")


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing left."""
    config.stash[LEFT] = []


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the cases that are not asked for; tests without cases stay."""
    wanted: dict[str, set[str]] = {}
    for case in config.getoption("--case"):
        file, _, name = case.partition("=")
        wanted.setdefault(file, set()).add(name)

    def asked(item: pytest.Item) -> bool:
        names = wanted.get(item.nodeid.partition("::")[0])
        case = f"-{item.nodeid.partition('[')[2].removesuffix(']')}-"
        return names is None or case == "--" or any(f"-{name}-" in case for name in names)

    config.hook.pytest_deselected(items=[item for item in items if not asked(item)])
    plain = {item: item.nodeid.partition("::")[0] in wanted and "[" not in item.nodeid for item in items}
    items[:] = sorted(filter(asked, items), key=plain.__getitem__)  # the cases asked for come first


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Pass over a test for which there is no time; a look at the page in the browser always takes place."""
    if time.time() > item.config.getoption("--until") and not item.get_closest_marker("browser"):
        item.config.stash[LEFT].append(item.nodeid)
        pytest.skip("no time is left")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was left."""
    if path := session.config.getoption("--left"):
        left: list[str] = session.config.stash[LEFT]
        path.write_text("\n".join(left), "utf-8")
