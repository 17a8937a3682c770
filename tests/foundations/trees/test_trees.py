"""A tree that has grown: what it says of rows, and of itself."""

import pytest
import torch

from foundations import grow_tree, impurity_importance


def test_nothing_to_split():
    for inputs, targets in (
        (torch.ones(4, 2), torch.tensor([0.0, 1.0, 0.0, 1.0])),
        (torch.rand(4, 2), torch.ones(4)),
        (torch.rand(1, 2), torch.zeros(1)),
    ):
        tree = grow_tree(inputs, targets)
        assert (tree.n_leaves, tree.depth) == (1, 0)
        assert (tree(torch.rand(3, 2)) == targets.mean()).all()
        assert impurity_importance(tree).tolist() == [0.0, 0.0]


def test_rows_to_predict_need_the_same_columns():
    tree = grow_tree(torch.rand(5, 2), torch.rand(5))
    with pytest.raises(ValueError, match=r"inputs must have shape \(n, 2\), not \(5, 3\)"):
        tree(torch.rand(5, 3))
    assert tree(torch.rand(0, 2)).shape == (0,)
