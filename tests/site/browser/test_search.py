"""The search finds an error message that is pasted whole, and still what is typed."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup

PLACE = "reference/error-messages/"
FOUND = """() => [...document.querySelectorAll(".md-search-result__link")].map((link) =>
    new URL(link.href).pathname + new URL(link.href).hash)"""
QUERIES = Path(__file__).with_name("queries.tsv")  # what learners type, and the pages that may come first
# What the search box's script gives for many queries, asked as the search box asks it.
ASKED = """async (queries) => {
    const config = JSON.parse(document.querySelector("#__config").textContent);
    const worker = new Worker(new URL(config.search, location));
    const ask = (message) => new Promise((resolve) => {
        worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
        worker.postMessage(message);
    });
    const index = await fetch(new URL("search/search_index.json", new URL(config.base, location)));
    await ask({ type: 0, data: { ...await index.json(), options: { suggest: true } } });
    const found = [];
    for (const query of queries) {
        const { data } = await ask({ type: 2, data: query });
        found.push(data.items.slice(0, 3).map((page) => page.map(({ location }) => location)));
    }
    worker.terminate();
    return found;
}"""


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


def test_what_learners_type_leads_where_they_hope(open_page):
    lines = [line.split("\t") for line in QUERIES.read_text("utf-8").splitlines()]
    hoped = {query: pages.replace(".", "").split(" ") for query, pages in lines}
    assert len(hoped) == len(lines) >= 150
    results = open_page("glossary/").evaluate(ASKED, list(hoped))
    found = {query: [page[0].partition("#")[0] for page in pages] for query, pages in zip(hoped, results, strict=True)}
    first = [query for query in hoped if found[query] and found[query][0] in hoped[query]]
    lost = {query: found[query] for query in hoped if not set(found[query]) & set(hoped[query])}
    assert lost == {}
    assert len(first) >= 0.95 * len(hoped), {query: found[query] for query in hoped if query not in first}


def test_every_error_of_the_page_is_found_by_its_own_text(course, open_page):
    asked = [
        (name, text)
        for name, message in entries(course).items()
        for text in (message.replace("\n", " "), re.sub(r"^\w+: ", "", message.splitlines()[-1].strip()))
        if len(text.split()) > 1  # a name alone, as KeyError gives it, says nothing of the error
    ]
    results = open_page("glossary/").evaluate(ASKED, [text for _, text in asked])
    missed = [
        (name, text[:80], pages)
        for (name, text), pages in zip(asked, results, strict=True)
        if not any(f"{PLACE}#{name}" in page[:3] for page in pages)
    ]
    assert missed == []


def test_a_hit_says_in_which_part_of_the_course_it_stands(open_page):
    page = open_page("glossary/")
    page.keyboard.press("s")
    assert search(page, "storage and views")[0].endswith("lessons/storage-and-views/")
    assert page.locator(".md-search-result__item").first.locator(".md-tag").inner_text() == "Part II · PyTorch"


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


def test_an_error_with_other_numbers_and_names_is_found(open_page):
    results = open_page("lessons/tensors/").evaluate(ASKED, [*OTHERS.values()])
    missed = {
        name: pages
        for name, pages in zip(OTHERS, results, strict=True)
        if not any(f"{PLACE}#{name}" in page[:3] for page in pages)
    }
    assert missed == {}


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
