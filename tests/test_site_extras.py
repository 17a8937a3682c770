"""What the site has beside its pages: times, Markdown, cards, llms.txt; and that lessons run as fast as they say."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image

from page_runner.page import FRONT_MATTER, Page, read_items, read_page
from page_runner.program import Output
from site_extras.cards import SIZE, Look, card, lines
from site_extras.from_html import from_html
from site_extras.plain import plain_notebook, plain_page
from site_extras.reading import minutes, runs_in, words

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LESSONS = [path for path in PAGES if path.parent.name == "lessons"]
LOOK = Look("#fdfbf7", "#2a2723", "#0b5c66")
TICKS = "```"


def plain(text: str, given: list[Output | str]) -> str:
    return plain_page(Page("x.md", text, tuple(read_items(text, "x.md"))), given)


def test_words_are_those_that_a_reader_reads():
    page = f"# One two {{ #id }}\n\n{TICKS}python\nnot these\n{TICKS}\n\nThree [four](a/b.md) <span class='x'>five</span>.\n"
    assert words(page) == 5
    assert words(f"    {TICKS}text\n    no\n    {TICKS}\nyes") == 1
    assert words("It's 3.14 <!-- hidden words -->") == 2


def test_minutes():
    assert [minutes(count) for count in (0, 200, 201, 2000)] == [1, 1, 2, 10]


@pytest.mark.parametrize("wrong", [0, -1, "10", 2.5, True, None])
def test_a_time_to_run_is_a_whole_number(wrong):
    with pytest.raises(ValueError, match="must be a whole number of seconds, such as 20"):
        runs_in({"runs_in": wrong})


def test_an_output_stands_under_its_snippet():
    text = f"# T\n\n{TICKS}python\nprint(1)\n{TICKS}\n\n!!! note\n\n    It is {{{{ 1 }}}}.\n"
    assert plain(text, [Output("1\n"), "1"]) == (
        f"# T\n\n{TICKS}python\nprint(1)\n{TICKS}\n\n{TICKS}text\n1\n{TICKS}\n\n> **Note**\n>\n> It is 1.\n"
    )


def test_what_is_drawn_is_told():
    text = f"{TICKS}python\nx\n{TICKS}\n"
    table = "<style>p{}</style><table><tr><th></th><th>a|b</th></tr><tr><th>0</th><td>&lt;1</td></tr></table>"
    chart = '<figure class="live"><div role="img" aria-label="It &amp; that."></div></figure>'
    given = Output(markup=[table, chart], figures=["<svg/>"], alt="A line.", error="ValueError: no", download="x.csv")
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
    assert f"{TICKS}`text\n{TICKS}\n{TICKS}`" in plain(f"{TICKS}python\nx\n{TICKS}\n", [Output(f"{TICKS}\n")])


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


def test_a_card_is_the_same_each_time_and_light():
    texts = ("A title of more words than fit into one line of the card", "A description. " * 30, "Part", "Course")
    drawn = card(*texts, LOOK)
    assert drawn == card(*texts, LOOK)
    image = Image.open(BytesIO(drawn))
    assert (image.size, image.mode) == (SIZE, "P")
    assert len(drawn) < 30_000
    colours = {colour for _, colour in image.convert("RGB").getcolors()}
    assert {(0xFD, 0xFB, 0xF7), (0x2A, 0x27, 0x23), (0x0B, 0x5C, 0x66)} <= colours


def test_a_word_longer_than_a_line_has_a_line_of_its_own():
    class Face:
        getlength = staticmethod(len)

    assert lines("aa bbbbbb c d", Face(), 4) == ["aa", "bbbbbb", "c d"]


# ---- the built site ----


def address(path: Path) -> str:
    return path.relative_to(ROOT / "docs").with_suffix("").as_posix().removesuffix("index").rstrip("/")


@pytest.fixture(params=PAGES, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def path(request):
    return request.param


def test_each_page_is_there_as_markdown(course, path):
    folder = course.folder / address(path)
    text = (folder / "index.md").read_text("utf-8")
    prose = re.sub(r"^(`{3,}).*?^\1$|`[^`]*`", "", text, flags=re.M | re.S)
    assert "{{" not in prose
    assert not re.search(r"^::: |</?span|</?div", prose, re.M)
    for snippet in read_page(path, ROOT).snippets:
        assert snippet.source.rstrip().split("\n")[0] in text
    html = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    (link,) = html.select("link[rel=alternate][type='text/markdown']")
    assert (folder / link["href"]).resolve() == (folder / "index.md").resolve()
    outputs = [each.get_text().strip() for each in html.select("pre.output")]
    assert [each for each in outputs if each not in text.replace("\n> ", "\n")] == []


def test_each_page_has_a_card_and_words_for_it(course, path):
    html = BeautifulSoup((course.folder / address(path) / "index.html").read_text("utf-8"), "html.parser")
    given = {meta["property"]: meta["content"] for meta in html.select("meta[property^='og:']")}
    assert given["og:url"].rstrip("/") == (course.url + address(path)).rstrip("/")
    assert given["og:title"] in html.title.get_text()
    assert given["og:description"] == html.select_one("meta[name=description]")["content"]
    assert given["og:type"] == ("article" if address(path) else "website")
    assert given["og:image"].startswith(course.url + "assets/cards/")
    file = course.folder / urlsplit(given["og:image"].removeprefix(course.url)).path
    with Image.open(file) as drawn:
        assert drawn.size == (int(given["og:image:width"]), int(given["og:image:height"])) == SIZE
    assert html.select_one("meta[name='twitter:card']")["content"] == "summary_large_image"


def test_the_cards_are_light_and_no_two_are_alike(course):
    cards = [file.read_bytes() for file in (course.folder / "assets/cards").glob("*.png")]
    assert len(set(cards)) == len(cards) >= len(PAGES)
    assert sum(map(len, cards)) < 20_000 * len(cards)


def test_llms_txt_names_every_page(course):
    text = (course.folder / "llms.txt").read_text("utf-8")
    assert text.startswith("# Neural Net Foundations\n\n> ")
    named = re.findall(r"^- \[[^\]]+\]\(([^)]+)\): .+", text, re.M)
    assert all((course.folder / each.removeprefix(course.url)).is_file() for each in named)
    assert {course.url + f"{address(path)}/index.md".lstrip("/") for path in PAGES} <= set(named)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_says_how_long_it_takes_and_what_made_its_numbers(course, path):
    html = BeautifulSoup((course.folder / address(path) / "index.html").read_text("utf-8"), "html.parser")
    meta = yaml.safe_load(FRONT_MATTER.match(path.read_text("utf-8"))["yaml"])
    (times,) = html.select("article h1 + .times")
    assert re.fullmatch(
        rf"{'A draft · ' * bool(meta.get('draft'))}\d+ minutes? to read, longer with the exercises · its code runs in under {runs_in(meta)} seconds",
        times.get_text(),
    )
    assert re.search(r"PyTorch \d+\.\d+\.\d+ and Python 3\.\d+", html.select_one(".provenance").get_text())


def test_other_pages_say_no_such_thing(course):
    html = BeautifulSoup((course.folder / "index.html").read_text("utf-8"), "html.parser")
    assert html.select(".times, .provenance, .done") == []


def test_fonts_of_the_cards_come_with_matplotlib():
    import matplotlib

    fonts = Path(matplotlib.get_data_path(), "fonts/ttf")
    assert {"DejaVuSans.ttf", "DejaVuSerif.ttf"} <= {file.name for file in fonts.iterdir()}
