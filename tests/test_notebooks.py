"""Each lesson's notebook runs from top to bottom on another machine, with the wheel that the site ships, and gives what the page shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from course_runner import RUNNER
from nbclient import NotebookClient

from page_runner.notebook import notebook
from page_runner.page import Page, read_page
from page_runner.program import TERMINAL, Output
from page_runner.runner import Run
from page_runner.take_away import TakeAway
from page_runner.wheel import project_wheel

ROOT = Path(__file__).resolve().parents[1]
LESSONS = [path for path in sorted((ROOT / "docs").rglob("*.md")) if path != ROOT / "docs/index.md"]
LESSONS = [path for path in LESSONS if read_page(path, ROOT).snippets]
ANNOTATION = re.compile(r"(#.*\(\d+\))![ \t]*$", re.M)


@pytest.fixture(scope="session")
def wheel() -> Path:
    wheel = project_wheel(ROOT, ROOT / ".cache" / "wheel")
    assert wheel
    return wheel


@pytest.fixture
def elsewhere(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reader's folder with the wheel in it, and Jupyter with a kernel that cannot import from the repository.

    Its Python reads no .pth file, so that an editable install of this project counts for nothing. It has the packages that
    are installed here, and a folder of its own, still empty, where pip puts what the notebook asks for.
    """
    installed, folder = tmp_path / "installed", tmp_path / "reader"
    installed.mkdir()
    folder.mkdir()
    shutil.copy(wheel, folder)
    packages = dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))
    kernel = {
        "argv": [sys.executable, "-S", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Reader",
        "language": "python",
        "env": {
            "PYTHONPATH": os.pathsep.join([str(installed), *packages]),
            "OMP_NUM_THREADS": "1",  # as on the page: sums in one order
            "PIP_TARGET": str(installed),
            "PIP_UPGRADE": "1",
            "PIP_NO_DEPS": "1",  # they are here
            "PIP_NO_INDEX": "1",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "IPYTHONDIR": str(tmp_path / "ipython"),
        },
    }
    home = tmp_path / "jupyter"
    (home / "kernels/reader").mkdir(parents=True)
    (home / "kernels/reader/kernel.json").write_text(json.dumps(kernel))
    monkeypatch.setenv("JUPYTER_PATH", str(home))
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    return folder


def made(path: Path, wheel: Path) -> tuple[Page, Run, nbformat.NotebookNode]:
    page, run = read_page(path, ROOT), RUNNER.result(path)
    assert run.error is None, str(run.error)
    install = TakeAway(f"{path.stem}.ipynb", wheel.name).install
    text = notebook(page, run.given, install)
    assert notebook(page, run.given, install) == text, "the same page gives the same bytes"
    book = nbformat.reads(text, as_version=4)
    nbformat.validate(book)
    return page, run, book


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
@pytest.mark.filterwarnings("default::DeprecationWarning", "default::ResourceWarning")  # of Jupyter's own
def test_the_notebook_gives_what_the_page_shows(path, wheel, elsewhere):
    page, run, book = made(path, wheel)
    snippets = page.snippets
    outputs = [given for given in run.given if isinstance(given, Output)]
    install, *cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells] == [
        ANNOTATION.sub(r"\1", snippet.source.rstrip("\n")) for snippet in snippets
    ]
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "{{" not in re.sub(r"(`+).*?\1", "", prose, flags=re.S), "numbers are text"

    where = nbformat.v4.new_code_cell("import foundations; print(foundations.__file__)")
    book.cells.append(where)
    NotebookClient(book, timeout=300, kernel_name="reader", resources={"metadata": {"path": str(elsewhere)}}).execute()

    assert install.source.count("%pip install") == 2
    used = Path(where.outputs[0].text.strip())
    assert used.is_relative_to(elsewhere.parent / "installed"), f"the notebook used {used}"
    for cell, snippet, output in zip(cells, snippets, outputs, strict=True):
        at = f"{page.name}:{snippet.line}"
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
            message = TERMINAL.sub("", re.sub(r" \([^()]*, line \d+\)$", "", error.evalue))  # where a SyntaxError is
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
