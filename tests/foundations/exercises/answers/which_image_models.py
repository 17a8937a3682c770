"""Answers to the exercises of Which image models are best?: right ones, and typical mistakes with words of the hint."""

import numpy as np
import pandas as pd
import torch

from foundations import pareto_front


def on_front(speeds, accuracies, *, beats=None):
    models = list(zip(speeds, accuracies, strict=True))
    beats = beats or (lambda one, other: one[0] >= other[0] and one[1] >= other[1] and one != other)
    return [not any(beats(one, each) for one in models if one is not each) for each in models]


def one_of_equals(speeds, accuracies):
    """By sorting and keeping each that is more accurate than all before it."""
    best, kept = -1, set()
    for i in sorted(range(len(speeds)), key=lambda i: (-speeds[i], -accuracies[i])):
        if accuracies[i] > best:
            best = accuracies[i]
            kept.add(i)
    return [i in kept for i in range(len(speeds))]


def by_neighbours(speeds, accuracies):
    """Looks at the model before and the one after alone."""
    models = list(zip(speeds, accuracies, strict=True))
    near = [models[max(0, i - 1) : i + 2] for i in range(len(models))]
    return [on_front(*zip(each, *some, strict=True))[0] for each, some in zip(models, near, strict=True)]


def best_for(models, least_speed, most_params, *, strict=False, faster=True, column="name"):
    fast = models.images_per_second > least_speed if strict else models.images_per_second >= least_speed
    rows = models[fast & (models.params <= most_params)]
    order = rows.sort_values(["top1", "images_per_second"], ascending=[True, faster])
    return None if rows.empty else order[column].iloc[-1]


def row_by_row(models, least_speed, most_params):
    fitting = [row for row in models.itertuples() if row.images_per_second >= least_speed and row.params <= most_params]
    return max(fitting, key=lambda row: (row.top1, row.images_per_second)).name if fitting else None


def last_row(models, least_speed, most_params):
    rows = models[(models.images_per_second >= least_speed) & (models.params <= most_params)]
    return rows.sort_values(["top1", "images_per_second"]).name.iloc[-1]


def speed_of(speeds, name, size, *, cut=True, sized=True):
    architecture = name.split(".")[0] if cut else name
    rows = speeds[(speeds.model == architecture) & ((speeds.infer_img_size == size) | (not sized))]
    return None if rows.empty else rows.infer_samples_per_sec.iloc[0]


def nearest(speeds, name, size):
    rows = speeds[speeds.model == name.split(".")[0]]
    if rows.empty:
        return None
    return rows.infer_samples_per_sec.loc[(rows.infer_img_size - size).abs().idxmin()]


def prefix(speeds, name, size):
    rows = speeds[speeds.model.str.startswith(name.split(".")[0]) & (speeds.infer_img_size == size)]
    return None if rows.empty else rows.infer_samples_per_sec.iloc[0]


RIGHT = {
    "on_front": [
        on_front,
        lambda s, a: pareto_front(s, a).tolist(),
        pareto_front,
        lambda s, a: tuple(map(np.bool_, on_front(s, a))),
        lambda s, a: np.array(on_front(s, a)),
    ],
    "best_for": [best_for, lambda *a: (found := best_for(*a)) and np.str_(found), row_by_row],
    "speed_of": [speed_of, lambda s, name, size: float(found) if (found := speed_of(s, name, size)) else None],
    "trees_to_keep": [[1, 2, 5], (5, 2, 1), {1, 2, 5}, dict.fromkeys([1, 2, 5]).keys()],
}


def table(draw):
    speeds, top1, params = torch.randint(1, 5, (3, 9), generator=draw).numpy()
    return pd.DataFrame(
        {"name": [*"abcdefghi"], "images_per_second": speeds, "top1": top1, "params": params + speeds / 9}
    )


DRAWN = {
    "on_front": lambda draw: torch.randint(4, (2, 9), generator=draw).tolist(),
    "best_for": lambda draw: (table(draw).drop_duplicates(["images_per_second", "top1"]), 2, 3.5),
}

WRONG = {
    "on_front": {
        "nobody beats the model with speed 900": lambda s, a: [each == max(a) for each in a],
        "better in both": lambda s, a: [True] * len(s),
        "better in one, and in the other as good": lambda s, a: on_front(
            s, a, beats=lambda one, other: one[0] > other[0] and one[1] > other[1]
        ),
        "equal models do not beat": one_of_equals,
        "speed 300 and accuracy 0.7 is beaten, since another has 400": by_neighbours,
        "not a list of 4, which holds a tuple of 2, with the int 900 in it": lambda s, a: [*zip(s, a, strict=True)],
        "for 4 models should be 4 times True or False, not the float": lambda s, a: max(a),
        "not a list of 4, with the int 900 in it": lambda s, a: s,
        "which makes 2": lambda s, a: [True, False],
        "should be a function": [True, False],
    },
    "best_for": {
        "it gives heavy, and quick is right": lambda models, speed, params: (
            None
            if (rows := models[(models.images_per_second >= speed) & (models.params <= params)]).empty
            else rows.sort_values(["top1", "params"]).name.iloc[-1]
        ),
        "of equally accurate models take the faster one": lambda *a: best_for(*a, faster=False),
        "not the float": lambda *a: best_for(*a, column="top1"),
        "let the bound itself in": lambda *a: best_for(*a, strict=True),
        "giant does only 50": lambda models, speed, params: best_for(models, 0, 1e9),
        "broad has 90 million": lambda models, speed, params: best_for(models, speed, 1e9),
        "quick is right: it is more accurate": lambda models, speed, params: best_for(
            models[models.images_per_second == models.images_per_second.max()], 0, 1e9
        ),
        "it raises IndexError": last_row,
        "and should give None": lambda *a: best_for(*a) or "tiny",
        "which is no name": lambda *a: "the best",
    },
    "speed_of": {
        "the speed of resnet50_gn at 224": lambda speeds, name, size: (
            speed_of(
                speeds[speeds.model != "resnet50d"].assign(model=speeds.model.str.split("_").str[0]),
                name.split("_")[0],
                size,
            )
            if name.startswith("resnet50.")
            else speed_of(speeds, name, size)
        ),
        "is the name cut off at its first dot?": lambda *a: speed_of(*a, cut=False),
        "the speed of resnet50 at 176": lambda *a: speed_of(*a, sized=False),
        "the speed of resnet50d at 224": prefix,
        "at 288 it gives 2200, and the table has 2212": lambda *a: round(speed_of(*a), -2),
        "resnet50.a1_in1k at 320": nearest,
        "should be a function": 3730.16,
        "at 288 it gives 3730.16, the speed of resnet50 at 224": lambda *a: 3730.16,
        "at 288 it gives 2212, and the table has 2212.4": lambda *a: int(speed_of(*a)),
        "ask first whether there is one": lambda speeds, name, size: speeds[
            speeds.model == "x"
        ].infer_samples_per_sec.iloc[0],
        "not a DataFrame of shape (3, 3), with the string 'resnet50' in it": lambda speeds, name, size: speeds[
            speeds.model == name.split(".")[0]
        ],
        "nan in what it gives for resnet50": lambda speeds, name, size: float("nan"),
    },
    "trees_to_keep": {
        "give them a minus sign": [5, 6, 7, 8],
        "a small one that nobody beats": [5],
        "are right no more often": list(range(1, 9)),
        "is not the front": [1, 2],
        "a list of depths": 5,
        "should be numbers, not a list of 2, with the string 'two' in it": {"two", 5},
        "give the depths of those with yes": [True, True, False, False, True, False, False, False],
        "and 0 is none": [0, 1, 4],
        "the depth 5 stands there more than once": [1, 2, 5, 5],
        "2.5 is none": [1, 2.5, 5],
        "not a dict of 3": {1: True, 2: True, 5: True},
    },
}
