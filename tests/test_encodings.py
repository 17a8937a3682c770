"""Text is UTF-8 everywhere, whatever the machine's locale: no file is opened without saying so."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from project_root import ROOT

FOLDERS = ("src", "kit", "tools", "tests", "benchmarks")
# Where the encoding stands among the arguments of what reads or writes text, the object itself not counted.
PLACES = {"read_text": 0, "write_text": 1}
STARTS = {"run", "Popen", "check_output"}  # of subprocess


def unsaid(source: str) -> Iterator[tuple[int, str]]:
    """The calls in some code that read or write text in the locale's encoding: their lines, and what is called."""
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        owner = (
            call.func.value.id if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) else ""
        )
        if "encoding" in named or None in named:  # **options says it, or nobody knows
            continue
        if name in PLACES:
            wrong = len(call.args) <= PLACES[name]
        elif name in STARTS and owner == "subprocess":
            wrong = isinstance(named.get("text") or named.get("universal_newlines"), ast.Constant)
        elif name in ("open", "fdopen") and owner not in ("tarfile", "webbrowser", "Image"):
            at = 0 if isinstance(call.func, ast.Attribute) and owner not in ("os", "io") else 1
            mode = named.get("mode") or (call.args[at] if len(call.args) > at else ast.Constant("r"))
            if owner == "os" and name == "open":
                continue
            wrong = not (isinstance(mode, ast.Constant) and isinstance(mode.value, str) and "b" in mode.value)
        elif name in ("NamedTemporaryFile", "TemporaryFile"):
            mode = named.get("mode") or (call.args[0] if call.args else ast.Constant("w+b"))
            wrong = not (isinstance(mode, ast.Constant) and "b" in str(mode.value))
        else:
            continue
        if wrong:
            yield call.lineno, name


def test_what_is_unsaid_is_found():
    code = (
        "path.read_text()\npath.read_text('utf-8')\npath.write_text(x)\npath.write_text(x, 'utf-8')\n"
        "open(p)\nopen(p, 'rb')\nopen(p, 'w', encoding='utf-8')\npath.open('a')\nos.open(p, 0)\nos.fdopen(n)\n"
        "subprocess.run(c, text=True)\nsubprocess.run(c, text=True, encoding='utf-8')\nsubprocess.run(c)\n"
        "NamedTemporaryFile('w')\nNamedTemporaryFile()\n"
    )
    assert [line for line, _ in unsaid(code)] == [1, 3, 5, 8, 10, 11, 14]


def test_every_file_is_opened_as_utf_8():
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 200
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {name} without an encoding"
        for path in map(Path, paths)
        for line, name in unsaid(path.read_text("utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)
