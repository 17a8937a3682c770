"""What a hint claims is so: it is read again, and its numbers are calculated anew."""

import re

import pandas as pd
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_breast_cancer, load_iris

from foundations import NotYet, ReluSum, check, coordinate_search, fit_quad, quad_mae
from foundations.exercises.a_loss_for_probabilities import HOURS, PASSED
from foundations.exercises.judging import all_apart, apart, call, diabetes, gives_again, several


def hint(name: str, answer: object) -> str:
    with pytest.raises(NotYet) as caught:
        check(name, answer)
    return str(caught.value)


def numbers_in(words: str) -> list[float]:
    return [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", words)]


IRIS = load_iris()
CELLS = torch.tensor(load_breast_cancer().data)
ROWS = {
    "petals": torch.tensor(IRIS.data[IRIS.target == 1])[:, [2, 3]],
    "virginica": torch.tensor(IRIS.data[IRIS.target == 2])[:, [2, 3]],
    "nuclei": CELLS[:, [2, 0]],
}


@pytest.mark.parametrize("name", ROWS)
def test_a_better_factor_lies_where_the_hint_says(name: str, subtests: pytest.Subtests):
    result, value = ROWS[name].T
    for k in (result.mean() / value.mean() * torch.linspace(0.5, 2, 15, dtype=torch.float64)).tolist():

        def miss(factor: float) -> float:
            return (factor * value - result).abs().mean().item()

        words = hint(name, k)
        if "misses" not in words:  # it is near the best k of another species
            continue
        here, least = numbers_in(words)[-2:]
        step = 1e-4 * k * (-1 if "smaller" in words else 1)
        with subtests.test(words):
            assert here == pytest.approx(miss(k), rel=1e-3)
            assert miss(k + step) < miss(k)
            assert least == pytest.approx(min(miss(each) for each in (result / value).tolist()), rel=1e-3)


def test_a_better_cut_lies_where_the_hint_says(subtests: pytest.Subtests):
    hours, passed = torch.tensor(HOURS), torch.tensor(PASSED).float()
    radius = (CELLS[:, 0] - CELLS[:, 0].mean()) / CELLS[:, 0].std()
    malignant = 1 - torch.tensor(load_breast_cancer().target).double()
    for name, x, labels in (("best_cut", hours.double(), passed.double()), ("tumour_cut", radius, malignant)):
        for cut in (-2.0, 0.0, 0.3, 0.32, 1.0, 2.94, 2.95, 2.97, 3.2, 6.0):

            def entropy(at: float, x: torch.Tensor = x, labels: torch.Tensor = labels) -> float:
                return F.binary_cross_entropy_with_logits(2 * (x - at), labels).item()

            words = hint(name, cut)
            with subtests.test(words):
                assert f"{entropy(cut):.4f}" in words
                assert entropy(cut + (-1e-4 if "a smaller cut" in words else 1e-4)) < entropy(cut)


def test_the_slider_that_would_help_most_does(subtests: pytest.Subtests):
    bmi, target = diabetes(2)
    progress = target[:, None] / 100

    def error(params: torch.Tensor) -> torch.Tensor:
        return quad_mae(params, bmi, progress)

    for params in ([0.1, 0.5, 0.5], [0.1, 2.5, 1.3], [2.1, 0.5, 1.3], [-1.0, 3.0, 0.0]):
        words = hint("diabetes_by_hand", params)
        here = torch.tensor(params)
        reached = [
            coordinate_search(error, here, order=[i], step=0.1, low=-1.1, high=3.3).losses[-1].item() for i in range(3)
        ]
        above = (error(here) - error(fit_quad(bmi, progress))).item()
        with subtests.test(words):
            assert f"the MAE is {above:.3f} above" in words
            assert f"{'abc'[reached.index(min(reached))]} would help most" in words


@pytest.mark.parametrize("digits", range(1, 6))
def test_two_numbers_that_differ_look_different(digits: int):
    words = hint("slope_of", lambda fn, at: round(torch.func.grad(fn)(at).item() + 10**-digits, digits))
    gives, slope = numbers_in(words)[-2:]
    assert gives != slope
    assert gives == pytest.approx(9 + 10**-digits)


def test_apart_shows_no_more_digits_than_it_takes():
    assert apart(1.5, 2.5) == ("1.5", "2.5")
    assert apart(2.61420001, 2.6142) == ("2.61420001", "2.6142")
    assert apart(1.0, 1.0) == ("1.0", "1.0")
    assert apart(-0.0, 1.0) == ("0", "1")


def test_two_lists_that_differ_look_different():
    assert all_apart([1.5, 2.0], [1.5, 3.0]) == "[1.5, 2.0], and it gives [1.5, 3.0]"
    assert all_apart([0.1, 2.0], [0.10000001, 2.0], " not ") == "[0.1, 2.0] not [0.10000001, 2.0]"
    assert all_apart([1.0], [1.0], " is ") == "[1.0] is [1.0]"


def test_a_function_that_remembers_is_told_from_one_that_piles_gradients_up():
    calls = iter((2.0, 3.0))
    with pytest.raises(NotYet, match=r"the first time it is right, but .* it gives 3$"):
        gives_again(lambda: next(calls), [2.0])


def test_several_things_may_come_stacked():
    assert several((1, 2), 2) == several([1, 2], 2) == [1, 2]
    assert [each.tolist() for each in several(torch.eye(2), 2) or []] == [[1, 0], [0, 1]]
    for other in (torch.zeros(2), (1, 2, 3), "ab", 2, torch.zeros(3, 2)):
        assert several(other, 2) is None


def new_column(table):
    table["c"] = 0


def turned(table):
    table.index = table.index[::-1]


def one_row_more(table):
    table.loc[9] = [0, 0]


def other_column(table):
    table["b"] = 0


def no_column(table):
    del table["a"]


@pytest.mark.parametrize(
    ("changed", "by", "words"),
    [
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), new_column, "of shape (2, 2): it has the new column 'c', and"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), turned, "of shape (2, 2): its rows stand in another order, and"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), one_row_more, "of shape (2, 2): its rows are others, and"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), other_column, "of shape (2, 2): the column 'b' is another, and"),
        (pd.DataFrame({"a": [1, 2], "b": [3, 4]}), no_column, "of shape (2, 2): a column is missing, and"),
        (
            [(torch.ones(2), torch.zeros(2))],
            lambda pairs: pairs[0][1].add_(1),
            "changes [0.0, 0.0] to [1.0, 1.0], number 1 of ([1.0, 1.0], [0.0, 0.0]), number 0 of [([1.0, 1.0], [0.0, "
            "0.0])], and",
        ),
        (torch.nn.Linear(2, 1), lambda net: net.weight.data.zero_(), "changes the numbers of weight of Linear, and"),
        (torch.nn.Linear(2, 1), lambda net: net.half(), "weight of Linear from float32 on cpu to float16 on cpu, and"),
        (torch.nn.Linear(2, 1), lambda net: net.requires_grad_(False), "which parameters of Linear require a gradient"),
    ],
)
def test_what_an_answer_changes_is_named_by_its_smallest_part(changed, by, words: str):
    with pytest.raises(NotYet) as caught:
        call(lambda given: [by(given)], changed)
    assert words in str(caught.value)


def test_the_height_of_a_net_that_is_no_hat_is_its_own(subtests: pytest.Subtests):
    draw = torch.Generator().manual_seed(0)
    for _ in range(10):
        net = ReluSum(*torch.randn(3, 3, generator=draw, dtype=torch.float64), torch.zeros((), dtype=torch.float64))
        words = hint("hat", net)
        at, height = numbers_in(words)[:2]
        with subtests.test(words):
            assert net(torch.tensor([at], dtype=torch.float64)).item() == pytest.approx(height, rel=1e-3, abs=1e-4)


def test_the_least_squares_of_petals_lie_where_the_hint_says(subtests: pytest.Subtests):
    length, width = torch.tensor(IRIS.data[IRIS.target == 0])[:, [2, 3]].T
    for k in (0.0, 3.0, 5.0, 5.2, 6.5):

        def squares(factor: float) -> float:
            return ((factor * width - length) ** 2).mean().item()

        words = hint("squared_petals", k)
        with subtests.test(words):
            assert squares(k + (-1e-4 if "smaller" in words else 1e-4)) < squares(k)
