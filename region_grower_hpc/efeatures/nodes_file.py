"""nodes.h5: the recorded cells as a SONATA population, with their currents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np

from region_grower_hpc.efeatures.table_columns import write_reals, write_texts
from region_grower_hpc.formats.atomic import replacing

POPULATION = "recorded_cells"


def write_nodes(
    path: Path,
    names: Sequence[str],
    threshold_current_na: Sequence[float | None],
    holding_current_na: Sequence[float | None],
) -> None:
    """Write one node a cell.

    Source: SONATA's description of node files. Not by voxcell, whose cells have places.

    Args:
        path: of the file.
        names: of the cells.
        threshold_current_na: of each cell, nA; None, written as NaN, where it is not known.
        holding_current_na: likewise.
    """
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs["magic"] = np.uint32(0x0A7A)
        file.attrs["version"] = np.array([0, 1], dtype=np.uint32)
        nodes = file.create_group(f"nodes/{POPULATION}")
        nodes["node_type_id"] = np.full(len(names), -1, dtype=np.int64)
        nodes["node_group_id"] = np.zeros(len(names), dtype=np.int64)
        nodes["node_group_index"] = np.arange(len(names), dtype=np.int64)
        group = nodes.create_group("0")
        write_texts(group, "name", names)
        dynamics = group.create_group("dynamics_params")
        write_reals(dynamics, "threshold_current", threshold_current_na)
        write_reals(dynamics, "holding_current", holding_current_na)
