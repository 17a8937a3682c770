"""Turn a function of sliders into a list of operations that a script can replay.

PyTorch's own tracer does the work: it calls the function once and notes every operation on tensors, those of autograd
included. What the browser cannot replay is refused while the page is built.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

# Operations that live-charts.js replays, by the names that PyTorch's tracer gives them.
# fmt: off
KNOWN = {
    "_log_softmax", "_softmax", "_to_copy", "_unsafe_view", "abs", "add", "addmm", "alias", "amax", "amin",
    "argmax", "argmin", "avg_pool2d", "bmm", "cat", "clamp", "clamp_max", "clamp_min", "clone", "convolution",
    "cos", "detach", "div", "dot", "eq", "exp", "expand", "expm1", "flip", "full", "full_like", "ge", "gt", "le",
    "lift_fresh_copy", "linalg_vector_norm", "log", "log1p", "logical_and", "logical_not", "logical_or",
    "logsumexp", "lt", "max_pool2d_with_indices", "maximum", "mean", "minimum", "mm", "mul", "mv",
    "native_batch_norm", "ne", "neg", "ones", "ones_like", "permute", "pow", "reciprocal", "relu", "rsub", "select",
    "sgn", "sigmoid", "sigmoid_backward", "sign", "sin", "slice", "sqrt", "squeeze", "stack", "sub", "sum", "t",
    "tanh", "tanh_backward", "threshold_backward", "transpose", "unbind", "unsqueeze", "view", "where", "zeros",
    "zeros_like",
}
# fmt: on

# What a function gets from the sliders of a chart made of frames.
PLAIN = "the sliders give plain numbers (int, float or bool), not tensors"


class Unrecordable(ValueError):
    """A function cannot be recorded; the message says why and what to do."""


def record(
    function: Callable[..., list[Tensor]], start: Sequence[float | Tensor], inputs: str = "slider"
) -> dict[str, Any]:
    """The operations that lead from the sliders' values to a function's tensors.

    Args:
        function: takes one float64 tensor for each slider, of shape () where its value is a number, and gives tensors.
        start: the sliders' first values.
        inputs: what the errors call a slider.

    Returns:
        `steps`: one list for each operation: its name and its arguments, in which `"#3"` stands for the result of
        step 3 and the sliders are the first steps; `outputs`: which steps give the function's tensors. All of it is
        fit for JSON.

    Raises:
        Unrecordable: the function decides by a slider's value, computes in float32, or uses an operation that the
            browser's script does not know.

    Example:
        ```python
        import torch
        from live_charts.record import record

        recorded = record(lambda a: [a * torch.ones(2, dtype=torch.float64)], [3.0])
        assert recorded["steps"][-1][0] == "mul"
        ```
    """
    from torch.fx.experimental.proxy_tensor import make_fx

    frames = f"use frames=True, with which {PLAIN}" if inputs == "slider" else "use others"
    try:
        graph = make_fx(lambda *values: function(*values))(
            *[torch.as_tensor(value, dtype=torch.float64) for value in start]
        )
    except RuntimeError as error:
        if "data-dependent" in str(error) or "It appears that you're trying to get value out of" in str(error):
            raise Unrecordable(
                f"the function looks at a {inputs}'s value, by an if, float() or .item(), so it cannot be recorded: "
                f"write it with tensor operations such as torch.where, or {frames}"
            ) from None
        raise
    graph.graph.eliminate_dead_code()
    steps: list[list[Any]] = []
    place: dict[Any, str] = {}  # where a node's result stands among the steps
    fixed: dict[Any, Any] = {}  # the results that no slider changes
    constants: dict[str, str] = {}

    def constant(value: Any) -> Any:
        if not isinstance(value, Tensor):
            return [constant(item) for item in value]
        if value.is_floating_point() and value.dtype != torch.float64:
            raise Unrecordable("the chart computes in float64 but a tensor holds less: give it .double()")
        step = ["tensor", list(value.shape), value.to(torch.float64).flatten().tolist()]
        if str(step) not in constants:
            constants[str(step)] = f"#{len(steps)}"
            steps.append(step)
        return constants[str(step)]

    def plain(value: Any) -> Any:
        if isinstance(value, torch.fx.Node):
            return place[value] if value in place else constant(fixed[value])
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if isinstance(value, (bool, int, float)) or value is None:
            return value
        return None  # a dtype, device or layout, which float64 on one machine does not need

    for node in graph.graph.nodes:
        if node.op == "output":
            return {"outputs": plain(node.args[0]), "steps": steps}
        if node.op == "get_attr":
            fixed[node] = getattr(graph, node.target)
            continue
        if node.op == "placeholder":
            step = ["slider", len(steps)]
        elif all(each in fixed for each in node.all_input_nodes):
            given = torch.fx.node.map_arg((node.args, node.kwargs), fixed.__getitem__)
            fixed[node] = node.target(*given[0], **given[1])
            continue
        elif node.target is operator.getitem:
            step = ["item", *plain(node.args)]
        else:
            name = node.target._schema.name.removeprefix("aten::")
            if getattr(node.meta.get("val"), "dtype", None) in (torch.float32, torch.float16, torch.bfloat16):
                raise Unrecordable("the chart computes in float64 but a step gives less: make its tensors .double()")
            if name not in KNOWN:
                raise Unrecordable(f"the browser's script does not know the operation {name}: {frames}")
            step = [name, *arguments(node, plain)]
            if cure := beyond(node, step):
                raise Unrecordable(f"the browser's script knows {name} in its plain form only: {cure}")
        place[node] = f"#{len(steps)}"
        steps.append(step)
    raise AssertionError("a graph ends in its output")


def beyond(node: torch.fx.Node, step: list[Any]) -> str:
    """What to do where the script knows a step's operation, but not with these arguments; nothing where it does."""
    name, given = step[0], step[1:]
    images = ("convolution", "max_pool2d_with_indices", "avg_pool2d")
    if name == "_to_copy" and not kind(node).is_floating_point and kind(node) != kind(node.all_input_nodes[0]):
        return "it keeps all values as float64, so leave out .long(), .int() and .bool()"
    if name == "div" and any(isinstance(each, str) for each in [*node.args, *node.kwargs.values()]):
        return "without rounding_mode"
    if name == "linalg_vector_norm" and not 0 < abs(given[1]) < math.inf:
        return "write a norm of order 0 or inf with abs, ne, sum or amax"
    if name in images and node.all_input_nodes[0].meta["val"].ndim != 4:
        return "give it images of shape (images, channels, rows, columns)"
    if name == "convolution" and (given[6] or given[8] != 1):
        return "without groups, and not transposed"
    if name == "max_pool2d_with_indices" and given[5]:
        return "without ceil_mode"
    if name == "avg_pool2d" and (any(given[3]) or given[4] or given[6]):
        return "without padding, ceil_mode and divisor_override"
    if name == "native_batch_norm" and given[5]:
        return "call the model's .eval() first"
    return ""


def kind(node: torch.fx.Node) -> torch.dtype:
    """The dtype of a step's result."""
    dtype: torch.dtype = node.meta["val"].dtype
    return dtype


def arguments(node: torch.fx.Node, plain: Callable[[Any], Any]) -> list[Any]:
    """A step's arguments in the schema's order, those left out at the end filled in with their defaults."""
    given: list[Any] = []
    for position, argument in enumerate(node.target._schema.arguments):  # type: ignore[union-attr]
        if position < len(node.args):
            given.append(plain(node.args[position]))
        elif argument.name in node.kwargs:
            given.append(plain(node.kwargs[argument.name]))
        else:
            given.append(plain(argument.default_value))
    return given
