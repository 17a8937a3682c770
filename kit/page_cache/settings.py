"""What every page depends on beside its own text: configuration, theme, and the code that makes pages."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files

from page_runner.cache import versions
from page_runner.looks import digest, installed, see

# Where the site is written, and what MkDocs watches, changes no page.
NO_MATTER = {"config_file_path", "dev_addr", "docs_dir", "plugins", "site_dir", "theme", "watch"}
DEPTH = 9  # objects within objects


def settings(config: MkDocsConfig, files: Files) -> str:
    """The hash of all that can change any page of a site; wherever the project's folder lies, it is the same.

    Args:
        config: The site's configuration, after all plugins have changed it.
        files: The site's files: links lead to them.

    Returns:
        SHA-256, in hexadecimal.
    """
    chosen = {key: plain(value) for key, value in config.items() if key not in NO_MATTER}
    plugins = [[name, taken(plugin)] for name, plugin in config.plugins.items()]
    theme = [config.theme.name, {key: plain(config.theme[key]) for key in config.theme}]
    own = [folder for folder in config.theme.dirs if not f"{folder}/".startswith(installed())]
    root = Path(config.config_file_path).parent
    parts = [
        versions(),
        code(root),
        chosen,
        plugins,
        theme,
        [hashes(Path(folder)) for folder in own],
        sorted([file.src_uri, file.dest_uri, file.inclusion.name] for file in files),
    ]
    return digest(json.dumps(parts, sort_keys=True).replace(json.dumps(str(root))[1:-1], ".").encode())


def taken(plugin: Any) -> Any:
    """What matters of a plugin: its settings, or of a hook, which is a module, its code."""
    if isinstance(plugin, BasePlugin):
        return plain(dict(plugin.config))
    return list(hashes(Path(plugin.__file__)))


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON can say it; functions and classes by their names."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping) and not isinstance(value, MkDocsConfig):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(str(plain(item, depth + 1)) for item in value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, ModuleType):  # a hook, whose code counts among the plugins'
        return value.__name__
    if name := getattr(value, "__qualname__", None):
        return f"{getattr(value, '__module__', '')}.{name}"
    known = isinstance(value, (BasePlugin, MkDocsConfig))  # all that matters of them is here already
    inside = {} if known or depth > DEPTH else plain(getattr(value, "__dict__", {}), depth + 1)
    return [type(value).__module__, type(value).__qualname__, inside]


@functools.cache
def code(root: Path) -> list[str]:
    """The hashes of the project's own code that takes part in builds, as it was when this process imported it."""
    left_out = installed()
    found = set()
    for module in list(sys.modules.values()):
        inside = object.__getattribute__(module, "__dict__")  # which does not load those that are imported when used
        file = inside.get("__file__") or ""
        if file.startswith(f"{root}/") and not file.startswith(left_out):
            path = Path(file)
            package = inside["__name__"].partition(".")[0]
            above = [folder for folder in path.parents if folder.name == package]
            found.add(above[-1] if above else path)
    return list(hashes(*sorted(found)))


def hashes(*paths: Path) -> list[str]:
    """Names and hashes of files, and of all files in folders."""
    return [f"{path.name} {see('content', str(path), '')}" for path in below(paths)]


def below(paths: Iterable[Path]) -> Iterator[Path]:
    """Files, and all files in folders, in one order, what Python compiled left out."""
    for path in paths:
        if path.is_file():
            yield path
        for folder, names, files in os.walk(path):
            names[:] = sorted(name for name in names if name != "__pycache__")
            yield from (Path(folder, name) for name in sorted(files))
