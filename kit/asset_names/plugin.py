"""The plugin as `plugins` in mkdocs.yml names it: `asset_names`, after all that bring scripts and styles."""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import Literal

from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

FOLDER = "assets/"
NAMED = re.compile(r"\.[0-9a-f]{8}\.|\.min\.")  # a theme's own files say already what is in them
ADDRESS = re.compile(r"""(url\(\s*["']?)(?![a-z][\w+.-]*:|[/#])([^"')?#\s]+)""", re.I)
NAME = re.compile(r"""[\w./-]+\.(?:css|js)(?=["'?])""")


class AssetNamesPlugin(BasePlugin[LegacyConfig]):
    """Moves `assets/*.js` and `assets/*.css` to `assets.<hash>/`, and lets pages name them there."""

    for_kept_pages = True  # which page_cache keeps with the names that are the same in every build
    serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Keep whether this is a site to read, or one that changes while somebody writes."""
        self.serving = command == "serve"

    @event_priority(-200)  # when all files are there, and page_cache has seen where they were
    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Move the files."""
        self.moved: dict[str, str] = {}
        if self.serving:
            return
        own = {file.src_uri: file for file in files if is_own(file)}
        contents = {name: content(file, own) for name, file in sorted(own.items())}
        whole = hashlib.sha256()
        for name, data in contents.items():
            whole.update(f"{name}\0{len(data)}\0".encode() + data)
        folder = f"assets.{whole.hexdigest()[:8]}/"
        for name, file in own.items():
            moved = File.generated(config, name, content=contents[name])
            moved.dest_uri = self.moved[name] = folder + name.removeprefix(FOLDER)
            files.remove(file)
            files.append(moved)

    @event_priority(-2000)  # when page_cache has kept the page
    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        """Name the files as they are named in this build."""
        return named(output, self.moved)

    @event_priority(-2000)
    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """The same on pages without a source, such as 404.html."""
        return named(output, self.moved) if template_name.endswith(".html") else output


def is_own(file: File) -> bool:
    """Whether a file is one of the site's scripts and styles, and its name does not say yet what is in it."""
    return file.src_uri.startswith(FOLDER) and file.src_uri.endswith((".css", ".js")) and not NAMED.search(file.src_uri)


def content(file: File, own: dict[str, File]) -> bytes:
    """What a file holds; a style sheet finds the pictures that stay where they are."""
    if not file.src_uri.endswith(".css"):
        return file.content_bytes
    before = posixpath.dirname(file.src_uri)
    after = before.replace("assets", "assets.hash", 1)  # as deep

    def address(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(before, match[2]))
        return match[0] if path in own else match[1] + posixpath.relpath(path, after)

    return ADDRESS.sub(address, file.content_string).encode()


def named(html: str, moved: dict[str, str]) -> str:
    """A page that names files where they are now.

    Args:
        html: The page.
        moved: For the paths of files before, those after.

    Returns:
        The page with other addresses of these files, however its way to the site's root begins.

    Example:
        ```python
        from asset_names.plugin import named

        html = '<script src="../assets/one.js?x"></script> assets/one.js'
        moved = {"assets/one.js": "assets.12345678/one.js"}
        assert named(html, moved) == '<script src="../assets.12345678/one.js?x"></script> assets/one.js'
        ```
    """
    first, *rest = html.split(FOLDER)
    parts = [first]
    for part in rest:
        match = NAME.match(part) if parts[-1].endswith(('"', "'", "/")) else None
        now = moved.get(FOLDER + match[0]) if match else None
        parts += [now, part[match.end() :]] if now and match else [FOLDER, part]
    return "".join(parts)
