"""California housing: read from a folder or from scikit-learn's copy, fetched only when asked, refused when damaged."""

import hashlib
import io
import os
import tarfile
from pathlib import Path

import joblib
import numpy as np
import pooch
import pytest
from project_root import ROOT

from foundations import california_housing
from foundations.passengers import housing
from page_runner.page import read_page


@pytest.fixture(scope="module")
def districts() -> np.ndarray:
    """Made-up districts in the columns of the archive, one of them with very many people to a household."""
    draw = np.random.default_rng(0)
    n = housing.N_ROWS
    households = draw.integers(50, 900, n)
    income = draw.uniform(0.5, 15, n).round(4)
    table = np.column_stack(
        [
            draw.uniform(-124, -115, n).round(2),
            draw.uniform(33, 41, n).round(2),
            draw.integers(1, 53, n),
            households * draw.integers(3, 8, n),
            households + 20,
            households * 3,
            households,
            income,
            (income * 30_000 + draw.normal(0, 50_000, n)).clip(15_000, 500_001).round(),
        ]
    )
    table[7, 5] = 1243 * table[7, 6]
    return table


def packed(text: str) -> bytes:
    """The archive, with this text for its table."""
    data, content = io.BytesIO(), text.encode()
    with tarfile.open(fileobj=data, mode="w:gz") as files:
        info = tarfile.TarInfo("CaliforniaHousing/cal_housing.data")
        info.size = len(content)
        files.addfile(info, io.BytesIO(content))
    return data.getvalue()


@pytest.fixture(scope="module")
def archive(districts: np.ndarray) -> bytes:
    text = io.StringIO()
    np.savetxt(text, districts, fmt="%g", delimiter=",")
    return packed(text.getvalue())


def sending(data: bytes):
    """Downloads that all give this."""
    return lambda **_: lambda url, file, _: file.write(data)


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any copy, and without a network."""
    monkeypatch.setattr(pooch, "HTTPDownloader", sending(b""))
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "kept"))
    monkeypatch.delenv("FOUNDATIONS_DATA", raising=False)
    return tmp_path


def local_copy(folder: Path, data: bytes, monkeypatch: pytest.MonkeyPatch, *, known: bool = True) -> None:
    (folder / housing.FILE).write_bytes(data)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(folder))
    if known:
        monkeypatch.setattr(housing, "SHA256", hashlib.sha256(data).hexdigest())


def keep(folder: Path, table: object) -> None:
    (folder / "kept").mkdir()
    joblib.dump(table, folder / "kept" / "cal_housing_py3.pkz", compress=6)


def as_sklearn_keeps(districts: np.ndarray) -> np.ndarray:
    return districts[:, [8, 7, 2, 3, 4, 5, 6, 1, 0]]


def test_a_folder_with_the_archive(machine, archive, districts, monkeypatch):
    local_copy(machine, archive, monkeypatch)
    homes = california_housing()
    assert homes.shape == (20_640, 9)
    assert list(homes) == list(housing.COLUMNS)
    assert homes["AveOccup"].max() == 1243
    assert homes["AveOccup"].median() == 3
    assert np.allclose(homes["MedHouseVal"], districts[:, 8] / 100_000)
    assert np.allclose(homes["AveRooms"], districts[:, 3] / districts[:, 6])


def test_the_archive_and_scikit_learns_copy_give_the_same_table(machine, archive, districts, monkeypatch):
    keep(machine, as_sklearn_keeps(districts))
    theirs = california_housing()
    local_copy(machine, archive, monkeypatch)
    ours = california_housing()
    assert list(ours) == list(theirs)
    assert np.allclose(ours, theirs)


def test_without_a_copy_it_says_how_to_get_one(machine, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"california_housing\(download=True\) fetches it.*FOUNDATIONS_DATA"):
        california_housing()
    assert not list(machine.iterdir()), "looking for it left something behind"
    monkeypatch.setenv("FOUNDATIONS_DATA", str(machine / "nowhere"))
    with pytest.raises(FileNotFoundError):
        california_housing()


@pytest.mark.parametrize(
    "content", [b"", b"<html>404</html>", packed("1,2,3\n")], ids=["nothing", "a web page", "another archive"]
)
def test_another_file_of_this_name_is_refused(machine, monkeypatch, content):
    local_copy(machine, content, monkeypatch, known=False)
    with pytest.raises(ValueError, match=r"cal_housing\.tgz is damaged or another file: its SHA-256 begins with"):
        california_housing()


def test_half_an_archive_is_refused(machine, archive, monkeypatch):
    monkeypatch.setattr(housing, "SHA256", hashlib.sha256(archive).hexdigest())
    local_copy(machine, archive[: len(archive) // 2], monkeypatch, known=False)
    with pytest.raises(ValueError, match="damaged"):
        california_housing(download=True)


def damaged(table: np.ndarray, how: str) -> object:
    if how == "fewer rows":
        return table[:-1]
    if how == "a gap":
        return np.where(np.arange(len(table))[:, None] == 5, np.nan, table)
    if how == "columns in another order":
        return table[:, ::-1]
    return table[:, :-1]


@pytest.mark.parametrize("how", ["fewer rows", "a gap", "columns in another order"])
def test_a_copy_with_other_content_is_refused(machine, districts, how):
    keep(machine, damaged(as_sklearn_keeps(districts), how))
    with pytest.raises(ValueError, match="does not hold California housing: it should be 20,640 rows, without gaps"):
        california_housing()


@pytest.mark.parametrize("what", ["a column missing", "text", "half a file"])
def test_a_damaged_copy_of_scikit_learn_is_refused(machine, districts, what):
    keep(machine, damaged(as_sklearn_keeps(districts), what) if what != "text" else "not a table")
    file = machine / "kept" / "cal_housing_py3.pkz"
    if what == "half a file":
        file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"cal_housing_py3\.pkz is damaged .*remove it, and fetch it anew"):
        california_housing(download=True)


def test_a_download_that_fails_says_what_else_there_is(machine):
    with pytest.raises(ConnectionError, match=r"there is no connection.*The lessons run without it.*FOUNDATIONS_DATA"):
        california_housing(download=True)
    assert not [each for each in machine.rglob("*") if each.is_file()], "a failed download left a file"


@pytest.mark.parametrize("part", [slice(0), slice(1000), slice(None, -1)])
def test_a_download_of_something_else_is_refused(part, archive, monkeypatch):
    monkeypatch.setattr(housing, "SHA256", hashlib.sha256(archive).hexdigest())
    monkeypatch.setattr(pooch, "HTTPDownloader", sending(archive[part]))
    with pytest.raises(ConnectionError, match="what came was something else"):
        california_housing(download=True)
    with pytest.raises(FileNotFoundError):
        california_housing()


def test_it_is_fetched_once_when_asked_and_then_kept(archive, districts, monkeypatch):
    monkeypatch.setattr(housing, "SHA256", hashlib.sha256(archive).hexdigest())
    monkeypatch.setattr(pooch, "HTTPDownloader", sending(archive))
    with pytest.raises(FileNotFoundError):
        california_housing()
    homes = california_housing(download=True)
    assert np.allclose(homes["MedHouseVal"], districts[:, 8] / 100_000)
    monkeypatch.setattr(pooch, "HTTPDownloader", sending(b""))
    assert california_housing().equals(homes)


@pytest.mark.parametrize("kind", ["a folder", "a pipe or a device"])
def test_what_is_no_file_is_refused(kind, machine, monkeypatch):
    if kind == "a folder":
        (machine / housing.FILE).mkdir()
    elif hasattr(os, "mkfifo"):
        os.mkfifo(machine / housing.FILE)
    else:
        pytest.skip("there are no pipes with names on this system")
    monkeypatch.setenv("FOUNDATIONS_DATA", str(machine))
    with pytest.raises(ValueError, match=rf"cal_housing\.tgz is {kind}, and should be a file"):
        california_housing()


def test_the_page_shows_the_books_numbers_where_the_table_is(machine, archive, monkeypatch, capsys):
    local_copy(machine, archive, monkeypatch)
    page = read_page(ROOT / "docs" / "lessons" / "linear-regression-twice.md", ROOT)
    imports, needed = page.snippets[0], [each for each in page.snippets if "homes" in each.source]
    needed += [each for each in page.snippets if each.source.startswith("def curvatures")]
    names: dict[str, object] = {"train_x": None, "table": None, "train_rows": None}
    exec(imports.source, names)
    assert len(needed) == 3
    for snippet in sorted(needed, key=lambda each: each.line):
        exec(snippet.source.split("\n\n\nfor ")[0], names)
    printed = capsys.readouterr().out
    assert "Built without" not in printed
    for words in ("losses ", "lowest possible ", "validation RMSE ", "without one row "):
        assert words in printed
