"""Who was aboard: each list from its source, and nothing but the very list, however it is damaged on the way."""

import csv
import hashlib
import io
import os
import socket
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pooch
import pytest

from browser_engine.web import WebServer
from foundations import _local_data, simulate_passengers, titanic
from foundations.passengers import lists

LIST = simulate_passengers(60, seed=1).to_csv(index=False, lineterminator="\n").encode()  # stands in for the real one
CRLF = LIST.replace(b"\n", b"\r\n")
DATA, SHA256 = os.environ.get("FOUNDATIONS_DATA"), lists.SHA256  # of the real list
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


BODIES = {
    "good": LIST,
    "crlf": CRLF,
    "cut": LIST[: len(LIST) // 2],
    "tampered": LIST.replace(b",male,", b",female,", 1),
    "page": b"<html>Log in to read on</html>",
    "empty": b"",
}


class Mirrors(WebServer):
    """A server on this machine whose addresses give a list, or something else."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.over = threading.Event()
        super().__init__(Answer)

    def handle_error(self, *_: object) -> None:
        pass

    def urls(self, *names: str) -> tuple[str, ...]:
        return tuple(f"{self.root}/{name}" for name in names)


class Answer(BaseHTTPRequestHandler):
    server: Mirrors

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        if name == "silent":
            self.server.over.wait(60)
        if name.startswith("slow"):
            self.send_slowly(b"HTTP/1.0 200 OK\r\n" + b"X: x\r\n" * 90 + b"\r\n" if "head" in name else LIST)
            return
        if name not in (*BODIES, "half"):
            self.send_error(404)
            return
        body = BODIES.get(name, LIST)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:1000] if name == "half" else body)  # half: the connection ends too early

    def send_slowly(self, words: bytes) -> None:
        """Send byte by byte until the test is over: never silent for long, and never done."""
        if words is LIST:
            self.send_response(200)
            self.end_headers()
        for byte in words:
            with suppress(OSError):
                self.wfile.write(bytes([byte]))
            _local_data.MOST_SECONDS = 60  # for the next mirror: this one's time has begun
            if self.server.over.wait(0.02):
                return

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirrors() -> Iterator[Mirrors]:
    with Mirrors() as server:
        yield server
        server.over.set()


def patient(downloader, timeout: float, chunk_size: int):
    """Downloads that end after `timeout` from the silent address alone: on a busy machine another may be slow to answer."""

    def download(url: str, *rest: object) -> None:
        downloader(timeout=timeout if url.endswith("/silent") else 60, chunk_size=chunk_size)(url, *rest)

    return download


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any copy, that reaches only itself; gives where its cache would be."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: object) -> None:
        assert isinstance(address, tuple)
        assert address[0] in LOOPBACK, f"a test reaches out to {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    for name in ("FOUNDATIONS_DATA", "FOUNDATIONS_TITANIC", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache" / project)
    monkeypatch.setattr(lists, "SHA256", hashlib.sha256(LIST).hexdigest())
    monkeypatch.setattr(lists, "MIRRORS", ("http://127.0.0.1:9/nobody",))
    monkeypatch.setattr(_local_data, "TIMEOUT", 2)
    monkeypatch.setattr(pooch, "HTTPDownloader", partial(patient, pooch.HTTPDownloader))
    monkeypatch.setattr(lists, "gave_up", False)
    return tmp_path / "cache" / "neural-net-foundations" / lists.FILE


def wanted() -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(LIST))


def folder_with(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / lists.FILE).write_bytes(data)
    monkeypatch.setenv("FOUNDATIONS_DATA", str(folder))
    return folder


# --- the sources


def test_everyone_is_whom_the_inquiry_counted():
    people = titanic("everyone")
    assert people.shape == (2201, 4)
    assert people.Survived.sum() == 711
    assert people.attrs["source"] == "everyone"
    assert people.Pclass.value_counts().to_dict() == {0: 885, 3: 706, 1: 325, 2: 285}
    assert people.groupby("Sex").Survived.sum().to_dict() == {"female": 344, "male": 367}
    assert (people.AgeGroup == "child").sum() == 109
    assert len(people.value_counts(["Pclass", "Sex", "AgeGroup"])) == 14


def test_everyone_agrees_with_the_table_that_was_published():
    table = Path(DATA or ".") / "board_of_trade.csv"
    if not DATA or not table.is_file():
        pytest.skip("FOUNDATIONS_DATA names no folder with board_of_trade.csv")
    people = titanic("everyone")
    classes = {"1st": 1, "2nd": 2, "3rd": 3, "Crew": 0}
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kind = (people.Pclass == classes[row["Class"]]) & (people.Sex == row["Sex"].lower())
            kind &= (people.AgeGroup == row["Age"].lower()) & (people.Survived == (row["Survived"] == "Yes"))
            assert kind.sum() == int(row["Count"]), row


def test_each_call_gives_a_table_of_its_own(monkeypatch, tmp_path):
    folder_with(LIST, tmp_path, monkeypatch)
    for source in ("passengers", "simulated", "everyone"):
        first = titanic(source)
        first["Survived"] = 9
        assert (titanic(source).Survived != 9).all()


def test_simulated_passengers_are_drawn_as_asked():
    assert len(titanic("simulated")) == 891
    assert titanic("simulated").attrs["source"] == "simulated"
    assert titanic("simulated", n_rows=50, seed=3).equals(simulate_passengers(50, seed=3))


def test_the_variable_says_which(monkeypatch, tmp_path):
    folder_with(LIST, tmp_path, monkeypatch)
    assert titanic().attrs["source"] == "passengers"
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "simulated")
    assert titanic().attrs["source"] == "simulated"
    assert titanic("passengers").attrs["source"] == "passengers"
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "passengers")
    assert titanic().attrs["source"] == "passengers"
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "everyone")
    with pytest.raises(ValueError, match="FOUNDATIONS_TITANIC must be passengers or simulated, not everyone"):
        titanic()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"source": "train"}, "source must be .* not 'train'"),
        ({"source": None}, "not None"),
        ({"n_rows": 5}, r'titanic\("simulated", n_rows='),
        ({"source": "everyone", "n_rows": 5}, "n_rows is for simulated"),
        ({"source": "simulated", "n_rows": 0}, "n_rows must be at least 1, not 0"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        titanic(**arguments)


# --- a local folder


@pytest.mark.parametrize("data", [LIST, CRLF], ids=["LF", "CRLF"])
def test_a_local_folder_is_read_and_nobody_is_asked(data, tmp_path, monkeypatch, mirrors):
    folder_with(data, tmp_path, monkeypatch)
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    table = titanic("passengers")
    assert table.equals(wanted())
    assert table.attrs["source"] == "passengers"
    assert mirrors.asked == []


def test_the_folder_may_be_written_with_a_tilde(tmp_path, monkeypatch):
    folder_with(LIST, tmp_path, monkeypatch)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("FOUNDATIONS_DATA", "~/data")
    assert titanic("passengers").equals(wanted())


@pytest.mark.parametrize("name", ["cut", "tampered", "page", "empty"])
def test_a_damaged_local_file_is_refused_and_the_list_fetched(name, tmp_path, monkeypatch, mirrors):
    folder = folder_with(BODIES[name], tmp_path, monkeypatch)
    with pytest.raises(FileNotFoundError, match=r"titanic_passengers\.csv is damaged or another file"):
        titanic("passengers")
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic("passengers").equals(wanted())
    assert (folder / lists.FILE).read_bytes() == BODIES[name], "the reader's own folder is left alone"


def test_a_folder_named_as_seen_from_here_is_read(tmp_path, monkeypatch):
    folder_with(LIST, tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOUNDATIONS_DATA", "data")
    assert titanic("passengers").equals(wanted())


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("data", r"data.titanic_passengers\.csv is damaged or another file\. To"),
        (".", r"not_here.titanic_passengers\.csv is not there\. To"),  # as a whole path, whatever was written
        ("~nobody_at_all/data", r"~nobody_at_all.data.titanic_passengers\.csv is not there\. To"),
        (
            "data/titanic_passengers.csv",
            "FOUNDATIONS_DATA names a file, .*, and should name the folder with titanic_pas",
        ),
        ("taken", r"taken.titanic_passengers\.csv is a folder, and should be a file"),
        ("a" * 5000, r"titanic_passengers\.csv (cannot be read: |is not there)"),
    ],
    ids=["damaged", "relative", "no such user", "a file", "a folder of that name", "too long"],
)
def test_the_error_says_what_is_wrong_with_the_folder(named, words, tmp_path, monkeypatch):
    work = tmp_path / "not_here"
    work.mkdir()
    folder_with(b"another list", work, monkeypatch)
    (work / "taken" / lists.FILE).mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("FOUNDATIONS_DATA", named)
    with pytest.raises(FileNotFoundError, match=words):
        titanic("passengers")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names on this system")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch, mirrors):
    folder = folder_with(LIST, tmp_path, monkeypatch)
    (folder / lists.FILE).unlink()
    os.mkfifo(folder / lists.FILE)
    with pytest.raises(FileNotFoundError, match=r"titanic_passengers\.csv is a pipe or a device, and should be a file"):
        titanic("passengers")
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic("passengers").equals(wanted())


def test_a_file_that_is_far_too_large_is_not_read(tmp_path, monkeypatch, mirrors):
    folder = folder_with(LIST, tmp_path, monkeypatch)
    monkeypatch.setattr(_local_data, "MOST_BYTES", len(LIST) - 1)
    assert _local_data.pinned([lists.FILE], lists.SHA256, ()) is None
    monkeypatch.setattr(_local_data, "MOST_BYTES", len(LIST))
    assert _local_data.pinned([lists.FILE], lists.SHA256, ()) == (folder / lists.FILE).read_bytes()


def test_a_file_that_must_not_be_read_is_not_called_damaged(tmp_path, monkeypatch):
    folder_with(LIST, tmp_path, monkeypatch)

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(FileNotFoundError, match=r"titanic_passengers\.csv cannot be read: Permission denied"):
        titanic("passengers")


def test_variables_set_to_nothing_say_nothing(mirrors, monkeypatch):
    monkeypatch.setenv("FOUNDATIONS_DATA", "")
    monkeypatch.setenv("FOUNDATIONS_TITANIC", "")
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic().equals(wanted())


# --- mirrors and the cache


@pytest.mark.parametrize("name", ["good", "crlf"])
def test_it_is_fetched_once_and_then_kept(name, mirrors, machine, monkeypatch):
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls(name))
    assert titanic().equals(wanted())
    assert titanic().equals(wanted())
    assert mirrors.asked == [name]
    assert machine.read_bytes() == LIST
    assert [*machine.parent.iterdir()] == [machine], "nothing else is left in the cache"


@pytest.mark.parametrize("bad", ["missing", "cut", "half", "tampered", "page", "empty", "silent"])
def test_the_next_mirror_is_tried(bad, mirrors, machine, monkeypatch):
    monkeypatch.setattr(lists, "MIRRORS", ("http://127.0.0.1:9/nobody", *mirrors.urls(bad, "good", "crlf")))
    assert titanic("passengers").equals(wanted())
    assert mirrors.asked == [bad, "good"]
    assert machine.read_bytes() == LIST


@pytest.mark.parametrize("damage", [b"", LIST[:-1], LIST.replace(b"1", b"2", 1), b"\xff\x00"])
def test_a_damaged_cache_is_fetched_anew(damage, mirrors, machine, monkeypatch):
    machine.parent.mkdir(parents=True)
    machine.write_bytes(damage)
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic().equals(wanted())
    assert machine.read_bytes() == LIST


def test_what_no_mirror_gives_whole_is_never_used(mirrors, machine, monkeypatch):
    names = ("missing", "cut", "half", "tampered", "page", "empty")
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls(*names))
    with pytest.raises(FileNotFoundError, match="cannot be fetched"):
        titanic("passengers")
    assert mirrors.asked == [*names]
    assert not machine.exists()


@pytest.mark.parametrize("limit", ["MOST_BYTES", "MOST_SECONDS"])
def test_a_mirror_that_sends_without_end_or_takes_for_ever_is_left(limit, machine, monkeypatch):
    class Downloader:
        def __init__(self, timeout: float, chunk_size: int) -> None:
            pass

        def __call__(self, url: str, file: io.BytesIO, _: object) -> None:
            asked.append(url)
            if url == "endless":
                for sent.value in range(100):
                    file.write(b"x" * 1000)
            else:
                file.write(LIST)

    asked: list[str] = []
    sent = SimpleNamespace(value=0)
    monkeypatch.setattr(pooch, "HTTPDownloader", Downloader)
    monkeypatch.setattr(_local_data, limit, {"MOST_BYTES": 20_000, "MOST_SECONDS": 10}[limit])
    clock = SimpleNamespace(monotonic=lambda: 0.5 * sent.value)  # half a second for each part
    monkeypatch.setattr(_local_data, "time", clock)
    monkeypatch.setattr(lists, "MIRRORS", ("endless", "good"))
    assert titanic("passengers").equals(wanted())
    assert asked == ["endless", "good"]
    assert 15 <= sent.value <= 25


@pytest.mark.parametrize("slow", ["slow", "slow head"])
def test_a_mirror_that_sends_a_byte_at_a_time_is_left_for_the_next(slow, mirrors, machine, monkeypatch):
    monkeypatch.setattr(_local_data, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls(slow.replace(" ", "-"), "good"))
    assert titanic("passengers").equals(wanted())
    assert mirrors.asked == [slow.replace(" ", "-"), "good"]
    assert machine.read_bytes() == LIST


def test_a_cache_that_cannot_be_written_does_no_harm(mirrors, machine, monkeypatch):
    machine.parent.parent.write_text("a file where a folder should be", "utf-8")
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic("passengers").equals(wanted())
    assert titanic("passengers").equals(wanted())
    assert mirrors.asked == ["good", "good"]


PROCESS = """
import hashlib, pathlib, sys
import pooch
from foundations import _local_data, titanic
from foundations.passengers import lists
cache, lists.SHA256, *lists.MIRRORS = sys.argv[1:]
pooch.os_cache = lambda project: pathlib.Path(cache)
_local_data.TIMEOUT = 60
for _ in range(20):
    assert len(titanic("passengers")) == 60
    (pathlib.Path(cache) / lists.FILE).unlink(missing_ok=True)
"""


def test_two_processes_at_once(mirrors, tmp_path):
    command = [sys.executable, "-c", PROCESS, str(tmp_path), lists.SHA256, *mirrors.urls("cut", "good")]
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8") for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=600)
        assert process.returncode == 0, said
    assert not list(tmp_path.iterdir())


# --- nothing to be had


def test_offline_is_one_warning_that_says_what_is_used_and_how_to_get_the_other(mirrors, monkeypatch, tmp_path):
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("missing"))
    monkeypatch.setattr(lists, "HOW_TO_GET", f"Save {mirrors.urls('missing')[0]}")
    with pytest.warns(UserWarning, match="simulated") as caught:
        table = titanic()
    (warning,) = caught
    assert str(warning.message) == (
        f"the list of passengers cannot be fetched: these passengers are simulated. Save {mirrors.urls('missing')[0]}"
    )
    assert warning.filename == __file__
    assert table.attrs["source"] == "simulated"
    assert table.equals(simulate_passengers(891))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert titanic().equals(table), "the second time it is silent, and"
    assert mirrors.asked == ["missing"], "waits for nobody"
    monkeypatch.setattr(lists, "MIRRORS", mirrors.urls("good"))
    assert titanic("passengers").equals(wanted()), "asked for by name, it is tried again"
    assert titanic().attrs["source"] == "passengers"


def test_how_to_get_it_names_an_address_the_file_and_the_variable():
    for words in ("https://raw.githubusercontent.com/", "titanic_passengers.csv", "FOUNDATIONS_DATA"):
        assert words in lists.HOW_TO_GET


def test_the_error_says_that_the_folder_has_no_list(tmp_path, monkeypatch):
    monkeypatch.setenv("FOUNDATIONS_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match=r"nowhere.titanic_passengers\.csv is not there\. To have the real"):
        titanic("passengers")


# --- the real list


def test_the_real_list(monkeypatch):
    if not DATA or not (Path(DATA) / lists.FILE).is_file():
        pytest.skip(f"FOUNDATIONS_DATA names no folder with {lists.FILE}")
    monkeypatch.setattr(lists, "SHA256", SHA256)
    monkeypatch.setenv("FOUNDATIONS_DATA", DATA)
    table = titanic("passengers")
    assert table.shape == (891, 12)
    assert table.Survived.sum() == 342
    assert table.isna().sum()[lambda count: count > 0].to_dict() == {"Age": 177, "Cabin": 687, "Embarked": 2}
    assert table.Age.mode().to_list() == [24]
    assert len(table.dropna(subset=["Age", "Embarked"])) == 712
    assert not table.Name.duplicated().any()  # type: ignore[attr-defined]
