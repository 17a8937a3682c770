"""Code as a tree."""

from __future__ import annotations

import ast
import threading

PARSING = threading.Lock()


def parsed(source: str) -> ast.Module:
    r"""Code as a tree, for one thread after the other: in Python 3.11 two at once fail now and then.

    https://github.com/python/cpython/issues/106905 tells of it.

    Raises:
        SyntaxError: It is no code.

    Example:
        ```python
        from page_runner.syntax import parsed

        assert len(parsed("x = 1\ny = 2").body) == 2
        ```
    """
    with PARSING:
        return ast.parse(source)


def parses(source: str) -> bool:
    """Whether this is code.

    Example:
        ```python
        from page_runner.syntax import parses

        assert parses("x = 1") and not parses("x =")
        ```
    """
    try:
        parsed(source)
    except (SyntaxError, ValueError):
        return False
    return True


def parsed_expression(source: str) -> ast.expr:
    """An expression as a tree.

    Raises:
        SyntaxError: It is none.
    """
    with PARSING:
        return ast.parse(source, mode="eval").body
