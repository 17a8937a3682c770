"""Imported by the process from which pages are forked, before the first is: it imports what is slow to import.

What is not installed is passed over, and so is what fails: the page that imports it tells that by its line.
"""

from __future__ import annotations

import contextlib
import json
import os
import warnings
import weakref
from importlib import import_module

from .family import adopt

PRELOAD_FROM = "PAGE_RUNNER_PRELOAD"  # the names of modules, as JSON


def preload(names: list[str]) -> None:
    """Import modules, as many as can be imported. What they would undo at the end goes with each page's process."""
    for name in names:
        with contextlib.suppress(BaseException):
            import_module(name)
    for each in list(weakref.finalize._registry):  # type: ignore[attr-defined]  # torch has more than a hundred
        each.atexit = False


if PRELOAD_FROM in os.environ:
    adopt()
    preload(json.loads(os.environ.pop(PRELOAD_FROM)))
    warnings.filterwarnings("ignore", "forkserver: waitpid returned unexpected pid")
