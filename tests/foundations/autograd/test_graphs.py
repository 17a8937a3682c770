"""The drawing of a graph: the same boxes and arrows as autograd's record, none on top of another, any text."""

import re
from collections import Counter
from itertools import combinations, pairwise

import pytest
import torch
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from foundations import draw_graph
from foundations.autograd.graphs import LETTER, MOST_BOXES, graph_svg


def leaf(value=2.0, shape=()):
    return torch.full(shape, value).requires_grad_()


def shapes(svg):
    """The boxes, each as left, top, width and height, and the lines of text with the place of each."""
    drawing = BeautifulSoup(svg, "html.parser").svg
    boxes = [tuple(float(rect[name]) for name in ("x", "y", "width", "height")) for rect in drawing.select("rect")]
    texts = [(float(text["x"]), float(text["y"]), text.get_text()) for text in drawing.select("text")]
    return drawing, boxes, texts


def box_around(boxes, x, y):
    (found,) = [box for box in boxes if box[0] < x < box[0] + box[2] and box[1] < y < box[1] + box[3]]
    return found


def curves(svg):
    """Every piece of an arrow, as the numbers in its path: two of the start, then H, C and perhaps H again."""
    path = re.search(r'<path d="([^"]*)"', svg)[1]
    return [[float(number) for number in re.findall(r"-?[\d.]+", piece)] for piece in path.split("M")[1:]]


UNARY = [torch.exp, torch.tanh, torch.neg, lambda t: t**2, lambda t: 3 * t, torch.relu]
BINARY = [torch.add, torch.mul, torch.sub, torch.maximum]


@st.composite
def calculations(draw):
    """A result of some random steps, each of one or two of the values so far."""
    values = [leaf(0.5) for _ in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(1, 20))):
        first, second = (values[draw(st.integers(0, len(values) - 1))] for _ in range(2))
        if draw(st.booleans()):
            values.append(draw(st.sampled_from(UNARY))(first))
        else:
            values.append(draw(st.sampled_from(BINARY))(first, second))
    return values[-1]


def record(node, found):
    """The record behind a step: how often each arrow occurs, and all steps, by plain recursion."""
    if node in found:
        return Counter()
    found.add(node)
    arrows = Counter((earlier, node) for earlier, _ in node.next_functions if earlier)
    return sum((record(earlier, found) for earlier, _ in node.next_functions if earlier), arrows)


@given(calculations())
def test_the_drawing_has_the_boxes_and_arrows_of_the_record(result):
    drawing = draw_graph(result)
    steps: set[object] = set()
    assert Counter(drawing.edges) == record(result.grad_fn, steps)
    assert set(drawing.nodes) == steps
    _, boxes, texts = shapes(drawing.svg)
    assert len(boxes) == len(steps)
    assert Counter(said for *_, said in texts) == Counter("\n".join(drawing.nodes.values()).split("\n"))


@given(calculations())
def test_no_box_covers_another_and_each_is_inside_the_picture(result):
    drawing, boxes, _ = shapes(draw_graph(result).svg)
    left, top, width, height = map(float, drawing["viewbox"].split())
    for x, y, w, h in boxes:
        assert left < x < x + w < left + width
        assert top < y < y + h < top + height
    for (x, y, w, h), (x2, y2, w2, h2) in combinations(boxes, 2):
        assert x + w < x2 or x2 + w2 < x or y + h < y2 or y2 + h2 < y


@given(calculations())
def test_every_arrow_leads_to_the_right_and_through_no_box(result):
    svg = draw_graph(result).svg
    _, boxes, _ = shapes(svg)
    for x, y, column_end, _, _, _, _, next_column, next_y, *_ in curves(svg):
        assert x <= column_end < next_column
        for left, top, width, height in boxes:  # a curve stays in the gap between two columns
            assert not (left < next_column and column_end < left + width)
            over = x < left + width and left < column_end and top < y < top + height
            assert not over or x == left + width
            assert not (left < column_end < left + width and top < next_y < top + height)


@given(calculations())
def test_as_many_arrow_heads_end_in_a_box_as_it_has_arrows(result):
    drawing = draw_graph(result)
    _, boxes, _ = shapes(drawing.svg)
    heads = re.findall(r"M([\d.]+),([\d.]+)l-7,-3.5v7z", drawing.svg)
    assert len(heads) == len(set(heads)) == len(drawing.edges)
    edges = {(box[0], box[1] + step / 10) for box in boxes for step in range(int(box[3]) * 10)}
    assert {(float(x), float(y)) for x, y in heads} <= {(x, round(y, 1)) for x, y in edges}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12), min_size=1, max_size=4))
def test_any_text_stands_in_its_box_as_it_is(lines):
    _, boxes, texts = shapes(graph_svg({"a": "\n".join(lines), "b": "b"}, [("a", "b")], alt="Any text."))
    assert [said for *_, said in texts] == [*lines, "b"]
    for x, y, said in texts:
        left, top, width, height = box_around(boxes, x, y)
        assert x == pytest.approx(left + width / 2)
        assert width > LETTER * len(said)
        assert top + 5 < y < top + height - 5


def test_names_are_escaped():
    w = leaf()
    drawing = draw_graph(w * 2, params={'<b>&"': w})
    assert "<b>" not in drawing.svg
    assert ">&lt;b&gt;&amp;&quot;</text>" in drawing.svg
    assert "<script>" not in graph_svg({"a": "a"}, [], alt='"><script>')
    assert 'aria-label="&quot;&gt;&lt;script&gt;"' in graph_svg({"a": "a"}, [], alt='"><script>')


def test_leaves_and_results_have_their_names_values_and_shapes():
    w, b, x = leaf(-1.23456), leaf(shape=(3, 1)), torch.ones(3, 1)
    prediction = w * x + b
    drawing = draw_graph(prediction.sum(), params={"w": w, "b": b, "x": x, "prediction": prediction})
    assert set(drawing.nodes.values()) == {"sum", "prediction\nadd", "mul", "w\n−1.235", "b\n(3, 1)"}


@pytest.mark.parametrize(
    ("calculate", "said"),
    [
        (lambda w: torch.nn.functional.mse_loss(w, torch.ones(2)), "mse_loss"),
        (lambda w: w.log_softmax(0), "log_softmax"),
        (lambda w: w + 1, "add"),
        (lambda w: w.to(torch.float64), "to_copy"),
        (lambda w: w.clone().index_put_((torch.tensor(0),), torch.tensor(1.0)), "index_put"),
        (lambda w: torch.utils.checkpoint.CheckpointFunction.apply(torch.exp, True, w), "checkpoint_function"),
    ],
)
def test_a_step_has_the_plain_name_of_its_calculation(calculate, said):
    assert said in draw_graph(calculate(leaf(shape=(2,)))).nodes.values()


def test_a_change_of_part_of_a_result_is_drawn():
    result = leaf(shape=(3,)) * 2
    result[0] = 5
    assert "copy_slices" in draw_graph(result).nodes.values()


def test_a_leaf_without_a_value_has_its_shape():
    leaf = torch.tensor(2.0, device="meta", requires_grad=True)
    assert sorted(draw_graph(leaf * 2).nodes.values()) == ["leaf\n()", "mul"]


def test_a_function_of_ones_own_is_no_leaf():
    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.variable = x
            return 2 * x

        @staticmethod
        def backward(ctx, slope):
            return 2 * slope

    assert sorted(draw_graph(Doubled.apply(leaf())).nodes.values()) == ["doubled", "leaf\n2"]


def test_parameters_of_a_module_can_be_named():
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.Linear(2, 1))
    drawing = draw_graph(net(torch.ones(4, 3)).mean(), params=dict(net.named_parameters()))
    assert "0.weight\n(2, 3)" in drawing.nodes.values()
    assert sum("." in text for text in drawing.nodes.values()) == 4


def test_what_two_steps_need_has_one_box_and_a_square_two_arrows():
    w = leaf()
    drawing = draw_graph(w * w + w, params={"w": w})
    assert sorted(drawing.nodes.values()) == ["add", "mul", "w\n2"]
    said = Counter((drawing.nodes[start].split("\n")[0], drawing.nodes[end]) for start, end in drawing.edges)
    assert said == {("w", "mul"): 2, ("w", "add"): 1, ("mul", "add"): 1}


def test_the_record_can_be_drawn_after_the_way_back():
    w = leaf()
    loss = (w**2).exp()
    before = draw_graph(loss).svg
    loss.backward()
    assert draw_graph(loss).svg == before


def test_a_drawing_is_the_same_every_time_and_has_no_names_of_its_own():
    def svg():
        w, b = leaf(), leaf()
        return draw_graph((w * b + b).tanh() * w, params={"w": w, "b": b}).svg

    assert svg() == svg()
    assert " id=" not in svg()
    assert "url(" not in svg()


def test_the_words_for_those_who_do_not_see_it():
    w = leaf()
    small, large = w * 2 + 1, w
    assert 'aria-label="A graph of 3 steps: w 2; mul from w 2; add from mul."' in draw_graph(small, {"w": w}).svg
    for _ in range(30):
        large = large * w
    assert 'aria-label="A graph of 31 steps and 60 arrows."' in draw_graph(large).svg
    drawing = draw_graph(small, alt="Times 2, plus 1.")
    assert 'role="img" aria-label="Times 2, plus 1."' in drawing.svg
    assert drawing.svg in drawing._repr_html_()


def test_leaves_are_blue():
    w = leaf()
    svg = draw_graph(w * 2 + 1).svg
    blue = svg[svg.index('style="stroke:var(--figure-0,#1f77b4)"') :]
    assert blue.count("<rect") == 1
    assert svg.count("<rect") == 3


def test_the_boxes_of_a_chain_stand_on_one_line_from_left_to_right():
    _, boxes, texts = shapes(graph_svg({k: k for k in "abcd"}, list(pairwise("abcd")), alt="A chain."))
    assert len({y for _, y, *_ in boxes}) == 1
    assert [said for _, _, said in sorted(texts)] == ["a", "b", "c", "d"]


def test_the_largest_drawing_is_quick_and_a_larger_record_is_refused():
    total = w = leaf(0.0)
    for _ in range(MOST_BOXES - 1):
        total = total + w
    assert len(draw_graph(total).nodes) == MOST_BOXES
    with pytest.raises(ValueError, match=rf"more than {MOST_BOXES} steps"):
        draw_graph(total + w)
    for _ in range(20_000):  # far deeper than Python's own stack
        total = total + w
    with pytest.raises(ValueError, match=rf"more than {MOST_BOXES} steps"):
        draw_graph(total)


@pytest.mark.parametrize(
    ("tensor", "params", "error", "words"),
    [
        (3.0, None, TypeError, "tensor must be a tensor, not float"),
        (leaf() * 2, [leaf()], TypeError, r'params must be tensors by name, as \{"w": w\}, not list'),
        (leaf() * 2, nn.Linear(1, 1).named_parameters(), TypeError, r"not generator: dict\(...\) may do"),
        (leaf() * 2, {"w": 2.0}, TypeError, r"params\['w'\] must be a tensor, not float"),
        (leaf(), None, ValueError, "nothing has been calculated from it yet"),
        (torch.ones(2), None, ValueError, "not calculated from anything that requires a gradient"),
        ((leaf() * 2).detach(), None, ValueError, "autograd was told not to look"),
    ],
)
def test_what_cannot_be_drawn_is_named(tensor, params, error, words):
    with pytest.raises(error, match=words):
        draw_graph(tensor, params)


@pytest.mark.parametrize(
    ("nodes", "edges", "words"),
    [
        ({}, [], "1 to 200 boxes, not 0"),
        (dict.fromkeys(range(MOST_BOXES + 1), ""), [], "not 201"),
        ({"a": "a"}, [("a", "b")], "there is no box 'b'"),
        ({"a": "a"}, [("a", "a")], "round in a circle"),
        ({"a": "a", "b": "b", "c": "c"}, [("a", "b"), ("b", "c"), ("c", "b")], "round in a circle"),
    ],
)
def test_boxes_and_arrows_that_make_no_drawing(nodes, edges, words):
    with pytest.raises(ValueError, match=words):
        graph_svg(nodes, edges, alt="None.")


def test_a_mark_needs_a_box():
    with pytest.raises(ValueError, match="there is no box 'b'"):
        graph_svg({"a": "a"}, [], alt="One box.", marked=["b"])
