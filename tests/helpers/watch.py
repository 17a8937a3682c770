"""What goes wrong in a page that a browser has open."""

from __future__ import annotations

from typing import Any


class Watch:
    """What goes wrong in a page, and where its requests go."""

    def __init__(self, page: Any, url: str, scripts: bool = True) -> None:
        self.url, self.scripts = url, scripts
        self.faults: list[str] = []
        page.on("console", self.read)
        page.on("pageerror", lambda error: self.note(str(error)))
        page.on("request", lambda request: self.check(request.url))
        page.on("requestfailed", self.fail)
        page.on("response", self.answered)

    def note(self, fault: str) -> None:
        self.faults.append(fault)

    def answered(self, response: Any) -> None:
        if response.status >= 400:
            self.note(f"{response.url}: {response.status}")

    def read(self, message: Any) -> None:
        text = message.text
        if (
            message.type in ("error", "warning") and text != "Service Worker registration blocked by Playwright"
        ):  # as open_page wants it
            self.note(text)

    def fail(self, request: Any) -> None:
        if not self.scripts and request.failure == "csp":  # where no scripts run, none is fetched beforehand
            return
        if request.failure != "net::ERR_ABORTED":  # the page was left before all of it had come
            self.note(f"{request.url}: {request.failure}")

    def check(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:")):
            self.note(f"a request to {address}")
