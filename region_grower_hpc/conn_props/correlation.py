"""Covariance of a model, such that drawn values have the correlations of the data."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.correlated_group import correlated_group
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entries import PropertyEntries
from region_grower_hpc.conn_props.filling import Filled
from region_grower_hpc.conn_props.latent_correlation import (
    hermite_coefficients,
    latent_correlations,
    nearest_correlation,
    points,
)
from region_grower_hpc.conn_props.pools import Pool
from region_grower_hpc.conn_props.quantile_grid import quantiles_at
from region_grower_hpc.conn_props.statistics import Correlations, Reals
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

#: Pathways of which the functions are evaluated at once.
_CHUNK = 500
_LIMITS = ("lower_bound", "upper_bound", "dtype")


def estimated_covariance(
    filled: Filled, entries: Sequence[PropertyEntries]
) -> tuple[dict[str, Any], list[PropertyEntries]]:
    """prop_cov of a model: names, and a matrix a pathway; empty with less than two properties.

    Properties take part as `correlated_group` chooses them. Where they are shared they get the
    correlations of connections, elsewhere those of synapses. Pathways without data have the mean
    of their pool; what is not defined in the data is 0.

    Args:
        filled: with correlations in the statistics.
        entries: of all properties of the model.

    Returns:
        prop_cov, and the entries: those of correlated properties all with a spread.

    Raises:
        InvalidInputError: the correlations are not known.
    """
    statistics = filled.statistics
    if statistics.correlations is None:
        raise InvalidInputError(
            "the data hold no correlations, which estimating the covariance needs: extract them "
            "with --estimate-cov"
        )
    source, target = ([str(one) for one in side] for side in statistics.m_types)
    found = correlated_group(entries, [(s, t) for s in source for t in target])
    group = found.members
    if len(group) < 2:
        logger.warning("no covariance: less than two properties can be correlated")
        return {}, list(entries)
    names = [one.name for one in group]
    logger.info(
        "covariance of %s; connections share the values in %d of %d pathways",
        *(", ".join(names), int(found.shared.sum()), len(found.shared)),
    )
    goals = _goals(statistics.correlations, statistics.properties, names, found.shared)
    is_data = (filled.levels < 0).ravel()
    latent = np.full(goals.shape, np.nan)
    coefficients = [_coefficients(one, np.flatnonzero(is_data)) for one in group]
    for i in range(len(group)):
        for j in range(i + 1, len(group)):
            latent[is_data, i, j] = latent[is_data, j, i] = latent_correlations(
                coefficients[i], coefficients[j], goals[is_data, i, j]
            )
    _fill_from_pools(latent, filled.pools, statistics.shape[1])
    _tell_undefined(latent, is_data)
    matrices = [
        nearest_correlation(one).tolist() for one in np.where(np.isnan(latent), 0.0, latent)
    ]
    rows = iter(matrices)
    changed = {one.name: one for one in group}
    return (
        {"props": names, "cov": {s: {t: next(rows) for t in target} for s in source}},
        [changed.get(one.name, one) for one in entries],
    )


def _goals(
    correlations: Correlations,
    properties: Sequence[str],
    names: Sequence[str],
    shared: NDArray[np.bool_],
) -> Reals:
    """(n, p, p) correlations of the named properties in the data, row by row."""
    places = np.array([properties.index(name) for name in names])
    per_connection, per_synapse = (
        matrices[:, :, places[:, None], places].reshape(-1, len(names), len(names))
        for matrices in (correlations.per_connection, correlations.per_synapse)
    )
    return np.where(shared[:, None, None], per_connection, per_synapse)


def _coefficients(entries: PropertyEntries, pathways: NDArray[np.intp]) -> Reals:
    """(n, k) coefficients of the mapping from a normal value to the property."""
    result: Reals | None = None
    limits = {key: entries.flat[0].get(key) for key in _LIMITS}
    for kind, places in entries.kinds():
        rows = np.flatnonzero(places.ravel()[pathways])
        # steps and corners need more points than smooth functions do
        has_steps = kind == "poisson" or any(one is not None for one in limits.values())
        z = points(is_smooth=not has_steps)
        for first in range(0, len(rows), _CHUNK):
            chosen = rows[first : first + _CHUNK]
            some = [entries.flat[k] for k in pathways[chosen].tolist()]
            attributes = {
                key: np.array([entry[key] for entry in some], dtype=np.float64)
                for key in DISTRIBUTIONS[kind].attributes
            }
            part = hermite_coefficients(quantiles_at(kind, attributes, z, limits), z)
            if result is None:
                result = np.zeros((len(pathways), part.shape[1]))
            result[chosen] = part
    return np.zeros((0, 1)) if result is None else result


def _fill_from_pools(latent: Reals, pools: Sequence[Pool], n_targets: int) -> None:
    data = latent.copy()
    for pool in pools:
        of_pool = data[pool.flat(n_targets)]
        known = ~np.isnan(of_pool)
        counts = known.sum(axis=0)
        sums = np.where(known, of_pool, 0.0).sum(axis=0)
        means = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
        latent[pool.rows * n_targets + pool.columns] = means


def _tell_undefined(latent: Reals, is_data: NDArray[np.bool_]) -> None:
    above = np.triu_indices(latent.shape[1], 1)
    n_undefined = int(np.isnan(latent[:, above[0], above[1]]).sum())
    logger.info(
        "covariance: %d pathways filled from their pools; %d correlations are not defined: 0",
        int((~is_data).sum()),
        n_undefined,
    )
