"""The exercises of Many classes: softmax, cross-entropy, top-k, other data."""

import numpy as np
import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import (
    Watch,
    all_apart,
    call,
    compare,
    data_set,
    exercise,
    for_others,
    number,
    values,
)


@exercise
def stable_softmax(answer: object) -> str:
    """A function of logits: probabilities, row by row, also where exp would overflow."""
    small = torch.tensor([[2.0, 1.0, -1.0], [0.0, 0.5, 3.0]])
    result = values(call(answer, small), small.shape, "what it gives")
    powers = small.exp()
    compare(
        result,
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
    together = torch.tensor([[0.0, 10_000.0, 9_999.0], [-10_000.0, -10_001.0, -20_000.0]])
    for large in (together[:1], together[1:], together):
        found = call(answer, large)
        row = large[0].tolist()
        if isinstance(found, Tensor) and not found.isfinite().all():
            if len(large) > 1:
                raise NotYet(
                    "each row is right by itself, and not both in one batch: the largest logit of *all* rows leaves "
                    "nothing of the others, so take each row's own, with dim=1"
                )
            what = "is 0 for all of them, and so is their sum" if found.isnan().all() else "overflows"
            raise NotYet(f"for the logits {row} exp {what}: take the row's largest logit away first")
        shares, wanted = values(found, large.shape, "what it gives"), large.softmax(dim=1).flatten().tolist()
        compare(
            shares,
            wanted,
            {},
            f"for the logits {large.flatten().tolist()} "
            f"the probabilities should be {all_apart(wanted, shares, ', and they are ')}",
        )
    return "only differences count, so the size of the logits does no harm."


@exercise
def surprise_of(answer: object) -> str:
    """A function of logits and labels: the mean cross-entropy."""
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)) * 2
    labels = torch.tensor([2, 0, 1, 0])
    shares = logits.softmax(dim=1)
    right = shares[torch.arange(4), labels]
    with Watch() as watch:
        result = number(call(answer, logits, labels))
    if done := sorted(watch.names & {"cross_entropy", "nll_loss"}):
        raise NotYet(f"PyTorch's {done[0]} does it: write it without")
    gives = f"it gives {result:.4g}"
    compare(
        [result],
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
    wider, places = torch.randn(3, 5, generator=torch.Generator().manual_seed(1)), torch.tensor([4, 0, 3])
    for_others(answer, torch.nn.functional.cross_entropy(wider, places), wider, places)
    return "minus the logarithm of what the right class was given."


@exercise
def top_k(answer: object) -> str:
    """A function of logits, labels and k: the share of rows whose right class is among the k largest."""
    logits = torch.randn(61, 7, generator=torch.Generator().manual_seed(8))
    labels = torch.arange(61) % 6
    ranked = logits.argsort(dim=1, descending=True)
    hits = ranked == labels[:, None]
    for k in (1, 3, 6):
        right = hits[:, :k].any(dim=1).float().mean().item()
        result = number(call(answer, logits, labels, k), f"what it gives for k = {k}")
        gives = f"for k = {k} it gives {result:.4g}"
        everything = (logits.topk(1).indices == labels).float().mean().item()
        compare(
            [result],
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
def wine_logits(answer: object) -> str:
    """Logits for every third wine, with an accuracy of at least 0.93."""
    target = torch.tensor(data_set("wine").target)
    labels = target[torch.arange(len(target)) % 3 == 2]
    if isinstance(answer, Tensor | np.ndarray) and answer.shape == labels.shape:
        raise NotYet("that is one number for each wine: give the logits, three for each")
    result = torch.tensor(values(answer, (len(labels), 3), "the logits")).view(-1, 3)
    share = (result.argmax(dim=1) == labels).double().mean().item()
    named = result.argmax(dim=1).unique().tolist()
    if share < 0.93:
        never = sorted({0, 1, 2} - set(named))
        about = f", and grower {never[0]} is never named" if never else ""
        raise NotYet(f"the accuracy is {share:.2f}{about}: are all columns of a like size before they go in?")
    return f"{share:.3f} of {len(labels)} wines are given to their grower."
