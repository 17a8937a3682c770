"""Broken lines: the nearest of all, by theory, by a linear program and by trying every choice of corners."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sine_lines import grid, max_error, rms_error, sine

from foundations import best_piecewise_linear
from foundations.curves._broken_lines import first_kinks


@pytest.mark.parametrize("n_pieces", [1, 2, 3, 4, 8, 16])
def test_best_maximum_on_a_parabola_is_the_theorys(n_pieces: int):
    x = grid(48 * n_pieces + 1)  # every kink and every middle of a piece is a point
    line = best_piecewise_linear(x, x**2, n_pieces - 1, norm="max")
    assert max_error(line, x, x**2) == pytest.approx(1 / (8 * n_pieces**2), rel=1e-6)


def test_best_errors_on_the_sine_approach_the_theorys():
    x = grid(2001)
    bends = (4 * torch.pi**2 * sine(x)).abs()
    steps = x.diff()[0]
    for norm, measure, limit in (
        ("max", max_error, (bends.sqrt().sum() * steps) ** 2 / 16),
        ("rms", rms_error, ((bends**0.4).sum() * steps) ** 2.5 / 720**0.5),
    ):
        # Two inflections, and ends that do not meet, cost something at first: less and less.
        scaled = [measure(best_piecewise_linear(x, sine(x), n, norm=norm), x, sine(x)) * (n + 1) ** 2 for n in (8, 32)]
        assert abs(scaled[1] / limit - 1) < min(0.07, abs(scaled[0] / limit - 1))


def test_best_maximum_is_the_least_of_all():
    # With kinks fixed the least maximum is a linear program: try all pairs from a fine grid of kinks.
    x = np.arange(8.0)
    y = np.array([0.0, 2.0, 1.0, 5.0, 5.5, 2.0, 2.5, 4.0])
    least = np.inf
    for kinks in combinations(np.arange(0.5, 7, 0.5), 2):
        design = np.column_stack([np.ones(8), x, *(np.maximum(x - kink, 0) for kink in kinks)])
        bounds = np.vstack([np.hstack([design, -np.ones((8, 1))]), np.hstack([-design, -np.ones((8, 1))])])
        least = min(least, linprog([0, 0, 0, 0, 1], bounds, np.append(y, -y), bounds=[(None, None)] * 5).fun)
    points = torch.from_numpy(x), torch.from_numpy(y)
    best = max_error(best_piecewise_linear(*points, 2, norm="max"), *points)
    assert best <= least + 1e-9
    assert best >= least - 0.05  # kinks between the grid's may do a little better


@given(corners=st.lists(st.integers(-5, 5), min_size=3, max_size=6))
@settings(max_examples=30)
def test_best_finds_a_broken_line_again(corners: list[int]):
    x = torch.arange(4.0 * len(corners) - 3, dtype=torch.float64)
    y = torch.from_numpy(np.interp(x, 4 * np.arange(len(corners)), np.array(corners, dtype=float)))
    for norm in ("max", "rms"):
        line = best_piecewise_linear(x, y, len(corners) - 2, norm=norm)
        assert max_error(line, x, y) < 1e-7
        assert len(line.kinks) <= len(corners) - 1


@pytest.mark.parametrize("n", range(5))
def test_the_first_kinks_are_the_best_of_every_choice_of_points(n: int):
    x = np.linspace(0, 1, 9)
    y = np.array([0.0, 2.0, 1.0, 5.0, 5.5, 2.0, 2.5, 4.0, 4.5])

    def squares(corners: tuple[int, ...]) -> float:
        ends = [0, *corners, 8]
        return float(((np.interp(x, x[ends], y[ends]) - y) ** 2).sum())

    least = min(combinations(range(1, 8), n), key=squares)
    assert first_kinks(x, y, n)[0].tolist() == x[list(least)].tolist()
