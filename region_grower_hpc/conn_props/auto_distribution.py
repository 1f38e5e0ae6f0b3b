"""The type of distribution that describes the values of a property best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.statistics import ACCEPTED, Counts, Quantity, Reals
from region_grower_hpc.conn_props.value_cells import ValueCells, cells_of
from region_grower_hpc.errors import InvalidInputError

N_FOLDS = 5
#: Pathways with most values that are looked at.
MOST_PATHWAYS = 1000
_SEED = 20260101
#: A cell is never less probable, so that one value does not decide alone.
_FLOOR = 1e-12
#: Natural logarithms off the score, a pathway, for numbers taken from all values, the held-out
#: ones too: two an end of the interval, one a parameter of the fit (as Akaike's criterion does).
_COST_OF_ENDS, _COST_OF_FIT = 4.0, 2.0
#: The same off the score of a density, a value of a list that it cannot hit.
_COST_OF_VALUE = 1.0
#: So many values a different one on average make real numbers those of a grid.
_REPEATED = 2
#: Relative distance within which a fitted number is the one that replaces a fit.
_SAME = 1e-9


@dataclass(frozen=True)
class Choice:
    """One candidate of a property.

    Attributes:
        property: its name.
        type: of distribution.
        score: likelihood of held-out values, summed over folds and pathways, less costs; natural
            logarithm.
        n_values: how many values; n_pathways: of how many pathways.
        chosen: whether it is the best one; of equal ones the first.
    """

    property: str
    type: str
    score: float
    n_values: int
    n_pathways: int
    chosen: bool


def choose_types(quantities: Sequence[Quantity]) -> list[Choice]:
    """Candidates of each quantity by cross-validated likelihood, one of them chosen.

    The values are split at random, with a fixed seed, into `N_FOLDS` parts. Of each part the
    probability is taken of the cells its values lie in (unique values where they are known, else
    bins), by a distribution with the mean and deviation of the other parts. The ends of a
    truncated normal distribution and its fit, where it was accepted, are those of all values, at a
    cost. A `discrete` one expects half a value more of each on its list, so that rare values do
    not decide. One type serves all pathways, so one that cannot describe all of them is no
    candidate.

    Real numbers of a grid (lists in all pathways, each value at least twice on average) are a
    doubtful case: a density has the probability of the whole cell about a value, as if draws were
    rounded to the list. They are not, and the model would draw what the data never have. So a
    density costs there as much as the shares it does without would cost as parameters, one a
    listed value: about what `discrete` loses by estimating them. It is chosen only if the values
    are so few that their shares are mostly chance.

    Raises:
        InvalidInputError: neither lists of values nor histograms are known.
    """
    return [choice for quantity in quantities for choice in _choices(quantity)]


def _choices(quantity: Quantity) -> list[Choice]:
    cells = cells_of(quantity, MOST_PATHWAYS)
    if cells is None or quantity.mean is None or quantity.min is None or quantity.max is None:
        raise InvalidInputError(
            f"{quantity.name}: an automatic type of distribution needs mean, min, max, hist, val "
            "and cnt of the data; give them, or a type"
        )
    kinds = _candidates(quantity)
    scores = [0.0] if len(kinds) == 1 else _scores(quantity, cells, kinds)
    best = int(np.argmax(scores))
    n_values, n_pathways = int(cells.counts.sum()), len(cells.pathways)
    return [
        Choice(quantity.name, kind, score, n_values, n_pathways, place == best)
        for place, (kind, score) in enumerate(zip(kinds, scores, strict=True))
    ]


def _candidates(quantity: Quantity) -> list[str]:
    """Types that can describe every pathway with data."""
    means = np.asarray(quantity.mean, dtype=np.float64)
    known = np.isfinite(means)
    low, high = np.asarray(quantity.min)[known], np.asarray(quantity.max)[known]
    if np.all(low == high):
        return ["zero"] if np.all(low == 0) else ["constant"]
    kinds = ["normal", "truncnorm"]
    if low.min() >= 0 and means[known].min() > 0:
        kinds.append("gamma")
    if quantity.dtype is not None and quantity.dtype.kind in "iu":
        if low.min() >= 0:
            kinds.append("poisson")
        if low.min() >= 1:
            kinds.append("ztpoisson")
    if quantity.val is not None and np.all(np.diff(quantity.val.offsets)[known.ravel()] > 0):
        kinds.append("discrete")
    return kinds


def _scores(quantity: Quantity, cells: ValueCells, kinds: Sequence[str]) -> list[float]:
    scores = dict.fromkeys(kinds, 0.0)
    for test in _folds(cells.counts):
        train = cells.counts - test
        both = (test.sum(axis=1) > 0) & (train.sum(axis=1) > 0)
        rows, columns = np.nonzero(test * both[:, None])
        for kind in kinds:
            chances = _probabilities(quantity, cells, train, kind, rows, columns)
            logs = np.log(np.maximum(chances, _FLOOR))
            scores[kind] += float((test[rows, columns] * logs).sum())
    if "truncnorm" in scores:
        n_fits = int(_fit_is_accepted(quantity, cells).sum())
        scores["truncnorm"] -= _COST_OF_ENDS * len(cells.pathways) + _COST_OF_FIT * n_fits
    n_cells = int((cells.counts > 0).sum())
    if "discrete" in scores and _is_grid(quantity, cells.counts, n_cells):
        for kind in scores.keys() - {"discrete"}:
            scores[kind] -= _COST_OF_VALUE * n_cells
    return [scores[kind] for kind in kinds]


def _is_grid(quantity: Quantity, counts: Counts, n_cells: int) -> bool:
    """Whether listed values are real numbers that come again and again."""
    is_real = quantity.dtype is None or quantity.dtype.kind == "f"
    return is_real and int(counts.sum()) >= _REPEATED * n_cells


def _folds(counts: Counts) -> list[Counts]:
    """Each value goes to one of the folds at random; of the legacy stream, which never changes."""
    stream = np.random.RandomState(_SEED)
    left, folds = counts, []
    for remaining in range(N_FOLDS, 1, -1):
        folds.append(stream.binomial(left, 1.0 / remaining).astype(np.int64))
        left = left - folds[-1]
    return [*folds, left]


def _probabilities(
    quantity: Quantity,
    cells: ValueCells,
    train: Counts,
    kind: str,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Reals:
    """Of the given cells, by the distribution of the training counts."""
    n = np.maximum(train.sum(axis=1), 1)
    if kind == "discrete":
        n_listed = (cells.counts > 0).sum(axis=1)
        shares: Reals = (train[rows, columns] + 0.5) / (n + n_listed / 2.0)[rows]
        return shares
    mean = (train * cells.middle).sum(axis=1) / n
    std = np.sqrt((train * (cells.middle - mean[:, None]) ** 2).sum(axis=1) / n)
    spec = {"mean": mean, "std": std}
    if kind == "truncnorm":
        low, high = (
            np.asarray(one, dtype=np.float64).ravel()[cells.pathways]
            for one in (quantity.min, quantity.max)
        )
        is_fit = _fit_is_accepted(quantity, cells)
        loc, scale = (
            default
            if one is None
            else np.where(is_fit, np.asarray(one).ravel()[cells.pathways], default)
            for one, default in ((quantity.norm_loc, mean), (quantity.norm_scale, std))
        )
        spec = {"norm_loc": loc, "norm_scale": scale, "min": low, "max": high}
    of_rows = {key: values[rows] for key, values in spec.items()}
    # a step at the lower end of a cell belongs to the cell: values there are its own
    below = np.nextafter(cells.low[rows, columns], -np.inf)
    distribution = DISTRIBUTIONS[kind]
    chances: Reals = distribution.cdf(cells.high[rows, columns], of_rows) - distribution.cdf(
        below, of_rows
    )
    return chances


def _fit_is_accepted(quantity: Quantity, cells: ValueCells) -> NDArray[np.bool_]:
    """(n,) pathways; where that is not known, those with other numbers than replace a fit."""
    accepted: NDArray[np.bool_]
    if quantity.norm_fit is not None:
        accepted = quantity.norm_fit.ravel()[cells.pathways] == ACCEPTED
        return accepted
    accepted = np.zeros(len(cells.pathways), dtype=np.bool_)
    for fitted, replacing in (
        (quantity.norm_loc, quantity.mean),
        (quantity.norm_scale, quantity.std),
    ):
        if fitted is not None and replacing is not None:
            one, other = (values.ravel()[cells.pathways] for values in (fitted, replacing))
            accepted |= ~np.isclose(one, other, rtol=_SAME, atol=0.0)
    return accepted
