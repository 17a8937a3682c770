"""The exercises of Why use a framework: two callbacks, two new columns, a preparation, and wines by the learner."""

import math
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from foundations.exercises import NotYet
from foundations.exercises.judging import all_apart, attempt, call, data_set, described, exercise, near, values
from foundations.training.callbacks import HOOKS
from foundations.training.learner import Learner

if TYPE_CHECKING:
    import pandas as pd

LIMIT = 0.01


@exercise
def clip_gradients(answer: object) -> str:
    """A callback that shortens the gradient of all parameters together to a length of 0.01 before each step."""
    inputs, targets = torch.tensor([[1.0, 2.0], [-1.0, 0.5]]), torch.tensor([[3.0], [1.0]])
    for size, kind in ((1.0, "long"), (1e-3, "short")):
        model = nn.Linear(2, 1)
        with torch.no_grad():
            for each in model.parameters():
                each.zero_()
        slopes = _slopes(model, inputs, targets * size)
        length = slopes.norm().item()
        moved = -_moved_by(answer, model, inputs, targets * size)
        if kind == "short":
            if not near(moved.tolist(), slopes.tolist()):
                raise NotYet(f"a gradient of length {length:.4f} is short enough: it should stay as it is")
            continue
        if near(moved.tolist(), slopes.tolist()):
            raise NotYet(f"at the step the gradient still has its full length, {length:.2f}: {_no_effect(answer)}")
        right = slopes * (LIMIT / length)
        apart = torch.cat([part * (LIMIT / part.norm()) for part in slopes.split([2, 1])])
        if near(moved.tolist(), apart.tolist()):
            raise NotYet("each parameter is shortened by itself, so the direction changes: take all of them together")
        if near(moved.tolist(), slopes.clamp(-LIMIT, LIMIT).tolist()):
            raise NotYet("each number is cut off by itself, so the direction changes: shorten all by one factor")
        if not moved.any():
            raise NotYet("at the step the gradient is gone: shorten it, do not clear it")
        if not near(moved.tolist(), right.tolist()):
            raise NotYet(f"at the step the gradient should be {LIMIT} long, and it is {moved.norm():.4g} long")
    return "long gradients are shortened before the step, their direction stays, and short ones are left alone."


@exercise
def stop_at_nan(answer: object) -> str:
    """A callback that stops as soon as the loss of a batch is not finite."""
    for bad, at in ((math.nan, 3), (math.inf, 7), (-math.inf, 4), (None, 20)):
        n_losses = 0

        def loss_fn(preds: Tensor, targets: Tensor, bad: float | None = bad, at: int = at) -> Tensor:
            nonlocal n_losses
            n_losses += 1
            return preds.mean() * 0 + (bad if bad is not None and n_losses >= at else 1.0)

        rows = torch.ones(5, 1)
        learner = Learner(nn.Linear(1, 1), (rows, rows), loss_fn, batch_size=1, device="cpu")
        _fit(learner, 4, 0.0, answer)
        if learner.step == at:
            continue
        if unheard := _unheard(answer):
            raise NotYet(unheard)
        if bad is None:
            raise NotYet(f"a run whose losses were all finite was stopped after {learner.step} of 20 steps")
        if learner.step == 20 and math.isinf(bad):
            raise NotYet("a loss of infinity is not finite either, and the run went on to the end")
        if learner.step == 20:
            raise NotYet(
                "the loss was nan, and the run went on to the end: learner.stop did not become true. "
                "If the loss is compared: nan equals nothing, not even itself"
            )
        if learner.step % 5 == 0:
            raise NotYet(
                f"the loss of batch {at} was {bad}, and the run stopped at the end of the epoch: that may be long"
            )
        raise NotYet(f"the loss of batch {at} was {bad}, and the run stopped after step {learner.step}")
    return "it stops at once, for nan and for infinity, and leaves healthy runs alone."


@exercise
def companions(answer: object) -> str:
    """A function that adds the columns Alone and Boy to a table of passengers, and leaves the table as it is."""
    table = _travellers()
    result = call(answer, table)
    if not hasattr(result, "columns"):
        raise NotYet(f"it should give a table, not {described(result)}")
    if missing := [name for name in (*table.columns, "Alone", "Boy") if name not in result.columns]:
        raise NotYet(f"the table has no column {missing[0]}")
    if len(result) != len(table) or not result[list(table.columns)].equals(table):
        raise NotYet("the other columns, and the order of the rows, should stay as they were")
    family = table.SibSp + table.Parch
    ticket = table.Ticket.map(table.Ticket.value_counts())
    _same(
        result.Alone,
        (family == 0) & (ticket == 1),
        "Alone",
        {
            "Alone flags those with exactly one relative: who is alone has none": (family == 1) & (ticket == 1),
            "Alone still flags people with exactly one relative": family == 1,
            "Alone flags people who share their ticket with others: how many have the same one?": family == 0,
            "Alone looks at the ticket only: relatives may have tickets of their own": ticket == 1,
        },
        table["Name"]
        + (", SibSp " + table.SibSp.astype(str) + ", Parch " + table.Parch.astype(str))
        + (", on a ticket of " + ticket.astype(str)),
    )
    _same(
        result.Boy,
        table["Name"].str.contains(", Master.", regex=False),
        "Boy",
        {
            "Boy flags Mr Masterman, whose surname it is: the title stands between comma and full stop": (
                table["Name"].str.contains("Master")
            ),
        },
        table["Name"],
    )
    few = table.iloc[::-2]
    result, on_ticket = call(answer, few), few.Ticket.map(few.Ticket.value_counts())
    alone = (few.SibSp + few.Parch == 0) & (on_ticket == 1)
    boys = few["Name"].str.contains(", Master.", regex=False)
    if not all(near(result[name].tolist(), right.tolist()) for name, right in (("Alone", alone), ("Boy", boys))):
        raise NotYet("for one table it is right, and for every second row of it, from the last on, it is not")
    return "both columns say what their names say."


@exercise
def learn_to_fill(answer: object) -> str:
    """A function that learns means from a table, and gives a function that fills the gaps of any table with them."""
    import pandas as pd

    nan = math.nan
    train = pd.DataFrame({"age": [10.0, nan, 41.0, 41.0], "fare": [5.0, 7.0, 9.0, 12.5]})
    rows = pd.DataFrame({"age": [nan, 2.0, 4.0], "fare": [1.1, nan, 2.9]}, index=[7, 2, 5])
    fill = call(answer, train)
    if not callable(fill):
        raise NotYet(f"it should give a function that fills other tables, not {described(fill)}")
    filled = call(fill, rows)
    if not hasattr(filled, "columns") or list(filled.columns) != ["age", "fare"] or len(filled) != 3:
        raise NotYet(f"the function should give a table with the same columns and rows, not {described(filled)}")
    if list(filled.index) != list(rows.index):
        raise NotYet(f"the rows are numbered {list(filled.index)}, and they came as {list(rows.index)}: leave that so")
    got = [float(filled.age.iloc[0]), float(filled.fare.iloc[1])]
    if near(got, [3.0, 2.0]):
        raise NotYet("the gaps get the means of the new rows: those of train are wanted, which it learnt from")
    if math.isnan(got[0]):
        raise NotYet("a gap in a column that had gaps in train is still there")
    if math.isnan(got[1]):
        raise NotYet("a gap in a column that had none in train is still there: new rows may have gaps anywhere")
    if near(got, [41.0, 8.0]):
        raise NotYet("the gaps get the medians of train: the means are wanted")
    means = train.mean().tolist()
    if not near(got, means):
        raise NotYet(f"the gaps should get the means of train, {all_apart(means, got, ', and get ')}")
    there = rows.notna().to_numpy()
    if not near(filled.to_numpy(float)[there].tolist(), rows.to_numpy()[there].tolist()):
        raise NotYet("values that were there have changed: only gaps are to be filled")
    alone = call(fill, rows.iloc[:1])
    if not near([float(alone.age.iloc[0])], means[:1]):
        raise NotYet("a single row should be filled with the means of train, too")
    twice = call(call(answer, 2 * train), rows)
    if not near([float(twice.age.iloc[0])], [2 * means[0]]):
        raise NotYet("with a train that is twice as large it should fill in what is twice as large, and does not")
    if not near([float(call(fill, rows).age.iloc[0])], means[:1]):
        raise NotYet("once it has learnt from a second train, what it gave before fills in the means of that one")
    return "new rows, even a single one, are filled with what was learnt from the training rows."


@exercise
def wine_growers(answer: object) -> str:
    """Logits of the 58 wines that were not trained on; at least 55 are right."""
    _, grower = data_set("wine", return_X_y=True)
    order = torch.randperm(178, generator=torch.Generator().manual_seed(42))
    truth = torch.tensor(grower)[order[120:]]
    if isinstance(answer, Tensor | np.ndarray) and answer.shape == (120, 3):
        raise NotYet("there are 120 rows, as many as were trained on: the others are wanted, wine_test")
    logits = torch.tensor(values(answer, (58, 3), "what you give")).reshape(58, 3)
    n_right = int((logits.argmax(dim=1) == truth).sum())
    if n_right < 55:
        raise NotYet(f"{n_right} of 58 are right: are all measurements on one scale?")
    return f"{n_right} of the 58 growers are right."


def _callback(answer: object) -> Any:
    made = attempt(answer, called="making an object of it") if isinstance(answer, type) else answer
    if not all(callable(getattr(type(made), hook, None)) for hook in HOOKS):
        raise NotYet(f"the answer should be a subclass of Callback, not {described(answer)}")
    return made


def _methods(answer: object) -> list[str]:
    return list(vars(answer if isinstance(answer, type) else type(answer)))


def _unheard(answer: object) -> str:
    """What to say of a callback's method that has the name of no moment, if there is one."""
    names = [each for each in _methods(answer) if each.startswith(("before_", "after_")) and each not in HOOKS]
    return f"{names[0]} is no moment of a training, so nobody calls it" if names else ""


def _no_effect(answer: object) -> str:
    """Why what a callback does changes no step: a misspelt moment, another one, or the right one in vain."""
    if unheard := _unheard(answer):
        return unheard
    if "after_backward" in _methods(answer):
        return "the moment is right, but what is done there leaves every .grad as it was"
    return "which moment comes after backward(), and before the step?"


def _fit(learner: Learner, n_epochs: int, lr: float, answer: object) -> None:
    attempt(partial(learner.fit, n_epochs, lr, callbacks=[_callback(answer)]), called="in a fit it")


def _flat(model: nn.Module, of: Callable[[Any], Tensor]) -> Tensor:
    return torch.cat([of(each).detach().flatten() for each in model.parameters()])


def _slopes(model: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    nn.functional.mse_loss(model(inputs), targets).backward()
    slopes = _flat(model, lambda each: each.grad)
    model.zero_grad()
    return slopes


def _moved_by(answer: object, model: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
    """How far one step of gradient descent with a learning rate of 1 moves the parameters."""
    before = _flat(model, lambda each: each).clone()
    sgd, loss_fn = torch.optim.SGD, nn.functional.mse_loss
    learner = Learner(model, (inputs, targets), loss_fn, batch_size=None, optimizer=sgd, device="cpu")
    _fit(learner, 1, 1.0, answer)
    return _flat(model, lambda each: each) - before


@cache
def _travellers() -> "pd.DataFrame":
    """Simulated passengers, with friends on one ticket and a man whose surname begins like a title."""
    from foundations.passengers.lists import titanic

    table = titanic("simulated").iloc[:80].copy()
    family = table.SibSp + table.Parch
    alone, with_one = list(table.index[family == 0]), list(table.index[family == 1])
    table.loc[[*alone[:3], with_one[0]], "Ticket"] = "1601"
    table.loc[[alone[6], with_one[1]], "Ticket"] = "1602"
    table.loc[alone[4], "Name"] = "Masterman, Mr. Frank"
    table.loc[alone[5], "Name"] = "Brook, Master. Paul"
    return table


def _same(column: Any, right: Any, name: str, mistakes: dict[str, Any], about: Any) -> None:
    if column.dtype.kind not in "fiu":
        raise NotYet(f"{name} should hold 1.0 and 0.0, and its type is {column.dtype}: .astype(float)")
    result = column.to_numpy(float)
    if (result == right.to_numpy(float)).all():
        return
    for hint, wrong in mistakes.items():
        if (result == wrong.to_numpy(float)).all():
            raise NotYet(hint)
    wrong = (result != right.to_numpy(float)).nonzero()[0]
    first = int(wrong[0])
    raise NotYet(
        f"{name} is wrong for {len(wrong)} of {len(right)} passengers: it is {result[first]:g} for {about.iloc[first]}"
    )
