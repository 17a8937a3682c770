"""The exercises of Compile and export: a graph without a break, a graph carried out, two exports."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    apart,
    attempt,
    call,
    column,
    compare,
    data_set,
    described,
    exercise,
    near,
    values,
)

MANY = 10_000  # rows: more than an export takes whose Dim has a limit

TWO_LAYERS = [
    ["hidden", "linear", ["x", "w1", "b1"]],
    ["bent", "relu", ["hidden"]],
    ["out", "linear", ["bent", "w2", "b2"]],
]
# What comes out of the ReLU is needed twice, and so is the input: no step may forget what came before it.
SKIPPING = [
    ["hidden", "linear", ["x", "w1", "b1"]],
    ["bent", "relu", ["hidden"]],
    ["again", "linear", ["bent", "w3", "b1"]],
    ["both", "add", ["bent", "again"]],
    ["more", "add", ["both", "hidden"]],
    ["out", "add", ["more", "bent"]],
]


@exercise
def flipped(answer: object) -> str:
    """A function of x that turns the ReLU of x over if its sum is above 3, and adds 1, as one whole graph."""
    inputs = [torch.tensor(each) for each in ([1.0, -2.0, 1.5], [3.25, 0.5, -0.25], [1.0, 2.0, 0.0], [4.0, -9.0, 0.5])]
    inputs += [
        torch.tensor([2.0, 0.5, 2.0]),
        torch.tensor([[2.0, -1.0], [2.0, 0.5]]),
    ]  # no number is above 3, nor a row
    for x in inputs:
        _judge_flipped(call(answer, x), x)
    torch.compiler.reset()
    compiled = torch.compile(lambda x: answer(x), backend="eager", fullgraph=True)  # type: ignore[operator]
    for x in inputs:
        try:
            value = compiled(x)
        except Exception as error:
            raise NotYet(
                f"as one whole graph it raises {type(error).__name__}: does Python look at a number there, by an `if`, "
                "float(), .item() or .tolist()?"
            ) from error
        _judge_flipped(value, x, "compiled, ")
    return "one whole graph, for both ways."


def _judge_flipped(value: object, x: Tensor, how: str = "") -> None:
    y = x.relu()
    total, right = y.sum().item(), (-y if y.sum() > 3 else y) + 1
    given = f"{how}for x = {x.tolist()}, with {total:g} as the sum after the ReLU,"
    found = values(value, x.shape, f"{how}what it gives")
    turned = "it is turned over, and should be above 3 alone"
    if total > 3:
        other = "" if x.sum() > 3 else f": does the sum before it decide, {x.sum().item():g}?"
        turned = f"nothing is turned over{other}"
    rivals = {
        f"{given} {turned}": (y if total > 3 else -y) + 1,
        f"{given} the 1 is turned over, too: add it afterwards": -(y + 1),
        f"{given} each number is turned over for itself: the sum of all decides": torch.where(y > 3, -y, y) + 1,
        f"{given} the ReLU is missing": (-x if x.sum() > 3 else x) + 1,
    }
    compare(
        found,
        right.flatten().tolist(),
        {hint: wrong.flatten().tolist() for hint, wrong in rivals.items()},
        f"{given} it should give {right.tolist()}, and it gives {found}",
    )


@exercise
def carry_out(answer: object) -> str:
    """A function of steps and arrays that gives the result of the last step, in NumPy."""
    draw = np.random.default_rng(42)
    shapes = {"x": (4, 3), "w1": (5, 3), "b1": (5,), "w2": (2, 5), "b2": (2,), "w3": (5, 5)}
    arrays = {name: draw.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    arrays["x"] *= 8  # some results are large
    for what, steps in (("two layers", TWO_LAYERS), ("a graph with a result that is needed again", SKIPPING)):
        before = {name: each.copy() for name, each in arrays.items()}
        result = attempt(answer, steps, arrays, called=f"for {what} it")
        if not isinstance(result, np.ndarray):
            raise NotYet(f"for {what} it gives {described(result)}, and should give an array of NumPy's")
        if arrays.keys() != before.keys() or any(not np.array_equal(arrays[name], before[name]) for name in before):
            raise NotYet("it changes the arrays that it was given: keep results in a dict of your own")
        right = _carried_out(steps, arrays)
        if result.shape != right.shape:
            raise NotYet(f"for {what} the result should have the shape {right.shape}, not {result.shape}")
        found, wanted = result.flatten().tolist(), right.flatten().tolist()
        first = next((i for i in range(len(wanted)) if not near(found[i : i + 1], wanted[i : i + 1], 1e-4)), 0)
        should, gives = apart(wanted[first], found[first])
        compare(
            found,
            wanted,
            {
                f"for {what} it gives the result of another step: the last one is wanted": _carried_out(
                    steps[:-1], arrays
                )
                .flatten()
                .tolist()
            },
            f"for {what} number {first} of the result should be {should}, and it is {gives}: "
            "does each step take its inputs by their names?",
            within=1e-4,
        )
    return "the result of the last step, whatever it needs from before."


@exercise
def any_rows(answer: object) -> str:
    """An exported module of two tables, for any number of rows."""
    run = _exported(answer)
    for n in (4, 9, 2, 1, MANY):
        a, b = torch.randn(2, n, 3, generator=torch.Generator().manual_seed(n))
        found = _called(run, a, b, what=f"two tables of {n:,} {'rows' if n > 1 else 'row'}")
        distances = (a - b).square().sum(dim=1).sqrt().tolist()
        result = column(found, n, "what it gives")
        first = next((i for i in range(n) if not near(result[i : i + 1], distances[i : i + 1])), 0)
        compare(
            result,
            distances,
            {"those are squares of the distances: their root is missing": [each**2 for each in distances]},
            f"distance {first} of {n} should be {distances[first]:.4g}, and it is {result[first]:.4g}",
        )
    return "the number of rows is free."


@exercise
def wine_export(answer: object) -> str:
    """An export that takes raw measurements of wines, any number of them, with an accuracy of at least 0.93."""
    wines = data_set("wine")
    apart = torch.arange(len(wines.target)) % 3 == 2
    measured, grower = torch.tensor(wines.data, dtype=torch.float32)[apart], torch.tensor(wines.target)[apart]
    run = _exported(answer)
    for n in (2, 5, 1, MANY, len(grower)):
        found = _called(run, measured.repeat(1 + n // len(grower), 1)[:n], what=f"{n:,} {'wines' if n > 1 else 'wine'}")
        logits = torch.tensor(values(found, (n, 3), "what it gives")).view(n, 3)
    share = (logits.argmax(dim=1) == grower).double().mean().item()
    if share < 0.93:
        raise NotYet(f"the accuracy is {share:.2f}: does the export take mean and deviation into account by itself?")
    return f"{share:.3f} of {len(grower)} wines are given to their grower, measured as they are."


def _exported(answer: object) -> Any:
    if isinstance(answer, torch.fx.GraphModule):
        raise NotYet("that is a graph's module: give what torch.export.export makes, without .module()")
    if isinstance(answer, nn.Module):
        raise NotYet("that is a module: give what torch.export.export makes of it")
    if not isinstance(answer, torch.export.ExportedProgram):
        raise NotYet(f"the answer should be what torch.export.export gives, not {described(answer)}")
    return answer


def _called(exported: Any, *tables: Tensor, what: str) -> object:
    """What an export gives for tables, handed over in their places or, where its example was, by their names."""
    args, by_name = exported.example_inputs or ((), {})
    places = len(tables) - len(by_name)
    try:
        with torch.no_grad():
            return exported.module()(*tables[:places], **dict(zip(by_name, tables[places:], strict=True)))
    except Exception as error:
        refused = f"{what} {'is' if what == '1 wine' else 'are'} refused, with {type(error).__name__}"
        examples = [each for each in (*args, *by_name.values()) if isinstance(each, Tensor) and each.ndim == 2]
        wide = next((each.shape[1] for each in examples if each.shape[1] != tables[0].shape[1]), None)
        if wide is not None:
            why = f"the example had {wide} columns, and here are {tables[0].shape[1]}"
        elif len(tables[0]) == MANY:
            why = "is there a limit to the number of rows? A Dim has one if it has max="
        else:
            why = "may the number of rows change? dynamic_shapes= says so"
        raise NotYet(f"{refused}: {why}") from error


def _carried_out(steps: list[list[Any]], arrays: dict[str, Any]) -> Any:
    results = dict(arrays)
    for name, operation, inputs in steps:
        given = [results[each] for each in inputs]
        if operation == "linear":
            results[name] = given[0] @ given[1].T + given[2]
        else:
            results[name] = np.maximum(given[0], 0) if operation == "relu" else given[0] + given[1]
    return results[name]
