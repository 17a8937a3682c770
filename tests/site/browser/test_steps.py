"""Drawings to step through, in a browser: by mouse, by keyboard, without scripts, on paper and on a phone."""

from __future__ import annotations

import pytest

LESSON = "lessons/an-engine-of-your-own/"


def wake(page):
    figure = page.locator("figure.steps").first
    figure.scroll_into_view_if_needed()
    figure.locator(".steps__controls").wait_for()
    return figure


def shown(figure):
    """Which drawings can be seen, by their place from 0."""
    visible = "frames => frames.flatMap((frame, place) => frame.checkVisibility() ? [place] : [])"
    return figure.locator(".steps__picture > div").evaluate_all(visible)


def count(figure):
    return figure.locator(".steps__controls output").inner_text()


def said(figure):
    return figure.locator(".steps__caption").inner_text()


@pytest.fixture
def captions(open_page):
    """All captions, as a reader without scripts has them."""
    page = open_page(LESSON, java_script_enabled=False)
    return page.locator("figure.steps").first.locator("ol > li").all_text_contents()


def test_through_all_steps_by_mouse_and_back(open_page, captions):
    page = open_page(LESSON)
    figure = wake(page)
    back, on = figure.get_by_role("button", name="Previous"), figure.get_by_role("button", name="Next")
    assert back.get_attribute("aria-disabled") == "true"
    for place, caption in enumerate(captions):
        assert shown(figure) == [place]
        assert said(figure) == caption
        assert count(figure) == f"{place + 1} / {len(captions)}"
        on.click(force=True)  # at the end, too, where it does nothing
    assert on.get_attribute("aria-disabled") == "true"
    assert shown(figure) == [len(captions) - 1], "there is nothing after the last"
    back.click()
    assert shown(figure) == [len(captions) - 2]


def test_by_keyboard(open_page, captions):
    page = open_page(LESSON)
    figure = wake(page)
    figure.get_by_role("button", name="Previous").focus()
    page.keyboard.press("Tab")
    slider = figure.get_by_role("slider", name="Step")
    assert slider.evaluate("each => each === document.activeElement")
    for key, place in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("End", len(captions) - 1), ("Home", 0)):
        page.keyboard.press(key)
        assert shown(figure) == [place]
        assert slider.get_attribute("aria-valuetext") == f"{place + 1} of {len(captions)}"
    page.keyboard.press("Tab")
    for place in (1, 2):
        page.keyboard.press("Enter" if place == 1 else "Space")
        assert shown(figure) == [place]
    assert figure.get_by_role("button", name="Next").evaluate("each => each === document.activeElement")


def test_what_is_said_and_what_is_drawn_have_names(open_page):
    figure = wake(open_page(LESSON))
    assert figure.locator(".steps__picture[role=img]").get_attribute("aria-label")
    assert figure.locator(".steps__caption").get_attribute("aria-live") == "polite"
    assert figure.get_by_role("group", name="Steps").is_visible()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_nothing_moves_while_stepping(open_page, captions, size):
    page = open_page(LESSON, size=size)
    figure = wake(page)
    on = figure.get_by_role("button", name="Next")
    places = set()
    for _ in captions:
        places.add(tuple(figure.evaluate("each => [each.offsetHeight, each.offsetWidth, each.scrollWidth]")))
        on.click(force=True)
    assert len(places) == 1
    ((_, width, inner),) = places
    assert inner <= width


def test_without_scripts_the_last_drawing_and_all_captions(open_page, captions):
    page = open_page(LESSON, java_script_enabled=False)
    figure = page.locator("figure.steps").first
    figure.scroll_into_view_if_needed()
    assert shown(figure) == [len(captions) - 1]
    assert all(item.is_visible() for item in figure.locator("ol > li").all())
    assert figure.locator(".steps__controls").count() == 0


def test_on_paper_the_controls_are_gone(open_page):
    page = open_page(LESSON)
    figure = wake(page)
    page.emulate_media(media="print")
    assert not figure.locator(".steps__controls").is_visible()
    assert len(shown(figure)) == 1


def test_the_script_is_fetched_only_where_it_is_needed(open_page):
    fetched = "performance.getEntriesByType('resource').some((each) => each.name.includes('/steps.js'))"
    page = open_page(LESSON)
    page.wait_for_load_state("networkidle")
    assert not page.evaluate(fetched)
    wake(page)
    assert page.evaluate(fetched)
