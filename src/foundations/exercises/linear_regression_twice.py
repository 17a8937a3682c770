"""The exercises of Linear regression twice: a loop, a given start, a buffer, eight sentences, and wines."""

import torch
from torch import Tensor, nn

from foundations.curves.losses import rmse
from foundations.exercises import NotYet
from foundations.exercises.judging import UNFINISHED, attempt, call, compare, described, exercise, near, numbers, values
from foundations.training.linear import least_squares, train_linear

# The sentences of the notes: whether each is true, and why it is or is not.
SENTENCES = [
    (True, "float32 is PyTorch's default, float64 NumPy's"),
    (False, "the third kind is bool, not binary; and the order holds for what one Python list mixes, not in general"),
    (False, "ask an input for a gradient and it gets one: every leaf that requires it does, parameter or not"),
    (True, "backward() adds to .grad, and only clearing it makes room for the next gradient"),
    (False, "no graph is ever full: in place is refused where backward() needs the old values, or for a watched leaf"),
    (True, "issubclass(nn.Parameter, torch.Tensor) says so"),
    (True, "parameters() and the optimiser pass it by, even where it requires a gradient"),
    (True, "without a graph, inference takes less memory and time"),
]


@exercise
def learn(answer: object) -> str:
    """A function that learns a linear regression from zero, and gives weights, bias and the losses on the way."""
    x = torch.tensor([[0.0, 1.0], [1.0, -1.0], [2.0, 0.5], [-1.0, 0.0], [0.5, 2.0]])
    y = x @ torch.tensor([[2.0], [-1.0]]) + 3
    lr, n_epochs = 0.1, 8
    given = call(answer, x, y, lr, n_epochs)
    if not isinstance(given, tuple | list) or len(given) != 3:
        raise NotYet(f"it should give three things, the weights, the bias and the losses, not {described(given)}")
    weights, bias, losses = given
    right = train_linear(x, y, torch.zeros(2, 1), torch.zeros(1), lr=lr, n_epochs=n_epochs)
    added = _without_clearing(x, y, lr, n_epochs)
    after = train_linear(x, y, torch.zeros(2, 1), torch.zeros(1), lr=lr, n_epochs=n_epochs + 1)[2][1:]
    if isinstance(losses, list | tuple | Tensor) and len(losses) != n_epochs:
        raise NotYet(f"with n_epochs = {n_epochs} there should be {n_epochs} losses, not {len(losses)}")
    compare(
        numbers(losses, n_epochs, "the losses"),
        right[2].tolist(),
        {
            "the gradients add up from epoch to epoch: clear both after each step": added.tolist(),
            "those are the losses after each step: the ones before are wanted": after.tolist(),
            "the loss never moves: are the slopes cleared before the step?": right[2][:1].tolist() * n_epochs,
        },
        f"the second loss should be {right[2][1]:.4g}, and it is {numbers(losses, n_epochs)[1]:.4g}",
    )
    for name, each, wanted in (("weights", weights, right[0]), ("bias", bias, right[1])):
        compare(
            values(each, wanted.shape, f"the {name}"),
            wanted.flatten().tolist(),
            {},
            f"the losses are right, but the {name} are not those after the last step",
        )
    if any(isinstance(each, Tensor) for each in losses):
        raise NotYet("the losses are right, but they come as tensors: .item() makes each a plain number")
    return "the notes run, and give the right losses."


@exercise
def linear_from(answer: object) -> str:
    """A function that makes an nn.Linear with given weights and bias."""
    w, b = torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([0.25])
    before = w.clone(), b.clone()
    model = attempt(answer, w, b, called="called with w of shape (3, 1) and b of shape (1,), it")
    if not isinstance(model, nn.Linear):
        raise NotYet(f"it should give an nn.Linear, not {described(model)}")
    if tuple(model.weight.shape) != (1, 3):
        raise NotYet(
            f"the layer's weight has the shape {tuple(model.weight.shape)}: it should be (outputs, inputs), so (1, 3)"
        )
    if not near(model.weight.flatten().tolist(), w.flatten().tolist()):
        raise NotYet(f"the weights should be {w.flatten().tolist()}, and they are what the layer drew for itself")
    if model.bias is None or not near(model.bias.tolist(), b.tolist()):
        raise NotYet("the weights are right, but the bias is not: it has to be copied as well")
    if not (model.weight.requires_grad and model.bias.requires_grad):
        raise NotYet("it predicts what it should, but cannot be trained: its parameters do not require a gradient")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model(torch.ones(2, 3)).sum().backward()
    optimizer.step()
    if not (torch.equal(w, before[0]) and torch.equal(b, before[1])):
        raise NotYet("one step of training has changed the caller's tensors as well: copy the numbers, with clone()")
    return "it starts where you say, and leaves your tensors alone."


@exercise
def self_scaling(answer: object) -> str:
    """A module that keeps the scale of its training rows in buffers."""
    draw = torch.Generator().manual_seed(0)
    rows = torch.randn(20, 3, generator=draw) * torch.tensor([1.0, 10.0, 100.0]) + torch.tensor([5.0, 0.0, -50.0])
    model = call(answer, rows)
    if isinstance(answer, nn.Module) or not isinstance(model, nn.Module):
        raise NotYet("check the class itself: called with rows, it should make an nn.Module")
    names = set(dict(model.named_parameters()))
    buffers = dict(model.named_buffers())
    if names != {"linear.weight", "linear.bias"}:
        raise NotYet(
            f"only the layer is to be trained, but the parameters are {', '.join(sorted(names)) or 'none'}: "
            "a parameter goes to the optimiser, a buffer does not"
        )
    for name, wanted in (("means", rows.mean(dim=0)), ("stds", rows.std(dim=0))):
        if name not in buffers:
            raise NotYet(f"{name} is no buffer: register_buffer makes it part of what is moved and saved")
        if name not in model.state_dict():
            raise NotYet(f"{name} is a buffer, but is not saved: leave persistent=False out")
        compare(
            values(buffers[name], wanted.shape, name),
            wanted.tolist(),
            {},
            f"{name} should be {[float(f'{each:.4g}') for each in wanted.tolist()]}, one for each column",
        )
    if {each.dtype for each in model.to(torch.float64).state_dict().values()} != {torch.float64}:
        raise NotYet("after .to(torch.float64) it still holds other dtypes")
    unseen = torch.randn(4, 3, generator=draw).double() * 10
    scaled = (unseen - rows.double().mean(dim=0)) / rows.double().std(dim=0)
    layer = dict(model.named_modules())["linear"]
    if not near(
        numbers(call(model, unseen), 4, "what it predicts for four rows"), layer(scaled).flatten().tolist(), 1e-4
    ):
        raise NotYet("its predictions are not those of its layer for the standardised rows")
    return "its scale is saved and moved, and not trained."


@exercise
def eight_sentences(answer: object) -> str:
    """Eight times True or False."""
    if not isinstance(answer, list | tuple) or len(answer) != len(SENTENCES):
        raise NotYet(f"the answer should be a list of {len(SENTENCES)} times True or False, not {described(answer)}")
    for i, given in enumerate(answer, 1):
        if given is ...:
            raise NotYet(UNFINISHED)
        if not isinstance(given, bool):
            raise NotYet(f"answer {i} should be True or False, not {described(given)}")
    for i, (given, (right, why)) in enumerate(zip(answer, SENTENCES, strict=True), 1):
        if given != right:
            raise NotYet(f"sentence {i} is not {str(given).lower()}: {why}")
    return "five are true, and three are not."


@exercise
def wines(answer: object) -> str:
    """The errors of the baseline and of least squares on 58 wines."""
    from sklearn.datasets import load_wine

    table = torch.tensor(load_wine().data)
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(42))]
    x, y = table[:, 1:], table[:, :1]
    weights, bias = least_squares(x[:120], y[:120])
    preds, middle = x @ weights + bias, y[:120].mean().expand_as(y)
    right = [rmse(each[120:], y[120:]).item() for each in (middle, preds)]
    seen = [rmse(each[:120], y[:120]).item() for each in (middle, preds)]
    compare(
        numbers(answer, 2),
        right,
        {
            "those are the errors on the training rows: what about the wines that it has not seen?": seen,
            "the baseline's error is measured on the training rows": [seen[0], right[1]],
            "the error of least squares is measured on the training rows": [right[0], seen[1]],
            "the other way round: the baseline first": right[::-1],
            "those are mean squared errors: take the root": [each**2 for each in right],
            "the baseline predicts the mean of the training rows, not that of the test": [
                y[120:].std(correction=0).item(),
                right[1],
            ],
        },
        f"the baseline's error should be {right[0]:.3f}: shuffle all rows by one permutation, the first 120 train",
    )
    return f"{1 - right[1] / right[0]:.0%} less error, on wines that it has not seen."


def _without_clearing(x: Tensor, y: Tensor, lr: float, n_epochs: int) -> Tensor:
    w, b = torch.zeros(x.shape[1], 1, requires_grad=True), torch.zeros(1, requires_grad=True)
    losses = []
    for _ in range(n_epochs):
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        assert w.grad is not None and b.grad is not None
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        losses.append(loss.detach())
    return torch.stack(losses)
