"""The *Titanic*'s passengers, as a table of numbers, and models of who survived.

- `lists`: who was aboard: the list of 891 passengers, and counts of everyone.
- `simulation`: a table like that list, drawn from published facts.
- `preparation`: the table as numbers on one scale, and its rows split in two.
- `classification`: accuracy, and how far it can be trusted.
- `comparing`: intervals and a test for the difference of two models, and what they let one say.
- `survival`: a linear model from scratch.
- `nets`: neural nets from scratch, of any number of layers, many at once.
- `large`: the gradient over any number of rows, one chunk after the other.
- `spreadsheet`: the same calculation as a workbook with live formulas.
- `housing`: district prices in California, another table to repeat the lessons on.
"""
