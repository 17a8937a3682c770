"""Values look as IPython's protocol says, in the order in which they are shown, and IPython need not be there."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from tiny_site import Built, Site, fence

from page_runner.display import markup
from page_runner.page import PageError, parse
from page_runner.program import Output, Program
from page_runner.rich import METHODS, bundle

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="
STYLER = "import pandas as pd\npd.DataFrame({'a': [1.0, 2.0], 'b': [3.0, 4.0]}).style.highlight_max(color='yellow').format('{:.1f}')"


def gives(name: str, what: str) -> str:
    return f"class A:\n    def {name}(self, **_): return {what}\n"


# By name: the code of a page, and the kinds of its outputs with what stands in them. Where it draws, there is an alt.
SHOWN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "without an import": ("display(1, 'two')", [("text", "1\n'two'\n")]),
    "nothing": ("display()", []),
    "with an import": ("from IPython.display import display\ndisplay([1])", [("text", "[1]\n")]),
    "from its old place": ("from IPython.core.display_functions import display as d\nd(2)", [("text", "2\n")]),
    "a table among words": ("import pandas as pd\nprint('a')\ndisplay(pd.DataFrame({'x': [1]}))\nprint('b')", [("text", "a\n"), ("html", "<td>1</td>"), ("text", "b\n")]),
    "a table, then the last line": ("import pandas as pd\ndf = pd.DataFrame({'x': [1]})\ndisplay(df)\ndf", [("html", "<td>1</td>"), ("html", "<td>1</td>")]),
    "HTML": ("from IPython.display import HTML\ndisplay(HTML('<b>x</b>'))", [("html", "<b>x</b>")]),
    "Markdown": ("from IPython.display import Markdown\nMarkdown('**x**\\n\\n| a |\\n|---|\\n| 1 |')", [("html", "<strong>x</strong>")]),
    "a formula": ("from IPython.display import Math\nMath('x^2 < 3')", [("html", '<div class="arithmatex">\\[\\displaystyle x^2 &lt; 3\\]</div>')]),
    "LaTeX of SymPy": ("import sympy\nsympy.Symbol('x') ** 2", [("html", "x^{2}\\]</div>")]),
    "JSON": ("from IPython.display import JSON\nJSON({'a': [1]})", [("text", '{\n  "a": [\n    1\n  ]\n}\n')]),
    "an own HTML": (gives("_repr_html_", "'<i>x</i>'") + "A()", [("html", "<i>x</i>")]),
    "no HTML today": (gives("_repr_html_", "None") + "    def __repr__(self): return 'A()'\nA()", [("text", "A()\n")]),
    "no HTML yet": ("class A:\n    def _repr_html_(self): raise NotImplementedError\n    def __repr__(self): return 'A()'\nA()", [("text", "A()\n")]),
    "an own Markdown": (gives("_repr_markdown_", "'*x*'") + "A()", [("html", "<p><em>x</em></p>")]),
    "an own LaTeX": (gives("_repr_latex_", "'$$x$$'") + "A()", [("html", '<div class="arithmatex">\\[x\\]</div>')]),
    "an own SVG": (gives("_repr_svg_", "'<?xml?><svg><g/></svg>'") + "A()", [("figure", "<svg><g/></svg>")]),
    "an own PNG": (gives("_repr_png_", f"__import__('base64').b64decode('{PIXEL}')") + "A()", [("figure", f'<img src="data:image/png;base64,{PIXEL}" alt="">')]),
    "a PNG and its size": (gives("_repr_png_", f"'{PIXEL}', {{'width': 9}}") + "A()", [("figure", f'<img src="data:image/png;base64,{PIXEL}" width="9" alt="">')]),
    "an own JPEG": (gives("_repr_jpeg_", "b'x'") + "A()", [("figure", '<img src="data:image/jpeg;base64,eA==" alt="">')]),
    "an own JSON": (gives("_repr_json_", "{'a': 1}") + "A()", [("text", '{\n  "a": 1\n}\n')]),
    "a picture of IPython's": (f"from IPython.display import Image\nfrom base64 import b64decode\nImage(b64decode('{PIXEL}'))", [("figure", f'<img src="data:image/png;base64,{PIXEL}"')]),
    "a picture of Pillow's": ("from PIL import Image\nImage.new('RGB', (1, 1))", [("figure", '<img src="data:image/png;base64,')]),
    "a bundle": (gives("_repr_mimebundle_", "{'text/plain': 'p', 'text/html': '<i>x</i>'}") + "A()", [("html", "<i>x</i>")]),
    "a bundle with what it says about it": (gives("_repr_mimebundle_", "{'text/html': '<i>x</i>'}, {'text/html': {}}") + "A()", [("html", "<i>x</i>")]),
    "a bundle of what nobody knows": (gives("_repr_mimebundle_", "{'application/x': 1}") + "    def __repr__(self): return 'A()'\nA()", [("text", "A()\n")]),
    "its own way": ("class A:\n    def _ipython_display_(self): print('own'); display(1)\nA()", [("text", "own\n1\n")]),
    "a widget, where a notebook is": ("class A:\n    def _ipython_display_(self): print('widget')\n    def _repr_html_(self): return '<i>x</i>'\nA()", [("html", "<i>x</i>")]),
    "a class": ("import pandas as pd\npd.DataFrame", [("text", "<class 'pandas.DataFrame'>\n")]),
    "what has every method": ("class A:\n    def __getattr__(self, name): return lambda *a, **k: 'any'\n    def __repr__(self): return 'A()'\nA()", [("text", "A()\n")]),
    "raw data": ("display({'text/html': '<u>x</u>', 'text/plain': 'x'}, raw=True)", [("html", "<u>x</u>")]),
    "published data": ("from IPython.display import publish_display_data\npublish_display_data({'text/markdown': '*x*'})", [("html", "<p><em>x</em></p>")]),
    "one kind alone": ("from IPython.display import HTML, display_html\ndisplay_html('<s>x</s>', raw=True)", [("html", "<s>x</s>")]),
    "without a kind": (gives("_repr_html_", "'<i>x</i>'") + "    def __repr__(self): return 'A()'\ndisplay(A(), exclude=['text/html'])", [("text", "A()\n")]),
    "an update": ("handle = display('one', display_id=True)\nprint('after')\nhandle.update('two')", [("text", "'two'\nafter\n")]),
    "an update by name": ("from IPython.display import update_display\ndisplay('one', display_id='d')\nupdate_display('two', display_id='d')", [("text", "'two'\n")]),
    "cleared": ("from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\nprint('b')", [("text", "b\n")]),
    "a redirected display": ("import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()):\n    display(1)", [("text", "1\n")]),
    "figures among words": ("import matplotlib.pyplot as plt\nplt.plot([1]); plt.show()\nprint('a')\nplt.plot([2]); plt.show()\nprint('b')", [("figure", "<svg"), ("text", "a\n"), ("figure", "<svg"), ("text", "b\n")]),
    "a figure that is displayed": ("import matplotlib.pyplot as plt\nfigure, _ = plt.subplots()\ndisplay(figure)\nprint('a')", [("figure", "<svg"), ("text", "a\n")]),
    "a figure that was closed": ("import matplotlib.pyplot as plt\nfigure, _ = plt.subplots()\nplt.close(figure)\nfigure", [("figure", "<svg")]),
    "a table with a style": (STYLER, [("html", "background-color: yellow")]),
    "a chart of a library": (gives("_repr_html_", "'<div id=\"vis-0f8fad5b-d9cb-469f-a165-70867728950e\"></div><script>draw(\"vis-0f8fad5b-d9cb-469f-a165-70867728950e\")</script>'") + "A()", [("html", 'draw("vis-s1-1-1")')]),
}  # fmt: skip
REFUSED = {
    "JavaScript": ("from IPython.display import Javascript\nJavascript('alert(1)')", "what Javascript shows is JavaScript, which a page does not run"),
    "JavaScript as data": ("display({'application/javascript': '1'}, raw=True)", "what is shown is JavaScript, which a page does not run"),
    "a PDF": (gives("_repr_pdf_", "b'x'") + "A()", 'is a PDF: save it, and offer it with download="name.pdf"'),
    "a kind that nobody knows": ("display({'application/x-own': 1}, raw=True)", "what is shown is application/x-own, which a page cannot show"),
    "HTML that fails": ("class A:\n    def _repr_html_(self): return 1 / 0\nA()", "ZeroDivisionError"),
    "a picture without words": (gives("_repr_png_", "b'x'") + "A()", "the figure has no alternative text"),
    "too much HTML": (gives("_repr_html_", "'x' * 2_000_000") + "A()", "the output weighs 2,000,000 characters of SVG, HTML or pictures, over 1,000,000"),
    "an update of what is gone": ("from IPython.display import update_display\nupdate_display(1, display_id='x')", "no display 'x' stands under this snippet"),
    "an address in HTML": (gives("_repr_html_", "'<b>' + object.__repr__(self) + '</b>'") + "A()", "shows a memory address"),
}  # fmt: skip


def named(name: str) -> str:
    return re.sub(r"\W+", "-", name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("display"))
    for name, (code, parts) in SHOWN.items():
        site.page(fence(code, 'alt="It."' * any(kind == "figure" for kind, _ in parts)), named(name))
    for name, (code, _) in REFUSED.items():
        site.page(fence(code), "no-" + named(name))
    site.page(fence(STYLER) + "\n" + fence(STYLER))
    return site


@pytest.fixture(scope="module")
def built(site: Site) -> Built:
    return site.build()


KINDS = {"output--figure": "figure", "output--table": "html", "output--chart": "html"}


@pytest.mark.xdist_group("display")
@pytest.mark.parametrize("name", SHOWN)
def test_values_are_shown_in_their_order(built: Built, name: str):
    outputs = built.page(named(name)).select(".output")
    kinds = [next((kind for each, kind in KINDS.items() if each in output["class"]), "text") for output in outputs]
    parts = SHOWN[name][1]
    assert kinds == [kind for kind, _ in parts]
    for output, (kind, content) in zip(outputs, parts, strict=True):
        if kind == "text":
            assert output.get_text() == content.rstrip("\n")
    page = (built.site / named(name) / "index.html").read_text("utf-8")
    assert [content for kind, content in parts if kind != "text" and content not in page] == []


@pytest.mark.xdist_group("display")
@pytest.mark.parametrize("name", REFUSED)
def test_what_a_page_cannot_show_is_refused(built: Built, name: str):
    (error,) = (each for each in built.errors if each.startswith(f"docs/no-{named(name)}.md:"))
    assert REFUSED[name][1] in error.split("\n")[0]


@pytest.mark.xdist_group("display")
def test_styles_reach_their_own_table_in_every_build_alike(built: Built, site: Site):
    first, second = built.page().select(".output")
    assert first.select_one("div")["id"] != second.select_one("div")["id"]
    for output in first, second:
        sheet, table = output.select_one("style").get_text(), output.select_one("table")
        assert sheet.startswith(f"#{output.select_one('div')['id']} {{")
        cell = next(each for each in table.select("td") if each.get_text() == "2.0")
        assert f"#{cell['id']}" in sheet and "yellow" in sheet
    before = (built.site / "index.html").read_bytes()
    for kept in (site.root / ".cache/page_runner").iterdir():
        kept.unlink()
    assert (site.build().site / "index.html").read_bytes() == before


def test_a_style_sheet_stays_within_its_element():
    sheet = "@import 'x'; b, i {color: red} /* } */ @media print {b {color: blue}} @keyframes k {0% {top: 0}}"
    assert markup(f"<style type='text/css'>{sheet}</style><b>x</b>", "a") == (
        "<div id=\"a\"><style>@import 'x';@keyframes k {0% {top: 0}}"
        "#a {b, i {color: red}@media print {b {color: blue}}}</style><b>x</b></div>"
    )


def test_a_uuid_that_is_no_id_is_left_as_it_is():
    cell = "<table><tr><td>0f8fad5b-d9cb-469f-a165-70867728950e</td></tr></table>"
    assert markup(cell, "a") == cell


def test_every_kind_that_ipython_asks_for_is_known():
    formatters = pytest.importorskip("IPython.core.formatters")
    found: list[Any] = [each for each in vars(formatters).values() if isinstance(each, type)]
    found = [each for each in found if issubclass(each, formatters.BaseFormatter) and each.format_type.default_value]
    asked = {each.format_type.default_value: each.print_method.default_value for each in found}
    assert len(asked) >= 10
    assert {kind: name for kind, name in asked.items() if kind != "text/plain" and METHODS.get(kind) != name} == {}


def test_the_best_kind_is_found_first():
    class Both:
        def _repr_html_(self) -> str:
            return "<b>x</b>"

        def _repr_png_(self) -> bytes:
            raise AssertionError("nobody needs it")

    assert bundle(Both())[0] == {"text/html": "<b>x</b>"}


def test_in_memory_alone_the_same_is_shown(monkeypatch: pytest.MonkeyPatch):
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    program = Program(parse(fence("1"), "x.md"))
    program.streams.install()
    output = program.run(program.page.snippets[0])
    assert isinstance(output, Output) and output.parts == [("text", "1\n")]
    with pytest.raises(PageError, match="the fence has alternative text but draws no figure"):
        program.run(parse(fence("1", 'alt="x"'), "x.md").snippets[0])
