"""The course's site for the tests: built once, when a test first asks for it, and served by one process to all workers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from project_root import ROOT

from browser_engine.web import SiteHandler, WebServer

BASE = "/course/"  # below the server's root, as a project's site on GitHub Pages is
BUILD, START = "/build", "/start"  # two addresses beside the site: wait until it is built; begin, and do not wait


@dataclass(frozen=True)
class Course:
    """The built site: its folder, and the address at which it is served."""

    folder: Path
    url: str


class CourseServer:
    """Builds the site when first asked to, and serves it from threads of this process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="course-"))
        self.server = WebServer(type("CourseHandler", (Handler,), {"owner": self, "folder": self.folder, "base": BASE}))
        self.root = self.server.root
        self.building = threading.Lock()
        self.process: subprocess.Popen[str] | None = None

    def build(self) -> str:
        """Build the site once, however many ask; what went wrong, or nothing."""
        with self.building:
            return self.built

    @cached_property
    def built(self) -> str:
        if pages := os.environ.get("COURSE_PAGES"):  # a look at a few pages alone, as make check asks for it
            command = [sys.executable, "tools/build_pages.py", str(self.folder), *pages.split()]
        else:
            command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(self.folder)]
        environment = os.environ | {"SITE_URL": self.root + BASE, "REPO_URL": "", "NO_MKDOCS_2_WARNING": "1"}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment | {"PYTHONUTF8": "1", "PAGE_RUNNER_PATIENCE": "10"},  # beside tests and other work
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        said, _ = self.process.communicate()
        return said.strip() or ("" if self.process.returncode == 0 else f"exit status {self.process.returncode}")

    def stop(self) -> None:
        """Stop serving, and a build that is under way, and remove the site."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Handler(SiteHandler):
    """Serves the site under BASE, its 404.html where there is nothing, and the two addresses beside it."""

    owner: CourseServer

    def do_GET(self) -> None:
        if self.path == START:
            threading.Thread(target=self.owner.build, daemon=True).start()
            self.answer(200, {})
        elif self.path == BUILD:
            fault = self.owner.build()
            course = {"folder": str(self.owner.folder), "url": self.owner.root + BASE}
            self.answer(500 if fault else 200, {"fault": fault} if fault else course)
        else:
            super().do_GET()

    def answer(self, code: int, value: dict[str, str]) -> None:
        self.write(code, json.dumps(value).encode(), "application/json")

    def write(self, code: int, body: bytes, kind: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.write(code, (self.folder / "404.html").read_bytes(), "text/html; charset=utf-8")


def start_building(root: str) -> None:
    """Let the server at this address begin to build, while other tests run."""
    urllib.request.urlopen(root + START).close()


def built_course(root: str) -> Course:
    """The site of the server at this address, once it is built.

    Raises:
        AssertionError: The build failed or warned; the message is what it printed.
    """
    try:
        with urllib.request.urlopen(root + BUILD) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            raise AssertionError(json.load(error)["fault"]) from None
    return Course(Path(found["folder"]), found["url"])
