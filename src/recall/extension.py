"""A Python-Markdown extension: a `??? question` fold that begins with a task list becomes a question with its key.

The HTML says everything by itself: the question, the list with its marks, and the reason. A script may hide that key
and ask; the attributes that begin with `data-recall` are for it. It works in MkDocs and in Zensical.
"""

from __future__ import annotations

import hashlib
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from .question import Choice, Number, QuestionError, is_task, read_list, short


class FindQuestions(Treeprocessor):
    """Goes through a page's folds before its inline Markdown is read, and rewrites those that are questions."""

    def run(self, root: Element) -> None:
        """Rewrite the page's questions in place."""
        met: set[str] = set()
        for fold in root.iter("details"):
            if "question" in fold.get("class", "").split() and (items := task_list(fold)) is not None:
                summary = fold[0]
                title = " ".join("".join(summary.itertext()).split())
                try:
                    if not title:
                        raise QuestionError("it has no text")
                    name = slug(title)
                    if name in met:
                        raise QuestionError("it is asked twice on this page")
                    met.add(name)
                    rewrite(fold, items, name)
                except QuestionError as error:
                    raise QuestionError(f"{page_name(self.md)}: question “{short(title)}”: {error}") from None


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


def page_name(md: Markdown) -> str:
    """The page that is being rendered, as messages name it: each generator keeps it elsewhere."""
    if "relpath" in md.treeprocessors:  # MkDocs
        at: Any = md.treeprocessors["relpath"]
        return str(at.file.src_uri)
    if "rendering_context" in md.preprocessors:  # Zensical
        context: Any = md.preprocessors["rendering_context"]
        return str(context.page.path)
    return "this text"


class RecallExtension(Extension):
    """The extension as `markdown_extensions` in mkdocs.yml names it: `recall`."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Find questions after blocks are parsed, before their inline Markdown is read (20) and others tick boxes."""
        md.treeprocessors.register(FindQuestions(md), "recall", 40)
