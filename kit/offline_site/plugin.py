"""The plugin as `plugins` in mkdocs.yml names it: `offline_site`, the last one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
SCRIPT, WORKER, LIST = "assets/offline.js", "service-worker.js", "offline.json"
FOR_HOSTS = ("_headers", "_redirects")  # which some hosts read and serve to nobody
ON_DEMAND = "~"  # as service-worker.js has it
# Under `mkdocs serve` nothing is kept. A worker that an earlier visit to a built site has left at the same address
# would: it finds this in its place, and goes.
FAREWELL = """addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith(`${registration.scope}#`)) await caches.delete(name);
  await registration.unregister();
})()));
"""


class Offline(Config):
    """The plugin's options."""

    leave_out = options.ListOfItems(options.Type(str), default=[])  # files that no page asks for, such as *.map
    on_demand = options.ListOfItems(options.Type(str), default=[])  # files that are kept once a page has asked for them


class OfflineSitePlugin(BasePlugin[Offline]):
    """A service worker at the site's root, what starts it, and a list of the site's files."""

    serving = False

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Keep whether this is a site to read, or one that changes while somebody writes."""
        self.serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> None:
        """Let every page load the script that starts the worker."""
        if not self.serving and SCRIPT not in config.extra_javascript:
            config.extra_javascript.append(SCRIPT)

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Put the worker and its starter into the site."""
        if self.serving:
            files.append(File.generated(config, WORKER, content=FAREWELL))
            return
        files.append(File.generated(config, WORKER, abs_src_path=str(HERE / WORKER)))
        files.append(File.generated(config, SCRIPT, abs_src_path=str(HERE / "offline.js")))

    @event_priority(-100)  # after all that write into the site
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """List the site's files."""
        if not self.serving:
            found = listed(
                Path(config.site_dir), [WORKER, LIST, *FOR_HOSTS, *self.config.leave_out], self.config.on_demand
            )
            Path(config.site_dir, LIST).write_text(json.dumps(found, indent=0) + "\n", "utf-8", newline="\n")


def listed(site: Path, leave_out: list[str], on_demand: Sequence[str] = ()) -> dict[str, str]:
    """The files of a site, in order.

    Args:
        site: The folder of the site.
        leave_out: Patterns of files that are not listed.
        on_demand: Patterns of files that are marked: they are kept once a page has asked for them.

    Returns:
        A hash of its content for each address, as it is linked from the site's root.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from offline_site.plugin import listed

        with TemporaryDirectory() as folder:
            for name in ("index.html", "404.html", "script.js.map"):
                Path(folder, name).write_text("text", "utf-8")
            assert list(listed(Path(folder), ["*.map"])) == ["404.html", ""]
        ```
    """
    found = {}
    for path in sorted(site.rglob("*"), key=lambda path: path.relative_to(site).as_posix()):
        name = path.relative_to(site).as_posix()
        if path.is_file() and not any(fnmatch(name, pattern) for pattern in leave_out):
            address = name.removesuffix("index.html") if path.name == "index.html" else name
            mark = ON_DEMAND if any(fnmatch(name, pattern) for pattern in on_demand) else ""
            found[quote(address)] = mark + hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return found
