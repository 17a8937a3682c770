"""Answers to the exercises of How to take a lesson: right ones, and for each typical mistake words of its hint."""

import torch


def best_factor(length, width):
    tries = length / width
    return tries[(tries[:, None] * width - length).abs().mean(dim=1).argmin()]


def finely(length, width):
    tries = torch.linspace(0, 2 * (length / width).max(), 2001)
    return tries[(tries[:, None] * width - length).abs().mean(dim=1).argmin()].item()


def up_to_eight(length, width):
    tries = torch.arange(0, 801) / 100
    return tries[(tries[:, None] * width - length).abs().mean(dim=1).argmin()]


def of_least_mean_miss(length, width):
    """The ratio for which too long and too short cancel out best."""
    tries = length / width
    return tries[(tries[:, None] * width - length).mean(dim=1).abs().argmin()]


def in_proportion(length, width):
    tries = length / width
    return tries[(tries[:, None] * width / length - 1).abs().mean(dim=1).argmin()]


RIGHT = {
    "petals": [3.19, torch.tensor(3.19), 3.1875],
    "virginica": [2.66, torch.tensor(2.66)],
    "squared_petals": [5.12, torch.tensor([5.1204])],
    "best_factor": [best_factor, finely, lambda length, width: best_factor(length, width).item()],
    "nuclei": [6.49, torch.tensor(6.492)],
}

WRONG = {
    "petals": {
        "3.2 · width misses the length by 0.308 on average, and a smaller k": 3.2,
        "near 3.18 the squared miss is least": 3.184,
        "3.18 · width misses the length by 0.3083 on average, and a larger k": 3.18,
        "k should be one number, not the string": "3.19",
        "nan in k": float("nan"),
        "be one number, not a list of 2": [3.19, 2.65],
        "4 · width misses the length by 1.048 on average, and a smaller k": 4.0,
        "3.1 · width misses the length by 0.325 on average, and a larger k": 3.1,
        "best k of all 150 flowers: take the rows where the target is 1": 3,
        "0.3079 is the least miss itself": 0.30793,  # and 0.31 · length comes nearest to the width
        "0.31 · length comes nearest": 0.3135,
        "best k of setosa": 5.67,
        "best k of virginica: take the rows where the target is 1": 2.65,
        "should be one number": torch.linspace(0, 8, 801),
    },
    "virginica": {
        "2.75 · width misses": 2.75,
        "2.6 · width misses": torch.tensor(2.6),
        "best k of setosa": 5.67,
        "0 · width misses": 0,
        "one number, not the bool True": True,
        "best k of versicolor: take the rows where the target is 2": 3.19,
        "it is the length that k · width should give": 0.37,
        "is the least miss itself": 0.5972,
        "best k of all 150 flowers: take the rows where the target is 2": torch.tensor(3.0),
        "2.9 · width misses the length": 2.9,
        "and a larger k can": 2.4,
    },
    "squared_petals": {
        "0.295 is the least mean squared miss itself": 0.29496,
        "falls on for a smaller k than 6": 6.0,
        "falls on for a larger k than 3.19": 3.19,
        "falls on for a larger k than 4.25": 4.25,
        "inf in k": float("inf"),
        "one number, not None": None,
        "least mean absolute miss": 5.67,
        "falls on for a smaller k than 5.3": 5.3,
        "falls on for a larger k than 5": 5,
    },
    "best_factor": {
        "· width misses the length by": of_least_mean_miss,
        "the middle one of the ratios": lambda length, width: (length / width).median(),
        "all lengths together by all widths": lambda length, width: length.sum() / width.sum(),
        "and a larger k can": lambda length, width: (length / width).min(),
        "do its tries reach that far": up_to_eight,
        "changed places": lambda length, width: best_factor(width, length),
        "mean of the ratios": lambda length, width: (length / width).mean(),
        "in proportion to each length": in_proportion,
        "is the least miss itself": lambda length, width: (best_factor(length, width) * width - length).abs().mean(),
        "least squared miss": lambda length, width: (length * width).sum() / (width**2).sum(),
        "should be one number": lambda length, width: length / width,
        "should be a function": 3.19,
    },
    "nuclei": {
        "6.4 · radius misses": 6.4,
        "6.6 · radius misses": 6.6,
        "6.475 · radius misses the perimeter by 1.518": 6.475,
        "is a mean or a sum missing": torch.ones(569),
        "one number, not a list of 0": [],
        "2π is for circles": 2 * torch.pi,
        "7 · radius misses the perimeter": 7,
        "3.14 · radius misses the perimeter": 3.14,
    },
}
