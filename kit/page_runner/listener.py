"""Answers at the site's address while the first build of `mkdocs serve` goes on, then hands the port over.

MkDocs listens only after its first build. Until then a browser would find nobody there.
"""

from __future__ import annotations

import json
import os
import re
import socket
import socketserver
import threading
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from mkdocs.livereload import LiveReloadServer

from strict_policy.inline import hash_of

from .bar import State

PAGE = Path(__file__).with_name("building.html")
SOON = "The site is being put together"


class Listener(socketserver.ThreadingTCPServer):
    """The server of the page that says how far the build has come.

    Args:
        address: Host and port.
        name: The site's name.
        ask: Gives the state of the build.

    Raises:
        OSError: Nobody can listen there.
    """

    allow_reuse_address = os.name == "posix"  # on Windows that lets two servers take one address
    daemon_threads = True

    def __init__(self, address: tuple[str, int], name: str, ask: Callable[[], State | None]):
        self.address, self.name, self.ask = address, name, ask
        self.address_family = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0][0]
        super().__init__(address, Answer)
        self.thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True, name="listener")
        self.thread.start()
        self.bind = LiveReloadServer.server_bind
        listener = self

        def server_bind(server: LiveReloadServer) -> None:
            """Take the socket that listens already, and with it who waits there."""
            if server.server_address == listener.address:
                server.socket.close()
                server.socket = Bound(fileno=listener.hand_over())
            listener.bind(server)

        LiveReloadServer.server_bind = server_bind  # type: ignore[method-assign, assignment]

    def hand_over(self) -> int:
        """Answer no more, and give the socket away."""
        self._stop()
        return self.socket.detach()

    def close(self) -> None:
        """Answer no more, and listen no more."""
        self._stop()
        self.server_close()

    def _stop(self) -> None:
        LiveReloadServer.server_bind = self.bind  # type: ignore[method-assign]
        if self.thread.is_alive():
            self.shutdown()
            self.thread.join()

    def text(self) -> dict[str, Any]:
        """What the page shows."""
        state = self.ask()
        if state is None:
            return {"said": SOON, "done": 0, "total": 0, "now": []}
        now = [f"{name}, {seconds:.0f} s" for name, seconds in state.now]
        summary = str(State(state.what, state.done, state.total, left=state.left))
        return {"said": summary, "done": state.done, "total": state.total, "now": now}


class Bound(socket.socket):
    """A socket that has its address already."""

    def bind(self, address: Any) -> None:
        """Nothing is left to do."""


class Answer(BaseHTTPRequestHandler):
    """Says for every address that the site is not there yet: a page for people, JSON for that page."""

    server: Listener

    def do_GET(self) -> None:
        """Answer with 503, which means: come again."""
        text = self.server.text()
        if self.headers.get("Accept") == "application/json":
            body, kind = json.dumps(text), "application/json"
        else:
            body, kind = self._page(text), "text/html; charset=utf-8"
        data = body.encode()
        self.send_response(503)
        headers = {"Content-Type": kind, "Content-Length": str(len(data)), "Cache-Control": "no-store"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Retry-After", "1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_HEAD = do_POST = do_GET

    def _page(self, text: dict[str, Any]) -> str:
        values = {
            "NAME": escape(self.server.name),
            "SAID": escape(text["said"]),
            "NOW": "".join(f"<li>{escape(page)}</li>" for page in text["now"]),
            "DONE": str(text["done"]),
            "TOTAL": str(text["total"] or 1),
        }
        page = PAGE.read_text("utf-8")
        for name in ("SCRIPT", "STYLE"):  # which its policy knows by their hashes
            inside = page.partition(f"<{name.lower()}>")[2].partition("</")[0]
            values[name] = hash_of(inside)
        return re.sub("%([A-Z]+)%", lambda name: values[name[1]], page)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the log is the build's."""
