"""CONTRIBUTING.md and README.md, followed word for word: from a new lesson to a green check, and every command in them."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

import deno
import pytest
from project_root import ROOT

from benchmarks.ports import free_port
from faults.trial import without

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
PATIENCE = 120
NOT_HERE = {"MAKEFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS", "PYTHON"}  # what this run was told is not for the commands

needs_make = pytest.mark.skipif(
    sys.platform == "win32" or not (shutil.which("make") and shutil.which("git")), reason="needs make, git and a shell"
)


def blocks(text: str) -> list[list[str]]:
    """The commands of each block of a page, without what is said about them."""
    found = re.findall(r"^```(?:sh|powershell)\n(.*?)^```$", text, re.M | re.S)
    lines = [[re.sub(r"\s+#.*", "", line).strip() for line in block.splitlines()] for block in found]
    return [[command for line in block for command in line.split(" ; ") if command] for block in lines]


MADE, CHECKED = blocks(TEXT)[:2]
(SAMPLE,) = re.findall(r"^````markdown\n(.*?)^````$", TEXT, re.M | re.S)
(SHOWN,) = re.findall(r"^```text\n(docs/.*)\n```$", TEXT, re.M)


class Project:
    """A copy of the project with a virtual environment in it, which has what this one has."""

    def __init__(self, root: Path):
        self.root = root
        left_out = without(".git", ".venv*", ".cache", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis")
        shutil.copytree(ROOT, root, ignore=left_out)  # with what mypy knows already
        config = root / "mkdocs.yml"
        few = "exclude_docs: |\n  *.md\n  *.ipynb\n  !/index.md\n  !/glossary.md\n  !/lessons/one-bad-point.md\n"
        config.write_text(config.read_text("utf-8") + few, "utf-8")  # so that the site is built in seconds
        venv.create(root / ".venv")
        packages = Path(sysconfig.get_path("purelib", vars={"base": str(root / ".venv"), "platbase": ""}))
        (packages / "as_here.pth").write_text(
            "".join(f"import site; site.addsitedir({p!r})\n" for p in self.installed()), "utf-8"
        )
        program = Path(deno.find_deno_bin())
        scripts = sysconfig.get_path("scripts", vars={"base": str(root / ".venv")})
        Path(scripts, program.name).symlink_to(program)  # Deno looks for it there alone
        spec = importlib.util.spec_from_file_location("setup_env", root / "tools/setup_env.py")
        assert spec and spec.loader
        setup = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(setup)
        setup.write_stamp(setup.VENV, setup.wanted_state(sys.version_info[:2]))
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "As it is"]):
            who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
            subprocess.run(["git", *who, *command], cwd=root, check=True)

    def installed(self) -> list[str]:
        return sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})

    def environment(self, **more: str) -> dict[str, str]:
        here = {name: value for name, value in os.environ.items() if name not in NOT_HERE}
        return here | {"PYTHONPATH": os.pathsep.join([str(self.root / "src"), str(self.root / "kit")])} | more

    def run(self, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            encoding="utf-8",
        )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("contributor") / "a course")


@pytest.fixture(scope="module")
def page(project: Project) -> Path:
    """The lesson of CONTRIBUTING, made as it says."""
    made = project.run(MADE[0])
    assert made.returncode == 0, made.stderr
    page = project.root / "docs/lessons/one-bad-point.md"
    text = page.read_text("utf-8")
    title = "# One bad point\n\n"
    above, below = text[: text.index(title) + len(title)], text[text.index("## Exercises") :]
    page.write_text(f"{above}{SAMPLE}\n{below}", "utf-8")
    return page


@needs_make
def test_the_lesson_passes_every_check(project: Project, page: Path):
    assert [command.partition(" TITLE")[0] for command in MADE] == ["make lesson", "make serve"]
    assert [command.partition(" PAGE")[0] for command in CHECKED] == ["make check", "make check"]
    one = project.run(CHECKED[0])
    assert one.returncode == 0, one.stdout + one.stderr
    assert re.fullmatch(
        rf"docs/lessons/{page.name} is sound as a draft \(.*\); what is still to mend: .*\n", one.stdout
    )
    run = project.run(CHECKED[1], PAGE_RUNNER_PATIENCE="2")  # on a busy machine, too, some tests begin
    assert run.returncode == 0, run.stdout + run.stderr
    first, *_, last = run.stdout.splitlines()
    assert first.startswith("5 files differ from the last commit")
    assert one.stdout.partition(" in ")[0] in run.stdout
    assert re.search(r"^\d+ passed", run.stdout, re.M)
    assert last.startswith("Green after ") and "Not run: " in last and last.endswith("make test runs everything.")


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    """The site, served by the command of CONTRIBUTING."""
    address = f"127.0.0.1:{free_port()}"
    log = project.root.parent / "serve.log"
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen(
            MADE[1].split(),
            cwd=project.root,
            env=project.environment(ADDRESS=address),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    yield address
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(PATIENCE)


def read(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE) as answer:
            return re.sub(r"\s+", " ", answer.read().decode().partition("<article")[2].partition("</article>")[0])
    except urllib.error.HTTPError as error:
        error.close()
        return ""
    except (urllib.error.URLError, ConnectionError):
        return ""


def wait_for(words: str, address: str) -> None:
    end = time.monotonic() + PATIENCE
    while words not in (text := read(address)):
        assert time.monotonic() < end, text
        time.sleep(0.1)


@needs_make
def test_the_lesson_is_served_fails_as_shown_and_heals(project: Project, page: Path, address: str):
    at = f"http://{address}/lessons/{page.stem}/"
    good = page.read_text("utf-8")
    wait_for("by 3.65 m. It left the", at)
    text = read(at)
    assert "A draft" in text and 'alt="Five points' not in text
    assert "The mean stands at 5.7, where there is no point at all." in text
    page.write_text(good.replace("slipped.median()\n", "slipped.middle()\n"), "utf-8")
    wait_for(SHOWN.replace("'", "&#x27;"), at)
    shown = project.run(f".venv/bin/python -m page_runner docs/lessons/{page.name}")
    assert (shown.returncode, shown.stderr.splitlines()[0]) == (1, SHOWN)
    checked = project.run(CHECKED[0])
    assert (checked.returncode, checked.stdout) == (2, f"{SHOWN}\n")
    page.write_text(good, "utf-8")
    wait_for("by 3.65 m. It left the", at)
    shown = project.run(f".venv/bin/python -m page_runner docs/lessons/{page.name}")
    assert shown.returncode == 0, shown.stderr
    assert "(tensor(5.6560), tensor(2.))" in shown.stdout
    assert "{{ slipped.mean() - lengths.mean():.2f }} = 3.65" in shown.stdout


@needs_make
def test_a_lesson_without_a_title_is_told_how(project: Project):
    for command, words in {
        "make lesson": 'a lesson needs a title: make lesson TITLE="The median"',
        'make lesson TITLE="Gradient descent"': "docs/lessons/gradient-descent.md has this title",
        "make check PAGE=docs/none.md": "docs/none.md is no page of the course",
        "make check BASE=nowhere": "BASE=nowhere names no commit",
    }.items():
        run = project.run(command)
        assert run.returncode != 0
        said = [line for line in run.stderr.splitlines() if not re.match(r"make(\[\d+\])?: ", line)]
        assert len(said) == 1 and words in said[0], run.stderr


# Every command that the two pages name.

HERE = "tests/test_contributing.py::test_the_lesson_"
WRITTEN = "tests/tools/test_setup.py::test_the_written_lines_are_the_ones_that_make_runs"
# What shows that a command works: the test that runs it, or a cheap form of it, which is run here.
COMMANDS = {
    'make lesson TITLE="One bad point"': f"{HERE}passes_every_check",
    "make lesson": "tests/test_contributing.py::test_a_lesson_without_a_title_is_told_how",
    "make lock": "tests/test_contributing.py::test_without_an_index_the_lock_stays_as_it_is",
    "make serve": f"{HERE}is_served_fails_as_shown_and_heals",
    "make check": f"{HERE}passes_every_check",
    "make check PAGE=one-bad-point": f"{HERE}passes_every_check",
    "make check PAGE=…": f"{HERE}passes_every_check",
    "make check BASE=HEAD~3": "tests/tools/test_check.py::test_the_base_can_be_named_and_a_wrong_one_is_refused",
    ".venv/bin/python -m page_runner docs/lessons/gradient-descent.md": f"{HERE}is_served_fails_as_shown_and_heals",
    "python -m page_runner": f"{HERE}is_served_fails_as_shown_and_heals",
    "make test": "python -m pytest -n logical --dist=loadgroup --help",
    "make lab": "python -m jupyterlab --version",
    "make bench": "python -m benchmarks --help",
    "make faults": "python tools/seeded_faults.py --list --half site --only questions",
    "make lowest": "python tools/same_numbers.py --give docs/index.md",
    "make serve ADDRESS=127.0.0.1:8001": "tests/tools/test_setup.py::test_busy_port_is_named",
    "make serve PYTHON=/path/to/python3.12": "tests/tools/test_setup.py::test_missing_python_is_named",
    "FOUNDATIONS_TITANIC=passengers make serve": "tests/foundations/passengers/test_lists.py",
    "TORCH_INDEX=https://download.pytorch.org/whl/cpu make test": "tests/tools/test_setup_faults.py::test_one_index_is_asked_for_torch_alone",
    ".venv/bin/python -m pytest tests/foundations/curves/test_losses.py -k mae": "python -m pytest tests/foundations/curves/test_losses.py -k mae -q",
    ".venv/bin/python -m ruff check --fix .": "python -m ruff check --fix tests/tools/test_slowest_files.py",
    ".venv/bin/python -m ruff format .": "python -m ruff format tests/tools/test_slowest_files.py",
    "ruff format": "python -m ruff format tests/tools/test_slowest_files.py",
    ".venv/bin/python -m deno fmt": "python -m deno fmt --help",
    ".venv/bin/python tools/seeded_faults.py --half foundations --only trees --count 20": "python tools/seeded_faults.py --help",
    ".venv/bin/python tools/seeded_faults.py --half site --only questions": "python tools/seeded_faults.py --list --half site --only questions",
    "make pdf": "tests/site/browser/test_course_pdf.py::test_two_pages",
    "python -m benchmarks.blocking site": "tests/test_benchmarks.py",
    "python -m benchmarks.weight site": "tests/test_benchmarks.py",
    "python -m benchmarks.engine site": "tests/test_benchmarks.py",
    "make weekly": "python -m pytest -m weekly --collect-only -q tests/site/test_cold_builds.py",
    "FOUNDATIONS_RECORD=1 .venv/bin/python -m page_runner docs/lessons/cpu-or-gpu.md": "tests/foundations/test_records.py::test_a_page_makes_its_record",
    "python -m foundations.timing --record": "tests/foundations/test_timing.py::test_the_command_records",
    ".venv/bin/python -m foundations.timing --record": "tests/foundations/test_timing.py::test_the_command_records",
    "python -m benchmarks --sizes course,15,100": "python -m benchmarks --sizes course,15,100 --help",
    "sudo apt install python3 python3-venv git make": ".ci/run",
    "python3 -m venv .venv": "python -m venv --help",
    "py -m venv .venv": "python -m venv --help",
    ".venv/bin/python -m pip install -c requirements.lock torch hatchling editables": WRITTEN,
    '.venv/bin/python -m pip install -c requirements.lock --no-build-isolation -e kit -e ".[lab,site,test]"': WRITTEN,
    ".venv/bin/python -m mkdocs serve --livereload": "python -m mkdocs serve --livereload --help",
    ".venv/bin/python -m pytest -n logical --dist=loadgroup": "python -m pytest -n logical --dist=loadgroup --help",
    ".venv/bin/python -m pytest -m cuda": "python -m pytest -m cuda --collect-only -q tests/foundations/test_cuda.py",
    "make check PAGE=docs/lessons/gradient-descent.md": f"{HERE}passes_every_check",
}  # fmt: skip
RECIPES = {  # the last line of what make runs, where a cheap form above stands for it
    "make test": "python -m pytest -n logical --dist=loadgroup",
    "make weekly": "python -m pytest -m weekly -n logical --dist=loadgroup",
    "make lab": "python -m jupyterlab docs/labs",
    "make bench": "python -m benchmarks",
    "make faults": "python tools/seeded_faults.py",
}


def named(text: str) -> set[str]:
    """Every command that a page names, in its blocks and in its sentences."""
    prose = re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.M | re.S)
    program = r"(?:\w+=\S+ )*(?:make|python3?|\.venv/bin/python|sudo|echo|pip|ruff|git) "
    inline = [code for code in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose) if re.match(program, f"{code} ")]
    parts = [part for code in inline for part in code.split(" && ") if not part.startswith("echo")]
    commands = {command for block in blocks(text) for command in block} | set(parts)
    windows = {command.replace(r".venv\Scripts\python", ".venv/bin/python") for command in commands}
    return {command.removeprefix("UV_CONSTRAINT=hold.txt ") for command in windows}


def test_every_command_is_run_by_a_test(subtests):
    assert named(TEXT) | named(README) - {"make"} <= COMMANDS.keys(), "each new one needs a line in COMMANDS"
    assert len(named(TEXT)) > 8 and len(named(README)) > 12
    for command, shown_by in COMMANDS.items():
        with subtests.test(command):
            file, _, test = shown_by.partition("::")
            if "python" not in shown_by:
                assert not test or f"def {test}(" in (ROOT / file).read_text("utf-8")
                assert (ROOT / file).is_file()


@pytest.mark.parametrize("command", sorted({form for form in COMMANDS.values() if form.startswith("python ")}))
def test_the_cheap_form_of_a_command_runs(command: str):
    run = subprocess.run(
        [sys.executable, *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout


@needs_make
def test_make_runs_what_the_cheap_forms_stand_for(subtests):
    for command, last in RECIPES.items():
        with subtests.test(command):
            recipe = subprocess.run(
                ["make", "--no-print-directory", "-n", *command.split()[1:]],
                cwd=ROOT,
                capture_output=True,
                encoding="utf-8",
            )
            assert recipe.stdout.splitlines()[-1].strip().removeprefix("@") == f".venv/bin/{last}"


@needs_make
def test_without_an_index_the_lock_stays_as_it_is(project: Project):
    before = (project.root / "requirements.lock").read_text("utf-8")
    run = project.run("make lock", PIP_NO_INDEX="1", PIP_FIND_LINKS="", PIP_CONFIG_FILE=os.devnull)
    assert run.returncode != 0
    assert "pip could not install the packages, for the reason above" in run.stderr
    assert (project.root / "requirements.lock").read_text("utf-8") == before
