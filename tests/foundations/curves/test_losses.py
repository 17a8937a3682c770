from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from foundations import course22_points, fit_quad, mae, mse, quad, quad_mae, quad_mse, rmse

Loss = Callable[[Tensor, Tensor], Tensor]
each_loss = pytest.mark.parametrize("loss_fn", [mse, mae, rmse])
hundredths = st.integers(-10_000, 10_000).map(lambda number: number / 100)
values = st.lists(st.tuples(hundredths, hundredths), min_size=1, max_size=20)


def pairs(drawn: list[tuple[float, float]]) -> tuple[Tensor, Tensor]:
    preds, targets = torch.tensor(drawn, dtype=torch.float64).T
    return preds, targets


@given(values)
def test_losses_agree_with_those_of_torch(drawn: list[tuple[float, float]]):
    preds, targets = pairs(drawn)
    torch.testing.assert_close(mse(preds, targets), F.mse_loss(preds, targets))
    torch.testing.assert_close(mae(preds, targets), F.l1_loss(preds, targets))
    torch.testing.assert_close(rmse(preds, targets), F.mse_loss(preds, targets) ** 0.5)


@given(values)
def test_rmse_is_never_less_than_mae(drawn: list[tuple[float, float]]):
    preds, targets = pairs(drawn)
    assert rmse(preds, targets) >= mae(preds, targets) * (1 - 1e-12)


@given(values)
def test_gradients_are_the_residual_and_its_sign(drawn: list[tuple[float, float]]):
    preds, targets = pairs(drawn)
    residuals = preds - targets
    preds.requires_grad_()
    (mse_grad,) = torch.autograd.grad(mse(preds, targets), preds)
    (mae_grad,) = torch.autograd.grad(mae(preds, targets), preds)
    torch.testing.assert_close(mse_grad, 2 * residuals / len(drawn))
    torch.testing.assert_close(mae_grad, residuals.sign() / len(drawn))


def test_gradient_of_rmse_is_nan_where_every_prediction_is_exact():
    preds = torch.ones(3, requires_grad=True)
    rmse(preds, torch.ones(3)).backward()
    assert preds.grad is not None and preds.grad.isnan().all()


@each_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (4,), (4, 1), (2, 3)])
def test_losses_are_scalars_in_the_dtype_given(loss_fn: Loss, shape: tuple[int, ...], dtype: torch.dtype):
    loss = loss_fn(torch.full(shape, 3.0, dtype=dtype), torch.ones(shape, dtype=dtype))
    assert loss.shape == () and loss.dtype == dtype
    assert loss.item() == (4 if loss_fn is mse else 2)


@each_loss
def test_losses_refuse_shapes_that_would_broadcast(loss_fn: Loss):
    with pytest.raises(ValueError, match="preds") as caught:
        loss_fn(torch.zeros(713, 1), torch.zeros(713))
    assert str(caught.value) == (
        "preds has shape (713, 1) but targets has shape (713,): they would broadcast to (713, 713)"
    )


@each_loss
def test_losses_name_what_is_wrong(loss_fn: Loss):
    with pytest.raises(ValueError, match=r"preds has shape \(3,\) but targets has shape \(4,\): they must be equal"):
        loss_fn(torch.zeros(3), torch.zeros(4))
    with pytest.raises(ValueError, match=r"preds and targets are empty \(shape \(0, 1\)\)"):
        loss_fn(torch.zeros(0, 1), torch.zeros(0, 1))
    with pytest.raises(TypeError, match=r"preds must hold floats.* int64: use preds\.float\(\)"):
        loss_fn(torch.arange(3), torch.zeros(3))
    with pytest.raises(TypeError, match=r"targets must hold floats.* bool: use targets\.float\(\)"):
        loss_fn(torch.zeros(3), torch.zeros(3, dtype=torch.bool))
    with pytest.raises(TypeError, match="targets must be a tensor, not ndarray"):
        loss_fn(torch.zeros(3), torch.zeros(3).numpy())


@pytest.mark.parametrize(("quad_loss", "loss_fn"), [(quad_mse, mse), (quad_mae, mae)])
def test_quad_losses_are_those_of_the_quadratic(quad_loss: Callable[..., Tensor], loss_fn: Loss):
    x, y = course22_points()
    expected = loss_fn(quad(1.1, 1.5, -0.5, x), y)
    assert quad_loss([1.1, 1.5, -0.5], x, y) == expected
    assert quad_loss((1.1, 1.5, -0.5), x, y) == expected
    assert quad_loss((value for value in (1.1, 1.5, -0.5)), x, y) == expected
    torch.testing.assert_close(quad_loss(torch.tensor([1.1, 1.5, -0.5]), x, y), expected)


@pytest.mark.parametrize("quad_loss", [quad_mse, quad_mae])
def test_quad_losses_name_what_is_wrong(quad_loss: Callable[..., Tensor]):
    x, y = course22_points()
    with pytest.raises(ValueError, match="params must be three numbers, a, b and c, not 2"):
        quad_loss([1.1, 1.5], x, y)
    with pytest.raises(ValueError, match=r"params must have shape \(3,\), for a, b and c, not \(3, 1\)"):
        quad_loss(torch.ones(3, 1), x, y)
    with pytest.raises(TypeError, match="not iterable"):
        quad_loss(1.1, x, y)
    with pytest.raises(ValueError, match=r"would broadcast to \(20, 20\)"):
        quad_loss([3, 2, 1], x, y.flatten())
    with pytest.raises(TypeError, match=r"x must hold floats.* int64"):
        quad_loss([3, 2, 1], torch.arange(20)[:, None], y)


def test_gradient_of_mae_at_the_first_guess():
    x, y = course22_points()
    params = torch.tensor([1.1, 1.1, 1.1], requires_grad=True)
    loss = quad_mae(params, x, y)
    loss.backward()
    assert loss.item() == pytest.approx(2.4219, abs=5e-5)
    assert params.grad.tolist() == pytest.approx([-1.3529, -0.0316, -0.5], abs=5e-5)


def test_curvature_of_mse_and_the_learning_rate_it_allows():
    x, y = course22_points(dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda params: quad_mse(params, x, y), fit_quad(x, y))
    curvatures = torch.linalg.eigvalsh(hessian)
    assert curvatures.tolist() == pytest.approx([0.76, 2.95, 9.03], abs=5e-3)
    assert 2 / curvatures.max().item() == pytest.approx(0.2215, abs=5e-5)


def test_many_quadratics_at_once_with_vmap():
    x, y = course22_points()
    guesses = torch.tensor([[3.0, 2.0, 1.0], [1.1, 1.1, 1.1]])
    together = torch.func.vmap(lambda params: quad_mse(params, x, y))(guesses)
    torch.testing.assert_close(together, torch.stack([quad_mse(guess, x, y) for guess in guesses]))


@pytest.mark.cuda
def test_losses_on_a_gpu():
    x, y = course22_points(device="cuda")
    params = torch.tensor([1.1, 1.1, 1.1], device="cuda", requires_grad=True)
    loss = quad_mae(params, x, y)
    loss.backward()
    assert loss.is_cuda and loss.item() == pytest.approx(2.4219, abs=5e-5)
    assert params.grad.tolist() == pytest.approx([-1.3529, -0.0316, -0.5], abs=5e-5)
    assert mse(x, y).is_cuda and rmse(x, y).is_cuda
