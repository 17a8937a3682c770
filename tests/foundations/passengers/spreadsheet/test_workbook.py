"""The workbook: its formulas against torch, in LibreOffice; its making, whole or not at all."""

from __future__ import annotations

import math
import re
import shutil
import subprocess
import zipfile
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pandas as pd
import pytest
import torch
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula
from passenger_list import HAS_LIST
from torch.nn import functional as F

from foundations import sheet_inputs, titanic, train_two_relus, two_relus, write_workbook
from foundations.passengers.spreadsheet import workbook
from foundations.passengers.spreadsheet._rows import RAW
from foundations.passengers.spreadsheet._training import N_STEPS

pytestmark = pytest.mark.xdist_group("workbook")  # so that each is made and recalculated once
SOURCES = ("passengers", "simulated") if HAS_LIST else ("simulated",)
SHEETS = ["read me", "data", "linear", "relu", "mmult", "training", "products"]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""  # LibreOffice's setting: recalculate whenever a file is loaded
NAMES = [
    "inputs",
    "survived",
    "largest_age",
    "linear_weights",
    "linear_loss",
    "relu_weights",
    "relu_loss",
    "mmult_weights",
    "mmult_loss",
    "learning_rate",
    "training_loss",
    "training_losses",
    "mean_products",
    "mean_with_survived",
    "mean_survived_squared",
    "n_rows",
]
RATE, WEIGHTS = 0.05, torch.linspace(-0.5, 0.7, 20, dtype=torch.float64).view(2, 10)  # what the tests change cells to


@cache
def written(source: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write_workbook(Path(folder, "a.xlsx"), titanic(source)).read_bytes()


def opened(data: bytes, *, values: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(data), data_only=values)


def block(book: openpyxl.Workbook, name: str) -> torch.Tensor:
    """The numbers of a named block of cells."""
    sheet, cells = next(book.defined_names[name].destinations)
    found = book[sheet][cells]
    rows = [[each.value for each in row] for row in found] if isinstance(found, tuple) else [[found.value]]
    return torch.tensor(rows, dtype=torch.float64)


# In LibreOffice


def scrambled(data: bytes) -> bytes:
    """The workbook with a wrong value at every formula, so that none is right unless it is calculated anew."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                blocks = [range_boundaries(ref) for ref in re.findall(r't="array" ref="([^"]+)"', text.decode())]

                def wrong(cell: re.Match[str], blocks: list[str] = blocks) -> str:
                    left, top, right, bottom = range_boundaries(cell[1])
                    inside = any(b[0] <= left and b[1] <= top and right <= b[2] and bottom <= b[3] for b in blocks)
                    return re.sub("<v>[^<]*</v>", "<v>12345</v>", cell[0]) if inside or "<f" in cell[0] else cell[0]

                text = re.sub(r'<c r="(\w+)".*?</c>', wrong, text.decode()).encode()
            new.writestr(name, text)
    return changed.getvalue()


def changed(data: bytes) -> bytes:
    """The workbook with another learning rate and other weights, and without any value at a formula."""
    book = opened(data, values=False)
    book["training"]["B2"] = RATE
    for row, line in enumerate(WEIGHTS.tolist(), 3):
        for column, weight in enumerate(line, 2):
            book["relu"].cell(row, column, weight)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@cache
def recalculated() -> dict[str, openpyxl.Workbook]:
    """What LibreOffice calculates, for each source as written and as changed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "profile/user").mkdir(parents=True)
        (folder / "profile/user/registrymodifications.xcu").write_text(ALWAYS, "utf-8")
        for source in SOURCES:
            (folder / f"{source}.xlsx").write_bytes(scrambled(written(source)))
            (folder / f"{source}-changed.xlsx").write_bytes(changed(written(source)))
        command = [str(OFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
        command += ["--convert-to", "xlsx", "--outdir", str(folder / "out"), *map(str, sorted(folder.glob("*.xlsx")))]
        subprocess.run(command, check=True, capture_output=True, timeout=900)
        return {
            file.stem: openpyxl.load_workbook(BytesIO(file.read_bytes()), data_only=True)
            for file in (folder / "out").glob("*.xlsx")
        }


def descent(inputs: torch.Tensor, targets: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and weights of the steps, by autograd and PyTorch's optimizer."""
    weights = torch.zeros(10, dtype=torch.float64, requires_grad=True)
    optimizer, losses, path = torch.optim.SGD([weights], lr=lr), [], []
    for _ in range(N_STEPS + 1):
        optimizer.zero_grad()
        loss = F.mse_loss(inputs @ weights, targets)
        loss.backward()
        losses.append(loss.item())
        path.append(weights.detach().clone())
        optimizer.step()
    return torch.tensor(losses, dtype=torch.float64), torch.stack(path)


def steps(book: openpyxl.Workbook) -> tuple[torch.Tensor, torch.Tensor]:
    """Losses and weights of the steps, as the sheet has them."""
    rows = book["training"].iter_rows(min_row=7, max_row=7 + N_STEPS, max_col=19, values_only=True)
    table = torch.tensor([[row[1], *row[9:19]] for row in rows], dtype=torch.float64)
    return table[:, 0], table[:, 1:]


in_libreoffice = [
    pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed: apt-get install libreoffice-calc"),
    pytest.mark.parametrize("source", SOURCES),
]


def libreoffice(test):
    for mark in in_libreoffice:
        test = mark(test)
    return test


@libreoffice
@pytest.mark.parametrize("how", ["", "-changed"])
def test_no_cell_holds_an_error(source, how):
    for sheet in recalculated()[source + how]:
        texts = [(cell.coordinate, cell.value) for row in sheet for cell in row if isinstance(cell.value, str)]
        assert not [each for each in texts if each[1].startswith(("#", "Err:"))], sheet.title


@libreoffice
def test_every_value_written_is_the_one_that_its_formula_gives(source):
    before = opened(scrambled(written(source)), values=True)
    assert before["linear"]["B8"].value == before["mmult"]["C19"].value == before["training"]["T7"].value == 12345
    ours, theirs = opened(written(source), values=True), recalculated()[source]
    formulas = 0
    for sheet in opened(written(source), values=False):
        for row in sheet.iter_rows():
            for cell in row:
                value, other = (book[sheet.title][cell.coordinate].value for book in (ours, theirs))
                formulas += cell.data_type == "f"
                if isinstance(value, float | int):
                    assert other == pytest.approx(value, abs=1e-9), (sheet.title, cell.coordinate)
                else:
                    assert other == value, (sheet.title, cell.coordinate)
    assert formulas > 712 * 15


@libreoffice
def test_every_loss_is_torchs(source):
    book = recalculated()[source]
    inputs, targets = sheet_inputs(titanic(source))
    params = train_two_relus(inputs, targets, generator=torch.Generator().manual_seed(42))
    best = params[0][params[1].argmin()]
    least = torch.linalg.lstsq(inputs, targets[:, None], driver="gelsd").solution
    right = {
        "linear_loss": F.mse_loss(inputs @ least, targets[:, None]),
        "relu_loss": F.mse_loss(F.relu(inputs @ best[0]) + F.relu(inputs @ best[1]), targets),
        "training_loss": descent(inputs, targets, 0.1)[0][-1],
    }
    right["mmult_loss"] = right["relu_loss"]
    for name, loss in right.items():
        assert block(book, name).item() == pytest.approx(loss.item(), abs=1e-6), name
    assert torch.equal(block(book, "survived")[:, 0], targets)
    assert torch.allclose(block(book, "inputs"), inputs, atol=1e-12)


@libreoffice
@pytest.mark.parametrize(("how", "lr"), [("", 0.1), ("-changed", RATE)])
def test_the_steps_follow_the_learning_rate_as_in_torch(source, how, lr):
    book = recalculated()[source + how]
    losses, weights = descent(*sheet_inputs(titanic(source)), lr)
    assert block(book, "learning_rate").item() == lr
    assert torch.allclose(steps(book)[0], losses, atol=1e-9)
    assert torch.allclose(steps(book)[1], weights, atol=1e-9)
    assert torch.allclose(block(book, "training_losses")[:, 0], losses, atol=1e-9)
    assert book["training"]["B3"].value == pytest.approx(losses[-1].item(), abs=1e-9)
    assert book["training"]["B4"].value == pytest.approx(losses[-1].item(), abs=1e-9)  # by the rows


@libreoffice
def test_other_weights_change_the_net_on_both_sheets(source):
    book = recalculated()[source + "-changed"]
    inputs, targets = sheet_inputs(titanic(source))
    preds = two_relus(WEIGHTS, inputs)
    share = ((preds > 0.5) == (targets == 1)).double().mean().item()
    for sheet, row in ("relu", 7), ("mmult", 15):
        assert block(book, f"{sheet}_loss").item() == pytest.approx(F.mse_loss(preds, targets).item(), abs=1e-9)
        assert book[sheet].cell(row, 4).value == pytest.approx(share)


# As a file


@pytest.mark.parametrize("source", SOURCES)
def test_what_the_workbook_has(source):
    data = written(source)
    book = opened(data, values=False)
    assert book.sheetnames == SHEETS
    assert sorted(book.defined_names) == sorted(NAMES)
    for name in SHEETS[1:]:
        assert book[name].freeze_panes, name
        assert book[name].column_dimensions["A"].width > 8
        assert book[name].print_title_rows and book[name].page_setup.fitToHeight == 0, name  # on paper
        notes = [cell.comment.text for row in book[name].iter_rows() for cell in row if cell.comment]
        assert notes and all(notes), name
    n = len(titanic(source).dropna(subset=["Age", "Embarked"]))
    assert book["linear"]["B8"].value == "=SUMPRODUCT(data!G2:P2,$B$3:$K$3)"
    assert book["linear"][f"B{n + 7}"].value == f"=SUMPRODUCT(data!G{n + 1}:P{n + 1},$B$3:$K$3)"
    assert book["linear"][f"A{n + 8}"].value is None
    assert book["relu"]["D10"].value == "=IF(B10<0,0,B10)" and book["mmult"]["D18"].value == "=MAX(B18,0)"
    product = book["mmult"]["B18"].value
    assert isinstance(product, ArrayFormula)
    assert (product.ref, product.text) == (f"B18:C{n + 17}", "=MMULT(inputs,mmult_weights)")
    assert book["training"]["J8"].value == "=J7-learning_rate*T7"
    assert book["linear"]["B3"].number_format == "0.000"
    assert source in book["read me"]["A2"].value or (source == "passengers" and "real" in book["read me"]["A2"].value)
    with zipfile.ZipFile(BytesIO(data)) as file:
        assert 'fullCalcOnLoad="1"' in file.read("xl/workbook.xml").decode()  # Excel calculates when it opens it
        assert not any(b"_xlfn" in file.read(name) for name in file.namelist())  # no function of some versions alone


def test_each_row_of_the_sheet_is_a_passenger_in_the_lists_order():
    table = titanic("simulated")
    rows = opened(written("simulated"), values=True)["data"].iter_rows(min_row=1, max_col=8, values_only=True)
    head, *people = rows
    assert head == RAW
    complete = table.dropna(subset=["Age", "Embarked"])
    assert people == [tuple(row) for row in complete[list(RAW)].itertuples(index=False)]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    table, params = titanic("simulated"), torch.ones(2, 10)
    first, second = (write_workbook(tmp_path / name, table, params).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second
    assert write_workbook(str(tmp_path / "a.xlsx"), table, params * 2).read_bytes() != first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.xlsx"]


def test_one_row_is_enough(tmp_path):
    file = write_workbook(tmp_path / "one.xlsx", titanic("simulated").dropna(subset=["Age", "Embarked"])[:1])
    assert opened(file.read_bytes(), values=False)["mmult"]["B18"].value.ref == "B18:C18"


@pytest.mark.parametrize("where", ["xlsxwriter.Workbook.close", "os.replace"])
def test_whole_or_not_at_all(tmp_path, monkeypatch, where):
    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    file = tmp_path / "a.xlsx"
    file.write_bytes(b"what was there")
    monkeypatch.setattr(where, fail)
    with pytest.raises(OSError, match="the disk is full"):
        write_workbook(file, titanic("simulated"), torch.ones(2, 10))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"what was there"]
    monkeypatch.undo()


BAD_TABLES = {
    "has no column Embarked, Age, Fare, SibSp, Parch": lambda table: titanic("everyone"),
    "none of the 5 rows is complete": lambda table: table.assign(Age=np.nan)[:5],
    "none of the 0 rows is complete": lambda table: table[:0],
    "Sex must be one of 'female', 'male', not 'Female'": lambda table: table.replace({"Sex": {"female": "Female"}}),
    "Pclass must be one of 1, 2, 3, not 4": lambda table: table.replace({"Pclass": {3: 4}}),
    "Embarked must be one of 'C', 'Q', 'S', not 'X'": lambda table: table.replace({"Embarked": {"Q": "X"}}),
    "Fare must hold numbers from 0 up": lambda table: table.assign(Fare=-1.0),
    "Age must hold numbers from 0 up": lambda table: table.assign(Age=math.inf),
    "Pclass must be one of 1, 2, 3, not '1'": lambda table: table.assign(Pclass="1"),
    "Age must hold numbers, not '22'": lambda table: table.assign(Age="22"),
    r"Fare must hold numbers from 0 up to 1e\+09": lambda table: table.assign(Fare=1e300),
    "two columns named Age": lambda table: pd.concat([table, table[["Age"]]], axis=1),
    "all ages are 0": lambda table: table.assign(Age=0.0),
}


@pytest.mark.parametrize(("words", "damage"), BAD_TABLES.items(), ids=list(BAD_TABLES))
def test_a_table_that_does_not_fit_is_refused(tmp_path, words, damage):
    with pytest.raises(ValueError, match=words):
        write_workbook(tmp_path / "a.xlsx", damage(titanic("simulated")), torch.ones(2, 10))
    with pytest.raises(ValueError, match=words):
        sheet_inputs(damage(titanic("simulated")))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "params", "error", "words"),
    [
        ("no/a.xlsx", torch.ones(2, 10), FileNotFoundError, "there is no folder .*no: make it first"),
        ("a.csv", torch.ones(2, 10), ValueError, "ends in .xlsx, and a.csv does not"),
        ("a.xlsx", torch.ones(10, 2), ValueError, r"shape \(2, 10\), not \(10, 2\)"),
        ("a.xlsx", torch.ones(2, 10).long(), TypeError, "params must hold floats"),
        ("a.xlsx", [[1.0] * 10] * 2, TypeError, "params must be a tensor"),
        ("a.xlsx", torch.full((2, 10), math.nan), ValueError, "nan or inf"),
        ("a.xlsx", torch.full((2, 10), 1e30), ValueError, "beyond 1e\\+09"),
    ],
)
def test_other_bad_input(tmp_path, name, params, error, words):
    with pytest.raises(error, match=words):
        write_workbook(tmp_path / name, titanic("simulated"), params)
    assert not list(tmp_path.iterdir())


def test_what_is_no_table_or_too_long_a_table_is_refused(tmp_path, monkeypatch):
    with pytest.raises(TypeError, match=r"the table must be a DataFrame, .* not dict"):
        write_workbook(tmp_path / "a.xlsx", {"Age": [1]})
    monkeypatch.setattr(workbook, "ROOM", 10)
    with pytest.raises(ValueError, match=r"room for 10 passengers, and these are \d+: write fewer"):
        write_workbook(tmp_path / "a.xlsx", titanic("simulated"))
    assert not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written(tmp_path, monkeypatch):
    folder = tmp_path / "a.xlsx"
    folder.mkdir()
    with pytest.raises(IsADirectoryError, match=r"a\.xlsx is a folder: name a file in it"):
        write_workbook(folder, titanic("simulated"), torch.ones(2, 10))

    def deny(*_: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr("os.replace", deny)
    with pytest.raises(PermissionError, match=r"b\.xlsx cannot be written: close it where it is open"):
        write_workbook(tmp_path / "b.xlsx", titanic("simulated"), torch.ones(2, 10))
    assert list(tmp_path.iterdir()) == [folder]
    monkeypatch.undo()


# In the lesson


def test_the_lesson_offers_the_workbook_of_its_own_rows(course):
    offered = (course.folder / "lessons/in-a-spreadsheet/titanic.xlsx").read_bytes()
    book = opened(offered, values=True)
    inputs, targets = sheet_inputs(titanic())
    assert torch.allclose(block(book, "inputs"), inputs) and torch.equal(block(book, "survived")[:, 0], targets)
    assert two_relus(block(book, "relu_weights"), inputs).sub(targets).square().mean() < 0.135
    assert 'href="titanic.xlsx"' in (course.folder / "lessons/in-a-spreadsheet/index.html").read_text("utf-8")
