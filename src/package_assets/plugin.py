"""The plugin as `plugins` in mkdocs.yml names it: `package_assets: {packages: [live_charts]}`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mkdocs.config import config_options as options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files

ASSETS = "assets"


class PackageAssets(Config):
    """The plugin's options."""

    packages = options.ListOfItems(options.Type(str))  # Python packages, each with a folder `assets`


class PackageAssetsPlugin(BasePlugin[PackageAssets]):
    """Files of Python packages, as if they lay in the site's own folder `assets`."""

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Add the packages' files; one of the site's own that has the same name is shown instead."""
        for package in self.config.packages:
            folder = folder_of(package)
            for path in sorted((folder / ASSETS).rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and name not in files.src_uris:
                    files.append(File(name, str(folder), config.site_dir, config.use_directory_urls))

    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: object) -> None:
        """Build anew when one of these files changes."""
        for package in self.config.packages:
            server.watch(str(folder_of(package) / ASSETS))


def folder_of(package: str) -> Path:
    """The folder of a package, which is not imported for it: no page depends on what is in there.

    Args:
        package: Its name.

    Returns:
        The folder.

    Raises:
        PluginError: There is no such package, or no folder `assets` in it.

    Example:
        ```python
        from package_assets.plugin import folder_of

        assert (folder_of("live_charts") / "assets" / "live.js").is_file()
        ```
    """
    spec = find_spec(package)
    folder = Path(spec.origin or "").parent if spec else None
    if folder is None or not (folder / ASSETS).is_dir():
        what = "there is no such package" if folder is None else f"there is no folder {ASSETS} in {folder}"
        raise PluginError(f"package_assets: packages names {package}, but {what}")
    return folder
