"""California housing: the table of the census of 1990, where a copy of it can be had."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from foundations._local_data import in_place_of_a_file, local_file, pinned

if TYPE_CHECKING:
    import pandas as pd

# The archive as scikit-learn fetches it, and the hash by which it knows it.
FILE = "cal_housing.tgz"
URL = "https://ndownloader.figshare.com/files/5976036"
SHA256 = "aaa5c9a6afe2225cc2aed2723682ae403280c4a3695a2ddda4ffb5d8215ea681"

COLUMNS = (
    "MedInc",
    "HouseAge",
    "AveRooms",
    "AveBedrms",
    "Population",
    "AveOccup",
    "Latitude",
    "Longitude",
    "MedHouseVal",
)
N_ROWS = 20_640


def california_housing(*, download: bool = False) -> pd.DataFrame:
    """Load California housing: 20,640 districts of the census of 1990, with the median value of their houses.

    It is not bundled with scikit-learn. It is read from `cal_housing.tgz` in the folder that the environment
    variable FOUNDATIONS_DATA names, if it is there, or else from the copy that scikit-learn or an earlier call has
    kept. Only with `download=True` is it fetched and kept.

    Args:
        download: Whether to fetch it where there is no copy on this machine.

    Returns:
        A table of floats with 20,640 rows: eight inputs, and MedHouseVal in units of 100,000 dollars as the target.

    Raises:
        FileNotFoundError: There is no copy on this machine, and download is False; the message says how to get one.
        ConnectionError: It could not be fetched.
        ValueError: A copy is damaged, or is something else.

    Example:
        ```python
        from foundations import california_housing

        try:
            homes = california_housing()
        except FileNotFoundError as missing:
            print(missing)
        else:
            assert homes.shape == (20_640, 9)
        ```

    Source:
        https://scikit-learn.org/stable/datasets/real_world.html#california-housing-dataset
    """
    archive = local_file(FILE)
    if archive and (found := in_place_of_a_file(archive)):
        raise ValueError(f"{archive} is {found}, and should be a file: remove it, and save {URL} in its place")
    if archive and archive.is_file():
        return _checked(_from_archive(_archive(archive)), archive)
    if copy := _sklearn_copy():
        return _checked(_from_sklearn(copy), copy)
    data = pinned([FILE], SHA256, [URL] if download else [])
    if data is not None:
        return _checked(_from_archive(data), None)
    by_hand = f"save {URL} as {FILE} in a folder, and name the folder in the environment variable FOUNDATIONS_DATA"
    if download:
        raise ConnectionError(
            "California housing could not be fetched: there is no connection, or what came was something else. The "
            f"lessons run without it, on the data that scikit-learn brings along. To get it by hand, {by_hand}"
        )
    raise FileNotFoundError(
        "there is no copy of California housing on this machine. california_housing(download=True) fetches it "
        f"once and keeps it. Or {by_hand}."
    )


def _archive(file: Path) -> bytes:
    """The bytes of the reader's own archive, if it is the one that we mean."""
    with file.open("rb") as data:
        found = hashlib.file_digest(data, "sha256").hexdigest()
    if found != SHA256:
        raise ValueError(
            f"{file} is damaged or another file: its SHA-256 begins with {found[:8]}, not with {SHA256[:8]}. "
            f"Remove it, and save {URL} in its place"
        )
    return file.read_bytes()


def _from_archive(data: bytes) -> pd.DataFrame:
    import pandas as pd

    with tarfile.open(fileobj=io.BytesIO(data)) as files:
        member = files.extractfile("CaliforniaHousing/cal_housing.data")
        assert member is not None
        table = np.loadtxt(member, delimiter=",")
    longitude, latitude, age, rooms, bedrooms, population, households, income, value = table.T
    columns = (
        income,
        age,
        rooms / households,
        bedrooms / households,
        population,
        population / households,
        latitude,
        longitude,
        value / 100_000,
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _sklearn_copy() -> Path | None:
    """The file in which scikit-learn keeps the table, if it does; no folder is made."""
    folder = Path(os.environ.get("SCIKIT_LEARN_DATA") or "~/scikit_learn_data").expanduser()
    file = folder / "cal_housing_py3.pkz"
    return file if file.is_file() else None


def _from_sklearn(copy: Path) -> pd.DataFrame:
    from sklearn.datasets import fetch_california_housing

    try:
        frame: pd.DataFrame = fetch_california_housing(as_frame=True, download_if_missing=False).frame
    except Exception as error:
        raise ValueError(f"{copy} is damaged ({error}): remove it, and fetch it anew") from error
    return frame


def _checked(table: pd.DataFrame, source: Path | None) -> pd.DataFrame:
    """The table, if it is the one that we mean, whole and with every column in its place."""
    expected = table.shape == (N_ROWS, len(COLUMNS)) and tuple(table.columns) == COLUMNS
    if (
        not expected
        or not np.isfinite(table.to_numpy()).all()
        or not table["Latitude"].between(32, 42).all()
        or not table["Longitude"].between(-125, -114).all()
    ):
        raise ValueError(
            f"{source or 'what was fetched'} does not hold California housing: it should be {N_ROWS:,} rows, without "
            f"gaps, of {', '.join(COLUMNS)}"
        )
    return table
