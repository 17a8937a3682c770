"""What the packages of the repository import, read from their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from project_root import ROOT

SRC = ROOT / "src"
COURSE = {path.parent.name for path in SRC.glob("*/__init__.py")}
KIT = {path.parent.name for path in (ROOT / "kit").glob("*/__init__.py")}
PACKAGES = COURSE | KIT


def imports(package: str) -> Iterator[tuple[str, str]]:
    """Each import of a package: the module that has it, and the full name of what it takes."""
    above_it = ROOT / "kit" if package in KIT else SRC
    for path in sorted((above_it / package).rglob("*.py*")):
        if path.suffix not in (".py", ".pyi"):
            continue
        module = ".".join(path.relative_to(above_it).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = module.split(".")[: -node.level] if node.level else []
                start = ".".join([*above, *([node.module] if node.module else [])])
                yield from ((module, f"{start}.{alias.name}") for alias in node.names)
