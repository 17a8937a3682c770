"""Cache pages: a build after any change gives, byte for byte, what a build from nothing gives; and it does less."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
import urllib.request
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.livereload import LiveReloadServer
from mkdocs.structure.pages import Page
from served import Served
from tiny_site import Built, Site, fence

CONFIG = """
site_name: Small
site_url: https://example.org/small/
theme: {name: material, custom_dir: theme}
nav:
  - index.md
  - One: one.md
  - two.md
plugins:
  - page_cache
  - search
  - page_runner: {timed: one.md}
  - page_markdown
  - link_cards
  - site_search: {glossary: glossary.md, weights: {"*": 2}}
  - asset_names
  - strict_policy
  - offline_site
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - pymdownx.details
  - pymdownx.superfences
  - toc: {permalink: true}
  - glossary_terms: {glossary: glossary.md}
  - questions
  - page_runner
"""
ONE = (
    "---\ntitle: One\ndescription: The first.\n---\n# One\n\n"
    + fence(
        "import sys\nsys.path.insert(0, {root!r})\nfrom own import slope\nprint(slope, open({root!r} + '/data.txt').read())"
    )
    + "\nA slope of {{ slope }}. See [two](two.md#two).\n"
)
TWO = '# Two\n\nBack to [one](one.md) and [home](index.md).\n\n??? question "What is 1 + 1?"\n\n    - [=] 2\n\n    One and one.\n'


class Small(Site):
    """A site in Material's look, with all the parts of the kit."""

    patch: pytest.MonkeyPatch

    def __init__(self, root: Path):
        super().__init__(root)
        (root / "theme/main.html").write_text('{% extends "base.html" %}', "utf-8")
        self.config(CONFIG)
        self.write("own.py", "slope = 3\n")
        self.write("data.txt", "some data")
        self.page("# Home\n\nWelcome.\n")
        self.page(ONE.replace("{root!r}", repr(str(root))), "one")
        self.page(TWO, "two")
        self.page("# Glossary\n\nSlope { #slope }\n:   How steep it is.\n", "glossary")

    def change(self, name: str, before: str, after: str) -> None:
        path = self.root / name
        text = path.read_text("utf-8") if path.exists() else ""
        self.write(name, text.replace(before, after) if before in text else text.replace(after, before))


EDITS = {
    "nothing": lambda site: None,
    "prose": lambda site: site.change("docs/index.md", "Welcome.", "Hello."),
    "a title that others show": lambda site: site.change("docs/two.md", "# Two\n", "# The second\n"),
    "a title in the menu": lambda site: site.change("mkdocs.yml", "One: one.md", "The first: one.md"),
    "a description": lambda site: site.change("docs/one.md", "The first.", "Number one."),
    "a snippet": lambda site: site.change("docs/one.md", "print(slope,", "print(slope, slope,"),
    "a module": lambda site: site.change("own.py", "3", "4"),
    "a data file": lambda site: site.change("data.txt", "some", "other"),
    "a term of the glossary": lambda site: site.change("docs/glossary.md", "How steep it is.", "Its steepness."),
    "a template": lambda site: site.change("theme/main.html", '"base.html" %}', '"base.html" %}{% block footer %}{% endblock %}'),
    "a part of a template": lambda site: site.change("theme/partials/copyright.html", "", "<p>Mine.</p>"),
    "a setting": lambda site: site.change("mkdocs.yml", "site_name: Small", "site_name: Little"),
    "an extension": lambda site: site.change("mkdocs.yml", "permalink: true", "permalink: false"),
    "the site's address": lambda site: site.change("mkdocs.yml", "example.org", "example.com"),
    "a page more or less": lambda site: toggle(site, "docs/three.md", "# Three\n\nA slope.\n"),
    "a page that is linked": lambda site: rename(site, "docs/two.md", "docs/deux.md"),
    "a draft": lambda site: site.change("docs/two.md", "# Two", "---\ndraft: true\n---\n# Two"),
    "a front matter with a date": lambda site: site.change("docs/glossary.md", "# Glossary", "---\ndate: 2026-01-01\n---\n# Glossary"),
    "a question": lambda site: site.change("docs/two.md", "One and one.", "Count."),
    "a picture": lambda site: toggle(site, "docs/picture.svg", "<svg/>"),
    "a page of a version": lambda site: site.patch.setattr("page_cache.settings.versions", lambda: ["torch-99"]),
}  # fmt: skip


def toggle(site: Small, name: str, text: str) -> None:
    path = site.root / name
    if path.exists():
        path.unlink()
    else:
        site.write(name, text)


def rename(site: Small, one: str, two: str) -> None:
    first, second = site.root / one, site.root / two
    (first if first.exists() else second).rename(second if first.exists() else first)
    site.change("mkdocs.yml", f"- {Path(one).name}", f"- {Path(two).name}")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


class Both:
    """A site, built with what was kept, and from nothing."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch):
        self.site = Small(root)
        self.site.patch = patch
        self.root = root

    def built(self) -> tuple[Built, Built]:
        warm = self.site.build()
        shown, away = files(warm.site), self.root.parent / f"{self.root.name}-cache"
        (self.root / ".cache/pages").rename(away)
        cold = self.site.build()
        made = files(cold.site)
        assert shown.keys() == made.keys()
        assert [name for name in made if shown[name] != made[name]] == []
        assert (warm.ok, warm.errors) == (cold.ok, cold.errors)
        shutil.rmtree(self.root / ".cache/pages", ignore_errors=True)
        away.rename(self.root / ".cache/pages")
        return warm, cold


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Both:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    (tmp_path / "small").mkdir()
    return Both(tmp_path / "small", monkeypatch)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were rendered."""
    names: list[str] = []
    render = Page.render

    def noting(page: Page, *args, **kwargs) -> None:
        names.append(page.file.src_uri)
        render(page, *args, **kwargs)

    monkeypatch.setattr(Page, "render", noting)
    return names


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_a_build_is_one_from_nothing(both: Both, edit: str):
    both.built()
    EDITS[edit](both.site)
    both.built()
    both.built()


def random_edits(tmp_path_factory: pytest.TempPathFactory, edits: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "0")
        both = Both(tmp_path_factory.mktemp("small"), patch)
        both.built()
        for edit in edits:
            EDITS[edit](both.site)
            both.built()


some_edits = st.lists(st.sampled_from(sorted(EDITS)), min_size=4, max_size=8)
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=2, **SLOW)
@given(some_edits)
def test_after_random_edits_a_build_is_one_from_nothing(tmp_path_factory: pytest.TempPathFactory, edits: list[str]):
    random_edits(tmp_path_factory, edits)


@pytest.mark.weekly
@settings(max_examples=60, **SLOW)
@given(some_edits)
def test_after_many_random_edits_a_build_is_one_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, edits: list[str]
):
    random_edits(tmp_path_factory, edits)


EVERY = ["glossary.md", "index.md", "one.md", "two.md"]


@pytest.mark.parametrize(
    ("edit", "again"),
    {
        "nothing": [],
        "prose": ["index.md"],
        "a snippet": ["one.md"],
        "a module": ["one.md"],
        "a data file": ["one.md"],
        "a question": ["two.md"],
        "a title that others show": EVERY,
        "a description": EVERY,
        "a template": EVERY,
    }.items(),
)
def test_what_an_edit_has_rendered_again(both: Both, rendered: list[str], edit: str, again: list[str]):
    assert both.site.build().ok
    assert sorted(rendered) == EVERY
    EDITS[edit](both.site)
    rendered.clear()
    both.site.build()
    assert sorted(rendered) == again


def test_a_page_with_a_fault_says_it_in_every_build(both: Both, caplog: pytest.LogCaptureFixture):
    both.site.change("docs/two.md", "[home](index.md)", "[home](nowhere.md)")
    for _ in range(2):
        caplog.clear()
        both.site.build()
        assert [record.getMessage() for record in caplog.records if "nowhere.md" in record.getMessage()]
    both.site.change("docs/one.md", "print(slope,", "print(1 / 0,")
    for _ in range(2):
        assert not both.site.build().ok
    both.site.change("docs/one.md", "print(slope,", "print(1 / 0,")
    both.site.change("docs/two.md", "[home](index.md)", "[home](nowhere.md)")
    both.built()


def test_a_link_to_a_section_that_is_gone_is_said_though_its_page_is_kept(both: Both, caplog: pytest.LogCaptureFixture):
    both.site.change("docs/one.md", "two.md#two", "index.md#home")
    both.site.build()
    both.site.change("docs/index.md", "# Home\n", "# Start\n")
    caplog.clear()
    with caplog.at_level(logging.INFO, "mkdocs"):
        both.site.build()
    assert any("#home" in record.getMessage() for record in caplog.records)


def test_a_hook_that_has_no_part_in_pages_leaves_them_as_they_are(both: Both, rendered: list[str]):
    both.site.write("harmless.py", "def on_config(config):\n    config.extra['said'] = 'once'\n")
    both.site.change("mkdocs.yml", "site_name: Small", "hooks: [harmless.py]\nsite_name: Small")
    both.site.build()
    assert sorted(rendered) == EVERY
    rendered.clear()
    both.site.build()
    assert rendered == []
    both.site.change("harmless.py", "'once'", "'twice'")
    both.site.build()
    assert sorted(rendered) == EVERY


def test_where_a_stranger_changes_pages_all_are_made_anew(both: Both, rendered: list[str], caplog):
    both.site.write("stranger.py", "def on_page_content(html, page, config, files):\n    return html.upper()\n")
    both.site.change("mkdocs.yml", "site_name: Small", "hooks: [stranger.py]\nsite_name: Small")
    for _ in range(2):
        rendered.clear()
        with caplog.at_level(logging.INFO, "mkdocs"):
            built = both.site.build()
        assert sorted(rendered) == EVERY
    assert "WELCOME." in built.page().get_text()
    assert "every page is made anew in every build: nobody knows what stranger.py would do to it" in caplog.text
    both.site.change("docs/one.md", "print(slope,", "print(1 / 0,")
    built = both.site.build()
    assert not built.ok and built.errors[-1] == "1 page failed: docs/one.md:11"


def test_a_page_that_only_the_preview_has(both: Both):
    both.site.change("mkdocs.yml", "site_name: Small", "draft_docs: two.md\nsite_name: Small")
    served = Served(both.root)
    served.address += "/small"
    try:
        served.wait_for("Back to", "two")
        for word in ("Hither", "Thither"):
            both.site.page(f"# Two\n\n{word}\n", "two")
            served.wait_for(word, "two")
            both.site.page(f"# Home\n\n{word}\n")
            served.wait_for(word)
    finally:
        served.stop()
    both.built()


def test_a_kept_page_that_is_damaged_is_made_anew(both: Both, rendered: list[str]):
    site = both.site
    first = files(site.build().site)
    for entry in (site.root / ".cache/pages").iterdir():
        entry.write_bytes(entry.read_bytes()[:-9])
    rendered.clear()
    assert files(site.build().site) == first
    assert sorted(rendered) == EVERY


def test_pages_are_kept_wherever_the_project_lies(both: Both, rendered: list[str], tmp_path: Path):
    both.site.change("mkdocs.yml", "site_name: Small", f"extra: {{templates: {both.root}/theme}}\nsite_name: Small")
    first = files(both.site.build().site)
    both.site.root = both.root.rename(tmp_path / "elsewhere")
    both.site.change("mkdocs.yml", str(both.root), str(both.site.root))
    rendered.clear()
    assert files(both.site.build().site) == first
    assert rendered == []


ALONE = "site_name: Tiny\ntheme: {name: null, custom_dir: theme}\nplugins: [page_cache]\n"


def test_a_page_that_is_saved_while_it_is_made_is_kept_under_no_other_text(site: Site, monkeypatch):
    site.config(ALONE)
    site.page("Before.\n")
    read = Page.read_source

    def read_late(page: Page, config) -> None:
        assert page.file.content_string == "Before.\n"  # as other plugins look at it
        site.page("Meanwhile.\n")
        read(page, config)

    with monkeypatch.context() as patch:
        patch.setattr(Page, "read_source", read_late)
        assert "Meanwhile." in site.build().page().get_text()
    site.page("Before.\n")
    assert "Before." in site.build().page().get_text()


@pytest.mark.parametrize("saved", [False, True])
def test_a_page_that_is_saved_during_the_first_build_is_made_anew(site: Site, monkeypatch, saved: bool):
    site.config(ALONE)
    path = site.page("Before.\n")
    render = Page.render

    def save_late(page: Page, *args) -> None:
        render(page, *args)
        if saved:
            site.page("After.\n")
            os.utime(path, ns=(time.time_ns(),) * 2)  # the clock of the files may be late by a tick

    config = load_config(str(site.root / "mkdocs.yml"))
    config.plugins.on_startup(command="serve", dirty=False)
    with monkeypatch.context() as patch:
        patch.setattr(Page, "render", save_late)
        build(config)
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, config.site_dir)
    server.watch(config.docs_dir)
    config.plugins.on_serve(server, config=config, builder=server.builder)
    server.observer.start()
    try:
        assert server._want_rebuild == saved
        server.builder()
    finally:
        server.observer.stop()
        server.observer.join()
        server.server_close()
    assert ("After." if saved else "Before.") in Path(config.site_dir, "index.html").read_text("utf-8")


def found_by_search(served: Served) -> list[tuple[str, str, str]]:
    index = json.loads(urllib.request.urlopen(f"http://{served.address}/small/search/search_index.json").read())
    return [(entry["location"], entry["title"], entry["text"]) for entry in index["docs"]]


def test_under_serve_one_page_is_made_anew_and_the_rest_of_the_site_follows(both: Both):
    site = both.site
    site.write("watched/file.txt", "It was there before.")
    site.change("mkdocs.yml", "plugins:", "watch: [watched]\nplugins:")
    served = Served(site.root)
    served.address += "/small"
    try:
        served.wait_for("Welcome.")
        served.address = served.address.removesuffix("/small")
        before = found_by_search(served)
        served.address += "/small"
        site.change("docs/index.md", "Welcome.", "Hello to you.")
        served.wait_for("Hello to you.")
        assert "made anew in" in served.logged() and served.logged().count("Building documentation") == 1
        site.change("docs/one.md", "print(slope,", "print(slope + 7,")
        served.wait_for("10 some data", "one")
        assert served.logged().count("Building documentation") == 1
        site.change("docs/one.md", "{{ slope }}", "{{ slope / 0 }}")
        served.wait_for("ZeroDivisionError", "one")
        site.change("docs/one.md", "{{ slope / 0 }}", "{{ slope }}")
        served.wait_for("10 some data", "one", absent="ZeroDivisionError")
        site.change("own.py", "3", "4")  # which is not watched: a build of the whole site sees it
        site.change("docs/glossary.md", "How steep it is.", "Its steepness.")
        served.wait_for("Its steepness.", "one")
        served.wait_for("11 some data", "one")
        site.change("docs/two.md", "# Two\n", "# The second\n")
        served.wait_for("The second", "one")
        site.page("# Three\n\nNew.\n", "three")
        served.wait_for("New.", "three")
        served.address = served.address.removesuffix("/small")
        after = found_by_search(served)
    finally:
        served.stop()
    site.change("mkdocs.yml", "https://example.org/small/", f"http://{served.address}/small/")
    (site.root / ".cache/pages").rename(site.root / "away")
    cold = site.build()
    index = json.loads((cold.site / "search/search_index.json").read_text("utf-8"))
    assert after == [(entry["location"], entry["title"], entry["text"]) for entry in index["docs"]] != before
