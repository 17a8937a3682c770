"""Binary splits, decision trees and random forests, from scratch.

- `splits`: how well a threshold sorts the rows, and the best one of a column or a table.
- `trees`: nested splits, how much each column helps, and the drawing of a tree.
- `forests`: many trees that vote, and which columns they rely on.
"""
