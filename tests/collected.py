"""Many cases in one test, none of which hides another: failures are collected, and one message names each."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import pytest


class Failures:
    """Collects what goes wrong in each of many cases, and fails at the end of its `with` block if anything did.

    Example:
        ```python
        with Failures() as failures:
            for word in words:
                with failures.of(word):
                    assert word.isalpha()
        ```
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def __enter__(self) -> Failures:
        return self

    @contextmanager
    def of(self, case: str) -> Iterator[None]:
        """Run one case: whatever fails in it is kept under its name, and the next case runs."""
        try:
            yield
        except (Exception, pytest.fail.Exception) as error:
            at = traceback.extract_tb(error.__traceback__)[1]  # the line of the test: above it is this one
            self.found.append(f"{case}: {type(error).__name__}: {error} (line {at.lineno}: {at.line})")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        message = "\n".join([f"{len(self.found)} failed:", *self.found])
        if self.found and error is None:
            pytest.fail(message, pytrace=False)
        elif self.found and error is not None:
            error.add_note(message)
