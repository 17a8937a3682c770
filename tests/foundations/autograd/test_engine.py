"""The engine for slopes: random formulas against torch, what a second backward changes, and what it refuses."""

import ast
import inspect
import math
from fractions import Fraction

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from foundations import Value, finite_difference

UNARY = {
    "neg": lambda x: -x,
    "tanh": lambda x: x.tanh(),
    "relu": lambda x: x.relu(),
    "exp": lambda x: x.tanh().exp(),
    "log": lambda x: (x * x + 1).log(),
    "square": lambda x: x**2,
    "cube": lambda x: (x / 3) ** 3,
    "root": lambda x: (x**2 + 0.5) ** 0.5,
    "inverse": lambda x: (x**2 + 0.5) ** -1,
    "plus": lambda x: 2.5 + x,
    "minus": lambda x: 1 - x,
    "times": lambda x: -0.5 * x,
    "over": lambda x: 2 / (x * x + 1),
}
BINARY = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / (y * y + 1),
}
leaves = st.lists(st.floats(-3, 3), min_size=1, max_size=4)
steps = st.lists(
    st.tuples(st.sampled_from([*UNARY, *BINARY]), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=8
)


def formula(numbers, recipe):
    """A formula of some numbers; each step takes any earlier results, so most are used more than once."""
    made = list(numbers)
    for name, i, j in recipe:
        first, second = made[i % len(made)], made[j % len(made)]
        made.append(UNARY[name](first) if name in UNARY else BINARY[name](first, second))
    return sum(made)


def torch_leaves(numbers):
    return [torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in numbers]


def size_of_the_sums(result, leaf):
    """The slope if nothing cancelled: what rounding is measured by."""
    found = {result: 1.0}
    for value in reversed(result.topological_order()):
        for parent, slope in value.parents:
            found[parent] = found.get(parent, 0.0) + abs(slope) * found[value]
    return found[leaf]


@settings(max_examples=300)
@given(numbers=leaves, recipe=steps)
def test_random_formulas_agree_with_torch(numbers, recipe):
    ours, theirs = [Value(each) for each in numbers], torch_leaves(numbers)
    result, right = formula(ours, recipe), formula(theirs, recipe)
    assume(abs(right.item()) < 1e12)
    assert result.data == pytest.approx(right.item(), rel=1e-9, abs=1e-9)
    result.backward()
    right.backward(retain_graph=True)
    for leaf, tensor in zip(ours, theirs, strict=True):
        room = 1e-9 * max(1.0, size_of_the_sums(result, leaf))
        assert leaf.grad == pytest.approx(tensor.grad.item(), abs=room)
    once = [leaf.grad for leaf in ours]
    result.backward()
    right.backward()
    for leaf, tensor, before in zip(ours, theirs, once, strict=True):
        assert leaf.grad == 2 * before
        assert leaf.grad == pytest.approx(tensor.grad.item(), abs=2e-9 * max(1.0, size_of_the_sums(result, leaf)))


@given(numbers=leaves, recipe=steps)
def test_every_value_comes_after_its_parents_and_once(numbers, recipe):
    result = formula([Value(each) for each in numbers], recipe)
    order = result.topological_order()
    place = {value: i for i, value in enumerate(order)}
    assert len(place) == len(order)
    assert order[-1] is result
    for value in order:
        assert all(place[parent] < place[value] for parent, _ in value.parents)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("at", [-2.3, -0.4, 0.7, 1.9])
def test_each_operation_agrees_with_nudging(name, at):
    nudged = finite_difference(lambda x: UNARY[name](x), torch.tensor(at, dtype=torch.float64))
    x = Value(at)
    assert UNARY[name](x).slopes().get(x, 0.0) == pytest.approx(nudged.item(), rel=1e-6, abs=1e-8)


def test_slopes_of_values_in_the_middle():
    a, b = Value(2), Value(3)
    c = a * b
    d = c + b
    e = c * d
    assert e.slopes() == {e: 1, d: 6, c: 15, b: 36, a: 45}
    assert [each.grad for each in (a, b, c, d, e)] == [0, 0, None, None, None]


def test_published_formula():
    # The formula in the README of micrograd, where a second backward() leads to 1852.27 in place of twice 138.83.
    def calculate(a, b):
        c = a + b
        c = 1 + 2 * (2 * c + 1) - a
        d = a * b + b**3
        d = 3 * d + (b + a).relu()
        d = 4 * d + (b - a).relu()
        return (c - d) ** 2 / 2 + 10 / (c - d) ** 2

    a, b = Value(-4), Value(2)
    result = calculate(a, b)
    assert f"{result.data:.4f}" == "24.7041"
    for times in (1, 2, 3):
        result.backward()
        assert a.grad == pytest.approx(times * 138.8338, abs=1e-3)
        assert b.grad == pytest.approx(times * 645.5773, abs=1e-3)


def test_a_leaf_alone():
    a = Value(5)
    a.backward()
    assert a.grad == 1


def test_long_chains_and_many_ways():
    x = Value(1)
    total = x
    for _ in range(50_000):
        total = total + x
    assert total.slopes()[x] == 50_001
    doubled = x
    for _ in range(100):
        doubled = doubled + doubled
    assert doubled.slopes()[x] == 2.0**100


def test_relu_bends_as_in_torch():
    x = torch.tensor([-1.0, 0.0, 2.0], requires_grad=True)
    torch.relu(x).sum().backward()
    for at, right in zip(x.tolist(), x.grad.tolist(), strict=True):
        leaf = Value(at)
        leaf.relu().backward()
        assert leaf.grad == right
    assert math.isnan(Value(math.nan).relu().data)


def test_numbers_that_a_value_takes():
    numpy_number = torch.tensor(2.0, dtype=torch.float64).numpy()[()]
    assert Value(numpy_number).data == 2
    assert (numpy_number * Value(3)).data == 6
    assert sum([Value(1), Value(2)]).data == 3
    assert repr(Value(0.5)) == "Value(0.5)"
    assert (Value(0) ** 0).data == 1


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda x: Value("2"), TypeError, "a Value is made of a number, not of str"),
        (lambda x: Value(torch.tensor(2.0)), TypeError, "not of Tensor"),
        (lambda x: x + "text", TypeError, "not of str"),
        (lambda x: "text" * x, TypeError, "not of str"),
        (lambda x: x * None, TypeError, "not of NoneType"),
        (lambda x: x - [1], TypeError, "not of list"),
        (lambda x: torch.tensor(1.0) / x, TypeError, "not of Tensor"),
        (lambda x: x**x, TypeError, "the exponent must be a plain number, not a Value"),
        (lambda x: 2**x, TypeError, "unsupported operand"),
        (lambda x: x / 0, ZeroDivisionError, "negative power"),
        (lambda x: 1 / (x - 2), ZeroDivisionError, "negative power"),
        (lambda x: (x - 2) ** 0.5, ZeroDivisionError, "negative power"),
        (lambda x: (-x) ** 0.5, ValueError, "needs a whole exponent, not -2 \\*\\* 0.5"),
        (lambda x: (-x) ** Fraction(1, 2), ValueError, "not -2 \\*\\* 1/2"),
        (lambda x: (x - 2).log(), ValueError, "log needs a number above 0, not 0"),
        (lambda x: (-x).log(), ValueError, "log needs a number above 0, not -2"),
        (lambda x: (400 * x).exp(), OverflowError, "math range error"),
    ],
)
def test_what_it_refuses(make, error, words):
    with pytest.raises(error, match=words):
        make(Value(2))


def test_training_gives_torchs_losses():
    xs = [-1.0, -0.5, 0.5, 1.0]
    start = torch.randn(7, generator=torch.Generator().manual_seed(42), dtype=torch.float64)

    def net(p, x):
        return p[6] + sum(p[i] * (p[i + 1] * x + p[i + 2]).tanh() for i in (0, 3))

    def loss_of(p):
        return sum((net(p, x) - x**2) ** 2 for x in xs) / 4

    params, theirs = [Value(each) for each in start.tolist()], start.clone().requires_grad_()
    for _ in range(100):
        loss, right = loss_of(params), loss_of(theirs)
        assert loss.data == pytest.approx(right.item(), rel=1e-12)
        theirs.grad = None
        loss.backward()
        right.backward()
        with torch.no_grad():
            theirs -= 0.1 * theirs.grad
        for each in params:
            each.data, each.grad = each.data - 0.1 * each.grad, 0.0
    assert loss.data < 0.2


def test_it_is_small():
    tree = ast.parse(inspect.getsource(Value))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:]
    lines = [line for line in ast.unparse(tree).splitlines() if line.strip()]
    assert len(lines) <= 75
