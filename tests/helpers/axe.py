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
# Rules about what a text looks like beside what is around it, and what each of them is asked of.
LOOKS = {"color-contrast": "[data-looked-at]", "link-in-text-block": "a[href][data-looked-at]"}
CHOOSE = f"""(known) => {{
    const elements = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {{
        if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
        elements.push(text.parentElement);
        if (text.parentElement.closest("a")) elements.push(text.parentElement.closest("a"));
    }}
    elements.push(...document.querySelectorAll("input, textarea, select, button"));
    const {{chosen, seen}} = ({ALIKE})(elements, known);
    document.querySelectorAll("[data-looked-at]").forEach((element) => element.removeAttribute("data-looked-at"));
    chosen.forEach((element) => element.setAttribute("data-looked-at", ""));
    return seen;
}}"""
CONFIGURE = """(looks) => axe.configure({
    rules: [
        ...Object.entries(looks).map(([id, selector]) => ({id, selector})),
        {id: "target-size", enabled: true},  // of WCAG 2.2, which axe leaves out unless asked
    ],
})"""
ALL_RULES = """() => axe.run(document, {resultTypes: ["violations"]})"""
EVERYWHERE = """(rules) => axe.run(document, {runOnly: rules, resultTypes: ["violations"]})"""
# What is far from the screen is not laid out, and would seem to cover its neighbours.
LAID_OUT = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { content-visibility: visible !important; }");
    document.adoptedStyleSheets.push(sheet);
}"""
LOADED = "() => 'axe' in window"


OFTEN = 3  # pages on which what looks alike is looked at
SEEN: dict[tuple[str, ...], Counter[str]] = {}  # by size and scheme: how many pages of this process had it


def violations(page):
    """The rules of axe that a page breaks, with the elements that break them; those of looks as `faint` has them."""
    choose(page)
    return elements(page.evaluate(ALL_RULES)["violations"])


def faint(page):
    """The elements of a page that have too little contrast, of those that do not look as on pages before."""
    return elements(page.evaluate(EVERYWHERE, list(LOOKS))["violations"]) if choose(page) else []


def choose(page):
    """Choose the elements at whose looks axe is to look; whether there are any."""
    load(page)
    how = str(page.viewport_size), page.locator("body").get_attribute("data-md-color-scheme")
    pages = SEEN.setdefault(how, Counter())
    seen = page.evaluate(CHOOSE, [name for name, count in pages.items() if count >= OFTEN])
    pages.update(seen)
    page.evaluate(CONFIGURE, LOOKS)
    return bool(seen)


def load(page):
    """Bring axe into a page, once."""
    if not page.evaluate(LOADED):
        page.evaluate(SCRIPT)
        page.evaluate(LAID_OUT)


def elements(rules):
    return [(rule["id"], node["html"]) for rule in rules for node in rule["nodes"]]


def contrast_everywhere(page):
    """The elements whose contrast is too low, looking at each of them."""
    load(page)
    return elements(page.evaluate(EVERYWHERE, list(LOOKS))["violations"])
