"""Each lesson's notebook runs from top to bottom on another machine, with the wheel that the site ships, and gives what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from course_runner import ROOT
from environments import Environment, environment, requirements
from kernels import FRESH, notebook_client, warm_kernels
from page_runs import PageRun, page_run

from page_runner.notebook import notebook
from page_runner.page import Page, read_page
from page_runner.program import Output
from page_runner.take_away import TakeAway
from page_runner.terminal import as_shown, plain
from page_runner.wheel import project_wheel

LESSONS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path != ROOT / "docs/index.md"]
LESSONS = [path for path in LESSONS if read_page(path, ROOT).snippets]
WITH_PIP = ("the-passengers",)  # the others run in a fresh kernel weekly
# One with charts of each mode, steps, a calculator, a pad, a download, times; and two pages that are no lessons.
IN_A_KERNEL = (
    *("how-to-take-a-lesson", "gradient-descent", "broadcasting", "an-engine-of-your-own", "cpu-or-gpu"),
    *("in-a-spreadsheet", "three-or-seven", "errata", "error-messages"),
)
JUPYTER = ("ipykernel", "ipywidgets", "optuna", "pip")  # what readers have, and what a lesson asks them to install
VARIABLES = {
    "OMP_NUM_THREADS": "1",  # as on the page: sums in one order
    "PIP_NO_INDEX": "1",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}
ANNOTATION = re.compile(r"(#.*\(\d+\))![ \t]*$", re.M)


@pytest.fixture(scope="session")
def wheel() -> Path:
    wheel = project_wheel(ROOT, ROOT / ".cache" / "wheel")
    assert wheel
    return wheel


@dataclass(frozen=True)
class Reader:
    """A reader's machine: the folder with notebooks, and an environment with what the wheel needs and nothing else."""

    folder: Path
    environment: Environment
    kernel: tuple[str, ...]

    def run(self, book: nbformat.NotebookNode) -> None:
        """Run all cells; the notebook uses the wheel."""
        where = nbformat.v4.new_code_cell("import foundations; print(foundations.__file__)")
        book.cells.append(where)
        with notebook_client(book, self.folder, self.kernel, self.environment.variables | VARIABLES) as client:
            for place, cell in enumerate(book.cells):
                client.execute_cell(cell, place)
        used = Path(where.outputs[0].text.strip())
        assert used.is_relative_to(self.environment.packages), f"the notebook used {used}"


@pytest.fixture(scope="session")
def warm_reader(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Reader]:
    """A reader whose kernels start at once, with the wheel installed already."""
    own = environment(tmp_path_factory.mktemp("reader") / "venv", *requirements(wheel), *JUPYTER)
    own.add(wheel)
    with warm_kernels(own.python, environment=own.variables | VARIABLES) as kernel:
        yield Reader(tmp_path_factory.mktemp("notebooks"), own, kernel)


@pytest.fixture
def fresh_reader(tmp_path: Path, wheel: Path) -> Reader:
    """A reader who has saved the wheel beside the notebook, and has not installed it."""
    own = environment(tmp_path / "venv", *requirements(wheel), *JUPYTER)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    shutil.copy(wheel, folder)
    return Reader(folder, own, (own.python, *FRESH[1:]))


def made(path: Path, wheel: Path) -> tuple[Page, PageRun, nbformat.NotebookNode]:
    page, run = read_page(path, ROOT), page_run(path)
    assert run.error is None, str(run.error)
    install = TakeAway(f"{path.stem}.ipynb", wheel.name).install
    text = notebook(page, run.outputs, install)
    assert notebook(page, run.outputs, install) == text, "the same page gives the same bytes"
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    return page, run, book


def some(*names: str):
    """All pages, of which the others have their turn once a week."""
    assert set(names) <= {path.stem for path in LESSONS}
    paths = [path if path.stem in names else pytest.param(path, marks=pytest.mark.weekly) for path in LESSONS]
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_notebook_has_what_the_page_has(path, wheel):
    page, _, book = made(path, wheel)
    install, *cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells] == [
        ANNOTATION.sub(r"\1", snippet.source.rstrip("\n")) for snippet in page.snippets
    ]
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "{{" not in re.sub(r"(`+).*?\1", "", prose, flags=re.S), "numbers are text"
    assert install.source.count("%pip install") == 2


@pytest.mark.xdist_group("kernels")  # so that one process has such a reader
@some(*IN_A_KERNEL)
def test_the_notebook_gives_what_the_page_shows(path, wheel, warm_reader):
    page, run, book = made(path, wheel)
    install, *cells = [cell for cell in book.cells if cell.cell_type == "code"]
    book.cells.remove(install)  # the wheel is installed already
    warm_reader.run(book)
    assert_same_outputs(page, run, cells)


@some(*WITH_PIP)
def test_the_notebook_installs_what_it_needs_in_a_fresh_kernel(path, wheel, fresh_reader):
    page, run, book = made(path, wheel)
    install, *cells = [cell for cell in book.cells if cell.cell_type == "code"]
    fresh_reader.run(book)
    assert "ERROR" not in printed(install), printed(install)
    assert_same_outputs(page, run, cells)


@pytest.mark.weekly
def test_a_notebook_gives_the_same_where_pip_has_installed_the_wheel_alone(wheel, tmp_path):
    path = ROOT / "docs/lessons/gradient-descent.md"
    page, run, book = made(path, wheel)
    install, *cells = [cell for cell in book.cells if cell.cell_type == "code"]
    book.cells.remove(install)
    venv.create(tmp_path / "venv", with_pip=True)
    own = Environment(tmp_path / "venv")
    command = [own.python, "-m", "pip", "install", "-q", "-c", str(ROOT / "requirements.lock"), f"{wheel}[lab]"]
    subprocess.run(command, check=True, timeout=1800)
    Reader(tmp_path, own, (own.python, *FRESH[1:])).run(book)
    assert_same_outputs(page, run, cells)


def assert_same_outputs(page: Page, run: PageRun, cells: list[nbformat.NotebookNode]) -> None:
    """What the notebook's cells gave is what the page's snippets gave."""
    outputs = [given for given in run.outputs if isinstance(given, Output)]
    for cell, snippet, output in zip(cells, page.snippets, outputs, strict=True):
        at = f"{page.name}:{snippet.line}"
        if output.varies:
            assert not [shown for shown in cell.outputs if shown.output_type == "error"], at
            continue
        assert words(printed(cell)) == words(output.text), at
        charts = [each for each in output.markup if 'class="live"' in each or "data-script=" in each]
        assert tables(cell) == [text_of(markup) for markup in output.markup if markup not in charts], at
        assert len(having(cell, "application/vnd.jupyter.widget-view+json")) == len(charts), at
        assert len(having(cell, "image/png")) == len(output.figures), at
        errors = [shown for shown in cell.outputs if shown.output_type == "error"]
        assert [error.ename for error in errors] == [
            snippet.options[key] for key in ("raises",) if key in snippet.options
        ], at
        for error in errors:
            message = plain(as_shown(re.sub(r" \([^()]*, line \d+\)$", "", error.evalue)))  # where a SyntaxError is
            if message.startswith("incomplete input"):  # IPython's words for a bracket that was never closed
                message = "'(' was never closed"
            assert " ".join(output.error.split()).endswith(" ".join(message.split())), at


def printed(cell: nbformat.NotebookNode) -> str:
    """What a cell prints and the value of its last line; a warning as its kind and its message alone."""
    text = ""
    for shown in cell.outputs:
        if shown.output_type == "stream":
            text += re.sub(r"^\S+:\d+: (\w+: .*)\n(?:  .*\n)?", r"\1\n", shown.text, flags=re.M)
        elif shown.output_type == "execute_result" and "text/html" not in shown.data:
            text += shown.data["text/plain"]
    return text


def having(cell: nbformat.NotebookNode, kind: str) -> list[str]:
    """What a cell shows in one form, such as HTML."""
    return [shown.data[kind] for shown in cell.outputs if kind in shown.get("data", {})]


def tables(cell: nbformat.NotebookNode) -> list[str]:
    return [text_of(html) for html in having(cell, "text/html")]


def text_of(html: str) -> str:
    soup = BeautifulSoup(html, "html.parser")
    for style in soup("style"):
        style.decompose()
    return " ".join(soup.get_text(" ").split())


def words(text: str) -> list[str]:
    """Text without regard to where lines break, which Jupyter decides otherwise than `repr` does; nor to the order of
    printed lines and warnings, which it keeps apart."""
    return sorted(text.split())
