"""Covariance of a model, such that drawn values have the correlations of the data."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from region_grower_hpc.conn_props.quantile_grid import remapped
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity, Reals
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

#: Pathways of which the functions are evaluated at once.
_CHUNK = 500
_LIMITS = ("lower_bound", "upper_bound", "dtype")


def estimated_covariance(filled: Filled, entries: Sequence[PropertyEntries]) -> dict[str, Any]:
    """prop_cov of a model: names, and a matrix a pathway; empty with less than two properties.

    Properties take part that can be correlated in every pathway and of which shared_within is the
    same everywhere; of those with and without sharing the more numerous ones (with sharing, if
    equal). Shared ones get the correlations of connections, others those of synapses. Pathways
    without data have the mean of their pool; what is not defined in the data is 0.

    Args:
        filled: with correlations in the statistics.
        entries: of all properties of the model.

    Raises:
        InvalidInputError: the correlations are not known.
    """
    statistics = filled.statistics
    if statistics.correlations is None:
        raise InvalidInputError(
            "the data hold no correlations, which estimating the covariance needs: extract them "
            "with --estimate-cov"
        )
    shared, group = _group(entries)
    if len(group) < 2:
        logger.warning("no covariance: less than two properties can be correlated")
        return {}
    names = [one.name for one in group]
    logger.info(
        "covariance of %s (%s)", ", ".join(names), "per connection" if shared else "per synapse"
    )
    places = [statistics.properties.index(name) for name in names]
    correlations = statistics.correlations
    goals = correlations.per_connection if shared else correlations.per_synapse
    goals = goals[:, :, places][:, :, :, places].reshape(-1, len(group), len(group))
    is_data = (filled.levels < 0).ravel()
    latent = np.full(goals.shape, np.nan)
    coefficients = [
        _coefficients(statistics.quantities[one.name], one, np.flatnonzero(is_data))
        for one in group
    ]
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
    source, target = ([str(one) for one in side] for side in statistics.m_types)
    rows = iter(matrices)
    return {"props": names, "cov": {s: {t: next(rows) for t in target} for s in source}}


def _group(entries: Sequence[PropertyEntries]) -> tuple[bool, list[PropertyEntries]]:
    """The properties that are correlated, and whether connections share their values."""
    groups: dict[bool, list[PropertyEntries]] = {True: [], False: []}
    for one in entries:
        if one.name == N_SYN:
            continue
        flags = {entry["shared_within"] for entry in one.flat}
        if len(flags) == 1 and not any(
            DISTRIBUTIONS[entry["type"]].uncorrelated(entry) for entry in one.flat
        ):
            groups[flags.pop()].append(one)
        else:
            logger.info("%s is not correlated with others", one.name)
    shared = len(groups[True]) >= len(groups[False])
    return shared, groups[shared]


def _coefficients(
    quantity: Quantity, entries: PropertyEntries, pathways: NDArray[np.intp]
) -> Reals:
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
            attributes = {
                key: np.asarray(getattr(quantity, key)).ravel()[pathways[chosen]]
                for key in DISTRIBUTIONS[kind].attributes
            }
            part = hermite_coefficients(remapped(kind, attributes, z, limits), z)
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
