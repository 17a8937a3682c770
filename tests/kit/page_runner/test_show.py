"""What a page shows under its snippets and in its sentences."""

from __future__ import annotations

import pytest
from tiny_site import TICKS, fence

from page_runner.check import check_page


def test_prints_and_the_last_value_stand_under_the_snippet(site):
    site.page(f"# T\n\n{fence('print(1)' + chr(10) + '2 + 3')}\nAfter.\n")
    built = site.build()
    assert built.ok
    assert built.outputs() == ["1\n5"]
    code = built.find(".snippet")
    assert code.get_text().strip() == "print(1)\n2 + 3"
    below = code.find_next_sibling()
    assert below.name == "pre" and below.find_next_sibling().get_text() == "After."


@pytest.mark.parametrize("code", ["x = 1", "None", "1 + 1;", "1 + 1;  # quiet", "def f(): return 1", "pass"])
def test_what_gives_nothing_shows_nothing(site, code):
    site.page(fence(code))
    assert site.build().outputs() == []


def test_a_value_that_counts_as_false_is_shown(site):
    site.page("\n".join(fence(code) for code in ("False", "0", "[]", "''")))
    assert site.build().outputs() == ["False", "0", "[]", "''"]


def test_snippets_share_one_program(site):
    site.page(fence("x = [1]") + "\n" + fence("x.append(2)") + "\n" + fence("x"))
    assert site.build().outputs() == ["[1, 2]"]


def test_text_is_escaped(site):
    site.page(fence("print('<b>&amp;</b>')"))
    assert site.build().outputs() == ["<b>&amp;</b>"]


def test_standard_error_is_shown_in_its_place(site):
    site.page(fence("import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)"))
    assert site.build().outputs() == ["1\n2\n3"]


def test_a_warning_is_shown_without_a_line_number(site):
    site.page(fence("import warnings\nwarnings.warn('old name', FutureWarning)"))
    assert site.build().outputs() == ["FutureWarning: old name"]


def test_a_data_frame_is_a_table_without_styles_of_its_own(site):
    site.page(fence("import pandas as pd\npd.DataFrame({'a': [1, 2]}, index=['x', 'y'])"))
    table = site.build().find(".output--table table")
    assert not table.attrs and not table.find_parent(class_="output").select("style")
    assert [cell.get_text() for cell in table.select("tbody td")] == ["1", "2"]
    assert not [heading for heading in table.select("th") if not heading.get_text()]


FIGURE = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.plot([0, 1], [0, 4]);\n"


def test_a_figure_is_drawn_in_the_pages_ink_with_its_alternative_text(site):
    site.page(fence("top = 4") + "\n" + fence(FIGURE + "plt.show()", 'alt="A line up to {{ top:.1f }}."'))
    drawing = site.build().find(".output--figure")
    assert drawing["role"] == "img" and drawing["aria-label"] == "A line up to 4.0."
    svg = str(drawing.svg)
    assert 'fill="currentColor"' in svg and "var(--figure-0, #1f77b4)" in svg
    assert "#000000" not in svg and "<metadata" not in svg


def test_what_a_figure_says_is_left_as_it_is(site):
    code = "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots()\naxes.set_yticks([0.125], ['0.125'])\naxes.set_title('#1f77b4 0.98765');"
    site.page(fence(code, 'alt="Ticks."'))
    drawn = [text.get_text().strip() for text in site.build().page().select("svg text")]
    assert "0.125" in drawn
    assert "#1f77b4 0.98765" in drawn


def test_two_figures_share_no_id(site):
    marked = FIGURE.replace("[0, 4]);", "[0, 4], marker='o');")
    site.page(fence(marked, 'alt="One."') + "\n" + fence(marked, 'alt="Two."'))
    ids = [element["id"] for element in site.build().page().select("svg [id]")]
    assert ids and len(ids) == len(set(ids))


def test_a_figure_is_drawn_under_its_own_snippet_and_under_no_later_one(site):
    site.page(fence(FIGURE, 'alt="One."') + "\n" + fence("print(1)") + "\n" + fence(FIGURE, 'alt="Two."'))
    built = site.build()
    assert built.ok, built.errors
    assert [len(figure.select("svg")) for figure in built.page().select(".output--figure")] == [1, 1]


def test_a_figure_as_last_value_is_drawn_once_and_not_printed(site):
    site.page(fence(FIGURE + "figure", 'alt="A line."'))
    built = site.build()
    assert len(built.page().select("svg")) == 1 and len(built.page().select(".output")) == 1


def test_numbers_stand_in_their_sentence_with_the_value_of_that_place(site):
    site.page(
        "It is {{ 1 + 1 }}.\n\n"
        + fence("x = 1 / 3")
        + "\n- {{ x:.3f }} and {{ f'{x:.1%}' }}\n\n"
        + fence("x = 2")
        + "\n## Now {{ x }}\n\n| a |\n|---|\n| {{ x * 10 }} |\n\n`{{ x }}` stays.\n"
    )
    built = site.build()
    assert built.ok, built.errors
    page = built.page()
    assert page.p.get_text() == "It is 2."
    assert page.li.get_text() == "0.333 and 33.3%"
    assert page.h2.get_text() == "Now 2" and page.td.get_text() == "20"
    assert page.code.get_text() != "2" and "{{ x }} stays." in page.get_text()


def test_a_number_is_not_read_as_markdown(site):
    value = "*a* _b_ `c` <d> [e](f) & \\g {{ x }} ![h](i)"
    site.page(fence(f"x = {value!r}") + "\n{{ x }}\n")
    assert site.build().find("p").get_text() == value


def test_an_expected_error_shows_its_text(site):
    site.page(fence("int('a')", 'raises="ValueError"') + "\n" + fence("x = 3 // a b", 'raises="SyntaxError"'))
    built = site.build()
    assert built.ok, built.errors
    value, syntax = built.outputs()
    assert value == "ValueError: invalid literal for int() with base 10: 'a'"
    assert syntax.endswith("SyntaxError: invalid syntax") and "x = 3 // a b" in syntax
    assert all("output--error" in pre["class"] for pre in built.page().select(".output"))


def test_what_was_printed_before_an_expected_error_is_shown_too(site):
    site.page(fence("print('so far')\n1 / 0", 'raises="ZeroDivisionError"'))
    assert site.build().outputs() == ["so far", "ZeroDivisionError: division by zero"]


def test_long_output_is_cut_with_a_note(site):
    site.page(fence("print('a' * 25_000)"))
    (shown,) = site.build().outputs()
    assert shown.startswith("a" * 20_000) and shown.endswith("… cut here: 5,001 more characters")


def test_folded_code_keeps_its_output_in_view(site):
    site.page(fence("print(1)\n\nprint(2)", 'fold="The code" title="a.py"'))
    built = site.build()
    assert built.find("details.code summary").get_text() == "The code"
    assert "print(2)" in built.find("details.code .snippet").get_text()
    assert built.outputs() == ["1\n2"] and not built.page().select("details .output")


def test_other_languages_are_shown_and_left_alone(site):
    site.page(f"{TICKS}text\n{{{{ no }}}} {TICKS}python\n{TICKS}\n\n{TICKS}bash\nrm -rf /\n{TICKS}\n\n{fence('1')}")
    built = site.build()
    assert built.ok, built.errors
    assert built.outputs() == ["1"]


def test_a_fence_inside_a_longer_fence_is_text(site):
    site.page(f"````markdown\n{fence('1 / 0')}````\n\n{fence('2')}")
    built = site.build()
    assert built.outputs() == ["2"]
    assert check_page(site.root / "docs/index.md", site.root) == 1


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(site):
    site.page(b"\xef\xbb\xbf# T\r\n\r\n" + fence("x = '''a\nb'''\nlen(x)").replace("\n", "\r\n").encode())
    built = site.build()
    assert built.outputs() == ["3"] and built.find("h1").get_text() == "T"


def test_a_page_without_code_starts_no_process(site, monkeypatch):
    monkeypatch.setattr("page_runner.runner.PageProcess", None)
    site.page("# Words\n\n`{{ x }}`\n")
    assert site.build().ok


def test_functions_of_the_page_can_show_their_source(site):
    site.page(
        fence("def double(x):\n    return 2 * x") + "\n" + fence("import inspect\nprint(inspect.getsource(double))")
    )
    assert site.build().outputs() == ["def double(x):\n    return 2 * x"]
