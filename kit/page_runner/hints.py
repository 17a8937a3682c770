"""What to write instead of what is no Python, though people write it in notebooks, terminals and other pages."""

from __future__ import annotations

import re

SYNTAX = [  # no Python at all
    (
        r"\s*%%?[a-zA-Z]\w*",
        "this is a magic of IPython, which Python does not know: leave it out (figures are shown without it, and"
        " time.perf_counter() measures)",
    ),
    (
        r"\s*(?:\w+\s*=\s*)?!\s*[\w./~]",
        "this is a line for the shell: install packages before the site is built, and start programs with"
        " subprocess.run([…])",
    ),
    (r"\s*\$ \w", "this is a line for the shell: show it in a fence of its own, ```console, which does not run"),
    (r"\s*(?:>>>|\.\.\.)(?:\s|$)", "this is a prompt: leave out >>> and …, and what was printed below"),
    (r"\s*\?{1,2}[\w.]+\s*$|\s*[\w.]+\?{1,2}\s*$", "this asks IPython for help: write help(…)"),
]  # fmt: skip
NAMES = [  # which Python reads in its own way
    (r"\s*(?:In|Out) ?\[\d*\]:", "this is a notebook's label: leave it out, and what was printed below"),
    (r"\s*-+8<-+", "the page runs before snippets of other files are put in: import that file, or write its code here"),
]
AWAIT = "a program has no await outside of a function: write async def main(): …, and asyncio.run(main())"


def hint(line: str, what: str) -> str:
    """What to write instead of a line that failed; empty where nobody knows.

    Args:
        line: The line of code.
        what: What Python says of it, with the error's name.

    Example:
        ```python
        from page_runner.hints import hint

        assert hint("%matplotlib inline", "SyntaxError: invalid syntax").startswith("this is a magic of IPython")
        assert hint("x = y", "NameError: name 'y' is not defined") == ""
        ```
    """
    if re.search(r"(?:'await'|'async \w+'|asynchronous comprehension) outside", what):
        return AWAIT
    known = NAMES + SYNTAX * what.startswith(("SyntaxError", "IndentationError"))
    return next((said for pattern, said in known if re.match(pattern, line)), "")
