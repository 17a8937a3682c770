"""The extension alone, as Zensical runs it: the same outputs from the same pages."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import yaml
from tiny_site import Built, fence

from page_runner.generator import zensical_pages

CONFIG = """
site_name: Tiny
theme: {name: material}
markdown_extensions:
  - pymdownx.superfences
  - page_runner
"""


LEFT_OUT = "exclude_docs: |\n  drafts/\n  !drafts/good.md\n  *.part.md\ndraft_docs: later.md\n"
NO_PAGES = ("drafts/half", "a.part", ".hidden", ".ipynb_checkpoints/x-checkpoint", "sub/.x/y", "templates/x", "later")


def test_zensical_shows_outputs_and_numbers(site, monkeypatch):
    site.config(CONFIG + LEFT_OUT)
    site.page("# T\n\n" + fence("x = 2\nx + 1") + "\nIt is {{ x * 10 }}.\n")
    site.page("# A\n\n" + fence("print('another')"), "a")
    for name in NO_PAGES:
        site.page(fence("1 / 0"), name)
    site.page("# Good\n", "drafts/good")
    command = [sys.executable, "-m", "zensical", "build"]
    done = subprocess.run(command, cwd=site.root, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    built = Built(site.root / "site")
    assert built.outputs() == ["3"] and "It is 20." in built.page().get_text()
    assert built.outputs("a") == ["another"]
    pages = {path.parent.relative_to(built.site).as_posix() for path in built.site.rglob("index.html")}
    assert pages == {".", "a", "drafts/good"}
    monkeypatch.chdir(site.root)
    rendering = {"rendering_context": SimpleNamespace(config={"docs_dir": "docs", **yaml.safe_load(LEFT_OUT)})}
    started = zensical_pages(SimpleNamespace(preprocessors=rendering))
    assert started == [site.root / "docs" / name for name in ("a.md", "drafts/good.md", "index.md")]
