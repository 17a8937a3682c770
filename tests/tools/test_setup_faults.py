"""A set-up that is hit at any step: the next one ends in the right state, or says in one sentence why it cannot."""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from project_root import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are POSIX's")

# Stands in for pip. It keeps what is "installed" in a file, whole or not, and like pip takes a package that is there in
# the right version for whole. FAULT=2:during:kill hits its second call while it installs.
PIP = """
import json, os, pathlib, signal, sys, time

if __name__ == "__main__":
    log = pathlib.Path("pip-calls.jsonl")
    with log.open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(sys.argv[1:]) + "\\n")
    number, when, what = os.environ.get("FAULT", "0::").split(":")
    state = pathlib.Path(sys.prefix, "packages.json")
    there = json.loads(state.read_text("utf-8")) if state.exists() else {}
    pins = dict(line.split("==") for line in pathlib.Path("requirements.lock").read_text("utf-8").splitlines())
    names = ["torch"] if "torch" in sys.argv else [name for name in pins if name != "torch"]
    wanted = {name: [pins[name], "whole"] for name in names if there.get(name, [""])[0] != pins[name]}

    def fault(now):
        if (now, len(log.read_text("utf-8").splitlines())) != (when, int(number)):
            return
        if what == "kill":
            os.kill(os.getppid(), signal.SIGKILL)
            while not os.path.exists("go-on"):
                time.sleep(0.01)
        elif what == "full":
            sys.exit("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device")
        else:
            sys.exit("ERROR: No matching distribution found for one-more==1.0")

    fault("before")
    if wanted:
        print("Installing collected packages:", ", ".join(wanted), flush=True)
        there.update({name: [version, "half"] for name, (version, _) in wanted.items()})
        state.write_text(json.dumps(there), "utf-8")
        fault("during")
        there.update(wanted)
        state.write_text(json.dumps(there), "utf-8")
"""

# Stands in for `python -m venv`, with the pip from above.
VENV = f"""
import pathlib, sys
sys.path.pop(0)
del sys.modules["__main__"]
import venv
venv.create(sys.argv[1])
(packages,) = pathlib.Path(sys.argv[1]).glob("lib/python*/site-packages")
(packages / "pip.py").write_text({PIP!r}, "utf-8")
"""

OLD, NEW = "numpy==2.0\ntorch==1.0\n", "numpy==2.1\none-more==1.0\ntorch==2.0\n"


class Course:
    """A copy of what the set-up reads, in a folder with a space and letters beyond ASCII in its name."""

    def __init__(self, root: Path):
        self.root, self.venv = root, root / ".venv"
        runner = ["kit/page_runner/bar.py", "kit/page_runner/console.py"]
        for name in ["tools/setup_env.py", "pyproject.toml", "kit/pyproject.toml", *runner]:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        (root / "venv.py").write_text(VENV, "utf-8")
        self.wants(OLD)

    def wants(self, lock: str) -> None:
        (self.root / "requirements.lock").write_text(lock, "utf-8")

    def start(self, fault: str = "0::") -> subprocess.Popen[str]:
        (self.root / "pip-calls.jsonl").unlink(missing_ok=True)
        return self.join(fault)

    def join(self, fault: str = "0::") -> subprocess.Popen[str]:
        here = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "TORCH_INDEX")}
        return subprocess.Popen(
            [sys.executable, "tools/setup_env.py", "install"],
            cwd=self.root,
            env=here | {"FAULT": fault},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def set_up(self, fault: str = "0::") -> tuple[int, str, str]:
        process = self.start(fault)
        said, wrong = process.communicate()
        return process.returncode, said, wrong

    def calls(self) -> int:
        return len((self.root / "pip-calls.jsonl").read_text("utf-8").splitlines())

    def assert_right(self) -> None:
        """It has what the lock says, all of it whole, and knows that."""
        wanted = dict(line.split("==") for line in (self.root / "requirements.lock").read_text("utf-8").splitlines())
        there = json.loads((self.venv / "packages.json").read_text("utf-8"))
        assert {name: there.get(name) for name in wanted} == {name: [it, "whole"] for name, it in wanted.items()}
        before = self.calls()
        process = self.join()
        assert process.communicate() == ("", "")
        assert self.calls() == before, "nothing is left to do"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(tmp_path / "ein Kürs ✓")


def test_an_update_that_fails_and_is_taken_back_or_tried_again(course: Course):
    assert course.set_up()[0] == 0
    course.assert_right()
    for fault, then in {
        "1:before:gone": OLD,
        "2:before:gone": OLD,  # torch is the new one by then
        "1:during:full": OLD,
        "2:during:full": NEW,
    }.items():
        course.wants(NEW)
        code, _, wrong = course.set_up(fault)
        assert code == 1
        assert "Traceback" not in wrong
        reason = "because the disk is full" if fault.endswith("full") else "No matching distribution found for one-more"
        assert reason in wrong
        course.wants(then)
        code, said, wrong = course.set_up()
        assert (code, wrong) == (0, "")
        assert ("Making .venv" in said) == ("during" in fault), "it is made anew where packages may be half there"
        course.assert_right()


@pytest.mark.parametrize("step", ["1:before", "2:during"])
def test_one_that_is_killed_leaves_a_pip_which_the_next_waits_for(course: Course, step: str):
    killed = course.start(f"{step}:kill")
    assert killed.wait() == -9
    following = course.join()
    assert following.stdout is not None
    assert following.stdout.readline() == "Waiting for another set-up of this folder to end\n"
    (course.root / "go-on").touch()
    said, wrong = following.communicate()
    assert (following.returncode, wrong) == (0, "")
    assert "Making .venv" in said
    for pipe in (killed.stdout, killed.stderr):
        assert pipe is not None
        pipe.close()
    course.assert_right()


def test_three_at_once_install_once(course: Course):
    (course.root / "pip-calls.jsonl").touch()
    together = [course.join() for _ in range(3)]
    assert [process.communicate()[1] for process in together] == [""] * 3
    assert [process.returncode for process in together] == [0] * 3
    assert course.calls() == 2
    course.assert_right()


def test_a_file_or_a_link_in_the_place_of_the_folder(course: Course, tmp_path: Path):
    other = tmp_path / "other"
    (other / "kept").mkdir(parents=True)
    remove = "but must be a folder: remove it and run the command again.\n"
    course.venv.touch()
    assert course.set_up() == (1, course_said(), f"{course.venv} is a file, {remove}")
    course.venv.unlink()
    for target in (tmp_path / "nowhere", other):
        course.venv.symlink_to(target)
        assert course.set_up() == (1, course_said(), f"{course.venv} is a link to {target}, {remove}")
        course.venv.unlink()
    assert (other / "kept").is_dir(), "nothing behind a link is removed"

    assert course.set_up()[0] == 0
    course.venv.rename(tmp_path / "elsewhere")
    course.venv.symlink_to(tmp_path / "elsewhere")
    course.wants(NEW)
    assert course.set_up()[::2] == (0, ""), "a link to what a set-up has made is followed"
    course.assert_right()


def course_said() -> str:
    return f"Making .venv with Python {sys.version.split()[0]}\n"


def test_an_environment_that_is_broken_is_made_anew(course: Course):
    assert course.set_up()[0] == 0
    for broken in ("bin/python", "pyvenv.cfg"):
        (course.venv / broken).unlink()
        code, said, wrong = course.set_up()
        assert (code, wrong) == (0, "")
        assert "Making .venv" in said
        course.assert_right()
    (course.venv / "installed-state.txt").write_text("", "utf-8")  # as the disk was full when it was written
    assert course.set_up()[::2] == (0, "")
    course.assert_right()


def test_what_the_system_refuses_is_one_sentence(course: Course):
    """A full disk, a folder that cannot be removed: where the system says no, it is said once."""
    (course.root / "tools/run.py").write_text(
        "import errno, runpy, shutil, sys\n"
        "def refuse(path): raise OSError(errno.EACCES, 'Permission denied', str(path))\n"
        "shutil.rmtree = refuse\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n",
        "utf-8",
    )
    course.venv.mkdir()
    command = [sys.executable, "tools/run.py", "tools/setup_env.py", "install"]
    run = subprocess.run(command, cwd=course.root, capture_output=True, encoding="utf-8")
    why = f"[Errno {errno.EACCES}] Permission denied: {str(course.venv)!r}"
    assert (run.returncode, run.stderr) == (
        1,
        f"The set-up could not go on ({why}): see to that and run the command again.\n",
    )
    assert course.set_up()[::2] == (0, "")


def test_one_index_is_asked_for_torch_alone(monkeypatch: pytest.MonkeyPatch):
    setup = load()
    monkeypatch.delenv("TORCH_INDEX", raising=False)
    plain = setup.steps()
    monkeypatch.setenv("TORCH_INDEX", "https://torch.example/cpu")
    first, *rest = setup.steps()
    assert first == ["--no-deps", "--index-url", "https://torch.example/cpu", "torch"]
    assert rest == plain, "so that nothing else can come from there"


def test_the_lowest_versions_are_those_of_the_ranges(tmp_path: Path):
    written = Path(load().write_lowest(str(tmp_path))).read_text("utf-8").splitlines()
    wanted = [line.partition("[")[0].partition(">=")[0] for line in load().requirements()]
    assert sorted({line.partition("==")[0] for line in written}) == sorted(set(wanted))
    assert "torch==2.6" in written
    assert all(line.count("==") == 1 for line in written)


def test_a_lock_holds_for_every_system():
    """What uv finds for all systems together becomes one line for each package."""
    found = (
        "appnope==1.0.0 ; sys_platform == 'darwin'\nnvidia-cublas==13.1 ; sys_platform == 'linux'\n"
        "torch==2.13.0+cpu\nMako==1.4.3\npywinpty==3.1.2 ; os_name == 'nt'\ntriton==3.7.1\n"
    )
    lines = ["appnope==1.0.0", "Mako==1.4.3", "pywinpty==3.1.2", "torch==2.13.0"]
    assert load().pins(found) == lines
    assert {"appnope", "pywinpty"} <= {
        line.partition("==")[0] for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    }


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "tools/setup_env.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
