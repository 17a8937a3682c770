"""Noise on measurements: some that grows with the value, some that does not."""

import torch
from torch import Tensor

from foundations._checks import check_float_tensor, check_number


def noise(x: Tensor, scale: float, *, generator: torch.Generator | None = None) -> Tensor:
    """Draw normal noise with the shape, dtype and device of x.

    Args:
        x: Floats of any shape; only the shape, dtype and device are used.
        scale: Standard deviation of the noise, 0 or more, in the units of x.
        generator: Where the random numbers come from, on x's device; PyTorch's global one where it is None.

    Returns:
        The noise alone, like x.

    Raises:
        TypeError: x is not a tensor of floats, scale not a number, or generator not a `torch.Generator`.
        ValueError: scale is negative or not finite, or generator is on another device than x.

    Example:
        ```python
        import torch
        from foundations import noise

        x = torch.zeros(1000, 1)
        drawn = noise(x, 1.5, generator=torch.Generator().manual_seed(42))
        assert drawn.shape == x.shape
        assert 1.4 < drawn.std() < 1.6
        ```

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.randn.html
    """
    check_float_tensor("x", x)
    scale = check_number("scale", scale, least=0)
    _check_generator(generator, x)
    return scale * torch.randn(x.shape, dtype=x.dtype, device=x.device, generator=generator)


def add_noise(x: Tensor, mult: float, add: float, *, generator: torch.Generator | None = None) -> Tensor:
    """Add noise that grows with x, and noise that does not: x·(1 + noise(mult)) + noise(add).

    The multiplicative noise is drawn first: in the other order, the same seed would give other points.

    Args:
        x: Floats of any shape.
        mult: Standard deviation of the multiplicative noise, as a fraction of x: 0.15 is 15 %.
        add: Standard deviation of the additive noise, in the units of x.
        generator: Where the random numbers come from, on x's device; PyTorch's global one where it is None.

    Returns:
        The noisy values, with the shape, dtype and device of x.

    Raises:
        TypeError: x is not a tensor of floats, mult or add not a number, or generator not a
            `torch.Generator`.
        ValueError: mult or add is negative or not finite, or generator is on another device than x.

    Example:
        ```python
        import torch
        from foundations import add_noise

        x = torch.linspace(-2, 2, 20)[:, None]
        first = add_noise(x, 0.15, 1.5, generator=torch.Generator().manual_seed(42))
        again = add_noise(x, 0.15, 1.5, generator=torch.Generator().manual_seed(42))
        assert torch.equal(first, again)
        ```

    Source:
        https://github.com/fastai/course22/blob/master/04-how-does-a-neural-net-really-work.ipynb
    """
    check_float_tensor("x", x)
    mult = check_number("mult", mult, least=0)
    add = check_number("add", add, least=0)
    multiplicative = noise(x, mult, generator=generator)
    additive = noise(x, add, generator=generator)
    return x * (1 + multiplicative) + additive


def _check_generator(generator: object, x: Tensor) -> None:
    if generator is None:
        return
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            f"generator must be a torch.Generator, not {type(generator).__name__}: "
            "torch.Generator().manual_seed(42) makes one"
        )
    if generator.device.type != x.device.type:
        raise ValueError(
            f"generator is on {generator.device} but x is on {x.device}: "
            f"torch.Generator({str(x.device)!r}) makes one there"
        )
