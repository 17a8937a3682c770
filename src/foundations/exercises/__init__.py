"""Exercises that check themselves: `check("at_two", answer)` says what is right or wrong with an answer.

The exercises of a lesson stand in a module of this folder that has the lesson's name. Each is one function under
`@exercise`, named as the exercise: it takes the answer, and gives the reason why that is right. What they share is in
`judging`, what is held around them is in `running`, and `index` says which module judges an exercise: `check` opens
that one alone, so an edit of one lesson's judges runs one page again.
"""

import difflib
import importlib
import sys

from foundations.exercises.index import JUDGES


class NotYet(AssertionError):
    """An answer is not right yet; the message is a hint.

    Args:
        hint: What is wrong with the answer, and what would be right.

    Example:
        ```python
        from foundations import NotYet, check

        try:
            check("at_two", 17)
        except NotYet as hint:
            print(hint)
        ```
    """

    def __init__(self, hint: str) -> None:
        super().__init__(hint)


def check(name: str, answer: object) -> None:
    """Check the answer to an exercise: one line says why it is right, or an error what is wrong.

    Nothing is kept: an answer may be checked as often as you like, in a notebook as in a script. Random numbers and
    PyTorch's settings are afterwards as they were. An answer that has no end is stopped after 10 seconds.

    Args:
        name: The exercise, as its lesson names it.
        answer: What the exercise asks for: a function, a tensor or numbers.

    Raises:
        NotYet: The answer is not right; the message is a hint.
        TypeError: name is not a string.
        ValueError: There is no such exercise.

    Example:
        ```python
        from functools import partial

        from foundations import check, quad

        check("at_two", partial(quad, x=2))
        ```
    """
    if not isinstance(name, str):
        raise TypeError(
            f'name must be a string, not {type(name).__name__}: check("at_two", at_two) takes the name of the exercise '
            "first, then your answer"
        )
    modules = {exercise: module for module, exercises in JUDGES.items() for exercise in exercises}
    if name not in modules:
        near = difflib.get_close_matches(name, modules) or sorted(modules)
        raise ValueError(f"there is no exercise {name!r}; there is {', '.join(map(repr, near))}")
    from foundations.exercises.judging import judged  # only now: it imports NotYet from here

    importlib.import_module(f"{__name__}.{modules[name]}")
    try:
        why = judged(name, answer)
    except NotYet as hint:
        raise NotYet(f"{name}: {hint}") from hint.__cause__
    _show(f"✓ {name}: {why}")


def _show(line: str) -> None:
    try:
        print(line)
    except UnicodeEncodeError:  # output that Windows sends to a file or a pipe may have few letters
        encoding = sys.stdout.encoding
        print(line.replace("✓", "ok").encode(encoding, "replace").decode(encoding))
