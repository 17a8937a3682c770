"""In a high-contrast mode the system's own colours take the place of the site's, and nothing that is drawn is lost."""

from __future__ import annotations

import pytest
from pages import ONE_OF_EACH_KIND, UNFOLD

# What is drawn by a mask on a ground: the system gives the page's own colour to grounds, and such a drawing is gone.
GONE = """() => {
    const paper = getComputedStyle(document.body).backgroundColor, gone = new Set(), found = [];
    for (const element of document.querySelectorAll("body, body *"))
        for (const part of ["", "::before", "::after"]) {
            const style = getComputedStyle(element, part || null);
            if (style.maskImage === "none" || part && style.content === "none" || style.display === "none") continue;
            const name = `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}${part}`;
            found.push(name);
            if (style.backgroundColor === paper || style.backgroundColor === "rgba(0, 0, 0, 0)") gone.add(name);
        }
    return [found.length, [...gone]];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ONE_OF_EACH_KIND, ids=lambda name: name or "home")
def test_every_drawing_and_icon_stays(open_page, name, scheme):
    page = open_page(name)
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    page.evaluate(UNFOLD)
    found, gone = page.evaluate(GONE)
    assert found > 0
    assert gone == []
