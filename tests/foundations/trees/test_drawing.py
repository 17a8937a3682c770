"""Drawings of trees: every node once, nothing on top of another, and all within the frame."""

import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
import torch

from foundations import grow_tree, tree_svg


def random_tree(seed, n_leaves):
    generator = torch.Generator().manual_seed(seed)
    inputs, targets = torch.rand(300, 4, generator=generator), torch.randn(300, generator=generator)
    return grow_tree(inputs, targets, max_leaf_nodes=n_leaves)


@pytest.mark.parametrize("n_leaves", [1, 2, 9, 40])
def test_a_drawing_shows_every_node_once(n_leaves):
    tree = random_tree(1, n_leaves)
    drawing = ET.fromstring(tree_svg(tree, ["a < b", "b & c", "c", "d"], alt='A "tree".'))
    boxes = [[float(each.attrib[name]) for name in ("x", "y", "width", "height")] for each in drawing.iter("rect")]
    assert len(boxes) == 2 * n_leaves - 1
    for (x, y, width, height), (other_x, other_y, _, _) in combinations(boxes, 2):
        assert abs(x - other_x) >= width or abs(y - other_y) >= height
    left, top, width, height = map(float, drawing.attrib["viewBox"].split())
    for x, y, box_width, box_height in boxes:
        assert left <= x
        assert x + box_width <= left + width
        assert top <= y
        assert y + box_height <= top + height
    answers = [each.text for each in drawing.iter("text") if each.text in ("yes", "no")]
    assert answers.count("yes") == answers.count("no") == n_leaves - 1


def test_a_part_of_a_drawing_fits_on_top_of_the_whole():
    tree = random_tree(2, 6)
    whole = tree_svg(tree, "abcd", alt="all")
    for n_splits in range(6):
        part = ET.fromstring(tree_svg(tree, "abcd", alt="part", n_splits=n_splits))
        assert part.attrib["viewBox"] == ET.fromstring(whole).attrib["viewBox"]
        assert len(list(part.iter("rect"))) == 2 * n_splits + 1


def test_what_cannot_be_drawn_is_refused():
    tree = grow_tree(torch.arange(50.0)[:, None], torch.arange(50.0))
    with pytest.raises(ValueError, match="1 columns, but there are 2 names"):
        tree_svg(tree, ["a", "b"], alt="A tree.")
    with pytest.raises(ValueError, match="40 leaves at most, and this tree has 50"):
        tree_svg(tree, ["a"], alt="A tree.")
