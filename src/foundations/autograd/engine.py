"""A small engine for slopes: numbers that remember how they were calculated, and read their notes backwards."""

from __future__ import annotations

import math
from numbers import Real


class Value:
    """A number that remembers which numbers it was calculated from, and how steep each step was.

    Write formulas with `+`, `-`, `*`, `/`, `**` and the methods `exp`, `log`, `tanh` and `relu`, which have the names
    that PyTorch gives them. Plain numbers may stand between values. `backward()` then finds the slope of a result
    along every number that it came from. What Python's floats cannot do, such as a division by zero, raises an error
    as it does there.

    Attributes:
        data: The number.
        parents: A pair for each value that this one was calculated from: it, and the slope of this one along it.
        grad: Slopes added up by `backward()`; None where the value was calculated, and is no leaf.

    Args:
        data: A number.
        parents: For an operation of your own: its pairs.

    Raises:
        TypeError: data is not a number.

    Example:
        ```python
        from foundations import Value

        a, b = Value(2), Value(3)
        c = a * b
        e = c * (c + b)
        e.backward()
        assert (e.data, a.grad, b.grad) == (54, 45, 36)
        ```
    """

    def __init__(self, data: float, parents: tuple[tuple[Value, float], ...] = ()) -> None:
        if not isinstance(data, Real):
            raise TypeError(f"a Value is made of a number, not of {type(data).__name__}")
        self.data: float = float(data)
        self.parents: tuple[tuple[Value, float], ...] = parents
        self.grad: float | None = None if parents else 0.0

    def __repr__(self) -> str:
        return f"Value({self.data:g})"

    def __add__(self, other: Value | float) -> Value:
        """Add another value or a plain number, which may also stand on the left.

        Args:
            other: What is added.

        Returns:
            The sum, whose slope along both is 1.

        Example:
            ```python
            from foundations import Value

            a = Value(2)
            (1 + a + a).backward()
            assert a.grad == 2
            ```
        """
        other = _value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other: Value | float) -> Value:
        """Multiply by another value or a plain number, which may also stand on the left.

        Args:
            other: The factor.

        Returns:
            The product, whose slope along each factor is the other one.

        Example:
            ```python
            from foundations import Value

            a, b = Value(2), Value(3)
            (4 * a * b).backward()
            assert (a.grad, b.grad) == (12, 8)
            ```
        """
        other = _value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self) -> Value:
        """Turn the sign.

        Returns:
            The result, whose slope is −1.

        Example:
            ```python
            from foundations import Value

            a = Value(2)
            (-a).backward()
            assert a.grad == -1
            ```
        """
        return Value(-self.data, ((self, -1.0),))

    def __sub__(self, other: Value | float) -> Value:
        """Subtract another value or a plain number, or from a plain number on the left.

        Args:
            other: What is subtracted.

        Returns:
            The difference, whose slope is 1 along this number and −1 along the other.

        Example:
            ```python
            from foundations import Value

            a, b = Value(2), Value(3)
            (a - b).backward()
            assert (a.grad, b.grad) == (1, -1)
            ```
        """
        return self + -_value(other)

    def __rsub__(self, other: float) -> Value:
        return -self + other

    def __truediv__(self, other: Value | float) -> Value:
        """Divide by another value or a plain number, or a plain number on the left by this one.

        Args:
            other: The divisor.

        Returns:
            The quotient, whose slope is 1 / divisor along this number and −quotient / divisor along the divisor.

        Raises:
            ZeroDivisionError: The divisor is 0.

        Example:
            ```python
            from foundations import Value

            a, b = Value(6), Value(2)
            (a / b).backward()
            assert (a.grad, b.grad) == (0.5, -1.5)
            ```
        """
        return self * _value(other) ** -1

    def __rtruediv__(self, other: float) -> Value:
        return self**-1 * other

    def __pow__(self, n: float) -> Value:
        """Raise this number to a power.

        Args:
            n: The exponent, a plain number.

        Returns:
            The power, whose slope is n times the number to the power of n − 1.

        Raises:
            TypeError: n is no plain number.
            ValueError: This number is below 0 and n is not whole.
            ZeroDivisionError: This number is 0 and n is below 1, and not 0: the power or its slope is infinite.

        Example:
            ```python
            from foundations import Value

            a = Value(3)
            (a**2).backward()
            assert a.grad == 6
            ```
        """
        if not isinstance(n, Real):
            raise TypeError(f"the exponent must be a plain number, not a {type(n).__name__}")
        if self.data < 0 and n % 1:
            raise ValueError(f"a power of a number below 0 needs a whole exponent, not {self.data:g} ** {n}")
        slope = n * self.data ** (n - 1) if n else 0.0
        return Value(self.data**n, ((self, slope),))

    def exp(self) -> Value:
        """Raise e to this power.

        Returns:
            The result, whose slope is the result itself.

        Raises:
            OverflowError: The result would be too large for a float, from 710 on.

        Example:
            ```python
            from foundations import Value

            x = Value(0)
            x.exp().backward()
            assert x.grad == 1
            ```
        """
        power = math.exp(self.data)
        return Value(power, ((self, power),))

    def log(self) -> Value:
        """Take the natural logarithm.

        Returns:
            The result, whose slope is 1 / this number.

        Raises:
            ValueError: This number is not above 0.

        Example:
            ```python
            from foundations import Value

            x = Value(4)
            x.log().backward()
            assert x.grad == 0.25
            ```
        """
        if self.data <= 0:
            raise ValueError(f"log needs a number above 0, not {self.data:g}")
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self) -> Value:
        """Take the hyperbolic tangent, which squeezes every number in between −1 and 1.

        Returns:
            The result, whose slope is 1 − result².

        Example:
            ```python
            from foundations import Value

            x = Value(0)
            x.tanh().backward()
            assert x.grad == 1
            ```
        """
        squeezed = math.tanh(self.data)
        return Value(squeezed, ((self, 1 - squeezed**2),))

    def relu(self) -> Value:
        """Replace the number by 0 if it lies below.

        Returns:
            The result, whose slope is 1 above 0, and 0 below and, as in PyTorch, at 0 itself.

        Example:
            ```python
            from foundations import Value

            x = Value(-3)
            assert x.relu().data == 0
            ```
        """
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def topological_order(self) -> list[Value]:
        """List every value that this one was calculated from, each after its own parents.

        Returns:
            The values, each once; this one is the last.

        Example:
            ```python
            from foundations import Value

            a = Value(2)
            b = a * a
            assert (a + b).topological_order()[:2] == [a, b]
            ```

        Source:
            https://en.wikipedia.org/wiki/Topological_sorting
        """
        order: list[Value] = []
        met: set[Value] = set()
        waiting = [(self, False)]
        while waiting:
            value, parents_are_done = waiting.pop()
            if parents_are_done:
                order.append(value)
            elif value not in met:
                met.add(value)
                waiting.append((value, True))
                waiting += [(parent, False) for parent, _ in value.parents]
        return order

    def slopes(self) -> dict[Value, float]:
        """Find the slope of this value along every value that it was calculated from.

        Returns:
            The slopes by value, from this one, whose slope is 1, back to the first. Nothing is stored.

        Example:
            ```python
            from foundations import Value

            a = Value(3)
            b = a * a
            c = 2 * b
            assert c.slopes()[b] == 2 and c.slopes()[a] == 12
            ```

        Source:
            https://en.wikipedia.org/wiki/Automatic_differentiation
        """
        backwards = self.topological_order()[::-1]
        slopes = dict.fromkeys(backwards, 0.0) | {self: 1.0}
        for value in backwards:
            for parent, slope in value.parents:
                slopes[parent] += slope * slopes[value]
        return slopes

    def backward(self) -> None:
        """Add the slope of this value along each leaf to that leaf's `grad`.

        A second call adds the same again, as PyTorch does where the graph is retained.

        Example:
            ```python
            from foundations import Value

            a = Value(3)
            b = a * a
            b.backward()
            b.backward()
            assert a.grad == 12
            ```
        """
        for value, slope in self.slopes().items():
            if value.grad is not None:
                value.grad += slope


def _value(given: Value | float) -> Value:
    return given if isinstance(given, Value) else Value(given)
