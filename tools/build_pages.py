"""Some pages of the site alone: `python tools/build_pages.py FOLDER lessons/broadcasting …` builds them.

With an address as 127.0.0.1:8001 in the place of the folder it serves them, and they can be edited.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from mkdocs.commands.build import build
from mkdocs.commands.serve import serve
from mkdocs.config import load_config

from affected import ROOT


def only(*pages: str) -> dict[str, Any]:
    """Settings of the site by which it is the home page and some others; links to the rest of it lead nowhere."""
    names = ["index.md", *(f"{page}.md" for page in pages)]
    return {"nav": names, "exclude_docs": "\n".join(["*.md", "*.ipynb", *(f"!/{name}" for name in names)])}


def main(where: str, *pages: str) -> None:
    """Build the home page and some others into a folder, or serve them at an address."""
    settings = {"config_file": str(ROOT / "mkdocs.yml"), **only(*pages)}
    if re.fullmatch(r"[\w.]+:\d+", where):
        serve(dev_addr=where, **settings)
        return
    config = load_config(site_dir=where, **settings)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)


if __name__ == "__main__":
    main(*sys.argv[1:])
