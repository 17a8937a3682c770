"""Modules that are imported when something of theirs is first used, for plugins that import them in any case."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import LazyLoader
from types import ModuleType


class Later(MetaPathFinder):
    """Finds modules as the other finders do, and puts their loading off."""

    def __init__(self, *names: str):
        self.names = set(names)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's specification, if it is one of these."""
        if name not in self.names:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        found = (finder.find_spec(name, path, target) for finder in others)
        spec = next((spec for spec in found if spec is not None), None)
        if spec and spec.loader and hasattr(spec.loader, "exec_module"):
            spec.loader = LazyLoader(spec.loader)
        return spec


def import_when_used(*names: str) -> None:
    """Let `import` of these modules cost nothing until one of their names is asked for.

    Args:
        names: Of modules that are not imported yet; others are left alone.

    Example:
        ```python
        from page_cache.lazily import import_when_used

        import_when_used("no_such_module")
        ```
    """
    sys.meta_path.insert(0, Later(*(name for name in names if name not in sys.modules)))
