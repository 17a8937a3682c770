"""Binary splits, decision trees, random forests and gradient boosting, from scratch.

- `splits`: how well a threshold sorts the rows, and the best one of a column or a table.
- `trees`: nested splits, and how much each column helps.
- `growing`: a tree, from all rows to its leaves.
- `drawing`: a tree as a drawing.
- `forests`: many trees that vote, and which columns they rely on.
- `boosting`: many small trees that are added up, each grown on what is still wrong.
- `_levels`: how trees grow level by level, one alone or a whole forest.
- `_nodes`: how rows are followed down through trees, and what a split gains.
"""
