"""The plugin as `plugins` in mkdocs.yml names it: `site_search`, after `search` and before `offline_site`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

HERE = Path(__file__).parent
SCRIPTS = ("search-worker.js", "search.js", "minisearch.js")
INDEX = "search/search_index.json"
LUNR = re.compile(r"assets/javascripts/workers/search\.[^\"]*\.js")  # in the settings that Material's script reads
Entry = dict[str, Any]


class SiteSearch(Config):
    """The plugin's options."""

    glossary = options.Optional(options.Type(str))  # a page whose terms are definition lists
    weights = options.Type(dict, default={})  # a pattern of pages: how much a hit there weighs, where 1 is usual


class SiteSearchPlugin(BasePlugin[SiteSearch]):
    """Another engine behind Material's search box, and an index that suits it."""

    def on_config(self, config: MkDocsConfig) -> None:
        """See that there is an index, and that each weight is one."""
        if "search" not in config.plugins and "material/search" not in config.plugins:
            raise PluginError("site_search: put the plugin `search` before it, which writes the index")
        for pattern, weight in self.config.weights.items():
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or weight <= 0:
                raise PluginError(f"site_search: weights: {pattern} must have a number above 0, not {weight!r}")

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Bring the scripts."""
        for name in SCRIPTS:
            path = f"assets/{name}"
            if path not in files.src_uris:
                files.append(File.generated(config, path, abs_src_path=str(HERE / path)))
        self.files = files

    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
        """Keep the pages, which know where they stand."""
        self.pages = nav.pages

    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        """Name our script to Material's search box."""
        return LUNR.sub("assets/search-worker.js", output)

    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """The same on pages without a source, such as 404.html."""
        return LUNR.sub("assets/search-worker.js", output)

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write into the index what our script wants to know."""
        path = Path(config.site_dir) / INDEX
        index = json.loads(path.read_text("utf-8"))
        entries: list[Entry] = index["docs"]
        if self.config.glossary:
            entries = [*with_terms(entries, self._glossary())]
        pages = {page.url: page for page in self.pages}
        for entry in entries:
            url, _, part = entry["location"].partition("#")
            if (page := pages.get(url)) is None:
                continue
            weight = next((w for pattern, w in self.config.weights.items() if fnmatch(page.file.src_uri, pattern)), 1)
            if weight != 1:
                entry["boost"] = weight
            if not part:
                if words := page.meta.get("also"):
                    entry["also"] = ", ".join(map(str, words)) if isinstance(words, list) else str(words)
                if page.parent:
                    entry["tags"] = [page.parent.title]
        index["docs"] = entries
        path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), "utf-8")

    def _glossary(self) -> File:
        file = self.files.src_uris.get(str(self.config.glossary))
        if file is None:
            raise PluginError(f"site_search: glossary names {self.config.glossary}, but there is no such page")
        return file


def with_terms(entries: list[Entry], glossary: File) -> Iterator[Entry]:
    """The entries of an index, with one for each term of the glossary in place of those of its headings.

    Args:
        entries: What MkDocs' search plugin has found: of each page, and of each of its headings.
        glossary: The page of the glossary, built.

    Yields:
        The entries. A term has its other forms under `also`.
    """
    built = Path(glossary.abs_dest_path)
    page = BeautifulSoup(built.read_text("utf-8") if built.exists() else "", "html.parser")
    terms = page.select("dl > dt[id]")
    for entry in entries:
        url, _, part = entry["location"].partition("#")
        if url != glossary.url or not part or not terms:
            yield entry
    for term in terms:
        meaning = takewhile(lambda part: part.name == "dd", term.find_next_siblings())
        yield {
            "location": f"{glossary.url}#{term['id']}",
            "title": term.get_text(" ", strip=True),
            "text": " ".join(part.decode_contents() for part in meaning),
            "also": str(term.get("data-forms", "")),
        }
