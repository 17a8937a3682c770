"""The sketch pad in a browser: drawn with mouse, finger and keyboard, its scores are torch's."""

from __future__ import annotations

import pytest
from charts import FRAMES, swipe
from lesson_pads import LESSONS, pads_of
from pads import SEVEN, drag, ink, pads, places, shown, verdicts, wake

LESSON = "lessons/three-or-seven/"


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_scores_on_the_screen_are_torchs(open_page, lesson):
    page = open_page(f"{lesson}/")
    found = pads(page)
    assert len(found) == len(pads_of(lesson))
    for pad, ours in zip(found, pads_of(lesson), strict=True):
        wake(pad)
        for name in [button.inner_text() for button in pad.get_by_role("button").all()]:
            pad.get_by_role("button", name=name, exact=True).click()
            assert ink(pad) == pytest.approx(ours.inks[name])
            for row, expected in zip(shown(pad), ours.scores[name].values(), strict=True):
                assert row == pytest.approx(expected, rel=1e-9, abs=1e-9)
        pad.get_by_role("button", name="Reset" if any(ours.inks["Reset"]) else "Clear", exact=True).click()
        pad.locator(".pad__grid").focus()
        page.keyboard.press("Space")
        for row, expected in zip(shown(pad), ours.scores["a dot"].values(), strict=True):
            assert row == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_mouse_draws_soft_ink(open_page, size):
    pad = wake(pads(open_page(LESSON, size=size))[0])
    pad.get_by_role("button", name="Clear").click()
    before = shown(pad)
    drag(pad, *SEVEN)
    drawn = ink(pad)
    assert 12 < sum(drawn) < 26, "about as much ink as the bundled digits have"
    assert sum(0 < each < 1 for each in drawn) > 8
    assert shown(pad) != before
    assert "7" in " ".join(verdicts(pad))
    assert pad.locator(".pad__best").count() == len(verdicts(pad))


def test_the_pen_stays_down_beyond_the_edge_and_lifts(open_page):
    page = open_page(LESSON)
    pad = wake(pads(page)[0])
    pad.get_by_role("button", name="Clear").click()
    drag(pad, (4, 4), (-2, 4))
    drawn = ink(pad)
    assert drawn[4 * 8] > 0.5
    page.mouse.move(*places(pad, (4, 7))[0])
    page.wait_for_function(FRAMES)
    assert ink(pad) == drawn


def test_a_finger_draws_on_the_pad_and_scrolls_beside_it(open_page):
    page = open_page(LESSON, size="phone", has_touch=True, is_mobile=True)
    pad = wake(pads(page)[0])
    pad.get_by_role("button", name="Clear").tap()
    pad.locator(".pad__grid").evaluate("grid => grid.scrollIntoView({ block: 'center', behavior: 'instant' })")
    before = page.evaluate("scrollY")
    swipe(page, *places(pad, *[(4, 7 - step / 2) for step in range(12)]))
    assert sum(ink(pad)) > 4
    assert page.evaluate("scrollY") == before
    drawn = ink(pad)
    box = pad.locator(".pad__grid").bounding_box()
    middle = box["y"] + box["height"] / 2
    swipe(page, *[(380, middle - 15 * step) for step in range(12)])
    page.wait_for_function("before => scrollY > before + 50", arg=before)
    assert ink(pad) == drawn


def test_by_keyboard_and_heard(open_page):
    page = open_page(LESSON)
    pad = wake(pads(page)[0])
    pad.get_by_role("button", name="Clear").click()
    grid = pad.get_by_role("application")
    grid.focus()
    assert grid.get_attribute("aria-label") == "Pad of 8 rows and 8 columns"
    assert "arrow keys" in page.locator("#" + grid.get_attribute("aria-describedby")).inner_text()
    for key in ["ArrowUp", "ArrowLeft", "+", "+", "+", "-", "ArrowDown", "Enter", "ArrowRight", "Space", "Space"]:
        page.keyboard.press(key)
    drawn = ink(pad)
    assert {place: each for place, each in enumerate(drawn) if each} == {3 * 8 + 3: 0.5, 4 * 8 + 3: 1}
    heard = pad.locator("[aria-live=polite]")
    page.wait_for_function("text => text.innerText.startsWith('Ink 0.00.')", arg=heard.element_handle())
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("text => text.innerText === 'Row 5, column 1, ink 0.00'", arg=heard.element_handle())
    assert pad.locator(".pad__cursor").is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Clear"


def test_the_verdict_is_heard_once_the_drawing_rests(open_page):
    pad = wake(pads(open_page(LESSON))[0])
    drag(pad, *SEVEN)
    heard = pad.locator("[aria-live=polite]")
    pad.page.wait_for_function("text => text.innerText !== ''", arg=heard.element_handle())
    said = heard.inner_text()
    for caption in pad.locator(".pad__scores caption").all_inner_texts():
        assert f"{caption}," in said


def test_without_scripts_the_first_picture_and_its_scores_stand(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    pad = pads(page)[0]
    pad.scroll_into_view_if_needed()
    assert pad.get_by_role("img").bounding_box()["height"] > 100
    assert pad.locator(".pad__scores").count() and pad.locator("button").count() == 0
    widths = pad.locator(".pad__bar rect").evaluate_all("all => all.map((each) => each.getBoundingClientRect().width)")
    assert max(widths) > 30 and min(widths) < max(widths)


def test_it_does_not_widen_a_phone(open_page):
    page = open_page(LESSON, size="phone")
    wake(pads(page)[0])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_the_controls_are_gone(open_page):
    page = open_page(LESSON)
    pad = wake(pads(page)[0])
    page.emulate_media(media="print")
    assert not pad.locator(".pad__controls").is_visible()
    assert pad.locator(".pad__grid svg").is_visible() and pad.locator(".pad__scores").first.is_visible()
