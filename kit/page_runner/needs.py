"""What a snippet needs of those above it: the statements that make its names, or change what they stand for.

It is found by names alone, as a reader would: nothing runs. A function that changes its argument without a sign is
overlooked, so what comes of this is offered to be copied, and never run in a page's place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from .names import names
from .page import Snippet

# Methods that change their object, and functions of modules that change how others work.
CHANGES = re.compile(
    r"\w+_|append|extend|insert|update|pop|remove|sort|reverse|clear|add|discard|setdefault|step|backward|fit|train|eval"
    r"|zero_grad|load_state_dict|register_\w+|apply|shuffle|partial_fit|write\w*|close"
)
SETTINGS = re.compile(r"(manual_)?seed|set_\w+|use_\w+")
ONLY_SHOWS = {"print", "display", "check", "len", "repr", "help", "type"}
FIRM = (ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)
LATE = (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)  # what reads its names only when it is called


@dataclass(frozen=True)
class Statement:
    """A statement of the page's program: where it stands, and what it does with names."""

    first: int
    last: int
    firm: bool  # whether the names that it makes are new, whatever stood for them
    late: bool
    makes: frozenset[str]
    reads: frozenset[str]
    changes: frozenset[str]


Placed: TypeAlias = tuple[int, Statement]  # with the number of its snippet


def needs(snippets: Sequence[Snippet], number: int) -> list[tuple[int, int, int]]:
    r"""The lines of the snippets above that one of them needs.

    Args:
        snippets: Those of a page, in their order.
        number: Which of them, from 0.

    Returns:
        For each part the number of its snippet, its first line and its last, from 1, in the page's order.

    Example:
        ```python
        from page_runner.needs import needs
        from page_runner.page import Snippet

        page = [Snippet("z = 1\nx = 2\ny = [1]\n", 1), Snippet("y.append(x)\nprint(y)\n", 6), Snippet("sum(y)\n", 9)]
        assert needs(page, 2) == [(0, 2, 3), (1, 1, 1)]
        ```
    """
    own = statements(snippets[number].source)
    above = [(at, each) for at in range(number) for each in usable(snippets[at])]
    called = read_when_called([*(each for _, each in above), *own])
    late: frozenset[str] = frozenset()  # names that the functions taken read when they are called
    while True:
        taken = slice_of(above, own, late, called)
        found = frozenset().union(*(each.reads for _, each in taken if each.late))
        if found <= late:
            return joined(taken)
        late |= found


def read_when_called(all_statements: Iterable[Statement]) -> dict[str, frozenset[str]]:
    """The names that each function or class reads when it is called, those of the functions that it calls with them."""
    called: dict[str, frozenset[str]] = {}
    for each in all_statements:
        if each.late:
            called |= {name: called.get(name, frozenset()) | each.reads for name in each.makes}
    while True:
        more = {name: reads.union(*(called.get(each, ()) for each in reads)) for name, reads in called.items()}
        if more == called:
            return called
        called = more


def slice_of(
    above: Sequence[Placed], own: Sequence[Statement], late: frozenset[str], called: Mapping[str, frozenset[str]]
) -> list[Placed]:
    """The statements above that those of a snippet need, and what these need."""
    wanted: set[str] = set()
    for each in reversed(own):
        wanted = (wanted - each.makes if each.firm else wanted) | each.reads
    wanted |= late - frozenset().union(*(each.makes for each in own))
    taken: list[Placed] = []
    for at, each in reversed(above):
        if not wanted & (each.makes | each.changes):
            continue
        taken.append((at, each))
        if each.firm:
            wanted -= each.makes
        wanted |= each.reads.union(*(called.get(name, ()) for name in each.reads))  # as they stand where it calls
    return taken[::-1]


@lru_cache(maxsize=1000)
def statements(source: str) -> tuple[Statement, ...]:
    """The statements of some code; none of what is no Python."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    lines = source.split("\n")
    return tuple(statement(node, lines) for node in tree.body)


def statement(node: ast.stmt, lines: Sequence[str]) -> Statement:
    """What a statement does with names; the lines are those of all the code."""
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
    last = node.end_lineno or first
    try:
        makes, reads = names("\n".join(lines[first - 1 : last]))
    except SyntaxError:  # one of two on a line
        makes, reads = names(ast.unparse(node))
    firm = isinstance(node, FIRM) and not changed_in_place(node)
    sets = map(frozenset, (makes, reads, changed(node)))
    return Statement(first, last, firm, isinstance(node, LATE), *sets)


def usable(snippet: Snippet) -> tuple[Statement, ...]:
    """The statements of a snippet; of one that raises an error, those above the last that make names."""
    found = statements(snippet.source)
    return tuple(each for each in found[:-1] if each.makes) if "raises" in snippet.options else found


def changed(node: ast.stmt) -> set[str]:
    """The names whose values a statement may change; of what a loop goes through, where it changes each."""
    found = set(changed_here(node))
    through = [each for each in ast.walk(node) if isinstance(each, (ast.For, ast.AsyncFor, ast.comprehension))]
    for each in reversed(through):  # the inner ones first
        if found & set(mentioned(each.target)):
            found |= set(mentioned(each.iter))
    return found


def mentioned(node: ast.expr) -> Iterator[str]:
    """All names in an expression."""
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def changed_here(node: ast.stmt) -> Iterator[str]:
    """The names that stand where a statement may change a value."""
    if isinstance(node, LATE):
        return
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, (ast.Store, ast.Del)):
            yield from root(inner)
        elif isinstance(inner, ast.AugAssign):
            yield from root(inner.target)
        elif isinstance(inner, ast.Call):
            yield from changed_by(inner, alone=inner is dropped(node))


def dropped(node: ast.stmt) -> ast.expr | None:
    """The expression of a statement whose value goes nowhere, or into the name `_`."""
    if isinstance(node, ast.Assign):
        into = [target.id if isinstance(target, ast.Name) else "" for target in node.targets]
        return node.value if into == ["_"] else None
    return node.value if isinstance(node, ast.Expr) else None


def changed_by(call: ast.Call, *, alone: bool) -> Iterator[str]:
    """The names whose values a call may change: a method's object, or arguments where nothing else comes of it."""
    if isinstance(call.func, ast.Attribute):
        name = call.func.attr
        direct = isinstance(call.func.value, ast.Name)
        if CHANGES.fullmatch(name) or (direct and SETTINGS.fullmatch(name)):
            yield from root(call.func)
    elif isinstance(call.func, ast.Name) and (
        CHANGES.fullmatch(call.func.id) or (alone and call.func.id not in ONLY_SHOWS)
    ):
        for argument in [*call.args, *(keyword.value for keyword in call.keywords)]:
            yield from root(argument)


def changed_in_place(node: ast.stmt) -> bool:
    """Whether an assignment sets a part of something."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return any(isinstance(target, (ast.Subscript, ast.Attribute)) for target in targets)


def root(node: ast.expr) -> Iterator[str]:
    """The name at the beginning of an expression such as `net.layers[0].bias`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


def joined(taken: Iterable[Placed]) -> list[tuple[int, int, int]]:
    """Statements that stand under each other as one part."""
    parts: list[tuple[int, int, int]] = []
    for at, each in taken:
        if parts and parts[-1][0] == at and each.first <= parts[-1][2] + 1:
            parts[-1] = at, parts[-1][1], max(parts[-1][2], each.last)
        else:
            parts.append((at, each.first, each.last))
    return parts
