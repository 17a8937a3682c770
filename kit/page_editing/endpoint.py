"""What browsers ask of the engine, and what keeps others out.

Whoever can make the engine run code can do whatever its user can. So only pages of this very server may: they know a
token, which nobody can read who comes under another name, and their browser says that they come from here.
"""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import json
import re
import secrets
import select
import socket
from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import urlsplit

from .engine import Engine, Refused

PATH = "-/page-editing/run"
LIMIT = 1_000_000  # bytes of a request
REASONS = {
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    413: "Content Too Large", 415: "Unsupported Media Type", 429: "Too Many Requests", 503: "Service Unavailable",
}  # fmt: skip
RELOAD = "This page is not from the server that runs now: load it again."
OTHERS = "Only pages of this server can run code here."
Environ = dict[str, Any]
Start = Callable[..., Any]


class Endpoint:
    """Stands before the application of a development server.

    Args:
        engine: What runs pages.
        app: The application.
        mount: The path under which the site lies, with a slash at its end.
        hosts: Names under which the server may be reached beside this machine's own, each with its port.
    """

    def __init__(self, engine: Engine, app: Callable[..., Iterable[bytes]], mount: str, hosts: Iterable[str] = ()):
        self.engine, self.app, self.mount, self.hosts = engine, app, mount, {host.lower() for host in hosts}
        self.token = secrets.token_urlsafe(32)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request."""
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if path == f"{self.mount}{PATH}":
            return self._run(environ, start)
        if environ["REQUEST_METHOD"] == "GET" and path.startswith(self.mount) and self.is_own_name(environ):
            return self._with_token(environ, start, path.removeprefix(self.mount))
        return self.app(environ, start)

    def is_own_name(self, environ: Environ) -> bool:
        """Whether a request is addressed to this server by a name that nobody else can have."""
        host = str(environ.get("HTTP_HOST", "")).lower()
        return host in self.hosts or is_loopback(host_of(host))

    def _with_token(self, environ: Environ, start: Start, path: str) -> Iterable[bytes]:
        """A page, with what its script needs to run it."""
        name = path.removesuffix("index.html") if path.endswith("/index.html") or path == "index.html" else path
        about = self.engine.about(name)
        if about is None:
            return self.app(environ, start)
        answered: list[Any] = []
        result = self.app(environ, lambda *args: answered.extend(args))
        try:
            body = b"".join(result)
        finally:
            getattr(result, "close", lambda: None)()
        status, headers, *rest = answered
        if status.startswith("200 "):
            known = {"engine": "server", "run": f"{self.mount}{PATH}", "token": self.token, **about}
            meta = f'<meta name="page-editing" content="{escape(json.dumps(known))}">'.encode()
            at = max(body.find(b"</head>"), 0)
            body = body[:at] + meta + body[at:]
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers += [("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
        start(status, headers, *rest)
        return [body]

    def _run(self, environ: Environ, start: Start) -> Iterable[bytes]:
        try:
            body = read(environ)
            self._guard(environ)
            run = self.engine.start(**asked(body))
        except Refused as refused:
            answer = json.dumps(refused.more).encode()
            headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
            start(f"{refused.status} {REASONS[refused.status]}", [*headers, ("Cache-Control", "no-store")])
            return [answer]
        start("200 OK", [("Content-Type", "application/x-ndjson"), ("Cache-Control", "no-store")])
        return run.lines(lambda: is_gone(environ["wsgi.input"]))

    def _guard(self, environ: Environ) -> None:
        """Refuse what does not come from a page of this server."""
        if environ["REQUEST_METHOD"] != "POST":
            raise Refused(405, "Ask with POST.")
        origin = urlsplit(str(environ.get("HTTP_ORIGIN", "")))
        host = str(environ.get("HTTP_HOST", "")).lower()
        if not self.is_own_name(environ) or origin.scheme not in ("http", "https") or origin.netloc.lower() != host:
            raise Refused(403, OTHERS)
        if not self.hosts and not is_loopback(str(environ.get("REMOTE_ADDR", ""))):
            raise Refused(403, OTHERS)
        if not hmac.compare_digest(str(environ.get("HTTP_X_PAGE_EDITING", "")).encode(), self.token.encode()):
            raise Refused(403, RELOAD)
        if str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower() != "application/json":
            raise Refused(415, "Ask with JSON.")


def read(environ: Environ) -> bytes:
    """The body of a request.

    Raises:
        Refused: It is too large, or nobody says how large it is.
    """
    length = str(environ.get("CONTENT_LENGTH") or "0")
    if not re.fullmatch("[0-9]{1,18}", length) or environ.get("HTTP_TRANSFER_ENCODING"):
        raise Refused(400, "The request does not say how long it is.")
    if int(length) > LIMIT:
        raise Refused(413, f"The edited page is larger than {LIMIT:,} bytes.")
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def asked(body: bytes) -> dict[str, Any]:
    """What a request asks for, as arguments of `Engine.start`.

    Raises:
        Refused: It is no such request.

    Example:
        ```python
        from page_editing.endpoint import asked

        body = b'{"page": "x/", "made_from": "", "edits": {"3": "y = 1"}, "tab": "a"}'
        assert asked(body)["edits"] == {3: "y = 1"}
        ```
    """
    wrong = Refused(400, "This is no request to run a page.")
    try:
        given = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(given, dict) or given.keys() != {"page", "made_from", "edits", "tab"}:
        raise wrong
    edits = given.pop("edits")
    if not isinstance(edits, dict) or not all(isinstance(value, str) for value in [*given.values(), *edits.values()]):
        raise wrong
    if not all(re.fullmatch("[0-9]{1,6}", number, re.A) for number in edits) or not 0 < len(given["tab"]) <= 100:
        raise wrong
    numbers = {int(number): code for number, code in edits.items()}
    if len(numbers) != len(edits):
        raise wrong
    return {"name": given["page"], "made_from": given["made_from"], "edits": numbers, "tab": given["tab"]}


def host_of(address: str) -> str:
    """The name or number in a Host header, without the port; empty for what is none.

    Example:
        ```python
        from page_editing.endpoint import host_of

        assert [host_of(each) for each in ("localhost:8000", "[::1]:1", "a@b")] == ["localhost", "::1", ""]
        ```
    """
    found = re.fullmatch(r"(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::[0-9]{1,5})?", address, re.A)
    return (found[1] or found[2]) if found else ""


def is_loopback(host: str) -> bool:
    """Whether a name or number is this machine's own, for itself alone.

    Example:
        ```python
        from page_editing.endpoint import is_loopback

        assert is_loopback("127.0.0.1") and is_loopback("localhost") and not is_loopback("localhost.example")
        ```
    """
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def is_gone(request: Any) -> bool:
    """Whether who sent a request has closed the connection."""
    try:
        connection = socket.socket(fileno=request.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    try:
        return bool(select.select([connection], [], [], 0)[0]) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
    finally:
        connection.detach()
