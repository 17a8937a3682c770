"""The exercises of A multilayer perceptron: its error in portions, its best state, a run that resumes, other data."""

import copy
from functools import cache

import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, attempt, call, compare, exercise, number, rmse_of_column


@exercise
def rmse_of_batches(answer: object) -> str:
    """A function of (preds, targets) pairs: the RMSE over all rows."""
    # The last batch has neither the largest error nor the least, nor the middle one.
    generator = torch.Generator().manual_seed(13)
    for sizes in ([4], [4, 4, 4, 4, 1]):
        batches = [tuple(torch.randn(2, n, 1, generator=generator) * 2) for n in sizes]
        squares = [(preds - targets) ** 2 for preds, targets in batches]
        right = torch.cat(squares).mean().sqrt().item()
        result = number(call(answer, batches), f"what it gives for {len(sizes)} batches")
        gives = f"for batches of {' and '.join(map(str, sizes))} rows it gives {result:.4g}"
        means = torch.stack([each.mean() for each in squares])
        compare(
            [result],
            [right],
            {
                f"{gives}, the mean of the batches' RMSEs: take the root once, at the end": [
                    means.sqrt().mean().item()
                ],
                f"{gives}: every batch counts as much as any other, and the last one has fewer rows": [
                    means.mean().sqrt().item()
                ],
                f"{gives}, the mean of the squares: its root is missing": [right**2],
                f"{gives}, the root of a sum of squares: divide it by the number of rows first": [
                    torch.cat(squares).sum().sqrt().item()
                ],
                f"{gives}, the mean of the RMSEs, each by its number of rows: add up squares, and take the root once": [
                    sum(n * each.sqrt().item() for n, each in zip(sizes, means, strict=True)) / sum(sizes)
                ],
                f"{gives}, the error of the first batch alone": [means[0].sqrt().item()],
                f"{gives}, the error of the last batch alone": [means[-1].sqrt().item()],
                f"{gives}, the mean absolute error": [torch.cat(squares).sqrt().mean().item()],
            },
            f"{gives}, and the RMSE over all rows is {right:.4g}",
        )
    return "every row counts the same, in whatever batch it is."


@exercise
def keep_best(answer: object) -> str:
    """A function that trains, leaves the net with its best parameters on the validation set, and gives that loss."""
    for n_epochs in (12, 11, 1):  # the best epoch is the last but one, the last, and the only one
        _judge_keeping(answer, n_epochs)
    _judge_keeping(answer, 12, 1000.0)  # a loss may be of any size
    return "the net is as it was at its best."


def _judge_keeping(answer: object, n_epochs: int, size: float = 1.0) -> None:
    net = nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        net.weight.zero_()
    # More rows than a batch usually has: who trains with batches takes more steps.
    x, spread = torch.ones(200, 1), size * torch.tensor([1.0, -1.0]).repeat(100)[:, None]
    low, high = 2 * size, 3 * size
    train, valid = (x, high * x + spread), (x, low * x + spread / 2)
    # With momentum the weight swings: from 0 past 2, far beyond 3, and back past 2, nearer than before.
    path, weight, velocity = [], 0.0, 0.0
    for _ in range(n_epochs):
        velocity = 0.9 * velocity + 2 * (weight - high)
        weight -= 0.1 * velocity
        path.append(weight)
    best, best_on_train = (min(path, key=lambda each: abs(each - goal)) for goal in (low, high))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    loss = attempt(answer, net, train, valid, optimizer, n_epochs)
    found = net.weight.item()
    left = f"the net is left with the weight {found:.4g}"
    compare(
        [found],
        [best],
        {
            f"{left}, that of epoch {n_epochs}, the last: are the kept parameters loaded at the end, and are they a "
            "copy that does not move with the net?": [path[-1]],
            f"{left}, that of the first epoch: a later one did better on the validation set": [path[0]],
            f"{left}, where it started: was nothing trained?": [0.0],
            f"{left}, that of the best epoch on the training set: the validation set chooses": [best_on_train],
        },
        f"{left}, and {f'the best of the {len(path)} epochs' if len(path) > 1 else 'the only epoch'}, of all rows at "
        f"once, had {best:.4g}",
    )
    if not net.weight.requires_grad:
        raise NotYet("the net's parameters require no gradient any more, so it cannot go on with its training")
    if loss is None:
        raise NotYet("the net is right, but the function gives None: the best loss is wanted, by a `return`")
    result, right = number(loss, "what it gives"), (best - low) ** 2 + (size / 2) ** 2
    compare(
        [result],
        [right],
        {
            f"the net is right, but {result:.4g} is the loss of the last epoch: give the best": [
                (path[-1] - low) ** 2 + (size / 2) ** 2
            ],
            f"the net is right, but {result:.4g} is its loss on the training set": [(best - high) ** 2 + size**2],
            f"the net is right, but {result:.4g} is a root: the loss is the mean squared error": [right**0.5],
        },
        f"the net is right, and its loss on the validation set is {right:.4g}: it gives {result:.4g}",
        within=0.01,
    )


@exercise
def restore(answer: object) -> str:
    """A function that puts a checkpoint back into a net, an optimiser and a generator, and gives the epochs done."""
    net, optimizer, order = _begin(0)
    for _ in range(3):
        _step(net, optimizer, order)
    state, place = copy.deepcopy(net.state_dict()), order.get_state()
    found = {"net": net.state_dict(), "optimizer": optimizer.state_dict(), "order": place.clone(), "epoch": 3}
    resumed = _begin(1)
    done = attempt(answer, copy.deepcopy(found), *resumed)
    for name, kept in state.items():
        if not torch.equal(resumed[0].state_dict()[name].cpu(), kept):
            raise NotYet("the net has not the parameters that were saved: found['net'] holds them")
    states = resumed[1].state
    if any(each not in states for each in resumed[0].parameters()) and any(states.values()):
        raise NotYet("the optimiser has past steps, but not by its own parameters: its load_state_dict() sees to that")
    if not any(states.values()):
        raise NotYet("the optimiser has forgotten its past steps: it has a load_state_dict() as well")
    if not torch.equal(resumed[2].get_state(), place):
        raise NotYet("the generator stands at another place of its sequence: set_state() puts it back")
    for _ in range(2):
        _step(net, optimizer, order)
        attempt(_step, *resumed, called="the resumed run")
    if any(not torch.equal(a, b) for a, b in zip(net.parameters(), resumed[0].parameters(), strict=True)):
        raise NotYet("all parts are there, and yet the resumed run goes another way: was something trained or drawn?")
    if done is None:
        raise NotYet("all is put back, but the function gives None: the epochs that are done are wanted, by a `return`")
    epochs = number(done, "what it gives")
    if epochs != 3:
        raise NotYet(f"all is put back, but it gives {epochs:g}, and found['epoch'] says that 3 epochs are done")
    later = number(attempt(answer, copy.deepcopy(found) | {"epoch": 5}, *_begin(1)), "what it gives")
    if later != 5:
        raise NotYet(f"of a checkpoint whose found['epoch'] is 5 it gives {later:g}")
    return "the resumed run equals the other to the last bit."


@exercise
def circuit_net(answer: object) -> str:
    """Impedances of the last 400 circuits, in ohms, with an RMSE of at most 40."""
    target = _impedances()
    error, always_the_mean = rmse_of_column(answer, target[800:], target[:400])
    if error > 0.99 * always_the_mean:
        raise NotYet(
            f"an RMSE of {error:.0f} is no better than always the mean's, {always_the_mean:.0f}: has the net learned, "
            "and are the rows in their order?"
        )
    if error > 100:
        raise NotYet(
            f"the RMSE is {apart(error, 40)[0]}, and 40 is the target: are all columns of a like size as they go in?"
        )
    if error > 40:
        raise NotYet(f"the RMSE is {apart(error, 40)[0]}, and 40 is the target: train a little longer")
    return f"an RMSE of {error:.0f} ohms."


@cache
def _impedances() -> Tensor:
    from sklearn.datasets import make_friedman2

    return torch.tensor(make_friedman2(1200, random_state=7)[1])


def _begin(seed: int) -> tuple[nn.Linear, torch.optim.Adam, torch.Generator]:
    """What a run begins with: a net, its optimiser, and the generator of its batches."""
    net = nn.Linear(2, 1)
    with torch.no_grad():
        for each in net.parameters():
            each.copy_(torch.randn(each.shape, generator=torch.Generator().manual_seed(seed)))
    return net, torch.optim.Adam(net.parameters(), lr=0.1), torch.Generator().manual_seed(seed)


def _step(net: nn.Module, optimizer: torch.optim.Optimizer, order: torch.Generator) -> None:
    """One step towards the sum of two random inputs."""
    x = torch.randn(4, 2, generator=order)
    loss = (net(x) - x.sum(dim=1, keepdim=True)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
