"""The names of a page's program that some code makes, and those that it reads."""

from __future__ import annotations

import symtable
from collections.abc import Iterator


def names(source: str) -> tuple[set[str], set[str]]:
    r"""The names that code makes for the whole page, and those of the page that it reads.

    Args:
        source: The code.

    Returns:
        Names that it assigns or imports, functions and classes among them, and names that it reads, in functions too.

    Raises:
        SyntaxError: It is no code.

    Example:
        ```python
        from page_runner.names import names

        assert names("y = x + 1\ndef f(a): return a + b\n") == ({"y", "f"}, {"x", "b"})
        ```
    """
    top = symtable.symtable(source, "page", "exec")
    makes = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    reads = {
        symbol.get_name()
        for table in within(top)
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    return makes, reads


def within(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """A scope and all scopes in it."""
    yield table
    for child in table.get_children():
        yield from within(child)
