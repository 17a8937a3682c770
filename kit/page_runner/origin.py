"""Imported by the process from which pages are forked, before the first is: it imports what is slow to import.

What is not installed is passed over, and so is what fails: the page that imports it tells that by its line.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
from importlib import import_module

from .family import adopt

PRELOAD_FROM = "PAGE_RUNNER_PRELOAD"  # the names of modules, as JSON


def preload(names: list[str]) -> None:
    """Import modules, as many as can be imported."""
    for name in names:
        with contextlib.suppress(BaseException):
            import_module(name)


if PRELOAD_FROM in os.environ:
    adopt()
    preload(json.loads(os.environ.pop(PRELOAD_FROM)))
    warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")
