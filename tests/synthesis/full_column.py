"""Additions to a small column, so that a run uses all that synthesis can do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trimesh
import voxcell

from tests.synthesis.small_column import REGION, SmallColumn
from tests.synthesis.small_neuron import donor

DONORS = ("one", "two")


def add_axons(column: SmallColumn, rows: list[str] | None = None) -> list[str]:
    """Write donors and the list of axons; the options that use them.

    Args:
        column: gets `donors/` and `axons.tsv`.
        rows: of the list, without header; by default every cell but gid 1 has a donor.
    """
    folder = column.folder / "donors"
    folder.mkdir(exist_ok=True)
    for name in DONORS:
        donor().write(folder / f"{name}.h5")
    if rows is None:
        n_cells = len(voxcell.CellCollection.load_sonata(column.cells).properties)
        donors = [DONORS[gid % 2] if gid != 1 else "N/A" for gid in range(n_cells)]
        rows = [f"{gid} {name} {1 + gid / 10}" for gid, name in enumerate(donors)]
    table = column.folder / "axons.tsv"
    table.write_text("\n".join([" morphology scale", *rows]) + "\n")
    return ["--morph-axon", str(table), "--base-morph-dir", str(folder)]


def add_constraints(column: SmallColumn) -> None:
    """Give the region a direction, and a mesh around all cells as a boundary."""
    positions = voxcell.CellCollection.load_sonata(column.cells).positions
    box = trimesh.creation.box(bounds=[positions.min(axis=0) - 60, positions.max(axis=0) + 60])
    box.export(column.folder / "box.obj")

    def change(content: Any) -> None:
        content[REGION]["directions"] = [
            {"neurite_types": ["basal_dendrite"], "params": {"direction": [1, 0, 0], "power": 0.5}}
        ]
        content[REGION]["boundaries"] = [
            {
                "neurite_types": ["basal_dendrite", "apical_dendrite"],
                "path": "box.obj",
                "mesh_type": "world",
                "params_section": {"d_max": 30},
            }
        ]

    column.edit_structure(change)


def all_outputs(out: Path) -> list[str]:
    """Options by which a run writes everything that it can."""
    return [
        *("--out-debug-data", str(out / "debug.pkl")),
        *("--out-apical-nrn-sections", str(out / "nrn.yaml")),
        *("--out-morph-ext", "asc", "--out-morph-ext", "h5"),
        *("--container-path", str(out / "container.h5")),
    ]
