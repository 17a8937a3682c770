import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sine_lines import grid, max_error, rms_error, sine

from foundations import (
    best_piecewise_linear,
    fit_relus,
    rmse,
    train_relus,
)

numbers = st.integers(-400, 400).map(lambda number: number / 100)


# Beside the best broken line


@given(heights=st.lists(numbers, min_size=6, max_size=12), n=st.integers(0, 3))
@settings(max_examples=50)
def test_no_fit_beats_the_best_maximum_and_more_kinks_never_hurt(heights: list[float], n: int):
    y = torch.tensor(heights, dtype=torch.float64)
    x = torch.arange(len(y), dtype=torch.float64)
    best = max_error(best_piecewise_linear(x, y, n, norm="max"), x, y)
    if n:
        assert best <= max_error(fit_relus(x, y, n), x, y) + 1e-7
    assert best <= max_error(best_piecewise_linear(x, y, n, norm="rms"), x, y) + 1e-7
    assert max_error(best_piecewise_linear(x, y, n + 1, norm="max"), x, y) <= best + 1e-7


@pytest.fixture(scope="module")
def unconnected_rms() -> list[float]:
    """The least rms of 0, 1, 2 … straight pieces that need not meet, on the sine: no connected ones can do better."""
    x, y = grid().numpy(), sine(grid()).numpy()
    sums = [np.append(0, np.cumsum(term)) for term in (x**0, x, y, x * x, x * y, y * y)]
    one, sx, sy, sxx, sxy, syy = (each - each[:, None] for each in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = syy - sy**2 / one - (sxy - sx * sy / one) ** 2 / (sxx - sx**2 / one)
    cost = np.where(one >= 3, cost, np.where(one >= 1, 0, np.inf))
    least = np.where(np.arange(len(cost)) == 0, 0, np.inf)
    result = []
    for _ in range(34):
        result.append((least[-1] / len(x)) ** 0.5)
        least = (least[:, None] + cost).min(axis=0)
    return result


SEVERAL = pytest.mark.parametrize("n", [8, 11, 16, 20, 26, 32])


@SEVERAL
def test_best_rms_on_the_sine_is_close_to_a_proven_bound(n: int, unconnected_rms: list[float]):
    x = grid()
    best = rms_error(best_piecewise_linear(x, sine(x), n, norm="rms"), x, sine(x))
    assert unconnected_rms[n + 1] <= best <= 1.02 * unconnected_rms[n + 1]


# Fitting


@SEVERAL
def test_fit_of_the_sine_is_near_the_best(n: int, unconnected_rms: list[float]):
    x, between = grid(), grid(5001)
    fitted = fit_relus(x, sine(x), n)
    assert fitted.out_weights.shape == (n,)
    best = max_error(best_piecewise_linear(x, sine(x), n, norm="max"), x, sine(x))
    assert max_error(fitted, between, sine(between)) <= 2.75 * best
    assert rms_error(fitted, between, sine(between)) <= 1.5 * unconnected_rms[n + 1]


@pytest.mark.parametrize("f", [sine, torch.exp, torch.square, lambda x: -torch.cos(x)])
def test_error_falls_like_one_over_n_squared(f):
    x = grid()
    errors = [rms_error(fit_relus(x, f(x), n), x, f(x)) for n in (8, 16, 32)]
    for more, fewer in zip(errors[1:], errors, strict=False):
        assert 3 < fewer / more < 5


@pytest.mark.parametrize(
    ("n", "f"),
    [
        (1, torch.relu),
        (1, lambda x: torch.relu(-2 * x) - 1),
        (1, lambda x: 3 * x + 1),
        (2, torch.abs),
        (2, lambda x: 1 - x.abs()),
        (2, lambda x: (x > 0).double()),  # between two points a steep piece may climb
    ],
)
def test_fit_finds_what_n_relus_can_draw(n: int, f):
    x = grid(201, -1, 1)
    assert max_error(fit_relus(x, f(x), n), x, f(x)) < 1e-9


@pytest.mark.parametrize("n", [2, 8, 32])
def test_signed_sums_fit_what_no_convex_function_can(n: int):
    x = grid(401, -1, 1)
    fitted = fit_relus(x, -(x**2), n)
    # A convex function is at 0 at most the mean of its values at −1 and 1: from −x² it is somewhere at least 1/2 away.
    assert max_error(fitted, x, -(x**2)) < 1 / n**2 * 1.5 < 0.5
    assert (fitted.out_weights < 0).any()


def test_fit_does_not_depend_on_order_shape_or_luck():
    x = grid(120)
    fitted = fit_relus(x, sine(x), 9)
    shuffled = torch.randperm(120, generator=torch.Generator().manual_seed(1))
    torch.manual_seed(5)
    state = torch.get_rng_state()
    for again in (
        fit_relus(x, sine(x), 9),
        fit_relus(x[shuffled].reshape(10, 12), sine(x)[shuffled].reshape(10, 12), 9),
    ):
        for name in ("hidden_weights", "hidden_biases", "out_weights", "out_bias"):
            assert torch.equal(getattr(fitted, name), getattr(again, name))
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1e3, 5e4)])
def test_fit_does_not_depend_on_units(scale: float, shift: float):
    x = grid(201)
    here, there = fit_relus(x, sine(x), 8), fit_relus(shift + scale * x, 7 * sine(x) - 2, 8)
    there_error = rms_error(there, shift + scale * x, 7 * sine(x) - 2)
    assert there_error == pytest.approx(7 * rms_error(here, x, sine(x)), rel=1e-3)


def test_fit_takes_several_values_at_one_x():
    x = torch.tensor([0.0, 0.0, 1.0, 1.0, 2.0, 2.0], dtype=torch.float64)
    y = torch.tensor([0.0, 2.0, 4.0, 6.0, 0.0, 2.0], dtype=torch.float64)
    assert fit_relus(x, y, 2)(x[::2]).tolist() == pytest.approx([1, 5, 1])
    assert max_error(best_piecewise_linear(x, y, 1, norm="max"), x, y) == pytest.approx(1)


def test_fit_keeps_the_dtype():
    x = grid(201).float()
    fitted = fit_relus(x, sine(x), 16)
    assert fitted.out_weights.dtype == fitted.out_bias.dtype == torch.float32
    exact = fit_relus(x.double(), sine(x).double(), 16)
    torch.testing.assert_close(fitted(x).double(), exact(x.double()), atol=1e-4, rtol=0)


def test_fits_name_what_is_wrong():
    x = grid(20)
    with pytest.raises(ValueError, match=r"x has 20 different values, but needs at least 21: 20 ReLUs and a bias"):
        fit_relus(x, x, 20)
    with pytest.raises(ValueError, match="x has 1 different values, but needs at least 2"):
        fit_relus(torch.zeros(5), torch.zeros(5), 1)
    with pytest.raises(ValueError, match=r"x has shape \(20, 1\) but y has shape \(20,\)"):
        fit_relus(x[:, None], x, 3)
    with pytest.raises(ValueError, match="n must be at least 1, not 0"):
        fit_relus(x, x, 0)
    with pytest.raises(ValueError, match="must be finite"):
        train_relus(x, x / 0, 3)
    with pytest.raises(TypeError, match=r"x must hold floats.* int64: use x\.float\(\)"):
        fit_relus(torch.arange(5), torch.arange(5), 2)
    with pytest.raises(ValueError, match='norm must be "max" or "rms", not \'mean\''):
        best_piecewise_linear(x, x, 2, norm="mean")
    with pytest.raises(ValueError, match="a broken line with 19 kinks can pass through 21 points"):
        best_piecewise_linear(x, x, 19, norm="max")


# Training


def test_training_starts_as_torchs_layers_and_goes_downhill():
    x = grid(101)
    untrained, losses = train_relus(x, sine(x), 50, n_steps=0, generator=torch.Generator().manual_seed(3))
    assert losses.shape == (1,)
    torch.testing.assert_close(losses[0], rmse(untrained(x), sine(x)) ** 2)
    assert 0.8 < untrained.hidden_weights.abs().max() <= 1
    assert 0.8 / 50**0.5 < untrained.out_weights.abs().max() <= 1 / 50**0.5
    trained, losses = train_relus(x, sine(x), 50, lr=0.05, n_steps=300, generator=torch.Generator().manual_seed(3))
    assert losses.shape == (301,)
    assert losses[-1] < losses[0] / 2
    torch.testing.assert_close(rmse(trained(x), sine(x)) ** 2, losses[-1])


def test_training_repeats_with_its_generator_and_falls_short_of_the_fit():
    x = grid(101)
    one, again = (
        train_relus(x, sine(x), 16, n_steps=500, generator=torch.Generator().manual_seed(7)) for _ in range(2)
    )
    assert torch.equal(one[1], again[1]) and torch.equal(one[0].out_weights, again[0].out_weights)
    assert rms_error(one[0], x, sine(x)) > 10 * rms_error(fit_relus(x, sine(x), 16), x, sine(x))


@pytest.mark.cuda
def test_sums_and_fits_on_a_gpu():
    x = grid(201).cuda()
    for line in (fit_relus(x, sine(x), 8), best_piecewise_linear(x, sine(x), 8, norm="max")):
        assert line.out_weights.is_cuda and line(x).is_cuda
        assert max_error(line, x, sine(x)) < 0.05
    trained, losses = train_relus(x, sine(x), 8, n_steps=50)
    assert trained.kinks.is_cuda and losses[-1] < losses[0]
