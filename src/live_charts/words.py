"""Numbers as people write them; assets/words.js has the same in its own language."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal

LARGE, SMALL = 1e9, 1e-4  # from here on and down to here without a power of ten


def words(value: float, digits: int | None = None) -> str:
    """A number for people: with a true minus sign, commas between thousands, and a power of ten where it is huge.

    Args:
        value: The number.
        digits: Digits after the point; as many as make four digits in all where it is None.

    Returns:
        The number in words.

    Example:
        ```python
        from live_charts.words import words

        assert words(-0.5, digits=2) == "−0.50"
        assert words(4.54990613172e25) == "4.55 × 10²⁵"
        assert words(12345.6) == "12,346"
        ```
    """
    if not math.isfinite(value):
        return "too large"
    size = abs(value)
    if size >= LARGE or (digits is None and 0 < size < SMALL):
        mantissa, exponent = f"{rounded(value, 3):.2e}".split("e")
        return f"{mantissa} × {power(int(exponent))}".replace("-", "−")
    if digits is not None or size >= 1000:
        said = f"{Decimal(value).quantize(Decimal(1).scaleb(-(digits or 0)), ROUND_HALF_UP):,}"
    else:
        said = f"{float(rounded(value, 4)):.4g}"
    return said.replace("-", "−" if re.search("[1-9]", said) else "")


def rounded(value: float, figures: int) -> Decimal:
    """A number of so many figures; what lies in the middle goes away from zero, as in JavaScript."""
    return Context(prec=figures, rounding=ROUND_HALF_UP).create_decimal_from_float(value)


def power(exponent: int) -> str:
    """A power of ten, as 10 with a raised exponent."""
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def digits_of(step: float) -> int:
    """How many digits after the point a number has, nine at most."""
    return len(f"{step:.9f}".rstrip("0").partition(".")[2])
