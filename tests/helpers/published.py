"""The passengers as in the published notebook on forests: seven columns of numbers, and its split."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.model_selection import train_test_split
from torch import Tensor

NAMES = ("Sex", "Embarked", "Age", "SibSp", "Parch", "LogFare", "Pclass")


def cleaned(table) -> tuple[Tensor, Tensor]:
    """The columns of a list of passengers, gaps filled and words counted, and who survived: in float64."""
    import pandas as pd

    table = table.fillna({"Fare": 0}).fillna(table.mode().iloc[0])
    table["LogFare"] = np.log1p(table["Fare"])
    for name in ("Sex", "Embarked"):
        table[name] = pd.Categorical(table[name]).codes
    inputs = torch.tensor(table[list(NAMES)].to_numpy(dtype=float))
    return inputs, torch.tensor(table["Survived"].to_numpy(dtype=float))


def parted(table) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The same: inputs and targets to learn from, then those to test on."""
    inputs, targets = cleaned(table)
    train, valid = train_test_split(np.arange(len(table)), test_size=0.25, random_state=42)
    return inputs[train], targets[train], inputs[valid], targets[valid]
