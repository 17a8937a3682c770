"""The exercises of An engine of your own: slopes by hand, two operations, an engine to mend, and a line to fit."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from foundations.autograd.engine import Value
from foundations.exercises import NotYet
from foundations.exercises.judging import attempt, compare, data_set, described, exercise, near, number, numbers

N_PATIENTS = 40
DEEP = 2000


@exercise
def slopes_by_hand(answer: object) -> str:
    """The slopes of (p + q) · p along p and q, at p = 4 and q = −1."""
    output = numbers(answer, 2, "the slopes along p and q")
    compare(
        output,
        [7, 4],
        {
            "along p that is only the straight way, with slope r = 3: another one leads through r": [3, 4],
            "along p that is only the way through r, with slope 4: another one leads there straight": [4, 4],
            "those two are the wrong way round: the slope along p comes first": [4, 7],
            "12 is s itself, or the two ways to p multiplied: where ways meet, slopes add": [12, 4],
            "the straight way from s to p has the slope r, the other factor, and not p": [8, 4],
            "q moves r by as much, and r moves s by p times as much: that is not 1 or 3": [7, 1],
        },
        f"{output[0]:g} and {output[1]:g} are not the slopes: follow every way from s back to p, and to q",
    )
    return "two ways lead from s back to p, and their slopes add: 3 + 4."


@exercise
def sigmoid_value(answer: object) -> str:
    """A function of a Value that gives its sigmoid as a Value which slopes can pass."""
    for place in (2.0, -3.0, 0.0):
        x = Value(place)
        result = _value_of(answer, [x], f"sigmoid({place:g})")
        s = 1 / (1 + math.exp(-place))
        _right_number(result, s, f"sigmoid({place:g})", {"sign of x is turned": 1 - s})
        _right_slopes(
            result,
            {"x": x},
            [s * (1 - s)],
            f"sigmoid({place:g})",
            {
                "the slope is s · (1 − s), and this is s alone": [s],
                "the slope is s · (1 − s), and this is 1 − s": [1 - s],
                "the sign of the slope is turned": [-s * (1 - s)],
                "s · (1 − s) takes s, the result, and this takes x": [place * (1 - place)],
                "that is twice the slope: does x stand among the parents twice?": [2 * s * (1 - s)],
            },
        )
    return "the number is right, and slopes pass through it."


@exercise
def larger_value(answer: object) -> str:
    """A function of two Values that gives the larger one, with the slopes of torch.maximum."""
    # With two below zero, the larger is the smaller in size; and near to each other is not yet equal.
    pairs = ((2.0, 5.0), (5.0, 2.0), (3.0, 3.0), (-5.0, 2.0), (-1.5, -4.0), (0.3, 0.25))
    for first, second in pairs:
        right = [0.5, 0.5] if first == second else [float(first > second), float(second > first)]
        x, y = Value(first), Value(second)
        called = f"larger({first:g}, {second:g})"
        result = _value_of(answer, [x, y], called)
        _right_number(result, max(first, second), called, {"that is the smaller one": min(first, second)})
        if first == second:
            shares = ([1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0])
            mistakes = {
                f"where both are equal, each gets half, and not {one:g} and {other:g}": [one, other]
                for one, other in shares
            }
        else:
            mistakes = {
                "the slopes go to the smaller one": right[::-1],
                "half is for numbers that are equal": [0.5, 0.5],
            }
        _right_slopes(result, {"x": x, "y": y}, right, called, mistakes)
    return "the larger one has the slope 1, and of two equal ones each has half."


@exercise
def mended_engine(answer: object) -> str:
    """A function that finds the slopes of a Value along every value that it came from."""
    for name, make in GRAPHS.items():
        root, leaves = make()
        right = [root.slopes()[leaf] for leaf in leaves.values()]
        found = attempt(answer, root, called=f"for {name} it")
        if not isinstance(found, dict):
            raise NotYet(f"for {name} it should give a dict of slopes by value, not {described(found)}")
        slopes = _numbers_of(found, leaves, name)
        if not near(slopes, right, 1e-9):
            leaf, output, true = next(
                each for each in zip(leaves, slopes, right, strict=True) if not near(each[1:2], each[2:], 1e-9)
            )
            if output == -true:
                raise NotYet(f"for {name} the slope along {leaf} comes with its sign turned")
            raise NotYet(
                f"for {name} the slope along {leaf} is {true:g}, and it gives {output:g}: "
                f"{_reason(name, output, found, root)}"
            )
    return "every slope arrives, by however many ways, and a long sum is no trouble."


@exercise
def bmi_line(answer: object) -> str:
    """The line through forty patients: w and b, as Values or as numbers."""
    inputs, targets = _patients(N_PATIENTS)
    plain = answer
    if isinstance(answer, list | tuple):
        plain = [each.data if isinstance(each, Value) else each for each in answer]
    w, b = numbers(plain, 2, "w and b", not_finite="the steps were too long, and the line flew away")

    def loss(w: float, b: float) -> float:
        return sum((w * x + b - y) ** 2 for x, y in zip(inputs, targets, strict=True)) / len(inputs)

    best_w, best_b = _least_squares(inputs, targets)
    reached, least = loss(w, b), loss(best_w, best_b)
    if reached > 1.001 * least:
        where = f"the mean squared error is {reached:.4f}, and a line can have {least:.4f}"
        if loss(b, w) <= 1.001 * least:
            raise NotYet("w and b are the wrong way round: w, the slope of the line, comes first")
        if loss(w / 100, b / 100) <= 1.001 * least:
            raise NotYet(f"{where}: take the progress in hundreds")
        if w == b == 0:
            raise NotYet(f"{where}: w and b have not moved from 0")
        if near([w, b], _least_squares(*_patients(442)), 1e-2):
            raise NotYet(f"{where}: that is the line of all patients, and only the first {N_PATIENTS} are asked for")
        if near([b], [best_b], 1e-2) and w == 0:
            raise NotYet(f"{where}: w has not moved")
        if near([w, b], _line_of_raw(best_w, best_b), 1e-2):
            raise NotYet(f"{where}: that is the line for the bmi as it stands in the table, and a scaled one is given")
        if reached > loss(0, 0):
            raise NotYet(
                f"{where}. With w = b = 0 it is {loss(0, 0):.4f}: does each step go downhill, is it short enough, and "
                "are the slopes cleared after it?"
            )
        raise NotYet(f"{where}: are the slopes cleared after each step? If they are, take more steps")
    return f"the mean squared error is {reached:.4f}, and no line has less than {least:.4f}."


def _value_of(answer: object, args: Sequence[Value], called: str) -> Value:
    """What an operation gives, which must be a Value that came from its arguments, and left them as they were."""
    before = [each.data for each in args]
    result = attempt(answer, *args, called=called)  # not copies, which would have other parents
    if not isinstance(result, Value):
        raise NotYet(f"{called} should give a Value, not {described(result)}: else no slope can pass")
    if [each.data for each in args] != before:
        raise NotYet(f"{called} changes the number that it was given")
    return result


def _right_number(result: Value, right: float, called: str, mistakes: dict[str, float]) -> None:
    (output,) = numbers(result.data, 1, f"the number of {called}")
    hints = {f"the number of {called} is {output:.4g}: {hint}": [wrong] for hint, wrong in mistakes.items()}
    compare([output], [right], hints, f"the number of {called} is {output:.4g} and should be {right:.4g}", within=1e-9)


def _right_slopes(
    result: Value, args: dict[str, Value], right: list[float], called: str, mistakes: dict[str, list[float]]
) -> None:
    """The slopes along the arguments, found through one more step on either side."""
    if not result.parents and result not in args.values():
        raise NotYet(f"{called} has no parents, so no slope can pass: name the values that it was calculated from")
    try:
        slopes = (result * 3).slopes()
    except Exception as error:
        raise NotYet(f"the parents of {called} should be pairs, each of a value and a slope, with a comma") from error
    output = [number(slopes.get(each, 0.0) / 3, f"the slope of {called} along {x}") for x, each in args.items()]
    along = " and ".join(f"{each:.4g} along {name}" for name, each in zip(args, output, strict=True))
    expected = " and ".join(f"{each:.4g}" for each in right)
    hints = {f"the slope of {called} is {along}: {hint}": wrong for hint, wrong in mistakes.items()}
    compare(output, right, hints, f"the slope of {called} is {along} and should be {expected}", within=1e-9)


def _numbers_of(found: dict[Any, Any], leaves: dict[str, Value], name: str) -> list[float]:
    missing = [leaf for leaf, value in leaves.items() if value not in found]
    if missing:
        raise NotYet(f"for {name} there is no slope along {', '.join(missing)}: give one for every value, by value")
    return [number(found[value], f"for {name} the slope along {leaf}") for leaf, value in leaves.items()]


def _reason(name: str, output: float, found: dict[Any, Any], root: Value) -> str:
    if found.get(root) != 1:
        return "the slope of the result along itself is 1, and all others start from there"
    if name == "x + x" and output == 1:
        return "x is used twice, and one of its two slopes is lost: is it overwritten?"
    if name in ("a · b", "x + x", "a long sum"):
        return "that is not slope times slope, added up"
    return "does a value pass its slope on before all of it has arrived?"


def _product() -> tuple[Value, dict[str, Value]]:
    a, b = Value(2), Value(3)
    return a * b, {"a": a, "b": b}


def _twice() -> tuple[Value, dict[str, Value]]:
    x = Value(2)
    return x + x, {"x": x}


def _diamond(turned: bool) -> tuple[Value, dict[str, Value]]:
    a, b = Value(2), Value(3)
    c = a * b
    d = c + b
    return d * c if turned else c * d, {"a": a, "b": b}


def _ladder() -> tuple[Value, dict[str, Value]]:
    x, y = Value(1.5), Value(-0.5)
    first, second = x, y
    for _ in range(6):
        first, second = second, first * second + first
    return first * second + x, {"x": x, "y": y}


def _long_sum() -> tuple[Value, dict[str, Value]]:
    x = Value(1)
    total = x
    for _ in range(DEEP):
        total = total + 1
    return total, {"x": x}


GRAPHS: dict[str, Callable[[], tuple[Value, dict[str, Value]]]] = {
    "a · b": _product,
    "x + x": _twice,
    "c · d": lambda: _diamond(False),
    "d · c": lambda: _diamond(True),
    "a ladder of sums and products": _ladder,
    "a long sum": _long_sum,
}


def _patients(n: int) -> tuple[list[float], list[float]]:
    """The body mass index of the first patients, with mean 0 and standard deviation 1, and the progress in hundreds."""
    table = data_set("diabetes", scaled=False)
    inputs = table.data[:n, 2]
    return ((inputs - inputs.mean()) / inputs.std()).tolist(), (table.target[:n] / 100).tolist()


def _line_of_raw(w: float, b: float) -> tuple[float, float]:
    """The same line, for the body mass index as it stands in the table."""
    inputs = data_set("diabetes", scaled=False).data[:N_PATIENTS, 2]
    return w / inputs.std(), b - w * inputs.mean() / inputs.std()


def _least_squares(inputs: list[float], targets: list[float]) -> tuple[float, float]:
    """The best line; the inputs have mean 0 and standard deviation 1."""
    n = len(inputs)
    return sum(x * y for x, y in zip(inputs, targets, strict=True)) / n, sum(targets) / n
