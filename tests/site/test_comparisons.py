"""A sentence that says which of two models is better, and shows a score, has it from an interval: from `verdict`.

It reads the prose of the lessons that compare models. A sentence that may do without stands in tests/comparisons.yml,
under its page, by its first words, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
import yaml
from project_root import ROOT

from page_rules import read
from page_runner.numbers import find_numbers

MENU = (ROOT / "mkdocs.yml").read_text("utf-8")
LESSONS = re.findall(r": lessons/([a-z0-9-]+)\.md$", MENU, re.M)
COMPARING = [
    *("optimisers-and-schedules", "overfitting", "many-classes", "a-multilayer-perceptron"),
    *LESSONS[LESSONS.index("the-passengers") :],  # Parts III and IV
]
ALLOWED: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "tests/comparisons.yml").read_text("utf-8"))
COMPARED = re.compile(
    r"\b(?:(?:better|worse) than|(?:more|less) accurate|beat(?:s|en)?|ahead of|outperforms?|clear of 0|confirms?|wins?|gains)\b",
    re.I,
)
ENDS = re.compile(r"(?<=[.?!])[)*]*\s+")


def sentences(line: str) -> Iterator[tuple[str, list[str]]]:
    """The sentences of a line of prose, and the expressions in each."""
    found = find_numbers(line)
    hidden = list(line)
    for number in found:  # what stands in braces may have full stops
        hidden[number.start : number.stop] = "0" * (number.stop - number.start)
    ends = [match.end() for match in ENDS.finditer("".join(hidden))]
    for start, end in pairwise([0, *ends, len(line)]):
        yield line[start:end].strip(), [number.written for number in found if start <= number.start < end]


def unproven(line: str) -> Iterator[str]:
    """The sentences that compare, show a number, and ask no interval."""
    for words, expressions in sentences(line):
        if expressions and COMPARED.search(words) and not any("verdict(" in each for each in expressions):
            yield words


def found_in(name: str) -> list[str]:
    return [each for _, line in read(ROOT / f"docs/lessons/{name}.md").prose for each in unproven(line.strip())]


@pytest.mark.parametrize("name", COMPARING)
def test_a_comparison_says_what_its_interval_says(name: str):
    allowed = ALLOWED.get(name, {})
    wrong = [each for each in found_in(name) if not each.startswith(tuple(allowed))]
    assert wrong == [], "let verdict(low, high) say it, or name the sentence in tests/comparisons.yml, with the reason"


def test_whatever_is_allowed_is_still_there():
    gone = [
        (name, words)
        for name, entries in ALLOWED.items()
        for words in entries
        if not any(each.startswith(words) for each in found_in(name))
    ]
    assert gone == [], "take it out of tests/comparisons.yml"
    assert all(reason for entries in ALLOWED.values() for reason in entries.values())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("A net is better than the line by {{ gain:.3f }}.", 1),
        ("It beats the line in {{ wins }} of 20 splits. A line is better than nothing.", 1),
        ("The line has {{ a:.2f }}, a gain that the interval confirms.", 1),
        ('{{ f"It beats the line by {gain:.3f}. Look." if gain > 0 else "It does not." }}', 1),
        ("Here the net {{ verdict(*gain[1:3]) }}.", 0),
        ("A net beats the line where it {{ verdict(low, high) }}.", 0),
        ("The line has {{ a:.2f }}. The net is better than that.", 0),  # no score beside it
        ("The line has {{ a:.2f }}, and the net {{ b:.2f }}.", 0),
    ],
)
def test_a_comparison_without_an_interval_is_found(line: str, found: int):
    assert len([*unproven(line)]) == found
