import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from foundations import add_noise, noise, quad


def seeded(seed: int = 42, device: str = "cpu") -> torch.Generator:
    return torch.Generator(device).manual_seed(seed)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (0,), (20,), (20, 1), (2, 3, 4)])
def test_noise_has_the_shape_and_dtype_of_x(shape: tuple[int, ...], dtype: torch.dtype):
    x = torch.ones(shape, dtype=dtype)
    for noisy in (noise(x, 1.5), add_noise(x, 0.15, 1.5)):
        assert noisy.shape == shape
        assert noisy.dtype == dtype


def test_scale_is_the_standard_deviation():
    drawn = noise(torch.zeros(100_000), 1.5, generator=seeded())
    assert drawn.mean().item() == pytest.approx(0, abs=0.02)
    assert drawn.std().item() == pytest.approx(1.5, rel=0.01)


@given(scale=st.floats(0, 1000), seed=st.integers(0, 2**32))
def test_noise_is_standard_noise_times_scale(scale: float, seed: int):
    x = torch.zeros(20, 1)
    standard = torch.randn(20, 1, generator=seeded(seed))
    assert torch.equal(noise(x, scale, generator=seeded(seed)), scale * standard)


@given(mult=st.floats(0, 10), add=st.floats(0, 10), seed=st.integers(0, 2**32))
def test_multiplicative_noise_is_drawn_first(mult: float, add: float, seed: int):
    x = torch.linspace(-2, 2, 20)[:, None]
    generator = seeded(seed)
    first = torch.randn(20, 1, generator=generator)
    second = torch.randn(20, 1, generator=generator)
    expected = x * (1 + mult * first) + add * second
    assert torch.equal(add_noise(x, mult, add, generator=seeded(seed)), expected)


def test_noise_of_scale_zero_still_takes_its_draw():
    x = torch.ones(20, 1)
    assert torch.equal(add_noise(x, 0, 0, generator=seeded()), x)
    generator = seeded()
    noise(x, 0, generator=generator)
    after_none = noise(x, 1, generator=generator)
    assert torch.equal(add_noise(x, 0, 1, generator=seeded()), x + after_none)


def test_multiplicative_noise_grows_with_the_value():
    ends = quad(3, 2, 1, torch.tensor([[2.0], [-0.3]])).expand(2, 20_000)  # 17 and 0.67
    spread = add_noise(ends, 0.3, 1.5, generator=seeded()).std(dim=1)
    expected = [(17**2 * 0.3**2 + 1.5**2) ** 0.5, (0.67**2 * 0.3**2 + 1.5**2) ** 0.5]
    assert spread.tolist() == pytest.approx(expected, rel=0.03)


def test_a_generator_leaves_the_global_random_numbers_alone():
    before = torch.get_rng_state()
    add_noise(torch.ones(20), 0.15, 1.5, generator=seeded())
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_generator_the_global_seed_counts():
    x = torch.ones(20, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        drawn = add_noise(x, 0.15, 1.5)
    assert torch.equal(drawn, add_noise(x, 0.15, 1.5, generator=seeded(7)))


def test_gradient_flows_through_added_noise():
    x = torch.ones(20, 1, requires_grad=True)
    add_noise(x, 0.15, 1.5, generator=seeded()).sum().backward()
    torch.testing.assert_close(x.grad, 1 + noise(x, 0.15, generator=seeded()))


def test_noise_names_what_is_wrong():
    x = torch.ones(20, 1)
    with pytest.raises(TypeError, match=r"x must hold floats.* int64: use x\.float\(\)"):
        noise(torch.arange(3), 1.5)
    with pytest.raises(TypeError, match=r"x must hold floats.* int64"):
        add_noise(torch.arange(3), 0.15, 1.5)
    with pytest.raises(TypeError, match="x must be a tensor, not list"):
        noise([1.0, 2.0], 1.5)
    with pytest.raises(TypeError, match="scale must be a number, not str"):
        noise(x, "1.5")
    with pytest.raises(ValueError, match=r"scale must be at least 0, not -1\.5"):
        noise(x, -1.5)
    with pytest.raises(ValueError, match="mult must be finite, not nan"):
        add_noise(x, float("nan"), 1.5)
    with pytest.raises(ValueError, match=r"add must be at least 0, not -1"):
        add_noise(x, 0.15, -1)
    with pytest.raises(TypeError, match=r"generator must be a torch\.Generator, not int: .*manual_seed"):
        noise(x, 1.5, generator=42)


def test_a_decimal_comma_is_an_error():
    with pytest.raises(TypeError, match="takes 3 positional arguments but 4 were given"):
        add_noise(torch.ones(3), 0, 3, 1.5)


@pytest.mark.cuda
def test_noise_on_a_gpu():
    x = torch.ones(20, 1, device="cuda")
    drawn = add_noise(x, 0.15, 1.5, generator=seeded(device="cuda"))
    assert drawn.is_cuda
    assert torch.equal(drawn, add_noise(x, 0.15, 1.5, generator=seeded(device="cuda")))
    with pytest.raises(ValueError, match=r"generator is on cpu but x is on cuda:0: torch\.Generator\('cuda:0'\)"):
        noise(x, 1.5, generator=seeded())
