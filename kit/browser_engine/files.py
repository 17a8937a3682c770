"""The files of the engine: Pyodide from its npm package, libraries from its release, other wheels from where they lie.

Each is looked for in a folder, then among those fetched before, then fetched; and none is used that is not, to the
byte, what its hash says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

RELEASE = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"  # has each library by the name of its file
PACKED = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")  # of the npm package
LOCK = "pyodide-lock.json"
LICENCE = re.compile(r"\.dist-info/(licenses/.*|LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.I)  # a file with one, in a wheel


class EngineError(Exception):
    """The engine cannot be put together."""


@dataclass(frozen=True)
class Wheel:
    """A wheel that is not of Pyodide's release.

    Attributes:
        name: What Python imports.
        url: Where it lies.
        sha256: Its hash, in hexadecimal digits.
        depends: Names of the libraries that it needs.
    """

    name: str
    url: str
    sha256: str
    depends: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file."""
        return self.url.rpartition("/")[2].replace("%2B", "+")


class Places:
    """Where files are looked for, in this order: a folder, what was fetched before, the network.

    Args:
        folder: A folder of files that lie ready, if there is one.
        cache: The folder of what was fetched before.
    """

    def __init__(self, folder: Path | None, cache: Path):
        self.folder, self.cache = folder, cache

    def found(self, name: str, algorithm: str, digest: str) -> bytes | None:
        """A file that lies somewhere here.

        Raises:
            EngineError: The one in the folder is another than the hash says.
        """
        if self.folder and (path := self.folder / name).is_file():
            data = path.read_bytes()
            if hashlib.new(algorithm, data).hexdigest() != digest:
                raise EngineError(
                    f"{path} is not the file that was asked for: its {algorithm} is another than {digest}"
                )
            return data
        if (path := self.cache / name).is_file():
            data = path.read_bytes()
            if hashlib.new(algorithm, data).hexdigest() == digest:
                return data
        return None

    def keep(self, name: str, data: bytes) -> None:
        """Keep what was fetched, all of it or nothing."""
        self.cache.mkdir(parents=True, exist_ok=True)
        part = self.cache / f".{name}.part"
        part.write_bytes(data)
        part.replace(self.cache / name)


def gather(
    version: str, integrity: str, libraries: Iterable[str], wheels: Iterable[Wheel], places: Places
) -> dict[str, bytes]:
    """All files of the engine, by name.

    Args:
        version: Pyodide's.
        integrity: The hash of its npm package as npm writes it: sha512- and 88 characters of base64.
        libraries: Names of the libraries to load, of Pyodide's release and of the wheels.
        wheels: Wheels from elsewhere.
        places: Where to look.

    Returns:
        What each file holds; its lock file names these libraries alone.

    Raises:
        EngineError: A file cannot be had, or is another than its hash says; no library has this name.
    """
    found = pyodide(version, integrity, places)
    lock = json.loads(found[LOCK])
    known = lock["packages"] | {wheel.name: entry(wheel) for wheel in wheels}
    sources = {wheel.name: wheel.url for wheel in wheels}
    lock["packages"] = {name: known[name] for name in with_what_they_need(known, libraries)}
    for name, library in lock["packages"].items():
        url = sources.get(name, RELEASE.format(version=version) + library["file_name"])
        found[library["file_name"]] = fetched(url, library["file_name"], library["sha256"], places)
    return found | {LOCK: json.dumps(lock, sort_keys=True).encode()}


def pyodide(version: str, integrity: str, places: Places) -> dict[str, bytes]:
    """The files of Pyodide's npm package that a browser needs.

    Raises:
        EngineError: The package cannot be had, is another than its hash says, or lacks one of them.
    """
    name = f"pyodide-{version}.tgz"
    algorithm, _, digest = integrity.partition("-")
    try:
        wanted = base64.b64decode(digest, validate=True).hex()
    except ValueError:
        wanted = ""
    if algorithm != "sha512" or len(wanted) != 128:
        raise EngineError(f"integrity must be as npm writes it, sha512-…, and not {integrity!r}")
    data = places.found(name, algorithm, wanted)
    if data is None:
        data = packed(version)
        if hashlib.sha512(data).hexdigest() != wanted:
            raise EngineError(f"npm's package of Pyodide {version} is another than {integrity}")
        places.keep(name, data)
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        if missing := sorted({*PACKED, LOCK} - members.keys()):
            raise EngineError(f"npm's package of Pyodide {version} lacks {', '.join(missing)}")
        return {each: content(archive, members[each]) for each in (*PACKED, LOCK)}


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """What a file of an archive holds."""
    file = archive.extractfile(member)
    assert file
    return file.read()


def packed(version: str) -> bytes:
    """The npm package of Pyodide, fetched.

    Raises:
        EngineError: There is no npm, or it cannot get it.
    """
    if not (npm := shutil.which("npm")):
        raise EngineError(f"Pyodide {version} is fetched with npm, which is not installed here")
    with tempfile.TemporaryDirectory() as folder:
        asked = [npm, "pack", "--silent", f"pyodide@{version}"]
        done = subprocess.run(asked, cwd=folder, capture_output=True, encoding="utf-8", errors="replace")
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or len(archives) != 1:
            said = done.stderr.strip().splitlines()
            raise EngineError(f"npm cannot get Pyodide {version}: {said[0] if said else 'it says nothing'}")
        return archives[0].read_bytes()


def fetched(url: str, name: str, sha256: str, places: Places) -> bytes:
    """A file, found or fetched.

    Raises:
        EngineError: It cannot be had, or is another than its hash says.
    """
    if (data := places.found(name, "sha256", sha256)) is not None:
        return data
    try:
        import pooch

        path = pooch.retrieve(url, f"sha256:{sha256}", name, places.cache, progressbar=False)
    except Exception as error:  # pooch and what it uses raise many kinds
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise EngineError(f"{name} cannot be fetched from {url}: {first}") from None
    return Path(path).read_bytes()


def licences(version: str, files: Mapping[str, bytes]) -> str:
    """Under which licences the engine's files come.

    Args:
        version: Pyodide's.
        files: What each file holds.

    Returns:
        What each says of itself, with the texts that wheels hold.
    """
    source = f"https://github.com/pyodide/pyodide/tree/{version}"
    found = [f"Pyodide {version}: MPL-2.0, its source lies at {source}; with Python and its library: PSF-2.0"]
    for name, data in sorted(files.items()):
        if name.endswith(".whl") and zipfile.is_zipfile(BytesIO(data)):
            with zipfile.ZipFile(BytesIO(data)) as wheel:
                held = [each for each in wheel.namelist() if LICENCE.search(each)]
                texts = [wheel.read(each).decode("utf-8", "replace").strip() for each in held]
            found.append("\n\n".join([name, *texts]))
    return f"\n\n{'-' * 80}\n".join(found) + "\n"


def entry(wheel: Wheel) -> dict[str, Any]:
    """What a lock file of Pyodide says of a wheel."""
    return {
        "name": wheel.name,
        "version": wheel.file.split("-")[1],
        "file_name": wheel.file,
        "install_dir": "site",
        "sha256": wheel.sha256,
        "package_type": "package",
        "imports": [wheel.name],
        "depends": list(wheel.depends),
        "unvendored_tests": False,
    }


def with_what_they_need(known: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> list[str]:
    """The names of libraries and of all that they depend on, in one order.

    Raises:
        EngineError: Nothing has this name.

    Example:
        ```python
        from browser_engine.files import with_what_they_need

        known = {"a": {"depends": ["b"]}, "b": {"depends": []}, "c": {"depends": []}}
        assert with_what_they_need(known, ["a"]) == ["a", "b"]
        ```
    """

    def walk(name: str, by: str) -> Iterator[str]:
        if name not in known:
            raise EngineError(f"Pyodide has no library {name}{f', which {by} needs' if by else ''}")
        if name not in met:
            met.add(name)
            yield name
            for other in known[name]["depends"]:
                yield from walk(other, name)

    met: set[str] = set()
    return sorted(each for name in names for each in walk(name, ""))
