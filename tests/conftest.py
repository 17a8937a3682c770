"""The passengers that tests read; the real site, built once for all tests that look at it."""

from __future__ import annotations

import gc
import os

import pytest
import torch
from course_runner import PRELOAD
from course_site import CourseServer, built_course, start_building
from page_runs import one_folder_for_all_processes  # noqa: F401  a fixture
from passenger_list import HAS_LIST, HAS_TABLES
from slowest_files import pytest_terminal_summary  # noqa: F401  pytest finds it here

from page_runner.process import CONTEXT
from page_runner.runner import cores

# No test looks for the list of passengers on the network: where the reader's folder has none, they are simulated.
if not HAS_LIST:
    os.environ.setdefault("FOUNDATIONS_TITANIC", "simulated")

if not HAS_TABLES:  # the same of timm's tables
    os.environ.setdefault("FOUNDATIONS_TIMM", "absent")

os.environ["PYTHONIOENCODING"] = "utf-8"  # what tests start writes as they read, whatever the locale
os.environ["MKL_CBWR"] = "COMPATIBLE"  # as in a page's process: the same sums, to the last digit
torch.set_num_threads(1)  # the tests share the cores already, and a page has one thread, too

# Pages of all sites are forked from one process: it has what the course's pages import, whoever starts it, before `page_runner.origin`.
preload = CONTEXT.set_forkserver_preload
CONTEXT.set_forkserver_preload = lambda names: preload([*PRELOAD, *names])

SERVER = pytest.StashKey[CourseServer]()


@pytest.fixture(params=["passengers", "simulated"])
def passengers_from(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A source of passengers, for what must hold with the real list and with simulated ones."""
    if request.param == "passengers" and not HAS_LIST:
        pytest.skip("FOUNDATIONS_DATA names no folder with the list of passengers")
    monkeypatch.setenv("FOUNDATIONS_TITANIC", request.param)
    return request.param


def pytest_configure(config: pytest.Config) -> None:
    """Make the one server of the site, before there are workers."""
    if not hasattr(config, "workerinput"):
        config.stash[SERVER] = CourseServer()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: at any time some test waits, for a browser or a server."""
    return cores() + 1


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a worker of pytest-xdist where the server is."""
    node.workerinput["course"] = node.config.stash[SERVER].root


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(SERVER, None):
        server.stop()


def server_of(config: pytest.Config) -> str:
    """The address of the one server."""
    return config.workerinput["course"] if hasattr(config, "workerinput") else config.stash[SERVER].root


@pytest.hookimpl(trylast=True)  # after pytest-randomly has shuffled them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that look at the site behind the others, which run while it is built."""
    items.sort(key=needs_the_site)


def needs_the_site(item: pytest.Item) -> bool:
    return "course" in getattr(item, "fixturenames", ())


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()  # modules and tests stay: no test is slow because all of them are looked through for garbage
    if not session.config.option.collectonly and any(map(needs_the_site, session.items)):
        start_building(server_of(session.config))


@pytest.fixture(scope="session")
def course(request: pytest.FixtureRequest):
    """The built site."""
    return built_course(server_of(request.config))
