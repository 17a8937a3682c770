"""A site that is served in this process as `mkdocs serve` does, and tabs of a browser in which readers edit its pages."""

from __future__ import annotations

import http.client
import itertools
import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Generator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

ARTICLE = re.compile(r"<article\b[^>]*>(.*)</article>", re.S)
TABS = itertools.count()
Event = dict[str, Any]


class Serving:
    """A served site; nobody watches its files: `rebuild` does what the server does when it has seen a change."""

    def __init__(self, root: Path, host: str = "127.0.0.1", **settings: Any):
        self.root, self.folder, self.settings = root, tempfile.mkdtemp(prefix="served-"), settings
        self.plugins: dict[str, Any] = {}  # those that stay the same for all builds of this server
        self.config = self._config()
        self.config.plugins.on_startup(command="serve", dirty=False)
        self.config.dev_addr = type(self.config.dev_addr)(host, 0)
        build(self.config, serve_url="/")
        self.server = LiveReloadServer(self._build, "127.0.0.1", 0, self.folder, shutdown_delay=0.02)
        self.server.watch(self.config.docs_dir)
        self.config.plugins.on_serve(self.server, config=self.config, builder=build)
        self.server.server_bind()
        self.server.server_activate()
        self.server.serve_thread.start()
        self.port = self.server.server_address[1]
        self.engine = self.config.plugins["page_editing"].engine

    def _config(self) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(dict(MkDocsConfig._schema)["plugins"], "plugin_cache", self.plugins)
            return load_config(str(self.root / "mkdocs.yml"), site_dir=self.folder, **self.settings)

    def _build(self) -> None:
        config = self._config()
        config.dev_addr = self.config.dev_addr
        build(config, serve_url="/")

    def rebuild(self) -> None:
        self.server.builder()

    def get(self, address: str = "", **headers: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", f"/{address}", headers=headers)
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def tab(self, address: str = "") -> Tab:
        return Tab(self, address)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.serve_thread.join()
        self.config.plugins["page_editing"].on_shutdown()
        self.config.plugins["page_runner"].listener.close()  # all else of it is there for other tests, too
        shutil.rmtree(self.folder)


class Tab:
    """A page in a browser: what it knows of itself, and the article that it shows."""

    def __init__(self, serving: Serving, address: str):
        self.serving, self.name = serving, f"tab {next(TABS)}"
        page = serving.get(address)
        known = re.search(r'name="page-editing" content="([^"]*)"', page)
        assert known, "this page cannot be edited"
        self.about = json.loads(unescape(known[1]))
        found = ARTICLE.search(page)
        self.article = found[1] if found else page

    @property
    def headers(self) -> dict[str, str]:
        origin = f"http://127.0.0.1:{self.serving.port}"
        return {"Content-Type": "application/json", "X-Page-Editing": self.about["token"], "Origin": origin}

    def body(self, edits: dict[int, str], /, **other: Any) -> bytes:
        known = {key: self.about[key] for key in ("page", "made_from")}
        return json.dumps(known | {"edits": edits, "tab": self.name} | other).encode()

    def ask(self, body: bytes, method: str = "POST", **headers: Any) -> http.client.HTTPResponse:
        """The answer to a request; a header that is None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.serving.port, timeout=60)
        connection.putrequest(method, self.about["run"], skip_host="Host" in headers)
        headers = self.headers | {"Content-Length": str(len(body))} | headers
        for name, value in headers.items():
            if value is not None:
                connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        return connection.getresponse()  # which has the connection from now on

    def events(self, edits: dict[int, str]) -> Generator[Event, None, None]:
        """What a run says, as it says it; who reads no further closes the connection."""
        answer = self.ask(self.body(edits))
        try:
            if answer.status != 200:
                yield {"event": "refused", "status": answer.status, **json.loads(answer.read())}
            else:
                yield from map(json.loads, answer)
        finally:
            answer.close()

    def run(self, edits: dict[int, str]) -> Ran:
        return Ran(list(self.events(edits)))


class Ran(list[Event]):
    """What a whole run has said."""

    def all(self, kind: str) -> list[Event]:
        return [event for event in self if event["event"] == kind]

    def of(self, snippet: int) -> Event:
        """What a snippet gave."""
        return next(each for each in self if each.get("snippet") == snippet and each["event"] in ("output", "error"))

    @property
    def page(self) -> str:
        (event,) = self.all("page")
        return str(event["html"])

    @property
    def text(self) -> str:
        """The page's words."""
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", self.page)))


def wait_until(what: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "it never was so"
        time.sleep(0.02)
