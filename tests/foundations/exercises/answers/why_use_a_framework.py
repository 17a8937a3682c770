"""Answers to the exercises of Why use a framework: right ones, and for each typical mistake words of its hint."""

import numpy as np
import torch
from sklearn.datasets import load_wine
from torch import nn

import foundations


class Callback:
    """As the page writes it: nobody checks the names."""

    def nothing(self, learner):
        pass

    before_fit = before_epoch = before_batch = nothing
    after_backward = after_batch = after_epoch = after_fit = nothing


def callback(base=Callback, **moments):
    return type("Answer", (base,), {name: lambda self, learner, do=do: do(learner) for name, do in moments.items()})


class NoCallback:
    def after_backward(self, learner):
        clip(learner)


def clip(learner, limit=0.01):
    nn.utils.clip_grad_norm_(learner.model.parameters(), limit)


def clip_by_hand(learner):
    params = list(learner.model.parameters())
    length = torch.cat([each.grad.flatten() for each in params]).norm()
    for each in params:
        each.grad *= (0.01 / length).clamp(max=1)


def clip_apart(learner):
    for each in learner.model.parameters():
        nn.utils.clip_grad_norm_([each], 0.01)


def clip_values(learner):
    nn.utils.clip_grad_value_(learner.model.parameters(), 0.01)


def always_short(learner):
    length = torch.cat([each.grad.flatten() for each in learner.model.parameters()]).norm()
    for each in learner.model.parameters():
        each.grad *= 0.01 / length


def clear(learner):
    learner.optimizer.zero_grad()


def stop_if(bad):
    def moment(learner):
        if bad(learner.loss):
            learner.stop = True

    return moment


def not_finite(loss):
    return not loss.isfinite()


class NeedsArgument(Callback):
    def __init__(self, limit):
        self.limit = limit


def friends(table):
    return table.Ticket.map(table.Ticket.value_counts()) == 1


def family(table):
    return table.SibSp + table.Parch


def companions(alone=lambda table: (family(table) == 0) & friends(table), boy=", Master."):
    def answer(table):
        is_boy = table.Name.str.contains(boy, regex=False)
        return table.assign(Alone=alone(table).astype(float), Boy=is_boy.astype(float))

    return answer


def in_place(table):
    table["Alone"] = ((family(table) == 0) & friends(table)).astype(float)
    table["Boy"] = table.Name.str.contains(", Master.", regex=False).astype(float)
    return table


class Shared:
    """Keeps the means where all that are made of it share them."""

    means = None

    def __init__(self, train):
        Shared.means = train.mean()

    def __call__(self, rows):
        return rows.fillna(Shared.means)


def filler(statistic):
    def learn(train):
        learnt = statistic(train)
        return lambda rows: rows.fillna(learnt)

    return learn


wine, grower = load_wine(return_X_y=True)
order = torch.randperm(178, generator=torch.Generator().manual_seed(42))
wine_train, wine_test = order[:120], order[120:]
grower = torch.tensor(grower)


def wine_logits(scaled=True, rows=wine_test):
    """Logits by the distances to the growers' means, as good as a net's."""
    x = torch.tensor(wine.astype(np.float32))
    if scaled:
        x = (x - x[wine_train].mean(0)) / x[wine_train].std(0)
    centres = torch.stack([x[wine_train][grower[wine_train] == each].mean(dim=0) for each in range(3)])
    return -torch.cdist(x[rows], centres).square()


RIGHT = {
    "clip_gradients": [
        callback(after_backward=lambda learner: clip(learner, 0.01)),
        callback(foundations.Callback, after_backward=clip_by_hand),
        callback(after_backward=clip),
        callback(after_backward=clip_by_hand),
        callback(foundations.Callback, after_backward=clip),
        callback(after_backward=clip)(),
    ],
    "stop_at_nan": [
        callback(after_batch=stop_if(not_finite)),
        callback(after_backward=stop_if(not_finite)),
        callback(after_batch=stop_if(lambda loss: not abs(loss) < float("inf"))),
        callback(foundations.Callback, after_batch=stop_if(lambda loss: not np.isfinite(loss.item()))),
        callback(after_batch=stop_if(lambda loss: loss.isnan() or loss.isinf()))(),
        callback(after_batch=lambda learner: setattr(learner, "stop", learner.stop or not_finite(learner.loss))),
    ],
    "companions": [
        companions(),
        lambda table: companions()(table)[["Boy", "Alone", *table.columns]],
    ],
    "learn_to_fill": [
        filler(lambda train: train.mean()),
        filler(lambda train: train.mean().to_dict()),
        lambda train: lambda rows: rows.fillna(train.mean()).astype("float32"),
    ],
    "wine_growers": [wine_logits(), 3 * nn.functional.one_hot(grower[wine_test]).float()],
}

WRONG = {
    "clip_gradients": {
        "which moment comes after": callback(after_batch=clip),
        "after_backwards is no moment": callback(after_backwards=clip),
        "the moment is right": callback(after_backward=lambda learner: None),
        "not the class NoCallback": NoCallback,
        "each parameter is shortened by itself": callback(after_backward=clip_apart),
        "each number is cut off": callback(after_backward=clip_values),
        "short enough": callback(after_backward=always_short),
        "do not clear it": callback(after_backward=clear),
        "should be 0.01 long, and it is 0.1 long": callback(after_backward=lambda learner: clip(learner, 0.1)),
        "should be a subclass of Callback": clip,
        "making an object of it raises TypeError": NeedsArgument,
        "in a fit it raises AttributeError": callback(after_backward=lambda learner: learner.models),
        "`...` still stands": ...,
    },
    "stop_at_nan": {
        "nan equals nothing": callback(after_batch=stop_if(lambda loss: loss == float("nan"))),
        "after_batches is no moment": callback(after_batches=stop_if(not_finite)),
        "at the end of the epoch": callback(after_epoch=stop_if(not_finite)),
        "the loss of batch 4 was -inf": callback(
            after_batch=lambda learner: setattr(learner, "stop", learner.step == 9 or not learner.loss < float("inf"))
        ),
        "infinity is not finite": callback(after_batch=stop_if(lambda loss: loss.isnan())),
        "all finite was stopped after 10": callback(
            after_batch=lambda learner: setattr(learner, "stop", not_finite(learner.loss) or learner.step == 10)
        ),
        "loss of batch 3 was nan, and the run stopped after step 2": callback(
            after_batch=lambda learner: setattr(learner, "stop", learner.step == 2)
        ),
        "in a fit it raises AttributeError": callback(after_batch=lambda learner: learner.losses),
        "and the run stopped after step 4": callback(
            after_batch=lambda learner: setattr(learner, "stop", learner.step > 3)
        ),
        "should be a subclass of Callback": 3,
    },
    "companions": {
        "Alone is wrong for 1 of 80": companions(
            lambda table: (
                (family(table) == 0) & (table.Ticket.map(table.Ticket[family(table) == 0].value_counts()) == 1)
            )
        ),
        "exactly one relative: who is alone": companions(lambda table: (family(table) == 1) & friends(table)),
        "still flags people with exactly one": companions(lambda table: family(table) == 1),
        "share their ticket": companions(lambda table: family(table) == 0),
        "looks at the ticket only": companions(friends),
        "for every second row of it": companions(
            lambda table: (
                (family(table) == 0) & friends(table) & (table.index < 9)
                if len(table) < 80
                else (family(table) == 0) & friends(table)
            )
        ),
        "Mr Masterman": companions(boy="Master"),
        "Boy is wrong for": companions(boy="Miss."),
        "loses the old values": in_place,
        "no column Alone": lambda table: table,
        "no column Name": lambda table: companions()(table).drop(columns="Name"),
        "should give a table": lambda table: table.SibSp.sum(),
        "should stay as they were": lambda table: companions()(table).iloc[::-1],
        "its type is bool": lambda table: table.assign(Alone=family(table) == 0, Boy=0.0),
    },
    "learn_to_fill": {
        "and get [31.0, 8.0]": filler(lambda train: train.mean().round()),
        "fill in what is twice as large": filler(lambda train: {"age": 92 / 3, "fare": 8.375}),
        "means of the new rows": lambda train: lambda rows: rows.fillna(rows.mean()),
        "that had gaps in train is still there": lambda train: lambda rows: rows,
        "had none in train": filler(lambda train: train[["age"]].mean()),
        "medians of train": filler(lambda train: train.median()),
        "[30.67, 8.375], and get [0.0, 0.0]": filler(lambda train: 0),
        "should give a function": lambda train: train.fillna(train.mean()),
        "same columns and rows": lambda train: lambda rows: rows.dropna(),
        "the rows are numbered [0, 1, 2]": lambda train: lambda rows: rows.fillna(train.mean()).reset_index(drop=True),
        "learnt from a second train": Shared,
        "a single row should be": lambda train: lambda rows: rows.fillna(train.mean() if len(rows) > 1 else 0),
        "have changed": lambda train: lambda rows: rows.fillna(train.mean()).clip(lower=1.5),
    },
    "wine_growers": {
        "on one scale": wine_logits(scaled=False),
        "as many as were trained on": wine_logits(rows=wine_train),
        "not (58,)": wine_logits().argmax(1),
        "not (178, 3)": wine_logits(rows=order),
        "0 of 58 are right": -wine_logits(),
        "21 of 58 are right": torch.tensor([1.0, 0.0, 0.0]).expand(58, 3),
        "nan in what you give": wine_logits().log(),
        "not the function": wine_logits,
    },
}
