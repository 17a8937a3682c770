import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from foundations import ReluSum, double_relu, rectified_linear, relu_sum

numbers = st.integers(-400, 400).map(lambda number: number / 100)
lists = st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=12)


def grid(n: int = 501, low: float = 0.0, high: float = 1.0) -> Tensor:
    return torch.linspace(low, high, n, dtype=torch.float64)


# One and two


@given(m=numbers, b=numbers, x=numbers)
def test_numbers_and_tensors_agree(m: float, b: float, x: float):
    at = torch.tensor(x, dtype=torch.float64)
    assert rectified_linear(m, b, x) == rectified_linear(m, b, at).item() == max(m * x + b, 0)
    assert rectified_linear(m, b, at).item() == torch.relu(m * at + b).item()


@given(m1=numbers, b1=numbers, m2=numbers, b2=numbers, x=numbers)
def test_double_relu_is_a_sum(m1: float, b1: float, m2: float, b2: float, x: float):
    assert double_relu(m1, b1, m2, b2, x) == max(m1 * x + b1, 0) + max(m2 * x + b2, 0)


def test_one_relu_keeps_shape_and_dtype():
    for dtype in (torch.float16, torch.float32, torch.float64):
        y = rectified_linear(2, -1, torch.linspace(-1, 1, 6, dtype=dtype)[:, None])
        assert y.shape == (6, 1) and y.dtype == dtype
    assert isinstance(rectified_linear(1, 0, 3), float)
    assert np.isnan(rectified_linear(1, 0, float("nan")))


def test_slopes_at_the_kink_differ():
    def slope_at_zero(function) -> float:
        x = torch.tensor(0.0, requires_grad=True)
        function(x).backward()
        return x.grad.item()

    assert slope_at_zero(torch.relu) == 0
    assert slope_at_zero(lambda x: torch.clip(x, 0.0)) == 1
    assert slope_at_zero(lambda x: torch.maximum(x, torch.tensor(0.0))) == 0.5
    assert slope_at_zero(lambda x: rectified_linear(1, 0, x)) == 1
    one = torch.ones(1)
    assert slope_at_zero(lambda x: relu_sum(one, 0 * one, one, 0.0, x)) == 1


def test_one_relu_refuses_what_it_cannot_clip():
    with pytest.raises(TypeError, match=r"must be a tensor or a number, not ndarray: torch\.tensor"):
        rectified_linear(1, 0, np.ones(3))
    with pytest.raises(TypeError, match="not complex"):
        rectified_linear(1, 0, 1j)


# Sums


@given(units=lists, out_bias=numbers)
def test_sum_is_the_sum(units: list[tuple[float, float, float]], out_bias: float):
    x = grid(9, -2, 2)
    m, b, w = torch.tensor(units, dtype=torch.float64).T
    expected = sum(w * rectified_linear(m, b, x) for m, b, w in units) + out_bias
    torch.testing.assert_close(relu_sum(m, b, w, out_bias, x), expected)


@given(units=lists, ends=st.tuples(numbers, numbers), part=st.floats(0, 1))
def test_unsigned_sums_are_convex(units: list[tuple[float, float, float]], ends: tuple[float, float], part: float):
    m, b, _ = torch.tensor(units, dtype=torch.float64).T
    x = torch.tensor([*ends, part * ends[0] + (1 - part) * ends[1]], dtype=torch.float64)
    left, right, between = relu_sum(m, b, torch.ones_like(m), 0.0, x).tolist()
    assert between <= part * left + (1 - part) * right + 1e-9


def test_two_linear_layers_are_one():
    draw = torch.Generator().manual_seed(42)
    w1, b1, w2, b2 = (torch.randn(8, generator=draw, dtype=torch.float64) for _ in range(4))
    x = grid(50, -3, 3)
    two = (x[:, None] * w1 + b1) @ w2 + b2[0]
    torch.testing.assert_close(two, (w1 @ w2) * x + (b1 @ w2 + b2[0]))
    assert (relu_sum(w1, b1, w2, b2[0], x).diff(n=2).abs() > 1e-6).any()  # with ReLUs between them they are not


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (6,), (6, 1), (2, 3)])
def test_sum_keeps_shape_and_dtype(shape: tuple[int, ...], dtype: torch.dtype):
    units = ReluSum(*(torch.ones(3, dtype=dtype) for _ in range(3)), torch.tensor(1.0, dtype=dtype))
    y = units(torch.full(shape, 2.0, dtype=dtype))
    assert y.shape == shape and y.dtype == dtype
    assert (y == 10).all()


def test_sum_is_traced_and_its_gradient_too():
    x = grid(11, -1, 1)
    ones = torch.ones(2, dtype=torch.float64)

    def value_and_slopes(b1: Tensor, w2: Tensor) -> tuple[Tensor, ...]:
        biases, weights = torch.stack([b1, 2 * b1]), torch.stack([-w2, w2])
        y = relu_sum(ones, biases, weights, w2, x) + rectified_linear(w2, b1, x)
        return y, *torch.autograd.grad(y.sum(), [b1, w2])

    def settings_of(*values: float) -> list[Tensor]:
        return [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in values]

    graph = make_fx(value_and_slopes)(*settings_of(0.3, 1.0))
    for values in ((0.3, 1.0), (-0.7, 2.5), (0.05, -1.0)):
        torch.testing.assert_close(
            graph(*settings_of(*values)), value_and_slopes(*settings_of(*values)), rtol=0, atol=0
        )


def test_sum_names_what_is_wrong():
    ones, x = torch.ones(3), torch.ones(5)
    with pytest.raises(ValueError, match=r"hidden_biases has shape \(2,\).*hidden_weights has \(3,\)"):
        relu_sum(ones, ones[:2], ones, 0.0, x)
    with pytest.raises(ValueError, match=r"hidden_weights has shape \(3, 1\)"):
        ReluSum(ones[:, None], ones, ones, torch.tensor(0.0))
    with pytest.raises(ValueError, match=r"out_bias must be one number, of shape \(\), not \(3,\)"):
        relu_sum(ones, ones, ones, ones, x)
    with pytest.raises(TypeError, match=r"out_weights is torch\.float64 but hidden_weights is torch\.float32"):
        relu_sum(ones, ones, ones.double(), 0.0, x)
    with pytest.raises(TypeError, match=r"x is torch\.float64 but hidden_weights is torch\.float32: use x\.to"):
        relu_sum(ones, ones, ones, 0.0, x.double())
    with pytest.raises(TypeError, match=r"x must hold floats.* int64: use x\.float\(\)"):
        relu_sum(ones, ones, ones, 0.0, torch.arange(3))
