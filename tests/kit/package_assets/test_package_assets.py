"""Scripts and styles that lie beside a package's Python are part of the site, and follow their files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from served import Served
from tiny_site import Site

CONFIG = """
site_name: Small
theme: {name: null, custom_dir: theme}
plugins: [page_cache, package_assets: {packages: [pendulums]}]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `assets` of a package that Python finds."""
    folder = tmp_path / "library/pendulums"
    (folder / "assets/parts").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('it is not imported')", "utf-8")
    (folder / "assets/swing.js").write_text("let length = 1;\n", "utf-8")
    (folder / "assets/parts/swing.css").write_text(".swing {}\n", "utf-8")
    monkeypatch.syspath_prepend(folder.parent)
    return folder / "assets"


def test_they_lie_in_the_sites_own_folder_and_its_own_files_come_first(site: Site, package: Path):
    site.config(CONFIG)
    site.page("# Home\n")
    site.write("docs/assets/own.js", "let own;\n")
    built = site.build(strict=True)
    files = {path.relative_to(built.site).as_posix() for path in (built.site / "assets").rglob("*.*")}
    assert files == {"assets/own.js", "assets/swing.js", "assets/parts/swing.css", "assets/element.js"}
    site.write("docs/assets/swing.js", "let mine;\n")
    assert (site.build(strict=True).site / "assets/swing.js").read_text("utf-8") == "let mine;\n"


def test_two_packages_may_bring_the_same_file_but_not_two_of_one_name(site: Site, package: Path):
    other = package.parents[1] / "clocks/assets"
    other.mkdir(parents=True)
    (other.parent / "__init__.py").touch()
    (other / "swing.js").write_text("let length = 1;\n", "utf-8")
    site.config(CONFIG.replace("[pendulums]", "[pendulums, clocks]"))
    site.page("# Home\n")
    assert site.build(strict=True).ok
    (other / "swing.js").write_text("let length = 2;\n", "utf-8")
    assert f"{package / 'swing.js'} and {other / 'swing.js'} differ" in site.build().errors[0]


def test_a_changed_one_is_in_the_next_build_and_no_page_is_made_anew(site: Site, package: Path):
    site.config(CONFIG)
    site.page("# Home\n")
    site.build()
    kept = {(entry.name, entry.inode()) for entry in os.scandir(site.root / ".cache/pages")}
    (package / "swing.js").write_text("let length = 2;\n", "utf-8")
    assert (site.build().site / "assets/swing.js").read_text("utf-8") == "let length = 2;\n"
    assert {(entry.name, entry.inode()) for entry in os.scandir(site.root / ".cache/pages")} == kept != set()


def test_the_preview_follows_them(site: Site, package: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(package.parents[1]), os.environ.get("PYTHONPATH", "")]))
    site.config(CONFIG)
    site.page("# Home\n")
    served = Served(site.root)
    try:
        served.wait_for("let length = 1;", "assets/swing.js")
        (package / "swing.js").write_text("let length = 2;\n", "utf-8")
        served.wait_for("let length = 2;", "assets/swing.js")
    finally:
        served.stop()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pendula", "packages names pendula, but there is no such package"),
        ("json", "json, but there is no folder assets"),
    ],
)
def test_what_is_not_there_is_named(site: Site, name: str, message: str):
    site.config(CONFIG.replace("pendulums", name))
    site.page("# Home\n")
    built = site.build()
    assert not built.ok and message in built.errors[0]
