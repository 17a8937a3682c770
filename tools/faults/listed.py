"""Lists of faults: in what makes the site and what a GPU needs, to be tried; in the package, that are drawn in vain."""

from __future__ import annotations

import ast
import tomllib
import warnings
from pathlib import Path

from .fault import Fault

LISTS = [Path(__file__).with_name(name) for name in ("site.toml", "devices.toml")]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


def listed() -> list[Fault]:
    """The faults in the runner, the plugins, scripts, styles and pages, and of tensors on the wrong device."""
    return [fault for path in LISTS for fault in entries(path)]


def equivalents() -> list[Fault]:
    """Faults in the package that were shown to change nothing that anybody could notice."""
    return entries(EQUIVALENT)


def entries(path: Path) -> list[Fault]:
    """The faults of a file, in its order."""
    return [Fault.read(entry) for entry in tomllib.loads(path.read_text("utf-8"))["fault"]]


def changes_nothing(fault: Fault, folder: Path) -> bool:
    """Whether a fault is one of the equivalents, however much of its surroundings it names."""
    same_file = [other for other in equivalents() if other.file == fault.file]
    text = (folder / fault.file).read_text("utf-8") if same_file else ""
    return any(running(other.put_into(text)) == running(fault.put_into(text)) for other in same_file)


def running(source: str) -> str:
    """What of a source is left when it runs: no comments and no annotations, which nothing evaluates.

    Raises:
        SyntaxError: Python does not compile it, or warns of it.
    """
    with warnings.catch_warnings(action="error"):
        compile(source, "", "exec")
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)
