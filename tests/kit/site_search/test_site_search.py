"""The search: what stands in the index, and what is found in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from javascript import evaluate
from project_root import ROOT
from tiny_site import Site

SEARCH = ROOT / "kit/site_search/assets/search.js"
CONFIG = """
site_name: Small
theme: material
plugins:
  - search
  - site_search: {glossary: words.md, weights: {"lessons/*": 2, "*": 0.5}}
nav: [{Home: index.md}, {Part I: [lessons/sums.md]}, {Words: words.md}]
"""
WORDS = """# Words

## A { #letter-a }

<dl><dt id="adder" data-forms="adders, summing">Adder</dt><dd>What adds &amp; <em>sums</em>.</dd><dd>Also called summer.</dd>
<dt id="bit">Bit</dt><dd>0 or 1.</dd></dl>
"""


@pytest.fixture
def course(site: Site) -> Site:
    """A home page, a lesson with other words for it, and a glossary of one term."""
    site.config(CONFIG)
    site.page("# Home\n")
    site.page("---\nalso: [total, grand total]\n---\n# Sums\n\n## Two\n\nOne and one.\n", "lessons/sums")
    site.page(WORDS, "words")
    return site


def index(built: Any) -> dict[str, dict[str, Any]]:
    entries = json.loads((built.site / "search/search_index.json").read_text("utf-8"))["docs"]
    return {entry["location"]: entry for entry in entries}


def test_the_index_knows_terms_weights_other_words_and_places(course: Site):
    built = course.build(strict=True)
    entries = index(built)
    assert set(entries) == {"", "lessons/sums/", "lessons/sums/#two", "words/", "words/#adder", "words/#bit"}
    lesson, term = entries["lessons/sums/"], entries["words/#adder"]
    assert (lesson["boost"], lesson["also"], lesson["tags"]) == (2, "total, grand total", ["Part I"])
    assert entries["lessons/sums/#two"]["boost"] == 2 and "also" not in entries["lessons/sums/#two"]
    assert (term["title"], term["also"], term["boost"]) == ("Adder", "adders, summing", 0.5)
    assert term["text"] == "What adds &amp; <em>sums</em>. Also called summer."


def test_each_page_talks_to_our_script(course: Site):
    built = course.build(strict=True)
    for path, script in [("lessons/sums/index.html", "../../"), ("404.html", "/")]:
        html = (built.site / path).read_text("utf-8")
        assert f'"search": "{script}assets/search-worker.js"' in html and "workers/search" not in html
    assert {path.name for path in (built.site / "assets").glob("*search*.js")} == {
        "search-worker.js",
        "search.js",
        "minisearch.js",
    }


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("  - search\n", "", "put the plugin `search` before it"),
        ('"lessons/*": 2', '"lessons/*": two', r"weights: lessons/\* must have a number above 0, not 'two'"),
        ('"lessons/*": 2', '"lessons/*": 0', "a number above 0, not 0"),
        ("glossary: words.md", "glossary: terms.md", "glossary names terms.md, but there is no such page"),
    ],
)
def test_what_cannot_be_is_named(course: Site, before: str, after: str, words: str):
    course.config(CONFIG.replace(before, after))
    built = course.build()
    assert any(re.search(words, error) for error in built.errors), built.errors


ENTRIES: list[dict[str, Any]] = [
    {"location": "descent/", "title": "Gradient descent", "text": "<p>Steps against the gradient.</p>", "boost": 1.6},
    {"location": "descent/#rate", "title": "The rate", "text": "<p>A learning rate of 3 is too high.</p>", "boost": 1.6},
    {"location": "losses/", "title": "Loss functions", "text": "", "also": "MSE, cost function"},
    {"location": "losses/#ce", "title": "Cross-entropy", "text": "<p>The <code>cross_entropy</code> of logits.</p>"},
    {"location": "batches/", "title": "Batches", "text": "<p>The batch size is a choice, x &lt; 3 &amp; more.</p>"},
    {"location": "over/", "title": "Overfitting", "text": "<p>Standardise first.</p>"},
    {"location": "errors/#shapes", "title": "Shapes", "text": "<pre>mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)</pre>"},
    {"location": "use/", "title": "Why use it", "text": ""},
]  # fmt: skip


def found(*queries: str, entries: list[dict[str, Any]] = ENTRIES) -> list[dict[str, Any]]:
    """What the script gives for each query."""
    code = "(() => { const s = new script.Search(given.entries); return given.queries.map((q) => s.results(q)); })()"
    return evaluate(SEARCH, code, {"entries": entries, "queries": queries})


FIRST = {
    "gradient descent": "descent/",
    "gradients": "descent/",
    "gradiant decent": "descent/",
    "grad": "descent/",
    "what is the learning rate": "descent/#rate",
    "learning rates": "descent/#rate",
    "mse": "losses/",
    "what is a cost function": "losses/",
    "cross entropy": "losses/#ce",
    "crossentropy": "losses/#ce",
    "cross_entropy": "losses/#ce",
    "nn.functional.cross_entropy()": "losses/#ce",
    "nn.CrossEntropyLoss": "losses/#ce",
    "batchsize": "batches/",
    "over fitting": "over/",
    "overfiting": "over/",
    "overiftting": "over/",
    "standardize": "over/",
    "RuntimeError: mat1 and mat2 shapes cannot be multiplied (712x12 and 713x1)": "errors/#shapes",
    "why should one use it": "use/",
}


def test_what_is_meant_comes_first():
    results = found(*FIRST)
    firsts = {
        query: result["items"][0][0]["location"] if result["items"] else None
        for query, result in zip(FIRST, results, strict=True)
    }
    assert firsts == FIRST


def test_nothing_like_it_is_nothing():
    assert [result["items"] for result in found("zzzzzz", "", "  ", "“", "++--")] == [[]] * 5


def test_each_hit_comes_with_its_page_and_says_which_words_it_has():
    (result,) = found("learning momentum")
    (hit, page), *_ = result["items"]
    assert (hit["location"], page["location"], page["score"]) == ("descent/#rate", "descent/", 0)
    assert hit["terms"] == {"learning": True, "momentum": False} and page["terms"] == {}


def test_hits_are_marked_and_markup_stays_text():
    (result,) = found("choice batch")
    hit = result["items"][0][0]
    assert hit["title"] == "<mark data-md-highlight>Batches</mark>"
    assert "x &lt; 3 &amp; more." in hit["text"] and "<mark data-md-highlight>choice</mark>" in hit["text"]
    evil = [
        {"location": "x/", "title": "&lt;img src=x&gt;", "text": "<p>&lt;script&gt;alert(1)&lt;/script&gt; here</p>"}
    ]
    (result,) = found("here", entries=evil)
    assert result["items"][0][0]["title"] == "&lt;img src=x&gt;"
    assert result["items"][0][0]["text"].startswith("&lt;script&gt;alert(1)&lt;/script&gt;")


def test_a_long_text_is_shown_around_its_first_hit():
    long = [{"location": "x/", "title": "Long", "text": f"<p>{'word ' * 200}needle {'word ' * 200}</p>"}]
    (result,) = found("needle", entries=long)
    text = result["items"][0][0]["text"]
    assert text.startswith("… word") and text.endswith("word …") and "<mark data-md-highlight>needle</mark>" in text
    assert len(text) < 350


def test_the_word_that_is_typed_is_completed():
    assert [result["suggest"] for result in found("gradient desc", "zzz", "")] == [["descent"], [], []]
