"""The sheets of the workbook, one function for each."""

from __future__ import annotations

import torch
from torch import Tensor

from foundations.passengers.spreadsheet._book import NOTE, Book, block
from foundations.passengers.spreadsheet._rows import RAW, Passengers
from foundations.passengers.spreadsheet._training import write_products, write_training
from foundations.passengers.spreadsheet.columns import INPUTS

TITLE = "The Titanic in a spreadsheet"
FORMULAS = (  # of the columns after those of the list, except Ones
    "=E{row}/largest_age",
    "=LOG10(F{row}+1)",
    "=IF(B{row}=1,1,0)",
    "=IF(B{row}=2,1,0)",
    '=IF(D{row}="S",1,0)',
    '=IF(D{row}="C",1,0)',
    '=IF(C{row}="male",1,0)',
)
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
    "5. Solve. From another start it may stop at another loss. Excel tries many by itself: in Solver, Options,",
    "    GRG Nonlinear, tick Use Multistart; it asks for limits on the weights, such as -10 and 10.",
)


def workbook_of(passengers: Passengers) -> bytes:
    """The whole file."""
    book = Book(TITLE, ("read me", *SHEETS))
    book.name("inputs", "data", 1, 6, passengers.n, 15)
    book.name("survived", "data", 1, 0, passengers.n, 0)
    _write_data(book, passengers)
    losses = {
        "linear": _write_linear(book, passengers),
        "relu": _write_relu(book, passengers),
        "mmult": _write_mmult(book, passengers),
        "training": write_training(book, passengers, *write_products(book, passengers)),
    }
    _write_read_me(book, passengers, losses)
    return book.finish()


def _write_data(book: Book, passengers: Passengers) -> None:
    to = book.sheets["data"]
    book.head("data", 0, (*RAW, *INPUTS[2:]))
    to.freeze_panes(1, 1)
    to.repeat_rows(0)
    for columns, width in {"A:P": 10.5, "Q:Q": 3, "R:R": 12}.items():
        to.set_column(columns, width)
    for row, line in enumerate(passengers.rows.itertuples(index=False), 1):
        for column, (name, value) in enumerate(zip(RAW, line, strict=True)):
            if name in ("Sex", "Embarked"):
                to.write_string(row, column, value, book.style["middle"])
            else:
                to.write_number(row, column, float(value), book.style["fare"] if name == "Fare" else None)
    for column, formula in enumerate(FORMULAS, 8):
        book.formulas("data", 1, column, formula, passengers.inputs[:, column - 6], "number" if column < 10 else "")
    to.write_column(1, 15, [1] * passengers.n)
    to.write_string(0, 17, "largest age", book.style["head"])
    oldest = float(passengers.rows.Age.max())
    to.write_formula(1, 17, f"=MAX({block(1, 4, passengers.n, 4)})", None, oldest)
    book.name("largest_age", "data", 1, 17, 1, 17)
    for column, note in {
        8: "Age divided by the largest age, so that it lies between 0 and 1.",
        9: "The logarithm to base 10 of fare + 1: a long tail made short.",
        10: "1 for the first class, 0 for all others. Third class is 0 here and in the next column.",
        15: "Always 1: its weight is the bias, which is added to every prediction.",
    }.items():
        to.write_comment(0, column, note, NOTE)


def _write_linear(book: Book, passengers: Passengers) -> float:
    book.top("linear", "One weighted sum for each passenger", 7, {"A:A": 16, "B:K": 14})
    to, start = book.sheets["linear"], 7
    weights = torch.linalg.lstsq(passengers.inputs, passengers.targets[:, None], driver="gelsd").solution[:, 0]
    weights = weights.round(decimals=6)
    book.head("linear", 1, INPUTS, 1)
    book.numbers("linear", 2, "weights", weights, "change")
    book.numbers("linear", 3, "a start", _starting_weights(1)[0], "start")
    to.write_comment(
        2, 1, "The least squares. Change them, and watch the loss. The row below is a start for Solver.", NOTE
    )
    book.name("linear_weights", "linear", 2, 1, 2, len(INPUTS))
    book.head("linear", 6, ("Survived", "prediction", "squared error"))
    pred = passengers.inputs @ weights
    book.formulas("linear", start, 0, "=data!A{data}", passengers.targets, "")
    book.formulas("linear", start, 1, "=SUMPRODUCT(data!G{data}:P{data},$B$3:$K$3)", pred)
    book.formulas("linear", start, 2, "=(B{row}-A{row})^2", (pred - passengers.targets) ** 2)
    to.write_comment(6, 1, "Each input times its weight, and the products added up.", NOTE)
    cells = [block(start, column, start + passengers.n - 1, column) for column in (0, 1, 2)]
    return _write_loss(book, "linear", 4, cells, passengers.targets, pred)


def _write_relu(book: Book, passengers: Passengers) -> float:
    book.top("relu", "Two weighted sums, each cut off at zero, added together", 9, {"A:A": 16, "B:K": 14})
    to, start = book.sheets["relu"], 9
    book.head("relu", 1, INPUTS, 1)
    for unit in (0, 1):
        book.numbers("relu", 2 + unit, f"weights {unit + 1}", passengers.params[unit], "change")
        book.numbers("relu", 4 + unit, f"a start {unit + 1}", _starting_weights(2)[unit], "start")
    to.write_comment(2, 1, "Learnt in PyTorch. Copy the two rows below over these, and let Solver find its own.", NOTE)
    book.name("relu_weights", "relu", 2, 1, 3, len(INPUTS))
    book.head("relu", 8, ("Survived", "line 1", "line 2", "ReLU 1", "ReLU 2", "prediction", "squared error"))
    lines = passengers.inputs @ passengers.params.T
    for unit, column in enumerate((1, 2)):
        used = f"$B${unit + 3}:$K${unit + 3}"
        book.formulas("relu", start, column, f"=SUMPRODUCT(data!G{{data}}:P{{data}},{used})", lines[:, unit])
    to.write_comment(8, 3, "IF(x<0,0,x), which is the same as MAX(x,0).", NOTE)
    return _write_net(book, passengers, "relu", start, "=IF({x}<0,0,{x})", lines)


def _write_mmult(book: Book, passengers: Passengers) -> float:
    book.top("mmult", "The same net by matrix products", 17, {"A:A": 16, "B:G": 14})
    to, start = book.sheets["mmult"], 17
    book.head("mmult", 2, ("unit 1", "unit 2"), 1)
    to.write_column(3, 0, INPUTS, book.style["label"])
    book.array("mmult", 3, 1, "=TRANSPOSE(relu_weights)", passengers.params.T)
    to.write_comment(3, 1, "These are the weights of the sheet relu, turned. Change them there.", NOTE)
    book.name("mmult_weights", "mmult", 3, 1, 12, 2)
    book.head("mmult", 16, ("Survived", "line 1", "line 2", "ReLU 1", "ReLU 2", "prediction", "squared error"))
    lines = passengers.inputs @ passengers.params.T
    book.array("mmult", start, 1, "=MMULT(inputs,mmult_weights)", lines)
    n = passengers.n
    to.write_comment(16, 1, f"One formula fills both columns: {n} × 10 times 10 × 2 gives {n} × 2.", NOTE)
    return _write_net(book, passengers, "mmult", start, "=MAX({x},0)", lines)


def _write_net(book: Book, passengers: Passengers, sheet: str, start: int, cut: str, lines: Tensor) -> float:
    """What both sheets of the net have beside the lines; gives the loss."""
    units, last = lines.relu(), start + passengers.n - 1
    pred = units.sum(dim=1)
    book.formulas(sheet, start, 0, "=data!A{data}", passengers.targets, "")
    for unit, x in enumerate("BC"):
        book.formulas(sheet, start, 3 + unit, cut.replace("{x}", f"{x}{{row}}"), units[:, unit])
    book.formulas(sheet, start, 5, "=D{row}+E{row}", pred)
    book.formulas(sheet, start, 6, "=(F{row}-A{row})^2", (pred - passengers.targets) ** 2)
    cells = [block(start, column, last, column) for column in (0, 5, 6)]
    return _write_loss(book, sheet, start - 3, cells, passengers.targets, pred)


def _write_loss(book: Book, sheet: str, row: int, cells: list[str], targets: Tensor, pred: Tensor) -> float:
    """The loss and the share of right predictions, from the cells of targets, predictions and squared errors."""
    to = book.sheets[sheet]
    known, preds, errors = cells
    loss = ((pred - targets) ** 2).mean().item()
    right = ((pred > 0.5) == (targets > 0.5)).double().mean().item()
    to.write_string(row, 0, "loss", book.style["label"])
    to.write_formula(row, 1, f"=AVERAGE({errors})", book.style["loss"], loss)
    to.write_string(row, 2, "right", book.style["beside"])
    share = f"=SUMPRODUCT(({preds}>0.5)*({known}=1)+({preds}<=0.5)*({known}=0))/n_rows"
    to.write_formula(row, 3, share, book.style["share"], right)
    to.write_comment(row, 1, "The mean of the squared errors below: this is what Solver makes small.", NOTE)
    to.write_comment(row, 3, "Which share is right when a prediction above 0.5 counts as: survived.", NOTE)
    book.name(f"{sheet}_loss", sheet, row, 1, row, 1)
    return loss


def _write_read_me(book: Book, passengers: Passengers, losses: dict[str, float]) -> None:
    to = book.sheets["read me"]
    to.set_column("A:A", 14)
    to.set_column("B:B", 88)
    to.set_column("C:C", 11)
    to.write_string(0, 0, TITLE, book.style["title"])
    kinds = {"passengers": "real passengers", "simulated": "simulated passengers"}
    kind = kinds.get(passengers.source, "passengers")
    about = f"{passengers.n} {kind} whose age and port are known. Blue numbers on yellow are there to be changed."
    to.write_string(1, 0, about)
    book.head("read me", 3, ("sheet", "what it holds"), style="left")
    book.head("read me", 3, ("loss",), 2)
    for row, (sheet, what) in enumerate(SHEETS.items(), 4):
        to.write_url(row, 0, f"internal:'{sheet}'!A1", book.style["link"], sheet)
        to.write_string(row, 1, what, book.style["text"])
        if sheet in losses:
            to.write_formula(row, 2, f"={sheet}_loss", book.style["loss"], losses[sheet])
    for row, line in enumerate(HOW_TO_SOLVE, 12):
        to.write_string(row, 1, line, book.style["label" if row == 12 else "text"])


def _starting_weights(units: int) -> Tensor:
    """Weights to begin Solver from."""
    draw = torch.Generator().manual_seed(1)
    return (torch.rand((units, len(INPUTS)), dtype=torch.float64, generator=draw) - 0.5).round(decimals=2)
