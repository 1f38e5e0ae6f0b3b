"""Parts of an extraction: the nodes of each data file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from region_grower_hpc.conn_props.edge_population import EdgePopulation
from region_grower_hpc.conn_props.folds import fold_numbers, nodes_of_fold
from region_grower_hpc.conn_props.node_types import Side, group_nodes

TRAIN, TEST = "train", "test"


@dataclass(frozen=True)
class Part:
    """One data file: all selected nodes, or those of one part of a fold."""

    name: str
    """What follows the stem of the file: empty, or such as `__CV2-1-train` (folds from 1)."""
    source: Side
    target: Side
    fold: tuple[int, int, str] | None
    """Number of folds, the fold (from 0), `train` or `test`; None for all nodes."""


def part_name(n_folds: int, index: int, part: str) -> str:
    """What follows the stem of the file of a part; `index` from 0."""
    return f"__CV{n_folds}-{index + 1}-{part}"


def parts_of(
    population: EdgePopulation,
    sel_src: Any = None,
    sel_dest: Any = None,
    group_by: str = "mtype",
    cv_folds: int | None = None,
    seed: int | None = 0,
) -> list[Part]:
    """All parts: that of all nodes first, then train and test of each fold.

    Args:
        population: whose nodes are selected and grouped.
        sel_src: selection of source nodes, see `selected_nodes`.
        sel_dest: selection of target nodes.
        group_by: property that makes the types.
        cv_folds: number of folds; none where it is None or below 2.
        seed: each part's random stream starts from it; None: numpy's global stream as it is.

    Raises:
        InvalidInputError: selections, grouping or folds are not possible.
    """
    masks = population.source.select(sel_src), population.target.select(sel_dest)
    source = group_nodes(population.source, group_by)
    one = population.source == population.target
    target = source if one else group_nodes(population.target, group_by)
    parts = [Part("", source.side(masks[0]), target.side(masks[1]), None)]
    if cv_folds is None or cv_folds < 2:
        return parts
    rng: Any = np.random if seed is None else np.random.RandomState(seed)
    # The same for all parts, since each starts again at the seed.
    numbers = [fold_numbers(mask, cv_folds, rng) for mask in masks]
    for index in range(cv_folds):
        for name in (TRAIN, TEST):
            chosen = [nodes_of_fold(one_side, index, name == TRAIN) for one_side in numbers]
            parts.append(
                Part(
                    name=part_name(cv_folds, index, name),
                    source=source.side(chosen[0]),
                    target=target.side(chosen[1]),
                    fold=(cv_folds, index, name),
                )
            )
    return parts
