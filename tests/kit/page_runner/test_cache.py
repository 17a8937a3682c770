"""Cache outputs: what makes a page run again, what does not, and what cannot do harm."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_site import Site, fence

from page_runner.looks import digest
from page_runner.runner import runner_for
from page_runner.store import Store, key, seal


class Counted(Site):
    """A site whose pages leave a line in a file outside the project each time they run."""

    def __init__(self, root: Path, log: Path):
        super().__init__(root)
        self.log = log

    def counted(self, code: str, name: str, words: str = "Words.") -> None:
        self.page(
            f"# {name}\n\n{words}\n\n" + fence(f"_ = open({str(self.log)!r}, 'a').write('{name} ')\n{code}"), name
        )

    def runs(self) -> str:
        """The pages that ran in one build, in order of name."""
        self.log.write_text("", "utf-8")
        built = self.build()
        assert built.ok, built.errors
        return " ".join(sorted(self.log.read_text("utf-8").split()))

    @property
    def entries(self) -> list[Path]:
        return sorted((self.root / ".cache/page_runner").iterdir())


@pytest.fixture
def site(tmp_path_factory) -> Counted:
    return Counted(tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("outside") / "log")


def test_nothing_changed_runs_nothing(site):
    site.counted("1 + 1", "a")
    assert site.runs() == "a"
    assert site.runs() == ""
    assert site.build().outputs("a") == ["2"]


def test_prose_runs_nothing_and_code_runs_its_page(site):
    site.counted("1 + 1", "a")
    site.counted("2", "b")
    assert site.runs() == "a b"
    site.counted("1 + 1", "a", words="Other words,\n\non more lines.")
    assert site.runs() == ""
    site.counted("1 + 2", "a")
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["3"]


def test_options_and_numbers_are_code_too(site):
    site.counted("x = 1", "a")
    assert site.runs() == "a"
    site.page((site.root / "docs/a.md").read_text("utf-8") + "\n{{ x }}\n", "a")
    assert site.runs() == "a"
    site.page((site.root / "docs/a.md").read_text("utf-8").replace("```python", '```python title="t"'), "a")
    assert site.runs() == "a"


def test_one_changed_function_runs_exactly_the_pages_that_used_its_file(site, monkeypatch):
    monkeypatch.setattr("page_runner.runner.cores", lambda: 1)  # two pages at once would see each other's data
    site.write("src/course/__init__.py", "")
    site.write("src/course/one.py", "def f(): return 1\n")
    site.write("src/course/two.py", "def g(): return 2\n")
    site.write("data.csv", "5")
    head = f"import sys; sys.path.insert(0, {str(site.root / 'src')!r})\n"
    site.counted(head + "from course.one import f\nf()", "a")
    site.counted(head + "from course.two import g\ng()", "b")
    site.counted(head + "from course.one import f\nfrom course.two import g\nf() + g()", "c")
    site.counted(f"int(open({str(site.root / 'data.csv')!r}).read())", "d")
    site.counted("0", "e")
    assert site.runs() == "a b c d e"
    site.write("src/course/one.py", "def f(): return 10\n")
    assert site.runs() == "a c"
    assert site.build().outputs("a") == ["10"] and site.build().outputs("c") == ["12"]
    site.write("data.csv", "6")
    assert site.runs() == "d"
    (site.root / "src/course/two.py").touch()
    assert site.runs() == ""


def test_a_file_that_changes_while_its_page_runs_is_seen(site):
    data = site.write("data.txt", "old")
    site.counted(
        f"from pathlib import Path\ndata = Path({str(data)!r})\nshown = data.read_text()\n_ = data.write_text('new')\nprint(shown)",
        "a",
    )
    assert site.build().outputs("a") == ["new"]


def test_a_library_is_asked_and_a_variable_of_another_page_runs_nothing(site, monkeypatch):
    site.counted("import os\nprint(os.environ.get('TINY_MODE'))", "a")
    site.counted("0", "b")
    assert site.runs() == "a b"
    monkeypatch.setenv("TINY_MODE", "loud")
    assert site.runs() == "a"


def sealed(name: str, content: object) -> bytes:
    body = json.dumps(content).encode()
    return seal(name, body) + b"\n" + body


DAMAGE = {
    "empty": lambda entry: entry.write_text("", "utf-8"),
    "cut short": lambda entry: entry.write_text(entry.read_text("utf-8")[:-5], "utf-8"),
    "one letter": lambda entry: entry.write_text(entry.read_text("utf-8").replace('"2\\n', '"3\\n'), "utf-8"),
    "binary": lambda entry: entry.write_bytes(b"\xff\x00" * 99),
    "foreign": lambda entry: entry.write_bytes(sealed(entry.name, {"something": "else"})),
    "other fields": lambda entry: entry.write_bytes(sealed(entry.name, {"looks": [], "given": [{"colour": "red"}]})),
    "a list": lambda entry: entry.write_bytes(sealed(entry.name, [1, 2])),
    "sealed for another name": lambda entry: entry.write_bytes(sealed("other.json", json.loads(body_of(entry)))),
    "forged": lambda entry: entry.write_bytes(
        digest(body_of(entry).replace(b"2", b"3")).encode() + b"\n" + body_of(entry).replace(b"2", b"3")
    ),
    "gone": lambda entry: entry.unlink(),
    "a folder": lambda entry: (entry.unlink(), entry.mkdir(), entry.rmdir()),
    "a link": lambda entry: entry.symlink_to(entry.rename(entry.parent.parent / "away")),
}


def body_of(entry: Path) -> bytes:
    return entry.read_bytes().partition(b"\n")[2]


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_or_foreign_entry_is_made_anew(site, damage):
    site.counted("1 + 1", "a")
    assert site.runs() == "a"
    (entry,) = site.entries
    whole = entry.read_text("utf-8")
    damage(entry)
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["2"]
    assert entry.read_text("utf-8") == whole and entry.is_file() and not entry.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among files")
def test_nobody_waits_at_a_pipe(site):
    site.counted("1 + 1", "a")
    assert site.runs() == "a"
    (entry,) = site.entries
    entry.unlink()
    os.mkfifo(entry)
    assert site.runs() == "a"
    assert site.runs() == ""


WITHOUT_ROOM = {
    "a folder in an entry's place": lambda cache, entry: (entry.unlink(), entry.mkdir(), (entry / "x").touch()),
    "a file in the folder's place": lambda cache, entry: (shutil.rmtree(cache), cache.touch()),
    "a link that leads nowhere": lambda cache, entry: (shutil.rmtree(cache), cache.symlink_to(cache / "nowhere")),
    "a pipe in the folder's place": lambda cache, entry: (shutil.rmtree(cache), os.mkfifo(cache)),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes and asks for a right to make links")
@pytest.mark.parametrize("fault", WITHOUT_ROOM.values(), ids=WITHOUT_ROOM.keys())
def test_where_nothing_can_be_kept_a_build_says_so_once_and_is_as_without(site, fault, caplog):
    for name in "ab":
        site.counted("1 + 1", name)
    site.runs()
    fault(site.root / ".cache", site.entries[0])
    runner_for.cache_clear()  # as in another process
    caplog.clear()
    with caplog.at_level("INFO", "mkdocs.page_runner"):
        assert len(site.runs()) >= 1
    said = [record.getMessage() for record in caplog.records if "nothing new is kept there" in record.getMessage()]
    assert len(said) == 1 and str(site.root / ".cache") in said[0]
    assert site.build().outputs("a") == site.build().outputs("b") == ["2"]


def test_no_room_leaves_nothing_half_written(tmp_path, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Store(tmp_path / "kept")
    monkeypatch.setattr("page_runner.store.os.replace", full)
    with caplog.at_level("INFO", "mkdocs.page_runner"):
        store.save("one", b"1")
        store.save("two", b"2")
    assert list(store.folder.iterdir()) == []
    assert [record.getMessage() for record in caplog.records] == [
        f"{store.folder}: nothing new is kept there, so the next build takes longer ([Errno 28] No space left on device)"
    ]


def test_of_two_that_find_no_room_at_once_one_says_so(tmp_path, monkeypatch):
    store = Store(tmp_path / "kept")
    store.folder.touch()
    said = []

    def info(*message):
        said.append(message)
        if len(said) < 3:
            store.save("two", b"2")  # while the first one is still saying it

    monkeypatch.setattr("page_runner.store.log.info", info)
    store.save("one", b"1")
    assert len(said) == 1


def test_what_was_left_half_written_is_swept(site):
    site.counted("1 + 1", "a")
    site.runs()
    kept = site.root / ".cache/page_runner"
    for name in ("old.new", "fresh.new"):
        (kept / name).write_text("half", "utf-8")
    os.utime(kept / "old.new", (1, 1))
    site.runs()
    assert not (kept / "old.new").exists() and (kept / "fresh.new").exists()


def test_the_key_lies_outside_of_the_project_and_is_the_users_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("PAGE_RUNNER_KEY", raising=False)
    monkeypatch.setattr("page_runner.store.user_state_path", lambda *_, **__: tmp_path / "state")
    own = key.__wrapped__
    first = own()
    assert own() == first == (tmp_path / "state/key").read_bytes()
    assert (tmp_path / "state/key").stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    (tmp_path / "state/key").write_text("cut", "utf-8")
    assert own() != own(), "with a damaged one nothing counts later"
    monkeypatch.setenv("PAGE_RUNNER_KEY", "shared by machines")
    assert own() == b"shared by machines"


def test_entries_that_no_page_uses_are_dropped(site):
    site.counted("1", "a")
    site.counted("2", "b")
    site.runs()
    before = set(site.entries)
    site.counted("3", "b")
    (site.root / "docs/a.md").unlink()
    site.runs()
    (only,) = site.entries
    assert only not in before and json.loads(only.read_text("utf-8").partition("\n")[2])["page"] == "docs/b.md"


def test_a_failed_build_keeps_what_the_good_pages_gave(site):
    site.counted("1", "a")
    site.counted("1 / 0", "b")
    assert not site.build().ok
    site.counted("2", "b")
    assert site.runs() == "b"


def test_another_version_of_a_package_runs_everything(site, monkeypatch):
    site.counted("1", "a")
    assert site.runs() == "a"
    monkeypatch.setattr("page_runner.cache.versions", lambda: ["torch-99"])
    assert site.runs() == "a"


def test_two_builds_at_once_do_no_harm(site):
    for name in "abcd":
        site.counted(f"import time\ntime.sleep(0.1)\n'{name}'", name)
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(site.root / "mkdocs.yml"), "-d"]
    builds = [subprocess.Popen([*command, str(site.root / f"site{number}")]) for number in "12"]
    assert [build.wait(600) for build in builds] == [0, 0]
    assert len(site.entries) == 4 and all(entry.suffix == ".json" for entry in site.entries)
    assert site.runs() == ""
    pages = [
        {path.name: path.read_bytes() for path in (site.root / f"site{number}").rglob("*.html")} for number in "12"
    ]
    assert pages[0] == pages[1]
