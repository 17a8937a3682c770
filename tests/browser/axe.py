"""Accessibility by axe's rules, and one way to ask for them on a long page in a second or two.

Nearly all of axe's time goes into contrast, which it works out anew for every word of highlighted code. Words with the
same classes, tags and styles, and around them the same all the way up, have the same colours, on every page. So contrast is
looked at in the first and in the last of those that are alike on the first pages that have them; all other rules are
asked of the whole page.
"""

from __future__ import annotations

from collections import Counter

from axe_playwright_python.sync_playwright import Axe

SCRIPT = Axe().axe_script
RULES = """() => axe.run(document, {rules: {"color-contrast": {enabled: false}}, resultTypes: ["violations"]})"""
CONTRAST = """async (often) => {
    const looks = new Map();
    const look = (element) => {
        if (!element) return "";
        if (!looks.has(element)) {
            const classes = element.className?.baseVal ?? element.className;
            const own = `${element.localName}.${classes}[${element.getAttribute("style") ?? ""}]`;
            looks.set(element, `${look(element.parentElement)}>${own}`);
        }
        return looks.get(element);
    };
    const first = new Map(), last = new Map();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode());) {
        if (!text.data.trim() || !text.parentElement.checkVisibility()) continue;
        const name = look(text.parentElement);
        if (often.includes(name)) continue;
        if (!first.has(name)) first.set(name, text.parentElement);
        last.set(name, text.parentElement);
    }
    const seen = [...first.keys()];
    for (const field of document.querySelectorAll("input, textarea, select, button")) first.set(field, field);
    const include = [...new Set([...first.values(), ...last.values()])];
    const {violations} = await axe.run({include}, {runOnly: ["color-contrast"], resultTypes: ["violations"]});
    return {violations, seen};
}"""
EVERYWHERE = """() => axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"]})"""


OFTEN = 3  # pages on which what looks alike is looked at
SEEN: dict[tuple[str, ...], Counter[str]] = {}  # by size and scheme: how many pages of this process had it


def violations(page):
    """The rules of axe that a page breaks, all but contrast, with the elements that break them."""
    page.evaluate(SCRIPT)
    return elements(page.evaluate(RULES)["violations"])


def faint(page):
    """The elements of a page that have too little contrast, of those that do not look as on pages before."""
    page.evaluate(SCRIPT)
    how = str(page.viewport_size), page.locator("body").get_attribute("data-md-color-scheme")
    pages = SEEN.setdefault(how, Counter())
    found = page.evaluate(CONTRAST, [name for name, count in pages.items() if count >= OFTEN])
    pages.update(found["seen"])
    return elements(found["violations"])


def elements(rules):
    return [(rule["id"], node["html"]) for rule in rules for node in rule["nodes"]]


def contrast_everywhere(page):
    """The elements whose contrast is too low, looking at each of them."""
    page.evaluate(SCRIPT)
    return elements(page.evaluate(EVERYWHERE)["violations"])
