"""What every rank must know of the edges."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from region_grower_hpc.conn_props.edge_population import SOURCE_IDS, TARGET_IDS
from region_grower_hpc.conn_props.inputs import Inputs


@dataclass(frozen=True)
class RunContext:
    """Small things for all ranks.

    Attributes:
        path: of the edges file.
        datasets: column -> path inside the file.
        n_edges: of it.
        n_nodes: numbers of source and target nodes.
        properties: names of the columns.
        shapes: numbers of source and target types of each part.
    """

    path: Path
    datasets: dict[str, str]
    n_edges: int
    n_nodes: tuple[int, int]
    properties: tuple[str, ...]
    shapes: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, inputs: Inputs) -> RunContext:
        """Of what rank 0 has read."""
        population = inputs.population
        columns = (SOURCE_IDS, TARGET_IDS, *inputs.properties)
        return cls(
            population.path,
            {name: population.dataset(name) for name in columns},
            population.n_edges,
            (population.source.n_nodes, population.target.n_nodes),
            tuple(inputs.properties),
            tuple(inputs.shapes),
        )


def pathways(
    source_type: NDArray[np.int32], target_type: NDArray[np.int32], n_target_types: int
) -> NDArray[np.int64]:
    """Number of the pathway, row by row, of each connection; -1 where an end is not selected."""
    numbers = source_type.astype(np.int64) * n_target_types + target_type
    numbers[(source_type < 0) | (target_type < 0)] = -1
    return numbers


def local_numbers(numbers: NDArray[np.int64], n: int) -> tuple[NDArray[np.int64], Any]:
    """Those that occur, ascending, and for each the place among them (int32; -1 stays)."""
    occurs = np.zeros(n + 1, dtype=bool)
    occurs[numbers] = True  # -1 is the last one.
    present = np.flatnonzero(occurs[:n])
    place = np.full(n + 1, -1, dtype=np.int32)
    place[present] = np.arange(len(present), dtype=np.int32)
    return present, place[numbers]
