"""The plugin as `plugins` in mkdocs.yml names it: `package_assets: {packages: [questions]}`."""

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
SHARED = __package__  # whose own assets are for the scripts of several packages


class PackageAssets(Config):
    """The plugin's options."""

    packages = options.ListOfItems(options.Type(str))  # Python packages, each with a folder `assets`


class PackageAssetsPlugin(BasePlugin[PackageAssets]):
    """Files of Python packages, as if they lay in the site's own folder `assets`."""

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> None:
        """Add the packages' files; one of the site's own that has the same name is shown instead."""
        own, added = set(files.src_uris), dict[str, Path]()
        for package in (SHARED, *self.config.packages):
            folder = folder_of(package)
            for path in sorted((folder / ASSETS).rglob("*")):
                name = path.relative_to(folder).as_posix()
                if not path.is_file() or name in own:
                    continue
                if name not in added:
                    files.append(File(name, str(folder), config.site_dir, config.use_directory_urls))
                elif path.read_bytes() != added[name].read_bytes():
                    raise PluginError(f"package_assets: {added[name]} and {path} differ: give one of them another name")
                added[name] = path

    def on_serve(self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: object) -> None:
        """Build anew when one of these files changes."""
        for package in (SHARED, *self.config.packages):
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

        assert (folder_of("questions") / "assets" / "questions.js").is_file()
        ```
    """
    spec = find_spec(package)
    folder = Path(spec.origin or "").parent if spec else None
    if folder is None or not (folder / ASSETS).is_dir():
        what = "there is no such package" if folder is None else f"there is no folder {ASSETS} in {folder}"
        raise PluginError(f"package_assets: packages names {package}, but {what}")
    return folder
