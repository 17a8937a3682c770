"""A walk through a page with the tab key."""

from __future__ import annotations

import pytest

# Each thing that is visible and that a keyboard should reach gets a number. Radio buttons of one name are one stop: the
# first, as long as none is chosen. `walked` gets what had the focus each time that a key was pressed.
PREPARE = """() => {
    const wanted = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    const seen = (element) => {
        const {width, height} = element.getBoundingClientRect();
        const drawn = width * height > 0 || element.id === "__palette_0";
        return drawn && element.checkVisibility({visibilityProperty: true});
    };
    const leads = (element) => element.type !== "radio"
        || element === document.querySelector(`input[type=radio][name="${element.name}"]`);
    const stops = [...document.querySelectorAll(wanted)].filter((element) => seen(element) && leads(element)
        && element.tabIndex >= 0 && !element.closest("[hidden], [aria-hidden=true], .md-search__output"));
    stops.forEach((element, number) => { element.dataset.stop = number; });

    // Where the keyboard is, and whether one can see that: an outline, on the thing itself or on the button drawn for it.
    window.look = () => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const drawn = element.matches(".md-option") ? document.querySelectorAll(".md-option + label")
            : element.matches(".tabbed-set > input") ? element.parentElement.querySelectorAll(".tabbed-labels > label")
            : [element];
        const shown = [...drawn].some((part) => {
            const {outlineStyle, outlineWidth} = getComputedStyle(part);
            const box = part.getBoundingClientRect();
            return outlineStyle !== "none" && parseFloat(outlineWidth) > 0
                && part.checkVisibility({opacityProperty: true, visibilityProperty: true})
                && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
        });
        return {stop: element.dataset.stop ?? null, what: element.outerHTML.slice(0, 120), shown};
    };
    window.walked = [];
    addEventListener("keydown", () => {
        const focused = look();
        if (focused) walked.push({...focused, element: document.activeElement});
    }, {capture: true});
    return stops.length;
}"""

# It may take a moment until one sees it: a phone's search opens when the focus comes to it. A phone's page stands still
# while the search covers it, and soon after the search has closed, Material moves the page back to where it was.
FOCUSED = """async () => {
    const standing = () => document.getElementById("__search").checked || !("mdScrolllock" in document.body.dataset);
    const end = performance.now() + 10_000;
    for (;;) {
        const focused = standing() ? look() : {shown: false};
        if (!focused || focused.shown) return focused;
        if (performance.now() > end - 9_000 && standing() || performance.now() > end) return look();
        await new Promise((done) => setTimeout(done, 20));
    }
}"""
WALKED = "walked.map(({ element, ...focused }) => focused)"
AGAIN = "number => { document.activeElement.blur(); walked[number].element.focus(); }"
LAST = 20  # places of a page where the keyboard may leave it: there we look before each press
FEW = 3  # places that cannot be seen are faults enough to stop at


def walk(page, count):
    """Press Tab from the top of the page until it leaves the page: every place that the keyboard comes to.

    On a phone we look before each press, since its search covers the page for a moment.
    """
    quick = count - LAST if page.viewport_size["width"] > 1000 else 0
    for press in range(2 * count + LAST):
        if press > max(0, quick) and not page.evaluate(FOCUSED):
            page.keyboard.up("Tab")
            break
        page.keyboard.down("Tab")  # and keep it down: the key repeats
    else:
        pytest.fail("the keyboard is trapped")
    stops = page.evaluate(WALKED)
    faults = 0
    for number, stop in enumerate(stops):
        if not stop["shown"] and faults < FEW:  # while the key repeats; is it seen when the keyboard stays there?
            page.evaluate(AGAIN, number)
            stops[number] = page.evaluate(FOCUSED) or stop
            faults += not stops[number]["shown"]
    return stops


def assert_tab_reaches_everything(page):
    count = page.evaluate(PREPARE)
    stops = walk(page, count)
    assert [stop["what"] for stop in stops if not stop["shown"]] == []
    reached = {stop["stop"] for stop in stops}
    missed = [number for number in range(count) if str(number) not in reached]
    assert [page.locator(f"[data-stop='{n}']").evaluate("e => e.outerHTML.slice(0, 120)") for n in missed] == []
