"""`make lowest` notices a number that is another one, and nothing else."""

from __future__ import annotations

import same_numbers


def test_only_numbers_that_differ_are_told():
    ours = {"a.md": [(3, "tensor([1.0000, -2.5])"), (9, "1,234 rows"), (12, "0.5")], "b.md": [(2, "7")]}
    theirs = {
        "a.md": [(3, "tensor([ 1.0, -2.5002])"), (9, "1235 lines"), (12, "0.51")],
        "b.md": [(4, "failed: b.md:4: ValueError")],
    }
    assert same_numbers.differences(ours, ours) == []
    assert same_numbers.differences(ours, theirs) == [
        "a.md:12: '0.5' here, '0.51' there",
        "b.md:2: '7' here, 'failed: b.md:4: ValueError' there",
    ]


def test_a_page_that_ends_early_is_told():
    ours = {"a.md": [(3, "1"), (9, "2")]}
    theirs = {"a.md": [(3, "1")], "c.md": []}
    assert same_numbers.differences(ours, theirs) == ["a.md: 2 outputs here, 1 there"]


def test_minus_and_thousands_are_read():
    assert same_numbers.numbers("−1,234.5e2 of x2, 3.") == [-123450.0, 3.0]
