"""Answers to the exercises of A multilayer perceptron: right ones, and for each typical mistake words of its hint."""

import copy
import io

import torch
from sklearn.datasets import make_friedman2

from foundations import evaluate, fit, least_squares, mae, mse, rmse


def streamed(batches):
    squares, count = 0.0, 0
    for preds, targets in batches:
        squares += ((preds - targets) ** 2).sum().item()
        count += len(targets)
    return (squares / count) ** 0.5


def joined(batches, metric=rmse):
    preds, targets = zip(*batches, strict=True)
    return metric(torch.cat(preds), torch.cat(targets))


def mean_of(batches, metric):
    return sum(metric(*each) for each in batches) / len(batches)


def keeping(
    net,
    train,
    valid,
    optimizer,
    n_epochs,
    *,
    kept_by=copy.deepcopy,
    given="best",
    first=False,
    batch_size=None,
    ends=False,
    start=float("inf"),
):
    best, order = start, torch.Generator().manual_seed(0)
    for _ in range(n_epochs):
        fit(net, train, mse, optimizer, n_epochs=1, batch_size=batch_size, generator=order, device="cpu")
        loss = evaluate(net, valid, mse, device="cpu")
        if loss > best and ends:
            break
        if loss < best and not (first and best < float("inf")):
            best, kept = loss, kept_by(net.state_dict())
    net.load_state_dict(kept)
    on_train = evaluate(net, train, mse, device="cpu")
    return {"best": best, "last": loss, "train": on_train, "root": best**0.5, "half": best / 2, "none": None}[given]


def too_early(net, train, valid, optimizer, n_epochs):
    """Looks before each epoch, and never after the last."""
    best = float("inf")
    for _ in range(n_epochs):
        if (loss := evaluate(net, valid, mse, device="cpu")) < best:
            best, kept = loss, copy.deepcopy(net.state_dict())
        fit(net, train, mse, optimizer, n_epochs=1, device="cpu")
    net.load_state_dict(kept)
    return best


def saved(state):
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    return torch.load(buffer)


def by_hand(net, train, valid, optimizer, n_epochs):
    losses, kept = [], []
    for _ in range(n_epochs):
        optimizer.zero_grad()
        (net(train[0]) - train[1]).square().mean().backward()
        optimizer.step()
        with torch.no_grad():
            losses.append((net(valid[0]) - valid[1]).square().mean())
        kept.append([each.detach().clone() for each in net.parameters()])
    best = int(torch.stack(losses).argmin())
    with torch.no_grad():
        for each, value in zip(net.parameters(), kept[best], strict=True):
            each.copy_(value)
    return losses[best]


def backwards(found, net, optimizer, order):
    order.set_state(found["order"])
    optimizer.load_state_dict(found["optimizer"])
    with torch.no_grad():
        for name, each in net.named_parameters():
            each.copy_(found["net"][name])
    return found["epoch"]


def restored(found, net, optimizer, order, *, leave=(), given="epoch", more=False):
    if "net" not in leave:
        net.load_state_dict(found["net"])
    if "optimizer" not in leave:
        optimizer.load_state_dict(found["optimizer"])
    if "order" not in leave:
        order.set_state(found["order"])
    if more:
        optimizer.param_groups[0]["lr"] = 1.0
    return {"epoch": found["epoch"], "none": None, "next": found["epoch"] + 1}[given]


parts, ohms = make_friedman2(1200, random_state=7)
parts, ohms = torch.tensor(parts, dtype=torch.float32), torch.tensor(ohms, dtype=torch.float32)[:, None]
centre, scale = ohms[:400].mean(), ohms[:400].std()
w, b = least_squares(parts[:400], ohms[:400])
straight = parts[800:] @ w + b


def off_by(error):
    """As good as a net with this RMSE."""
    return ohms[800:] + error * torch.tensor([1.0, -1.0]).repeat(200)[:, None]


RIGHT = {
    "rmse_of_batches": [streamed, joined],
    "keep_best": [keeping, by_hand, lambda *args: keeping(*args, kept_by=saved)],
    "restore": [restored, backwards],
    "circuit_net": [off_by(30), off_by(39.9)[:, 0]],
}

DRAWN = {"rmse_of_batches": lambda draw: ([tuple(torch.randn(2, n, 1, generator=draw)) for n in (5, 5, 2)],)}

WRONG = {
    "rmse_of_batches": {
        "the mean of the batches' RMSEs": lambda batches: mean_of(batches, rmse),
        "the last one has fewer rows": lambda batches: mean_of(batches, mse) ** 0.5,
        "its root is missing": lambda batches: joined(batches, mse),
        "divide it by the number of rows": lambda batches: joined(batches, lambda p, t: ((p - t) ** 2).sum().sqrt()),
        "each by its number of rows": lambda batches: (
            sum(len(p) * rmse(p, t) for p, t in batches) / sum(len(p) for p, _ in batches)
        ),
        "the first batch alone": lambda batches: rmse(*batches[0]),
        "the last batch alone": lambda batches: rmse(*batches[-1]),
        "it gives 4.511, and the RMSE over all rows is": lambda batches: torch.stack(
            [rmse(*each) for each in batches]
        ).max(),
        "it gives 2.278, and the RMSE over all rows is": lambda batches: torch.stack(
            [rmse(*each) for each in batches]
        ).median(),
        "the mean absolute error": lambda batches: joined(batches, mae),
        "and the RMSE over all rows is": lambda batches: joined(batches) / 2,
        "should be one number": lambda batches: torch.stack([rmse(*each) for each in batches for _ in range(2)]),
    },
    "keep_best": {
        "and the best of the 11 epochs": too_early,
        "the best epoch on the training set": lambda net, train, valid, *rest: keeping(net, train, train, *rest),
        "weight 1.62, and the best": lambda *args: keeping(*args, ends=True),
        "12 epochs, of all rows at once, had 2.237": lambda *args: keeping(*args, batch_size=32),
        "and the only epoch": lambda *args: keeping(*args[:-1], args[-1] + 1),
        "so it cannot go on": lambda net, *args: (keeping(net, *args), net.requires_grad_(False))[0],
        "the last: are the kept": lambda *args: keeping(*args, kept_by=dict),
        "that of the first epoch": lambda *args: keeping(*args, first=True),
        "and the best of the 12 epochs": lambda net, *args: (
            keeping(net, *args) + torch.nn.init.ones_(net.weight).item()
        ),
        "it raises UnboundLocalError": lambda *args: keeping(*args, start=100.0),
        "where it started": lambda *args: 4.0,
        "is the loss of the last epoch": lambda *args: keeping(*args, given="last"),
        "its loss on the training set": lambda *args: keeping(*args, given="train"),
        "is a root": lambda *args: keeping(*args, given="root"),
        "the function gives None": lambda *args: keeping(*args, given="none"),
        "and its loss on the validation set is": lambda *args: keeping(*args, given="half"),
    },
    "restore": {
        "the net has not the parameters": lambda *args: restored(*args, leave=["net"]),
        "the optimiser has forgotten": lambda *args: restored(*args, leave=["optimizer"]),
        "but not by its own parameters": lambda found, net, optimizer, order: (
            restored(found, net, optimizer, order, leave=["optimizer"]),
            setattr(optimizer, "state", found["optimizer"]["state"]),
        )[0],
        "the resumed run raises": lambda found, net, optimizer, order: (
            restored(found, net, optimizer, order),
            setattr(optimizer, "param_groups", found["optimizer"]["param_groups"]),
        )[0],
        "another place of its sequence": lambda *args: restored(*args, leave=["order"]),
        "the function gives None": lambda *args: restored(*args, given="none"),
        "but it gives 4": lambda *args: restored(*args, given="next"),
        "the resumed run goes another way": lambda *args: restored(*args, more=True),
        "but it gives 0": lambda *args: restored(*args) - 3,
        "is 5 it gives 3": lambda *args: restored(*args) and 3,
        "it raises KeyError": lambda found, *rest: found["parameters"],
    },
    "circuit_net": {
        "are all columns of a like size": off_by(120),
        "no better than always the mean": centre.expand(400, 1),
        "in standardised units": (straight - centre) / scale,
        "the targets themselves": ohms[800:],
        "train a little longer": off_by(41),
        "the RMSE is 40.02, and 40 is the target": off_by(40.02),
        "nan in the predictions": off_by(torch.nan),
        "should have the shape (400, 1) or (400,), not (1, 400)": straight.T,
        "(400, 1) or (400,), not (1200, 1)": torch.zeros(1200, 1),
    },
}
