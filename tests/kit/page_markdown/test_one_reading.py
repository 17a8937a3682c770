"""The site, notebooks and plain Markdown are written from one reading of a page: code, outputs and numbers are the same."""

from __future__ import annotations

import json
import re
import textwrap

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mkdocs.config import load_config
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.pages import Page as SitePage
from tiny_site import TICKS

from page_markdown.plain import plain_page
from page_runner.errors import errors_of
from page_runner.notebook import notebook
from page_runner.page import Snippet, read_page
from page_runner.program import Output
from page_runner.runner import Run

CODE = [
    "x = 1",
    "for i in x:\n    i  # {{ i }}",
    "s = '<b>&amp;</b> *a* | `b`'",
    "s = '''\n\n# no title\n'''",
    "# end",
]
FENCES = ["```python", "~~~py", '````{.python title="a.py"}', '```python fold="The code"', '```python hl_lines="1"']
OTHER = [
    f"{TICKS}bash\nno {{{{ 1 }}}}\n{TICKS}",
    f'{TICKS}python run="no"\nnot_run()\n{TICKS}',
    f"<!--\n{TICKS}python\nhidden()\n{TICKS}\n-->",
    f"    {TICKS}python\n    indented()\n    {TICKS}",
    "`{{ code }}` and \\{{ braces }}",
    "Words {{ 1 }} and {{ 2 }}.",
    "## Title {{ 3 }}",
    "| a | {{ 4 }} |\n|---|---|\n| {{ 5 }} | b |",
    "![{{ 6 }}](a.png)",
]
AROUND = [">", '!!! note "N {{ 7 }}"', '??? tip "T"', '???+ tip "T {{ 8 }}"', '=== "Tab"', "- item {{ 9 }}", "1. item"]
HEADS = ["", "---\ntitle: T\n---\n", "---\ntitle: T\n---\n\n\n", "Key: {{ no }}\n\n"]


def wrapped(around, parts):
    inner = "\n\n".join(parts)
    if around == ">":
        return "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    return f"{around}\n\n{textwrap.indent(inner, '    ')}"


snippets = st.builds(
    lambda opens, code: f"{opens}\n{chr(10).join(code)}\n{re.match('[`~]+', opens)[0]}",
    st.sampled_from(FENCES),
    st.lists(st.sampled_from(CODE), min_size=1, max_size=3),
)
blocks = st.recursive(
    snippets | st.sampled_from(OTHER),
    lambda inside: st.builds(wrapped, st.sampled_from(AROUND), st.lists(inside, min_size=1, max_size=3)),
    max_leaves=6,
)
pages = st.builds(
    lambda head, parts: head + "# T\n\n" + "\n\n".join([*parts, "End."]),
    st.sampled_from(HEADS),
    st.lists(blocks, min_size=1, max_size=4),
)


@pytest.fixture
def rendered(site, monkeypatch):
    """Renders a page as MkDocs does, with these outputs."""
    site.page("# T\n")
    config = load_config(str(site.root / "mkdocs.yml"), plugins=[])
    (file,) = get_files(config).documentation_pages()
    runs: list[Run] = []
    monkeypatch.setattr("page_runner.runner.Runner.run", lambda _, page: runs[-1])

    def render(text: str) -> tuple[Run, BeautifulSoup]:
        page = read_page(site.page(text), site.root)
        outputs = [
            Output([("text", f"out {place}\n")] * (place % 3 > 0), title="a.py", fold="The code")
            if isinstance(item, Snippet)
            else f"v{place}w"
            for place, item in enumerate(page.items)
        ]
        runs.append(Run(outputs, page=page))
        errors_of(site.root.resolve()).clear()
        shown = SitePage(None, file, config)
        shown.read_source(config)
        shown.render(config, Files([file]))
        assert not errors_of(site.root.resolve())
        return runs[-1], BeautifulSoup(shown.content, "html.parser")

    return render


def numbers(text: str) -> list[str]:
    return re.findall(r"v\d+w", text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=pages)
def test_code_outputs_and_numbers_are_the_same_in_all_three(rendered, text):
    run, html = rendered(text)
    shown = [each.get_text().rstrip("\n") for each in html.select(".snippet pre > code, .output:not(.output--not-run)")]
    for picture in html.select("img"):
        picture.replace_with(picture["alt"])
    cells = json.loads(notebook(run.page, run.outputs))["cells"]
    sources = [(cell["cell_type"], "".join(cell["source"])) for cell in cells]
    written = plain_page(run.page, run.outputs)
    fences = [token for token in MarkdownIt("commonmark").parse(written) if token.type == "fence"]
    told = [token.content.rstrip("\n") for token in fences if token.info in ("python", "text")]
    away = [item.source.rstrip("\n") for item in run.page.shown]
    assert [code for code in told if code not in away] == shown
    assert [source for kind, source in sources if kind == "code"] == [
        code for code in shown if not code.startswith("out ")
    ]
    values = [value for value in run.outputs if isinstance(value, str)]
    prose = "\n".join(source for kind, source in sources if kind == "markdown")
    assert numbers(html.get_text()) == numbers(written) == numbers(prose) == values
    assert all(("hidden()" in each) == ("hidden()" in text) for each in (str(html), written, prose))
