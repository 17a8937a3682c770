"""The search finds an error message that is pasted whole, and still what is typed."""

from __future__ import annotations

import re
from pathlib import Path

from bs4 import BeautifulSoup

PLACES = ("reference/error-messages/", "reference/more-error-messages/")
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


def test_every_error_of_the_pages_is_found_by_its_own_text(course, open_page):
    asked = {
        text: places
        for messages in entries(course)
        for text, places in messages.items()
        if len(text.split()) > 1  # a name alone, as KeyError gives it, says nothing of the error
    }
    results = open_page("glossary/").evaluate(ASKED, [*asked])
    missed = [
        (places, text[:80], pages)
        for (text, places), pages in zip(asked.items(), results, strict=True)
        if not any({*places} & {*page[:3]} for page in pages)
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


def test_an_error_with_other_numbers_and_names_is_found(open_page):
    results = open_page("lessons/tensors/").evaluate(ASKED, [*OTHERS.values()])
    missed = {
        name: pages
        for name, pages in zip(OTHERS, results, strict=True)
        if not any(f"{place}#{name}" in page[:3] for place in PLACES for page in pages)
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
