"""Cases in one test: every one that fails is named, and one alone is no failure of the others."""

import pytest
from collected import Failures


def test_every_case_that_fails_is_named_with_its_reason_and_its_line():
    def cases():
        with Failures() as failures:
            for number in (1, 2, 3):
                with failures.of(f"case {number}"):
                    assert number == 2, "wants a two"
            with failures.of("case 4"):
                int("four")
            with failures.of("case 5"):
                pytest.fail("by name")

    with pytest.raises(pytest.fail.Exception) as caught:
        cases()
    first, *named = str(caught.value).splitlines()
    assert first == "4 failed:"
    text = "\n".join(named)
    assert [case for case in range(1, 6) if f"case {case}: " in text] == [1, 3, 4, 5]
    assert "wants a two" in text and "invalid literal for int" in text and "by name" in text
    assert text.count('assert number == 2, "wants a two")') == 2


def test_nothing_fails_where_no_case_does():
    with Failures() as failures, failures.of("case"):
        pass
    assert failures.found == []


def test_an_error_outside_of_a_case_keeps_what_was_found():
    def cases():
        with Failures() as failures:
            with failures.of("case"):
                raise KeyError("lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        cases()
    assert caught.value.__notes__[0].startswith("1 failed:\ncase: KeyError: 'lost'")


def test_an_interruption_is_no_failure_of_a_case():
    with pytest.raises(KeyboardInterrupt), Failures() as failures, failures.of("case"):
        raise KeyboardInterrupt
