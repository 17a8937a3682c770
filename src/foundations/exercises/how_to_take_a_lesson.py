"""The exercises of How to take a lesson: one number that turns a width into a length, or a radius into a perimeter."""

import torch
from torch import Tensor

from foundations.exercises import NotYet
from foundations.exercises.judging import apart, call, compare, data_set, exercise, near, number

WITHIN = 0.011  # an answer with two digits may be either neighbour of the best k


@exercise
def petals(answer: object) -> str:
    """The k of length = k · width with the least mean absolute miss, for Iris versicolor."""
    k = _judge_iris(answer, 1)
    length, width = _petals(1)
    return f"with {k:.2f} the petals are missed by {(k * width - length).abs().mean():.2f} cm on average."


@exercise
def virginica(answer: object) -> str:
    """The same for Iris virginica."""
    return f"{_judge_iris(answer, 2):.2f} is well below the k of versicolor."


@exercise
def squared_petals(answer: object) -> str:
    """The k for Iris setosa with the least mean squared miss."""
    length, width = _petals(0)
    k = number(answer, "k")
    best = ((length * width).sum() / (width**2).sum()).item()
    if abs(k - best) > WITHIN:
        if abs(k - _least_absolute(length, width)) < WITHIN:
            raise NotYet(f"{k:.2f} has the least mean absolute miss: square the misses before you take the mean")
        if near([k], [((best * width - length) ** 2).mean().item()]):
            raise NotYet(f"{k:.4g} is the least mean squared miss itself: which k gives it?")
        raise NotYet(
            f"the mean of (k · width − length)² falls on for a {'smaller' if k > best else 'larger'} k than {k:.4g}"
        )
    return f"{k:.2f} is well below {_least_absolute(length, width):.2f}, where the mean absolute miss is least."


@exercise
def best_factor(answer: object) -> str:
    """A function of length and width that gives the best k, whatever its size."""
    ratios = torch.tensor(
        [0.9, 1.0, 0.7, 1.4, 1.2, 3.4, 0.8]
    )  # each rival's k, and the ratio nearest to it, is another
    for factor, size in ((3.19, 1.0), (0.043, 10.0), (250.0, 0.1)):
        width = size * torch.tensor([2.0, 2.0, 2.0, 6.0, 3.0, 4.0, 4.0])
        length = factor * width * ratios
        best = _least_absolute(length, width)
        k = number(call(answer, length, width), "what it gives")
        gives = (
            f"for the widths {[round(each, 4) for each in width.tolist()]} and the lengths "
            f"{[round(each, 4) for each in length.tolist()]} it gives {k:.4g}"
        )
        compare(
            [k],
            [best],
            {
                "width and length have changed places: k times the width should give the length": [
                    _least_absolute(width, length)
                ],
                f"{gives}: that is the mean of the ratios, which need not have the least miss": [
                    (length / width).mean().item()
                ],
                f"{gives}: that is the middle one of the ratios. Does a wide petal count no more than others?": [
                    (length / width).median().item()
                ],
                f"{gives}: that is all lengths together by all widths, and need not have the least miss": [
                    (length.sum() / width.sum()).item()
                ],
                f"{gives}: that has the least squared miss, and the absolute one is asked for": [
                    ((length * width).sum() / (width**2).sum()).item()
                ],
                f"{gives}: that is the least miss itself: which k gives it?": [
                    (best * width - length).abs().mean().item()
                ],
                f"{gives}: that misses least in proportion to each length, and the plain miss is asked for": [
                    _least_absolute(torch.ones_like(length), width / length)
                ],
            },
            f"{gives}. {_misses(k, best, length, width, 'length', 'width')}: do its tries reach that far, and lie "
            "close enough together?",
            within=0.01,
        )
    return "it finds small factors and large ones."


@exercise
def nuclei(answer: object) -> str:
    """The k of perimeter = k · radius for the cell nuclei of scikit-learn's breast cancer table."""
    table = torch.tensor(data_set("breast_cancer").data)
    k = number(answer, "k")
    best = _least_absolute(table[:, 2], table[:, 0])
    if abs(k - best) > WITHIN:
        if abs(k - 2 * torch.pi) < WITHIN:
            raise NotYet("2π is for circles: the nuclei miss it by more than a hundredth")
        raise NotYet(_misses(k, best, table[:, 2], table[:, 0], "perimeter", "radius"))
    return "a little more than 2π: nearly circles."


def _judge_iris(answer: object, species: int) -> float:
    length, width = _petals(species)
    k = number(answer, "k")
    best = _least_absolute(length, width)
    tries = torch.arange(0, 801) / 100
    tried = tries[(tries[:, None] * width - length).abs().mean(dim=1).argmin()].item()
    if min(abs(k - best), abs(k - round(best, 2)), abs(k - tried)) > 0.0025:
        for other, name in enumerate(("setosa", "versicolor", "virginica")):
            if other != species and abs(k - _least_absolute(*_petals(other))) < WITHIN:
                raise NotYet(f"{k:.2f} is the best k of {name}: take the rows where the target is {species}")
        every = [torch.cat(parts) for parts in zip(*map(_petals, range(3)), strict=True)]
        if abs(k - _least_absolute(*every)) < WITHIN:
            raise NotYet(f"{k:.2f} is the best k of all 150 flowers: take the rows where the target is {species}")
        if near([k], [(best * width - length).abs().mean().item()]):
            raise NotYet(f"{k:.4g} is the least miss itself: which k gives it?")
        if abs(k - _least_absolute(width, length)) < WITHIN:
            raise NotYet(f"{k:.2f} · length comes nearest to the width: it is the length that k · width should give")
        least_squares = ((length * width).sum() / (width**2).sum()).item()
        if abs(k - least_squares) < 0.005:
            raise NotYet(
                f"{_misses(k, best, length, width, 'length', 'width')}: near {k:.2f} the squared miss is least"
            )
        raise NotYet(_misses(k, best, length, width, "length", "width"))
    return k


def _misses(k: float, best: float, length: Tensor, width: Tensor, result: str, value: str) -> str:
    here, least = apart(*((each * width - length).abs().mean().item() for each in (k, best)))
    side = "smaller" if k > best else "larger"
    return f"{k:.5g} · {value} misses the {result} by {here} on average, and a {side} k can miss it by {least}"


def _petals(species: int) -> tuple[Tensor, Tensor]:
    iris = data_set("iris")
    table = torch.tensor(iris.data[iris.target == species])
    return table[:, 2], table[:, 3]


def _least_absolute(length: Tensor, width: Tensor) -> float:
    """The k with the least mean |k · width − length|: one of the ratios, for the loss is straight between them."""
    ratios = length / width
    misses = (ratios[:, None] * width - length).abs().mean(dim=1)
    return ratios[misses.argmin()].item()
