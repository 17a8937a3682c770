"""Questions that mark themselves: a `??? question` fold that begins with a task list.

Where things are:

- `question` reads the items of such a list: right and wrong choices, or a number.
- `extension` (Python-Markdown) makes the HTML, which a script then turns into a form.
- `plain` writes a question as Markdown for readers without the script, as in a notebook.
"""

from typing import Any

from .extension import QuestionsExtension
from .question import QuestionError

__all__ = ["QuestionError", "QuestionsExtension", "makeExtension"]


def makeExtension(**options: Any) -> QuestionsExtension:
    """The extension, for those who name this package under `markdown_extensions`."""
    return QuestionsExtension(**options)
