"""A Python-Markdown extension: a `??? question` fold that begins with a task list becomes a question with its key.

The HTML says everything by itself: the question, the list with its marks, and the reason. A script may hide that key
and ask; the attributes that begin with `data-quiz` are for it. It works in MkDocs and in Zensical.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from page_runner.errors import NO_VALUE, report_here
from page_runner.extension import with_values
from page_runner.fences import passages
from page_runner.generator import rendered_page
from page_runner.page import PageError
from page_runner.shown import placed, shown_here

from .question import Choice, Number, QuestionError, is_task_list, kind, read_question, short, text_of

QUESTION = re.compile(r"[ \t>]*\?\?\?\+?[ \t]*(?:[\w-]+[ \t]+)*question\b")


class FindQuestions(Treeprocessor):
    """Goes through a page's folds before its inline Markdown is read, and rewrites those that are questions."""

    def run(self, root: Element) -> None:
        """Rewrite the page's questions in place; one that cannot be read stays as it is, with its error."""
        met: set[str] = set()
        for number, fold in enumerate(fold for fold in root.iter("details") if is_question(fold)):
            if len(fold) < 2 or not is_task_list(fold[1]):
                continue
            tasks = fold[1]
            title = with_values(self.md, " ".join("".join(fold[0].itertext()).split()))
            try:
                if not title:
                    raise QuestionError("it has no text")
                name = slug(title)
                if name in met:
                    raise QuestionError("it is asked twice on this page")
                met.add(name)
                rewrite(fold, tasks, name, partial(with_values, self.md))
            except QuestionError as error:
                words = with_values(self.md, "".join([title, *map(text_of, tasks)]))
                if NO_VALUE not in words:  # else it follows from another error
                    self._report(f"question “{short(title)}”: {error}", number, fold)

    def _report(self, what: str, number: int, fold: Element) -> None:
        """Show an error in its fold; raise it where there is no page to show it on."""
        page = rendered_page(self.md)
        if not page:
            raise QuestionError(f"this text: {what}")
        written = page.read()
        shown = shown_here(self.md) or written
        error = PageError(page.name, line_of(number, shown.text), what)
        error = placed(error, shown, written, generated=page.generated)
        box = Element("p")
        box.text = self.md.htmlStash.store(report_here(self.md, error))
        fold.insert(1, box)
        fold.set("open", "open")


def is_question(fold: Element) -> bool:
    """Whether a fold was written as `??? question`."""
    return "question" in fold.get("class", "").split()


def line_of(number: int, text: str) -> int:
    """The line on which a page's fold opens, of all that were written as questions; 1 where it cannot be told."""
    lines = text.split("\n")
    found = [first for first, _, fence in passages(lines) if not fence and QUESTION.match(lines[first - 1])]
    return found[number] if number < len(found) else 1


def rewrite(fold: Element, tasks: Element, name: str, values: Callable[[str], str] = str) -> None:
    """Turn a fold into a question; `values` sets those of the page's numbers into a text."""
    asked = read_question(tasks, values)
    reason = list(fold)[2:]
    if not reason:
        raise QuestionError("it has no reason: say below the list why the answer is right")
    fold.set("class", f"{fold.get('class')} quiz")
    fold.set("id", name)
    for part in fold[1:]:
        fold.remove(part)
    key = SubElement(fold, "div", {"class": "quiz__key"})
    listed = SubElement(key, "ul", {"class": "quiz__choices", "data-quiz": kind(asked), "data-search-exclude": ""})
    if isinstance(asked, Number):
        value = {"data-quiz-value": repr(asked.value), "data-quiz-tolerance": repr(asked.tolerance)}
        item = SubElement(listed, "li", {"class": "quiz__choice"} | value)
        SubElement(item, "span", {"class": "quiz__text"}).text = asked.text
        if asked.tolerance:
            item[0].tail = f" ± {asked.tolerance:g}"
    else:
        for choice in asked:
            write_choice(listed, choice)
    SubElement(key, "div", {"class": "quiz__reason"}).extend(reason)


def write_choice(listed: Element, choice: Choice) -> None:
    """A choice of the key: a sign that it is right or wrong, its text, and the feedback on it."""
    item = SubElement(listed, "li", {"class": "quiz__choice", "data-quiz-is": "right" if choice.right else "wrong"})
    sign = {"class": "quiz__sign", "role": "img", "aria-label": "Right:" if choice.right else "Wrong:"}
    SubElement(item, "span", sign).text = "✓" if choice.right else "✗"
    item[0].tail = " "
    SubElement(item, "span", {"class": "quiz__text"}).text = choice.text
    if choice.feedback:
        item[1].tail = " "
        SubElement(item, "span", {"class": "quiz__said"}).text = choice.feedback


def slug(title: str) -> str:
    """A question's name on its page, which stays the same as long as its words do.

    Example:
        ```python
        from questions.extension import slug

        assert slug("Why minus?") == slug("Why  minus?") != slug("Why plus?")
        ```
    """
    return "q-" + hashlib.sha256(" ".join(title.split()).encode()).hexdigest()[:8]


class QuestionsExtension(Extension):
    """The extension as `markdown_extensions` in mkdocs.yml names it: `questions`."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Find questions after blocks are parsed, before their inline Markdown is read (20) and others tick boxes."""
        md.treeprocessors.register(FindQuestions(md), "questions", 40)
