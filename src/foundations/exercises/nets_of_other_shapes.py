"""The exercises of Nets of other shapes: softmax, cross-entropy, top-k, a net of two inputs, other data."""

from typing import Any

import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import call, compare, described, exercise, number, values


@exercise
def stable_softmax(answer: object) -> str:
    """A function of logits: probabilities, row by row, also where exp would overflow."""
    small = torch.tensor([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0]])
    given = values(call(answer, small), small.shape, "what it gives")
    powers = small.exp()
    compare(
        given,
        small.softmax(dim=1).flatten().tolist(),
        {
            "the columns add up to 1: it is the classes of one row that share": small.softmax(dim=0).flatten().tolist(),
            "all values together add up to 1: each row for itself should": (powers / powers.sum()).flatten().tolist(),
            "those are the powers: divide them by their sum": powers.flatten().tolist(),
            "those are logarithms of the probabilities": small.log_softmax(dim=1).flatten().tolist(),
            "those are shares of the logits: raise e to them first": (small / small.sum(1, True)).flatten().tolist(),
        },
        "those are not the probabilities: e to each logit, divided by the row's sum of them",
    )
    for large in (torch.tensor([[1000.0, 999.0, 0.0]]), torch.tensor([[-1000.0, -1001.0, -2000.0]])):
        found = call(answer, large)
        if isinstance(found, Tensor) and not found.isfinite().all():
            what = "overflows" if large.max() > 0 else "is 0 for all of them, and so is their sum"
            raise NotYet(f"for the logits {large[0].tolist()} exp {what}: take the row's largest logit away first")
        compare(
            values(found, large.shape, "what it gives"),
            large.softmax(dim=1).flatten().tolist(),
            {},
            f"for the logits {large[0].tolist()} the probabilities should be {large.softmax(dim=1)[0].tolist()}",
        )
    return "only differences count, so the size of the logits does no harm."


@exercise
def surprise_of(answer: object) -> str:
    """A function of logits and labels: the mean cross-entropy."""
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)) * 2
    labels = torch.tensor([2, 0, 1, 0])
    shares = logits.softmax(dim=1)
    right = shares[torch.arange(4), labels]
    given = number(call(answer, logits, labels))
    gives = f"it gives {given:.4g}"
    compare(
        [given],
        [-right.log().mean().item()],
        {
            f"{gives}: shares[:, labels] takes a column for each label from every row: give the row's number too": [
                -shares[:, labels].log().mean().item()
            ],
            f"{gives}, with the sign turned": [right.log().mean().item()],
            f"{gives}, a sum over the rows: take the mean": [-right.log().sum().item()],
            f"{gives}, the mean probability: its logarithm is missing": [right.mean().item()],
            f"{gives}, the logarithm of a mean: take each row's logarithm first": [-right.mean().log().item()],
            f"{gives}, the surprise at the likeliest class: the right one is wanted": [
                -shares.amax(dim=1).log().mean().item()
            ],
            f"{gives}, which takes the softmax over the rows instead of the classes": [
                -logits.softmax(dim=0)[torch.arange(4), labels].log().mean().item()
            ],
            f"{gives}, with a softmax of the softmax": [
                -shares.softmax(dim=1)[torch.arange(4), labels].log().mean().item()
            ],
            f"{gives}, in bits: the natural logarithm is wanted": [-right.log2().mean().item()],
        },
        f"{gives}, and the cross-entropy is {-right.log().mean():.4g}",
    )
    return "minus the logarithm of what the right class was given."


@exercise
def top_k(answer: object) -> str:
    """A function of logits, labels and k: the share of rows whose right class is among the k largest."""
    logits = torch.randn(10, 6, generator=torch.Generator().manual_seed(5))
    labels = torch.tensor([0, 1, 2, 3, 4, 5, 0, 1, 2, 3])
    ranked = logits.argsort(dim=1, descending=True)
    hits = ranked == labels[:, None]
    for k in (1, 3, 6):
        right = hits[:, :k].any(dim=1).float().mean().item()
        given = number(call(answer, logits, labels, k), f"for k = {k} what it gives")
        gives = f"for k = {k} it gives {given:.4g}"
        everything = (logits.topk(1).indices == labels).float().mean().item()
        compare(
            [given],
            [right],
            {
                f"{gives}, which compares every row with every label: make the labels a column": [everything],
                f"{gives}, which counts places: one hit is enough for a row": [hits[:, :k].float().mean().item()],
                f"{gives}, a number of rows: their share is wanted": [right * len(labels)],
                f"{gives}: those are the k smallest logits": [hits[:, -k:].any(dim=1).float().mean().item()],
                f"{gives}, which is the accuracy: k plays no part": [hits[:, 0].float().mean().item()],
                f"{gives}, which looks at the k-th place alone": [hits[:, k - 1].float().mean().item()],
                f"{gives}, the share of misses": [1 - right],
            },
            f"{gives}, and the share is {right:.4g}",
        )
    return "one hit among the k is enough."


@exercise
def two_ways(answer: object) -> str:
    """A net of two inputs: five columns through four hidden units, beside three plain ones, to one output."""
    if isinstance(answer, type) and issubclass(answer, nn.Module):
        raise NotYet("that is the class: make a net of it, with ()")
    if not isinstance(answer, nn.Module):
        raise NotYet(f"the answer should be a net, an nn.Module, not {described(answer)}")
    parameters = list(answer.parameters())
    count = sum(each.numel() for each in parameters)
    if not count:
        raise NotYet(
            "the net has no parameters that an optimizer would find: a plain list hides its layers, "
            "and nn.ModuleList does not"
        )
    device = parameters[0].device
    generator = torch.Generator().manual_seed(0)
    wide, deep = (torch.randn(6, n, generator=generator).to(device) for n in (3, 5))
    out = _output(answer, wide, deep)
    values(out, (6, 1), "what it gives")
    right = (5 + 1) * 4 + (4 + 3 + 1)
    if count != right:
        through, unused = ": `wide` should not go through the hidden layer", ": does `wide` reach the last layer?"
        more = {(8 + 1) * 4 + (4 + 1): through, (8 + 1) * 4 + (4 + 3 + 1): through, (5 + 1) * 4 + (4 + 1): unused}
        raise NotYet(f"it has {count} parameters, and {right} are needed{more.get(count, '')}")
    steps = [_output(answer, wide, deep), _output(answer, wide + 1, deep), _output(answer, wide + 2, deep)]
    if not torch.allclose(steps[1] - steps[0], steps[2] - steps[1], atol=1e-4):
        raise NotYet("a bend stands in the wide way: `wide` goes straight into the last layer")
    if torch.equal(steps[0], steps[1]):
        raise NotYet("`wide` changes nothing in the output: give it to the last layer as well")
    middle = _output(answer, wide, torch.zeros_like(deep))
    both = _output(answer, wide, 9 * deep) + _output(answer, wide, -9 * deep)
    if torch.allclose(both, 2 * middle, atol=1e-3):
        raise NotYet("the deep way is a straight line: the ReLU is missing")
    return f"two ways in, one way out, {right} parameters."


@exercise
def wine_logits(answer: object) -> str:
    """Logits for every third wine, with an accuracy of at least 0.93."""
    from sklearn.datasets import load_wine

    target = torch.tensor(load_wine().target)
    labels = target[torch.arange(len(target)) % 3 == 2]
    if isinstance(answer, Tensor) and answer.shape == labels.shape:
        raise NotYet("those are classes, one for each wine: give the logits, three for each")
    given = torch.tensor(values(answer, (len(labels), 3), "the logits")).view(-1, 3)
    share = (given.argmax(dim=1) == labels).double().mean().item()
    named = given.argmax(dim=1).unique().tolist()
    if share < 0.93:
        never = sorted({0, 1, 2} - set(named))
        about = f", and grower {never[0]} is never named" if never else ""
        raise NotYet(f"the accuracy is {share:.2f}{about}: are all columns of a like size before they go in?")
    return f"{share:.3f} of {len(labels)} wines are given to their grower."


def _output(net: Any, wide: Tensor, deep: Tensor) -> Tensor:
    try:
        with torch.no_grad():
            out = net(wide, deep)
    except Exception as error:
        raise NotYet(f"called with (wide, deep), it raises {type(error).__name__}: {error}") from error
    if not isinstance(out, Tensor):
        raise NotYet(f"called with (wide, deep), it gives {described(out)}, and should give a tensor")
    return out
