"""The Titanic in a spreadsheet.

- `columns`: the ten columns that its sheets calculate with.
- `model`: two rectified linear units on these columns.
- `workbook`: the file, with live formulas.
- `_rows`: the rows of the list that it can use.
- `_book`: cells, formulas and their names, as any sheet writes them.
- `_sheets`: the sheets, one by one.
- `_training`: the sheets of gradient descent.
"""
