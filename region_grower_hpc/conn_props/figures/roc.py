"""How well a threshold tells two histograms apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.float64]

_N_THRESHOLDS, _N_STEPS = 21, 101
#: Positions of bins often are thresholds but for rounding: those that close count as reached.
_SLACK = 1e-9


@dataclass(frozen=True)
class Roc:
    """Fractions of the values at or above thresholds: a diagonal for equal distributions.

    Attributes:
        model, data: (22,) at the thresholds, from above all values to the lowest: ascending.
        x, y: (101,) the same, at even steps of the model's fraction.
        auc: area below y, less that below the diagonal: -0.5 to 0.5, above 0 for larger data.
        err: area between y and the diagonal.
    """

    model: Reals
    data: Reals
    x: Reals
    y: Reals
    auc: float
    err: float


def roc_of(
    data_counts: ArrayLike, data_edges: ArrayLike, model_counts: ArrayLike, model_edges: ArrayLike
) -> Roc:
    """Compare two histograms that are not empty.

    The curve goes from the highest threshold to the lowest, upright where several leave the same
    part of the model; the peer's depends on the order in which sorting leaves those.

    Args:
        data_counts: (B,).
        data_edges: (B + 1,) ascending.
        model_counts: (C,).
        model_edges: (C + 1,) ascending.

    Source: spec 7; `conn_props._compute_AUC`.
    """
    data_centres, model_centres = _centres(data_edges), _centres(model_edges)
    low = min(data_centres[0], model_centres[0])
    span = max(data_centres[-1], model_centres[-1]) - low
    # A single bin lies at 0.
    scale = span if span > 0 else 1.0
    model = _fractions_above((model_centres - low) / scale, model_counts)
    data = _fractions_above((data_centres - low) / scale, data_counts)
    # A threshold above all values: without it, equal distributions of which a large part is the
    # highest bin would not lie on the diagonal.
    model, data = np.append(0.0, model), np.append(0.0, data)
    x = np.linspace(0.0, 1.0, _N_STEPS)
    # Of points above each other, the lowest ends what is left of them, the highest begins the rest.
    y = np.interp(x, model, data)
    auc, err = _area(y, x) - 0.5, _area(np.abs(y - x), x)
    return Roc(model, data, x, y, auc, err)


def _centres(edges: ArrayLike) -> Reals:
    ends = np.asarray(edges, dtype=np.float64)
    return (ends[:-1] + ends[1:]) / 2


def _fractions_above(positions: Reals, counts: ArrayLike) -> Reals:
    """(21,) from the highest threshold to the lowest, so ascending."""
    weights = np.asarray(counts, dtype=np.float64)
    thresholds = np.linspace(1.0, 0.0, _N_THRESHOLDS)
    is_above = positions[None, :] >= thresholds[:, None] - _SLACK
    fractions: Reals = (is_above @ weights) / weights.sum()
    return fractions


def _area(y: Reals, x: Reals) -> float:
    """Trapezoid rule: numpy's name for it differs between its versions."""
    return float(np.sum((y[1:] + y[:-1]) / 2 * np.diff(x)))
