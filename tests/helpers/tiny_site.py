"""A tiny site for each behaviour of the page runner: pages in, HTML out."""

from __future__ import annotations

import logging
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import Tag
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, BuildError

TICKS = "```"
CONFIG = """
site_name: Tiny
theme: {name: null, custom_dir: theme}
plugins: [page_runner]
markdown_extensions:
  - admonition
  - attr_list
  - tables
  - pymdownx.details
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
  - page_runner
"""


def fence(code: str, options: str = "") -> str:
    """A Python fence around some code."""
    return f"{TICKS}python{' ' * bool(options)}{options}\n{textwrap.dedent(code).strip()}\n{TICKS}\n"


@dataclass
class Built:
    """What a build gave: the logged errors, and whether it succeeded."""

    site: Path
    errors: list[str] = field(default_factory=list)
    ok: bool = True

    def page(self, name: str = "index") -> BeautifulSoup:
        path = self.site / ("index.html" if name == "index" else f"{name}/index.html")
        return BeautifulSoup(path.read_text("utf-8"), "html.parser")

    def outputs(self, name: str = "index") -> list[str]:
        """The text of every output, in the page's order."""
        return [output.get_text() for output in self.page(name).select(".output")]

    def find(self, selector: str, name: str = "index") -> Tag:
        found = self.page(name).select_one(selector)
        assert found is not None, f"no {selector} on the page"
        return found


class Site:
    def __init__(self, root: Path):
        self.root = root
        (root / "docs").mkdir()
        (root / "theme").mkdir()
        (root / "theme" / "main.html").write_text("<title>{{ page.title }}</title>{{ page.content }}", "utf-8")
        self.config(CONFIG)

    def config(self, text: str) -> None:
        (self.root / "mkdocs.yml").write_text(text, "utf-8")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def page(self, text: str | bytes, name: str = "index") -> Path:
        return self.write(f"docs/{name}.md", text)

    def build(self, command: str = "build", **options) -> Built:
        config = load_config(str(self.root / "mkdocs.yml"), **options)
        config.plugins.on_startup(command=command, dirty=False)
        heard = Heard()
        log = logging.getLogger("mkdocs")
        log.addHandler(heard)
        built = Built(Path(config.site_dir), heard.errors)
        try:
            build(config)
        except (Abort, BuildError):
            built.ok = False
        finally:
            log.removeHandler(heard)
        return built


class Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(record.getMessage())
