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


RIGHT = {
    "petals": [3.19, torch.tensor(3.18), 3.1875],
    "virginica": [2.65, torch.tensor(2.66)],
    "squared_petals": [5.12, torch.tensor([5.1204])],
    "best_factor": [best_factor, finely, lambda length, width: best_factor(length, width).item()],
    "nuclei": [6.49, torch.tensor(6.492)],
}

WRONG = {
    "petals": {
        "4 · width is too large for the length": 4.0,
        "3 · width is too small for the length": 3,
        "best k of setosa": 5.67,
        "best k of virginica: take the rows where the target is 1": 2.65,
        "should be one number": torch.linspace(0, 8, 801),
    },
    "virginica": {
        "best k of versicolor: take the rows where the target is 2": 3.19,
        "too large": 2.9,
        "too small": 2.4,
    },
    "squared_petals": {
        "least mean absolute miss": 5.67,
        "falls on for a smaller k than 5.3": 5.3,
        "falls on for a larger k than 5": 5,
    },
    "best_factor": {
        "250 times their widths, and it gives 8": up_to_eight,
        "changed places": lambda length, width: best_factor(width, length),
        "mean of the ratios": lambda length, width: (length / width).mean(),
        "least squared miss": lambda length, width: (length * width).sum() / (width**2).sum(),
        "should be one number": lambda length, width: length / width,
        "should be a function": 3.19,
    },
    "nuclei": {
        "2π is for circles": 2 * torch.pi,
        "too large for the perimeter": 7,
        "too small for the perimeter": 3.14,
    },
}
