"""From the statistics of all pathways to a model of them."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from region_grower_hpc.conn_props.auto_distribution import Choice, choose_types
from region_grower_hpc.conn_props.correlation import estimated_covariance
from region_grower_hpc.conn_props.distribution_settings import (
    AUTO,
    DEFAULT_TYPE,
    DistributionSettings,
    checked_settings,
)
from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entries import PropertyEntries, entries_of
from region_grower_hpc.conn_props.failure_rows import FailureRow
from region_grower_hpc.conn_props.filling import Filled, fill
from region_grower_hpc.conn_props.fit_quality import FitQuality, fit_quality
from region_grower_hpc.conn_props.pools import N_LEVELS
from region_grower_hpc.conn_props.statistics import N_SYN, Quantity, Statistics
from region_grower_hpc.errors import InvalidInputError

logger = logging.getLogger(__name__)

#: Of `compat`: numbers as connectome_manipulator has them, where we deviate on purpose.
PEER = "peer"
#: Types whose values are those of the data, whole if these are.
_OF_THE_DATA = ("constant", "discrete", "zero")


@dataclass(frozen=True)
class Built:
    """A model, and what is to be told of it.

    Attributes:
        model: src_types, tgt_types, prop_stats, prop_cov and __interpolation__, plain numbers only.
        rows: of failures.csv.
        quality: of every entry.
        choices: of types of distribution, where they were automatic.
    """

    model: dict[str, Any]
    rows: list[FailureRow]
    quality: list[FitQuality]
    choices: list[Choice]


def build_model(
    statistics: Statistics,
    distr_types: Mapping[str, Any] | str | None = None,
    data_types: Mapping[str, Any] | None = None,
    data_bounds: Mapping[str, Any] | None = None,
    shared_within: Mapping[str, Any] | None = None,
    compat: str | None = None,
    estimate_cov: bool = False,
    where: str = "the data",
) -> Built:
    """Distributions of every property in every pathway.

    Args:
        statistics: what the chosen distributions need, or more; left as they are.
        distr_types: property -> type of distribution or `auto`; `auto` = all of them.
        data_types: property -> numpy's name of the type of drawn values.
        data_bounds: property -> lower and upper bound of drawn values, None = open.
        shared_within: property -> whether the synapses of a connection share a value.
        compat: "peer" = lists of filled pathways as connectome_manipulator counts them.
        estimate_cov: fill the model's covariance from the correlations of the data.
        where: how the data are named to the user.

    Raises:
        InvalidInputError: settings or data that make no model.
    """
    if compat not in (None, PEER):
        raise InvalidInputError(f"compat is {compat!r}: give 'peer', or leave it out")
    settings, rows = checked_settings(
        list(statistics.quantities),
        {} if distr_types is None else distr_types,
        {} if data_types is None else data_types,
        {} if data_bounds is None else data_bounds,
        {} if shared_within is None else shared_within,
    )
    for row in rows:
        logger.warning("%s", row.message)
    for name in settings.defaulted:
        logger.warning("no type of distribution is given for '%s': %s", name, DEFAULT_TYPE)
    settings, choices = _with_chosen_types(statistics, settings)
    filled = fill(
        statistics,
        [name for name, kind in settings.types.items() if kind == "discrete"],
        like_peer=compat == PEER,
        where=where,
    )
    rows += _rows_of_own_levels(filled)
    entries: list[PropertyEntries] = []
    for name, quantity in filled.statistics.quantities.items():
        own, fallbacks = entries_of(quantity, settings, statistics.m_types)
        entries.append(own)
        rows += fallbacks
        if fallbacks:
            logger.warning(
                "%s: %d pathways do not suit %s", name, len(fallbacks), settings.types[name]
            )
    prop_cov: dict[str, Any] = {}
    if estimate_cov:
        prop_cov, entries = estimated_covariance(filled, entries)
    source, target = ([str(one) for one in side] for side in statistics.m_types)
    model = {
        "src_types": source,
        "tgt_types": target,
        "prop_stats": {
            one.name: {
                s: dict(zip(target, row, strict=True))
                for s, row in zip(source, one.rows(), strict=True)
            }
            for one in entries
        },
        "prop_cov": prop_cov,
        "__interpolation__": _interpolation(filled, source, target),
    }
    return Built(model, rows, _quality(filled, entries), choices)


def _with_chosen_types(
    statistics: Statistics, settings: DistributionSettings
) -> tuple[DistributionSettings, list[Choice]]:
    names = [name for name, kind in settings.types.items() if kind == AUTO]
    choices = choose_types([statistics.quantities[name] for name in names])
    chosen = {one.property: one.type for one in choices if one.chosen}
    for name, kind in chosen.items():
        logger.info("%s: %s describes the data best", name, kind)
    whole = {
        name: "int"
        for name, kind in chosen.items()
        if name not in settings.data_types and _must_be_rounded(statistics.quantities[name], kind)
    }
    for name in whole:
        logger.info("%s: drawn values are rounded (dtype int), as the data are whole numbers", name)
    return replace(
        settings,
        types={**settings.types, **chosen},
        data_types={**settings.data_types, **whole},
    ), choices


def _must_be_rounded(quantity: Quantity, kind: str) -> bool:
    """Whether a type gives other than whole numbers for a column of integers.

    Numbers of synapses are rounded in any case.
    """
    is_whole = quantity.dtype is not None and quantity.dtype.kind in "iu"
    is_real = not DISTRIBUTIONS[kind].is_integer and kind not in _OF_THE_DATA
    return is_whole and is_real and quantity.name != N_SYN


def _quality(filled: Filled, entries: Sequence[PropertyEntries]) -> list[FitQuality]:
    quality: list[FitQuality] = []
    for one in entries:
        levels = np.where(filled.levels < 0, filled.own_levels.get(one.name, -1), filled.levels)
        quality += fit_quality(filled.statistics, levels.astype(np.int8), one)
    return quality


def _rows_of_own_levels(filled: Filled) -> list[FailureRow]:
    source, target = filled.statistics.m_types
    return [
        FailureRow(
            "build",
            str(source[s]),
            str(target[t]),
            name,
            "non_finite",
            f"no finite value: filled from pathways that are alike, level {levels[s, t]}",
        )
        for name, levels in filled.own_levels.items()
        for s, t in np.argwhere(levels >= 0).tolist()
    ]


def _interpolation(filled: Filled, source: Sequence[str], target: Sequence[str]) -> dict[str, Any]:
    """Levels of the filled pathways, which are told too."""
    levels = filled.levels
    found = Counter(levels[levels >= 0].tolist())
    counted = {str(level): found[level] for level in range(N_LEVELS) if found[level]}
    logger.info(
        "filled %d of %d pathways; of each level: %s",
        sum(counted.values()),
        levels.size,
        ", ".join(f"{level}: {number}" for level, number in counted.items()) or "none",
    )
    pathways = [
        [source[s], target[t], int(levels[s, t])] for s, t in np.argwhere(levels >= 0).tolist()
    ]
    return {"levels": counted, "pathways": pathways}
