"""Faults in what makes the site, as a list: the runner, the plugins, scripts, styles and pages."""

from __future__ import annotations

import tomllib
from pathlib import Path

from .fault import Fault

LIST = Path(__file__).with_name("site.toml")


def listed() -> list[Fault]:
    """The faults of the list, in its order."""
    return [Fault.read(entry) for entry in tomllib.loads(LIST.read_text("utf-8"))["fault"]]
