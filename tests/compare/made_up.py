"""Small made-up neurons and cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import voxcell

from region_grower_hpc.formats import morphology
from region_grower_hpc.formats.morphology import MorphologyArrays
from region_grower_hpc.formats.sonata import save_cells

SOMA_SIZE = 3


def neuron(seed: int = 0) -> MorphologyArrays:
    """A soma of 3 points, a basal section of 2, an apical one of 3 with two children of 2."""
    random = np.random.default_rng(seed)
    points = random.uniform(1, 50, (12, 4)).astype(np.float32)
    points[[8, 10]] = points[7]
    structure = [(0, 1, -1), (3, 3, 0), (5, 4, 0), (8, 4, 2), (10, 4, 2)]
    return MorphologyArrays(points, np.array(structure, dtype=np.int32))


def shifted(arrays: MorphologyArrays, row: int, column: int, by: float) -> MorphologyArrays:
    """The same neuron with one number changed."""
    points = arrays.points.copy()
    points[row, column] += np.float32(by)
    return MorphologyArrays(points, arrays.structure)


def write_files(folder: Path, neurons: dict[str, MorphologyArrays], extension: str = "h5") -> Path:
    for name, arrays in neurons.items():
        path = folder / f"{name}.{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        morphology.write(arrays, path)
    return folder


def cells(names: Sequence[str], **properties: Any) -> voxcell.CellCollection:
    """Cells with these morphologies, at (row, 0.1, 0)."""
    result = voxcell.CellCollection()
    result.properties = pd.DataFrame(
        {"mtype": ["L1_DAC"] * len(names), "morphology": list(names), **properties}
    )
    result.positions = np.array([(row, 0.1, 0) for row in range(len(names))], dtype=float)
    result.positions = result.positions.reshape(-1, 3)
    result.orientations = np.tile(np.identity(3), (len(names), 1, 1))
    return result


def write_run(
    folder: Path,
    neurons: dict[str, MorphologyArrays],
    collection: voxcell.CellCollection | None = None,
    cells_name: str = "nodes.h5",
) -> Path:
    """Write cells and their morphologies as a run does; return the cells file."""
    write_files(folder / "out", neurons)
    path = folder / cells_name
    save_cells(cells(list(neurons)) if collection is None else collection, path)
    return path
