"""The built site, read without a browser: it shows what the pages say, and needs nothing from elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from html import unescape
from itertools import zip_longest
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from page_runner.page import read_page

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))


def built(name: str) -> str:
    """The HTML file that a page becomes."""
    path = Path(name)
    folder = path.parent if path.stem == "index" else path.with_suffix("")
    return (folder / "index.html").as_posix()


LABS = [path.relative_to(ROOT / "docs").as_posix() for path in sorted((ROOT / "docs").rglob("*.ipynb"))]
SOURCES = {built(name): name for name in PAGES}
FILES = [*SOURCES, *map(built, LABS), "404.html"]


def test_every_built_page_is_looked_at(course):
    assert {file.relative_to(course.folder).as_posix() for file in course.folder.rglob("*.html")} == set(FILES)


def test_no_two_pages_share_a_title_or_a_description(course):
    texts = [(course.folder / file).read_text("utf-8") for file in SOURCES]
    heads = [BeautifulSoup(text.partition("</head>")[0], "html.parser") for text in texts]
    for find in (lambda page: page.title.get_text(), lambda page: page.select_one("meta[name=description]")["content"]):
        found = [find(head).strip() for head in heads]
        assert all(found)
        assert len(set(found)) == len(PAGES)


def test_style_sheets_load_nothing_from_elsewhere(course):
    sheets = list(course.folder.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        addresses = re.findall(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""", sheet.read_text("utf-8"))
        assert [address for address in addresses if "//" in address and not address.startswith("data:")] == []


# ---- What holds for every page: each check gives what is wrong with one, or nothing ----


def python_other_than_what_runs(course, file, html):
    if file not in SOURCES:
        return []
    shown = [code.get_text() for code in html.select(".snippet pre > code")]
    runs = [snippet.source for snippet in read_page(ROOT / "docs" / SOURCES[file], ROOT).snippets]
    return [pair for pair in zip_longest(shown, runs) if pair[0] != pair[1]]


def loaded_from_elsewhere(course, file, html):
    loading = "script[src], img[src], iframe[src], source[src], link:not([rel=canonical])[href]"
    addresses = {
        urljoin(urljoin(course.url, file), element.get("src") or element["href"]) for element in html.select(loading)
    }
    return [address for address in addresses if not address.startswith((course.url, "data:"))]


def other_than_one_heading_of_the_first_level(course, file, html):
    found = html.select("h1")
    return [] if len(found) == 1 else [len(found), *found]


def figures_that_do_not_say_what_they_show(course, file, html):
    return [
        figure.attrs
        for figure in html.select(".output--figure")
        if figure.get("role") != "img" or len(figure.get("aria-label", "").split()) < 4 or not figure.svg
    ]


def dialogs_and_boxes_without_a_name(course, file, html):
    return [element for element in html.select("[role=dialog], input[type=text]") if not element.get("aria-label")]


def names_given_twice(course, file, html):
    names = Counter(element["id"] for element in html.select("[id]"))
    return [name for name, count in names.items() if count > 1]


def names_that_drawings_use_and_do_not_have(course, file, html):
    missing = []
    for drawing in map(str, html.select(".output--figure svg")):
        used = {a or b for a, b in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawing)}
        missing += used - set(re.findall(r'id="([^"]+)"', drawing))
    return missing


def links_that_lead_nowhere(course, file, html):
    addresses = {link["href"] for link in html.select("a[href]")}
    return [
        address for address in addresses if not leads_somewhere(course, urljoin(urljoin(course.url, file), address))
    ]


def leads_somewhere(course, target):
    """Whether an address is of another site, or of a file of the course and of something in it."""
    parts = urlsplit(target)
    if not target.startswith(course.url):
        return parts.scheme == "https"
    found = course.folder / unquote(parts.path).removeprefix(urlsplit(course.url).path)
    found = found / "index.html" if found.is_dir() else found
    if parts.fragment and found.suffix == ".html" and found.is_file():
        return unquote(parts.fragment) in names_in(found)
    return found.is_file()


@cache
def names_in(file: Path) -> set[str]:
    """The ids on a page, found without building its tree, since each page is linked from all others."""
    return {unescape(name) for name in re.findall(r'\sid="([^"]*)"', file.read_text("utf-8"))}


CHECKS = [
    python_other_than_what_runs,
    loaded_from_elsewhere,
    other_than_one_heading_of_the_first_level,
    figures_that_do_not_say_what_they_show,
    dialogs_and_boxes_without_a_name,
    names_given_twice,
    names_that_drawings_use_and_do_not_have,
    links_that_lead_nowhere,
]


@pytest.mark.parametrize("file", FILES)
def test_a_page_is_sound(course, file):
    html = BeautifulSoup((course.folder / file).read_text("utf-8"), "html.parser")
    assert {check.__name__: wrong for check in CHECKS if (wrong := check(course, file, html))} == {}


# Text that was UTF-8, was read as Windows-1252 or Latin-1, and was saved again, as “é” that has become “Ã©”.
BROKEN = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]{1,3}")


def mojibake(text: str) -> list[str]:
    found = ["\ufffd"] if "\ufffd" in text else []
    for match in BROKEN.finditer(text):
        for encoding in ("cp1252", "latin-1"):
            try:
                match[0].encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            found.append(match[0])
            break
    return found


@pytest.mark.parametrize("text", ["é", "3x² + 2x", "–", "“a”", "λ", "→", "ŷ"])
def test_broken_text_is_recognised(text):
    assert mojibake(text) == []
    assert mojibake(text.encode("utf-8").decode("latin-1"))


def test_text_is_sound():
    written = {".md", ".py", ".pyi", ".html", ".css", ".js", ".svg", ".yml", ".toml", ".typed"}
    files = [ROOT / "README.md", ROOT / "mkdocs.yml"]
    for folder in ("docs", "src", "theme", "tests"):
        files += [file for file in (ROOT / folder).rglob("*") if file.suffix in written]
    assert len(files) > 20
    assert {str(file): found for file in files if (found := mojibake(file.read_text("utf-8")))} == {}
