"""The plugin as `plugins` in mkdocs.yml names it: `strict_policy`, after all that write into pages."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from mkdocs import livereload
from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url, write_file

from page_runner.beside import beside

from .inline import Apart, apart, resolver
from .policy import headers_file, meta, policy

log = get_plugin_logger("strict_policy")

HEADERS, RELOAD = "_headers", "assets/live-reload.js"
HEAD = re.compile(r"<head[^>]*>(?:\s*<meta charset=[^>]*>)?", re.I)
CONTENT = re.compile(r"<article\b[^>]*>", re.I)
SAID = '<meta http-equiv="Content-Security-Policy"'


class StrictPolicy(Config):
    """The plugin's options."""

    allow = options.Type(dict, default={})  # for directives, lists of sources beside the site itself


class StrictPolicyPlugin(BasePlugin[StrictPolicy]):
    """One content security policy for all pages, and pages that need no other."""

    serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Keep whether pages reload themselves."""
        self.serving = command == "serve"

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Bring what a host's headers must say; under `mkdocs serve`, the script that reloads a page."""
        self.made: set[str] = set()
        if HEADERS not in files.src_uris:
            files.append(File.generated(config, HEADERS, content=headers_file()))
        if self.serving:
            files.append(File.generated(config, RELOAD, content=reload_script()))

    @event_priority(-500)  # when others have written what they write into pages
    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        """Give a page its policy, and put the styles that stood in it into a sheet beside it."""
        if not output.strip():
            return output
        html, sheet = self._strict(output, page.file.dest_uri, get_relative_url(".", page.url), page.file.src_uri)
        if sheet:
            path = sheet_path(sheet)
            beside(page)[path] = sheet.encode()
            write_file(sheet.encode(), os.path.join(config.site_dir, path))
        return html

    @event_priority(-500)
    def on_post_template(self, output: str, /, *, template_name: str, config: MkDocsConfig) -> str:
        """The same for pages without a source, such as 404.html."""
        if not template_name.endswith(".html"):
            return output
        base = urlsplit(config.site_url or "/").path
        html, sheet = self._strict(output, template_name, base, template_name)
        if sheet:
            write_file(sheet.encode(), os.path.join(config.site_dir, sheet_path(sheet)))
        return html

    @event_priority(-50)  # when others have written pages of their own, and before the site's files are listed
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """The same for the pages that plugins have written into the site by themselves."""
        site = Path(config.site_dir)
        for path in site.rglob("*.html"):
            name = path.relative_to(site).as_posix()
            if name not in self.made and name not in self.known:
                text = path.read_text("utf-8")
                html, sheet = self._strict(text, name, get_relative_url(".", name), name)
                if html != text:
                    path.write_text(html, "utf-8", newline="\n")
                if sheet:
                    write_file(sheet.encode(), os.path.join(config.site_dir, sheet_path(sheet)))

    def on_env(self, env: object, /, *, config: MkDocsConfig, files: Files) -> None:
        """Note which pages of the site are made by MkDocs."""
        self.known = {file.dest_uri for file in files.documentation_pages()}

    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: object) -> None:
        """Let MkDocs name the script that reloads a page where it would write it into the page."""

        def inject(content: bytes, epoch: int) -> bytes:
            given = f'data-epoch="{epoch}" data-request="{livereload._timestamp()}"'
            tag = f'<script src="{server.mount_path}{RELOAD}" {given}></script>'
            before, end, after = content.rpartition(b"</body>")
            parts = (before, end, after) if end else (after, b"", b"")
            return parts[0] + tag.encode() + parts[1] + parts[2]

        server._inject_js_into_html = inject  # type: ignore[method-assign]

    def _strict(self, html: str, name: str, base: str, said: str) -> tuple[str, str]:
        """A page that a strict policy lets be as it is, and its style sheet."""
        self.made.add(name)
        head = HEAD.search(html)
        if not head or SAID in html:
            return html, ""
        found = apart(html, resolver(name, "assets/any.css"), base)
        for each in found.refused:
            log.warning("%s has %s, which its policy does not let run: put it into a script", said, each)
        return self._said(found, base, head.end()), found.sheet

    def _said(self, found: Apart, base: str, at: int) -> str:
        """The page with its policy at this place, and a link to its style sheet before what stood in it."""
        html = found.html
        if found.sheet:
            content = CONTENT.search(html)  # whoever takes that to another page takes the link along
            place = content.end() if content else html.find("</head>")
            link = f'<link rel="stylesheet" href="{base.rstrip("/")}/{sheet_path(found.sheet)}">'
            html = html[:place] + link + html[place:]
        return html[:at] + "\n" + meta(policy(found.hashes, self.config.allow)) + html[at:]


def sheet_path(sheet: str) -> str:
    """Where a page's style sheet lies in the site: its name says what is in it."""
    return f"assets/page.{hashlib.sha256(sheet.encode()).hexdigest()[:8]}.css"


def reload_script() -> str:
    """MkDocs' own script, which takes from its element what else stands in its text."""
    given = {name: f"+document.currentScript.dataset.{name}" for name in ("epoch", "request")}
    return livereload._SCRIPT_TEMPLATE.substitute(epoch=given["epoch"], request_id=given["request"])
