"""The search finds an error message that is pasted whole, and still what is typed."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup

PLACE = "reference/error-messages/"
FOUND = """() => [...document.querySelectorAll(".md-search-result__link")].map((link) =>
    new URL(link.href).pathname + new URL(link.href).hash)"""


def entries(course):
    """Each entry's id, and its error as the page shows it."""
    page = BeautifulSoup((Path(course.folder) / PLACE / "index.html").read_text("utf-8"), "html.parser")
    name, messages = "", dict[str, str]()
    for element in page.select("article h3, article .output--error"):
        if element.name == "h3":
            name = str(element["id"])
        else:
            messages.setdefault(name, element.get_text().strip())
    return messages


def search(page, text):
    field = page.locator(".md-search__input")
    field.fill("")
    page.evaluate("document.querySelector('.md-search-result__list').replaceChildren()")
    field.fill(text)
    page.wait_for_selector("a.md-search-result__link", state="attached")
    return page.evaluate(FOUND)


def test_every_error_of_the_page_is_found_by_its_own_text(course, open_page):
    page = open_page("glossary/")
    page.keyboard.press("s")
    missed = []
    for name, message in entries(course).items():
        last = message.splitlines()[-1].strip()
        for text in {message.replace("\n", " "), re.sub(r"^\w+: ", "", last)}:
            found = search(page, text)
            if not any(place.endswith(f"{PLACE}#{name}") for place in found[:3]):
                missed.append((name, text[:80], found[:3]))
    assert missed == []


OTHERS = {  # with other numbers, names, quotes and brackets than those of the page
    "matmul-shapes": "RuntimeError: mat1 and mat2 shapes cannot be multiplied (712x12 and 713x1)",
    "broadcast": "The size of tensor a (713) must match the size of tensor b (12) at non-singleton dimension 1",
    "view-size": "RuntimeError: shape '[1, 3]' is invalid for input of size 64",
    "version-counter": "one of the variables needed for gradient computation has been modified by an inplace operation: "
    "[torch.FloatTensor [10, 1]], which is output 0 of ReluBackward0, is at version 2; expected version 1 instead.",
    "two-devices": "RuntimeError: Expected all tensors to be on the same device, but found at least two devices, "
    "cuda:0 and cpu! (when checking argument for argument mat1 in method wrapper_CUDA_addmm)",
    "object-array": "TypeError: can't convert np.ndarray of type numpy.object_. The only supported types are: float64,",
    "missing-argument": "TypeError: mse() missing 1 required positional argument: 'targets'",
    "state-dict-keys": 'Error(s) in loading state_dict for Sequential: Missing key(s) in state_dict: "2.weight", "2.bias".',
    "cuda": "AssertionError: Torch not compiled with CUDA enabled",
}


def test_an_error_with_other_numbers_and_names_is_found(open_page, subtests):
    page = open_page("lessons/tensors/")
    page.keyboard.press("s")
    for name, message in OTHERS.items():
        with subtests.test(name):
            found = search(page, message)
            assert any(place.endswith(f"{PLACE}#{name}") for place in found[:3]), found[:5]


def test_of_a_pasted_traceback_the_last_line_counts(open_page):
    page = open_page()
    page.keyboard.press("s")
    page.locator(".md-search__input").focus()
    page.evaluate(
        "text => navigator.clipboard.writeText(text)",
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    w.numpy()\n'
        "RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.\n",
    )
    page.keyboard.press("ControlOrMeta+v")
    assert page.locator(".md-search__input").input_value().startswith("RuntimeError: Can't call numpy()")
    page.wait_for_selector("a.md-search-result__link", state="attached")
    assert any(place.endswith("#numpy-grad") for place in page.evaluate(FOUND)[:3])


TYPED = {
    "broadc": "lessons/broadcasting/",
    "gradient descent": "lessons/gradient-descent/",
    "partial": "lessons/fitting-a-quadratic/",
    '"learning rate" +momentum': "lessons/optimisers-and-schedules/",
}


def test_what_is_typed_is_found_as_before(open_page, subtests):
    page = open_page()
    page.keyboard.press("s")
    for typed, lesson in TYPED.items():
        with subtests.test(typed):
            assert any(lesson in found for found in search(page, typed))
