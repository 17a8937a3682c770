"""Questions that mark themselves: a `??? question` fold that begins with a task list.

Where things are:

- `question` reads the items of such a list: right and wrong choices, or a number.
- `extension` (Python-Markdown) makes the HTML, which a script then turns into a form.
- `plain` writes a question as Markdown for readers without the script, as in a notebook.
- `assets` has that script, `questions.js`, and its style. It finds the questions of a page and fetches `question.js`
  for them, and `review.js` for an element of the class `review`. Answers stay in the reader's browser, under the
  site's path or under the key that the script's address names, as in `assets/questions.js?store=my-course`.
"""

from typing import Any

from .extension import QuestionsExtension
from .question import QuestionError

__all__ = ["QuestionError", "QuestionsExtension", "makeExtension"]


def makeExtension(**options: Any) -> QuestionsExtension:
    """The extension, for those who name this package under `markdown_extensions`."""
    return QuestionsExtension(**options)
