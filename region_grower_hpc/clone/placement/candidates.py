"""The candidates of each group of cells, and how far they reach, packed for all ranks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement.annotations import Annotations
from region_grower_hpc.clone.placement.cells import Key
from region_grower_hpc.clone.placement.database import OfferedClone
from region_grower_hpc.clone.placement_rules import PlacementRule, PlacementRules


@dataclass(frozen=True)
class Group:
    """Cells of one layer, mtype and perhaps etype, and what is offered to them.

    Attributes:
        key: layer, mtype, etype.
        rules: that give scores.
        n_candidates: of its clones.
        first_candidate: in `Offer.names_of_candidates`.
        first_limit: in the limits of the offer.
        problem: why no cell of it can get a clone; None where it can.
    """

    key: Key
    rules: tuple[PlacementRule, ...]
    n_candidates: int
    first_candidate: int
    first_limit: int
    problem: str | None = None

    @property
    def name(self) -> str:
        """As messages and costs.json name it."""
        return "/".join(self.key)

    @property
    def layers(self) -> set[str]:
        """Layers that its rules name."""
        return {layer for rule in self.rules for layer in rule.layers}

    @property
    def candidates(self) -> slice:
        """Where its candidates are."""
        return slice(self.first_candidate, self.first_candidate + self.n_candidates)

    def limits(self, packed: NDArray[np.float64]) -> NDArray[np.float64]:
        """(R, C) of its limits."""
        stop = self.first_limit + len(self.rules) * self.n_candidates
        return packed[self.first_limit : stop].reshape(len(self.rules), self.n_candidates)


@dataclass(frozen=True)
class Offer:
    """All groups and their candidates.

    Attributes:
        groups: in the order of their keys.
        names: of the clones that are candidates of some group.
        names_of_candidates: row of `names` of each candidate, group by group.
        y_min_um, y_max_um: limits, group by group and there rule by rule.
    """

    groups: tuple[Group, ...]
    names: Sequence[str]
    names_of_candidates: NDArray[np.int32]
    y_min_um: NDArray[np.float64]
    y_max_um: NDArray[np.float64]


def make_offer(
    keys: Sequence[Key],
    offered: Sequence[OfferedClone],
    rules: PlacementRules,
    annotations: Annotations,
) -> Offer:
    """Candidates of each key: distinct names of its rows, in their order, that are annotated.

    Args:
        keys: of the cells.
        offered: rows of the database.
        rules: of placement.
        annotations: of the clones.

    Raises:
        InvalidInputError: the annotation of a candidate lacks a number that a rule needs.
    """
    rows: dict[Key, dict[str, None]] = {key: {} for key in keys}
    for row in offered:
        for matching in (row.key, row.key[:2]):
            if matching in rows:
                rows[matching][row.name] = None
    numbers: dict[str, int] = {}
    groups: list[Group] = []
    candidates: list[int] = []
    y_min: list[NDArray[np.float64]] = []
    y_max: list[NDArray[np.float64]] = []
    first_candidate = first_limit = 0
    for key, in_database in rows.items():
        names = [name for name in in_database if name in annotations.by_name]
        own = tuple(rules.for_placement(key[1]).values())
        problem = None if names else _problem(key, len(in_database))
        groups.append(Group(key, own, len(names), first_candidate, first_limit, problem))
        candidates += [numbers.setdefault(name, len(numbers)) for name in names]
        for limits, to in zip(annotations.limits(names, own), (y_min, y_max), strict=True):
            to.append(limits.reshape(-1))
        first_candidate += len(names)
        first_limit += len(names) * len(own)
    return Offer(
        groups=tuple(groups),
        names=list(numbers),
        names_of_candidates=np.array(candidates, dtype=np.int32),
        y_min_um=np.concatenate([np.empty(0), *y_min]),
        y_max_um=np.concatenate([np.empty(0), *y_max]),
    )


def described(key: Key) -> str:
    """A group in words."""
    return ", ".join(f"{what} {text}" for what, text in zip(_PARTS, key, strict=False))


_PARTS = ("layer", "mtype", "etype")


def _problem(key: Key, n_rows: int) -> str:
    if n_rows:
        return f"none of the {n_rows} clones of {described(key)} has an annotation"
    return f"the database has no clone of {described(key)}"


def packed_texts(texts: Iterable[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts as one array of UTF-8, and where each of them ends."""
    encoded = [text.encode() for text in texts]
    ends = np.array(list(accumulate(map(len, encoded))), dtype=np.int64)
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), ends


def unpacked_texts(packed: NDArray[np.uint8], ends: NDArray[np.int64]) -> list[str]:
    """Inverse of `packed_texts`."""
    content = packed.tobytes()
    firsts = [0, *ends.tolist()][:-1]
    return [content[a:b].decode() for a, b in zip(firsts, ends.tolist(), strict=True)]
