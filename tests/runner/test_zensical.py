"""The extension alone, as Zensical runs it: the same outputs from the same pages."""

from __future__ import annotations

import subprocess
import sys

from tiny_site import Built, fence

CONFIG = """
site_name: Tiny
theme: {name: material}
markdown_extensions:
  - pymdownx.superfences
  - page_runner: {preload: []}
"""


def test_zensical_shows_outputs_and_numbers(site):
    site.config(CONFIG)
    site.page("# T\n\n" + fence("x = 2\nx + 1") + "\nIt is {{ x * 10 }}.\n")
    site.page("# A\n\n" + fence("print('another')"), "a")
    command = [sys.executable, "-m", "zensical", "build"]
    done = subprocess.run(command, cwd=site.root, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    built = Built(site.root / "site")
    assert built.outputs() == ["3"] and "It is 20." in built.page().get_text()
    assert built.outputs("a") == ["another"]
