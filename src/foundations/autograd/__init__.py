"""How slopes come about: an engine for numbers, and drawings of what autograd has recorded.

- `engine`: a number that remembers what it was calculated from.
- `graphs`: the record behind a tensor, and any other graph, as boxes and arrows.
"""
