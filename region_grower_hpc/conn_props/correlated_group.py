"""Which properties of a model are drawn together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.distributions import DISTRIBUTIONS
from region_grower_hpc.conn_props.entries import Entry, PropertyEntries
from region_grower_hpc.conn_props.negligible_spread import with_spread
from region_grower_hpc.conn_props.statistics import N_SYN

logger = logging.getLogger(__name__)

#: Sharing of an entry without spread: of one value it means nothing.
_EITHER = -1


@dataclass(frozen=True)
class CorrelatedGroup:
    """Properties that can be drawn together in every pathway.

    Attributes:
        members: their entries, each with a spread; in a pathway `shared_within` is the same of all.
        shared: (n,) pathways in which connections share their values, row by row.
    """

    members: list[PropertyEntries]
    shared: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A property that may be a member.

    Attributes:
        entries: its distributions.
        spread: pathway -> entry with a negligible spread, where it has none.
        sharing: (n,) 0, 1 or `_EITHER`.
    """

    entries: PropertyEntries
    spread: dict[int, Entry]
    sharing: NDArray[np.int8]


def correlated_group(
    entries: Sequence[PropertyEntries], pathways: Sequence[tuple[str, str]]
) -> CorrelatedGroup:
    """The largest group of properties that agree on `shared_within` in each pathway.

    Of equally large ones that with more sharing. Entries without spread, such as those of a pathway
    of one connection, agree with all others and get a negligible spread. The log tells of them, and
    why other properties are left out.

    Args:
        entries: of all properties of a model.
        pathways: source and target types, row by row.
    """
    candidates = [
        found
        for one in entries
        if one.name != N_SYN and (found := _candidate(one, pathways)) is not None
    ]
    if not candidates:
        return CorrelatedGroup([], np.zeros(len(pathways), dtype=np.bool_))
    chosen, sharing = max(
        (_around(seed, candidates) for seed in candidates),
        key=lambda found: (len(found[0]), int((found[1] == 1).sum())),
    )
    for one in candidates:
        if one not in chosen:
            _tell_disagreement(one, sharing, pathways)
    shared = sharing != 0
    return CorrelatedGroup([_member(one, shared) for one in chosen], shared)


def _candidate(one: PropertyEntries, pathways: Sequence[tuple[str, str]]) -> _Candidate | None:
    for k, entry in enumerate(one.flat):
        if not DISTRIBUTIONS[entry["type"]].can_correlate:
            _tell(one.name, f"it is {entry['type']}, which cannot be", pathways[k])
            return None
    spread = {k: new for k, old in enumerate(one.flat) if (new := with_spread(old)) is not None}
    if len(spread) == len(one.flat):
        _tell(one.name, "it has no spread in any pathway", pathways[0])
        return None
    sharing = np.array([entry["shared_within"] for entry in one.flat], dtype=np.int8)
    sharing[list(spread)] = _EITHER
    return _Candidate(one, spread, sharing)


def _around(
    seed: _Candidate, candidates: Sequence[_Candidate]
) -> tuple[list[_Candidate], NDArray[np.int8]]:
    """Those that agree with one of them and with each other, and the sharing of them all."""
    sharing, chosen = seed.sharing.copy(), []
    for one in candidates:
        if one is seed or not _disagree(one, sharing).any():
            chosen.append(one)
            sharing = np.where(sharing == _EITHER, one.sharing, sharing)
    return chosen, sharing


def _disagree(one: _Candidate, sharing: NDArray[np.int8]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (
        (one.sharing != _EITHER) & (sharing != _EITHER) & (one.sharing != sharing)
    )
    return found


def _member(one: _Candidate, shared: NDArray[np.bool_]) -> PropertyEntries:
    flat = list(one.entries.flat)
    for k, entry in one.spread.items():
        flat[k] = {**entry, "shared_within": bool(shared[k])}
    if one.spread:
        logger.info(
            "covariance: %s has no spread in %d pathways, and gets a negligible one",
            one.entries.name,
            len(one.spread),
        )
    return replace(one.entries, flat=flat)


def _tell_disagreement(
    one: _Candidate, sharing: NDArray[np.int8], pathways: Sequence[tuple[str, str]]
) -> None:
    k = int(np.argmax(_disagree(one, sharing)))
    _tell(
        one.entries.name,
        f"shared_within is {bool(one.sharing[k])} of it, and {bool(sharing[k])} of the others",
        pathways[k],
    )


def _tell(name: str, reason: str, pathway: tuple[Any, Any]) -> None:
    logger.info("%s is not correlated with others: %s (%s -> %s)", name, reason, *pathway)
