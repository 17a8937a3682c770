"""The shape calculator in a browser: type two shapes, read what torch says, see it drawn."""

from __future__ import annotations

import pytest
import torch

LESSON = "lessons/broadcasting/"


def calculator(page):
    figure = page.locator("figure.shapes")
    figure.scroll_into_view_if_needed()
    figure.locator(".shapes__controls").wait_for()
    return figure


def type_shapes(figure, a, b):
    figure.get_by_label("Shape of a").fill(a)
    figure.get_by_label("Shape of b").fill(b)
    return figure.locator(".shapes__result").inner_text()


def torchs(a, b):
    try:
        return f"Result: {tuple((torch.empty(a) * torch.empty(b)).shape)}"
    except RuntimeError as error:
        return f"RuntimeError: {error}"


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_what_is_typed_is_answered_as_torch_would(open_page, size):
    figure = calculator(open_page(LESSON, size=size))
    for a, b in [((4, 3), (3,)), ((4, 3), (4,)), ((4, 3), (4, 1)), ((2, 3, 4), (2, 4)), ((), ()), ((0, 3), (1, 1))]:
        assert type_shapes(figure, ", ".join(map(str, a)), str(b)) == torchs(a, b)


def test_the_stretched_axes_are_drawn(open_page):
    figure = calculator(open_page(LESSON))
    type_shapes(figure, "4, 1", "3")
    assert figure.locator("tbody tr").all_inner_texts() == ["a\t4\t1 → 3", "b\t(1) → 4\t3", "a + b\t4\t3"]
    assert figure.locator(".shapes__stretched").count() == 2
    assert figure.locator("svg path.shapes__copy").count() == 2
    type_shapes(figure, "4, 1", "3, 3")
    assert figure.locator(".shapes__clash").count() == 3
    assert figure.locator("svg path.shapes__copy").count() == 0


def test_bad_input_gets_a_plain_sentence_and_good_input_heals_it(open_page):
    figure = calculator(open_page(LESSON))
    assert type_shapes(figure, "4, x", "-3") == (
        "Shape of a: “x” is not a whole number. A shape is written as 4, 3. "
        "Shape of b: A size cannot be negative, as -3 is."
    )
    assert figure.locator("[aria-invalid]").count() == 2
    assert figure.locator("svg, table").count() == 0
    assert "not a whole number" in type_shapes(figure, "<img src=x onerror=alert(1)>", "3")
    assert figure.locator("img").count() == 0
    assert type_shapes(figure, "4, 3", "1") == "Result: (4, 3)"
    assert figure.locator("[aria-invalid]").count() == 0


def test_by_keyboard_with_names_and_a_live_answer(open_page):
    page = open_page(LESSON)
    figure = calculator(page)
    figure.get_by_label("Shape of a").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type(", 5")
    assert figure.locator(".shapes__result").inner_text() == torchs((4, 3), (3, 5))
    assert page.evaluate("document.activeElement.labels[0].innerText") == "Shape of b"
    assert figure.locator("[aria-live=polite]").inner_text().startswith("RuntimeError")


def test_without_scripts_the_first_answer_stands(open_page):
    page = open_page(LESSON, java_script_enabled=False)
    figure = page.locator("figure.shapes")
    figure.scroll_into_view_if_needed()
    figure.get_by_text("Result: (4, 3)", exact=True).wait_for()
    assert figure.locator("svg").bounding_box()["height"] > 50
    assert figure.locator("input").count() == 0


def test_its_script_is_fetched_only_where_one_is(open_page):
    page = open_page("lessons/fitting-a-quadratic/")
    page.locator("figure.live").first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    asked = "performance.getEntriesByType('resource').some((each) => each.name.includes('shape-calculator'))"
    assert not page.evaluate(asked)
    page = open_page(LESSON)
    calculator(page)
    assert page.evaluate(asked)


def test_it_does_not_widen_a_phone(open_page):
    page = open_page(LESSON, size="phone")
    type_shapes(calculator(page), "11, 12, 13, 14, 15, 16", "1")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
