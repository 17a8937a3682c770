"""The search finds an error message that is pasted whole, and still what is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

PLACES = ("reference/error-messages/", "reference/more-error-messages/")
EVERY_FIFTH = 5  # of the entries is searched for in each run, and all of them weekly
FOUND = """() => [...document.querySelectorAll(".md-search-result__link")].map((link) =>
    new URL(link.href).pathname + new URL(link.href).hash)"""


def entries(course):
    """Errors as the pages show them with their places, and the words of other versions and devices with theirs."""
    shown, otherwise = dict[str, set[str]](), dict[str, set[str]]()
    for place in PLACES:
        page = BeautifulSoup((Path(course.folder) / place / "index.html").read_text("utf-8"), "html.parser")
        name = ""
        for element in page.select("article h3, article .output--error, article em"):
            if element.name == "h3":
                name = f"{place}#{element['id']}"
            elif element.name == "em":
                if element.get_text() != "Also worded as":
                    continue
                said = element.find_parent("p")
                listed = said.find_next_sibling()
                for part in listed.select("li") if listed.name == "ul" else [said]:
                    otherwise.setdefault(part.code.get_text(), set()).add(name)
            else:
                message = element.get_text().strip()
                kind, last = message.partition(": ")[0], message.splitlines()[-1].strip()
                shown.setdefault(message.replace("\n", " "), set()).add(name)
                last = re.sub(r"^[\w.]+: ", "", last)
                if len(re.findall(r"\w{3,}", last)) > 1 and not kind.endswith("NotYet"):  # too short, or of an exercise
                    shown.setdefault(last, set()).add(name)
    return shown, otherwise


def search(page, text):
    field = page.locator(".md-search__input")
    field.fill("")
    page.evaluate("document.querySelector('.md-search-result__list').replaceChildren()")
    field.fill(text)
    page.wait_for_selector("a.md-search-result__link", state="attached")
    return page.evaluate(FOUND)


@pytest.mark.parametrize("step", [EVERY_FIFTH, pytest.param(1, marks=pytest.mark.weekly)])
def test_every_error_of_the_pages_is_found_by_its_own_text(course, open_page, step):
    page = open_page("glossary/")
    page.keyboard.press("s")
    missed = []
    for messages, among in zip(entries(course), (3, 10), strict=True):
        for text, places in list(messages.items())[::step]:
            found = search(page, text)
            if not any(place.endswith(tuple(places)) for place in found[:among]):
                missed.append((places, text[:80], found[:3]))
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
    "out-of-memory": "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 7.79 GiB",
    "device-side-assert": "torch.AcceleratorError: CUDA error: device-side assert triggered",
    "no-kernel-image": "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    "bracket": "SyntaxError: incomplete input",
    "conv-channels": "RuntimeError: Given groups=1, weight of size [32, 3, 3, 3], expected input[64, 1, 28, 28] to have 3 channels, "
    "but got 1 channels instead",
    "string-to-float": "ValueError: could not convert string to float: 'S'",
    "sklearn-nan": "ValueError: Input X contains NaN.",
    "target-size": "UserWarning: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, 1])). "
    "This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
    "bootstrapping": "RuntimeError: An attempt has been made to start a new process before the current process has finished its "
    "bootstrapping phase.",
}


def test_an_error_with_other_numbers_and_names_is_found(open_page, subtests):
    page = open_page("lessons/tensors/")
    page.keyboard.press("s")
    for name, message in OTHERS.items():
        with subtests.test(name):
            found = search(page, message)
            assert any(place.endswith(f"error-messages/#{name}") for place in found[:3]), found[:5]


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
