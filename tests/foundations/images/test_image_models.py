"""The published tables of image models: both, whole and the right ones, or none; and joined on what belongs together."""

import hashlib
import os
import socket
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pooch
import pytest
from passenger_list import HAS_TABLES

from foundations import join_tables, timm_front_2022, timm_tables
from foundations.images import image_models

SPEEDS = b"model,infer_img_size,infer_samples_per_sec\nnet,224,900.0\nnet,288,500.0\nwide,224,300.0\n"
ACCURACIES = b'model,img_size,top1,param_count\nnet.a_in1k,224,80.0,5.0\nwide.b_in1k,224,85.0,"1,014.45"\n'
DATA = os.environ.get("FOUNDATIONS_DATA")
with_tables = pytest.mark.skipif(not HAS_TABLES, reason="FOUNDATIONS_DATA names no folder with timm's tables")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without network and tables; gives the folder of its cache."""

    def nowhere(self: socket.socket, address: object) -> None:
        raise OSError("no network in tests")

    monkeypatch.setattr(socket.socket, "connect", nowhere)
    monkeypatch.delenv("FOUNDATIONS_DATA", raising=False)
    monkeypatch.delenv("FOUNDATIONS_TIMM", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    files = {
        name: (names, hashlib.sha256(data).hexdigest())
        for (name, (names, _)), data in zip(image_models.FILES.items(), (SPEEDS, ACCURACIES), strict=True)
    }
    monkeypatch.setattr(image_models, "FILES", files)
    monkeypatch.setattr(image_models, "MIRRORS", ("http://127.0.0.1:9/",))
    return tmp_path / "cache" / "neural-net-foundations"


@pytest.fixture
def folder(machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The reader's folder with both tables."""
    made = tmp_path / "data" / "timm"
    made.mkdir(parents=True)
    (made / image_models.SPEEDS).write_bytes(SPEEDS)
    (made / image_models.ACCURACIES).write_bytes(ACCURACIES)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(made.parent))
    return made


def downloads(monkeypatch: pytest.MonkeyPatch, served: dict[str, bytes]) -> list[str]:
    """Let a network have these files, by the ends of their addresses; gives the addresses that are asked for."""
    asked: list[str] = []

    class Downloader:
        def __init__(self, timeout: float, chunk_size: int) -> None:
            assert timeout < 30

        def __call__(self, url: str, file: IO[bytes], _: object) -> None:
            asked.append(url)
            file.write(next(data for name, data in served.items() if url.endswith(name)))

    monkeypatch.setattr(pooch, "HTTPDownloader", Downloader)
    return asked


def both() -> tuple[list[str], list[str]]:
    speeds, accuracies = timm_tables()
    return speeds.model.tolist(), accuracies.model.tolist()


def test_from_the_readers_folder(folder: Path):
    speeds, accuracies = timm_tables()
    assert speeds.infer_samples_per_sec.tolist() == [900, 500, 300]
    assert accuracies.param_count.tolist() == [5, 1014.45]  # its comma parts thousands


def test_with_other_ends_of_lines_and_under_the_other_name(folder: Path):
    (folder / image_models.SPEEDS).write_bytes(SPEEDS.replace(b"\n", b"\r\n"))
    (folder / image_models.ACCURACIES).rename(folder / "results-imagenet.head.csv")
    assert both() == (["net", "net", "wide"], ["net.a_in1k", "wide.b_in1k"])


@pytest.mark.parametrize("name", [image_models.SPEEDS, image_models.ACCURACIES])
@pytest.mark.parametrize("damage", [b"", b"something else", SPEEDS[:-9], ACCURACIES[:-9], None])
def test_never_half_of_them(folder: Path, name: str, damage: bytes | None):
    (folder / name).unlink() if damage is None else (folder / name).write_bytes(damage)
    with pytest.raises(FileNotFoundError, match="FOUNDATIONS_DATA names does not hold both of them, whole"):
        timm_tables()


def test_where_there_are_none_one_error_says_how_to_get_them(machine: Path):
    with pytest.raises(FileNotFoundError) as caught:
        timm_tables()
    for words in ("cannot be fetched. To have them", image_models.COMMIT, "results-imagenet.csv", "FOUNDATIONS_DATA"):
        assert words in str(caught.value)
    assert not machine.exists()


def test_they_are_downloaded_once_and_kept(machine: Path, monkeypatch: pytest.MonkeyPatch):
    asked = downloads(monkeypatch, {image_models.SPEEDS: SPEEDS, image_models.ACCURACIES: ACCURACIES})
    first = both()
    assert len(asked) == 2
    assert both() == first
    assert len(asked) == 2
    assert sorted(each.name for each in (machine / "timm").iterdir()) == sorted(image_models.FILES)


def test_a_wrong_download_is_neither_used_nor_kept(machine: Path, monkeypatch: pytest.MonkeyPatch):
    downloads(monkeypatch, {image_models.SPEEDS: SPEEDS, image_models.ACCURACIES: b"<html>"})
    with pytest.raises(FileNotFoundError):
        timm_tables()
    assert [each.name for each in (machine / "timm").iterdir()] == [image_models.SPEEDS]


def test_mirrors_are_tried_in_turn(machine: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(image_models, "MIRRORS", ("https://one.invalid/", "https://two.invalid/"))
    asked = downloads(
        monkeypatch, {"one.invalid/" + image_models.SPEEDS: b"", image_models.SPEEDS: SPEEDS, ".csv": ACCURACIES}
    )
    timm_tables()
    assert [url.split("/")[2] for url in asked] == ["one.invalid", "two.invalid", "one.invalid"]


def test_a_home_that_cannot_be_written_to_is_no_obstacle(machine: Path, monkeypatch: pytest.MonkeyPatch):
    machine.parent.mkdir(parents=True)
    machine.write_text("a file where the folder should be", "utf-8")
    downloads(monkeypatch, {image_models.SPEEDS: SPEEDS, image_models.ACCURACIES: ACCURACIES})
    assert both()[0] == ["net", "net", "wide"]


def test_absent_on_demand(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FOUNDATIONS_TIMM", "absent")
    with pytest.raises(FileNotFoundError, match="FOUNDATIONS_TIMM says"):
        timm_tables()
    monkeypatch.setenv("FOUNDATIONS_TIMM", "gone")
    with pytest.raises(ValueError, match="must be absent, or not be set, not gone"):
        timm_tables()


def test_addresses_are_pinned():
    assert all(image_models.COMMIT in each and each.startswith("https://") for each in image_models.MIRRORS)


# --- the join


def speeds(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["model", "infer_img_size", "infer_samples_per_sec"])


def accuracies(*rows: tuple[str, int, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["model", "img_size", "top1"]).assign(param_count=5.0)


def test_only_what_was_timed_at_the_same_size_is_joined():
    joined = join_tables(
        speeds(("net", 224, 900), ("net", 288, 500), ("other", 224, 300)),
        accuracies(("net.a", 224, 80), ("net.b", 224, 82), ("net.a", 288, 81), ("net.a", 320, 83), ("nets.a", 224, 70)),
    )
    found = joined[["name", "architecture", "weights", "image_size", "images_per_second", "top1"]]
    assert found.values.tolist() == [
        ["net.b", "net", "b", 224, 900, 82],
        ["net.a", "net", "a", 224, 900, 80],
        ["net.a", "net", "a", 288, 500, 81],
    ]
    assert joined.index.tolist() == [0, 1, 2]


def test_names_of_larger_data_are_known():
    tags = {"in1k": False, "fb_dist_in1k": False, "a1_in1k": False, "augreg_in21k_ft_in1k": True, "": False}
    tags |= {"fb_in22k_ft_in1k_384": True, "laion2b_ft_in1k": True, "openai_ft_in1k": True, "ns_jft_in1k": True}
    joined = join_tables(speeds(("net", 224, 1)), accuracies(*[(f"net.{tag}", 224, 80) for tag in tags]))
    assert dict(zip(joined.weights, joined.larger_data, strict=True)) == tags


def test_a_table_joins_to_nothing_without_an_error():
    assert len(join_tables(speeds(("net", 224, 1)), accuracies(("other.a", 224, 80)))) == 0


def test_the_tables_stay_as_they_were():
    one, two = speeds(("net", 224, 900)), accuracies(("net.a", 224, 80))
    join_tables(one, two)
    assert one.equals(speeds(("net", 224, 900)))
    assert two.equals(accuracies(("net.a", 224, 80)))


def test_what_cannot_be_joined_is_refused():
    with pytest.raises(ValueError, match=r"speeds must have the columns .*; infer_img_size is missing"):
        join_tables(speeds().drop(columns="infer_img_size"), accuracies())
    with pytest.raises(ValueError, match=r"accuracies must have the columns .*; top1, param_count is missing"):
        join_tables(speeds(), accuracies().drop(columns=["top1", "param_count"]))
    with pytest.raises(ValueError, match="net was timed twice at size 224"):
        join_tables(speeds(("net", 224, 1), ("net", 224, 2)), accuracies())


# --- the published tables themselves


def test_the_front_of_2022_goes_from_the_fastest_model_to_the_most_accurate():
    front = timm_front_2022()
    assert len(front) == 25
    assert front.images_per_second.is_monotonic_decreasing
    assert front.top1.diff()[1:].gt(0).all()  # whoever is slower than another is more accurate


@with_tables
def test_what_the_lesson_says_of_the_published_tables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("FOUNDATIONS_TIMM", raising=False)
    fast, right = timm_tables()
    joined = join_tables(fast, right)
    assert (len(fast), len(right), len(joined)) == (1430, 1556, 1439)
    assert right.top1.is_monotonic_decreasing  # sorted to the end, so nothing was cut off
    assert joined.groupby(["architecture", "image_size"]).images_per_second.nunique().eq(1).all()
    # The rows that the lesson spells out are in the tables.
    few = fast[fast.model.eq("convnext_tiny") & fast.infer_img_size.isin([224, 384])]
    assert few.infer_samples_per_sec.tolist() == [3120.16, 1100.29]
    named = right.set_index(["model", "img_size"]).top1
    assert named["convnext_tiny.fb_in1k", 224] == 82.066
    assert named["convnext_tiny.in12k_ft_in1k_384", 384] == 85.154
    assert joined.top1[joined.images_per_second >= 3120.16].max() < 85.154  # the invented row would beat them all
    whole = fast.dropna()
    proxies = [
        -np.corrcoef(np.log(whole[column]), np.log(whole.infer_samples_per_sec))[0, 1]
        for column in ("param_count", "infer_gmacs", "infer_macts")
    ]
    assert proxies == sorted(proxies)
    assert proxies[0] < 0.85
