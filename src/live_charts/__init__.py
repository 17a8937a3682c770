"""Charts to touch that work in a static page, computed in the browser from the lesson's own Python function.

`live` calls a function once with symbols in place of the handles' values. PyTorch records every operation on them,
the gradients of autograd too; the record goes into the page, and a small script replays it whenever a handle moves.
So there is one formula, the Python one. Where a function cannot be recorded, as a training run that stops when it is
good enough, `frames=True` calls it for every position of the sliders while the page is built.

- `marks` says what a chart is made of, one kind in each module; `handles` what a reader takes hold of.
- `record` turns a function into a list of operations; `chart` puts all together.
- `drawing` draws the chart as SVG, as the page shows it without scripts, in the frame of `axes`, and `words` writes
  its numbers.
- `shape_calculator` is a figure of another kind: two shapes in, what broadcasting makes of them out.
- `pad` is something to draw on, by `sketch_pad`, and what models say about the picture.
- `stepper` shows drawings one at a time, by `steps`.
- `notebook` shows all of these where there is no page, by ipywidgets, and `widgets` has those of a chart.

In the browser the scripts in `assets` take over. `live.js` waits until a figure nears the screen, and fetches what
makes it live: `live-charts.js` for a chart, `shape-calculator.js`, `sketch-pad.js` or `steps.js`. Of the others
`operations.js` replays a record with the tensors of `tensors.js`; `marks` draws each kind of mark as its module does,
with `axes.js` and `words.js`; `controls.js` has sliders and boxes, `ranges.js` what sliders need, `drag.js` what is
dragged, `told.js` what is said of a datum; and `element.js` makes elements.

As in `foundations`, a name's module is opened when the name is first used, and the list of names is `__init__.pyi`: a
page without a sketch pad does not run again when `pad` is edited.
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
