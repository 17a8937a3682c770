from functools import partial
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foundations import course22_points, fit_quad, mk_quad, mse, quad

whole = st.integers(-1000, 1000)


@given(a=whole, b=whole, c=whole, x=whole)
def test_quad_is_the_polynomial(a: int, b: int, c: int, x: int):
    assert quad(a, b, c, x) == (a * x + b) * x + c


def test_quad_takes_numbers_tensors_and_arrays():
    x = torch.linspace(-2, 2, 20)[:, None]
    y = quad(3, 2, 1, x)
    assert quad(3, 2, 1, 1.5) == 10.75
    assert y.shape == (20, 1) and y.dtype == torch.float32
    assert quad(3, 2, 1, x.double()).dtype == torch.float64
    assert quad(3, 2, 1, torch.tensor([2])).tolist() == [17]
    np.testing.assert_allclose(quad(3, 2, 1, x.numpy()), y.numpy())


def test_gradient_flows_through_quad_to_its_coefficients():
    params = torch.tensor([3.0, 2.0, 1.0], requires_grad=True)
    quad(*params, 1.5).backward()
    assert params.grad is not None and params.grad.tolist() == [2.25, 1.5, 1.0]


@given(a=whole, b=whole, c=whole, x=whole)
def test_mk_quad_is_a_partial_of_quad(a: int, b: int, c: int, x: int):
    f = mk_quad(a, b, c)
    assert isinstance(f, partial)
    assert (f.func, f.args, f.keywords) == (quad, (a, b, c), {})
    assert f(x) == quad(a, b, c, x)


def test_least_squares_of_the_course_points():
    x, y = course22_points()
    assert fit_quad(x, y).tolist() == pytest.approx([2.760, 1.140, 0.574], abs=5e-4)


@given(params=st.lists(st.floats(-10, 10), min_size=3, max_size=3))
def test_fit_finds_the_quadratic_that_made_the_points(params: list[float]):
    x = torch.linspace(-2, 2, 20, dtype=torch.float64)
    torch.testing.assert_close(fit_quad(x, quad(*params, x)), torch.tensor(params, dtype=torch.float64))


@given(
    x=st.lists(st.integers(-30, 30), min_size=3, max_size=12, unique=True),
    data=st.data(),
)
def test_gradient_of_mse_is_zero_at_the_fit(x: list[int], data: st.DataObject):
    y = data.draw(st.lists(st.floats(-100, 100), min_size=len(x), max_size=len(x)))
    x_points = torch.tensor(x, dtype=torch.float64) / 10
    y_points = torch.tensor(y, dtype=torch.float64)
    params = fit_quad(x_points, y_points).requires_grad_()
    mse(quad(*params, x_points), y_points).backward()
    torch.testing.assert_close(params.grad, torch.zeros(3, dtype=torch.float64), atol=1e-8, rtol=0)


def test_fit_does_not_depend_on_the_shape_and_keeps_the_dtype():
    x, y = course22_points(dtype=torch.float64)
    fit = fit_quad(x, y)
    assert fit.shape == (3,) and fit.dtype == torch.float64
    # LAPACK may round the last bits differently from call to call
    torch.testing.assert_close(fit_quad(x.flatten(), y.flatten()), fit, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(fit_quad(x.reshape(4, 5), y.reshape(4, 5)), fit, rtol=1e-12, atol=1e-12)
    assert fit_quad(x.float(), y).dtype == torch.float32
    assert fit_quad(x.half(), y.half()).dtype == torch.float16


def test_fit_calculates_in_float64():
    x = 1000 + torch.linspace(-2, 2, 20)
    y = quad(3.0, 2.0, 1.0, x - 1000)
    exact = np.polyfit(x.double().numpy() - 1000, y.double().numpy(), 2)
    a, b, _ = fit_quad(x, y).tolist()
    assert (a, b + 2000 * a) == pytest.approx((exact[0], exact[1]), abs=0.02)


def test_fit_names_what_is_wrong():
    x, y = course22_points()
    with pytest.raises(ValueError, match=r"three different values of x, not 2"):
        fit_quad(torch.tensor([1.0, 1.0, 2.0]), torch.tensor([0.0, 1.0, 2.0]))
    with pytest.raises(ValueError, match=r"x has shape \(20, 1\) but y has shape \(20,\)"):
        fit_quad(x, y.flatten())
    with pytest.raises(ValueError, match="must be finite"):
        fit_quad(x, y.index_fill(0, torch.tensor([3]), torch.nan))
    with pytest.raises(TypeError, match=r"x must hold floats.* int64: use x\.float\(\)"):
        fit_quad(torch.arange(4), torch.arange(4))
    with pytest.raises(TypeError, match="x must be a tensor, not list"):
        fit_quad([1.0, 2.0, 3.0], y)


def test_points_are_those_of_the_notebook():
    x, y = course22_points()
    assert torch.equal(x, torch.linspace(-2, 2, 20)[:, None])
    # The notebook prints these five.
    assert y[:5].flatten().tolist() == pytest.approx([11.8690, 6.5433, 5.9396, 2.6304, 1.7947], abs=5e-5)


def test_points_draw_the_multiplicative_noise_first():
    x, y = course22_points(dtype=torch.float64)
    draw = np.random.RandomState(42)
    mult = draw.normal(scale=0.15, size=(20, 1))
    add = draw.normal(scale=1.5, size=(20, 1))
    exact = quad(3, 2, 1, x.numpy())
    np.testing.assert_allclose(y.numpy(), exact * (1 + mult) + add, rtol=1e-14)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_points_have_the_dtype_asked_for(dtype: torch.dtype):
    x, y = course22_points(dtype=dtype)
    assert x.dtype == y.dtype == dtype
    assert x.shape == y.shape == (20, 1)
    reference_x, reference_y = course22_points(dtype=torch.float64)
    eps = torch.finfo(dtype).eps
    torch.testing.assert_close(x.double(), reference_x, atol=2 * eps, rtol=0)
    # The curve is at most 20 times as steep as x, and y at most 20: rounding shows 2 · 20 + 20 / 2 times.
    torch.testing.assert_close(y.double(), reference_y, atol=50 * eps, rtol=0)


def test_points_leave_the_global_random_numbers_alone():
    numpy_state = np.random.get_state()[1]  # noqa: NPY002
    torch_state = torch.get_rng_state()
    course22_points()
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_points_of_whole_numbers_are_refused():
    with pytest.raises(TypeError, match=r"dtype must be a floating one.* not torch\.int64"):
        course22_points(dtype=torch.int64)


def test_best_mae_of_the_course_points():
    # The least absolute error is reached by a curve through three of the points: try them all.
    x, y = course22_points(dtype=torch.float64)
    design = torch.hstack([x**2, x, torch.ones_like(x)])
    chosen = torch.tensor(list(combinations(range(20), 3)))
    candidates = torch.linalg.solve(design[chosen], y[chosen])[:, :, 0]
    losses = (candidates @ design.T - y.T).abs().mean(dim=1)
    assert candidates[losses.argmin()].tolist() == pytest.approx([2.614, 1.337, 0.564], abs=5e-4)


@pytest.mark.cuda
def test_points_and_fit_on_a_gpu():
    x, y = course22_points(device="cuda")
    fit = fit_quad(x, y)
    assert x.is_cuda and y.is_cuda and fit.is_cuda
    assert fit.dtype == torch.float32
    torch.testing.assert_close(fit.cpu(), fit_quad(x.cpu(), y.cpu()))
    torch.testing.assert_close(mk_quad(*fit)(x).cpu(), mk_quad(*fit.cpu())(x.cpu()))
