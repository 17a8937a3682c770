"""A Firefox that is on this machine already, led over WebDriver BiDi: the protocol that it speaks without a driver."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import websocket

NAMES = ("firefox-esr", "firefox")
PATIENCE = 60  # seconds
# Nothing is asked of Mozilla, and no window tells of what is new.
SETTINGS = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.provider.mozilla.updateURL": "",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.active-protocols": 1,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
# What a page's console does not say to those outside.
LISTEN = """() => {
    window.faults = [];
    addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) => {
        faults.push(`${violatedDirective} forbids ${blockedURI}`);
    });
    addEventListener("unhandledrejection", ({reason}) => faults.push(`${reason}`));
}"""


def find_firefox() -> str | None:
    """Path of the browser: the one that FIREFOX_PATH names, or the first one found; None where there is none."""
    return os.environ.get("FIREFOX_PATH") or next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    """One window of a Firefox of its own; leaves nothing behind."""

    def __init__(self, program: str, settings: dict[str, Any] | None = None):
        self.profile = tempfile.mkdtemp(prefix="firefox-")
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in (SETTINGS | (settings or {})).items()
        ]
        (Path(self.profile) / "user.js").write_text("\n".join(lines), "utf-8")
        command = [program, "--headless", "--no-remote", "--profile", self.profile, "--remote-debugging-port", "0"]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=os.environ | {"HOME": self.profile},
        )
        self.faults: list[str] = []
        self.asked = 0
        self.socket = websocket.create_connection(f"{self.listening()}/session", PATIENCE, suppress_origin=True)
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.ask("script.addPreloadScript", functionDeclaration=LISTEN)
        self.window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def listening(self) -> str:
        """The address at which it listens, as it says when it has started."""
        assert self.process.stderr
        late = threading.Timer(PATIENCE, self.process.kill)
        late.start()
        try:
            for line in self.process.stderr:
                if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                    return found[1]
        finally:
            late.cancel()
        raise AssertionError("Firefox has not started")

    def ask(self, method: str, **parameters: Any) -> Any:
        """Give a command, and wait for its result; what the console says meanwhile is noted."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == self.asked:
                assert message["type"] == "success", message
                return message["result"]
            entry = message.get("params", {})
            if message.get("method") == "log.entryAdded" and entry["level"] in ("error", "warn"):
                self.faults.append(entry["text"])

    def visit(self, url: str, wait: str = "complete") -> None:
        self.ask("browsingContext.navigate", context=self.window, url=url, wait=wait)

    def evaluate(self, code: str) -> Any:
        """The value of an expression of JavaScript, once it has come."""
        expression = f"(async () => JSON.stringify((await ({code})) ?? null))()"
        answer = self.ask("script.evaluate", expression=expression, target={"context": self.window}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def wait_for(self, code: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"Promise.resolve({code}).then(Boolean)"):
            assert time.monotonic() < end, code
            time.sleep(0.05)

    def drag(self, *places: tuple[float, float]) -> None:
        """Press the mouse at the first place of the window, and let it go at the last."""
        moves = [{"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in places]
        actions = [moves[0], {"type": "pointerDown", "button": 0}, *moves[1:], {"type": "pointerUp", "button": 0}]
        self.act({"type": "pointer", "id": "mouse", "actions": actions})

    def click(self, selector: str) -> None:
        box = self.evaluate(f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()")
        self.drag((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keyboard", "actions": keys})

    def press(self, key: str, held: str) -> None:
        """Press a key while another is held, such as Control: \\ue009."""
        keys = [("keyDown", held), ("keyDown", key), ("keyUp", key), ("keyUp", held)]
        actions = [{"type": kind, "value": value} for kind, value in keys]
        self.act({"type": "key", "id": "keyboard", "actions": actions})

    def act(self, *actions: dict[str, Any]) -> None:
        self.ask("input.performActions", context=self.window, actions=actions)

    def close(self) -> None:
        try:
            self.ask("browser.close")
        finally:
            self.socket.close()
            self.process.terminate()
            self.process.communicate(timeout=PATIENCE)
            shutil.rmtree(self.profile, ignore_errors=True)
