"""Faults in the package, drawn by a seed: operators, constants and defaults that cosmic-ray changes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from affected import PACKAGE, ROOT, dotted, tests_of

from .fault import Fault, between
from .listed import equivalents, running


def modules() -> list[str]:
    """The modules of foundations, and what its judges share."""
    found = [path.relative_to(ROOT / PACKAGE).with_suffix("") for path in (ROOT / PACKAGE).rglob("*.py")]
    plain = sorted(path.as_posix() for path in found if path.name != "__init__" and path.parts[0] != "exercises")
    return [*plain, "exercises/judging"]


def drawn(count: int, seed: int, only: str | None = None) -> list[Fault]:
    """Draw faults, as many from one module as from another.

    Args:
        count: How many.
        seed: Of the draw; what one module gives does not depend on the others.
        only: A module or a room to draw from, by its name or its path: trees, forests or trees/forests.

    Returns:
        The faults, none of them in the list of those that change nothing.
    """
    names = [name for name in modules() if only in (None, name, *name.split("/"))]
    random.Random(seed).shuffle(names)
    sources = {name: faults_in(name, seed) for name in names}
    found: list[Fault] = []
    while sources and len(found) < count:
        for name, faults in list(sources.items()):
            if (fault := next(faults, None)) is None:
                del sources[name]
            elif len(found) < count:
                found.append(fault)
    return found


def faults_in(module: str, seed: int) -> Iterator[Fault]:
    """The faults of a module, in an order that the seed gives."""
    file = f"{PACKAGE}/{module}.py"
    text = (ROOT / file).read_text("utf-8")
    nodes = list(ast_nodes(get_ast(text)))
    places: dict[str, list[tuple[str, int]]] = {}
    for name in operator_names():
        operator = get_operator(name)
        if not operator.arguments():  # the others ask for names of variables
            count = sum(1 for node in nodes for _ in operator().mutation_positions(node))
            places.setdefault(name.partition("_")[0], []).extend((name, at) for at in range(count))
    met = {running(text), *(running(fault.put_into(text)) for fault in equivalents() if fault.file == file)}
    for name, at in mixed(places, random.Random(f"{seed} {module}")):
        changed = mutate_code(text, get_operator(name)(), at)
        try:
            runs = running(changed) if changed else ""
        except SyntaxError:
            continue
        if changed and runs not in met:
            met.add(runs)
            yield between(file, text, changed)


def mixed(places: dict[str, list[tuple[str, int]]], draw: random.Random) -> Iterator[tuple[str, int]]:
    """All places in an order by chance, a kind of fault as likely as another however many places it has."""
    for kind in places.values():
        draw.shuffle(kind)
    while kinds := [kind for kind in places.values() if kind]:
        yield draw.choice(kinds).pop()


def watching(file: str) -> list[list[str]]:
    """The tests that should notice a fault in a module of the package, in the order in which they are run.

    Args:
        file: The module's file, from the project's folder.

    Returns:
        Its own tests, then all the others.
    """
    module = Path(file).relative_to(PACKAGE).with_suffix("").as_posix()
    tests = tests_of("exercises" if module.startswith("exercises/") else module)
    if module.startswith("_"):  # what the other modules share
        for name in modules():
            if f"from {dotted(file)} import" in (ROOT / PACKAGE / f"{name}.py").read_text("utf-8"):
                tests += tests_of(name)
    return [tests[:1], list(dict.fromkeys(tests[1:]))]
