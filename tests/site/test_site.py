"""The built site, read without a browser: it shows what the pages say, and needs nothing from elsewhere."""

from __future__ import annotations

import getpass
import gzip
import json
import os
import platform
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from zipfile import ZipFile

import pytest
import yaml
from bs4 import BeautifulSoup
from pages import PAGES as BY_ADDRESS
from pages import expected_outputs
from project_root import ROOT

from page_rules import broken
from page_runner.page import read_page
from strict_policy.inline import hash_of

MANY = 4400  # elements; what is far from the screen is not laid out
HEAVY = 90_000  # bytes of a page alone, compressed
SHORT = 1500  # letters of a script that holds up the page
PAGES = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))


def built(name: str) -> str:
    """The HTML file that a page becomes."""
    path = Path(name)
    folder = path.parent if path.stem == "index" else path.with_suffix("")
    return (folder / "index.html").as_posix()


@cache
def read(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text("utf-8"), "html.parser")


@cache
def names_in(file: Path) -> set[str]:
    return {str(element["id"]) for element in read(file).select("[id]")}


LABS = [path.relative_to(ROOT / "docs").as_posix() for path in sorted((ROOT / "docs").rglob("*.ipynb"))]
FILES = [*map(built, PAGES + LABS), "404.html"]
MOVED = yaml.safe_load((ROOT / "docs/moved.yml").read_text("utf-8"))  # tests/site/browser/test_moved.py opens these


pytestmark = pytest.mark.xdist_group("html")  # so that one process reads each page, once


def test_every_built_page_is_looked_at(course):
    assert {file.relative_to(course.folder).as_posix() for file in course.folder.rglob("*.html")} == {
        *FILES,
        *map(built, MOVED),
    }


def test_python_on_the_pages_is_what_runs(course, subtests):
    for name in PAGES:
        with subtests.test(name):
            shown = [code.get_text() for code in read(course.folder / built(name)).select(".snippet pre > code")]
            assert shown == [snippet.source for snippet in read_page(ROOT / "docs" / name, ROOT).snippets]


def contents(file: Path) -> Iterator[bytes]:
    """What a file holds, and what the files in it hold."""
    yield file.read_bytes()
    if file.suffix == ".whl":
        with ZipFile(file) as packed:
            yield from map(packed.read, packed.namelist())
    if file.suffix == ".gz":
        yield gzip.decompress(file.read_bytes())


def test_nothing_that_is_published_tells_of_the_machine_that_it_was_built_on(course):
    """No path of it, no user and no host."""
    user, host = getpass.getuser(), platform.node()
    own = {str(ROOT), str(Path.home()), sys.prefix, sys.base_prefix, os.path.join(tempfile.gettempdir(), "page-")}
    paths = {path for each in own for path in (each, os.path.realpath(each)) if path not in ("/", "/usr", "/usr/local")}
    tells = "|".join(map(re.escape, sorted(paths, key=len, reverse=True)))
    told = re.compile(rf"(?<![\w./-])(?:{tells})|\b{re.escape(user)}@|[@/]{re.escape(host)}\b".encode())
    assert told.search(f"{Path.home()}/x".encode()) and told.search(f"({user}@{host})".encode())
    files = [file for file in course.folder.rglob("*") if file.is_file()]
    assert {".html", ".ipynb", ".md", ".json", ".whl", ".gz"} <= {file.suffix for file in files}
    assert [
        (file.relative_to(course.folder).as_posix(), data[max(0, match.start() - 40) : match.end() + 40])
        for file in files
        for data in contents(file)
        if (match := told.search(data))
    ] == []


def test_no_two_pages_share_a_title_or_a_description(course):
    for find in (lambda page: page.title.get_text(), lambda page: page.select_one("meta[name=description]")["content"]):
        found = [find(read(course.folder / built(name))).strip() for name in PAGES]
        assert all(found)
        assert len(set(found)) == len(PAGES)


def nothing_is_loaded_from_elsewhere(course, file, html):
    loading = "script[src], img[src], iframe[src], source[src], link:not([rel=canonical])[href]"
    for element in html.select(loading):
        address = urljoin(urljoin(course.url, file), element.get("src") or element["href"])
        assert address.startswith((course.url, "data:")), element


def test_style_sheets_load_nothing_from_elsewhere(course):
    sheets = list(course.folder.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        addresses = re.findall(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""", sheet.read_text("utf-8"))
        assert [address for address in addresses if "//" in address and not address.startswith("data:")] == []


def a_page_has_one_heading_of_the_first_level(course, file, html):
    assert len(html.select("h1")) == 1


def every_figure_says_what_it_shows(course, file, html):
    for figure in html.select(".output--figure"):
        assert figure["role"] == "img"
        assert len(figure["aria-label"].split()) > 3
        assert figure.svg


def every_dialog_and_box_has_a_name(course, file, html):
    for element in html.select("[role=dialog], input[type=text]"):
        assert element.get("aria-label"), element


def no_name_is_given_twice(course, file, html):
    ids = Counter(element["id"] for element in html.select("[id]"))
    assert sorted(name for name, count in ids.items() if count > 1) == []


def drawings_use_names_of_their_own_page(course, file, html):
    drawings = [str(drawing) for drawing in html.select(".output--figure svg")]
    for drawing in drawings:
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawing))
        assert {a or b for a, b in used} <= set(re.findall(r'id="([^"]+)"', drawing))


def links_within_the_course_lead_somewhere(course, file, html):
    for link in html.select("a[href]"):
        target = urljoin(urljoin(course.url, file), link["href"])
        if not target.startswith(course.url):
            assert urlsplit(target).scheme == "https", link
            continue
        parts = urlsplit(target)
        found = course.folder / unquote(parts.path).removeprefix(urlsplit(course.url).path)
        found = found / "index.html" if found.is_dir() else found
        assert found.is_file(), f"{file} links to {link['href']}"
        if parts.fragment and found.suffix == ".html":
            assert unquote(parts.fragment) in names_in(found), f"{file} links to {link['href']}"


def its_policy_is_the_one_of_all_pages_and_lets_it_be(course, file, html):
    said = html.select_one("head > meta[charset] + meta[http-equiv=Content-Security-Policy]")["content"]
    assert said == read(course.folder / "index.html").select_one("meta[http-equiv=Content-Security-Policy]")["content"]
    assert "unsafe" not in said
    for element in html.select("[style], style"):
        raise AssertionError(f"{element} has a style of its own")
    for script in html.select("script:not([src], [type='application/json'])"):
        assert f"'{hash_of(script.string)}'" in said, script
    assert [name for element in html.select("*") for name in element.attrs if name.startswith("on")] == []


def a_page_is_light(course, file, html):
    """What a phone has to read, lay out and run before it answers a finger."""
    assert len(html.select("*")) <= MANY
    marked = html.select(".highlight pre span")
    assert [str(mark) for mark in marked if mark["class"][0] in ("n", "o", "p", "w")] == [], "they look like plain text"
    assert len(gzip.compress(html.encode())) <= HEAVY
    for script in html.select("script:not([type='application/json'])"):
        deferred = script.get("type") == "module" or "defer" in script.attrs
        assert deferred or len(script.text) < SHORT, script
    # Else the bundle would have all of the page styled anew, five times.
    named = 'document.documentElement.className = "js js-focus-visible"'
    assert named in [script.text for script in html.head.select("script")]
    assert html.select("[name=__palette]") and not html.select("[data-md-component=palette]")
    features = json.loads(html.select_one("#__config").text)["features"]
    assert "content.lazy" in features and not {"content.code.copy", "navigation.instant"} & set(features)


CHECKS = (
    a_page_is_light,
    nothing_is_loaded_from_elsewhere,
    a_page_has_one_heading_of_the_first_level,
    every_figure_says_what_it_shows,
    every_dialog_and_box_has_a_name,
    its_policy_is_the_one_of_all_pages_and_lets_it_be,
    no_name_is_given_twice,
    drawings_use_names_of_their_own_page,
    links_within_the_course_lead_somewhere,
)


def test_a_page_says_everything_without_scripts(course, subtests):
    """Its scripts put no output there: in a browser, too, with all else that it shows (tests/site/browser/test_pages.py)."""
    for name, path in BY_ADDRESS.items():
        with subtests.test(name or "home"):
            outputs = read(course.folder / name / "index.html").select(".output")
            assert len(outputs) == len(expected_outputs(path))


@pytest.mark.parametrize("file", FILES)
def test_a_built_page(course, subtests, file):
    for check in CHECKS:
        with subtests.test(check.__name__):
            check(course, file, read(course.folder / file))


@pytest.mark.parametrize("text", ["é", "3x² + 2x", "–", "“a”", "λ", "→", "ŷ"])
def test_broken_text_is_recognised(text):
    assert broken(text) == []
    assert broken(text.encode("utf-8").decode("latin-1"))


def test_text_is_sound():
    written = {".md", ".py", ".pyi", ".html", ".css", ".js", ".svg", ".yml", ".toml", ".typed"}
    files = [ROOT / "README.md", ROOT / "mkdocs.yml"]
    for folder in ("docs", "kit", "src", "theme", "tests"):
        files += [file for file in (ROOT / folder).rglob("*") if file.suffix in written]
    assert len(files) > 20
    assert {str(file): found for file in files if (found := broken(file.read_text("utf-8")))} == {}
