"""A Python-Markdown extension: on each page the first use of a term is a link to its entry in the glossary.

It works in MkDocs and in Zensical. In mkdocs.yml stands which page is the glossary, and on which pages to look:

    markdown_extensions:
      - glossary_terms:
          glossary: glossary.md
          pages: ["lessons/*.md"]
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from page_runner.errors import report_here
from page_runner.generator import rendered_page
from page_runner.page import PageError

from .glossary import Glossary, GlossaryError, read_glossary

# Where no term becomes a link: headings, code, links, what has a use of its own, and what is folded away, where a
# reader would not see the first use.
SKIP = {
    "a", "abbr", "button", "code", "details", "dt", "fieldset", "form", "h1", "h2", "h3", "h4", "h5", "h6", "input",
    "kbd", "label", "pre", "script", "select", "style", "summary", "svg", "textarea", "th",
}  # fmt: skip
SKIP_CLASSES = {"admonition-title", "tabbed-labels"}
# What stands in bold is being explained there: the reader needs no link, and later none either.
EXPLAINED = {"strong", "b"}


class LinkTerms(Treeprocessor):
    """Turns first uses into links; on the glossary page gives the other forms to scripts, as `data-forms`."""

    def __init__(self, md: Markdown, glossary: str, pages: list[str]):
        super().__init__(md)
        self.glossary, self.pages = glossary, pages

    def run(self, root: Element) -> None:
        """Link the terms of a page that is to have links; an error in the glossary is shown on its own page."""
        page = rendered_page(self.md)
        if not page:
            return
        name, source = page.address, page.docs / self.glossary
        if name != self.glossary and not any(fnmatch(name, pattern) for pattern in self.pages):
            return
        where = posixpath.normpath(posixpath.join(page.name.removesuffix(page.address), self.glossary))
        try:
            terms = read_glossary(source.read_text("utf-8-sig"))
        except GlossaryError as error:
            if name == self.glossary or "page_runner" not in self.md.preprocessors:
                self._report(root, PageError(where, error.line, str(error)))
            return
        except FileNotFoundError:
            self._report(root, PageError(page.name, 1, f"no term of this page can be linked: there is no {where}"))
            return
        except UnicodeDecodeError:  # which the glossary's own page shows
            return
        if name == self.glossary:
            for term in root.iter("dt"):
                if forms := term.attrib.pop("forms", None):
                    term.set("data-forms", forms)
        else:
            link_terms(root, terms, posixpath.relpath(self.glossary, posixpath.dirname(name) or "."))

    def _report(self, root: Element, error: PageError) -> None:
        """Show an error on top of the page."""
        box = Element("p")
        box.text = self.md.htmlStash.store(report_here(self.md, error))
        root.insert(0, box)


def link_terms(root: Element, terms: Glossary, target: str) -> None:
    """Make links of the first use of each term in a tree of HTML.

    Args:
        root: The page's tree; it is changed.
        terms: The glossary.
        target: The address of the glossary's page, as seen from this one.
    """
    used: set[str] = set()
    visit(root, terms, target, used, explained=False)


def visit(element: Element, terms: Glossary, target: str, used: set[str], *, explained: bool) -> None:
    """Link the terms within an element, in reading order."""
    if element.tag in SKIP or SKIP_CLASSES.intersection(element.get("class", "").split()):
        return
    explained = explained or element.tag in EXPLAINED
    children = list(element)
    before, links = split(element.text, terms, target, used, explained)
    element.text = before
    for number, link in enumerate(links):
        element.insert(number, link)
    for child in children:
        visit(child, terms, target, used, explained=explained)
        after, links = split(child.tail, terms, target, used, explained)
        child.tail = after
        position = list(element).index(child) + 1
        for number, link in enumerate(links, position):
            element.insert(number, link)


def split(
    text: str | None, terms: Glossary, target: str, used: set[str], explained: bool
) -> tuple[str | None, list[Element]]:
    """A text's beginning, and the links that follow it, each with the text after it as its tail."""
    if not text or isinstance(text, AtomicString):
        return text, []
    links: list[Element] = []
    start, before = 0, text
    for begin, end, link in first_uses(text, terms, target, used, explained):
        if links:
            links[-1].tail = text[start:begin]
        else:
            before = text[:begin]
        links.append(link)
        start = end
    if links:
        links[-1].tail = text[start:]
    return before, links


def first_uses(
    text: str, terms: Glossary, target: str, used: set[str], explained: bool
) -> Iterator[tuple[int, int, Element]]:
    """Where the terms stand that were not used before, and the links to take their places."""
    for match in terms.pattern.finditer(text):
        entry = terms.entry(match[0])
        if entry.id in used:
            continue
        used.add(entry.id)
        if not explained:
            link = Element("a", {"class": "term", "href": f"{target}#{entry.id}", "data-definition": entry.definition})
            link.text = AtomicString(match[0])
            yield match.start(), match.end(), link


class GlossaryTermsExtension(Extension):
    """The extension as `markdown_extensions` in mkdocs.yml names it: `glossary_terms`."""

    def __init__(self, **options: Any):
        self.config = {
            "glossary": ["glossary.md", "the glossary's page, within the folder of all pages"],
            "pages": [["*"], "patterns of the pages whose terms are linked"],
        }
        super().__init__(**options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Link terms when the tree is finished, and before MkDocs resolves the links in it."""
        link = LinkTerms(md, self.getConfig("glossary"), list(self.getConfig("pages")))
        md.treeprocessors.register(link, "glossary_terms", 1)


def makeExtension(**options: Any) -> GlossaryTermsExtension:
    """The extension, for those who name its module."""
    return GlossaryTermsExtension(**options)
