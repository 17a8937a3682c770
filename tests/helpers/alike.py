"""What looks alike on a page: the same tags, classes and styles, on the element and on all that are around it."""

from __future__ import annotations

# The first and the last of some elements that look alike, without those whose look is known; and the looks of these.
ALIKE = """(elements, known) => {
    const leftOut = new Set(known);
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
    for (const element of elements) {
        const name = look(element);
        if (leftOut.has(name)) continue;
        if (!first.has(name)) first.set(name, element);
        last.set(name, element);
    }
    return {chosen: [...new Set([...first.values(), ...last.values()])], seen: [...first.keys()]};
}"""
