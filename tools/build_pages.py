"""Build some pages of the site alone: `python tools/build_pages.py FOLDER lessons/broadcasting …`."""

from __future__ import annotations

import sys

from mkdocs.commands.build import build
from mkdocs.config import load_config

from affected import ROOT


def main(folder: str, *pages: str) -> None:
    """Build the home page and some others into a folder; links to the rest of the site lead nowhere."""
    names = [f"{page}.md" for page in pages]
    config = load_config(
        str(ROOT / "mkdocs.yml"),
        site_dir=folder,
        nav=["index.md", *names],
        exclude_docs="\n".join(["*.md", "*.ipynb", *(f"!/{name}" for name in ["index.md", *names])]),
    )
    config.plugins.on_startup(command="build", dirty=False)
    build(config)


if __name__ == "__main__":
    main(*sys.argv[1:])
