"""Whether two runs of a page agree: the same words, and numbers that differ by one in their last digit at most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import unescape
from itertools import zip_longest

NUMBER = re.compile(r"[-−+]?\d[\d,_]*(?:\.\d+)?(?:e[-+]?\d+)?", re.I)
TAG = re.compile(r"<[^>]*>")
SIGNS = str.maketrans({"−": "-", ",": None, "_": None})


@dataclass(frozen=True)
class Difference:
    """What differs between two texts; `small` where it is one in a number's last digit."""

    once: str
    now: str
    small: bool = False


def differences(once: str, now: str) -> Iterator[Difference]:
    """What differs between two texts.

    Args:
        once: A text.
        now: Another.

    Yields:
        Numbers that differ by one in the last digit shown; at other differences the first, and then no more.

    Example:
        ```python
        from browser_engine.agreement import differences

        assert list(differences("loss 0.25", "loss 0.25")) == []
        assert [each.small for each in differences("loss 0.25", "loss 0.26")] == [True]
        assert [each.small for each in differences("loss 0.25", "loss 0.27")] == [False]
        ```
    """
    if once == now:
        return
    words, numbers = NUMBER.split(once), NUMBER.findall(once)
    other_words, other_numbers = NUMBER.split(now), NUMBER.findall(now)
    if words != other_words:
        seen, other = (unescape(TAG.sub("", text)).strip() for text in (once, now))
        if seen == other:  # what is not read differs
            seen, other = next(pair for pair in zip_longest(words, other_words, fillvalue="") if pair[0] != pair[1])
        yield Difference(around(seen, other), around(other, seen))
        return
    for number, other in zip(numbers, other_numbers, strict=True):
        if number != other:
            yield Difference(number, other, small=near(number, other))


def near(number: str, other: str) -> bool:
    """Whether two numbers with the same digits after the point differ by one in the last of them."""
    try:
        one, two = (Decimal(each.translate(SIGNS)) for each in (number, other))
    except InvalidOperation:
        return False
    exponents = {each.as_tuple().exponent for each in (one, two)}
    if len(exponents) != 1:
        return False
    return abs(one - two) <= Decimal(1).scaleb(int(exponents.pop()))


def around(text: str, other: str, width: int = 40) -> str:
    """The part of a text from where it begins to differ from another."""
    at = next((at for at, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))
    return text[max(0, at - 10) : at + width].strip()


def of_page(once: Sequence[str], now: Sequence[str]) -> list[Difference]:
    """What differs between what a page gave in two runs, piece by piece."""
    if len(once) != len(now):
        return [Difference(f"{len(once)} results", f"{len(now)} results")]
    return [difference for pair in zip(once, now, strict=True) for difference in differences(*pair)]
