"""Kept outputs: what makes a page run again, what does not, and what cannot do harm."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_site import Site, fence

from page_runner.kept import digest


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
        self.log.write_text("")
        built = self.build()
        assert built.ok, built.errors
        return " ".join(sorted(self.log.read_text().split()))

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
    site.page((site.root / "docs/a.md").read_text() + "\n{{ x }}\n", "a")
    assert site.runs() == "a"
    site.page((site.root / "docs/a.md").read_text().replace("```python", '```python title="t"'), "a")
    assert site.runs() == "a"


def test_one_changed_function_runs_exactly_the_pages_that_used_its_file(site):
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


@pytest.fixture
def environment(site, tmp_path, monkeypatch) -> Path:
    """A folder outside of the project that a variable names, of which the site's pages are said to depend."""
    text = (site.root / "mkdocs.yml").read_text("utf-8")
    site.config(text.replace("  - page_runner\n", "  - page_runner: {environment: [TINY_DATA, TINY_MODE]}\n"))
    monkeypatch.setenv("TINY_DATA", str(tmp_path))
    monkeypatch.delenv("TINY_MODE", raising=False)
    return tmp_path


def test_a_variable_that_the_project_names_runs_its_pages(site, environment, monkeypatch):
    site.counted("import os\nprint(os.environ.get('TINY_MODE'), os.environ.get('TINY_OTHER'))", "a")
    assert site.runs() == "a"
    assert site.runs() == ""
    monkeypatch.setenv("TINY_MODE", "loud")
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["loud None"]
    monkeypatch.setenv("TINY_OTHER", "not named")
    assert site.runs() == ""
    monkeypatch.delenv("TINY_MODE")
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["None not named"]


def test_files_in_a_folder_that_a_variable_names_count(site, environment, monkeypatch):
    (environment / "used.csv").write_text("1")
    (environment / "unused.csv").write_text("1")
    site.counted("import os\nint(open(os.environ['TINY_DATA'] + '/used.csv').read())", "a")
    site.counted("0", "b")
    assert site.runs() == "a b"
    (environment / "unused.csv").write_text("2")
    assert site.runs() == ""
    (environment / "used.csv").write_text("3")
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["3"]


def test_a_file_that_was_looked_for_counts_when_it_comes(site, environment, monkeypatch):
    look = "import os\ntry:\n    data = open(os.environ['TINY_DATA'] + '/late.csv').read()\nexcept OSError:\n    data = 'none'\nprint(data)"
    site.counted(look, "a")
    site.counted("import os\n_ = open(os.environ['TINY_DATA'] + '/written.csv', 'w').write('x')", "b")
    assert site.runs() == "a b"
    assert site.runs() == ""
    (environment / "late.csv").write_text("here")
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["here"]


DAMAGE = {
    "empty": lambda entry: entry.write_text(""),
    "cut short": lambda entry: entry.write_text(entry.read_text()[:-5]),
    "one letter": lambda entry: entry.write_text(entry.read_text().replace('"2\\n', '"3\\n')),
    "binary": lambda entry: entry.write_bytes(b"\xff\x00" * 99),
    "foreign": lambda entry: entry.write_text(sealed({"something": "else"})),
    "other fields": lambda entry: entry.write_text(sealed({"files": {}, "given": [{"colour": "red"}]})),
    "a list": lambda entry: entry.write_text(sealed([1, 2])),
    "gone": lambda entry: entry.unlink(),
    "a folder": lambda entry: (entry.unlink(), entry.mkdir(), entry.rmdir()),
}


def sealed(content: object) -> str:
    body = json.dumps(content)
    return f"{digest(body.encode())}\n{body}"


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_or_foreign_entry_is_made_anew(site, damage):
    site.counted("1 + 1", "a")
    assert site.runs() == "a"
    (entry,) = site.entries
    whole = entry.read_text()
    damage(entry)
    assert site.runs() == "a"
    assert site.build().outputs("a") == ["2"]
    assert entry.read_text() == whole


def test_entries_that_no_page_uses_are_dropped(site):
    site.counted("1", "a")
    site.counted("2", "b")
    site.runs()
    before = set(site.entries)
    site.counted("3", "b")
    (site.root / "docs/a.md").unlink()
    site.runs()
    (only,) = site.entries
    assert only not in before and json.loads(only.read_text().partition("\n")[2])["page"] == "docs/b.md"


def test_a_failed_build_keeps_what_the_good_pages_gave(site):
    site.counted("1", "a")
    site.counted("1 / 0", "b")
    assert not site.build().ok
    site.counted("2", "b")
    assert site.runs() == "b"


def test_another_version_of_a_package_runs_everything(site, monkeypatch):
    site.counted("1", "a")
    assert site.runs() == "a"
    monkeypatch.setattr("page_runner.kept.versions", lambda: ["torch-99"])
    assert site.runs() == "a"


def test_two_builds_at_once_do_no_harm(site):
    for name in "abcd":
        site.counted(f"import time\ntime.sleep(0.1)\n'{name}'", name)
    site.start_lightly()
    command = [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(site.root / "mkdocs.yml"), "-d"]
    builds = [subprocess.Popen([*command, str(site.root / f"site{number}")]) for number in "12"]
    assert [build.wait(600) for build in builds] == [0, 0]
    assert len(site.entries) == 4 and all(entry.suffix == ".json" for entry in site.entries)
    assert site.runs() == ""
    pages = [
        {path.name: path.read_bytes() for path in (site.root / f"site{number}").rglob("*.html")} for number in "12"
    ]
    assert pages[0] == pages[1]
