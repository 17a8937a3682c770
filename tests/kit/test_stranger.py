"""kit/README.md, followed word for word where nothing of this course can be found: a stranger's course."""

from __future__ import annotations

import re
import shlex
import subprocess
import venv
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from environments import Environment, environment, requirements
from imports import COURSE
from project_root import ROOT
from served import Served

from page_runner.wheel import project_wheel

README = (ROOT / "kit/README.md").read_text("utf-8")
FILES = {name: text for _, name, text in re.findall(r'^(`{3,})\w+ title="([^"\n]*)"\n(.*?)^\1$', README, re.M | re.S)}
MADE, USED = [block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```$", README, re.M | re.S)]
ABSENT = ["torch", "sklearn", "pandas", *sorted(COURSE)]


@pytest.fixture(scope="module")
def wheel() -> Path:
    wheel = project_wheel(ROOT / "kit", ROOT / ".cache" / "kit-wheel")
    assert wheel
    return wheel


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The stranger's folder, with the files of the README."""
    assert FILES.keys() == {"mkdocs.yml", "docs/index.md", "docs/mean.md", "docs/question.md", "test_pages.py"}
    assert len(FILES["mkdocs.yml"].splitlines()) == 10
    for name, text in FILES.items():
        path = tmp_path / "course" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "course"


def with_kit(folder: Path, wheel: Path, *others: str) -> Environment:
    """An environment with the kit, what it needs, and these others."""
    made = environment(folder / ".venv", *requirements(wheel), *others)
    made.add(wheel)
    return made


def run(own: Environment, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=own.variables, capture_output=True, text=True, encoding="utf-8", timeout=600
    )


def test_a_stranger_builds_tests_and_serves_a_course(stranger, wheel):
    own = with_kit(stranger, wheel, "mkdocs-material", "matplotlib", "pytest", *requirements(wheel, "test"))
    follow(own, stranger)


@pytest.mark.weekly
def test_a_stranger_does_so_with_what_pip_installs(stranger):
    venv.create(stranger / ".venv", with_pip=True)
    own = Environment(stranger / ".venv")
    assert MADE[0] == "python3 -m venv .venv"
    _, *install = shlex.split(MADE[1].replace("path/to/kit", str(ROOT / "kit")))
    done = run(own, stranger, own.python, *install)
    assert done.returncode == 0, done.stderr
    follow(own, stranger)


def follow(own: Environment, folder: Path) -> None:
    """Do what the README says, and look at what comes."""
    found = run(
        own, folder, own.python, "-c", f"from importlib.util import find_spec; print([*filter(find_spec, {ABSENT})])"
    )
    assert found.stdout.strip() == "[]", found.stderr
    build, test, serve = (shlex.split(command) for command in USED)
    assert build[0] == test[0] == serve[0] == ".venv/bin/python"
    done = run(own, folder, own.python, *build[1:])
    assert done.returncode == 0, done.stderr
    look_at(folder / "site")
    for name in [*re.findall(r"assets/[\w-]+\.(?:css|js)", FILES["mkdocs.yml"]), "mean/mean.ipynb"]:
        assert (folder / "site" / name).is_file()
    done = run(own, folder, own.python, *test[1:], "-p", "no:cacheprovider")
    assert done.returncode == 0 and "1 passed" in done.stdout, done.stdout
    assert serve[1:] == ["-m", "mkdocs", "serve"]
    served = Served(folder, python=own.python, variables=own.variables)
    try:
        served.wait_for("The mean of 5 lengths is 5.66 m", "mean")
        mean = folder / "docs/mean.md"
        mean.write_text(FILES["docs/mean.md"].replace("1.99, 20.3", "1.99"), "utf-8")
        served.wait_for("The mean of 4 lengths is 2.00 m", "mean")
    finally:
        served.stop()


def look_at(site: Path, notebooks: bool = True) -> None:
    """The pages have what their code gave."""
    mean, question = (
        BeautifulSoup((site / name / "index.html").read_text("utf-8"), "html.parser") for name in ("mean", "question")
    )
    first, figure = mean.select(".output")
    assert first.get_text().strip() == "5.656000000000001"
    assert "The mean of 5 lengths is 5.66 m: one of them is wrong." in mean.get_text()
    assert figure["aria-label"] == "Four points near 2, and one at 20.3." and figure.svg
    assert "Six times seven is 42." in question.get_text() and question.select_one("[data-quiz]")
    assert bool(mean.select(".take-away a[download]")) == notebooks


def test_the_same_under_zensical_as_far_as_it_goes(stranger, wheel):
    own = with_kit(stranger, wheel, "zensical", "matplotlib")
    done = run(own, stranger, own.python, "-m", "zensical", "build")
    assert done.returncode == 0, done.stderr
    look_at(stranger / "site", notebooks=False)
    assert not (stranger / "site/assets/questions.js").exists()
    (stranger / "docs/question.md").write_text(FILES["docs/question.md"].replace("6 * 7", "6 / 0"), "utf-8")
    done = run(own, stranger, own.python, "-m", "zensical", "build")
    assert done.returncode == 0 and "docs/question.md:4: ZeroDivisionError" in done.stdout + done.stderr
