"""Old addresses lead on: as a whole and part by part, checked in each build."""

from __future__ import annotations

import json

import pytest
from tiny_site import Site

CONFIG = """
site_name: Small
theme: {name: null, custom_dir: theme}
plugins: [moved_pages]
markdown_extensions: [attr_list]
"""
MOVED = "old/long.md: {new/first.md: [], second.md: [end, q-1]}\n"


@pytest.fixture
def moved(site: Site) -> Site:
    """A long page that has become two."""
    site.config(CONFIG)
    site.page("# Home\n")
    site.page("# First & foremost\n\n## Begin\n", "new/first")
    site.page("# Second\n\n## End\n\nA question.\n{ #q-1 }\n", "second")
    site.write("docs/moved.yml", MOVED)
    return site


def test_an_old_page_leads_on_with_scripts_and_without(moved: Site):
    built = moved.build(strict=True)
    assert built.errors == [] and not (built.site / "moved.yml").exists()
    page = built.page("old/long")
    (link,) = page.select("a")
    assert (link["href"], link.get_text(), page.title.get_text()) == (
        "../../new/first/",
        "First & foremost",
        "First & foremost",
    )
    assert page.select_one("meta[http-equiv=refresh]")["content"] == "1; url=../../new/first/"
    assert page.select_one("link[rel=canonical]")["href"] == "../../new/first/"
    script = page.select_one("script")
    assert json.loads(script["data-parts"]) == {"end": "../../second/", "q-1": "../../second/"}
    assert (built.site / "old/long" / script["src"]).resolve().is_file() and not script.get_text()


def test_without_folders_as_addresses_too(moved: Site):
    moved.config(f"{CONFIG}use_directory_urls: false\n")
    built = moved.build(strict=True)
    page = built.page("index") and (built.site / "old/long.html").read_text("utf-8")
    assert 'href="../new/first.html"' in page and 'src="../assets/moved.js"' in page


def test_a_site_without_a_list_is_as_it_was(moved: Site):
    (moved.root / "docs/moved.yml").unlink()
    built = moved.build(strict=True)
    assert not (built.site / "old").exists() and not (built.site / "assets").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("old.md: [second.md]", "old.md: write `old.md: {new.md: []}`"),
        ("old.md: second.md", "old.md: write `old.md: {new.md: []}`"),
        ("old.md: {}", "old.md: write `old.md: {new.md: []}`"),
        ("old.md: {second.md: end}", "old.md: write `old.md: {new.md: []}`"),
        ("old: {second.md: []}", "old: write `old.md: {new.md: []}`"),
        ("- old.md", "write `old.md: {new.md: []}`"),
        ("old.md: {second.md: []", "moved.yml is not YAML"),
        ("old.md: {third.md: []}", "old.md leads to third.md, but there is no such page"),
        ("second.md: {new/first.md: []}", "second.md is a page: what has moved is there no more"),
        ("old.md: {new/first.md: [end], second.md: [end]}", "end cannot have gone to two pages"),
        ("old.md: {new/first.md: [], second.md: [ende]}", "old.md#ende leads to second.md, which has no such part"),
    ],
)
def test_a_wrong_list_is_refused_in_words(moved: Site, text: str, words: str, caplog: pytest.LogCaptureFixture):
    moved.write("docs/moved.yml", f"{text}\n")
    built = moved.build(strict=True)
    assert not built.ok and words in f"{built.errors} {caplog.text}"
