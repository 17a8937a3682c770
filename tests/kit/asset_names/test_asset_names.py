"""Scripts and styles lie where their content says, and every page finds them there, whether it was made or kept."""

from __future__ import annotations

import os
import re

import pytest
from tiny_site import CONFIG, Site

THEME = """<html><head><link href="{{ 'assets/look.css' | url }}"><link href="{{ 'assets/own.a1b2c3d4.min.js' | url }}">
</head><body>{{ page.content }}<script src="{{ 'assets/one.js' | url }}?key=x"></script></body></html>"""


@pytest.fixture
def named(site: Site) -> Site:
    with_404 = CONFIG.replace("custom_dir: theme", "custom_dir: theme, static_templates: [404.html]")
    site.config(with_404.replace("[page_runner]", "[page_cache, page_runner, moved_pages, asset_names, strict_policy]"))
    site.write("theme/main.html", THEME)
    site.write("theme/404.html", THEME)
    site.write("docs/moved.yml", "old.md: {index.md: []}\n")
    site.write("docs/assets/look.css", "@import url(more.css); p { background: url('dot.svg') } b { a: url(data:x) }")
    site.write("docs/assets/more.css", "i { background: url(../dot.svg) }")
    site.write("docs/assets/dot.svg", "<svg/>")
    site.write("docs/assets/own.a1b2c3d4.min.js", "1")
    site.write("docs/assets/one.js", 'import "./parts/two.js";')
    site.write("docs/assets/parts/two.js", "2")
    site.page("# Home\n\nRead `assets/one.js` and assets/one.js.\n")
    return site


def folder_of(page: str) -> str:
    """The one folder that a page names."""
    (folder,) = set(re.findall(r'"(?:\./|/|\.\./)?(assets\.[0-9a-f]{8})/(?:look\.css|one\.js|moved\.js)', page))
    return folder


def test_scripts_and_styles_lie_in_a_folder_named_for_them(named: Site):
    built = named.build(strict=True)
    assert built.ok, built.errors
    pages = [(built.site / name).read_text("utf-8") for name in ("index.html", "404.html", "old/index.html")]
    (folder,) = {folder_of(page) for page in pages}
    assert pages[0].count(folder) == 2 and f'{folder}/one.js?key=x"' in pages[0]
    assert "assets/own.a1b2c3d4.min.js" in pages[0]
    assert "<code>assets/one.js</code> and assets/one.js." in pages[0]
    names = {path.relative_to(built.site / folder).as_posix() for path in (built.site / folder).rglob("*.*")}
    assert names == {"look.css", "more.css", "moved.js", "one.js", "parts/two.js"}
    look = (built.site / folder / "look.css").read_text("utf-8")
    assert look == "@import url(more.css); p { background: url('../assets/dot.svg') } b { a: url(data:x) }"
    assert (built.site / folder / "more.css").read_text("utf-8") == "i { background: url(../dot.svg) }"
    assert sorted(os.listdir(built.site / "assets")) == ["dot.svg", "own.a1b2c3d4.min.js"]


def test_another_script_is_another_folder_and_no_page_is_made_anew(named: Site):
    built = named.build()
    before = folder_of((built.site / "index.html").read_text("utf-8"))
    kept = {(entry.name, entry.inode()) for entry in os.scandir(named.root / ".cache/pages")}
    named.write("docs/assets/parts/two.js", "3")
    page = (named.build().site / "index.html").read_text("utf-8")
    assert folder_of(page) != before
    assert {(entry.name, entry.inode()) for entry in os.scandir(named.root / ".cache/pages")} == kept
    named.write("docs/assets/parts/two.js", "2")
    assert folder_of((named.build().site / "index.html").read_text("utf-8")) == before


def test_the_preview_leaves_them_where_they_are(named: Site):
    built = named.build(command="serve")
    assert 'src="assets/one.js?key=x"' in (built.site / "index.html").read_text("utf-8")
    assert (built.site / "assets/one.js").is_file()
