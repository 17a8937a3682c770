"""Where Markdown sees a sentence, a cell, a heading, a title or an alternative text, and where it sees code.

A text is read by Python-Markdown itself, with a mark in the place of each number and of each fence. Where a mark is
found in the end says what it stands for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.util import HTML_PLACEHOLDER

from .fences import MARK, finder, is_python
from .numbers import Braces

NUMBER = "qzjnumber{}z"  # a word that stands for a number, and that nobody sees
NUMBERS, FENCES = (re.compile(mark.format(r"(\d+)")) for mark in (NUMBER, MARK))
CODE = {"code", "kbd", "pre", "script", "style", "template", "textarea"}
UNSEEN = {"script", "style", "template"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Formulas, as MathJax and KaTeX find them. A dollar right before a number is a currency.
FORMULA = re.compile(
    r"(?<!\\)\$\$.+?(?<!\\)\$\$|(?<![\\$])\$(?![\s$]|qzj)(?:\\.|[^\\$])+?(?<!\s)\$(?!\d|qzj)"
    r"|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.+?\\end\{\1\}",
    re.S,
)
ESCAPED = re.compile("\x02(\\d+)\x03")  # a sign that had a backslash before it
SHEBANG = re.compile(r"(?:::+|#!)(?:(?:/\w+)*[/ ])?(?P<name>[\w#.+-]*)")  # what CodeHilite takes for a language

READER = Markdown(
    extensions=[
        "admonition", "attr_list", "def_list", "footnotes", "md_in_html", "tables",
        "pymdownx.details", "pymdownx.superfences", "pymdownx.tabbed",
    ]
)  # fmt: skip
FIND = finder(READER)
READING = threading.Lock()


@dataclass
class Seen:
    """What Markdown sees: the numbers and the fences that it shows, by their places in the text's order.

    `coloured` are the first lines of indented code that names Python as its language.
    """

    numbers: set[int] = field(default_factory=set)
    fences: set[int] = field(default_factory=set)
    coloured: list[str] = field(default_factory=list)


def see(lines: Sequence[str], numbers: Sequence[tuple[int, Braces]]) -> Seen:
    r"""What Markdown sees in a text.

    Args:
        lines: The text's lines.
        numbers: What looks like a number, each with its line, counted from 1.

    Returns:
        Which of them Markdown shows where numbers can stand, and which fences it shows at all.

    Example:
        ```python
        from page_runner.numbers import find_numbers
        from page_runner.sentences import see

        line = "{{ a }} and `{{ b }}`, <!-- {{ c }} --> ![{{ d }}](e.png)"
        assert see([line], [(1, number) for number in find_numbers(line)]).numbers == {0, 3}
        ```
    """
    kept = set(range(len(numbers)))
    while True:
        marked = list(lines)
        for number in sorted(kept, reverse=True):
            line, place = numbers[number]
            text = marked[line - 1]
            marked[line - 1] = text[: place.start] + NUMBER.format(number) + text[place.stop :]
        with READING:
            seen = look(marked)
        if seen.numbers == kept:
            return seen
        kept = seen.numbers  # what is none is left as it is, which Markdown may read otherwise


def look(lines: list[str]) -> Seen:
    """What Markdown sees in a text with marks."""
    READER.reset()
    for preprocessor in READER.preprocessors:
        lines = preprocessor.run(lines)
    root = READER.parser.parseDocument(lines).getroot()
    assert root is not None
    READER.treeprocessors["footnote"].run(root)
    seen = Seen(coloured=list(coloured(root)))
    raw = READER.htmlStash.rawHtmlBlocks[:]
    alone = {HTML_PLACEHOLDER % place for place, html in enumerate(raw) if FENCES.fullmatch(str(html))}
    kept = FIND.extension.stash.stash  # of fences that turned out to be indented code, nothing is left there
    seen.fences = {
        int(FENCES.fullmatch(str(raw[place]))[1])  # type: ignore[index]
        for place in range(len(raw))
        if HTML_PLACEHOLDER % place in alone and (HTML_PLACEHOLDER % place)[1:-1] in kept
    }
    links = any(NUMBERS.search(f"{link} {title}") for link, title in READER.references.values())
    doubtful = Element("div")
    for text in texts(root):
        marked = NUMBERS.search(text) or any(mark in text for mark in alone)
        if text.strip() not in alone and (marked or (links and "[" in text)):
            SubElement(doubtful, "div").text = text
    READER.treeprocessors["inline"].run(doubtful)
    pieces = [READER.serializer(piece) for piece in doubtful]
    pieces += [str(html) for html in raw if NUMBERS.search(str(html)) or any(mark in str(html) for mark in alone)]
    for element in doubtful.iter():
        for name in ("alt", "title"):
            seen.numbers |= {int(number) for number in NUMBERS.findall(element.get(name, ""))}
    for piece in pieces:
        page = Shown(READER.postprocessors["raw_html"].run(piece))
        seen.numbers |= page.numbers
        seen.fences -= page.hidden
    return seen


def texts(element: Element) -> Iterator[str]:
    """The texts of a tree that are not code."""
    if element.tag in CODE:
        return
    for text in (element.text, *(child.tail for child in element)):
        if text:
            yield text  # a mere string, or one in which no Markdown is read
    for child in element:
        yield from texts(child)


def coloured(root: Element) -> Iterator[str]:
    """The first lines of indented code that names Python as its language."""
    for block in root.iter("pre"):
        first = unescape("".join(block.itertext())).strip("\n").partition("\n")[0]
        match = SHEBANG.match(first)
        if match and is_python(match["name"]):
            yield first


class Shown(HTMLParser):
    """Reads a piece of HTML: the numbers that stand in its words, and the fences that nobody sees."""

    def __init__(self, html: str):
        super().__init__()
        self.open: list[str] = []
        self.words = ""
        self.fences: set[int] = set()
        self.addresses: set[int] = set()  # numbers in them, which may be shown as well
        self.feed(ESCAPED.sub(lambda match: "\\" + chr(int(match[1])), html))
        self.close()
        self.hidden = {int(number) for number in FENCES.findall(html)} - self.fences
        words = FORMULA.sub("", self.words)
        self.numbers = {int(number) for number in NUMBERS.findall(words)} - self.addresses

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go into an element."""
        self.addresses |= {int(number) for number in NUMBERS.findall(dict(attrs).get("href") or "")}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Pass an element without content."""

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that have no end."""
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take words, and leave code."""
        if not UNSEEN.intersection(self.open):
            self.fences |= {int(number) for number in FENCES.findall(data)}
        self.words += "\0" if CODE.intersection(self.open) else data
