"""The solution of an exercise as its page shows it: a small program, and what is checked of it."""

import ast
import contextlib
from dataclasses import dataclass
from typing import Any

from page_runner.page import Number, Page, Snippet


def checks(tree: ast.AST) -> dict[str, ast.expr]:
    """The exercises that a program checks, each with the answer that it gives."""
    return {
        ast.literal_eval(node.args[0]): node.args[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check"
    }


def starters(page: Page) -> dict[str, Snippet]:
    return {
        name: each
        for each in page.snippets
        if each.options.get("raises") == "NotYet"
        for name in checks(ast.parse(each.source))
    }


@dataclass(frozen=True)
class Solution:
    source: str  # its definitions
    answer: str  # the expression that is checked
    names: dict[str, Any]  # what it stands on

    def run(self, program: ast.Module) -> Any:
        """The answer that a program gives which has these definitions, or others in their place."""
        known = dict(self.names)
        exec(compile(program, "solution", "exec"), known)
        return eval(self.answer, known)


def solution(page: Page, name: str, names: dict[str, Any]) -> Solution | None:
    """The solution of an exercise, if it is a function; names are known to it besides those of the page."""
    start = starters(page)[name].line
    trees = [(each.line, ast.parse(each.source)) for each in page.snippets if "raises" not in each.options]
    line, tree = next((line, tree) for line, tree in trees if line > start and name in checks(tree))
    known: dict[str, Any] = {}
    for _, before in [(number, each) for number, each in trees if number < line]:
        for node in defining(before):
            with contextlib.suppress(Exception):  # it may need what only the whole page has
                exec(compile(ast.Module([node], []), "page", "exec"), known)
    answer = ast.unparse(checks(tree)[name])
    own = [node for node in tree.body if node in defining(tree) or gives(node, answer)]
    if not any(isinstance(node, ast.FunctionDef | ast.ClassDef) or gives(node, answer) for node in own):
        return None
    given = {each.name for each in own if isinstance(each, ast.FunctionDef | ast.ClassDef)} | {answer}
    found = Solution(
        ast.unparse(ast.Module(own, [])), answer, known | {k: v for k, v in names.items() if k not in given}
    )
    return found if callable(found.run(ast.parse(found.source))) else None


def formats(page: Page, name: str) -> set[str]:
    """How sentences of a page show the answer to an exercise, such as `.2f`."""
    answers = {ast.unparse(found[name]) for each in page.snippets if name in (found := checks(ast.parse(each.source)))}
    numbers = [each.expression.rpartition(":") for each in page.items if isinstance(each, Number)]
    return {form.strip() for what, _, form in numbers if what.strip() in answers}


def defining(tree: ast.Module) -> list[ast.stmt]:
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    return [node for node in tree.body if isinstance(node, kinds) and not getattr(node, "decorator_list", ())]


def gives(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [name]
