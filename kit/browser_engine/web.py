"""An HTTP server on this machine, at a port that was free: for a browser that opens a site which is built."""

from __future__ import annotations

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class WebServer(ThreadingHTTPServer):
    """Answers from threads of this process until it is stopped, or its block ends.

    Args:
        handler: Answers requests.
        port: At which one; 0 for any that is free.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory
        from urllib.request import urlopen

        from browser_engine.web import WebServer, handler_of

        with TemporaryDirectory() as folder:
            Path(folder, "a.txt").write_text("text", "utf-8")
            with WebServer(handler_of(Path(folder))) as server:
                assert urlopen(f"{server.root}/a.txt").read() == b"text"
        ```
    """

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0):
        super().__init__(("127.0.0.1", port), handler)
        self.root = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        self.shutdown()
        self.server_close()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves the site in `folder` below `base`; says nothing of it."""

    folder: Path
    base = "/"
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def handle(self) -> None:
        """Answer, as long as somebody waits for it."""
        with contextlib.suppress(ConnectionError):  # a page that was left
            super().handle()

    def translate_path(self, path: str) -> str:
        """The file at an address; that of a folder is its page."""
        inside = path.partition("?")[0]
        inside = inside.removeprefix(self.base).strip("/") if inside.startswith(self.base) else "nowhere"
        file = self.folder / inside
        return str(file / "index.html" if file.is_dir() else file)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def handler_of(folder: Path, base: str = "/") -> type[SiteHandler]:
    """What serves a site.

    Args:
        folder: The site's folder.
        base: Below which path.

    Returns:
        The handler for a `WebServer`.
    """
    return type("Handler", (SiteHandler,), {"folder": folder, "base": base})
