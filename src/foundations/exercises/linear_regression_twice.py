"""The exercises of Linear regression twice: a loop, a given start, a buffer, and wines."""

import torch
from torch import Tensor, nn

from foundations.curves.losses import rmse
from foundations.exercises import NotYet
from foundations.exercises.judging import (
    all_apart,
    attempt,
    call,
    column,
    compare,
    data_set,
    described,
    exercise,
    near,
    numbers,
)
from foundations.training.linear import least_squares, standardize, train_linear


@exercise
def learn(answer: object) -> str:
    """A function that learns a linear regression from zero, and gives weights, bias and the losses on the way."""
    x = torch.tensor([[0.0, 1.0], [1.0, -1.0], [2.0, 0.5], [-1.0, 0.0], [0.5, 2.0]])
    y = x @ torch.tensor([[2.0], [-1.0]]) + 3
    for lr, n_epochs in ((0.1, 8), (0.7, 5)):  # one that arrives, and one that runs away
        _judge_learning(answer, x, y, lr, n_epochs)
    return "the notes run, and give the right losses."


def _judge_learning(answer: object, x: Tensor, y: Tensor, lr: float, n_epochs: int) -> None:
    result = call(answer, x, y, lr, n_epochs)
    if not isinstance(result, tuple | list) or len(result) != 3:
        raise NotYet(f"it should give three things, the weights, the bias and the losses, not {described(result)}")
    weights, bias, losses = result
    right = train_linear(x, y, torch.zeros(2, 1), torch.zeros(1), lr=lr, n_epochs=n_epochs)
    added = _without_clearing(x, y, lr, n_epochs)
    summed = train_linear(x, y, torch.zeros(2, 1), torch.zeros(1), lr=len(x) * lr, n_epochs=n_epochs)[2]
    after = train_linear(x, y, torch.zeros(2, 1), torch.zeros(1), lr=lr, n_epochs=n_epochs + 1)[2][1:]
    if isinstance(losses, list | tuple | Tensor) and len(losses) != n_epochs:
        raise NotYet(f"with n_epochs = {n_epochs} there should be {n_epochs} losses, not {len(losses)}")
    found, wanted = numbers(losses, n_epochs, "the losses"), right[2].tolist()
    first = next((i for i in range(n_epochs) if not near(found[i : i + 1], wanted[i : i + 1])), 0)
    compare(
        found,
        wanted,
        {
            "the gradients add up from epoch to epoch: clear both after each step": added.tolist(),
            "those are the losses after each step: the ones before are wanted": after.tolist(),
            "those are sums of squares: the loss is their mean": (len(x) * summed).tolist(),
            "the loss never moves: are the slopes cleared before the step?": right[2][:1].tolist() * n_epochs,
        },
        f"with lr {lr:g} loss number {first + 1} should be {wanted[first]:.4g}, and it is {found[first]:.4g}",
    )
    for name, each, last in (("weights", weights, right[0]), ("bias", bias, right[1])):
        given = column(each, len(last), f"the {name}") if len(last) > 1 else numbers(each, 1, f"the {name}")
        compare(
            given,
            last.flatten().tolist(),
            {},
            f"the losses are right; after the last step the {name} should be "
            + all_apart(last.flatten().tolist(), given),
        )
    if any(isinstance(each, Tensor) for each in losses):
        raise NotYet("the losses are right, but they come as tensors: .item() makes each a plain number")


@exercise
def linear_from(answer: object) -> str:
    """A function that makes an nn.Linear with given weights and bias."""
    w, b = torch.tensor([[2.0], [-1.0], [0.5]]), torch.tensor([0.25])
    before = w.clone(), b.clone()
    if isinstance(answer, nn.Module):
        raise NotYet("that is a module: the answer should be the function that makes one of w and b")
    model = attempt(answer, w, b, called="called with w of shape (3, 1) and b of shape (1,), it")
    if not isinstance(model, nn.Linear):
        raise NotYet(f"it should give an nn.Linear, not {described(model)}")
    for name, after, kept in zip("wb", (w, b), before, strict=True):
        if not torch.equal(after, kept):
            raise NotYet(f"it changes {name} itself, and whoever calls it loses the old numbers: work on a copy")
    model.cpu()  # wherever it was made
    if tuple(model.weight.shape) != (1, 3):
        raise NotYet(
            f"the layer's weight has the shape {tuple(model.weight.shape)}: it should be (outputs, inputs), so (1, 3)"
        )
    if not near(model.weight.flatten().tolist(), w.flatten().tolist()):
        raise NotYet(f"the weights should be {w.flatten().tolist()}, and they are {_short(model.weight)}")
    if model.bias is not None and tuple(model.bias.shape) != (1,):
        raise NotYet(f"the layer's bias has the shape {tuple(model.bias.shape)}: it should be that of b, (1,)")
    if model.bias is None or not near(model.bias.tolist(), b.tolist()):
        is_now = "missing" if model.bias is None else f"{_short(model.bias)}, and should be {b.tolist()}"
        raise NotYet(f"the weights are right, but the bias is {is_now}")
    x = torch.tensor([[1.0, 2.0, 4.0], [0.0, -1.0, 1.0]])
    preds = attempt(model, x.to(model.weight))
    if not near(preds.flatten().tolist(), (x @ w + b).flatten().tolist()):
        raise NotYet("weights and bias are right, and yet it does not predict x @ w + b")
    if not (model.weight.requires_grad and model.bias.requires_grad):
        raise NotYet("it predicts what it should, but cannot be trained: its parameters do not require a gradient")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    preds.sum().backward()
    optimizer.step()
    if not (torch.equal(w, before[0]) and torch.equal(b, before[1])):
        raise NotYet("one step of training has changed the caller's tensors as well: copy the numbers, with clone()")
    w, b = torch.tensor([[1.0], [3.0]]), torch.tensor([-2.0])
    model = attempt(answer, w, b, called="called with w of shape (2, 1) and b of shape (1,), it")
    parts = model.parameters() if isinstance(model, nn.Linear) else ()
    given = [each for part in parts for each in part.flatten().tolist()]
    if not near(given, [1.0, 3.0, -2.0]):
        raise NotYet(f"with the weights 1 and 3 and the bias -2 it makes a layer of {given}")
    return "it starts where you say, and leaves your tensors alone."


@exercise
def self_scaling(answer: object) -> str:
    """A module that keeps the scale of its training rows in buffers."""
    draw = torch.Generator().manual_seed(0)
    rows = torch.randn(20, 3, generator=draw) * torch.tensor([1.0, 10.0, 100.0]) + torch.tensor([5.0, 0.0, -50.0])
    if isinstance(answer, nn.Module):
        raise NotYet("that is a model, made from rows already: check the class itself, without brackets")
    model = call(answer, rows)
    if not isinstance(model, nn.Module):
        raise NotYet("check the class itself: called with rows, it should make an nn.Module")
    model.cpu()
    layers = [each for each in model.modules() if isinstance(each, nn.Linear)]
    if len(layers) != 1:
        raise NotYet(f"it should have one nn.Linear, and has {len(layers)}")
    (layer,) = layers
    own = {id(each) for each in layer.parameters()}
    if more := [name for name, each in model.named_parameters() if id(each) not in own and each.requires_grad]:
        raise NotYet(
            f"only the layer is to be trained, and {' and '.join(more)} would be, too: a parameter goes to the "
            "optimiser, a buffer does not"
        )
    for name in [each for each in ("means", "stds") if each in model.state_dict()]:
        numbers(model.state_dict()[name], 3, name)
    unseen = torch.randn(4, 3, generator=draw) * 10
    before = numbers(call(model, unseen), 4, "what it predicts for four rows")
    _judge_saving(model, call(answer, rows.flip(1) + 1), unseen, before)
    kinds = {each.dtype for each in model.to(torch.float64).state_dict().values() if each.is_floating_point()}
    if kinds != {torch.float64}:
        raise NotYet("after .to(torch.float64) it still holds other dtypes")
    preds = call(model, unseen.double())
    scaled = (unseen.double() - rows.double().mean(dim=0)) / rows.double().std(dim=0)
    if not near(numbers(preds, 4, "what it predicts for four rows"), attempt(layer, scaled).flatten().tolist(), 1e-4):
        held = model.state_dict()
        for name, wanted in (("means", rows.mean(dim=0)), ("stds", rows.std(dim=0))):
            if name in held:
                compare(
                    numbers(held[name], 3, name),
                    wanted.tolist(),
                    {},
                    f"{name} should be {_short(wanted)}, one for each column, and they are {_short(held[name])}",
                )
        given = numbers(preds, 4, "what it predicts for four rows")
        by_itself = (unseen.double() - unseen.double().mean(dim=0)) / unseen.double().std(dim=0)
        if near(given, attempt(layer, by_itself).flatten().tolist(), 1e-4):
            raise NotYet("it scales rows by their own mean and deviation: those of the training rows are wanted")
        if near(given, attempt(layer, unseen.double()).flatten().tolist(), 1e-4):
            raise NotYet("its predictions are those of its layer for the rows as they come: scale them first")
        raise NotYet("its predictions are not those of its layer for the standardised rows")
    if isinstance(preds, Tensor) and not preds.requires_grad:
        raise NotYet(
            "it predicts what it should, but cannot be trained: no gradient goes back through it. Is there a no_grad "
            "or a detach in it?"
        )
    return "its scale is saved and moved, and not trained."


def _judge_saving(model: nn.Module, other: nn.Module, unseen: Tensor, before: list[float]) -> None:
    """Refuse a module whose state, loaded into one that was made from other rows, does not bring its scale along."""
    other.cpu()
    numbers(call(other, unseen), 4, "what it predicts for four rows")  # which makes a lazy layer
    attempt(other.load_state_dict, model.state_dict(), called="with the state of another, its load_state_dict")
    if near(numbers(call(other, unseen), 4, "what it predicts for four rows"), before):
        return
    for name, each in ((name, each) for part in model.modules() for name, each in vars(part).items()):
        if isinstance(each, Tensor):
            raise NotYet(f"{name} is no buffer: register_buffer makes it part of what is moved and saved")
    for name, _ in model.named_buffers():
        if name not in model.state_dict():
            raise NotYet(f"{name} is a buffer, but is not saved: leave persistent=False out")
    raise NotYet("its state_dict(), loaded into another, does not bring the scale along: is all of it in buffers?")


@exercise
def wines(answer: object) -> str:
    """The errors of the baseline and of least squares on 58 wines."""
    result = numbers(answer, 2)
    table = torch.tensor(data_set("wine").data)
    table = table[torch.randperm(len(table), generator=torch.Generator().manual_seed(42))]
    x, y = table[:, 1:], table[:, :1]
    weights, bias = least_squares(x[:120], y[:120])
    preds, middle = x @ weights + bias, y[:120].mean().expand_as(y)
    right = [rmse(each[120:], y[120:]).item() for each in (middle, preds)]
    seen = [rmse(each[:120], y[:120]).item() for each in (middle, preds)]
    learned, unseen = standardize(x[:120], x[120:])
    by_itself = standardize(x[120:])[0]
    weights, bias = least_squares(learned, y[:120])
    compare(
        result,
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
            "the test rows are scaled by their own mean and deviation: take those of the training rows": [
                right[0],
                rmse(by_itself @ weights + bias, y[120:]).item(),
            ],
            "the baseline is right; the bias of least squares is left out": [
                right[0],
                rmse(unseen @ weights, y[120:]).item(),
            ],
            f"an error of {result[1]:.2g} is too good to be true: is the alcohol, column 0, among the inputs?": [
                right[0],
                0.0,
            ],
        },
        f"the baseline is right, and an error of {result[1]:.4g} is not that of least squares on the 58 others: does "
        "it learn from the first 120 rows of the shuffled table, inputs and alcohol in the same order?"
        if near(result[:1], right[:1], decimals=2)
        else f"the baseline's error is not {result[0]:.4g}: always the mean of the first 120 of the shuffled rows, and "
        "its RMSE on the 58 others",
        decimals=2,
    )
    return f"{1 - right[1] / right[0]:.0%} less error, on wines that it has not seen."


def _short(tensor: Tensor) -> str:
    return str([float(f"{each:.4g}") for each in tensor.flatten().tolist()])


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
