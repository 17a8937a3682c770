"""One fault: a text in a file that is replaced by another."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A change of one file, and the tests that should notice it.

    Args:
        name: Tells it from the others.
        file: The file, from the project's folder.
        before: What stands there exactly once.
        after: What stands there instead.
        tests: Files of tests, or single tests, from the project's folder; without any, they follow from the file.
        select: Which of these tests, as pytest's -k takes it.
    """

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...] = ()
    select: str = ""

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Fault:
        """A fault from an entry of a list or of a file of results."""
        kept = {key: entry[key] for key in ("name", "file", "before", "after", "select") if key in entry}
        return cls(**kept, tests=tuple(entry.get("tests", ())))

    def put_into(self, text: str) -> str:
        """The file's text with the fault in it.

        Args:
            text: The file's text as it is.

        Returns:
            The text with the fault in it.

        Raises:
            ValueError: What is to be replaced does not stand there exactly once.
        """
        count = text.count(self.before)
        if count != 1:
            raise ValueError(
                f"{self.name}: {self.file} should have this once, and has it {count} times:\n{self.before}"
            )
        return text.replace(self.before, self.after)

    def shown(self, folder: Path) -> str:
        """The change, line by line, and where it is."""
        text = (folder / self.file).read_text("utf-8")
        lines = difflib.unified_diff(text.splitlines(), self.put_into(text).splitlines(), n=0, lineterm="")
        return "\n".join([f"{self.name}: {self.file}", *list(lines)[2:]])


def between(file: str, text: str, changed: str) -> Fault:
    """The fault that makes one text of a file into another.

    Args:
        file: The file, from the project's folder.
        text: Its text as it is.
        changed: Its text with the fault.

    Returns:
        The fault: the lines that change, and as many lines around them as it takes to stand there once.

    Example:
        ```python
        from faults.fault import between

        fault = between("a.py", "a = 1\nb = 1\n", "a = 1\nb = 2\n")
        assert (fault.before, fault.after) == ("b = 1\n", "b = 2\n")
        ```
    """
    old, new = text.splitlines(keepends=True), changed.splitlines(keepends=True)
    start = next(at for at in range(len(old)) if at >= len(new) or old[at] != new[at])
    end = 0  # lines after the change, which are the same in both
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    last = len(old) - end
    while text.count("".join(old[start:last])) != 1:
        start, last = max(0, start - 1), min(len(old), last + 1)
    before, after = "".join(old[start:last]), "".join(new[start : last + len(new) - len(old)])
    digest = hashlib.sha256(f"{file}\0{before}\0{after}".encode()).hexdigest()
    return Fault(f"{Path(file).stem}-{digest[:6]}", file, before, after)
