"""What the site has beside its pages: each as Markdown, its card, llms.txt; and the times under a lesson's title."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup
from PIL import Image
from project_root import ROOT

from link_cards.cards import SIZE
from page_runner.front_matter import FRONT_MATTER
from page_runner.page import read_page
from page_runner.times import runs_in

PAGES = sorted((ROOT / "docs").rglob("*.md"))
LESSONS = [path for path in PAGES if path.parent.name == "lessons"]


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


def test_llms_full_txt_has_the_text_of_every_page(course):
    text = (course.folder / "llms-full.txt").read_text("utf-8")
    for path in PAGES:
        page = (course.folder / address(path) / "index.md").read_text("utf-8")
        assert f"<!-- {course.url}{address(path)}{'/' * bool(address(path))} -->\n\n{page.strip()}\n" in text


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_says_how_long_it_takes_and_what_made_its_numbers(course, path):
    html = BeautifulSoup((course.folder / address(path) / "index.html").read_text("utf-8"), "html.parser")
    meta = yaml.safe_load(FRONT_MATTER.match(path.read_text("utf-8"))["yaml"])
    (times,) = html.select("article h1 + .times")
    assert re.fullmatch(
        rf"{'A draft · ' * bool(meta.get('draft'))}\d+ minutes? to read, longer to work through · its code runs in under {runs_in(meta)} seconds",
        times.get_text(),
    )
    assert re.search(r"PyTorch \d+\.\d+\.\d+ and Python 3\.\d+", html.select_one(".provenance").get_text())


def test_other_pages_say_no_such_thing(course):
    html = BeautifulSoup((course.folder / "index.html").read_text("utf-8"), "html.parser")
    assert html.select(".times, .provenance, .done") == []
