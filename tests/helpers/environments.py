"""Virtual environments that have some of the packages installed here and all that these need, made without pip."""

from __future__ import annotations

import os
import sys
import venv
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from functools import cache
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

SCRIPT = "#!{python}\nimport sys\nfrom {module} import {name}\nsys.exit({name}())\n"


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> str:
        return str(self.scripts / "python")

    @property
    def packages(self) -> Path:
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.folder.joinpath(*(["Lib"] if sys.platform == "win32" else ["lib", version]), "site-packages")

    @property
    def variables(self) -> dict[str, str]:
        """Those of a shell in which it is active, without what would let it see more."""
        return os.environ | {"PATH": f"{self.scripts}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONPATH": ""}

    def add(self, wheel: Path) -> None:
        """Install a wheel that is pure Python, without what it needs."""
        with zipfile.ZipFile(wheel) as file:
            file.extractall(self.packages)


def environment(folder: Path, *requirements: str) -> Environment:
    """Make an environment with packages such as `mkdocs` or `course-kit[cards]`, as links to those installed here."""
    venv.create(folder, symlinks=sys.platform != "win32")
    made = Environment(folder)
    found = needed(*requirements)
    owners = packages_distributions()
    for name in found:
        installed = distribution(name)
        for top in sorted(
            {path.parts[0] for path in installed.files or () if path.parts[0] not in ("..", "__pycache__")}
        ):
            others = {canonicalize_name(owner) for owner in owners.get(top, ())} - found
            assert not others, f"{name} shares {top} with {others}"
            link, target = made.packages / top, Path(str(installed.locate_file(top)))
            if target.exists() and not link.exists() and target.suffix != ".pth":
                link.symlink_to(target, target.is_dir())
        write_scripts(made, installed)
    return made


def write_scripts(made: Environment, installed: Distribution) -> None:
    """Its commands, such as `mkdocs`."""
    for command in installed.entry_points.select(group="console_scripts"):
        module, _, name = command.value.partition(":")
        script = made.scripts / command.name
        script.write_text(SCRIPT.format(python=made.python, module=module, name=name), "utf-8")
        script.chmod(0o755)


def requirements(wheel: Path, extra: str = "") -> list[str]:
    """What a wheel says that it needs: plainly, or with an extra."""
    with zipfile.ZipFile(wheel) as file:
        (name,) = [name for name in file.namelist() if name.endswith(".dist-info/METADATA")]
        texts = message_from_bytes(file.read(name)).get_all("Requires-Dist", [])
    return [f"{found.name}[{','.join(found.extras)}]{found.specifier}" for found in of_extra(texts, extra)]


def needed(*requirements: str) -> set[str]:
    """The names of what these requirements need, themselves among them."""
    found: set[tuple[str, str]] = set()
    left = [Requirement(text) for text in requirements]
    while left:
        wanted = left.pop()
        name = canonicalize_name(wanted.name)
        for extra in {"", *wanted.extras}:
            if (name, extra) not in found:
                found.add((name, extra))
                left += wants(name, extra)
    return {name for name, _ in found}


@cache
def wants(name: str, extra: str) -> list[Requirement]:
    """What a package needs itself, on this machine."""
    return list(of_extra(distribution(name).requires or (), extra))


def of_extra(texts: Iterable[str], extra: str = "") -> Iterator[Requirement]:
    """Those of some requirements that count here, with an extra or without any."""
    for text in texts:
        requirement = Requirement(text)
        plainly = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if plainly if not extra else not plainly and requirement.marker.evaluate({"extra": extra}):
            yield requirement
