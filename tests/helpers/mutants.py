"""One fault at a time in the source of a solution: an operator, a constant, an axis, a reduction, a mask, a step."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

OTHER = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.FloorDiv: ast.Mod,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.Lt,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"mean": "sum", "sum": "mean", "median": "mean", "abs": "square", "square": "abs", "sqrt": "square"}
for one, other in (("min", "max"), ("argmin", "argmax"), ("amin", "amax"), ("zeros_like", "ones_like"), ("exp", "log")):
    NAMES |= {one: other, other: one}


def edits(node: ast.AST) -> Iterator[Any]:
    """What may stand at one place by mistake."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OTHER:
        yield with_changes(node, op=OTHER[type(node.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in OTHER:
        yield with_changes(node, ops=[OTHER[type(node.ops[0])](), *node.ops[1:]])
    if isinstance(node, ast.BoolOp):
        yield with_changes(node, op=OTHER[type(node.op)]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield with_changes(node, attr=NAMES[node.attr])
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield node.value
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg in ("dim", "axis", "keepdim", "correction", "dtype", "create_graph"):
                yield with_changes(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])
        if isinstance(node.func, ast.Attribute) and node.func.attr == "where" and len(node.args) == 3:
            yield with_changes(node, args=[node.args[0], node.args[2], node.args[1]])
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr) and not docstring(node):
        yield ast.Pass()


def docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def with_changes(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


class Put(ast.NodeTransformer):
    """Puts another node in the place of one."""

    def __init__(self, old: ast.AST, new: ast.AST):
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().visit(node)


def mutants(source: str) -> Iterator[tuple[str, ast.Module]]:
    """Every fault in a program: the line as it was and as it is then, and the program with it."""
    tree = ast.parse(source)
    lines = ast.unparse(tree).splitlines()
    for place, node in enumerate(ast.walk(tree)):
        for number in range(len([*edits(node)])):
            changed = copy.deepcopy(tree)
            old = [*ast.walk(changed)][place]
            new = [*edits(old)][number]
            changed = ast.fix_missing_locations(Put(old, ast.copy_location(new, old)).visit(changed))
            pairs = zip(lines, ast.unparse(changed).splitlines(), strict=False)
            before, after = next((one, other) for one, other in pairs if one != other)
            yield f"{before.strip()} -> {after.strip()}", changed
