"""The workbook as a file: checked, and written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from foundations._checks import check_float_tensor
from foundations.passengers.spreadsheet._rows import LARGEST_CELL, Passengers, complete_rows
from foundations.passengers.spreadsheet._sheets import workbook_of
from foundations.passengers.spreadsheet.columns import INPUTS, sheet_inputs
from foundations.passengers.spreadsheet.model import train_two_relus

if TYPE_CHECKING:
    import pandas as pd

ROOM = 1_000_000  # rows of a list that a sheet has room for, beside what stands above it


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
    rows = complete_rows(table)
    if len(rows) > ROOM:
        raise ValueError(f"a sheet has room for {ROOM:,} passengers, and these are {len(rows):,}: write fewer")
    inputs, targets = sheet_inputs(rows)
    if params is None:
        nets, losses = train_two_relus(inputs, targets, generator=torch.Generator().manual_seed(42))
        params = nets[losses.argmin()]
    check_float_tensor("params", params)
    if tuple(params.shape) != (2, len(INPUTS)):
        raise ValueError(f"params must have shape (2, {len(INPUTS)}), not {tuple(params.shape)}")
    if not (params.abs() <= LARGEST_CELL).all():
        raise ValueError(f"params hold nan or inf, or numbers beyond {LARGEST_CELL:g}: no formula can go on from those")
    params = params.detach().cpu().double().round(decimals=6)
    data = workbook_of(Passengers(rows, inputs, targets, params, str(table.attrs.get("source", ""))))
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
