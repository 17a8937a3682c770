"""Neural nets from scratch: a hidden layer, a deep net, three ways to start, and many nets trained at once."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from foundations._checks import (
    check_float_tensor,
    check_number,
    check_whole_number,
)
from foundations.curves.losses import mae
from foundations.devices import as_device

Layer = tuple[Tensor, Tensor | None]
Net = Sequence[Layer]
Loss = Callable[[Tensor, Tensor], Tensor]


def init_hidden(n_coeff: int, n_hidden: int = 20, *, seed: int = 442) -> list[Layer]:
    """Draw a net with one hidden layer to start from, as the published notebook draws it.

    Args:
        n_coeff: How many columns the inputs have.
        n_hidden: How many hidden units.
        seed: Which net.

    Returns:
        Two layers, each with its weights and its bias: float32 of shapes (n_coeff, n_hidden) and None, then
        (n_hidden, 1) and ().

    Raises:
        TypeError: A number is not whole.
        ValueError: A number is less than 1, or seed is negative.

    Example:
        ```python
        from foundations import init_hidden

        (first, no_bias), (second, bias) = init_hidden(12)
        assert first.shape == (12, 20) and no_bias is None
        assert second.shape == (20, 1) and bias.shape == ()
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    _check_sizes(n_coeff, [n_hidden])
    draw = _seeded(seed)
    first = (torch.rand(n_coeff, n_hidden, generator=draw) - 0.5) / n_hidden
    second = torch.rand(n_hidden, 1, generator=draw) - 0.3
    return [(first, None), (second, torch.rand(1, generator=draw)[0])]


def init_deep(n_coeff: int, hiddens: Sequence[int] = (10, 10), *, seed: int = 442) -> list[Layer]:
    """Draw a deep net to start from, as the published notebook draws it.

    Its weights are positive on average, and all units of a layer share one bias. With a large learning rate few
    seeds train; `init_kaiming` draws nets that do.

    Args:
        n_coeff: How many columns the inputs have.
        hiddens: How many units each hidden layer has.
        seed: Which net.

    Returns:
        The layers, each with its weights and its bias: float32 of shapes (n_in, n_out) and ().

    Raises:
        TypeError: A number is not whole.
        ValueError: A number is less than 1, or seed is negative.

    Example:
        ```python
        from foundations import init_deep

        assert [tuple(weights.shape) for weights, _ in init_deep(12)] == [(12, 10), (10, 10), (10, 1)]
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    pairs = _check_sizes(n_coeff, hiddens)
    draw = _seeded(seed)
    weights = [(torch.rand(*pair, generator=draw) - 0.3) / pair[1] * 4 for pair in pairs]
    biases = [(torch.rand(1, generator=draw)[0] - 0.5) * 0.1 for _ in pairs]
    return list(zip(weights, biases, strict=True))


def init_kaiming(n_coeff: int, hiddens: Sequence[int] = (10, 10), *, seed: int = 442) -> list[Layer]:
    """Draw a net to start from that trains with nearly every seed.

    The weights lie around zero, and are of the size that lets numbers neither grow nor shrink from layer to layer.
    Each unit has a bias of its own, which is zero at first.

    Args:
        n_coeff: How many columns the inputs have.
        hiddens: How many units each hidden layer has; none at all make a linear model.
        seed: Which net.

    Returns:
        The layers, each with its weights, evenly spread between ±√(6 / n_in), and its biases: float32 of shapes
        (n_in, n_out) and (n_out,).

    Raises:
        TypeError: A number is not whole.
        ValueError: A number is less than 1, or seed is negative.

    Example:
        ```python
        from foundations import init_kaiming

        weights, biases = init_kaiming(6)[0]
        assert weights.abs().max() <= 1
        assert biases.tolist() == [0] * 10
        ```

    Source:
        https://arxiv.org/abs/1502.01852
    """
    draw = _seeded(seed)
    return [
        ((2 * torch.rand(n_in, n_out, generator=draw) - 1) * math.sqrt(6 / n_in), torch.zeros(n_out))
        for n_in, n_out in _check_sizes(n_coeff, hiddens)
    ]


def stack_nets(nets: Sequence[Net]) -> list[Layer]:
    """Stack nets of one shape, so that they can predict and train all at once.

    Args:
        nets: The nets, each a list of layers.

    Returns:
        One net, whose tensors have a first axis for the nets: weights of shape (n_nets, n_in, n_out), and biases
        of shape (n_nets, 1, n_out) or (n_nets, 1, 1).

    Raises:
        TypeError: A layer holds something else than tensors of floats.
        ValueError: There are no nets, they differ in shape, or one is a stack already.

    Example:
        ```python
        from foundations import init_kaiming, stack_nets

        net = stack_nets([init_kaiming(12, seed=seed) for seed in range(100)])
        assert net[0][0].shape == (100, 12, 10)
        ```
    """
    if not nets:
        raise ValueError("there are no nets to stack")
    for net in nets:
        if _check_net(net):
            raise ValueError("one of the nets is a stack already: stack single nets, all at once")
    shapes = [[(tuple(w.shape), None if c is None else tuple(c.shape)) for w, c in net] for net in nets]
    if other := next((each for each in shapes if each != shapes[0]), None):
        raise ValueError(f"the nets must have one shape, not {shapes[0]} and {other}")
    stacked: list[Layer] = []
    for layers in zip(*nets, strict=True):
        biases = [each.reshape(1, -1) for _, each in layers if each is not None]
        stacked.append((torch.stack([w for w, _ in layers]), torch.stack(biases) if biases else None))
    return stacked


def net_preds(net: Net, inputs: Tensor) -> Tensor:
    """Predict a number between 0 and 1 for each row: matrix products with ReLUs between them, and a sigmoid.

    Args:
        net: The layers, each with its weights and its bias; or a stack of nets.
        inputs: Floats of shape (n, n_columns); for a stack also (n_nets, n, n_columns), other rows for each net.

    Returns:
        The predictions, of shape (n, 1), or (n_nets, n, 1) from a stack.

    Raises:
        TypeError: Something is not a tensor of floats.
        ValueError: The shapes do not fit.

    Example:
        ```python
        import torch
        from foundations import init_kaiming, net_preds

        assert net_preds(init_kaiming(12), torch.zeros(5, 12)).tolist() == [[0.5]] * 5
        ```
    """
    _check_inputs(net, inputs)
    return _preds(net, inputs.mT).mT


def train_net(
    net: Net,
    inputs: Tensor,
    targets: Tensor,
    *,
    lr: float,
    n_epochs: int = 30,
    loss_fn: Loss = mae,
    device: str | torch.device | None = "cpu",
) -> tuple[list[Layer], Tensor]:
    """Train a net, or a stack of nets at once, by gradient descent on all rows.

    The nets of a stack have nothing to do with each other: each is trained as it would be alone.

    Args:
        net: Where to start, as `init_kaiming` draws it or `stack_nets` stacks it; it is not changed.
        inputs: Floats of shape (n, n_columns); for a stack also (n_nets, n, n_columns), other rows for each net.
        targets: 1 or 0 for each row: floats of shape (n, 1), or (n_nets, n, 1) where inputs have that axis.
        lr: The learning rate.
        n_epochs: How many steps.
        loss_fn: Takes a net's predictions and targets, both (n, 1), and gives a loss, such as
            `torch.nn.functional.binary_cross_entropy`.
        device: Where to train; the best device of this machine where it is None.

    Returns:
        The trained net, and the loss before each step: of shape (n_epochs,), or (n_epochs, n_nets) for a stack.
        Both are on the device.

    Raises:
        TypeError: Something is not a tensor of floats, or a number is not one.
        ValueError: The shapes do not fit, a number is out of range, or there is no such device.

    Example:
        ```python
        from foundations import init_kaiming, prepare, stack_nets, titanic, train_net

        data = prepare(titanic("simulated"))
        start = stack_nets([init_kaiming(12, seed=seed) for seed in range(3)])
        nets, losses = train_net(start, data.inputs, data.targets[:, None], lr=4)
        assert losses.shape == (30, 3)
        assert (losses[-1] < losses[0] / 2).all()
        ```

    Source:
        https://www.kaggle.com/code/jhoward/linear-model-and-neural-net-from-scratch
    """
    stacked = _check_inputs(net, inputs)
    check_float_tensor("targets", targets)
    if targets.shape != (*inputs.shape[:-1], 1):
        raise ValueError(
            f"targets must have shape {(*inputs.shape[:-1], 1)}, not {tuple(targets.shape)}: targets[:, None] makes a "
            "column"
        )
    lr = check_number("lr", lr, least=0)
    check_whole_number("n_epochs", n_epochs)
    chosen = as_device(device)
    columns, targets = inputs.to(chosen).mT.contiguous(), targets.to(chosen)
    layers = [(_leaf(w, chosen), None if c is None else _leaf(c, chosen)) for w, c in net]
    params = [each for layer in layers for each in layer if each is not None]
    if stacked:
        loss_fn = torch.vmap(loss_fn, in_dims=(0, 0 if targets.ndim == 3 else None))
    losses = []
    with torch.enable_grad():
        for _ in range(n_epochs):
            loss = loss_fn(_preds(layers, columns).mT, targets)
            losses.append(loss.detach())
            gradients = torch.autograd.grad(loss.sum(), params)
            with torch.no_grad():
                for each, gradient in zip(params, gradients, strict=True):
                    each.sub_(gradient * lr)
    trained = [(w.detach(), None if c is None else c.detach()) for w, c in layers]
    return trained, torch.stack(losses) if losses else targets.new_empty((0, len(net[0][0]))[: 1 + stacked])


def net_module(net: Net) -> nn.Sequential:
    """Make an `nn.Module` of a net: `nn.Linear` layers with copies of its weights, and `nn.ReLU` between them.

    Its predictions are logits: their sigmoid is what `net_preds` gives. A bias that all units of a layer shared
    becomes one for each of them, so such a net trains differently as a module.

    Args:
        net: The layers of a single net.

    Returns:
        The module, on the net's device.

    Raises:
        TypeError: A layer holds something else than tensors of floats.
        ValueError: The layers do not fit, or the net is a stack.

    Example:
        ```python
        import torch
        from foundations import init_kaiming, net_module, net_preds

        net, x = init_kaiming(12), torch.ones(3, 12)
        assert torch.allclose(net_module(net)(x).sigmoid(), net_preds(net, x))
        ```
    """
    if _check_net(net):
        raise ValueError("net is a stack of nets: a module is made of one")
    layers: list[nn.Module] = []
    for weights, bias in net:
        linear = nn.utils.skip_init(
            nn.Linear,
            *weights.shape,
            bias=bias is not None,
            device=weights.device,
            dtype=weights.dtype,
        )
        with torch.no_grad():
            linear.weight.copy_(weights.mT)
            if bias is not None:
                linear.bias.copy_(bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def _preds(layers: Net, columns: Tensor) -> Tensor:
    """The predictions as a row, (..., 1, n), of inputs with the columns first, (..., n_columns, n).

    So the values of a unit for all rows lie side by side, and many nets need few, large products.
    """
    for i, (weights, bias) in enumerate(layers):
        columns = weights.mT @ columns
        if bias is not None:
            columns += bias.mT if bias.ndim == 3 else bias.reshape(-1, 1)
        if i < len(layers) - 1:
            columns.relu_()  # in place, since autograd needs no more than what comes out: memory is what takes time
    return columns.sigmoid_()


def _leaf(value: Tensor, device: torch.device) -> Tensor:
    return value.detach().to(device, copy=True).requires_grad_()


def _seeded(seed: int) -> torch.Generator:
    check_whole_number("seed", seed)
    return torch.Generator().manual_seed(seed)


def _check_sizes(n_coeff: int, hiddens: Sequence[int]) -> list[tuple[int, int]]:
    """The sizes before and after each layer."""
    check_whole_number("n_coeff", n_coeff, least=1)
    for each in hiddens:
        check_whole_number("the size of a hidden layer", each, least=1)
    return list(itertools.pairwise([n_coeff, *hiddens, 1]))


def _check_net(net: Net) -> bool:
    """Check that the layers fit each other; say whether they are a stack of nets."""
    if not net:
        raise ValueError("a net needs at least one layer")
    before = None
    for i, (weights, bias) in enumerate(net):
        check_float_tensor(f"the weights of layer {i}", weights)
        if weights.ndim not in (2, 3) or weights.ndim != net[0][0].ndim:
            raise ValueError(f"the weights of layer {i} must have shape (n_in, n_out), not {tuple(weights.shape)}")
        if before is not None and weights.shape[-2] != before:
            raise ValueError(f"layer {i} takes {weights.shape[-2]} numbers and layer {i - 1} gives {before}")
        before = weights.shape[-1]
        if bias is not None:
            check_float_tensor(f"the bias of layer {i}", bias)
            fits = [(), (1,), (before,)] if weights.ndim == 2 else [(len(weights), 1, k) for k in (1, before)]
            if tuple(bias.shape) not in fits:
                raise ValueError(f"the bias of layer {i} must have shape {fits[-1]}, not {tuple(bias.shape)}")
    if before != 1:
        raise ValueError(f"the last layer must give one number for each row, not {before}")
    return net[0][0].ndim == 3


def _check_inputs(net: Net, inputs: Tensor) -> bool:
    stacked = _check_net(net)
    check_float_tensor("inputs", inputs)
    weights = net[0][0]
    n_columns = weights.shape[-2]
    fits = inputs.ndim == 2 or (stacked and inputs.ndim == 3 and len(inputs) == len(weights))
    if not fits or inputs.shape[-1] != n_columns:
        raise ValueError(f"inputs must have shape (n, {n_columns}), not {tuple(inputs.shape)}")
    if not inputs.numel():
        raise ValueError("there are no rows")
    return stacked
