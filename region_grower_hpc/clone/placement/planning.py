"""The plan: groups of cells, their candidates, and what every rank gets to score them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.clone.placement.annotations import Annotations
from region_grower_hpc.clone.placement.blocks import BLOCK_CELLS, Blocks
from region_grower_hpc.clone.placement.candidates import Group, Offer, make_offer, packed_texts
from region_grower_hpc.clone.placement.database import read_offered
from region_grower_hpc.clone.placement.pools import pool_names, pools_of
from region_grower_hpc.clone.placement.preparation import Places, read_places
from region_grower_hpc.clone.placement.settings import PlacementSettings
from region_grower_hpc.engine.job import Plan

ROW = np.dtype([("n_cells", "i4"), ("n_placed", "i4"), ("n_again", "i4")])
#: Array of a block's result: the candidate of each of its cells.
POSITIONS = "positions"
#: Seconds of a cell, and of each of its scores of a rule: only their proportion matters.
SECONDS, SECONDS_A_SCORE = 4e-5, 3e-9
POSITION_BYTES = 4


@dataclass(frozen=True)
class PlacementContext:
    """What every rank gets beside the arrays.

    Attributes:
        groups: of cells, with their candidates.
        layers: of the bounds.
        problems: texts of why cells have no place or no candidates.
        orients: whether cells get the orientations of the atlas.
    """

    groups: tuple[Group, ...]
    layers: tuple[str, ...]
    problems: tuple[str, ...]
    orients: bool


def make_plan(settings: PlacementSettings) -> Plan:
    """Check all inputs, look up where the cells lie, and divide them into blocks.

    The shared arrays hold all cells of the file, by id; those that cannot get a clone are in no
    task, but in `problems`.

    Raises:
        InvalidInputError: naming file and element.
    """
    settings.check()
    offered = read_offered(settings.database)
    with_etype = any(row.etype is not None for row in offered)
    places = read_places(settings, with_etype=with_etype)
    annotations = Annotations.read(settings.annotations)
    offer = make_offer(places.cells.keys, offered, places.rules, annotations)
    return _plan(settings, places, offer)


def _plan(settings: PlacementSettings, places: Places, offer: Offer) -> Plan:
    cells, profiles = places.cells, places.profiles
    for number, group in enumerate(offer.groups):
        if group.problem is not None:
            profiles.refuse(cells.groups == number, group.problem)
    placeable = np.flatnonzero(profiles.problems == 0)
    if settings.without_replacement:
        pools, block_cells = pools_of(offer), None
    else:
        pools, block_cells = np.arange(len(offer.groups)), BLOCK_CELLS
    blocks = Blocks.of(pools[cells.groups], placeable, block_cells)
    names, name_ends = packed_texts(offer.names)
    return Plan(
        tasks=blocks.tasks,
        costs_s=_costs_s(blocks, cells.groups, offer.groups),
        row_dtype=ROW,
        options=plan_options(settings),
        inputs=_inputs(settings, places),
        outputs=plan_outputs(settings),
        shared={
            "y_um": profiles.y_um,
            "bounds_um": profiles.bounds_um,
            "groups": cells.groups.astype(np.int32),
            "problems": profiles.problems,
            "y_min_um": offer.y_min_um,
            "y_max_um": offer.y_max_um,
            "candidates": offer.names_of_candidates,
            "names": names,
            "name_ends": name_ends,
            **blocks.arrays,
        },
        context=PlacementContext(
            groups=offer.groups,
            layers=tuple(places.layers),
            problems=tuple(profiles.texts),
            orients=places.orients,
        ),
        cost_groups=blocks.pools.astype(np.int64),
        cost_group_names=pool_names(offer.groups, pools),
        group_bytes=_group_bytes(blocks, int(pools.max(initial=-1)) + 1),
        kept=(POSITIONS,),
        settings=settings.to_json(),
    )


def plan_options(settings: PlacementSettings) -> dict[str, Any]:
    """What changes results."""
    return {
        "seed": settings.seed,
        "random_stream": settings.random_stream,
        "without_replacement": settings.without_replacement,
        "out_cells": settings.out_cells.suffix,
    }


def plan_outputs(settings: PlacementSettings) -> list[Path]:
    """What a complete run has written."""
    return [settings.out_cells, settings.left_out_csv]


def _costs_s(
    blocks: Blocks, groups_of_cells: NDArray[np.int64], groups: Sequence[Group]
) -> NDArray[np.float64]:
    a_cell = [
        SECONDS + SECONDS_A_SCORE * group.n_candidates * max(1, len(group.rules))
        for group in groups
    ]
    of_members = np.array([*a_cell, 0.0])[groups_of_cells[blocks.members]]
    until_s = np.concatenate([[0.0], np.cumsum(of_members)])
    costs_s: NDArray[np.float64] = until_s[blocks.stop] - until_s[blocks.first]
    return costs_s


def _group_bytes(blocks: Blocks, n_pools: int) -> list[float]:
    """Of the result of the largest block of each pool."""
    largest = np.zeros(n_pools)
    np.maximum.at(largest, blocks.pools, blocks.n_cells)
    found: list[float] = (POSITION_BYTES * largest).tolist()
    return found


def _inputs(settings: PlacementSettings, places: Places) -> dict[str, Path]:
    """Files whose content changes results, by their role."""
    inputs = {
        "--cells": settings.cells,
        "--placement-rules": settings.placement_rules,
        "the database of the clones": settings.database,
        "the annotations of the clones": settings.annotations,
    }
    return {**inputs, **{f"--atlas {name}": path for name, path in places.volumes().items()}}
