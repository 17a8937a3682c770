"""Changes to libraries, made in a page's process when it imports them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def when_imported(changes: dict[str, Callable[[ModuleType], None]]) -> None:
    """Change modules now, or once they are imported.

    Args:
        changes: By a module's name what is to be done with it.
    """
    later = {name: change for name, change in changes.items() if name not in sys.modules}
    for name in changes.keys() - later.keys():
        changes[name](sys.modules[name])
    if later:
        sys.meta_path.insert(0, Changes(later))


class Changes(MetaPathFinder):
    """Finds modules as the other finders do, and changes each when it has been imported for the first time."""

    def __init__(self, changes: dict[str, Callable[[ModuleType], None]]):
        self.changes = changes

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """The module's specification; of all others nothing."""
        if name not in self.changes:
            return None
        others = (finder for finder in sys.meta_path if finder is not self)
        spec = next((spec for finder in others if (spec := finder.find_spec(name, path, target))), None)
        if spec and spec.loader:
            load = spec.loader.exec_module

            def load_and_change(module: ModuleType) -> None:
                load(module)
                if change := self.changes.pop(name, None):  # which may have been looked for before, as by `find_spec`
                    change(module)

            spec.loader.exec_module = load_and_change  # type: ignore[method-assign]
        return spec


def one_thread(torch: ModuleType) -> None:
    """Let sums be added up in one order."""
    torch.set_num_threads(1)
