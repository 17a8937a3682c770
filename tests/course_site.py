"""The course's site for the tests: built once, when a test first asks for it, and served by one process to all workers."""

from __future__ import annotations

import contextlib
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
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
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
        handler = type("CourseHandler", (Handler,), {"owner": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.root = f"http://127.0.0.1:{self.server.server_port}"
        self.building = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

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
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Handler(SimpleHTTPRequestHandler):
    """Serves the site under BASE, its 404.html where there is nothing, and the two addresses beside it."""

    owner: CourseServer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a page that was left
            super().handle()

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

    def translate_path(self, path: str) -> str:
        inside = path.partition("?")[0].removeprefix(BASE).strip("/") if path.startswith(BASE) else "/nowhere"
        file = self.owner.folder / inside
        return str(file / "index.html" if file.is_dir() else file)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        self.write(code, (self.owner.folder / "404.html").read_bytes(), "text/html; charset=utf-8")

    def log_message(self, *_: object) -> None:
        pass


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
        raise AssertionError(json.load(error)["fault"]) from None
    return Course(Path(found["folder"]), found["url"])
