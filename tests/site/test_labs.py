"""The labs: stored clean, running from top to bottom, with controls that change the picture as torch says; and their pages."""

from __future__ import annotations

import gzip
import json
import re
from urllib.parse import urljoin

import nbformat
import pytest
from bs4 import BeautifulSoup
from kernels import notebook_client
from lab_titles import LAB_FUNCTIONS, LABS, texts

every_lab = pytest.mark.parametrize("path", LABS, ids=lambda path: path.stem)
CLEAR = "jupyter nbconvert --clear-output --inplace docs/labs/*.ipynb drops outputs"


def code_of(book):
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def test_every_lab_has_something_to_drag():
    assert {lab.notebook for lab in LAB_FUNCTIONS.values()} == {path.stem for path in LABS}


@every_lab
def test_a_lab_is_stored_without_outputs(path):
    text = path.read_text("utf-8")
    book = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    nbformat.validate(book)
    assert (book.nbformat, book.nbformat_minor) == (4, 5)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert set(book.metadata) == {"description", "kernelspec", "language_info"}, CLEAR
    assert book.metadata.kernelspec == kernel
    assert book.metadata.language_info == {"name": "python"}
    for cell in book.cells:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell.id), f"{cell.id}: a cell's id says what it is for"
        assert (cell.cell_type == "markdown") == cell.id.startswith("about-")
        assert cell.metadata == {}
        assert cell.get("outputs", []) == [], CLEAR
        assert cell.get("execution_count") is None, CLEAR
    again = json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert text == again


@every_lab
def test_a_lab_takes_everything_from_the_package(path):
    code = "\n".join(code_of(nbformat.read(path, 4)))
    modules = set(re.findall(r"^(?:from|import) (\w+)", code, re.M))
    assert {"foundations", "ipywidgets"} <= modules <= {"foundations", "functools", "ipywidgets", "matplotlib", "torch"}
    assert code.count("@interact(") == sum(lab.notebook == path.stem for lab in LAB_FUNCTIONS.values())


class Kernel:
    """A kernel that has run a lab, from which the controls of its functions can be moved."""

    def __init__(self, client):
        self.client = client

    def run(self, source):
        cell = nbformat.v4.new_code_cell(source)
        self.client.nb.cells.append(cell)
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        return "".join(output.get("text", "") for output in cell.outputs)

    def move(self, function, values):
        """Set the controls one after the other; the picture's texts at the end."""
        moves = [f"for control in {function}.widget.children:"]
        moves += ["    name = getattr(control, 'description', '')"]
        for name, value in values.items():
            attribute = "label" if isinstance(value, str) else "value"
            moves += [f"    if name == {name!r}: control.{attribute} = {value!r}"]
        self.run("\n".join(moves))
        model = self.run(f"print({function}.widget.out.model_id)").strip()
        outputs = self.client.widget_state[model]["outputs"]
        assert [output["output_type"] for output in outputs] == ["display_data"], outputs
        return texts(outputs[0]["data"]["image/svg+xml"])


@every_lab
def test_a_lab_runs_and_its_controls_work(path, tmp_path):
    book = nbformat.read(path, 4)
    book.cells.insert(0, nbformat.v4.new_code_cell("%config InlineBackend.figure_formats = ['svg']"))
    with notebook_client(book, tmp_path) as client:
        for place, cell in enumerate(list(book.cells)):
            if cell.cell_type == "code":
                client.execute_cell(cell, place)
                assert [output for output in cell.outputs if output.get("name") == "stderr"] == []
        kernel = Kernel(client)
        for function, lab in LAB_FUNCTIONS.items():
            if lab.notebook == path.stem:
                start, *others = lab.settings
                for moves, values in [({}, start), *((values, values) for values in others)]:
                    shown = kernel.move(function, moves)
                    title = lab.title(**values)
                    assert any(text.startswith(title) for text in shown), (function, values, title, shown)


# ---- The pages that mkdocs-jupyter makes of the labs ----


@pytest.fixture(params=LABS, ids=lambda path: path.stem)
def lab_page(course, request):
    path = request.param
    file = course.folder / "labs" / path.stem / "index.html"
    return path, file, BeautifulSoup(file.read_text("utf-8"), "html.parser")


def test_a_labs_page_shows_its_code_and_says_what_it_is(lab_page):
    path, _, html = lab_page
    book = nbformat.read(path, 4)
    shown = [code.get_text().rstrip("\n") for code in html.select("article .snippet pre > code")]
    assert shown == code_of(book)
    assert html.select_one("meta[name=description]")["content"] == book.metadata.description
    assert len(html.select("h1")) == 1
    assert "live in Jupyter" in html.article.get_text()
    lesson = [link["href"] for link in html.select("article p a[href]")]
    assert any(address.startswith("../../lessons/") for address in lesson)


def test_a_labs_page_is_light_and_asks_no_other_site(course, lab_page):
    _, file, html = lab_page
    assert len(gzip.compress(file.read_bytes())) < 20_000
    assert html.article.select("style, script, [class^=jp-]") == []
    for script in html.select("script"):
        assert not re.search(r"""(?:from|import|src\s*=|fetch)\s*\(?\s*["']https?://""", script.get_text())
        assert urljoin(f"{course.url}labs/{file.parent.name}/", script.get("src", "")).startswith(course.url)


def test_a_lab_can_be_taken_away(course, lab_page):
    path, file, _ = lab_page
    taken = nbformat.read(file.parent / path.name, 4)
    nbformat.validate(taken)
    install, *cells = code_of(taken)
    assert install.splitlines()[-1] == "%pip install -q ipywidgets"
    assert re.search(r"%pip install -q \S*neural_net_foundations-\S+\.whl$", install, re.M)
    assert cells == code_of(nbformat.read(path, 4))
    prose = "\n".join(cell.source for cell in taken.cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)]+)\)", prose)
    assert links
    assert [link for link in links if not link.startswith(course.url)] == []
