"""Broken lines through or near points: the corners to begin a fit with, and the fewest pieces within an allowance."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MAX_CORNERS = 401  # how many values of x are tried as corners


def first_kinks(x: Array, y: Array, n: int, *, one_flat: bool = False) -> tuple[Array, int]:
    """The n inner corners of the broken line through n + 2 of the points that has the least squared error.

    Where one_flat, one of the pieces is a constant instead, at the mean of its points; the second result says which.
    """
    values, which, counts = np.unique(x, return_inverse=True, return_counts=True)
    heights = np.bincount(which, y) / counts  # where several points have one x, a corner is at their mean
    chosen = np.unique(np.linspace(0, len(values) - 1, max(min(len(values), MAX_CORNERS), n + 2)).round().astype(int))
    # From sums over the points left of each value follows the squared error of a piece from any value to any other.
    squares = np.bincount(which, y**2)
    terms = [counts, counts * values, counts * heights, counts * values**2, counts * values * heights, squares]
    sums = np.hstack([np.zeros((6, 1)), np.cumsum(terms, axis=1)])[:, chosen]
    one, sx, sy, sxx, sxy, syy = sums[:, None, :] - sums[:, :, None]
    px, py = values[chosen], heights[chosen]
    forward = px > px[:, None]
    slope = (py - py[:, None]) / np.where(forward, px - px[:, None], 1.0)
    start = py[:, None] - slope * px[:, None]
    chord = syy - 2 * slope * sxy - 2 * start * sy + slope**2 * sxx + 2 * slope * start * sx + start**2 * one
    chord = np.where(forward, chord, np.inf)
    constant = np.where(forward, syy - sy**2 / np.where(forward, one, 1), np.inf)

    # least[flat][j]: the least error of the pieces so far, up to value j, where flat says whether one was a constant.
    nothing = np.full(len(px), np.inf)
    nothing[0] = 0.0
    least = np.stack([nothing, np.full(len(px), np.inf)])
    steps = []
    for _ in range(n + 1):
        ways = np.stack([least[0][:, None] + chord, least[1][:, None] + chord, least[0][:, None] + constant])
        came_from, least_way = ways.argmin(axis=1), ways.min(axis=1)
        by_constant = least_way[2] < least_way[1]
        steps.append((came_from, by_constant))
        least = np.stack([least_way[0], np.minimum(least_way[1], least_way[2])])
    corner, corners, flat, flat_piece = len(px) - 1, [], one_flat, 0
    for piece in range(n, -1, -1):
        came_from, by_constant = steps[piece]
        if flat and by_constant[corner]:
            corner, flat, flat_piece = int(came_from[2, corner]), False, piece
        else:
            corner = int(came_from[int(flat), corner])
        corners.append(corner)
    return px[corners[-2::-1]], flat_piece


def fewest_pieces(x: Array, low: Array, high: Array, most: int) -> list[tuple[float, float]] | None:
    """Slope and value at 0 of each piece of a broken line between low and high; None if most pieces are too few.

    Each piece goes as far to the right as any can: until a point's low end is above even the steepest line that
    gets there, or its high end below the least steep. That line is the piece. The next one leaves it upwards
    (or downwards) between the last high (or low) end that it touches and the point that stopped it, and has to
    heed the high (or low) ends from the touched one on, and the opposite ends from the stopping point on.
    """
    xs, lows_y, highs_y = x.tolist(), low.tolist(), high.tolist()  # numbers of Python's own are faster one by one
    lines: list[tuple[float, float]] = []
    lows = highs = 0  # the first of the low ends, and of the high ends, that the present piece heeds
    while len(lines) < most:
        steep = flat = None  # the steepest and the least steep line so far: slope, value at 0, last point touched
        for i in range(min(lows, highs), len(x)):
            if i >= lows and steep and lows_y[i] > steep[1] + steep[0] * xs[i]:
                lines.append(steep[:2])
                lows, highs = i, steep[2]
                break
            if i >= highs and flat and highs_y[i] < flat[1] + flat[0] * xs[i]:
                lines.append(flat[:2])
                lows, highs = flat[2], i
                break
            if lows < i >= highs and (steep is None or highs_y[i] < steep[1] + steep[0] * xs[i]):
                slope = float(((highs_y[i] - low[lows:i]) / (xs[i] - x[lows:i])).min())
                steep = slope, highs_y[i] - slope * xs[i], i
            if highs < i >= lows and (flat is None or lows_y[i] > flat[1] + flat[0] * xs[i]):
                slope = float(((lows_y[i] - high[highs:i]) / (xs[i] - x[highs:i])).max())
                flat = slope, lows_y[i] - slope * xs[i], i
        else:
            ends = [line for line in (steep, flat) if line]
            return [*lines, (sum(line[0] for line in ends) / len(ends), sum(line[1] for line in ends) / len(ends))]
    return None
