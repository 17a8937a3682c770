"""What only a whole build can do: start every page's run, fail when a page failed, drop unused outputs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from mkdocs.config.base import LegacyConfig
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as SitePage

from .page import read_page
from .process import PRELOAD
from .runner import Runner, runner_for


class PageRunnerPlugin(BasePlugin[LegacyConfig]):
    """The plugin as `plugins` in mkdocs.yml names it: `page_runner`."""

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Note what the build is for."""
        self.serving, self.dirty = command == "serve", dirty

    def on_config(self, config: MkDocsConfig) -> None:
        """Find the project's runner."""
        if "page_runner" not in config.markdown_extensions:
            raise PluginError("the page_runner plugin needs page_runner under markdown_extensions too")
        options = config.mdx_configs.get("page_runner") or {}
        root = Path(config.config_file_path).parent.resolve()
        self.runner: Runner = runner_for(root, tuple(options.get("preload", PRELOAD)))
        self.runner.failed.clear()

    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Start the run of every page that has no kept outputs."""
        pages = {Path(file.abs_src_path).resolve(): file for file in files.documentation_pages() if file.abs_src_path}
        for path in self.runner.start(pages):
            if self.dirty and os.path.exists(pages[path].abs_dest_path):
                os.unlink(pages[path].abs_dest_path)  # so that the page is made anew though its own text is the same

    def on_page_read_source(self, /, page: SitePage, config: MkDocsConfig) -> str | None:
        """A page that is not UTF-8 shows so, instead of ending the build for every page."""
        if not page.file.abs_src_path:
            return None
        path = Path(page.file.abs_src_path).resolve()
        try:
            path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            error = self.runner.result(path).error
            assert error
            return f"# {path.stem}\n"
        return None

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Fail the build when a page failed; after a good one drop the outputs that no page uses."""
        if failed := list(self.runner.failed.values()):
            if not self.serving:
                where = ", ".join(f"{error.page}:{error.line}" for error in failed)
                raise PluginError(f"{len(failed)} page{'s' * (len(failed) > 1)} did not run: {where}")
        elif not self.dirty:
            docs = Path(config.docs_dir).resolve()
            self.runner.kept.drop_unused(read_page(path, self.runner.root) for path in docs.rglob("*.md"))
