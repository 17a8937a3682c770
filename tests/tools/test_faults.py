"""The tool behind `make faults`: its list fits the project, and it tells what is noticed from what is not."""

from __future__ import annotations

import ast
import json
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from javascript import fault_in
from project_root import ROOT

import seeded_faults
from faults import listed as faults_listed
from faults.fault import Fault, between
from faults.trial import Copy, Results


def why_not(fault: Fault) -> str:
    """What is wrong with a fault of a list; nothing where it can be tried."""
    try:
        changed = fault.put_into((ROOT / fault.file).read_text("utf-8"))
    except (OSError, ValueError) as error:
        return str(error)
    if fault.file.endswith(".py"):
        ast.parse(changed)
    elif fault.file.endswith(".yml"):
        yaml.compose(changed)
    elif fault.file.endswith(".js"):
        return fault_in(changed)
    elif fault.file.endswith(".css") and changed.count("{") != changed.count("}"):
        return f"{fault.name}: its braces do not match"
    return ""


def test_the_list_fits_the_project():
    faults = faults_listed.listed()
    assert [wrong for fault in faults if (wrong := why_not(fault))] == []
    assert len({fault.name for fault in faults}) == len(faults) >= 60
    watched = [fault for fault in faults if all((ROOT / test.partition("::")[0]).is_file() for test in fault.tests)]
    assert [fault.name for fault in faults if fault not in watched or not fault.tests] == []


def test_what_is_said_to_change_nothing_still_stands_there():
    assert [wrong for fault in faults_listed.equivalents() if (wrong := why_not(fault))] == []


@pytest.mark.parametrize(
    ("text", "changed", "before"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", "b\n"),
        ("a\nb\na\n", "a\nb\nA\n", "b\na\n"),
        ("a\na\na\n", "a\nA\na\n", "a\na\na\n"),
        ("a\nb\nc\n", "a\nc\n", "b\n"),
        ("a\nb\n", "a\nx\nb\n", "b\n"),
        ("a\nb", "a\nb\nc", "b"),
        ("b\nb\nc\n", "b\nc\n", "b\nc\n"),
    ],
)
def test_a_fault_is_the_lines_that_change_and_what_makes_them_stand_there_once(text, changed, before):
    fault = between("x.py", text, changed)
    assert fault.put_into(text) == changed
    assert text.count(fault.before) == 1
    assert fault.before.strip() in text


def test_a_fault_that_does_not_fit_says_so():
    with pytest.raises(ValueError, match=r"^x: a\.py should have this once, and has it 2 times:\nb$"):
        Fault("x", "a.py", "b", "c").put_into("b b")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of one function, with a test that watches it and one that always fails."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # it starts faster without them
    root = tmp_path / "project"
    (root / "src").mkdir(parents=True)
    (root / "tests").mkdir()
    (root / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    (root / "src/course.py").write_text(
        "def double(x):\n    n = 2\n    limit = 99\n    while n < 2: pass\n    return n * x\n", "utf-8"
    )
    (root / "tests/test_double.py").write_text(
        "from course import double\n\ndef test_broken():\n    assert False\n\ndef test_three():\n    assert double(3) == 6\n",
        "utf-8",
    )
    return root


LIST = """
[[fault]]
name = "noticed"
file = "src/course.py"
before = "n * x"
after = "n + x"
tests = ["tests/test_double.py", "tests/test_of_another_layout.py"]

[[fault]]
name = "not noticed"
file = "src/course.py"
before = "limit = 99"
after = "limit = 98"
tests = ["tests/test_double.py"]
"""


def test_a_run_tells_what_is_noticed_and_goes_on_where_it_stopped(project, monkeypatch, capsys):
    monkeypatch.setattr(seeded_faults, "ROOT", project)
    monkeypatch.setattr(faults_listed, "LISTS", [project / "list.toml"])
    (project / "list.toml").write_text(LIST, "utf-8")
    results = project / ".cache/results.jsonl"

    def run(*options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["seeded_faults", "--half", "site", "--results", str(results), *options])
        with pytest.raises(SystemExit) as ended:
            seeded_faults.main()
        assert ended.value.code == 1
        return capsys.readouterr().out

    assert "1 faults to try of 1" in run("--only", "not noticed")
    said = run()
    assert "1 faults to try of 2" in said
    assert "noticed: noticed by tests/test_double.py::test_three\n" in said
    assert "Nobody noticed not noticed: src/course.py\n@@ -3 +3 @@\n-    limit = 99\n+    limit = 98\n" in said
    assert "tests/test_double.py::test_broken fails as it is" in said
    assert said.endswith("1 of 2 noticed: 50%\n")
    assert [json.loads(line)["by"] for line in results.read_text("utf-8").splitlines()] == [
        None,
        "tests/test_double.py::test_three",
    ]
    assert "0 faults to try of 2" in run()
    assert "1 faults to try of 2" in run("--again")
    assert (project / "src/course.py").read_text("utf-8").count("99") == 1


def test_a_fault_that_makes_a_test_endless_is_noticed(project, tmp_path):
    copy = Copy(project, tmp_path / "copy", patience=5)
    fault = Fault("endless", "src/course.py", "n < 2", "n < 3")
    assert copy.noticed_by(fault, [["tests/test_double.py"]]) == "tests/test_double.py::test_three"


def test_a_fault_that_keeps_a_file_of_tests_from_being_read_is_noticed(project, tmp_path):
    copy = Copy(project, tmp_path / "copy")
    fault = Fault("unreadable", "src/course.py", "def double", "def single")
    assert copy.noticed_by(fault, [["tests/test_double.py"]]) == "tests/test_double.py"


def test_tests_that_do_not_exist_are_an_error(project, tmp_path):
    copy = Copy(project, tmp_path / "copy")
    fault = Fault("a fault", "src/course.py", "n < 2", "n < 1", select="no_such_test")
    with pytest.raises(ValueError, match=r"there are no tests tests/test_double\.py -k 'no_such_test'"):
        copy.noticed_by(fault, [["tests/test_double.py"]])
    with pytest.raises(ValueError, match=r"a fault: the project has none of tests/test_other\.py"):
        copy.noticed_by(fault, [["tests/test_other.py"]])


def test_a_copy_has_the_tests_of_the_site_and_not_the_site(project, tmp_path):
    (project / "mkdocs.yml").touch()
    for folder in (project / "site", project / "tests/site"):
        folder.mkdir()
        (folder / "test_it.py").touch()
    copy = Copy(project, tmp_path / "copy")
    assert copy.existing(["tests/site/test_it.py", "site/test_it.py"]) == ["tests/site/test_it.py"]


def test_what_was_cut_off_in_the_file_of_results_is_tried_again(tmp_path):
    file = tmp_path / "results.jsonl"
    fault = Fault("a", "a.py", "b", "c")
    Results(file).add(fault, "tests/test_a.py::test_b")
    with file.open("a", encoding="utf-8") as more:
        more.write('{"name": "b", "fi')
    assert Results(file).by(fault) == "tests/test_a.py::test_b"
    Results(file).add(Fault("b", "b.py", "b", "c"), None)
    assert set(Results(file).found) == {"a", "b"}


def test_faults_are_drawn_by_a_seed_and_from_every_module(monkeypatch):
    pytest.importorskip("cosmic_ray")
    from faults import drawn

    assert {"_checks", "curves/losses", "exercises/judging"} < set(drawn.modules())
    monkeypatch.setattr(drawn, "modules", lambda: ["_checks", "devices", "curves/losses"])
    faults = drawn.drawn(6, seed=7)
    assert faults == drawn.drawn(6, seed=7) != drawn.drawn(6, seed=8)
    files = [fault.file for fault in faults]
    assert [files.count(f"src/foundations/{module}.py") for module in drawn.modules()] == [2, 2, 2]
    for fault in faults:
        assert fault.put_into((ROOT / fault.file).read_text("utf-8"))


def test_a_run_that_is_stopped_leaves_no_test_behind(project, tmp_path):
    copy = Copy(project, tmp_path / "copy")
    fault = Fault("endless", "src/course.py", "n < 2", "n < 3")
    with ThreadPoolExecutor() as pool:
        trial = pool.submit(copy.noticed_by, fault, [["tests/test_double.py::test_three"]])
        while not copy.process:
            time.sleep(0.01)
        copy.stop()
        assert isinstance(trial.exception(), KeyboardInterrupt)
    assert copy.process.returncode == -signal.SIGKILL
    assert (tmp_path / "copy/src/course.py").read_text("utf-8") == (project / "src/course.py").read_text("utf-8")
