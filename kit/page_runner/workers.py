"""Processes that a page starts anew, such as workers of a pool: they know what the page has defined.

A worker of a script imports the script. A page's worker runs the imports, functions, classes and plain constants of the
snippets so far, and nothing that computes. What else it needs, it is given.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import linecache
from collections.abc import Callable
from multiprocessing import spawn
from pathlib import Path
from typing import Any

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPUTES = (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
MAIN = "from page_runner.workers import define\ndefine(globals(), {!r}, {!r})\n"


def teach(page: str, code: Callable[[], list[tuple[str, int]]], folder: str) -> None:
    """Let processes that are started anew know a page.

    Args:
        page: The page's name.
        code: Gives the page's code so far, as pieces with their lines.
        folder: Where the workers find it.
    """
    prepare = spawn.get_preparation_data
    starts = itertools.count()

    def prepared(name: str, *arguments: Any, **named: Any) -> dict[str, Any]:
        main = Path(folder, f"main-{next(starts)}.py")  # each has its own: another may be reading the one before
        main.write_text(MAIN.format(page, code()), "utf-8")
        data: dict[str, Any] = prepare(name, *arguments, **named)
        data.pop("init_main_from_name", None)
        return data | {"init_main_from_path": str(main)}

    spawn.get_preparation_data = prepared


def define(names: dict[str, Any], page: str, code: list[tuple[str, int]]) -> None:
    """Run what defines something in a page's code."""
    names["__file__"] = page
    lines: list[str] = []
    flags = 0
    for source, line in code:
        with contextlib.suppress(SyntaxError):
            tree = ast.parse(source)
            lines += [""] * (line - 1 - len(lines)) + source.split("\n")
            linecache.cache[page] = 0, None, [f"{each}\n" for each in lines], page
            for node in ast.increment_lineno(tree, line - 1).body:
                if defines(node):
                    flags = run(node, page, names, flags)


def defines(node: ast.stmt) -> bool:
    """Whether a statement defines something and computes nothing."""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return not any(isinstance(each, COMPUTES) for each in ast.walk(node))
    return isinstance(node, DEFINITIONS)


def run(node: ast.stmt, page: str, names: dict[str, Any], flags: int) -> int:
    """Run a statement; gives the compiler's flags after it. What it lacks is missed where it is used."""
    code = compile(ast.Module([node], []), page, "exec", flags, dont_inherit=True)
    with contextlib.suppress(Exception):
        exec(code, names)
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        import __future__

        flags |= sum(getattr(__future__, each.name).compiler_flag for each in node.names)
    return flags
