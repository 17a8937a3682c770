"""The passengers that tests read; the real site, built once for all tests that look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch
from page_runs import one_folder_for_all_processes  # noqa: F401  a fixture
from passenger_list import HAS_LIST, HAS_TABLES
from slowest_files import pytest_terminal_summary  # noqa: F401  pytest finds it here

ROOT = Path(__file__).resolve().parents[1]
# No test looks for the list of passengers on the network: where the reader's folder has none, they are simulated.
if not HAS_LIST:
    os.environ.setdefault("FOUNDATIONS_TITANIC", "simulated")

if not HAS_TABLES:  # the same of timm's tables
    os.environ.setdefault("FOUNDATIONS_TIMM", "absent")

os.environ["MKL_CBWR"] = "COMPATIBLE"  # as in a page's process: the same sums, to the last digit
torch.set_num_threads(1)  # the tests share the cores already, and a page has one thread, too

BASE = "/course/"  # below the server's root, as a project's site on GitHub Pages is


@dataclass(frozen=True)
class Course:
    """The built site: its folder, and the address at which it is served."""

    folder: Path
    url: str


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder under BASE, and its 404.html where there is nothing."""

    folder: Path

    def translate_path(self, path: str) -> str:
        inside = path.partition("?")[0].removeprefix(BASE).strip("/") if path.startswith(BASE) else "/nowhere"
        file = self.folder / inside
        return str(file / "index.html" if file.is_dir() else file)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = (self.folder / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=["passengers", "simulated"])
def passengers_from(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A source of passengers, for what must hold with the real list and with simulated ones."""
    if request.param == "passengers" and not HAS_LIST:
        pytest.skip("FOUNDATIONS_DATA names no folder with the list of passengers")
    monkeypatch.setenv("FOUNDATIONS_TITANIC", request.param)
    return request.param


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items):
    """Let one process run all tests that look at the site, so that it is built once."""
    for item in items:
        if "course" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("site"))


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("site")
    handler = type("CourseHandler", (Handler,), {"folder": folder})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        url = f"http://127.0.0.1:{server.server_port}{BASE}"
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
        environment = os.environ | {"SITE_URL": url, "REPO_URL": "", "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}
        build = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
        assert build.returncode == 0, build.stdout + build.stderr
        assert build.stderr.strip() == ""
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Course(folder, url)
        server.shutdown()
        thread.join()
