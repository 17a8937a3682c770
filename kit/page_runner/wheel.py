"""The project's own wheel, which the site ships so that its notebooks run anywhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .looks import digest
from .store import replace_file

BUILD = "import importlib, sys; importlib.import_module(sys.argv[1]).build_wheel(sys.argv[2])"


def project_wheel(root: Path, cache: Path) -> Path | None:
    """Build the project's wheel, or take the one that was built from the same files.

    The build backend that pyproject.toml names does it, as installed here: nothing is fetched.

    Args:
        root: The project's folder.
        cache: The folder where the wheel is kept.

    Returns:
        The wheel; None where the folder holds no project that can be built.

    Raises:
        ValueError: Its pyproject.toml cannot be read, or the build failed.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        from page_runner.wheel import project_wheel

        with TemporaryDirectory() as folder:
            assert project_wheel(Path(folder), Path(folder, "cache")) is None
        ```
    """
    try:
        settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    except FileNotFoundError:
        return None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"pyproject.toml is not TOML: {error}") from None
    backend = settings.get("build-system", {}).get("build-backend")
    if not backend or "project" not in settings:
        return None
    date = os.environ.get("SOURCE_DATE_EPOCH", "1580601600")
    key = f"{date}\n" + "".join(
        f"{path.relative_to(root).as_posix()}\0{digest(path.read_bytes())}\n" for path in sources(root, settings)
    )
    folder = cache / digest(key.encode())[:16]
    if not list(folder.glob("*.whl")):
        build(root, backend, folder, date)
    (wheel,) = folder.glob("*.whl")
    return wheel


def sources(root: Path, settings: dict[str, Any]) -> Iterator[Path]:
    """The files that the wheel may be made from, in one order: those beside the code, and all that lies with Python."""
    yield from (path for path in sorted(root.glob("*")) if path.name in named(settings) and path.is_file())
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if (
            not folder.name.startswith(".")
            and not (folder / "pyvenv.cfg").exists()
            and any(folder.rglob("__init__.py"))
        ):
            yield from (
                path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts
            )


def named(settings: dict[str, Any]) -> set[str]:
    """Names of the files beside the code that go into the wheel."""
    readme = settings["project"].get("readme", "")
    readme = readme.get("file", "") if isinstance(readme, dict) else readme
    return {"pyproject.toml", readme, *settings["project"].get("license-files", ["LICENSE"])}


def build(root: Path, backend: str, folder: Path, date: str) -> None:
    """Build the wheel into `folder`, with the date of its files in seconds, and drop what was built from others."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": date, "PYTHONUTF8": "1"}
    with tempfile.TemporaryDirectory() as fresh:
        command = [sys.executable, "-c", BUILD, backend, fresh]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, encoding="utf-8")
        if done.returncode:
            raise ValueError(f"the project's wheel could not be built:\n{done.stderr.strip()}")
        (wheel,) = Path(fresh).glob("*.whl")
        replace_file(folder / wheel.name, wheel.read_bytes())
    for old in folder.parent.glob("[0-9a-f]" * 16):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
