"""Tables of nodes, of one tree or of several: which leaf a row falls into, and how much each split gains."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from foundations._checks import check_float_tensor

if TYPE_CHECKING:
    from foundations.trees.trees import Tree


def descend(nodes: Tree, roots: Tensor, inputs: Tensor) -> Tensor:
    """Follow rows down from the roots of one tree or of several in one table.

    Args:
        nodes: The table of nodes.
        roots: Where to begin: integers of shape (n_roots,).
        inputs: Floats of shape (n, n_columns).

    Returns:
        The leaf of each row in each tree: integers of shape (n_roots, n).

    Raises:
        TypeError: inputs do not hold floats.
        ValueError: inputs have another number of columns.

    Example:
        ```python
        import torch
        from foundations import grow_tree
        from foundations.trees._nodes import descend

        tree = grow_tree(torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0]))
        assert descend(tree, torch.tensor([0]), torch.tensor([[7.0]])).tolist() == [[2]]
        ```
    """
    check_float_tensor("inputs", inputs)
    if inputs.ndim != 2 or inputs.shape[1] != nodes.n_columns:
        raise ValueError(f"inputs must have shape (n, {nodes.n_columns}), not {tuple(inputs.shape)}")
    n = len(inputs)
    here = roots[:, None].expand(-1, n).reshape(-1)
    leaf = here.clone()
    moving = torch.arange(len(here), device=here.device)
    while len(moving):
        asked = nodes.columns[here]
        leaf[moving] = here
        inner = asked >= 0
        moving, here, asked = moving[inner], here[inner], asked[inner]
        at_most = inputs[moving % n, asked] <= nodes.thresholds[here]
        here = torch.where(at_most, nodes.left[here], nodes.right[here])
    return leaf.view(len(roots), n)


def moved(tree: Tree, device: torch.device) -> Tree:
    """The tree on the device of its inputs: as it is, or on one of Apple's GPUs with floats in float32.

    Thresholds are rounded down, so that every input of float32 goes the same way as before.

    Args:
        tree: A tree that has grown on `device_with_float64(device)`.
        device: Where it is to be used.

    Returns:
        The tree there.

    Example:
        ```python
        import torch
        from foundations import grow_tree
        from foundations.trees._nodes import moved

        tree = grow_tree(torch.tensor([[1.0], [2.0]]), torch.tensor([0.0, 1.0]))
        assert moved(tree, torch.device("cpu")) is tree
        ```
    """
    if tree.columns.device == device:
        return tree
    nearest = tree.thresholds.float()
    below = nearest.nextafter(torch.tensor(-torch.inf))
    thresholds = torch.where(nearest.double() > tree.thresholds, below, nearest)
    floats = {"thresholds": thresholds, "values": tree.values.float(), "impurities": tree.impurities.float()}
    whole = {name: getattr(tree, name) for name in ("columns", "left", "right", "sizes")}
    there = {name: each.to(device) for name, each in {**floats, **whole}.items()}
    return replace(tree, **there)


def gains(tree: Tree) -> Tensor:
    """By how much each split reduces the sum of squares; 0 at a leaf."""
    squares = tree.sizes * tree.impurities
    return torch.where(tree.columns >= 0, squares - squares[tree.left] - squares[tree.right], 0.0)
