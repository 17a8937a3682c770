"""`mkdocs serve` in a process of its own, and what it answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from benchmarks.ports import free_port

PATIENCE = 180


class Served:
    def __init__(
        self,
        root: Path,
        *options: str,
        python: str = sys.executable,
        variables: Mapping[str, str] = os.environ,
        log: Path | None = None,
        pages: str = "",  # these alone of the course's
    ):
        self.root, self.log_file = root, log or root / "serve.log"
        self.address = f"127.0.0.1:{free_port()}"
        command = [python, "-m", "mkdocs", "serve", "--livereload", *options, "-a", self.address]
        if pages:
            command = [python, "tools/build_pages.py", self.address, *pages.split()]
        self.log = open(self.log_file, "w+", encoding="utf-8")  # noqa: SIM115
        environment = {**variables, "PYTHONUTF8": "1", "NO_MKDOCS_2_WARNING": "1"}
        self.process = subprocess.Popen(command, cwd=root, env=environment, stdout=self.log, stderr=subprocess.STDOUT)

    def get(self, name: str) -> str:
        path = "" if name == "index" else name if name.endswith(".js") else f"{name}/"
        try:
            with urllib.request.urlopen(f"http://{self.address}/{path}", timeout=PATIENCE) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            error.close()
            return ""
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def logged(self) -> str:
        return self.log_file.read_text("utf-8")

    def wait_for(self, text: str, name: str = "index", absent: str = "\0") -> str:
        """The page, once it has a text and has another no more."""
        end = time.monotonic() + PATIENCE
        while True:
            page = self.get(name)
            seen = re.sub(r"\s+", " ", page)
            if text in seen and absent not in seen:
                return page
            assert self.process.poll() is None, f"the server is gone:\n{self.logged()}"
            assert time.monotonic() < end, f"{text!r} never came; the page reads:\n{seen}\n{self.logged()}"
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.log.close()
