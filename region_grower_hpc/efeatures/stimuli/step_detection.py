"""Where a step of current begins and ends: a least-squares fit of a box."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Points that a sweep is averaged down to, about.
_POINTS = 400
#: Points that a box has at least, and what is outside it too.
_MIN_POINTS = 3
#: What a step must explain at least: its contrast squared over that of its standard error, for as
#: many independent points as the noise has. The best of all boxes on noise alone stays below 45.
_MIN_EXPLAINED = 60.0
#: Share of its contrast that a step must have right at its edges; a drift has less.
_MIN_EDGE = 0.5
#: Standard deviations of noise that an edge may lack.
_EDGE_NOISE = 2.0
#: Share of its contrast that most points of a step stay within; what a spike leaves does not.
_MAX_SPREAD = 0.25
#: Standard deviation of normal noise over its median absolute deviation.
_MAD = 1.4826

FloatArray = NDArray[np.float64]


class Detected(NamedTuple):
    """A step.

    Attributes:
        ton_index: its first sample.
        toff_index: the first sample behind it.
        is_certain: it stands out of the noise. If not, the indices mean nothing.
    """

    ton_index: int
    toff_index: int
    is_certain: bool


def detect_step(current: NDArray[Any], ton: int | None = None, toff: int | None = None) -> Detected:
    """The box that explains most of a current's variance.

    The sweep is averaged down to 200 to 400 points and all boxes on them are compared; each edge
    is then moved, within two points, to the sample that splits the two levels best. A sweep that
    begins within a step cannot be told from one that ends within one: the latter is taken. A sweep
    of less than six samples, or of one value, has no step.

    Args:
        current: (n,) finite.
        ton: index of the begin, if it is known.
        toff: index of the end, if it is known.

    Source: spec 5.1, with edges by least squares in place of the sharpest difference of means,
    which noise misplaces more often (at a contrast of one standard deviation 18 % against 7 %).
    """
    width = max(1, -(-len(current) // _POINTS))
    count = len(current) // width
    points = current[: count * width].reshape(count, width).mean(axis=1, dtype=np.float64)
    known = [None if index is None else round(index / width) for index in (ton, toff)]
    box = _best_box(points, known[0], known[1])
    if box is None:
        return Detected(0, len(current), False)
    fit = _BoxFit(points, *box)
    reach = min(2 * width, ((box[1] - box[0]) * width - 1) // 2)
    begin, end = ton, toff
    is_certain = fit.is_explained and fit.is_flat
    if begin is None:
        around = slice(max(0, (box[0] - 2) * width), box[0] * width + reach)
        begin = around.start + _split(current[around], fit.outside, fit.inside)
        is_certain = is_certain and _is_edge(current, begin, width, fit, 1.0)
    if end is None:
        around = slice(box[1] * width - reach, min(len(current), (box[1] + 2) * width))
        end = around.start + _split(current[around], fit.inside, fit.outside)
        is_certain = is_certain and _is_edge(current, end, width, fit, -1.0)
    return Detected(begin, end, is_certain and begin < end)


@functools.lru_cache(maxsize=4)
def _box_weights(count: int) -> FloatArray:
    """1 / (w (1 - w/k)) of the box (a, b) of width w = b - a at [a, b]; 0 where it is no box."""
    edges = np.arange(count + 1)
    widths = edges[None, :] - edges[:, None]
    is_box = (widths >= _MIN_POINTS) & (widths <= count - _MIN_POINTS)
    width = np.where(is_box, widths, 1).astype(np.float64)
    return np.where(is_box, 1.0 / (width * (1.0 - width / max(count, 2))), 0.0)


def _best_box(points: FloatArray, begin: int | None, end: int | None) -> tuple[int, int] | None:
    """The box of the greatest explained variance; None if no box explains any."""
    count = len(points)
    rows = slice(1, None) if begin is None else slice(begin, begin + 1)
    columns = slice(None) if end is None else slice(end, end + 1)
    sums = np.concatenate(([0.0], np.cumsum(points - points.mean())))
    gains = np.subtract.outer(sums[rows], sums[columns])
    gains *= gains
    gains *= _box_weights(count)[rows, columns]
    if not gains.size:
        return None
    row, column = divmod(int(np.argmax(gains)), gains.shape[1])
    if gains[row, column] <= 0.0:
        return None
    return row + (rows.start or 0), column + (columns.start or 0)


class _BoxFit:
    """A box on the points, and how far it stands out of them.

    Attributes:
        inside: median of the points in the box.
        outside: median of the others.
        noise: standard deviation between neighbouring points; a drift adds nothing to it.
        is_explained: the contrast is far beyond its standard error.
        is_flat: the points in the box are about as near to each other as the others are.
    """

    def __init__(self, points: FloatArray, begin: int, end: int) -> None:
        others = np.concatenate((points[:begin], points[end:]))
        self.inside = float(np.median(points[begin:end]))
        self.outside = float(np.median(others))
        self.noise = _MAD * float(np.median(np.abs(np.diff(points)))) / np.sqrt(2.0)
        contrast = abs(self.inside - self.outside)
        rest = points - self.outside
        rest[begin:end] = points[begin:end] - self.inside
        share = (end - begin) / len(points)
        explained = contrast**2 * (end - begin) * (1.0 - share)
        self.is_explained = explained > _MIN_EXPLAINED * _variance_of_correlated(rest)
        spread = np.quantile(np.abs(rest[begin:end]), 0.8)
        spread_of_others = np.quantile(np.abs(others - self.outside), 0.8)
        self.is_flat = bool(spread <= max(_MAX_SPREAD * contrast, 2.0 * spread_of_others))


def _variance_of_correlated(rest: FloatArray) -> float:
    """Variance, grown as if by the points that tell nothing new after their neighbours.

    Spikes that leak into the current are cut at four standard deviations.
    """
    limit = 4.0 * _MAD * float(np.median(np.abs(rest)))
    clipped = np.clip(rest, -limit, limit)
    squares = float(clipped @ clipped)
    if squares == 0.0:
        return 0.0
    count = len(rest)
    correlation = float(clipped[1:] @ clipped[:-1]) / squares
    # Short series look less correlated than they are (Kendall 1954).
    correlation = min(max(0.0, correlation + (1.0 + 3.0 * correlation) / count), 0.999)
    return squares / (count - 3) * (1.0 + correlation) / (1.0 - correlation)


def _split(samples: NDArray[Any], before: float, after: float) -> int:
    """Index at which samples change between two levels, by least squares."""
    values = samples.astype(np.float64)
    costs = np.concatenate(([0.0], np.cumsum((values - before) ** 2 - (values - after) ** 2)))
    return int(np.argmin(costs))


def _is_edge(current: NDArray[Any], at: int, width: int, fit: _BoxFit, sign: float) -> bool:
    """Whether most of the contrast comes within a point; True where a side is too short to tell."""
    if not width <= at <= len(current) - width:
        return True
    before, after = current[at - width : at], current[at : at + width]
    jump = sign * (float(np.median(after)) - float(np.median(before)))
    contrast = fit.inside - fit.outside
    least = _MIN_EDGE * abs(contrast) - _EDGE_NOISE * fit.noise
    return bool(jump * np.sign(contrast) > least)
