"""Accessibility by axe's rules, and one way to ask for them on a long page in a second or two.

Most of axe's time goes into contrast, which it works out anew for every word of highlighted code and for every link.
Words with the same classes, tags and styles, and around them the same all the way up, have the same colours, on every page.
So contrast is looked at in the first and in the last of those that are alike on the first pages that have them; all other
rules are asked of the whole page.
"""

from __future__ import annotations

from collections import Counter

from alike import ALIKE
from axe_playwright_python.sync_playwright import Axe

SCRIPT = Axe().axe_script
# Rules about what a text looks like beside what is around it.
LOOKS = ["color-contrast", "link-in-text-block"]
RULES = """(looks) => axe.run(document, {
    rules: Object.fromEntries(looks.map((rule) => [rule, {enabled: false}])), resultTypes: ["violations"],
})"""
CONTRAST = f"""async ([rules, known]) => {{
    const elements = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {{
        if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
        elements.push(text.parentElement);
        if (text.parentElement.closest("a")) elements.push(text.parentElement.closest("a"));
    }}
    elements.push(...document.querySelectorAll("input, textarea, select, button"));
    const {{chosen, seen}} = ({ALIKE})(elements, known);
    if (!chosen.length) return {{violations: [], seen}};
    const {{violations}} = await axe.run({{include: chosen}}, {{runOnly: rules, resultTypes: ["violations"]}});
    return {{violations, seen}};
}}"""
EVERYWHERE = """(rules) => axe.run(document, {runOnly: rules, resultTypes: ["violations"]})"""
LOADED = "() => 'axe' in window"


OFTEN = 3  # pages on which what looks alike is looked at
SEEN: dict[tuple[str, ...], Counter[str]] = {}  # by size and scheme: how many pages of this process had it


def violations(page):
    """The rules of axe that a page breaks, all but those of looks, with the elements that break them."""
    load(page)
    return elements(page.evaluate(RULES, LOOKS)["violations"])


def faint(page):
    """The elements of a page that have too little contrast, of those that do not look as on pages before."""
    load(page)
    how = str(page.viewport_size), page.locator("body").get_attribute("data-md-color-scheme")
    pages = SEEN.setdefault(how, Counter())
    found = page.evaluate(CONTRAST, [LOOKS, [name for name, count in pages.items() if count >= OFTEN]])
    pages.update(found["seen"])
    return elements(found["violations"])


def load(page):
    """Bring axe into a page, once."""
    if not page.evaluate(LOADED):
        page.evaluate(SCRIPT)


def elements(rules):
    return [(rule["id"], node["html"]) for rule in rules for node in rule["nodes"]]


def contrast_everywhere(page):
    """The elements whose contrast is too low, looking at each of them."""
    load(page)
    return elements(page.evaluate(EVERYWHERE, LOOKS)["violations"])
