"""The sheets of gradient descent: every row a step, and what the steps are calculated from."""

from __future__ import annotations

import torch
from torch import Tensor

from foundations.passengers.spreadsheet._book import NOTE, Book, block
from foundations.passengers.spreadsheet._rows import Passengers
from foundations.passengers.spreadsheet.columns import INPUTS

N_STEPS = 100
LR = 0.1  # to begin with
FIRST = 6  # the row of the weights before the first step


def write_products(book: Book, passengers: Passengers) -> tuple[Tensor, Tensor, Tensor]:
    """The sheet products; gives the means of products of inputs, of inputs with targets, and of squared targets."""
    to, k = book.sheets["products"], len(INPUTS)
    book.top("products", "Means over all rows, of which loss and slopes are made", 3, {"A:A": 20, "B:K": 12})
    book.head("products", 2, INPUTS, 1)
    to.write_column(3, 0, INPUTS, book.style["label"])
    inputs, targets, n = passengers.inputs, passengers.targets, passengers.n
    both, known, square = inputs.T @ inputs / n, targets @ inputs / n, (targets**2).mean()
    book.array("products", 3, 1, "=MMULT(TRANSPOSE(inputs),inputs)/n_rows", both)
    to.write_comment(2, 1, "The mean of the product of two columns, for each two of them.", NOTE)
    book.name("mean_products", "products", 3, 1, 2 + k, k)
    to.write_string(3 + k, 0, "times Survived", book.style["label"])
    book.array("products", 3 + k, 1, "=MMULT(TRANSPOSE(survived),inputs)/n_rows", known[None])
    book.name("mean_with_survived", "products", 3 + k, 1, 3 + k, k)
    for row, label, name, formula, value in (
        (4 + k, "Survived squared", "mean_survived_squared", "=SUMSQ(survived)/n_rows", square.item()),
        (5 + k, "rows", "n_rows", "=ROWS(survived)", n),
    ):
        to.write_string(row, 0, label, book.style["label"])
        to.write_formula(row, 1, formula, book.style["number"] if name != "n_rows" else None, value)
        book.name(name, "products", row, 1, row, 1)
    return both, known, square


def write_training(book: Book, passengers: Passengers, both: Tensor, known: Tensor, square: Tensor) -> float:
    """The sheet training; gives the loss after the last step."""
    to, k = book.sheets["training"], len(INPUTS)
    book.top("training", "Gradient descent: each row is a step", FIRST, {"A:A": 24, "B:B": 11, "C:AC": 10.5})
    to.write_string(1, 0, "learning rate", book.style["label"])
    to.write_number(1, 1, LR, book.style["change"])
    to.write_comment(1, 1, "Change it: every row below is calculated anew, and the curve with it.", NOTE)
    book.name("learning_rate", "training", 1, 1, 1, 1)
    book.head("training", 5, ("step", "loss"))
    book.head("training", 5, INPUTS, 9)
    book.head("training", 5, [f"slope of {name}" for name in INPUTS], 9 + k, "wrapped")
    to.set_row(5, 30)  # two lines
    to.fit_to_pages(2, 0)
    to.repeat_columns("A:B")
    to.set_v_pagebreaks([9 + k])
    to.write_comment(5, 9, "All begin at 0. Each row: the weights above it − learning rate · their slopes.", NOTE)
    to.write_comment(5, 9 + k, "The gradient: 2 · (weights · products − those with Survived), one formula a row.", NOTE)
    weights, loss = _write_steps(book, both, known, square)
    _write_results(book, passengers, weights, loss)
    book.name("training_losses", "training", FIRST, 1, FIRST + N_STEPS, 1)
    _draw_losses(book)
    return loss


def _write_steps(book: Book, both: Tensor, known: Tensor, square: Tensor) -> tuple[Tensor, float]:
    """A row for each step: its number, the loss, the weights and their slopes; gives the last weights and loss."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    to, k = book.sheets["training"], len(INPUTS)
    weights = torch.zeros(k, dtype=torch.float64)
    for step in range(N_STEPS + 1):
        row = FIRST + step
        cells = block(row, 9, row, 8 + k)
        slopes = 2 * (weights @ both - known)
        loss = (weights @ (weights @ both - 2 * known) + square).item()
        to.write_number(row, 0, step)
        formula = f"=SUMPRODUCT(MMULT({cells},mean_products)-2*mean_with_survived,{cells})+mean_survived_squared"
        to.write_formula(row, 1, formula, book.style["step"], loss)
        for column, value in enumerate(weights.tolist(), 9):
            if step:
                above, slope = xl_rowcol_to_cell(row - 1, column), xl_rowcol_to_cell(row - 1, column + k)
                to.write_formula(row, column, f"={above}-learning_rate*{slope}", book.style["number"], value)
            else:
                to.write_number(row, column, value, book.style["change"])
        book.array("training", row, 9 + k, f"=2*(MMULT({cells},mean_products)-mean_with_survived)", slopes[None])
        weights = weights - LR * slopes if step < N_STEPS else weights
    return weights, loss


def _write_results(book: Book, passengers: Passengers, weights: Tensor, loss: float) -> None:
    """Below the learning rate: where it led, by the formula of the steps and by the rows themselves."""
    to, last = book.sheets["training"], FIRST + N_STEPS
    cells = block(last, 9, last, 8 + len(INPUTS))
    by_rows = ((passengers.inputs @ weights - passengers.targets) ** 2).mean().item()
    to.write_string(2, 0, f"loss after {N_STEPS} steps", book.style["label"])
    to.write_formula(2, 1, f"=B{last + 1}", book.style["loss"], loss)
    book.name("training_loss", "training", 2, 1, 2, 1)
    to.write_string(3, 0, "the same from all rows", book.style["label"])
    formula = f"=SUMXMY2(MMULT(inputs,TRANSPOSE({cells})),survived)/n_rows"
    to.write_array_formula(3, 1, 3, 1, f"{{{formula}}}", book.style["loss"], by_rows)
    to.write_comment(
        3, 1, "The last weights on every passenger, as on the sheet linear: a check of the short way.", NOTE
    )


def _draw_losses(book: Book) -> None:
    last = FIRST + N_STEPS
    chart = book.book.add_chart({"type": "scatter", "subtype": "straight"})
    chart.add_series(
        {
            "name": "loss",
            "categories": ["training", FIRST, 0, last, 0],
            "values": ["training", FIRST, 1, last, 1],
        }
    )
    chart.set_title({"name": "Loss after each step", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"name": "step", "min": 0, "max": N_STEPS})
    chart.set_size({"width": 500, "height": 330})
    book.sheets["training"].insert_chart(6, 2, chart, {"x_offset": 12, "y_offset": 6})
