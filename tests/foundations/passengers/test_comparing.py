"""Intervals over splits of one list, by simulation; and the words for them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from torch import Tensor

from foundations import mcnemar, mean_interval, paired_interval, resampled_interval, verdict

N_ROWS, N_VALID, N_SPLITS = 891, 178, 20
N_TRAIN = N_ROWS - N_VALID


def splits(draw: torch.Generator) -> Tensor:
    """Which rows are compared on, in each split."""
    return torch.stack([torch.randperm(N_ROWS, generator=draw)[:N_VALID] for _ in range(N_SPLITS)])


def covers(differences: Tensor, truth: float) -> dict[str, float]:
    """How often the two intervals hold the truth, over many lists: differences of shape (n_lists, n_splits)."""
    usual = [ttest_1samp(each, 0).confidence_interval() for each in differences.numpy()]
    corrected = [resampled_interval(each, N_TRAIN, N_VALID) for each in differences]
    return {
        name: sum(low <= truth <= high for low, high in intervals) / len(differences)
        for name, intervals in [("usual", usual), ("corrected", corrected)]
    }


def test_of_two_fixed_rules_it_holds_the_truth_95_times_in_100_and_the_usual_one_does_not():
    draw = torch.Generator().manual_seed(0)
    # Where only the first rule is right, 1; where only the second is, -1; as often as each other.
    ahead = torch.multinomial(torch.tensor([0.1, 0.8, 0.1]), 4000 * N_ROWS, replacement=True, generator=draw) - 1
    lists = ahead.double().reshape(4000, N_ROWS)
    found = covers(torch.stack([lists[:, rows].mean(dim=1) for rows in splits(draw)], dim=1), truth=0)
    assert found["corrected"] == pytest.approx(0.95, abs=0.02)
    assert found["usual"] < 0.65


def test_of_two_trained_models_it_holds_the_truth_about_as_often():
    draw, n_lists = torch.Generator().manual_seed(1), 300
    inputs = torch.randn(n_lists, N_ROWS, 4, generator=draw, dtype=torch.float64)
    inputs[..., 0] = 1
    noise = torch.randn(n_lists, N_ROWS, generator=draw, dtype=torch.float64)
    targets = (inputs @ torch.tensor([0, 1, 0.3, 0]).double() + noise > 0).double()
    differences = []
    for rows in splits(draw):
        train = torch.ones(N_ROWS, dtype=torch.bool)
        train[rows] = False
        scores = []
        for columns in ([0, 1], [0, 1, 2, 3]):
            weights = torch.linalg.lstsq(inputs[:, train][..., columns], targets[:, train, None]).solution
            says_yes = (inputs[:, rows][..., columns] @ weights)[..., 0] > 0.5
            scores.append((says_yes == (targets[:, rows] == 1)).double().mean(dim=1))
        differences.append(scores[1] - scores[0])
    over_splits = torch.stack(differences, dim=1)
    found = covers(over_splits, truth=over_splits.mean().item())
    print(f"for trained models: {found}")
    assert found["usual"] < 0.75 < 0.92 < found["corrected"]


def test_with_many_training_rows_it_is_the_usual_one():
    differences = torch.tensor([0.02, 0.00, 0.03, 0.01, 0.02])
    usual = ttest_1samp(differences.double().numpy(), 0).confidence_interval(0.9)
    assert resampled_interval(differences, 10**12, 1, level=0.9) == pytest.approx(tuple(usual), abs=1e-8)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0.1, 0.2], 80, 20), TypeError, "differences must be a tensor"),
        ((torch.tensor([1, 2]), 80, 20), TypeError, "differences must hold floats"),
        ((torch.tensor([0.1]), 80, 20), ValueError, r"two splits or more, not \(1,\)"),
        ((torch.zeros(3, 1), 80, 20), ValueError, r"not \(3, 1\)"),
        ((torch.tensor([0.1, torch.nan]), 80, 20), ValueError, "a difference is not finite"),
        ((torch.zeros(3), 0, 20), ValueError, "n_train must be at least 1, not 0"),
        ((torch.zeros(3), 80, 0.2), TypeError, "n_valid must be a whole number, not float"),
        ((torch.zeros(3), 80, 20, 95), ValueError, "level must be between 0 and 1, not 95: 95 % are 0.95"),
    ],
)
def test_what_is_no_set_of_splits_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        resampled_interval(*arguments)


def test_of_repeats_with_nothing_in_common_it_is_students():
    # Student's first ten patients (1908), hours of sleep more by one drug than by the other: 1.58 on average.
    hours = torch.tensor([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert mean_interval(hours) == pytest.approx((0.70, 2.46), abs=0.005)  # R: t.test(extra ~ group, paired = TRUE)
    usual = ttest_1samp(hours.double().numpy(), 0).confidence_interval(0.8)
    assert mean_interval(hours, 0.8) == pytest.approx(tuple(usual), abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0.1, 0.2],), TypeError, "differences must be a tensor"),
        ((torch.tensor([1, 2]),), TypeError, "differences must hold floats"),
        ((torch.tensor([0.1]),), ValueError, r"shape \(n_repeats,\) with two repeats or more, not \(1,\)"),
        ((torch.tensor([0.1, torch.inf]),), ValueError, "leave out none of the repeats"),
        ((torch.zeros(3), 95), ValueError, "not 95: 95 % are 0.95"),
    ],
)
def test_what_is_no_set_of_repeats_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        mean_interval(*arguments)


def rows_of(both: int, only_first: int, only_second: int, neither: int) -> tuple[Tensor, Tensor]:
    """For each row whether the first model is right, and whether the second is."""
    first = torch.tensor(both * [True] + only_first * [True] + only_second * [False] + neither * [False])
    second = torch.tensor(both * [True] + only_first * [False] + only_second * [True] + neither * [False])
    return first, second


def test_of_one_split_it_is_the_published_interval():
    # 1,600 Britons, asked twice about their prime minister: 0.04 ± 1.96 · 0.0095 (Agresti, Categorical Data Analysis,
    # section 11.1); with half a row more of each kind that is the same to three decimals.
    assert paired_interval(*rows_of(794, 150, 86, 570)) == pytest.approx((0.021, 0.059), abs=6e-4)
    assert paired_interval(*rows_of(0, 5, 0, 0))[1] <= 1  # no accuracy is more than 1 above another
    assert paired_interval(*rows_of(0, 0, 5, 0))[0] >= -1


@pytest.mark.parametrize("chances", [(0.7, 0.12, 0.06, 0.12), (0.78, 0.03, 0.03, 0.16)])
def test_of_one_split_it_holds_the_true_difference_95_times_in_100(chances):
    draw = torch.Generator().manual_seed(2)
    kinds = torch.multinomial(torch.tensor(chances), 2000 * N_VALID, replacement=True, generator=draw)
    lists = kinds.reshape(2000, N_VALID)
    truth = chances[1] - chances[2]
    held = [low <= truth <= high for low, high in (paired_interval(each <= 1, each % 2 == 0) for each in lists)]
    assert sum(held) / len(held) == pytest.approx(0.95, abs=0.02)


def test_the_p_value_counts_wins_alone():
    assert mcnemar(*rows_of(3, 0, 0, 4)) == 1  # not one win
    assert mcnemar(*rows_of(1, 6, 1, 0)) == pytest.approx(2 * (1 + 7) / 2**7)  # one of seven, or none, either way
    assert mcnemar(*rows_of(1, 6, 1, 0)) == mcnemar(*rows_of(500, 1, 6, 99))


@pytest.mark.parametrize("compare", [mcnemar, paired_interval])
@pytest.mark.parametrize(
    ("first", "second", "error", "words"),
    [
        ([True], torch.tensor([True]), TypeError, "first must be a tensor"),
        (torch.tensor([True]), torch.tensor([1.0]), TypeError, "second must hold bools, not torch.float32"),
        (torch.ones(2, 1, dtype=torch.bool), torch.tensor([True]), ValueError, r"first .* not \(2, 1\)"),
        (torch.ones(0, dtype=torch.bool), torch.tensor([True]), ValueError, r"a row or more, not \(0,\)"),
        (torch.tensor([True]), torch.tensor([True, False]), ValueError, "of the same rows, but have 1 and 2"),
    ],
)
def test_what_is_not_right_or_wrong_on_the_same_rows_is_refused(compare, first, second, error, words):
    with pytest.raises(error, match=words):
        compare(first, second)


def test_a_level_is_no_percentage():
    with pytest.raises(ValueError, match=r"not 95: 95 % are 0\.95"):
        paired_interval(torch.tensor([True]), torch.tensor([False]), 95)


@given(low=st.floats(-1, 1), high=st.floats(-1, 1))
def test_an_interval_with_0_in_it_is_never_a_finding(low, high):
    if low > high:
        with pytest.raises(ValueError, match="low must not be above high"):
            verdict(low, high)
    elif low <= 0 <= high:
        assert verdict(low, high, "helps", "harms") == "may be better or worse: the interval contains 0"
    else:
        assert verdict(low, high, "helps", "harms").startswith("helps: " if low > 0 else "harms: ")
