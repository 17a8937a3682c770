"""Files that a page's snippets offer: a link under the snippet, and the file beside the page."""

from __future__ import annotations

import pytest
from tiny_site import TICKS, fence

WRITE = "from pathlib import Path\n_ = Path('a.bin').write_bytes({content!r})"
BYTES = bytes(range(256)) * 8
OFFER = fence(WRITE.format(content=BYTES), 'download="a.bin"')


@pytest.mark.parametrize(("page", "place"), [("index", "a.bin"), ("lesson", "lesson/a.bin"), ("b/c", "b/c/a.bin")])
def test_the_file_lies_beside_the_page_that_links_it(site, page, place):
    site.page(OFFER, page)
    built = site.build()
    assert built.ok, built.errors
    assert (built.site / place).read_bytes() == BYTES
    link = built.find(".output--download a", page)
    assert link["href"] == "a.bin" and link.has_attr("download")
    assert built.outputs(page) == ["Download a.bin (2 kB)"]
    assert "download=" not in built.find(".snippet", page).get_text()


def test_without_folders_for_pages_the_link_holds_too(site):
    site.config((site.root / "mkdocs.yml").read_text("utf-8") + "use_directory_urls: false\n")
    site.page(OFFER, "b/lesson")
    built = site.build()
    assert built.ok, built.errors
    assert (built.site / "b/lesson.html").exists() and (built.site / "b/a.bin").read_bytes() == BYTES


def test_a_kept_file_is_published_again_without_a_run(site, tmp_path):
    log = tmp_path / "log"
    site.page(OFFER.replace(TICKS + "\n", f"_ = open({str(log)!r}, 'a').write('run')\n{TICKS}\n"), "lesson")
    first = site.build()
    published = first.site / "lesson/a.bin"
    published.unlink()
    assert site.build().ok and published.read_bytes() == BYTES
    assert log.read_text("utf-8") == "run"


def test_it_is_the_file_as_the_snippet_left_it(site):
    later = "_ = Path('a.bin').write_bytes(b'later')"
    site.page(OFFER + "\n" + fence(later), "lesson")
    assert (site.build().site / "lesson/a.bin").read_bytes() == BYTES


def test_the_kept_outputs_are_thrown_away_when_the_file_in_them_is_damaged(site):
    site.page(OFFER, "lesson")
    built = site.build()
    (entry,) = (site.root / ".cache/page_runner").iterdir()
    entry.write_text(entry.read_text("utf-8").replace("AAECAwQF", "AAECAwQG", 1), "utf-8")
    assert site.build().ok and (built.site / "lesson/a.bin").read_bytes() == BYTES


@pytest.mark.parametrize(
    ("code", "name", "words"),
    [
        ("x = 1", "a.bin", "offers a.bin, but has left no such file"),
        ("import os; os.mkdir('a.bin')", "a.bin", "has left no such file"),
        ("x = 1", "../a.bin", "must be the plain name of a file"),
        ("x = 1", ".a", "must be the plain name of a file"),
        ("x = 1", "a.", "must be the plain name of a file"),
        ("x = 1", "", "must be the plain name of a file"),
        ("open('a.bin', 'wb').write(bytes(5_000_001));", "a.bin", "a.bin weighs 5,000,001 bytes, over 5,000,000"),
    ],
)
def test_what_cannot_be_offered_is_an_error_of_the_page(site, code, name, words):
    site.page(fence(code, f'download="{name}"'))
    built = site.build()
    assert not built.ok and words in "".join(built.errors)
    assert not built.page().select(".output--download")


PLACES = {  # what else the site has, the name that the page lesson.md offers, and where they would meet
    "offered twice": ("docs/c.md", "a.bin"),
    "already there": ("docs/lesson/a.bin", "a.bin"),
    "differs in capitals": ("docs/lesson/A.bin", "a.bin"),
    "has none where this has capitals": ("docs/lesson/a.bin", "A.bin"),
    "a folder": ("docs/lesson/a.bin/b.bin", "a.bin"),
    "the page": ("docs/c.md", "index.html"),
    "its notebook": ("docs/c.md", "lesson.ipynb"),
}


@pytest.mark.parametrize(("other", "name"), PLACES.values(), ids=list(PLACES))
def test_two_files_do_not_share_a_place(site, other, name):
    site.page("# Home\n")
    site.write(other, "# Other\n")
    offer = OFFER.replace("a.bin", name)
    site.page("# Lesson\n\n" + offer + (offer if name == "a.bin" and other == "docs/c.md" else ""), "lesson")
    built = site.build()
    line = 8 if name == "a.bin" and other == "docs/c.md" else 4
    words = f"docs/lesson.md:{line}: offers {name}, but the site has something else at lesson/{name}"
    assert not built.ok and words in built.errors
    assert words in built.find(".page-error", "lesson").get_text()
    assert built.find("h1", "c" if "c.md" in other else "lesson")  # the other pages stand


def test_a_file_that_would_become_a_page_is_refused(site):
    site.page(OFFER.replace("a.bin", "a.md"))
    built = site.build()
    assert not built.ok and "docs/index.md:2: a.md would become a page of the site" in built.errors[0]


def test_nor_does_a_file_of_the_home_page_take_the_place_of_one_that_the_theme_makes(site):
    site.page(OFFER.replace("a.bin", "sitemap.xml"))
    built = site.build()
    assert not built.ok and "offers sitemap.xml, but the site has something else at sitemap.xml" in built.errors[0]
