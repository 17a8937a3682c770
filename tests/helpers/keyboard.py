"""Two ways through a page for the keyboard: key by key, and a quick one.

The quick one goes where it may matter: it gives the focus to the first and the last of those that look alike, on the
first pages that have them, and presses Tab there.
"""

from __future__ import annotations

from collections import Counter

import pytest
from alike import ALIKE

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
        return {stop: element.dataset.stop ?? null, what: element.cloneNode().outerHTML.slice(0, 120), shown};
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


# Give the focus to stops of each look, as someone does who has a keyboard. Gives what cannot be seen there or does not
# take it; the stops at which to press Tab; and the names of what they look like.
VISIT = f"""(known) => {{
    const {{chosen, seen}} = ({ALIKE})(document.querySelectorAll("[data-stop]"), known);
    const hidden = chosen.filter((element) => {{
        element.focus();
        return document.activeElement !== element || !window.look()?.shown;
    }});
    document.activeElement.blur();
    const numbers = (elements) => elements.map((element) => element.dataset.stop);
    return {{hidden: numbers(hidden), pressed: numbers(chosen), seen}};
}}"""
GO_TO = "number => document.querySelector(`[data-stop='${number}']`).focus()"
STAYS = "number => document.activeElement?.dataset.stop === number"
HTML = "element => element.cloneNode().outerHTML.slice(0, 120)"
OFTEN = 2  # pages on which the keyboard goes to what looks alike
SEEN: Counter[str] = Counter()  # how many pages of this process had it


def assert_everything_takes_and_gives_the_focus(page):
    """The quick way: what looks like nothing before can have the focus, shows it, and lets the keyboard go on."""
    page.evaluate(PREPARE)
    page.keyboard.press("Tab")  # from now on the focus is shown: somebody uses the keyboard
    visited = page.evaluate(VISIT, [name for name, count in SEEN.items() if count >= OFTEN])
    SEEN.update(visited["seen"])
    faults = []
    for number in visited["hidden"]:
        page.evaluate(GO_TO, number)
        focused = page.evaluate(FOCUSED)
        if not (focused and focused["shown"] and focused["stop"] == number):
            faults.append((page.locator(f"[data-stop='{number}']").evaluate(HTML), "is not seen to have the focus"))
        if len(faults) == FEW:
            break
    for number in visited["pressed"]:
        page.evaluate(GO_TO, number)
        page.keyboard.press("Tab")
        if page.evaluate(STAYS, number):
            faults.append(
                (page.locator(f"[data-stop='{number}']").evaluate(HTML), "keeps the focus when Tab is pressed")
            )
    assert faults == []


def assert_tab_reaches_everything(page):
    """The long way: Tab, from the top of the page to its end."""
    count = page.evaluate(PREPARE)
    stops = walk(page, count)
    assert [stop["what"] for stop in stops if not stop["shown"]] == []
    reached = {stop["stop"] for stop in stops}
    missed = [page.locator(f"[data-stop='{number}']") for number in range(count) if str(number) not in reached]
    fits = (
        "stop => stop.matches('pre > code') && stop.scrollWidth <= stop.clientWidth"  # such code is none, once in view
    )
    still = [stop for stop in missed if not stop.evaluate(fits)]
    assert [stop.evaluate(HTML) for stop in still] == []
