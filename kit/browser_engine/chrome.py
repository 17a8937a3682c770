"""A Chrome or Chromium that is on this machine already."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = (
    "chromium-headless-shell",  # Chromium without windows: it opens a page in a third of the time
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge"),
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    *(
        f"{os.environ[folder]}\\{program}"
        for folder in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        if folder in os.environ
        for program in (r"Google\Chrome\Application\chrome.exe", r"Microsoft\Edge\Application\msedge.exe")
    ),
)


def find_chrome() -> str | None:
    """Path of the browser: the one that CHROME_PATH names, or the first one found; None where there is none.

    Example:
        ```python
        from pathlib import Path

        from browser_engine.chrome import find_chrome

        found = find_chrome()
        assert found is None or Path(found).name
        ```
    """
    if named := os.environ.get("CHROME_PATH"):
        return named
    on_path = (shutil.which(name) for name in NAMES)
    return next(filter(None, on_path), None) or next((place for place in PLACES if Path(place).is_file()), None)
