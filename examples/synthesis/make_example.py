"""Make the inputs of this example: the atlas of one cortical column, and cells to synthesize in it.

    python make_example.py FOLDER [--cells N]

FOLDER gets atlas/ (NRRD volumes and hierarchy.json), region_structure.yaml and cells.h5 (SONATA).
The same N gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from voxcell import CellCollection, VoxelData

REGION = "O0"
COLUMN = "mc0"
LAYER_THICKNESSES_UM = {1: 165, 2: 149, 3: 353, 4: 190, 5: 525, 6: 700}
PIA_UM = float(sum(LAYER_THICKNESSES_UM.values()))  # y of the pia; the white matter is at y = 0
COLUMN_RADIUS_UM = 230.0  # centre to corner of the hexagonal cross-section
VOXEL_UM = 10.0
SOMA_MARGIN_UM = 45.0  # no soma nearer than this to the border of its layer
SOMA_RADIUS_UM = COLUMN_RADIUS_UM - 20.0  # cross-section of the somata: clear of border voxels
SEED = 2024


@dataclass(frozen=True)
class CellType:
    """One mtype of the example and its share of the cells."""

    mtype: str
    layer: int
    share: float
    etype: str
    morph_class: str
    synapse_class: str


CELL_TYPES = (
    CellType("L1_DAC", 1, 0.10, "bNAC", "INT", "INH"),
    CellType("L2_TPC:A", 2, 0.25, "cADpyr", "PYR", "EXC"),
    CellType("L3_TPC:A", 3, 0.25, "cADpyr", "PYR", "EXC"),
    CellType("L4_UPC", 4, 0.20, "cADpyr", "PYR", "EXC"),
    CellType("L5_TPC:A", 5, 0.20, "cADpyr", "PYR", "EXC"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the inputs are written")
    parser.add_argument("--cells", type=int, default=60, help="number of cells (default: 60)")
    arguments = parser.parse_args()
    if arguments.cells < 1:
        parser.error("--cells must be at least 1")
    make_example(arguments.folder, arguments.cells)
    print(f"{arguments.cells} cells and the atlas of their column: {arguments.folder}")


def make_example(folder: Path, cell_count: int) -> None:
    """Write all inputs into `folder`."""
    atlas = folder / "atlas"
    atlas.mkdir(parents=True, exist_ok=True)
    write_atlas(atlas)
    structure = {
        REGION: {"layers": list(LAYER_THICKNESSES_UM), "thicknesses": LAYER_THICKNESSES_UM}
    }
    (folder / "region_structure.yaml").write_text(yaml.safe_dump(structure, sort_keys=False))
    place_cells(cell_count).save_sonata(folder / "cells.h5")


def layer_bounds_um(layer: int) -> tuple[float, float]:
    """Lower and upper y of a layer."""
    upper = PIA_UM - sum(t for other, t in LAYER_THICKNESSES_UM.items() if other < layer)
    return upper - LAYER_THICKNESSES_UM[layer], upper


def write_atlas(folder: Path) -> None:
    """Write a hexagonal column around the y axis as the volumes that synthesis reads."""
    half_shape = np.ceil([COLUMN_RADIUS_UM / VOXEL_UM, 0, COLUMN_RADIUS_UM / VOXEL_UM]).astype(int)
    shape = 2 * half_shape
    shape[1] = np.ceil(PIA_UM / VOXEL_UM)
    # The volume ends at the pia; the lowest voxels reach a little below the white matter.
    offset = np.array([-half_shape[0], 0.0, -half_shape[2]]) * VOXEL_UM
    offset[1] = PIA_UM - shape[1] * VOXEL_UM
    x, y, z = (offset[axis] + (np.arange(shape[axis]) + 0.5) * VOXEL_UM for axis in range(3))
    inside = in_hexagon(x[:, np.newaxis], z[np.newaxis, :], COLUMN_RADIUS_UM)[:, np.newaxis, :]

    def save(name: str, values: Any) -> None:
        save_nrrd(VoxelData(values, (VOXEL_UM,) * 3, offset=offset), folder / f"{name}.nrrd")

    regions = np.zeros(shape, dtype=np.int32)
    for layer in LAYER_THICKNESSES_UM:
        lower, upper = layer_bounds_um(layer)
        in_layer = ((y > lower) & (y <= upper))[np.newaxis, :, np.newaxis]
        regions[inside & in_layer] = region_id(layer)
        bounds = np.array([lower, upper], dtype=np.float32)
        save(f"[PH]{layer}", np.broadcast_to(bounds, (*shape, 2)).copy())
    save("brain_regions", regions)
    heights = y.astype(np.float32)[np.newaxis, :, np.newaxis]
    save("[PH]y", np.broadcast_to(heights, shape).copy())
    upright = np.array([127, 0, 0, 0], dtype=np.int8)  # quaternion w, x, y, z in units of 1/127
    save("orientation", np.broadcast_to(upright, (*shape, 4)).copy())
    (folder / "hierarchy.json").write_text(json.dumps(hierarchy(), indent=2) + "\n")


def in_hexagon(x_um: Any, z_um: Any, radius_um: float) -> Any:
    """Whether points lie in a regular hexagon, two corners of which are on the x axis."""
    height = radius_um * np.sqrt(3) / 2
    slanted = np.sqrt(3) * np.abs(x_um) + np.abs(z_um) <= 2 * height
    return slanted & (np.abs(z_um) <= height)


def region_id(layer: int) -> int:
    """Identifier of a layer of the column in brain_regions.nrrd."""
    return 10 + layer


def region_acronym(layer: int) -> str:
    """Acronym of a layer of the column, the `region` of its cells."""
    return f"{COLUMN};{layer}"


def hierarchy() -> dict[str, Any]:
    """Region ontology: the mosaic, its one column, the column's layers."""
    layers = [
        {
            "id": region_id(layer),
            "acronym": region_acronym(layer),
            "name": f"column 0, layer {layer}",
        }
        for layer in LAYER_THICKNESSES_UM
    ]
    column = {"id": 2, "acronym": f"{COLUMN}_Column", "name": "column 0", "children": layers}
    return {"id": 1, "acronym": REGION, "name": "mosaic of one column", "children": [column]}


def save_nrrd(volume: VoxelData, path: Path) -> None:
    """Write a volume without the comment lines, which hold the date."""
    volume.save_nrrd(path)
    header, separator, data = path.read_bytes().partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b"#")]
    path.write_bytes(b"\n".join(lines) + separator + data)


def place_cells(cell_count: int) -> CellCollection:
    """Cells of all types, each somewhere in its layer and apart from the others."""
    rng = np.random.default_rng(SEED)
    types = [CELL_TYPES[index] for index in np.repeat(range(len(CELL_TYPES)), counts(cell_count))]
    positions: list[Any] = []
    for cell_type in types:
        positions.append(remote_position(rng, cell_type.layer, positions))
    properties = {
        "region": [region_acronym(cell_type.layer) for cell_type in types],
        "layer": [str(cell_type.layer) for cell_type in types],
        "mtype": [cell_type.mtype for cell_type in types],
        "etype": [cell_type.etype for cell_type in types],
        "morph_class": [cell_type.morph_class for cell_type in types],
        "synapse_class": [cell_type.synapse_class for cell_type in types],
    }
    cells = CellCollection("column")
    cells.positions = np.array(positions)
    cells.properties = pd.DataFrame(properties, dtype="category")
    return cells


def counts(cell_count: int) -> list[int]:
    """Cells of each type: the shares rounded so that their sum is right (largest remainders)."""
    exact = np.array([cell_type.share for cell_type in CELL_TYPES]) * cell_count
    result = np.floor(exact).astype(int)
    remainders = np.argsort(result - exact, kind="stable")
    result[remainders[: cell_count - result.sum()]] += 1
    return [int(count) for count in result]


def remote_position(rng: np.random.Generator, layer: int, others: list[Any]) -> Any:
    """A position in the layer; of ten random ones, the farthest from the latest other cells."""
    lower, upper = layer_bounds_um(layer)
    candidates: list[Any] = []
    while len(candidates) < 10:
        x, z = rng.uniform(-COLUMN_RADIUS_UM, COLUMN_RADIUS_UM, size=2)
        if in_hexagon(x, z, SOMA_RADIUS_UM):
            y = rng.uniform(lower + SOMA_MARGIN_UM, upper - SOMA_MARGIN_UM)
            candidates.append(np.array([x, y, z]))
    if not others:
        return candidates[0]
    distances = np.linalg.norm(
        np.array(candidates)[:, np.newaxis] - np.array(others[-200:]), axis=2
    )
    return candidates[int(np.argmax(distances.min(axis=1)))]


if __name__ == "__main__":
    main()
