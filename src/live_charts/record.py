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
from torch.fx import GraphModule, Node
from torch.fx.node import map_arg
from torch.utils._pytree import tree_leaves

# Operations that assets/operations.js replays, by the names that PyTorch's tracer gives them.
# fmt: off
KNOWN = {
    "_log_softmax", "_softmax", "_to_copy", "_unsafe_view", "abs", "add", "addmm", "alias", "amax", "amin", "argmax",
    "argmin", "avg_pool2d", "binary_cross_entropy_with_logits", "bmm", "cat", "clamp", "clamp_max", "clamp_min",
    "clone", "convolution", "cos", "cummax", "cumsum", "detach", "div", "dot", "eq", "exp", "expand", "expm1", "flip",
    "full", "full_like", "ge", "gt", "index", "index_select", "le", "lift_fresh_copy", "linalg_vector_norm", "log",
    "log1p", "logical_and", "logical_not", "logical_or", "logsumexp", "lt", "max_pool2d_with_indices", "maximum",
    "mean", "minimum", "mm", "mul", "mv", "native_batch_norm", "ne", "neg", "ones", "ones_like", "permute", "pow",
    "reciprocal", "relu", "rsub", "select", "select_backward", "sgn", "sigmoid", "sigmoid_backward", "sign", "sin",
    "slice", "slice_backward", "sqrt", "squeeze", "squeeze_", "stack", "sub", "sum", "t", "tanh", "tanh_backward",
    "threshold_backward", "transpose", "unbind", "unsqueeze", "view", "where", "zeros", "zeros_like",
}
# fmt: on

IMAGES = "give it images of shape (images, channels, rows, columns)"
# What the script does not know of these operations: the arguments that decide, whether they ask for it, and the advice.
BEYOND: tuple[tuple[str, tuple[str, ...], Callable[..., object], str], ...] = (
    (
        "_to_copy",
        ("self", "dtype"),
        lambda tensor, dtype: dtype not in (None, tensor.dtype) and not dtype.is_floating_point,
        "it keeps all values as float64, so leave out .long(), .int() and .bool()",
    ),
    ("div", ("rounding_mode",), bool, "without rounding_mode"),
    (
        "binary_cross_entropy_with_logits",
        ("weight", "pos_weight"),
        lambda weight, pos_weight: weight is not None or pos_weight is not None,
        "without weight and pos_weight",
    ),
    ("slice_backward", ("step",), lambda step: step != 1, "slice without a step"),
    (
        "index",
        ("indices",),
        lambda indices: len(indices) != 1 or indices[0].dtype == torch.bool,
        "index the first axis alone, with whole numbers; torch.where chooses by a condition",
    ),
    (
        "linalg_vector_norm",
        ("ord",),
        lambda order: not 0 < abs(order) < math.inf,
        "write a norm of order 0 or inf with abs, ne, sum or amax",
    ),
    ("convolution", ("input",), lambda images: images.ndim != 4, IMAGES),
    ("max_pool2d_with_indices", ("self",), lambda images: images.ndim != 4, IMAGES),
    ("avg_pool2d", ("self",), lambda images: images.ndim != 4, IMAGES),
    (
        "convolution",
        ("transposed", "groups"),
        lambda transposed, groups: transposed or groups != 1,
        "without groups, and not transposed",
    ),
    ("max_pool2d_with_indices", ("ceil_mode",), bool, "without ceil_mode"),
    (
        "avg_pool2d",
        ("padding", "ceil_mode", "divisor_override"),
        lambda padding, ceil_mode, divisor: any(padding) or ceil_mode or divisor,
        "without padding, ceil_mode and divisor_override",
    ),
    ("native_batch_norm", ("training",), bool, "call the model's .eval() first"),
)

# What a function gets from the sliders of a chart made of frames.
PLAIN = "the sliders give plain numbers (int, float or bool), not tensors"


class Unrecordable(ValueError):
    """A function cannot be recorded; the message says why and what to do."""


def record(
    function: Callable[..., list[Tensor]],
    start: Sequence[float | Tensor],
    inputs: str = "slider",
    advice: str = f"use frames=True, with which {PLAIN}",
) -> dict[str, Any]:
    """The operations that lead from the sliders' values to a function's tensors.

    Args:
        function: Takes one float64 tensor for each slider, of shape () where its value is a number, and gives tensors.
        start: The sliders' first values.
        inputs: What the errors call a slider.
        advice: What to do with a calculation that cannot be recorded, as the errors say it.

    Returns:
        `steps`: one list for each operation: its name and its arguments, in which `"#3"` stands for the result of
        step 3 and the sliders are the first steps; `outputs`: which steps give the function's tensors. All of it is
        fit for JSON.

    Raises:
        Unrecordable: The function decides by a slider's value, computes in float32, or uses an operation that the
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

    try:
        graph = make_fx(lambda *values: function(*values))(
            *[torch.as_tensor(value, dtype=torch.float64) for value in start]
        )
    except RuntimeError as error:
        if "data-dependent" in str(error) or "It appears that you're trying to get value out of" in str(error):
            raise Unrecordable(
                f"the function looks at a {inputs}'s value, by an if, float() or .item(), so it cannot be recorded: "
                f"write it with tensor operations such as torch.where, or {advice}"
            ) from None
        raise
    graph.graph.eliminate_dead_code()
    recorder = Recorder(graph, advice)
    return {"outputs": recorder.run(), "steps": recorder.steps}


class Step(str):
    """The result of a step, as `#3`."""


class Recorder:
    """Goes through a graph: what the sliders change becomes a step, and the rest is computed at once.

    PyTorch's own `Interpreter` makes a progress bar, which leaves a semaphore behind in every process of a page.
    """

    def __init__(self, graph: GraphModule, advice: str):
        self.graph = graph
        self.advice = advice
        self.steps: list[list[Any]] = []
        self.results: dict[Node, Any] = {}
        self.constants: dict[str, Step] = {}

    def run(self) -> Any:
        """Go through all nodes, and give the result of the last: the steps of the outputs."""
        for node in self.graph.graph.nodes:
            self.results[node] = self.result(node)
        return self.results[node]

    def result(self, node: Node) -> Any:
        """A node's result: a step, a value that no slider changes, or in the end the steps of the outputs."""
        if node.op == "placeholder":
            return self.step("slider", len(self.steps))
        if node.op == "get_attr":
            return getattr(self.graph, str(node.target))
        if node.op != "output" and not any(isinstance(self.results[each], Step) for each in node.all_input_nodes):
            args, kwargs = map_arg((node.args, node.kwargs), self.results.__getitem__)
            return node.target(*args, **kwargs)  # type: ignore[operator]
        if why := self.why_not(node):
            raise Unrecordable(why)
        if node.op == "output":
            return self.plain(node.args[0])
        if node.target is operator.getitem:
            return self.step("item", *self.plain(node.args))
        return self.step(name_of(node), *self.plain(list(arguments(node).values())))

    def why_not(self, node: Node) -> str:
        """Why the browser's script cannot replay a node, and what to do; nothing where it can."""
        taken = [value for each in node.all_input_nodes for value in tree_leaves(self.results[each])]
        if any(isinstance(value, Tensor) and short(value) for value in taken):
            return "the chart computes in float64 but a tensor holds less: give it .double()"
        if node.op == "output" or node.target is operator.getitem:
            return ""
        if isinstance(given := node.meta.get("val"), Tensor) and short(given):
            return "the chart computes in float64 but a step gives less: make its tensors .double()"
        if name_of(node) not in KNOWN:
            return f"the browser's script does not know the operation {name_of(node)}: {self.advice}"
        values = map_arg(arguments(node), lambda each: each.meta.get("val", self.results[each]))
        for operation, names, asks, advice in BEYOND:
            if operation == name_of(node) and asks(*(values.get(each) for each in names)):
                return f"the browser's script knows {operation} in its plain form only: {advice}"
        return ""

    def step(self, name: str, *given: Any) -> Step:
        """Note a step."""
        self.steps.append([name, *given])
        return Step(f"#{len(self.steps) - 1}")

    def plain(self, value: Any) -> Any:
        """What a node was given, as JSON can say it."""
        if isinstance(value, Node):
            value = self.results[value]
        if isinstance(value, Tensor):
            return self.constant(value)
        if isinstance(value, (list, tuple)):
            return [self.plain(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value).replace("nan", "NaN").replace("inf", "Infinity")  # which JSON lacks
        if isinstance(value, (bool, int, float, Step)):
            return value
        return None  # a dtype, device or layout, which float64 on one machine does not need

    def constant(self, value: Tensor) -> Step:
        """The step that makes a tensor which no slider changes; one step for all that are equal."""
        made = [list(value.shape), self.plain(value.to(torch.float64).flatten().tolist())]
        if str(made) not in self.constants:
            self.constants[str(made)] = self.step("tensor", *made)
        return self.constants[str(made)]


def short(tensor: Tensor) -> bool:
    """Whether a tensor holds fractions with fewer digits than float64."""
    return tensor.is_floating_point() and tensor.dtype != torch.float64


def name_of(node: Node) -> str:
    """An operation's name, as PyTorch's tracer gives it."""
    schema = node.target._schema  # type: ignore[union-attr]
    return str(schema.name).removeprefix("aten::")


def arguments(node: Node) -> dict[str, Any]:
    """An operation's arguments by their names, in the schema's order; those left out have their defaults."""
    schema = node.target._schema  # type: ignore[union-attr]
    given = {argument.name: argument.default_value for argument in schema.arguments}
    return given | dict(zip(given, node.args, strict=False)) | node.kwargs
