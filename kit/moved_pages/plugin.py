"""The plugin as `plugins` in mkdocs.yml names it: `moved_pages`, before offline_site."""

from __future__ import annotations

import json
from html import escape, unescape
from pathlib import Path

import yaml
from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.utils import get_relative_url, write_file

Moved = dict[str, dict[str, list[str]]]

HERE = Path(__file__).parent
LIST, SCRIPT = "moved.yml", "assets/moved.js"
FORM = "write `old.md: {new.md: []}`, or `old.md: {new.md: [], other.md: [heading]}` where headings went elsewhere"
# The script knows which part of the old page was meant. Without scripts a reader comes to the beginning of the new one.
PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="canonical" href="{href}">
<script src="{script}" data-parts="{parts}"></script>
<meta http-equiv="refresh" content="1; url={href}">
</head>
<body>
<p>This page is now <a href="{href}">{title}</a>.</p>
</body>
</html>
"""

log = get_plugin_logger("moved_pages")


class MovedPagesPlugin(BasePlugin[LegacyConfig]):
    """A page at each old address that leads on."""

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Read the list, which is no file of the site's own; bring the script."""
        self.moved: Moved = {}
        self.files = files
        if (source := files.src_uris.get(LIST)) is None:
            return
        files.remove(source)
        self.moved = read_moved(source.content_string)
        for old, parts in self.moved.items():
            if old in files.src_uris:
                raise PluginError(f"moved_pages: {LIST}: {old} is a page: what has moved is there no more")
            for new in parts:
                if new not in files.src_uris:
                    raise PluginError(f"moved_pages: {LIST}: {old} leads to {new}, but there is no such page")
        files.append(File.generated(config, SCRIPT, abs_src_path=str(HERE / SCRIPT)))

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Write the pages that lead on; warn of a part that is not where the list says."""
        for old, parts in self.moved.items():
            here, elsewhere = address(old, config), dict[str, str]()
            for new, names in parts.items():
                page = self.files.src_uris[new]
                built = Path(page.abs_dest_path)  # which a build of a few pages alone does not have
                html = built.read_text("utf-8") if names and built.exists() else None
                for name in names:
                    elsewhere[name] = get_relative_url(page.url, here)
                    if html is not None and f'id="{name}"' not in html:
                        log.warning("%s: %s#%s leads to %s, which has no such part", LIST, old, name, new)
            first = self.files.src_uris[next(iter(parts))]
            html = PAGE.format(
                lang=escape(str(config.theme.get("language") or "en")),
                title=escape(unescape(str(first.page.title if first.page else first.name))),
                href=escape(get_relative_url(first.url, here)),
                script=escape(get_relative_url(self.files.src_uris[SCRIPT].url, here)),
                parts=escape(json.dumps(elsewhere)),
            )
            file = File(old, None, config.site_dir, config.use_directory_urls)
            write_file(html.encode(), file.abs_dest_path)


def read_moved(text: str) -> Moved:
    """The list of pages that have moved.

    Args:
        text: YAML: for each old page the pages that have its text now, the first of which stands for it as a whole, and
            for each of the others the headings and questions that went there, by their names in the address.

    Returns:
        The same, checked.

    Raises:
        PluginError: It has another form.

    Example:
        ```python
        from moved_pages.plugin import read_moved

        moved = read_moved("long.md: {short.md: [], rest.md: [end]}")
        print(moved["long.md"]["rest.md"])  # ['end']
        ```
    """
    try:
        moved = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise PluginError(f"moved_pages: {LIST} is not YAML: {error}") from None
    if not isinstance(moved, dict):
        raise PluginError(f"moved_pages: {LIST}: {FORM}")
    for old, parts in moved.items():
        sound = isinstance(parts, dict) and parts and all(isinstance(names, list) for names in parts.values())
        if not sound or not str(old).endswith(".md"):
            raise PluginError(f"moved_pages: {LIST}: {old}: {FORM}")
        names = [str(name) for names in parts.values() for name in names]
        if twice := {name for name in names if names.count(name) > 1}:
            raise PluginError(f"moved_pages: {LIST}: {old}: {min(twice)} cannot have gone to two pages")
    return {str(old): {str(new): list(map(str, names)) for new, names in parts.items()} for old, parts in moved.items()}


def address(src_uri: str, config: MkDocsConfig) -> str:
    """The address that a page has, or had, in the site."""
    return File(src_uri, None, "", config.use_directory_urls).url
