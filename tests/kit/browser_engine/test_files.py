"""What the engine is made of: found, checked, or refused."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from browser_engine.files import LOCK, PACKED, EngineError, Places, Wheel, gather, with_what_they_need

LIBRARY = b"what a library holds"
WHEEL = b"what a wheel holds"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def package(lock: dict[str, object], without: str = "") -> bytes:
    """An npm package of Pyodide with nothing in its files but their names."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name in (*PACKED, LOCK):
            if name != without:
                data = json.dumps(lock).encode() if name == LOCK else name.encode()
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return held.getvalue()


def integrity(data: bytes) -> str:
    return f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}"


def library(name: str, data: bytes, *depends: str) -> dict[str, object]:
    return {"name": name, "file_name": f"{name}-1.whl", "sha256": sha256(data), "depends": list(depends)}


LOCKED = {
    "packages": {"one": library("one", LIBRARY), "two": library("two", LIBRARY, "one"), "three": library("three", b"")}
}
PACKAGE = package(LOCKED)
OWN = Wheel("own", "https://example.org/own-2.0+x-cp314.whl", sha256(WHEEL), ("one",))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A folder with all that is wanted, and a cache with nothing."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "pyodide-9.tgz").write_bytes(PACKAGE)
    for name, data in {"one-1.whl": LIBRARY, "two-1.whl": LIBRARY, OWN.file: WHEEL}.items():
        (folder / name).write_bytes(data)
    return Places(folder, tmp_path / "cache")


def test_all_files_come_from_the_folder_with_a_lock_of_what_was_asked_for(places):
    found = gather("9", integrity(PACKAGE), ["two", "own"], [OWN], places)
    assert {name: found[name] for name in PACKED} == {name: name.encode() for name in PACKED}
    assert (found["one-1.whl"], found["two-1.whl"], found[OWN.file]) == (LIBRARY, LIBRARY, WHEEL)
    lock = json.loads(found[LOCK])
    assert list(lock["packages"]) == ["one", "own", "two"]
    assert lock["packages"]["own"]["sha256"] == sha256(WHEEL) and lock["packages"]["own"]["depends"] == ["one"]
    assert not places.cache.exists()


def test_a_file_of_the_folder_that_is_another_is_refused(places):
    (places.folder / "one-1.whl").write_bytes(LIBRARY + b"!")
    with pytest.raises(EngineError, match=r"one-1\.whl is not the file that was asked for"):
        gather("9", integrity(PACKAGE), ["one"], [], places)


def test_another_package_of_pyodide_is_refused(places):
    (places.folder / "pyodide-9.tgz").write_bytes(package({"packages": {}}))
    with pytest.raises(EngineError, match=r"pyodide-9\.tgz is not the file that was asked for"):
        gather("9", integrity(PACKAGE), [], [], places)


def test_what_was_fetched_before_is_used_unless_it_is_damaged(places, monkeypatch):
    places.keep("one-1.whl", LIBRARY)
    places.keep("pyodide-9.tgz", PACKAGE)
    cached = Places(None, places.cache)
    assert gather("9", integrity(PACKAGE), ["one"], [], cached)["one-1.whl"] == LIBRARY
    (places.cache / "pyodide-9.tgz").write_bytes(PACKAGE[:-1])
    monkeypatch.setattr("browser_engine.files.packed", lambda version: PACKAGE)
    assert gather("9", integrity(PACKAGE), ["one"], [], cached)["one-1.whl"] == LIBRARY
    assert (places.cache / "pyodide-9.tgz").read_bytes() == PACKAGE
    assert not [path for path in places.cache.iterdir() if path.name.endswith(".part")]


def test_what_npm_gives_is_checked_and_kept_only_if_it_is_right(tmp_path, monkeypatch):
    monkeypatch.setattr("browser_engine.files.packed", lambda version: PACKAGE + b"!")
    with pytest.raises(EngineError, match="another than sha512-"):
        gather("9", integrity(PACKAGE), [], [], Places(None, tmp_path / "cache"))
    assert not (tmp_path / "cache").exists()


def test_a_machine_without_npm_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="fetched with npm, which is not installed"):
        gather("9", integrity(PACKAGE), [], [], Places(None, tmp_path / "cache"))


def test_a_library_that_cannot_be_fetched_says_from_where(places):
    gone = Wheel("gone", "http://127.0.0.1:9/gone-1.whl", "0" * 64)
    with pytest.raises(EngineError, match=r"gone-1\.whl cannot be fetched from http://127\.0\.0\.1:9/"):
        gather("9", integrity(PACKAGE), ["gone"], [gone], places)
    assert not list(places.cache.glob("*gone*"))


@pytest.mark.parametrize("written", ["", "sha512-", "sha512-AAAA", "sha256-" + "A" * 44, "sha512-!" + "A" * 87])
def test_a_hash_that_is_none_is_refused(places, written):
    with pytest.raises(EngineError, match="integrity must be as npm writes it"):
        gather("9", written, [], [], places)


def test_a_package_that_lacks_a_file_says_which(places):
    data = package(LOCKED, without="pyodide.asm.wasm")
    (places.folder / "pyodide-9.tgz").write_bytes(data)
    with pytest.raises(EngineError, match=r"lacks pyodide\.asm\.wasm"):
        gather("9", integrity(data), [], [], places)


def test_libraries_that_nobody_knows():
    known = {"a": {"depends": ["b"]}, "round": {"depends": ["round"]}}
    assert with_what_they_need(known, ["round"]) == ["round"]
    with pytest.raises(EngineError, match="no library b, which a needs"):
        with_what_they_need(known, ["a"])
    with pytest.raises(EngineError, match=r"no library z$"):
        with_what_they_need(known, ["z"])
