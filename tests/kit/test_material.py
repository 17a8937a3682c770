"""Material's features keep working inside lessons."""

from __future__ import annotations

import textwrap

import pytest
from tiny_site import CONFIG, fence

MATERIAL = CONFIG.replace("{name: null, custom_dir: theme}", "{name: material, font: false}")


@pytest.fixture
def material(site):
    site.config(MATERIAL)
    return site


def indent(text: str) -> str:
    return textwrap.indent(text, "    ")


def test_a_snippet_in_an_admonition_and_in_tabs_has_its_output_there(material):
    material.page(
        f"!!! note\n\n{indent(fence('1'))}\n    {{{{ 2 }}}} in a note\n\n"
        f'=== "A"\n\n{indent(fence("3"))}\n=== "B"\n\n    ???+ tip "T"\n\n{indent(indent(fence("4")))}\n'
    )
    built = material.build()
    assert built.ok, built.errors
    assert built.find(".admonition.note pre.output").get_text() == "1"
    assert "2 in a note" in built.find(".admonition.note").get_text()
    first, second = built.page().select(".tabbed-block")
    assert first.select_one("pre.output").get_text() == "3"
    assert second.select_one("details.tip pre.output").get_text() == "4"


def test_titles_and_highlighted_lines(material):
    material.page(fence("a = 1\nb = 2\nc = 3", 'title="letters.py" hl_lines="2" linenums="1"'))
    built = material.build()
    assert built.ok, built.errors
    assert built.find(".snippet .filename").get_text() == "letters.py"
    assert built.find(".snippet .hll").get_text() == "b = 2\n"
    assert built.find(".linenos, .linenodiv")


def test_annotations_stay_under_their_code(material):
    material.page(fence("a = 1  # (1)!\nprint(a)") + "\n1. A name.\n\n    More of it.\n\nAfter.\n")
    built = material.build()
    assert built.ok, built.errors
    listed = built.find(".snippet").find_next_sibling()
    assert listed.name == "ol" and "More of it." in listed.get_text()
    output = listed.find_next_sibling()
    assert output.get_text() == "1" and output.find_next_sibling().get_text() == "After."


def test_a_list_after_plain_code_is_no_annotation(material):
    material.page(fence("print(1)") + "\n1. First.\n")
    assert material.build().find(".snippet").find_next_sibling()["class"] == ["output"]


def test_drawings_are_kept_out_of_the_search_index(material):
    material.config(MATERIAL.replace("[page_runner]", "[search, page_runner]"))
    code = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('inside the drawing');"
    material.page("# T\n\n" + fence(code, 'alt="A point."') + "\n" + fence("print('outside of it')"))
    index = (material.build().site / "search/search_index.json").read_text("utf-8")
    assert "outside of it" in index and "inside the drawing" not in index.replace("plt.title('inside the drawing')", "")
