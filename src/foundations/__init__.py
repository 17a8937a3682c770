"""What the lessons call: curves and losses, autograd and training, the Titanic's passengers, trees, images, exercises.

Every name can be taken from the package itself, as in `from foundations import quad, mse`. A name's module is
opened when the name is first used, so `import foundations` is instant and loads neither torch nor Matplotlib.

The modules stand in rooms, one for each subject. What is in a room, its own docstring says.

- `curves`: curves with a few parameters, their losses, gradient descent, sums of ReLUs, plots.
- `autograd`: an engine for slopes, and drawings of what autograd records.
- `training`: the loop over batches, schedules, linear regression, a learner with callbacks.
- `passengers`: the Titanic's list, made into numbers, and models of it from scratch.
- `trees`: splits, trees, forests and boosting.
- `images`: digits, and what image models cost and give.
- `exercises`: `check`, and a module of judges for each lesson.

Below the rooms stands what several of them need.

- `devices`: the processor or graphics card to work on.
- `timing`: how long something takes, here and on other machines; `python -m foundations.timing` is a command.
- `records`: what was measured once, and is shown ever since.
- `_checks`: whether an argument is what it should be, and what to say if not.
- `_local_data`: files of data that the reader has, or that are downloaded once.
- `_float64`: where a calculation in float64 takes place.
- `_models`: whether something is a model, and eval mode for a while.
- `_machine`: what a record says of the machine that it was made on.
- `_drawings`: what drawings of graphs and of trees share.

There is another reason to open modules late, and it matters more to authors. What a page gives is kept until a file
changes that its run has opened. So a module opens only what it needs, and a room nothing of its own: an edit of
`trees.splits` runs the one lesson about trees again, and not all. What few calls need is imported inside the function
that needs it. `tests/site/test_page_dependencies.py` holds this, and `tests/test_imports.py` who may import whom.

The list of names is `__init__.pyi`, which editors and type checkers read too: a new public function is one line there
and nothing here. No room or module beside this one has the name of a function, or it would take that function's place.
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
