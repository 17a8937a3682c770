"""Cells, formulas and their names, as any sheet of a workbook writes them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from typing import Any

from torch import Tensor

DATE = datetime.datetime(2000, 1, 1)  # the workbook's date, so that the same rows give the same file
NOTE = {"x_scale": 1.6}  # a note's box, wide enough for its text


class Book:
    """The workbook while it is written. Every formula is written with its value, for programs that do not calculate."""

    def __init__(self, title: str, sheets: Sequence[str]) -> None:
        import xlsxwriter

        self.file = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.file, {"in_memory": True})
        self.book.set_properties({"title": title, "created": DATE})
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
        self.sheets = {name: self.book.add_worksheet(name) for name in sheets}
        for sheet in self.sheets.values():
            sheet.set_landscape()
            sheet.set_paper(9)  # A4
            sheet.set_margins(0.5, 0.5, 0.6, 0.6)
            sheet.fit_to_pages(1, 0)  # on paper, as wide as a page
            sheet.set_footer("&L&A&R&P of &N")

    def finish(self) -> bytes:
        """The whole file."""
        self.book.close()
        return self.file.getvalue()

    def name(self, name: str, sheet: str, row: int, column: int, last_row: int, last_column: int) -> None:
        """Name a cell or a block of cells."""
        cells = block(row, column, last_row, last_column, fixed=True)
        self.book.define_name(name, f"={sheet}!{cells}")

    def array(self, sheet: str, row: int, column: int, formula: str, values: Tensor, style: str = "number") -> None:
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

    def formulas(
        self, sheet: str, start: int, column: int, formula: str, values: Tensor, style: str = "number"
    ) -> None:
        """One formula for each passenger, with its value: {row} in it is its own row, {data} that of the sheet data."""
        for i, value in enumerate(values.tolist()):
            text = formula.format(row=start + i + 1, data=i + 2)
            self.sheets[sheet].write_formula(start + i, column, text, self.style.get(style), value)

    def head(self, sheet: str, row: int, names: Sequence[str], column: int = 0, style: str = "head") -> None:
        self.sheets[sheet].write_row(row, column, names, self.style[style])

    def top(self, sheet: str, title: str, rows: int, widths: dict[str, float]) -> None:
        """A sheet's title, its rows that stay in view, and its columns' widths."""
        to = self.sheets[sheet]
        to.write_string(0, 0, title, self.style["title"])
        to.freeze_panes(rows, 1)
        to.repeat_rows(rows - 1)  # on paper
        for columns, width in widths.items():
            to.set_column(columns, width)

    def numbers(self, sheet: str, row: int, label: str, values: Tensor, style: str) -> None:
        """A row of numbers after its label."""
        self.sheets[sheet].write_string(row, 0, label, self.style["label"])
        self.sheets[sheet].write_row(row, 1, values.tolist(), self.style[style])


def block(row: int, column: int, last_row: int, last_column: int, *, fixed: bool = False) -> str:
    """Cells as a formula names them, from places counted from 0: B3:K4, or with $ before all where they are fixed."""
    from xlsxwriter.utility import xl_range, xl_range_abs

    return str((xl_range_abs if fixed else xl_range)(row, column, last_row, last_column))
