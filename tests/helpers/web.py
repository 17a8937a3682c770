"""The HTTP server of all tests that need one: on this machine, at a port that was free."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class WebServer(ThreadingHTTPServer):
    """Answers from threads of this process until it is stopped, or its block ends."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0):
        super().__init__(("127.0.0.1", port), handler)
        self.root = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def __exit__(self, *_: object) -> None:
        self.stop()


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves the site in `folder` below `base`; says nothing of it."""

    folder: Path
    base = "/"

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a page that was left
            super().handle()

    def translate_path(self, path: str) -> str:
        inside = path.partition("?")[0]
        inside = inside.removeprefix(self.base).strip("/") if inside.startswith(self.base) else "nowhere"
        file = self.folder / inside
        return str(file / "index.html" if file.is_dir() else file)

    def log_message(self, *_: object) -> None:
        pass
