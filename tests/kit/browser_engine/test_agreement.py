"""When two runs of a page count as the same."""

from __future__ import annotations

import pytest

from browser_engine.agreement import differences, of_page


@pytest.mark.parametrize(
    ("once", "now"),
    [
        ("0.25", "0.26"), ("-0.25", "-0.26"), ("−0.01", "0.00"), ("1.0", "0.9"), ("0.1", "-0.0"), ("12,999", "13,000"),
        ("1.50e-07", "1.51e-07"), ("tensor([1.2346, 2.])", "tensor([1.2345, 2.])"), ("7 of 9", "8 of 9"),
        ('<path d="M 1.23 4.5"/>', '<path d="M 1.24 4.5"/>'),
    ],
)  # fmt: skip
def test_one_in_the_last_digit_is_small(once, now):
    (found,) = differences(once, now)
    assert found.small


@pytest.mark.parametrize(
    ("once", "now"),
    [
        ("0.25", "0.27"), ("0.25", "0.250"), ("0.25", "-0.25"), ("1.50e-07", "1.50e-06"), ("1e5", "100000"),
        ("nan", "0.5"), ("inf", "nan"), ("better", "worse"), ("", "x"), ("a 1 b", "a 1 c"), ("1 2", "1 2 3"),
        ("tensor([1.])", "tensor([1., 2.])"), ("True", "False"), ("1.23", "1.2"),
    ],
)  # fmt: skip
def test_all_else_is_not(once, now):
    assert [found.small for found in differences(once, now)] == [False]


def test_equal_texts_differ_in_nothing():
    assert list(differences("One 1.5 − two", "One 1.5 − two")) == []


def test_a_long_text_is_shown_where_it_begins_to_differ():
    (found,) = differences(f"{'same ' * 99}once", f"{'same ' * 99}now")
    assert (found.once, found.now) == ("same same once", "same same now")


@pytest.mark.parametrize(
    ("once", "now", "said"),
    [
        ('<pre class="a">1 is &lt; 2</pre>', '<pre class="b">1 is &gt; 2</pre>', ("1 is < 2", "1 is > 2")),
        ('<pre class="a">1</pre>', '<pre class="b">1</pre>', ('re class="a">', 're class="b">')),
    ],
)
def test_what_differs_is_said_as_it_is_read_where_that_differs(once, now, said):
    (found,) = differences(once, now)
    assert (found.once, found.now, found.small) == (*said, False)


def test_a_page_is_compared_piece_by_piece():
    assert [each.small for each in of_page(["1.5", "a", "2"], ["1.6", "b", "2"])] == [True, False]
    (lost,) = of_page(["1.5"], [])
    assert not lost.small
