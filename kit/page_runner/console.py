"""What a command writes is UTF-8, whatever the machine's locale. Only the standard library is imported."""

from __future__ import annotations

import io
import sys


def write_utf8() -> None:
    """Let this process write UTF-8 from now on.

    Example:
        ```python
        from page_runner.console import write_utf8

        write_utf8()
        print("x²")  # also where the locale knows ASCII only
        ```
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # and not what stands in for it
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
