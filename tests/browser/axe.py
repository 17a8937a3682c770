"""Accessibility by axe's rules, and one way to ask for them on a long page in a second or two.

Nearly all of axe's time goes into contrast, which it works out anew for every word of highlighted code. Words with the
same classes, tags and styles, and around them the same all the way up, have the same colours. So contrast is looked at
in the first and in the last of those that are alike; all other rules are asked of the whole page.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe

SCRIPT = Axe().axe_script
RULES = """() => axe.run(document, {rules: {"color-contrast": {enabled: false}}, resultTypes: ["violations"]})"""
CONTRAST = """() => {
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
        if (!first.has(name)) first.set(name, text.parentElement);
        last.set(name, text.parentElement);
    }
    for (const field of document.querySelectorAll("input, textarea, select, button")) first.set(field, field);
    const include = [...new Set([...first.values(), ...last.values()])];
    return axe.run({include}, {runOnly: ["color-contrast"], resultTypes: ["violations"]});
}"""
EVERYWHERE = """() => axe.run(document, {runOnly: ["color-contrast"], resultTypes: ["violations"]})"""


def violations(page, *asked):
    """The rules that a page breaks, of those that are asked for, with the elements that break them."""
    page.evaluate(SCRIPT)
    found = [result for rules in asked for result in page.evaluate(rules)["violations"]]
    return [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]]


def contrast_everywhere(page):
    """The elements whose contrast is too low, looking at each of them."""
    page.evaluate(SCRIPT)
    return [node["html"] for rule in page.evaluate(EVERYWHERE)["violations"] for node in rule["nodes"]]
