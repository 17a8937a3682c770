"""Pages as plain Markdown: from their text and outputs, from notebooks and from HTML."""

from __future__ import annotations

from project_root import ROOT

from page_markdown.from_html import from_html
from page_markdown.plain import plain_notebook, plain_page
from page_runner.blocks import read_blocks
from page_runner.notebook import notebook
from page_runner.page import Page, Snippet, parse, read_items, read_page
from page_runner.program import Output

TICKS = "```"


def plain(text: str, given: list[Output | str]) -> str:
    return plain_page(Page("x.md", text, tuple(read_items(text, "x.md"))), given)


def test_an_output_stands_under_its_snippet():
    text = f"# T\n\n{TICKS}python\nprint(1)\n{TICKS}\n\n!!! note\n\n    It is {{{{ 1 }}}}.\n"
    assert plain(text, [Output([("text", "1\n")]), "1"]) == (
        f"# T\n\n{TICKS}python\nprint(1)\n{TICKS}\n\n{TICKS}text\n1\n{TICKS}\n\n> **Note**\n>\n> It is 1.\n"
    )


def test_what_is_drawn_is_told():
    text = f"{TICKS}python\nx\n{TICKS}\n"
    table = "<style>p{}</style><table><tr><th></th><th>a|b</th></tr><tr><th>0</th><td>&lt;1</td></tr></table>"
    chart = '<figure class="live"><div role="img" aria-label="It &amp; that."></div></figure>'
    given = Output(
        [("error", "ValueError: no"), ("html", table), ("html", chart), ("figure", "<svg/>")], "A line.", "x.csv"
    )
    shown = plain(text, [given])
    for part in (
        "|  | a\\|b |\n| --- | --- |\n| 0 | <1 |",
        "*Figure that moves in the page: It & that.*",
        "*Figure: A line.*",
        f"{TICKS}text\nValueError: no\n{TICKS}",
        "[Download x.csv](x.csv)",
    ):
        assert part in shown


def test_an_output_with_ticks_stays_in_its_fence():
    assert f"{TICKS}`text\n{TICKS}\n{TICKS}`" in plain(
        f"{TICKS}python\nx\n{TICKS}\n", [Output([("text", f"{TICKS}\n")])]
    )


def test_tags_go_and_code_stays():
    text = (
        f'A <span class="x">word</span> and `<span>`.\n\n-   <span></span>\n\n    ### B\n\n{TICKS}html\n<p>\n{TICKS}\n'
    )
    assert plain(text, []) == f"A word and `<span>`.\n\n-   ### B\n\n{TICKS}html\n<p>\n{TICKS}\n"


def test_a_notebook_without_outputs():
    cells = '{"cells": [{"cell_type": "code", "source": "x"}, {"cell_type": "markdown", "source": ["y"]}]}'
    assert plain_notebook(cells) == f"{TICKS}python\nx\n{TICKS}\n\ny\n"


def test_html_as_markdown():
    html = (
        '<h2 id="f"><code>f</code><a class="headerlink" href="#f">¶</a></h2><ul><li>one</li><li><p>two</p></li></ul>'
        '<p>See <a href="../g/">g</a>.<br>Now.</p><svg><text>no</text></svg><pre><span></span><code>a\n  b</code></pre>'
    )
    assert from_html(html, lambda target: f"https://x/{target}") == (
        f"## `f`\n\n- one\n- two\n\nSee [g](https://x/../g/).  \nNow.\n\n{TICKS}python\na\n  b\n{TICKS}\n"
    )


def test_what_a_cell_says_stands_in_every_row_that_it_spans():
    head = "<tr><th>a</th><th>b</th><th>c</th></tr>"
    spanning = '<tr><th rowspan="2">1</th><th rowspan="2">x_y</th><td rowspan="1">2 * _3</td></tr><tr><td>4</td></tr>'
    table = from_html(f"<table>{head}{spanning}<tr><th>5</th><td>6</td><td>7</td></tr></table>")
    assert table.splitlines()[2:] == ["| 1 | x_y | 2 * \\_3 |", "| 1 | x_y | 4 |", "| 5 | 6 | 7 |"]


def test_a_notebook_and_the_markdown_of_a_page_are_written_from_one_reading():
    folded = f'??? tip "A {{ #b }}"\n\n    === "C"\n\n        {TICKS}python\n        1  # (1)!\n        {TICKS}\n\n    1. D\n'
    odd = f"# T\n\n{folded}\n???+ note\n    > E {{{{ 1 }}}}\n\n    {TICKS}text\n\n\n    F\n    {TICKS}\n\n<div>\nG\n</div>\n"
    pages = [parse(odd, "x.md"), *(read_page(path, ROOT) for path in sorted((ROOT / "docs").rglob("*.md")))]
    for page in pages:
        given = [Output() if isinstance(item, Snippet) else "7" for item in page.items]
        assert plain_notebook(notebook(page, given)) == plain_page(page, given), page.name
    blocks = read_blocks(pages[0], [Output(), "7"])
    assert [type(block).__name__ for block in blocks] == ["Prose", "Note", "Note", "Prose"]
    assert "> **A**" in plain_page(pages[0], [Output(), "7"]) and "> > E 7" in plain_page(pages[0], [Output(), "7"])
