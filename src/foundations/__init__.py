"""What the lessons call: quadratics, noise, losses, gradient descent and plots.

Every name can be taken from the package itself, as in `from foundations import quad, mse`. A name's module is
opened when the name is first used, so `import foundations` is instant and loads neither torch nor Matplotlib.

The list of names is `__init__.pyi`, which editors and type checkers read too: a new public function is one
line there and nothing here. No module has the name of a function, or it would take that function's place.
"""

import ast
import importlib
import pathlib
import sys

_stub = ast.parse(pathlib.Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
_module_of = {
    alias.name: node.module for node in _stub.body if isinstance(node, ast.ImportFrom) for alias in node.names
}
__all__ = sorted(_module_of)


def __getattr__(name: str) -> object:
    module = _module_of.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name, obj=sys.modules[__name__])
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value  # the next use finds it without coming here
    return value


def __dir__() -> list[str]:
    return list(__all__)
