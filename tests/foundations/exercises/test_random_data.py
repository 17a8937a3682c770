"""Right answers that are functions: all of an exercise, the page's solution among them, give the same on random data."""

import ast
import copy
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import torch
from project_root import ROOT
from solutions import solution

from foundations.exercises.judging import near
from page_runner.page import read_page

ANSWERS = ROOT / "tests/foundations/exercises/answers"
LESSONS = sorted(path.stem for path in ANSWERS.glob("*.py") if "\nDRAWN = {" in path.read_text("utf-8"))


def flat(result: Any) -> list[float]:
    """The numbers of a result, whatever form they have; of text, its letters; -1 for what is missing."""
    if isinstance(result, str):
        return [float(ord(each)) for each in result]
    if isinstance(result, list | tuple):
        return [number for each in result for number in flat(each)]
    if isinstance(result, torch.Tensor):
        return flat(result.detach().double().numpy())
    numbers: list[float] = np.nan_to_num(np.ravel(-1.0 if result is None else result).astype(float), nan=-1.0).tolist()
    return numbers


@pytest.mark.parametrize("lesson", LESSONS)
def test_right_answers_agree_on_random_data(lesson: str, subtests: pytest.Subtests):
    """DRAWN of the answers says for an exercise how a generator draws arguments."""
    table = vars(import_module(f"answers.{lesson}"))
    page = read_page(ROOT / "docs" / "lessons" / f"{lesson.replace('_', '-')}.md", ROOT)
    for name, draw in table["DRAWN"].items():
        found = solution(page, name, {key: value for key, value in table.items() if key[0] != "_"})
        assert found
        answers = [found.run(ast.parse(found.source)), *table["RIGHT"][name]]
        for seed in range(5):
            args = draw(torch.Generator().manual_seed(seed))
            first, *others = (flat(each(*copy.deepcopy(args))) for each in answers)
            for number, other in enumerate(others, 1):
                with subtests.test(f"{name}, right answer {number}, seed {seed}"):
                    assert near(other, first)
