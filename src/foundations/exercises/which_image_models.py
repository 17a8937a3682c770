"""The exercises of Which image models are best?: a front, a budget, a speed that belongs, and trees worth keeping."""

from collections.abc import Set
from functools import cache
from typing import TYPE_CHECKING, Any

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, data_set, described, exercise, near, number, numbers, truths
from foundations.images.pareto import pareto_front
from foundations.passengers.preparation import random_split

if TYPE_CHECKING:
    import pandas as pd


FRONTS: tuple[tuple[list[float], list[float]], ...] = (
    ([900, 500, 300, 100], [0.70, 0.80, 0.75, 0.90]),
    ([100, 300, 900], [0.7, 0.8, 0.9]),
    ([500, 500, 200], [0.7, 0.8, 0.8]),
    ([500, 500, 700], [0.8, 0.8, 0.6]),
    ([300, 100, 200], [0.7, 0.9, 0.8]),
    ([900, 300, 1000, 100, 400], [0.5, 0.7, 0.4, 0.9, 0.8]),  # beaten by one that stands further away
)


def _why(model: tuple[float, float], models: list[tuple[float, float]]) -> str:
    """Why a model is on the front, or why not."""
    named = "the model with speed {:g} and accuracy {:g}".format(*model)
    for other in models:
        if other != model and other[0] >= model[0] and other[1] >= model[1]:
            how = "better in one, and in the other as good" if set(other) & set(model) else "better in both"
            return f"{named} is beaten, since another has {other[0]:g} and {other[1]:g}, {how}"
    if models.count(model) > 1:
        return f"{named} is there twice, and equal models do not beat each other"
    return f"nobody beats {named}: each other model is slower or less accurate"


@exercise
def on_front(answer: object) -> str:
    """A function of speeds and accuracies: for each model, whether no other beats it."""
    for speeds, accuracies in FRONTS:
        result = truths(call(answer, speeds, accuracies), len(speeds), f"what it gives for {len(speeds)} models")
        models = list(zip(speeds, accuracies, strict=True))
        for said, right, model in zip(result, pareto_front(speeds, accuracies).tolist(), models, strict=True):
            if said != right:
                raise NotYet(
                    f"for speeds {speeds} and accuracies {accuracies} it gives {result}: {_why(model, models)}"
                )
    return "the fastest and the most accurate are on it, and whoever lies between them unbeaten."


def _models() -> "pd.DataFrame":
    import pandas as pd

    rows = [
        ("tiny", 9000.0, 70.0, 2.0),
        ("quick", 4000.0, 80.0, 20.0),
        ("lean", 2500.0, 80.0, 8.0),
        ("stout", 2200.0, 80.0, 35.0),
        ("heavy", 2300.0, 80.0, 45.0),
        ("broad", 3000.0, 84.0, 90.0),
        ("strong", 1000.0, 86.0, 30.0),
        ("giant", 50.0, 90.0, 1000.0),
    ]
    table = pd.DataFrame(rows, columns=["name", "images_per_second", "top1", "params"])
    return table.iloc[[5, 0, 7, 2, 4, 6, 1, 3]]  # neither in an order nor numbered in one


@exercise
def best_for(answer: object) -> str:
    """A function of a table, a least speed and a most number of parameters: the name of the most accurate that fits."""
    models = _models()
    for speed, params, right in (
        (2000, 50, "quick"),
        (2000, 100, "broad"),
        (40, 2000, "giant"),
        (1000, 30, "strong"),
        (40, 40, "strong"),
        (5000, 100, "tiny"),
    ):
        asked = f"for at least {speed} images per second and at most {params} million parameters"
        result, turned = (_name(call(answer, table, speed, params)) for table in (models, models[::-1]))
        if result == right:
            result = turned  # of two that are as good, the place in the table must not decide
        if result not in set(models.name):
            raise NotYet(
                f'{asked} it gives {result!r:.60}, which is no name in the table: the column is models["name"]'
            )
        if result != right:
            (row,) = models[models.name == result].itertuples()
            (best,) = models[models.name == right].itertuples()
            raise NotYet(
                f"{asked} it gives {result}, and {right} is right: {_what_is_better(row, best, speed, params)}"
            )
    try:
        result = answer(models.copy(), 20_000, 10)  # type: ignore[operator]
    except Exception as error:
        raise NotYet(
            f"if no model will do it raises {type(error).__name__}: give None, before you take a row"
        ) from error
    if result is not None:
        raise NotYet(f"if no model will do it gives {result!r:.60}, and should give None")
    return "the most accurate one that you can afford."


def _what_is_better(row: Any, best: Any, speed: float, params: float) -> str:
    if row.images_per_second < speed:
        return f"{row.name} does only {row.images_per_second:g} images per second"
    if row.params > params:
        return f"{row.name} has {row.params:g} million parameters, which is too many"
    if row.top1 == best.top1:
        return "of equally accurate models take the faster one"
    bound = speed == best.images_per_second or params == best.params
    return "it is more accurate" + (", and *at least* and *at most* let the bound itself in" if bound else "")


def _name(result: Any) -> str:
    if not isinstance(result, str):
        raise NotYet(f"it should give the name of a model, a string, not {described(result)}")
    return result


@exercise
def speed_of(answer: object) -> str:
    """A function of timm's speeds, the name of some weights and an image size: the speed that belongs to them."""
    import pandas as pd

    rows = [("resnet50d", 224, 3420.36), ("resnet50_gn", 224, 1990.41), ("resnet50", 176, 5862.71)]
    rows += [("resnet50", 288, 2212.43), ("resnet50", 224, 3730.16)]
    speeds = pd.DataFrame(rows, columns=["model", "infer_img_size", "infer_samples_per_sec"])
    cases = [
        ("resnet50.a1_in1k", 288, 2212.43),
        ("resnet50.a1_in1k", 224, 3730.16),
        ("resnet50d.ra2_in1k", 224, 3420.36),
        ("resnet50_gn.a1h_in1k", 224, 1990.41),
    ]
    for name, size, right in cases:
        result = _or_none(answer, speeds, name, size)
        asked = f"for {name} at {size}"
        if result is None:
            row = f"{name.split('.')[0]} at {size}"
            raise NotYet(f"{asked} it gives None, and the table has {row}: is the name cut off at its first dot?")
        result = number(result, f"what it gives {asked}")
        if not near([result], [right], 1e-6):
            for model, at, speed in rows:
                if near([result], [speed], 1e-6):
                    whose, same = f"the speed of {model} at {at}", "architecture *and* size must be the same"
                    raise NotYet(f"{asked} it gives {speed}, {whose}, not {right}: {same}")
            gives, has = apart(result, right)
            raise NotYet(f"{asked} it gives {gives}, and the table has {has}")
    for name, size in (
        ("resnet50.a1_in1k", 320),
        ("resnet5.a1_in1k", 224),
        ("resnet50d.ra2_in1k", 288),
        ("vgg16.tv_in1k", 224),
    ):
        result = _or_none(answer, speeds, name, size)
        if result is not None:
            raise NotYet(f"for {name} at {size} it gives {described(result)}, but that was not measured: give None")
    return "no speed is lost, and none invented."


def _or_none(answer: object, *args: Any) -> Any:
    """What the learner's function gives; None is an answer here."""
    return (
        call(lambda *result: [answer(*result)] if callable(answer) else answer, *args)[0]
        if callable(answer)
        else call(answer)
    )


@exercise
def trees_to_keep(answer: object) -> str:
    """The depths of the trees on the front of few leaves and high accuracy."""
    depths = list(answer) if isinstance(answer, Set) else answer
    try:
        n = len(depths)  # type: ignore[arg-type]
    except TypeError:
        n = 0
    if n == 0 or isinstance(depths, str | bytes | dict):
        raise NotYet(f"it should be a list of depths, whole numbers from 1 to 8, not {described(answer)}")
    try:
        truths(depths, n)
    except NotYet:
        pass
    else:
        raise NotYet("that says yes or no of each tree: give the depths of those with yes")
    chosen = sorted(numbers(depths, None, "the list of depths"))
    if bad := [each for each in chosen if each not in range(1, 9)]:
        raise NotYet(f"the depths are whole numbers from 1 to 8, and {bad[0]:g} is none")
    if twice := [each for each in chosen if chosen.count(each) > 1]:
        raise NotYet(f"the depth {twice[0]:g} stands there more than once")
    right, hints = _front_of_trees()
    if chosen != right:
        named = [int(each) for each in chosen]
        raise NotYet(
            hints.get(tuple(chosen), f"{named} is not the front: for each depth, look for another that beats it")
        )
    return "every deeper or shallower one costs more leaves or more errors than one of these."


@cache
def _front_of_trees() -> tuple[list[float], dict[tuple[float, ...], str]]:
    """The depths on the front, and hints for other lists of depths."""
    from sklearn.tree import DecisionTreeClassifier

    cells, benign = data_set("breast_cancer", return_X_y=True)
    learn, test = (each.numpy() for each in random_split(len(cells), valid=0.5))
    leaves, shares = [], []
    for depth in range(1, 9):
        tree = DecisionTreeClassifier(max_depth=depth, random_state=42).fit(cells[learn], benign[learn])
        leaves.append(-tree.get_n_leaves())
        shares.append(tree.score(cells[test], benign[test]))

    def depths(*criteria: list[float]) -> list[float]:
        return [float(depth) for depth, kept in enumerate(pareto_front(*criteria).tolist(), 1) if kept]

    right = depths(leaves, shares)
    return right, {
        tuple(depths([-each for each in leaves], shares)): "of leaves, fewer are better: give them a minus sign",
        (right[-1],): "the most accurate tree is on it, but a small one that nobody beats is on it as well",
        tuple(
            range(1, 9)
        ): "some of these have more leaves than another and are right no more often, on the half they have not seen",
    }
