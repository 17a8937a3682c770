"""The list by which the site is read without a connection, and what `mkdocs serve` has in its place."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from bs4.filter import SoupStrainer
from javascript import fault_in
from mkdocs.commands.build import build
from mkdocs.config import load_config
from project_root import ROOT

from offline_site.plugin import FAREWELL, LIST, SCRIPT, WORKER, listed

SOURCES = sorted((ROOT / "kit/offline_site").glob("*.js"))


@pytest.fixture(autouse=True)
def one_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """MkDocs' own theme says when a page was built."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")


def small_site(folder: Path, command: str = "build", word: str = "Words.") -> Path:
    """A site of one page, built."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    (folder / "docs/index.md").write_text(f"# One page\n\n{word}\n", "utf-8")
    (folder / "docs/a note.txt").write_text("A note.", "utf-8")
    (folder / "mkdocs.yml").write_text(
        "site_name: Small\nsite_url: https://example.org/small/\n"
        "plugins:\n  - search\n  - offline_site: {leave_out: ['*.map', sitemap.xml*]}\n",
        "utf-8",
    )
    config = load_config(str(folder / "mkdocs.yml"))
    config.plugins.on_startup(command=command, dirty=False)
    build(config)
    config.plugins.on_shutdown()
    return folder / "site"


def test_every_file_is_listed_with_a_hash_that_changes_with_it(tmp_path):
    site = small_site(tmp_path)
    found = json.loads((site / LIST).read_text("utf-8"))
    assert {"", "404.html", "a%20note.txt", SCRIPT, "search/search_index.json"} <= set(found)
    assert not {LIST, WORKER, "sitemap.xml"} & set(found)
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert {unquote(each) or "index.html" for each in found} == {
        name for name in files - {LIST, WORKER} if not name.startswith("sitemap.xml") and not name.endswith(".map")
    }
    assert f'src="{SCRIPT}"' in (site / "index.html").read_text("utf-8")
    small_site(tmp_path, word="Other words.")
    after = json.loads((site / LIST).read_text("utf-8"))
    assert {name for name in found if after[name] != found[name]} == {"", "search/search_index.json"}


def test_two_builds_list_the_same_and_the_worker_stays_as_it_is(tmp_path):
    one, two = small_site(tmp_path / "one"), small_site(tmp_path / "two", word="Other words.")
    assert (one / WORKER).read_bytes() == (two / WORKER).read_bytes()
    assert (one / LIST).read_bytes() == (small_site(tmp_path / "three") / LIST).read_bytes()


def test_under_serve_nothing_is_kept_and_an_earlier_worker_goes(tmp_path):
    site = small_site(tmp_path, command="serve")
    assert (site / WORKER).read_text("utf-8") == FAREWELL
    assert "unregister" in FAREWELL
    assert not (site / LIST).exists() and not (site / SCRIPT).exists()
    assert SCRIPT not in (site / "index.html").read_text("utf-8")


def test_addresses_of_pages_end_in_a_slash(tmp_path):
    for name in ("index.html", "lessons/one/index.html", "lessons/one/data.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, "utf-8")
    assert list(listed(tmp_path, [])) == ["", "lessons/one/data.csv", "lessons/one/"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_scripts_are_sound(source):
    assert fault_in(source.read_text("utf-8")) == ""


def test_all_that_the_pages_load_or_link_is_kept(course):
    kept = json.loads((course.folder / LIST).read_text("utf-8"))
    missing = set()
    for page in sorted(course.folder.rglob("*.html")):
        address = urljoin(course.url, page.relative_to(course.folder).as_posix())
        html = BeautifulSoup(
            page.read_text("utf-8"), "html.parser", parse_only=SoupStrainer(["a", "img", "link", "script"])
        )
        for element in html.select("a[href], script[src], img[src], link[rel~=stylesheet], link[rel~=icon]"):
            target = urljoin(address, element.get("src") or element["href"]).partition("#")[0]
            if target.startswith(course.url):
                inside = urlsplit(target).path.removeprefix(urlsplit(course.url).path)
                if inside.removesuffix("index.html") not in kept:
                    missing.add(inside)
    assert missing == set()
    (pad,) = course.folder.glob("assets.*/sketch-pad.js")
    names = {"", "404.html", "search/search_index.json", "sitemap.xml", pad.relative_to(course.folder).as_posix()}
    assert names <= set(kept)


def test_what_is_kept_is_not_too_much(course):
    kept = json.loads((course.folder / LIST).read_text("utf-8"))
    sizes = {}
    for address in kept:
        file = course.folder / unquote(address)
        sizes[address] = (file / "index.html" if file.is_dir() else file).stat().st_size
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:8]
    assert sum(sizes.values()) < 40e6, largest
