"""The Titanic in a spreadsheet: its columns, two rectified linear units on them, a workbook with live formulas."""

from __future__ import annotations

import datetime
import io
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_whole_number

if TYPE_CHECKING:
    import pandas as pd

INPUTS = ("SibSp", "Parch", "Age_n", "LogFare", "Pclass_1", "Pclass_2", "Embark_S", "Embark_C", "Male", "Ones")
RAW = ("Survived", "Pclass", "Sex", "Embarked", "Age", "Fare", "SibSp", "Parch")  # the sheet's first columns
FORMULAS = (  # the columns after them, except Ones
    "=E{row}/largest_age",
    "=LOG10(F{row}+1)",
    "=IF(B{row}=1,1,0)",
    "=IF(B{row}=2,1,0)",
    '=IF(D{row}="S",1,0)',
    '=IF(D{row}="C",1,0)',
    '=IF(C{row}="male",1,0)',
)
KNOWN: dict[str, tuple[object, ...]] = {
    "Survived": (0, 1),
    "Pclass": (1, 2, 3),
    "Sex": ("female", "male"),
    "Embarked": ("C", "Q", "S"),
}
N_STEPS = 100  # of the sheet that trains itself
LARGEST = 1e9  # of what a cell may start with, so that no formula overflows
ROOM = 1_000_000  # rows of a list that a sheet has room for, beside what stands above it
NOTE = {"x_scale": 1.6}  # a note's box, wide enough for its text
DATE = datetime.datetime(2000, 1, 1)  # the workbook's date, so that the same rows give the same file


def sheet_inputs(table: pd.DataFrame) -> tuple[Tensor, Tensor]:
    """Calculate the columns that the spreadsheet works with, from the rows where age and port are known.

    Args:
        table: Passengers as `titanic()` gives them.

    Returns:
        Inputs of shape (n, 10) and targets of shape (n,), both float64. The columns are SibSp, Parch, age divided by
        the largest age, log10(fare + 1), then 1 for yes and 0 for no: first class, second class, from Southampton,
        from Cherbourg, male; and ones.

    Raises:
        TypeError: The table is not a DataFrame.
        ValueError: A column is missing or there twice, no row is complete, or a value is not one of those known.

    Example:
        ```python
        from foundations import sheet_inputs, titanic

        inputs, targets = sheet_inputs(titanic("simulated"))
        assert inputs.shape == (len(targets), 10)
        assert inputs[:, 2].max() == 1  # the oldest
        ```

    Source:
        https://github.com/fastai/course22/tree/master/xl
    """
    rows = _complete(table)
    columns = [
        rows.SibSp,
        rows.Parch,
        rows.Age / rows.Age.max(),
        np.log10(rows.Fare + 1),
        rows.Pclass == 1,
        rows.Pclass == 2,
        rows.Embarked == "S",
        rows.Embarked == "C",
        rows.Sex == "male",
        np.ones(len(rows)),
    ]
    inputs = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    return torch.from_numpy(inputs), torch.tensor(rows.Survived.to_numpy(dtype=np.float64, copy=True))


def two_relus(params: Tensor, inputs: Tensor) -> Tensor:
    """Predict by two rectified linear units: weighted sums, whatever is below zero replaced by zero, added together.

    Args:
        params: One row of weights for each unit: shape (..., 2, n_inputs), for many nets at once if there are more
            dimensions.
        inputs: Shape (n, n_inputs).

    Returns:
        The predictions: shape (..., n).

    Raises:
        TypeError: Something is not a tensor of floats, or their dtypes differ.
        ValueError: The shapes do not fit.

    Example:
        ```python
        import torch
        from foundations import two_relus

        params = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])
        inputs = torch.tensor([[3.0, 1.0], [-2.0, 1.0]])
        assert two_relus(params, inputs).tolist() == [3.0, 2.0]
        ```

    Source:
        https://github.com/fastai/course22/tree/master/xl
    """
    check_float_tensor("params", params)
    check_float_tensor("inputs", inputs)
    if inputs.ndim != 2 or params.ndim < 2 or tuple(params.shape[-2:]) != (2, inputs.shape[1]):
        raise ValueError(
            f"params has shape {tuple(params.shape)} and inputs {tuple(inputs.shape)}, "
            "but they must be (..., 2, n_inputs) and (n, n_inputs)"
        )
    if params.dtype != inputs.dtype:
        raise TypeError(f"params are {params.dtype} and inputs {inputs.dtype}: use params.to(inputs.dtype)")
    return torch.relu(params @ inputs.T).sum(dim=-2)


def train_two_relus(
    inputs: Tensor,
    targets: Tensor,
    *,
    n_starts: int = 20,
    n_steps: int = 1000,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Learn the weights of `two_relus` by the mean squared error, from several random starts at once.

    First Adam walks n_steps steps. Then comes a polish: for the rows that a unit lets through it is linear, so least
    squares give the best weights for those rows at once. It goes as far towards them as the loss falls, looks again
    which rows are let through, and repeats this until the loss stays.

    Args:
        inputs: Floats of shape (n, n_inputs).
        targets: Floats of shape (n,).
        n_starts: How many nets to train, each from its own start: weights between −1/2 and 1/2.
        n_steps: How many steps Adam takes.
        generator: Where the random starts come from; PyTorch's own where it is None.

    Returns:
        The weights of all nets, of shape (n_starts, 2, n_inputs), and their losses, of shape (n_starts,).

    Raises:
        TypeError: inputs or targets is not a tensor of floats, or a number is not whole.
        ValueError: The shapes do not fit, there are no rows, a number is not finite or too small, or the losses
            overflow.

    Example:
        ```python
        import torch
        from foundations import train_two_relus

        inputs = torch.stack([torch.linspace(-1, 1, 21).double(), torch.ones(21).double()], dim=1)
        draw = torch.Generator().manual_seed(0)
        params, losses = train_two_relus(inputs, inputs[:, 0].abs(), n_starts=5, generator=draw)
        assert params.shape == (5, 2, 2)
        assert losses.min() < 1e-12
        ```

    Source:
        https://arxiv.org/abs/1412.6980 and https://en.wikipedia.org/wiki/Gauss-Newton_algorithm
    """
    check_float_tensor("inputs", inputs)
    check_float_tensor("targets", targets)
    if inputs.ndim != 2 or not len(inputs) or targets.shape != inputs.shape[:1]:
        raise ValueError(
            f"inputs has shape {tuple(inputs.shape)} and targets {tuple(targets.shape)}, "
            "but they must be (n, n_inputs) and (n,), with n at least 1"
        )
    if not (inputs.isfinite().all() and targets.isfinite().all()):
        raise ValueError("inputs or targets hold nan or inf: fill or drop those rows first")
    check_whole_number("n_starts", n_starts, least=1)
    check_whole_number("n_steps", n_steps)
    inputs, targets = inputs.detach(), targets.detach()
    shape = n_starts, 2, inputs.shape[1]
    device = generator.device if generator else inputs.device
    params = (torch.rand(shape, dtype=inputs.dtype, device=device, generator=generator) - 0.5).to(inputs.device)
    params.requires_grad_()
    optimizer = torch.optim.Adam([params], lr=0.02)
    with torch.enable_grad():
        for _ in range(n_steps):
            optimizer.zero_grad()
            _losses(params, inputs, targets).sum().backward()
            optimizer.step()
    polished, losses = _polish(params.detach().double(), inputs.double(), targets.double())
    polished, losses = polished.to(inputs.dtype), losses.to(inputs.dtype)
    if not losses.isfinite().all():
        raise ValueError(f"in {inputs.dtype} the losses overflow: scale inputs and targets to about 1, or use float64")
    return polished, losses


def write_workbook(path: str | os.PathLike[str], table: pd.DataFrame, params: Tensor | None = None) -> Path:
    """Write a spreadsheet that predicts who survived, with live formulas, for Excel and LibreOffice.

    Its sheets are: read me; data, with the columns calculated from the list; linear, a weighted sum for each row; relu,
    two rectified linear units; mmult, the same by matrix products; training, where each row is a step of gradient
    descent, and all steps follow the learning rate in one cell; and products, what the steps are calculated from.

    The same rows and weights give the same file, byte for byte. A file that is there is replaced. When something goes
    wrong, nothing is written and what was there stays.

    Args:
        path: Where to write it; the name ends in .xlsx.
        table: Passengers as `titanic()` gives them. Rows without age or port are left out, as are other columns.
        params: Weights for the two units, of shape (2, 10); those of the best of 20 nets trained here where it is None.
            They are rounded to six decimals.

    Returns:
        The path.

    Raises:
        TypeError: params is not a tensor of floats, or the table no DataFrame.
        ValueError: The name does not end in .xlsx, a column is missing or there twice, no row is complete, there are
            more rows than a sheet has, a value is not one of those known or too large, or params has another shape.
        FileNotFoundError: There is no such folder.
        IsADirectoryError: The path is a folder.
        PermissionError: The file may not be written, as when Excel has it open.

    Example:
        ```python
        from pathlib import Path
        from tempfile import TemporaryDirectory

        import torch
        from foundations import titanic, write_workbook

        with TemporaryDirectory() as folder:
            start = torch.full((2, 10), 0.1)
            file = write_workbook(Path(folder, "titanic.xlsx"), titanic("simulated"), start)
            assert file.read_bytes()[:2] == b"PK"  # an .xlsx is a zip archive
        ```

    Source:
        https://github.com/fastai/course22/tree/master/xl
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"the name of a workbook ends in .xlsx, and {path.name} does not")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}: make it first, or name another")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: name a file in it")
    rows = _complete(table)
    if len(rows) > ROOM:
        raise ValueError(f"a sheet has room for {ROOM:,} passengers, and these are {len(rows):,}: write fewer")
    inputs, targets = sheet_inputs(rows)
    if params is None:
        nets, losses = train_two_relus(inputs, targets, generator=torch.Generator().manual_seed(42))
        params = nets[losses.argmin()]
    check_float_tensor("params", params)
    if tuple(params.shape) != (2, len(INPUTS)):
        raise ValueError(f"params must have shape (2, {len(INPUTS)}), not {tuple(params.shape)}")
    if not (params.abs() <= LARGEST).all():
        raise ValueError(f"params hold nan or inf, or numbers beyond {LARGEST:g}: no formula can go on from those")
    params = params.detach().cpu().double().round(decimals=6)
    data = _Book(rows, inputs, targets, params, str(table.attrs.get("source", ""))).data()
    try:
        _replace(path, data)
    except PermissionError:
        raise PermissionError(
            f"{path} cannot be written: close it where it is open, or name a file in a folder of your own"
        ) from None
    return path


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:50]}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(part, 0o644)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """The rows where all that the sheet needs is known, checked."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"the table must be a DataFrame, as titanic() gives it, not {type(table).__name__}")
    if twice := [name for name in RAW if list(table.columns).count(name) > 1]:
        raise ValueError(f"the table has two columns named {', '.join(twice)}: leave one out")
    if missing := [name for name in RAW if name not in table.columns]:
        raise ValueError(
            f"the table has no column {', '.join(missing)}: titanic() gives passengers with all of them, "
            'and titanic("everyone") has others'
        )
    rows = table.loc[:, list(RAW)].dropna()
    if not len(rows):
        raise ValueError(f"none of the {len(table)} rows is complete: each lacks one of {', '.join(RAW)}")
    for name, values in KNOWN.items():
        if unknown := set(rows[name]).difference(values):
            other = sorted(map(repr, unknown))[0]
            raise ValueError(f"{name} must be one of {', '.join(map(repr, values))}, not {other}")
    for name in RAW[4:]:
        if texts := [value for value in rows[name] if not isinstance(value, Real)]:
            raise ValueError(f"{name} must hold numbers, not {texts[0]!r}: pd.to_numeric makes numbers of text")
        numbers = rows[name].to_numpy(dtype=float)
        if not ((numbers >= 0) & (numbers <= LARGEST)).all():
            raise ValueError(f"{name} must hold numbers from 0 up to {LARGEST:g}, none negative or infinite")
    if not rows.Age.max() > 0:
        raise ValueError("all ages are 0, so there is no largest one to divide by")
    return rows


def _losses(params: Tensor, inputs: Tensor, targets: Tensor) -> Tensor:
    return ((two_relus(params, inputs) - targets) ** 2).mean(dim=-1)


def _polish(params: Tensor, inputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Walk to the least squares of the rows that each unit lets through, as far as the loss falls."""
    losses, k = _losses(params, inputs, targets), inputs.shape[1]
    ridge = 1e-9 * torch.eye(2 * k, dtype=inputs.dtype, device=inputs.device)
    for _ in range(50):
        through = (params @ inputs.T > 0).to(inputs.dtype)
        wide = torch.cat([inputs * through[:, unit, :, None] for unit in (0, 1)], dim=-1)
        there = torch.linalg.solve_ex(wide.mT @ wide + ridge, wide.mT @ targets).result.view_as(params)
        best, at = losses.clone(), params.clone()
        for halvings in range(8):
            tried = params + (there - params) * 0.5**halvings
            found = _losses(tried, inputs, targets)
            better = found < best
            best[better], at[better] = found[better], tried[better]
        fell = (losses - best).max()
        params, losses = at, best
        if fell < 1e-10:
            break
    return params, losses


class _Book:
    """The workbook while it is written. Every formula is written with its value, for programs that do not calculate."""

    def __init__(self, rows: pd.DataFrame, inputs: Tensor, targets: Tensor, params: Tensor, source: str) -> None:
        import xlsxwriter

        self.rows, self.inputs, self.targets, self.params = rows, inputs, targets, params
        self.n = len(rows)
        self.who = {"passengers": "real passengers", "simulated": "simulated passengers"}.get(source, "passengers")
        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.file, {"in_memory": True})
        self.book.set_properties({"title": "The Titanic in a spreadsheet", "created": DATE})
        number = {"num_format": "0.000"}
        styles: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 14},
            "head": {"bold": True, "bottom": 1, "align": "right", "valign": "top"},
            "left": {"bold": True, "bottom": 1},
            "wrapped": {"bold": True, "bottom": 1, "align": "right", "text_wrap": True, "valign": "top"},
            "label": {"bold": True},
            "beside": {"bold": True, "align": "right"},
            "middle": {"align": "center"},
            "text": {"text_wrap": True, "valign": "top"},
            "link": {"font_color": "#0563C1", "underline": 1, "valign": "top"},
            "number": number,
            "fare": {"num_format": "0.00"},
            "loss": {"num_format": "0.000000", "bold": True},
            "step": {"num_format": "0.000000"},
            "share": {"num_format": "0.0%"},
            "change": number | {"font_color": "#0000FF", "bg_color": "#FFF7D6"},
            "start": number | {"font_color": "#7F7F7F"},
        }
        self.style = {name: self.book.add_format(style) for name, style in styles.items()}

    def data(self) -> bytes:
        """The whole file."""
        names = ("read me", "data", "linear", "relu", "mmult", "training", "products")
        self.sheets = {name: self.book.add_worksheet(name) for name in names}
        for sheet in self.sheets.values():
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.set_margins(0.5, 0.5, 0.6, 0.6)
            sheet.fit_to_pages(1, 0)  # on paper, as wide as a page
            sheet.set_footer("&L&A&R&P of &N")
        self._name("inputs", "data", 1, 6, self.n, 15)
        self._name("survived", "data", 1, 0, self.n, 0)
        self._data()
        losses = {
            "linear": self._linear(),
            "relu": self._relu(),
            "mmult": self._mmult(),
            "training": self._training(*self._products()),
        }
        self._read_me(losses)
        self.book.close()
        return self.file.getvalue()

    def _name(self, name: str, sheet: str, row: int, column: int, last_row: int, last_column: int) -> None:
        """Name a cell or a block of cells."""
        cells = _block(row, column, last_row, last_column, fixed=True)
        self.book.define_name(name, f"={sheet}!{cells}")

    def _array(self, sheet: str, row: int, column: int, formula: str, values: Tensor, style: str = "number") -> None:
        """One formula that fills a block, with the block's values."""
        form, to = self.style[style], self.sheets[sheet]
        height, width = values.shape
        numbers = values.tolist()
        last = row + height - 1, column + width - 1
        to.write_array_formula(row, column, *last, f"{{{formula}}}", form, numbers[0][0])
        for down, line in enumerate(numbers):
            for right, each in enumerate(line):
                if down or right:
                    to.write_number(row + down, column + right, each, form)

    def _formulas(
        self, sheet: str, start: int, column: int, formula: str, values: Tensor, style: str = "number"
    ) -> None:
        """One formula for each passenger, with its value: {row} in it is its own row, {data} that of the sheet data."""
        for i, value in enumerate(values.tolist()):
            text = formula.format(row=start + i + 1, data=i + 2)
            self.sheets[sheet].write_formula(start + i, column, text, self.style.get(style), value)

    def _head(self, sheet: str, row: int, names: Sequence[str], column: int = 0, style: str = "head") -> None:
        self.sheets[sheet].write_row(row, column, names, self.style[style])

    def _top(self, sheet: str, title: str, rows: int, widths: dict[str, float]) -> None:
        """A sheet's title, its rows that stay in view, and its columns' widths."""
        to = self.sheets[sheet]
        to.write_string(0, 0, title, self.style["title"])
        to.freeze_panes(rows, 1)
        to.repeat_rows(rows - 1)  # on paper
        for columns, width in widths.items():
            to.set_column(columns, width)

    def _numbers(self, sheet: str, row: int, label: str, values: Tensor, style: str) -> None:
        """A row of numbers after its label."""
        self.sheets[sheet].write_string(row, 0, label, self.style["label"])
        self.sheets[sheet].write_row(row, 1, values.tolist(), self.style[style])

    def _loss(self, sheet: str, row: int, errors: str, preds: str, known: str, pred: Tensor) -> float:
        """A sheet's loss and share of right predictions; the loss has a name."""
        to = self.sheets[sheet]
        loss = ((pred - self.targets) ** 2).mean().item()
        right = ((pred > 0.5) == (self.targets > 0.5)).double().mean().item()
        to.write_string(row, 0, "loss", self.style["label"])
        to.write_formula(row, 1, f"=AVERAGE({errors})", self.style["loss"], loss)
        to.write_string(row, 2, "right", self.style["beside"])
        share = f"=SUMPRODUCT(({preds}>0.5)*({known}=1)+({preds}<=0.5)*({known}=0))/n_rows"
        to.write_formula(row, 3, share, self.style["share"], right)
        to.write_comment(row, 1, "The mean of the squared errors below: this is what Solver makes small.", NOTE)
        to.write_comment(row, 3, "Which share is right when a prediction above 0.5 counts as: survived.", NOTE)
        self._name(f"{sheet}_loss", sheet, row, 1, row, 1)
        return loss

    def _data(self) -> None:
        to = self.sheets["data"]
        self._head("data", 0, (*RAW, *INPUTS[2:]))
        to.freeze_panes(1, 1)
        to.repeat_rows(0)
        for columns, width in {"A:P": 10.5, "Q:Q": 3, "R:R": 12}.items():
            to.set_column(columns, width)
        for row, line in enumerate(self.rows.itertuples(index=False), 1):
            for column, (name, value) in enumerate(zip(RAW, line, strict=True)):
                if name in ("Sex", "Embarked"):
                    to.write_string(row, column, value, self.style["middle"])
                else:
                    to.write_number(row, column, float(value), self.style["fare"] if name == "Fare" else None)
        for column, formula in enumerate(FORMULAS, 8):
            self._formulas("data", 1, column, formula, self.inputs[:, column - 6], "number" if column < 10 else "")
        to.write_column(1, 15, [1] * self.n)
        to.write_string(0, 17, "largest age", self.style["head"])
        oldest = float(self.rows.Age.max())
        to.write_formula(1, 17, f"=MAX({_block(1, 4, self.n, 4)})", None, oldest)
        self._name("largest_age", "data", 1, 17, 1, 17)
        for column, note in {
            8: "Age divided by the largest age, so that it lies between 0 and 1.",
            9: "The logarithm to base 10 of fare + 1: a long tail made short.",
            10: "1 for the first class, 0 for all others. Third class is 0 here and in the next column.",
            15: "Always 1: its weight is what is added to every prediction.",
        }.items():
            to.write_comment(0, column, note, NOTE)

    def _linear(self) -> float:
        self._top("linear", "One weighted sum for each passenger", 7, {"A:A": 16, "B:K": 14})
        to, start = self.sheets["linear"], 7
        weights = torch.linalg.lstsq(self.inputs, self.targets[:, None], driver="gelsd").solution[:, 0]
        weights = weights.round(decimals=6)
        self._head("linear", 1, INPUTS, 1)
        self._numbers("linear", 2, "weights", weights, "change")
        self._numbers("linear", 3, "a start", _start(1)[0], "start")
        to.write_comment(
            2, 1, "The least squares. Change them, and watch the loss. The row below is a start for Solver.", NOTE
        )
        self._name("linear_weights", "linear", 2, 1, 2, len(INPUTS))
        self._head("linear", 6, ("Survived", "prediction", "squared error"))
        pred = self.inputs @ weights
        self._formulas("linear", start, 0, "=data!A{data}", self.targets, "")
        self._formulas("linear", start, 1, "=SUMPRODUCT(data!G{data}:P{data},$B$3:$K$3)", pred)
        self._formulas("linear", start, 2, "=(B{row}-A{row})^2", (pred - self.targets) ** 2)
        to.write_comment(6, 1, "Each input times its weight, and the products added up.", NOTE)
        known, preds, errors = (_block(start, column, start + self.n - 1, column) for column in (0, 1, 2))
        return self._loss("linear", 4, errors, preds, known, pred)

    def _relu(self) -> float:
        self._top("relu", "Two weighted sums, each cut off at zero, added together", 9, {"A:A": 16, "B:K": 14})
        to, start = self.sheets["relu"], 9
        self._head("relu", 1, INPUTS, 1)
        for unit in (0, 1):
            self._numbers("relu", 2 + unit, f"weights {unit + 1}", self.params[unit], "change")
            self._numbers("relu", 4 + unit, f"a start {unit + 1}", _start(2)[unit], "start")
        to.write_comment(
            2, 1, "Learnt in PyTorch. Copy the two rows below over these, and let Solver find its own.", NOTE
        )
        self._name("relu_weights", "relu", 2, 1, 3, len(INPUTS))
        self._head("relu", 8, ("Survived", "line 1", "line 2", "ReLU 1", "ReLU 2", "prediction", "squared error"))
        lines = self.inputs @ self.params.T
        for unit, column in enumerate((1, 2)):
            used = f"$B${unit + 3}:$K${unit + 3}"
            self._formulas("relu", start, column, f"=SUMPRODUCT(data!G{{data}}:P{{data}},{used})", lines[:, unit])
        to.write_comment(8, 3, "IF(x<0,0,x), which is the same as MAX(x,0).", NOTE)
        return self._net("relu", start, "=IF({x}<0,0,{x})", lines)

    def _mmult(self) -> float:
        self._top("mmult", "The same net by matrix products", 17, {"A:A": 16, "B:G": 14})
        to, start = self.sheets["mmult"], 17
        self._head("mmult", 2, ("unit 1", "unit 2"), 1)
        to.write_column(3, 0, INPUTS, self.style["label"])
        self._array("mmult", 3, 1, "=TRANSPOSE(relu_weights)", self.params.T)
        to.write_comment(3, 1, "These are the weights of the sheet relu, turned. Change them there.", NOTE)
        self._name("mmult_weights", "mmult", 3, 1, 12, 2)
        self._head("mmult", 16, ("Survived", "line 1", "line 2", "ReLU 1", "ReLU 2", "prediction", "squared error"))
        lines = self.inputs @ self.params.T
        self._array("mmult", start, 1, "=MMULT(inputs,mmult_weights)", lines)
        to.write_comment(16, 1, f"One formula fills both columns: {self.n} × 10 times 10 × 2 gives {self.n} × 2.", NOTE)
        return self._net("mmult", start, "=MAX({x},0)", lines)

    def _net(self, sheet: str, start: int, cut: str, lines: Tensor) -> float:
        """What both sheets of the net have beside the lines; gives the loss."""
        units, last = lines.relu(), start + self.n - 1
        pred = units.sum(dim=1)
        self._formulas(sheet, start, 0, "=data!A{data}", self.targets, "")
        for unit, x in enumerate("BC"):
            self._formulas(sheet, start, 3 + unit, cut.replace("{x}", f"{x}{{row}}"), units[:, unit])
        self._formulas(sheet, start, 5, "=D{row}+E{row}", pred)
        self._formulas(sheet, start, 6, "=(F{row}-A{row})^2", (pred - self.targets) ** 2)
        known, preds, errors = (_block(start, column, last, column) for column in (0, 5, 6))
        return self._loss(sheet, start - 3, errors, preds, known, pred)

    def _products(self) -> tuple[Tensor, Tensor, Tensor]:
        to, k = self.sheets["products"], len(INPUTS)
        self._top("products", "Means over all rows, of which loss and slopes are made", 3, {"A:A": 20, "B:K": 12})
        self._head("products", 2, INPUTS, 1)
        to.write_column(3, 0, INPUTS, self.style["label"])
        both, known = self.inputs.T @ self.inputs / self.n, self.targets @ self.inputs / self.n
        square = (self.targets**2).mean()
        self._array("products", 3, 1, "=MMULT(TRANSPOSE(inputs),inputs)/n_rows", both)
        to.write_comment(2, 1, "The mean of the product of two columns, for each two of them.", NOTE)
        self._name("mean_products", "products", 3, 1, 2 + k, k)
        to.write_string(3 + k, 0, "times Survived", self.style["label"])
        self._array("products", 3 + k, 1, "=MMULT(TRANSPOSE(survived),inputs)/n_rows", known[None])
        self._name("mean_with_survived", "products", 3 + k, 1, 3 + k, k)
        for row, label, name, formula, value in (
            (4 + k, "Survived squared", "mean_survived_squared", "=SUMSQ(survived)/n_rows", square.item()),
            (5 + k, "rows", "n_rows", "=ROWS(survived)", self.n),
        ):
            to.write_string(row, 0, label, self.style["label"])
            to.write_formula(row, 1, formula, self.style["number"] if name != "n_rows" else None, value)
            self._name(name, "products", row, 1, row, 1)
        return both, known, square

    def _training(self, both: Tensor, known: Tensor, square: Tensor) -> float:
        from xlsxwriter.utility import xl_rowcol_to_cell

        self._top("training", "Gradient descent: each row is a step", 6, {"A:A": 24, "B:B": 11, "C:AC": 10.5})
        to, first, k, lr = self.sheets["training"], 6, len(INPUTS), 0.1
        to.write_string(1, 0, "learning rate", self.style["label"])
        to.write_number(1, 1, lr, self.style["change"])
        to.write_comment(1, 1, "Change it: every row below is calculated anew, and the curve with it.", NOTE)
        self._name("learning_rate", "training", 1, 1, 1, 1)
        self._head("training", 5, ("step", "loss"))
        self._head("training", 5, INPUTS, 9)
        self._head("training", 5, [f"slope of {name}" for name in INPUTS], 9 + k, "wrapped")
        to.set_row(5, 30)  # two lines
        to.fit_to_pages(2, 0)
        to.repeat_columns("A:B")
        to.set_v_pagebreaks([9 + k])
        to.write_comment(5, 9, "All begin at 0. Each row: the weights above it − learning rate · their slopes.", NOTE)
        to.write_comment(
            5, 9 + k, "The gradient: 2 · (weights · products − those with Survived), one formula a row.", NOTE
        )
        weights, losses = torch.zeros(k, dtype=torch.float64), []
        for step in range(N_STEPS + 1):
            row = first + step
            at = _block(row, 9, row, 8 + k)
            slopes = 2 * (weights @ both - known)
            losses.append((weights @ (weights @ both - 2 * known) + square).item())
            to.write_number(row, 0, step)
            loss = f"=SUMPRODUCT(MMULT({at},mean_products)-2*mean_with_survived,{at})+mean_survived_squared"
            to.write_formula(row, 1, loss, self.style["step"], losses[-1])
            for column, value in enumerate(weights.tolist(), 9):
                if step:
                    above, slope = xl_rowcol_to_cell(row - 1, column), xl_rowcol_to_cell(row - 1, column + k)
                    to.write_formula(row, column, f"={above}-learning_rate*{slope}", self.style["number"], value)
                else:
                    to.write_number(row, column, value, self.style["change"])
            self._array("training", row, 9 + k, f"=2*(MMULT({at},mean_products)-mean_with_survived)", slopes[None])
            weights = weights - lr * slopes if step < N_STEPS else weights
        last = first + N_STEPS
        self._training_results(to, losses, weights, last)
        self._name("training_losses", "training", first, 1, last, 1)
        chart = self.book.add_chart({"type": "scatter", "subtype": "straight"})
        chart.add_series(
            {
                "name": "loss",
                "categories": ["training", first, 0, last, 0],
                "values": ["training", first, 1, last, 1],
            }
        )
        chart.set_title({"name": "Loss after each step", "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"name": "step", "min": 0, "max": N_STEPS})
        chart.set_size({"width": 500, "height": 330})
        to.insert_chart(6, 2, chart, {"x_offset": 12, "y_offset": 6})
        return losses[-1]

    def _training_results(self, to: Any, losses: list[float], weights: Tensor, last: int) -> None:
        """Beside the learning rate: where it led, by the formula of the steps and by the rows themselves."""
        at = _block(last, 9, last, 8 + len(INPUTS))
        by_rows = ((self.inputs @ weights - self.targets) ** 2).mean().item()
        to.write_string(2, 0, f"loss after {N_STEPS} steps", self.style["label"])
        to.write_formula(2, 1, f"=B{last + 1}", self.style["loss"], losses[-1])
        self._name("training_loss", "training", 2, 1, 2, 1)
        to.write_string(3, 0, "the same from all rows", self.style["label"])
        formula = f"=SUMXMY2(MMULT(inputs,TRANSPOSE({at})),survived)/n_rows"
        to.write_array_formula(3, 1, 3, 1, f"{{{formula}}}", self.style["loss"], by_rows)
        to.write_comment(
            3, 1, "The last weights on every passenger, as on the sheet linear: a check of the short way.", NOTE
        )

    def _read_me(self, losses: dict[str, float]) -> None:
        to = self.sheets["read me"]
        to.set_column("A:A", 14)
        to.set_column("B:B", 88)
        to.set_column("C:C", 11)
        to.write_string(0, 0, "The Titanic in a spreadsheet", self.style["title"])
        about = f"{self.n} {self.who} whose age and port are known. Blue numbers on yellow are there to be changed."
        to.write_string(1, 0, about)
        self._head("read me", 3, ("sheet", "what it holds"), style="left")
        self._head("read me", 3, ("loss",), 2)
        for row, (sheet, what) in enumerate(SHEETS.items(), 4):
            to.write_url(row, 0, f"internal:'{sheet}'!A1", self.style["link"], sheet)
            to.write_string(row, 1, what, self.style["text"])
            if sheet in losses:
                to.write_formula(row, 2, f"={sheet}_loss", self.style["loss"], losses[sheet])
        for row, line in enumerate(HOW_TO_SOLVE, 12):
            to.write_string(row, 1, line, self.style["label" if row == 12 else "text"])


SHEETS = {
    "data": "The passengers, and beside them the ten columns that the models use.",
    "linear": "A weighted sum for each passenger, its squared error, and the mean of those: the loss.",
    "relu": "Two weighted sums, each replaced by 0 where it is negative, and added.",
    "mmult": "The same, by one formula for all passengers: a matrix product.",
    "training": "Gradient descent on the weighted sum. It trains anew when you change the learning rate.",
    "products": "What the sheet training calculates its losses and slopes from.",
}
HOW_TO_SOLVE = (
    "To let Solver find the weights",
    "1. On the sheet relu, copy the two rows named start over the two rows of weights.",
    "2. Excel: Data, Solver (first switched on under File, Options, Add-ins). LibreOffice: Tools, Solver.",
    "3. Objective or target cell: the loss, B7. To: Min. Changing cells: B3:K4.",
    "4. Excel: untick Make Unconstrained Variables Non-Negative, and take GRG Nonlinear.",
    "    LibreOffice: under Options, take an engine that is not linear, and allow negative numbers.",
    "5. Solve. From another start it may stop at another loss.",
)


def _start(units: int) -> Tensor:
    """Weights to begin Solver from."""
    draw = torch.Generator().manual_seed(1)
    return (torch.rand((units, len(INPUTS)), dtype=torch.float64, generator=draw) - 0.5).round(decimals=2)


def _block(row: int, column: int, last_row: int, last_column: int, *, fixed: bool = False) -> str:
    """Cells as a formula names them, from places counted from 0: B3:K4, or with $ before all where they are fixed."""
    from xlsxwriter.utility import xl_range, xl_range_abs

    return str((xl_range_abs if fixed else xl_range)(row, column, last_row, last_column))
