"""A Python-Markdown extension: a `??? question` fold that begins with a task list becomes a question with its key.

The HTML says everything by itself: the question, the list with its marks, and the reason. A script may hide that key
and ask; the attributes that begin with `data-recall` are for it. It works in MkDocs and in Zensical.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from page_runner.errors import NO_VALUE, rendered_page, report_here
from page_runner.fences import last_line, opening
from page_runner.page import PageError

from .question import Choice, Number, QuestionError, is_task, read_list, short

QUESTION = re.compile(r"[ \t>]*\?\?\?\+?[ \t]*(?:[\w-]+[ \t]+)*question\b")


class FindQuestions(Treeprocessor):
    """Goes through a page's folds before its inline Markdown is read, and rewrites those that are questions."""

    def run(self, root: Element) -> None:
        """Rewrite the page's questions in place; one that cannot be read stays as it is, with its error."""
        met: set[str] = set()
        for number, fold in enumerate(fold for fold in root.iter("details") if is_question(fold)):
            if (items := task_list(fold)) is None:
                continue
            title = " ".join("".join(fold[0].itertext()).split())
            try:
                if not title:
                    raise QuestionError("it has no text")
                name = slug(title)
                if name in met:
                    raise QuestionError("it is asked twice on this page")
                met.add(name)
                rewrite(fold, items, name)
            except QuestionError as error:
                if NO_VALUE not in "".join([title, *map(text_of, items)]):  # else it follows from another error
                    self._report(f"question “{short(title)}”: {error}", number, fold)

    def _report(self, what: str, number: int, fold: Element) -> None:
        """Show an error in its fold; raise it where there is no page to show it on."""
        page = rendered_page(self.md)
        if not page:
            raise QuestionError(f"this text: {what}")
        box = Element("p")
        box.text = self.md.htmlStash.store(report_here(self.md, PageError(page.name, line_of(number, page.path), what)))
        fold.insert(1, box)
        fold.set("open", "open")


def is_question(fold: Element) -> bool:
    """Whether a fold was written as `??? question`."""
    return "question" in fold.get("class", "").split()


def line_of(number: int, path: Path) -> int:
    """The line on which a page's fold opens, of all that were written as questions; 1 where it cannot be told."""
    lines = path.read_text("utf-8", "replace").split("\n")
    found, at = [], 0
    while at < len(lines):
        at += 1
        if fence := opening(lines[at - 1]):
            at = last_line(lines, at, fence)[0]
        elif QUESTION.match(lines[at - 1]):
            found.append(at)
    return found[number] if number < len(found) else 1


def task_list(fold: Element) -> Element | None:
    """The list that a fold begins with, if any of its items has the mark of a task."""
    if len(fold) < 2 or fold[1].tag != "ul":
        return None
    return fold[1] if any(is_task(text_of(item)) for item in fold[1]) else None


def text_of(item: Element) -> str:
    """The Markdown of a list's item, which stands in a paragraph where the list has empty lines."""
    first = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
    return (first.text or "").strip()


def rewrite(fold: Element, items: Element, name: str) -> None:
    """Turn a fold into a question."""
    if any(len(item) > 1 or (len(item) == 1 and item[0].tag != "p") for item in items):
        raise QuestionError("an item of its list holds more than one paragraph")
    read = read_list([text_of(item) for item in items])
    reason = list(fold)[2:]
    if not reason:
        raise QuestionError("it has no reason: say below the list why the answer is right")
    fold.set("class", f"{fold.get('class')} recall")
    fold.set("id", name)
    for part in fold[1:]:
        fold.remove(part)
    key = SubElement(fold, "div", {"class": "recall__key"})
    listed = SubElement(key, "ul", {"class": "recall__choices", "data-recall": kind(read), "data-search-exclude": ""})
    if isinstance(read, Number):
        value = {"data-recall-value": repr(read.value), "data-recall-tolerance": repr(read.tolerance)}
        item = SubElement(listed, "li", {"class": "recall__choice"} | value)
        SubElement(item, "span", {"class": "recall__text"}).text = read.text
        if read.tolerance:
            item[0].tail = f" ± {read.tolerance:g}"
    else:
        for choice in read:
            write_choice(listed, choice)
    SubElement(key, "div", {"class": "recall__reason"}).extend(reason)


def kind(read: list[Choice] | Number) -> str:
    """What is asked for: `number`, `one` choice, or `several`."""
    if isinstance(read, Number):
        return "number"
    return "one" if sum(choice.right for choice in read) == 1 else "several"


def write_choice(listed: Element, choice: Choice) -> None:
    """A choice of the key: a sign that it is right or wrong, its text, and what is said about it."""
    item = SubElement(listed, "li", {"class": "recall__choice", "data-recall-is": "right" if choice.right else "wrong"})
    sign = {"class": "recall__sign", "role": "img", "aria-label": "Right:" if choice.right else "Wrong:"}
    SubElement(item, "span", sign).text = "✓" if choice.right else "✗"
    item[0].tail = " "
    SubElement(item, "span", {"class": "recall__text"}).text = choice.text
    if choice.said:
        item[1].tail = " "
        SubElement(item, "span", {"class": "recall__said"}).text = choice.said


def slug(title: str) -> str:
    """A question's name on its page, which stays the same as long as its words do.

    Example:
        ```python
        from recall.extension import slug

        assert slug("Why minus?") == slug("Why  minus?") != slug("Why plus?")
        ```
    """
    return "q-" + hashlib.sha256(" ".join(title.split()).encode()).hexdigest()[:8]


class RecallExtension(Extension):
    """The extension as `markdown_extensions` in mkdocs.yml names it: `recall`."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Find questions after blocks are parsed, before their inline Markdown is read (20) and others tick boxes."""
        md.treeprocessors.register(FindQuestions(md), "recall", 40)
