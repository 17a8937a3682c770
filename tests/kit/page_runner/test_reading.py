"""A page is read as Markdown reads it: what is shown as Python runs, and numbers stand where Markdown sees words."""

from __future__ import annotations

import html
import json
import re
import textwrap

import matplotlib as mpl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown import Markdown
from markdown_it import MarkdownIt
from matplotlib import pyplot as plt
from mkdocs.config import load_config
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.pages import Page as SitePage
from tiny_site import CONFIG, TICKS, fence

from page_runner.__main__ import show
from page_runner.check import check_page
from page_runner.display import figures, markup
from page_runner.errors import errors_of
from page_runner.extension import prose
from page_runner.page import PageError, Snippet, parse, read_page
from page_runner.program import Output
from page_runner.runner import Run

mpl.use("agg")

EXTENSIONS = [
    "admonition", "attr_list", "def_list", "md_in_html", "tables", "pymdownx.details", "pymdownx.highlight",
    "pymdownx.superfences", "pymdownx.tabbed",
]  # fmt: skip


MARKDOWN = Markdown(extensions=EXTENSIONS, extension_configs={"pymdownx.highlight": {"pygments_lang_class": True}})
COLOURED = ", ".join(
    f".language-{name} pre > code"
    for name in ("python", "py", "python3", "py3", "Python", "python2", "pycon", "numpy", "ipython", "ipython3")
)


def shown_as_python(text: str) -> list[str]:
    """The code that Markdown itself shows in Python's colours."""
    soup = BeautifulSoup(MARKDOWN.reset().convert(text), "html.parser")
    return sorted(textwrap.dedent(code.get_text()).strip("\n") for code in soup.select(COLOURED))


WORDS = st.sampled_from(
    ["", "Words.", "<b>Words</b> and `code`", "| a |\n|---|\n| b |", "- one\n- two", "~~~~", "```", "> quoted"]
)
NAMES = st.sampled_from(
    ["python", "py", "python3", "Python", "py3", "python2", "pycon", "numpy", "ipython", "text", "", "sh", "html"]
)
TITLES = st.sampled_from(
    ["", 'title="a `b` c"', "title='say \"x\"'", 'title="a {b} c"', 'hl_lines="1"', 'linenums="1"', 'title="```"']
)
INFOS = st.builds(
    lambda name, title, form: form.format(name=name, dot=f".{name}" if name else "", title=title).rstrip(),
    NAMES, TITLES, st.sampled_from(["{name} {title}", " {name} {title}", "{{{dot} {title}}}", "{{ {dot} .c {title} }}", "{name} {{ {title} }}", ".{name} {title}"]),
)  # fmt: skip
CODE = st.lists(
    st.sampled_from(
        ["x = 1", "if x:\n    y = 2", "", "```", "~~~", "````", "# -- > !!!", "\ty", "   ", "<!-- -->", "s = '''`'''"]
    ),
    max_size=4,
)
AROUND = st.sampled_from(
    [
        "",
        "    ",
        "- item\n\n    ",
        "> ",
        "!!! note\n\n    ",
        '??? tip "T"\n\n    ',
        '=== "A"\n\n    ',
        "1. one\n\n    - two\n\n        ",
        "Term\n:   ",
        "  ",
        "\t",
    ]
)
HTML = st.sampled_from(
    [
        ("", ""),
        ("", ""),
        ("<!--\n", "\n-->"),
        ("<pre>\n", "\n</pre>"),
        ("<div markdown>\n\n", "\n\n</div>"),
        ("<div>\n", "\n</div>"),
        ("<script>\n", "\n</script>"),
    ]
)


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """A fence, in or after something."""
    ticks = draw(st.sampled_from(["```", "````", "~~~", "~~~~"]))
    end = draw(st.sampled_from([ticks, ticks, ticks, ticks + " ", ticks + "`", ""]))
    body = "\n".join([ticks + draw(INFOS), *draw(CODE), end])
    around = draw(AROUND)
    indent = "> " if around == "> " else re.sub(r"[^\t ]", " ", around.rpartition("\n")[2])
    first, *rest = body.split("\n")
    text = "\n".join([around + first, *(indent + line for line in rest)])
    before, after = draw(HTML)
    return f"{before}{text}{after}"


def check_reading(text: str) -> None:
    """What Markdown shows as Python runs, or the page is refused."""
    page = parse(text, "x.md")
    if not page.errors:
        assert sorted(snippet.source.strip("\n") for snippet in page.snippets) == shown_as_python(text)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(blocks(), WORDS), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_markdown_shows_as_python_runs_or_is_refused(parts, end):
    check_reading(("# T\n\n" + "\n\n".join(parts) + "\n").replace("\n", end))


# Where a value can stand: the Markdown around it, and where it is then found.
PLACES = {
    "sentence": ("Before {{ v }} after.", ".sentence p"),
    "beginning": ("{{ v }} after", ".beginning p"),
    "alone": ("{{ v }}", ".alone p"),
    "heading": ("## Now {{ v }}", ".heading h2"),
    "cell": ("| a | b |\n|---|---|\n| {{ v }} | c |", ".cell td"),
    "item": ("- {{ v }}\n- b", ".item li"),
    "title": ('!!! note "N {{ v }}"\n\n    Words.', ".title .admonition-title"),
    "fold": ('??? note "N {{ v }}"\n\n    In it {{ v }}.', ".fold summary"),
    "tab": ('=== "T {{ v }}"\n\n    Words.', ".tab label"),
    "link": ("[a {{ v }}](https://example.org)", ".link a"),
    "strong": ("**a {{ v }}**", ".strong strong"),
    "quote": ("> {{ v }}", ".quote blockquote p"),
    "term": ("Term {{ v }}\n:   Words.", ".term dt"),
    "html": ("<p>In HTML {{ v }}</p>", ".html p"),
}
ATTRIBUTES = {
    "image": ("![A {{ v }}](a.png)", "alt"),
    "hover": ('[a](https://example.org "T {{ v }}")', "title"),
}
SIGNS = [
    "|", "# ", "1. ", "!!! note", "??? x", '=== "x"', "{: onclick=alert(1) }", "{ #id }", "https://example.org", "www.example.org",
    "a@example.org", ":smile:", "[^1]", "[x][y]", "[x]: y", "[TOC]", "\x02", "\x03", "\x02wzxhzdk:0\x03", "\x02klzzwxh:0000\x03", "\n", "\n\n", "\r",
    "{{ v }}", "}}", "<b>", "&amp;", "&", '"', "'", "`", "```", "~~~", "*a*", "__b__", "\\", "\\*", "$x$", "\\(x\\)", "- ", "+ ", "> ", "---", "===",
    "qzjvalue0z", "qzjnumber0z", "qzjfence0z", "*[HTML]: x", ":::", "::: x", "--8<--", "    ", "\t", "\0", "\x1b[1m", "\x7f", "\x85", "\ud800", "é", "😀", "(c)", "-->", "<!--", "]]>", "++a++", "==a==", "/// x", "::", "a", "1", " ",
]  # fmt: skip
VALUES = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(st.characters(), max_size=3)), max_size=8).map("".join)
VALUE_CONFIG = (
    CONFIG
    + "  - abbr\n  - def_list\n  - footnotes\n  - md_in_html\n  - toc: {permalink: false}\n  - pymdownx.emoji\n  - pymdownx.magiclink\n  - pymdownx.smartsymbols\n  - pymdownx.tasklist\n  - smarty\n"
)
VALUE_PAGE = "# Home {{ v }}\n\n" + "\n\n".join(
    f'<div class="{name}" markdown="1">\n\n{text}\n\n</div>' for name, (text, _) in {**PLACES, **ATTRIBUTES}.items()
) + "\n\n" + fence("'a snippet'")  # fmt: skip


COMMON_MARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture
def value_page(site, monkeypatch):
    site.config(VALUE_CONFIG)
    site.page(VALUE_PAGE)
    return Rendered(site.root, monkeypatch)


def as_shown(value: str) -> str:
    """A value with signs for what HTML cannot hold."""
    signs = {chr(code): chr(0x2400 + code) for code in range(32) if chr(code) not in "\t\n"} | {"\x7f": "\u2421"}
    return "".join(
        signs.get(c, c if not ("\x80" <= c < "\xa0" or "\ud800" <= c < "\ue000") else ascii(c)[1:-1]) for c in value
    )


class Rendered:
    """A page as MkDocs renders it, with any values for its numbers."""

    def __init__(self, root, monkeypatch):
        self.config = load_config(str(root / "mkdocs.yml"), plugins=[])
        (file,) = get_files(self.config).documentation_pages()
        self.file, self.root = file, root
        monkeypatch.setattr("page_runner.runner.Runner.run", lambda _, page: self.run)
        self.tags = [tag.name for tag in BeautifulSoup(self.render("x").content, "html.parser").find_all()]

    def render(self, value: str) -> SitePage:
        page = read_page(self.root / "docs/index.md", self.root)
        self.run = Run(
            [Output([("text", "a")]) if isinstance(item, Snippet) else value for item in page.items], page=page
        )
        errors_of(self.root.resolve()).clear()
        rendered = SitePage(None, self.file, self.config)
        rendered.read_source(self.config)
        rendered.render(self.config, Files([self.file]))
        assert not errors_of(self.root.resolve())
        return rendered


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=VALUES)
def test_a_value_is_found_again_wherever_it_stands(value_page, value):
    rendered = value_page.render(value)
    soup, shown = BeautifulSoup(rendered.content, "html.parser"), as_shown(value)
    for name, (_, selector) in PLACES.items():
        assert shown in soup.select_one(selector).get_text(), name
    for name, (_, attribute) in ATTRIBUTES.items():
        assert soup.select_one(f".{name} [{attribute}]")[attribute].endswith(
            f"T {shown}" if name == "hover" else f"A {shown}"
        )
    (home,) = rendered.toc
    assert html.unescape(home.title).split() == f"Home {shown}".split()
    assert html.unescape(home.children[0].title).split() == f"Now {shown}".split()
    assert html.unescape(str(rendered.title)).split() == f"Home {shown}".split()
    assert [tag.name for tag in soup.find_all()] == value_page.tags


@settings(max_examples=100, deadline=None)
@given(value=VALUES)
def test_a_value_is_no_markdown_in_a_notebook_either(value):
    text = prose(value)
    page = COMMON_MARK.render(
        f"Before {text} after.\n\n{text};\n\n- {text};\n\n# T {text};\n\n| a |\n|---|\n| {text}; |\n"
    )
    soup, shown = BeautifulSoup(page, "html.parser"), " ".join(f"{as_shown(value)};".split())
    assert [tag.name for tag in soup.find_all()] == [
        "p",
        "p",
        "ul",
        "li",
        "h1",
        "table",
        "thead",
        "tr",
        "th",
        "tbody",
        "tr",
        "td",
    ]
    for tag in soup.select("p:nth-of-type(2), li, h1, td"):
        assert " ".join(tag.get_text().split()).endswith(shown)


# What a page may hold, and which numbers Markdown sees there.
SEEN = {
    "{{ a }}": ["a"],
    "x {{ {1, 2} }} y {{ d['a']['}}'] }}": ["{1, 2}", "d['a']['}}']"],
    "{{ {'a': 1}['a']:>4 }} {{ f'{x:{y}}}}' }}": ["{'a': 1}['a']:>4", "f'{x:{y}}}}'"],
    "{{ x[1:2] }} {{ x[1:2]:.2f }} {{ d:%H:%M }} {{ x!r:>9 }}": ["x[1:2]", "x[1:2]:.2f", "d:%H:%M", "x!r:>9"],
    "{{ (y := 3) }} {{ (lambda v: v)(1):.1f }} {{ x:{w}.2f }}": ["(y := 3)", "(lambda v: v)(1):.1f", "x:{w}.2f"],
    "{{ [{'k': {1}} for _ in x] }} {{ '{{' }} {{{a, b}}}": ["[{'k': {1}} for _ in x]", "'{{'", "{a, b}"],
    "# {{ a }}": ["a"],
    "| {{ a }} |\n|---|\n| {{ b }} |": ["a", "b"],
    "- {{ a }}\n\n    {{ b }}\n": ["a", "b"],
    '!!! note "{{ a }}"\n\n    {{ b }}\n\n        {{ code }}': ["a", "b"],
    "![{{ a }}](b.png \"{{ c }}\") [d](e.md '{{ f }}')": ["a", "c", "f"],
    '[{{ a }}][r]\n\n[r]: x.md "{{ t }}"': ["a", "t"],
    "<p>{{ a }} <samp>{{ b }}</samp></p>": ["a", "b"],
    "<div markdown>\n\n{{ a }}\n\n<p>{{ b }}</p>\n\n</div>": ["a", "b"],
    "`{{ a }}` ``{{ b }} ` `` {{ c }}": ["c"],
    "`over\n{{ a }}\nlines` {{ b }}": ["b"],
    "<code>{{ a }}</code> <pre>{{ b }}</pre>": [],
    "<pre>\n{{ a }}\n\n{{ b }}\n</pre>": [],
    "<!-- {{ a }} -->": [],
    "<!--\n\n{{ a }}\n\n{{ b \n-->": [],
    "Words <!-- {{ a }} --> {{ b }}": ["b"],
    "Words\n\n    {{ a }}": [],
    "~~~text\n{{ a }\n~~~": [],
    "<script>\nx = `{{ a }}`\n</script>": [],
    "<img alt='{{ a }}'> <a title=\"{{ b }}\">{{ c }}</a>": ["c"],
    "[a](x_{{n}}.md) <https://example.org/{{b}}>": [],
    "[r]: x_{{a}}.md": [],
    "$x^{{2}}$ and $$\\frac{{1}}{{2}}$$ {{ a }}": ["a"],
    "\\(x_{{1}}\\) \\[{{1}}\\]": [],
    "\\begin{align}{{1}}\\end{align}": [],
    "${{ a }} and ${{ b }}, or (${{ c }}–${{ d }})": ["a", "b", "c", "d"],
    "\\{{ a }} \\\\{{ b }} \\{ c \\}\\}": ["b"],
    "x^{y_{i}} and {{a} b}": [],
    "[^1]\n\n[^1]: {{ a }}": ["a"],
    "Key: {{ a }}\nOther: b\n\n{{ c }}": ["c"],
    "---\ntitle: T\n---\n{{ a }}\n\n---\n\n{{ b }}\n\n---\n": ["a", "b"],
    "{{ a }}\r\n\r\n{{ b }}\r{{ c }}": ["a", "b", "c"],
}


@pytest.mark.parametrize(("text", "numbers"), SEEN.items())
def test_numbers_stand_where_markdown_sees_words(text, numbers):
    page = parse(text, "x.md")
    assert page.errors == () and [item.expression for item in page.items] == numbers


LEFT = r"""
Words `{{ x }}`, <code>{{ x }}</code>, \{{ x }}, [a](x_{{x}}.md)

    Hello {{ x }}!

<pre>Hello {{ x }}!</pre>

<!-- {{ todo_write_this }} -->

It is {{ {x + 1} }}, and {{ x:0>{x + 2}d }}.

{{ x }}. A sentence.
"""


def test_what_is_no_number_is_left_as_it_is_written(site):
    site.page("# Home\n")
    site.page("# Left\n\n" + fence("x = 1") + LEFT, "lesson")
    built = site.build()
    assert built.ok, built.errors
    page = built.page("lesson")
    assert [code.get_text() for code in page.select("p code")] == ["{{ x }}", "{{ x }}"]
    assert "{{ x }}, a" in page.p.get_text() and page.p.a["href"] == "x_{{x}}.md"
    assert [pre.get_text().strip() for pre in page.select("pre")][1:] == ["Hello {{ x }}!"] * 2
    assert page.select("p")[-2].get_text() == "It is {2}, and 001." and "todo_write_this" in str(page)
    assert check_page(site.root / "docs/lesson.md", site.root) == 1
    book = (built.site / "lesson/lesson.ipynb").read_text("utf-8")
    assert (
        r"\\{{ x }}" in book
        and "Hello {{ x }}!" in book
        and "It is {2}, and 001." in book
        and r"1\\. A sentence." in book
    )


FORMS = [
    "python",
    "py",
    "Python",
    " python3",
    "{.python}",
    '{ .py .wide #one title="A `b`" }',
    'py title="`x`"',
    "py {.a}",
]


def test_every_form_of_a_fence_runs_where_it_stands(site):
    text = "# Forms\n\n"
    for number, (form, ticks) in enumerate(zip(FORMS, ["```", "~~~", "````", "~~~~"] * 2, strict=True)):
        text += f"{ticks}{form}\nprint({number})\n{ticks}\n\n"
    text += f"> {TICKS}py\n> print('quoted')\n> {TICKS}\n\n1. one\n\n\t{TICKS}python\n\tprint('a\tb')\n\t{TICKS}\n\n"
    text += f"````python\nprint('''\n{TICKS}\n''')\n````\n\n<!--\n{fence('1 / 0')}-->\n\n"
    text += f"Code:\n\n    {TICKS}python\n    1 / 0\n    {TICKS}\n"
    site.page("# Home\n")
    site.page(text.replace("\n", "\r\n"), "lesson")
    built = site.build()
    assert built.ok, built.errors
    assert built.outputs("lesson") == [*map(str, range(8)), "quoted", "a    b", f"\n{TICKS}"]
    page = built.page("lesson")
    assert len(page.select(".highlight.snippet")) == 11 and page.select_one("blockquote .snippet + .output")
    assert page.select_one("#one.wide.snippet .filename").get_text() == "A `b`"
    assert page.select_one("li .snippet + .output") and "1 / 0" in page.select("pre")[-1].get_text()
    assert check_page(site.root / "docs/lesson.md", site.root) == 11


def test_all_faults_of_a_page_are_said_at_once(site):
    fences = [f"{TICKS}python2\nx\n{TICKS}\n"] * 15 + [fence("x", "rises='x'")] * 15
    path = site.page("# T\n\n" + "\n".join(fences) + "\n{{ x + }}\n\n{{ y\n\n{{ 1 2 }} and {{ ) }}\n")
    lines = [*range(3, 123, 4), 123, 125, 127, 127]
    errors = site.build().errors
    assert [int(error.split(":")[1]) for error in errors[:-1]] == lines
    assert "in {{ x + }}" in errors[-5] and "or \\{{ for two braces" in errors[-5]
    with pytest.raises(PageError) as raised:
        check_page(path, site.root)
    assert str(raised.value).count("docs/index.md:") == len(lines)


CONSOLE = f"{TICKS}pycon run='no'\n>>> 1 / 0\n{TICKS}\n\n"
NOT_RUN = fence("import antigravity", 'run="no"') + "\n" + fence("1 / 0", 'run="no: it needs <eight> GPUs" title="Big"')


def test_python_can_be_shown_and_not_run(site, capsys):
    site.page("# Home\n")
    path = site.page("# T\n\n" + NOT_RUN + "\n" + CONSOLE + fence("print(1)"), "lesson")
    built = site.build()
    assert built.ok, built.errors
    assert built.outputs("lesson") == ["Not run here.", "Not run here: it needs <eight> GPUs", "Not run here.", "1"]
    page = built.page("lesson")
    assert (
        len(page.select(".highlight.not-run")) == 3
        and page.select_one(".not-run .gp")
        and len(page.select(".snippet")) == 1
    )
    assert page.select_one(".not-run .kn"), "it has Python's colours"
    cells = json.loads((built.site / "lesson/lesson.ipynb").read_text("utf-8"))["cells"]
    assert ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"] == ["print(1)"]
    assert f"import antigravity\n{TICKS}\n\n*Not run here.*" in "".join(cells[0]["source"])
    assert check_page(path, site.root) == 1
    show(path, site.root)
    assert "docs/lesson.md: 1 snippets ran, 3 are shown and not run (line 3, 7, 11)" in capsys.readouterr().out


def test_what_is_written_in_options_is_no_markup(site):
    words = "<b>The</b> `code` *of* { x } | [a](b)"
    site.page("# T\n\n" + fence("1", f'fold="{words}" title="<i>t</i>"'))
    built = site.build()
    assert built.ok, built.errors
    assert built.find("summary").get_text() == words and built.find(".filename").get_text() == "<i>t</i>"


ODD = "<b> \"x\" 'y' | *z* \x02 {{ 1 }}"


def test_numbers_stand_in_the_words_of_options(site):
    text = fence(f"v = {ODD!r}") + "\n" + fence("1", r'fold="F {{ v }} \{{ w }}" title="T {{ v }} \{{ w }}"')
    text += "\n" + fence(
        "import matplotlib.pyplot as plt\nplt.plot([1]);", r'alt="A {{ v }} \{{ w }}" title="{{ 2:.1f }}"'
    )
    path = site.page("# T\n\n" + text + "\n" + fence("1", r'run="no: \{{ w }}" title="\{{ w }}"'))
    built = site.build()
    assert built.ok, built.errors
    page, words = built.page(), as_shown(ODD) + " {{ w }}"
    assert page.summary.get_text() == f"F {words}" and page.select_one("svg").parent["aria-label"] == f"A {words}"
    assert [title.get_text() for title in page.select(".filename")] == [f"T {words}", "2.0", "{{ w }}"]
    assert page.select_one(".output--not-run").get_text() == "Not run here: {{ w }}"
    assert check_page(path, site.root) == 3


def test_numbers_of_options_that_fail_are_said_with_all_others(site):
    site.page("# T\n\n" + fence("x = 1", 'fold="{{ y }} and {{ z }}" title="{{ x }}"') + "\n{{ x }} {{ w }}\n")
    built = site.build()
    assert [re.findall(r"^docs/index.md:(\d+): NameError: name '(\w)'", error, re.M) for error in built.errors] == [
        [("3", "y"), ("3", "z")], [("7", "w")], [],
    ]  # fmt: skip
    assert built.find("summary").get_text() == "… and …" and built.page().select("p")[-1].get_text() == "1 …"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ('title="{{ x }}" run="no"', 'title="{{ x }}" can hold no number, as code that is not run gives none'),
        ('fold="{{ x }}" run="no"', 'fold="{{ x }}" can hold no number, as code that is not run gives none'),
        ('run="no: {{ x }}"', 'run="no: {{ x }}" can hold no number'),
        ('varies="{{ x }}"', 'varies="{{ x }}" can hold no number, as what varies is not shown: write it out, or \\{{'),
        ('varies="x" fold="{{ x }}"', 'fold="{{ x }}" can hold no number, as what varies is not shown'),
        ('varies="x" title="{{ x }}"', 'title="{{ x }}" can hold no number, as what varies is not shown'),
        ('title="{{ x + }}"', "SyntaxError: invalid syntax in {{ x + }}"),
        ('fold="{{ x }"', "“{{ x }” lacks a brace"),
    ],
)
def test_where_no_number_can_stand_it_is_refused(options, what):
    (error,) = parse("# T\n\n" + fence("1", options), "x.md").errors
    assert error.line == 3 and what in error.message


def test_code_that_the_projects_own_markdown_shows_otherwise_is_an_error(site):
    """A span of ticks in the page's words, which relaxed headers make a fence that swallows the snippet."""
    site.config(CONFIG.replace("pymdownx.superfences", "pymdownx.superfences: {relaxed_headers: true}"))
    site.page(f"# T\n\n~~~text a?b\n\n{fence('x = 1')}\n\n~~~\n\n{fence('y = 1')}\n\n~~~\n")
    built = site.build()
    assert not built.ok and "docs/index.md:5: the snippet is not shown on the page" in built.errors


CELLS = [
    '<p style="x: y">',
    'it\'s "so" border="1"',
    "<style>b</style> <th></th> &amp; &lt;",
    "a | b `c` *d*",
    "</td><td>x</td>",
    "&lt;b&gt; &#60;",
    'id="text_1" id="a_2"; font-family: \'DejaVu Sans\'',
]


@pytest.mark.parametrize("text", CELLS)
def test_cells_and_titles_keep_their_text(text):
    soup = BeautifulSoup(markup(pd.DataFrame({text: [text]}, index=[text])._repr_html_(), "a"), "html.parser")
    assert [cell.get_text() for cell in soup.select("td, th")] == ["", text, text, text]
    assert not soup.select("[style], [border], style")
    plt.title(text)
    (drawn,) = figures("a")
    assert text in [words.get_text().strip() for words in BeautifulSoup(drawn, "html.parser").select("text")]
