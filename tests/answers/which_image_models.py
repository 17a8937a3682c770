"""Answers to the exercises of Which image models are best?: right ones, and typical mistakes with words of the hint."""

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


def best_for(models, least_speed, most_params, *, strict=False, faster=True, column="name"):
    fast = models.images_per_second > least_speed if strict else models.images_per_second >= least_speed
    rows = models[fast & (models.params <= most_params)]
    order = rows.sort_values(["top1", "images_per_second"], ascending=[True, faster])
    return None if rows.empty else order[column].iloc[-1]


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
    "on_front": [on_front, lambda s, a: pareto_front(s, a).tolist(), pareto_front],
    "best_for": [best_for],
    "speed_of": [speed_of, lambda s, name, size: float(found) if (found := speed_of(s, name, size)) else None],
    "trees_to_keep": [[1, 2, 5], (5, 2, 1)],
}

WRONG = {
    "on_front": {
        "nobody beats the model with speed 900": lambda s, a: [each == max(a) for each in a],
        "better in both": lambda s, a: [True] * len(s),
        "better in one, and in the other as good": lambda s, a: on_front(
            s, a, beats=lambda one, other: one[0] > other[0] and one[1] > other[1]
        ),
        "equal models do not beat": one_of_equals,
        "for each of the 4 models": lambda s, a: max(a),
        "and gives [900": lambda s, a: s,
        "should be a function": [True, False],
    },
    "best_for": {
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
        "cut the name off at the dot": lambda *a: speed_of(*a, cut=False),
        "the speed of resnet50 at 176": lambda *a: speed_of(*a, sized=False),
        "the speed of resnet50d at 224": prefix,
        "resnet50.a1_in1k at 320": nearest,
        "should be a function": 3730.0,
    },
    "trees_to_keep": {
        "give them a minus sign": [5, 6, 7, 8],
        "a small one that nobody beats": [5],
        "are right no more often": list(range(1, 9)),
        "is not the front": [1, 2],
        "a list of depths": 5,
    },
}
