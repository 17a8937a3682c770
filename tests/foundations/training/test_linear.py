"""Linear regression: columns on one scale, the closed form, and the loop that walks to it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from foundations import finite_difference, fit, least_squares, mse, standardize, train_linear

X, Y = (torch.tensor(each) for each in load_diabetes(return_X_y=True, scaled=False))
Y = Y.view(-1, 1)

tables = arrays(np.float64, st.tuples(st.integers(3, 12), st.integers(1, 4)), elements=st.floats(-100, 100, width=16))


def with_spread(table):
    return (table.std(axis=0) > 1e-3).all()


@given(tables.filter(with_spread))
def test_standardised_columns_have_mean_0_and_deviation_1(table):
    (scaled,) = standardize(torch.tensor(table))
    assert scaled.mean(dim=0).abs().max() < 1e-9
    assert torch.allclose(scaled.std(dim=0), torch.ones_like(scaled[0]))


def test_other_rows_get_the_scale_of_the_training_rows():
    train, valid = standardize(X[:300], X[300:])
    scaler = StandardScaler().fit(X[:300])
    bessel = (299 / 300) ** 0.5  # scikit-learn divides by n, torch by n − 1
    assert np.allclose(train, scaler.transform(X[:300]) * bessel)
    assert np.allclose(valid, scaler.transform(X[300:]) * bessel)


@given(tables.filter(with_spread), st.floats(0.1, 10), st.floats(-50, 50))
def test_units_do_not_matter(table, factor, shift):
    (one,), (other,) = standardize(torch.tensor(table)), standardize(torch.tensor(table) * factor + shift)
    assert torch.allclose(one, other, atol=1e-6)


def test_standardize_changes_nothing_and_keeps_the_dtype():
    before = X.float()
    after = standardize(before)[0]
    assert after.dtype == torch.float32
    assert torch.equal(before, X.float())


@pytest.mark.parametrize(
    ("tensors", "error", "words"),
    [
        ([[[1.0], [2.0]]], TypeError, "train must be a tensor"),
        ([torch.ones(3, 1, dtype=torch.long)], TypeError, r"use train\.float"),
        ([torch.ones(3)], ValueError, r"train must have shape \(n, n_columns\), not \(3,\)"),
        ([torch.ones(1, 2)], ValueError, "at least 2 rows"),
        ([torch.tensor([[1.0, 2.0], [1.0, 3.0]])], ValueError, "column 0 of train: all rows are equal"),
        ([torch.full((3, 2), 0.1)], ValueError, "columns 0, 1 of train: all rows are equal"),
        ([torch.tensor([[1.0, 2.0], [2.0, torch.nan]])], ValueError, "column 1 of train: nan, inf"),
        ([torch.rand(3, 7) * torch.inf], ValueError, "columns 0, 1, 2, 3, 4, … of train: nan, inf"),
        ([torch.rand(3, 2), torch.rand(3, 3)], ValueError, "train has 2 columns but tensor 1 after it has 3"),
        ([torch.rand(3, 2), torch.rand(3)], ValueError, "tensor 1 after train must have shape"),
    ],
)
def test_standardize_says_what_is_wrong(tensors, error, words):
    with pytest.raises(error, match=words):
        standardize(*tensors)


def test_a_constant_column_of_the_other_rows_is_no_matter():
    assert standardize(torch.rand(5, 2), torch.ones(2, 2))[1].isfinite().all()


def test_least_squares_agrees_with_scikit_learn():
    weights, bias = least_squares(X, Y)
    theirs = LinearRegression().fit(X, Y)
    assert np.allclose(weights.T, theirs.coef_)
    assert np.allclose(bias, theirs.intercept_)


@given(tables.filter(with_spread), st.integers(0, 1000))
@settings(max_examples=50)
def test_at_the_least_squares_solution_the_loss_is_level(table, seed):
    inputs = torch.tensor(table)
    draw = torch.Generator().manual_seed(seed)
    targets = torch.randn(len(inputs), 1, generator=draw, dtype=torch.float64)
    weights, bias = least_squares(inputs, targets)
    residuals = targets - inputs @ weights - bias
    slopes = torch.cat([inputs, torch.ones(len(inputs), 1, dtype=torch.float64)], dim=1).T @ residuals
    assert slopes.abs().max() < 1e-6 * max(1, inputs.abs().max().item())


def test_repeated_columns_share_their_weight():
    twice = torch.cat([X[:, 2:3], X[:, 2:3]], dim=1)
    weights, bias = least_squares(twice, Y)
    alone, alone_bias = least_squares(X[:, 2:3], Y)
    assert torch.allclose(weights, alone.expand(2, 1) / 2)
    assert torch.allclose(bias, alone_bias)


@pytest.mark.parametrize("size", [1e-12, 1e12, 1e18])
def test_a_column_of_another_size_spoils_no_other(size):
    table = torch.rand(50, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    table[:, 0] *= size
    weights, bias = least_squares(table, 2 / size * table[:, :1] + 3 * table[:, 1:] + 1)
    assert torch.allclose(weights * torch.tensor([[size], [1.0]]), torch.tensor([[2.0], [3.0]]).double())
    assert torch.allclose(bias, torch.ones(1).double())


def test_several_outputs_are_solved_at_once():
    both = torch.cat([Y, -2 * Y], dim=1)
    weights, bias = least_squares(X.float(), both.float())
    assert weights.shape == (10, 2)
    assert bias.shape == (2,)
    assert weights.dtype == torch.float32
    assert torch.allclose(weights[:, 1], -2 * weights[:, 0])


@pytest.mark.parametrize(
    ("inputs", "targets", "error", "words"),
    [
        (X, Y.flatten(), ValueError, r"targets\.view\(-1, 1\)"),
        (X, Y[:9], ValueError, "inputs has 442 rows but targets has 9"),
        (X[0], Y, ValueError, "inputs must have shape"),
        (X[:0], Y[:0], ValueError, "no rows"),
        (X, Y[:, :0], ValueError, r"no columns to learn: targets has shape \(442, 0\)"),
        (X * torch.nan, Y, ValueError, "nan or inf"),
        (X, Y.long(), TypeError, r"use targets\.float"),
        (X.numpy(), Y, TypeError, "inputs must be a tensor"),
    ],
)
def test_least_squares_says_what_is_wrong(inputs, targets, error, words):
    with pytest.raises(error, match=words):
        least_squares(inputs, targets)


def start(n=10, dtype=torch.float64):
    draw = torch.Generator().manual_seed(0)
    return torch.randn(n, 1, generator=draw, dtype=dtype), torch.zeros(1, dtype=dtype)


def test_training_walks_to_the_least_squares_solution():
    (x,) = standardize(X[:, 2:4])
    weights, bias, losses = train_linear(x, Y, *start(2), lr=0.3, n_epochs=200)
    best, best_bias = least_squares(x, Y)
    assert torch.allclose(weights, best)
    assert torch.allclose(bias, best_bias)
    assert (losses.diff() <= 1e-9).all()


def test_one_step_is_that_of_the_slopes_found_by_nudging():
    (x,) = standardize(X)
    weights, bias = start()
    after, bias_after, losses = train_linear(x, Y, weights, bias, lr=0.1, n_epochs=1)
    assert torch.allclose(after, weights - 0.1 * finite_difference(lambda w: mse(x @ w + bias, Y), weights))
    assert torch.allclose(bias_after, bias - 0.1 * finite_difference(lambda b: mse(x @ weights + b, Y), bias))
    assert losses.item() == mse(x @ weights + bias, Y)


def test_a_module_with_the_same_start_has_the_same_losses():
    x, y = standardize(X.float())[0], Y.float()
    weights, bias = start(dtype=torch.float32)
    model = torch.nn.Linear(10, 1)
    model.load_state_dict({"weight": weights.T, "bias": bias})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    history = fit(model, (x, y), torch.nn.MSELoss(), optimizer, n_epochs=20, device="cpu")
    assert torch.allclose(history.train_losses, train_linear(x, y, weights, bias, lr=0.2, n_epochs=20)[2], rtol=1e-5)


def test_the_limit_of_the_learning_rate_is_2_over_the_largest_curvature():
    (x,) = standardize(X)
    ones = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], dim=1)
    limit = 2 / torch.linalg.eigvalsh(2 * ones.T @ ones / len(x))[-1].item()
    below = train_linear(x, Y, *start(), lr=0.99 * limit, n_epochs=300)[2]
    above = train_linear(x, Y, *start(), lr=1.01 * limit, n_epochs=300)[2]
    assert below[-1] < below[100] < below[0]
    assert above[-1] > above[100]


def test_training_leaves_the_start_alone_and_works_without_a_graph():
    weights, bias = start()
    weights.requires_grad_()
    before = weights.detach().clone()
    inputs = standardize(X)[0].requires_grad_()
    with torch.no_grad():
        trained, _, losses = train_linear(inputs, Y, weights, bias, lr=0.1, n_epochs=3)
    assert inputs.grad is None
    assert torch.equal(weights, before)
    assert weights.grad is None
    assert not trained.requires_grad
    assert losses.shape == (3,)


def test_no_epochs_give_the_start_back():
    weights, bias, losses = train_linear(X, Y, *start(), lr=0.1, n_epochs=0)
    assert torch.equal(weights, start()[0])
    assert bias == 0
    assert losses.shape == (0,)


def test_a_rate_that_is_too_large_shows_in_the_losses():
    assert not train_linear(X, Y, *start(), lr=1.0, n_epochs=100)[2][-1].isfinite()


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"targets": Y.flatten()}, ValueError, r"targets\.view\(-1, 1\)"),
        ({"targets": Y.expand(-1, 2)}, ValueError, r"targets must have shape \(442, 1\), not \(442, 2\)"),
        ({"weights": torch.zeros(10).double()}, ValueError, r"weights must have shape \(10, 1\), not \(10,\)"),
        ({"bias": torch.zeros(2)}, ValueError, r"bias must have shape \(\) or \(1,\), not \(2,\)"),
        ({"weights": [0.0] * 10}, TypeError, "weights must be a tensor"),
        ({"lr": -1}, ValueError, "lr must be at least 0"),
        ({"n_epochs": 2.5}, TypeError, "n_epochs must be a whole number"),
    ],
)
def test_train_linear_says_what_is_wrong(changed, error, words):
    weights, bias = start()
    given = {"inputs": X, "targets": Y, "weights": weights, "bias": bias, "lr": 0.1, "n_epochs": 1} | changed
    with pytest.raises(error, match=words):
        train_linear(**given)


@pytest.mark.cuda
def test_a_gpu_gives_the_same():
    x, y, (weights, bias) = standardize(X)[0], Y, start()
    on_gpu = [each.cuda() for each in (x, y, weights, bias)]
    for here, there in zip(
        train_linear(x, y, weights, bias, lr=0.2, n_epochs=50), train_linear(*on_gpu, lr=0.2, n_epochs=50), strict=True
    ):
        assert there.is_cuda
        assert torch.allclose(here, there.cpu())
    assert torch.allclose(standardize(X.cuda())[0].cpu(), x)
    assert least_squares(*on_gpu[:2])[0].is_cuda
