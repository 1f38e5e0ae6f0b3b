"""A small population in the column of examples/synthesis, to synthesize in tests.

The cells are few and of cheap mtypes; L1_DAC costs 0.1 s a cell. Tests change the files of a copy.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import voxcell
import yaml
from click.testing import CliRunner, Result

from region_grower_hpc.cli import main
from region_grower_hpc.synthesis.settings import SynthesisSettings

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "synthesis"
COMMAND = "synthesize-morphologies"
REGION = "O0"


@dataclass(frozen=True)
class SmallColumn:
    """Input files of a run, all below `folder`."""

    folder: Path

    @property
    def cells(self) -> Path:
        return self.folder / "cells.h5"

    @property
    def atlas(self) -> Path:
        return self.folder / "atlas"

    @property
    def region_structure(self) -> Path:
        return self.folder / "region_structure.yaml"

    @property
    def parameters(self) -> Path:
        return self.folder / "tmd_parameters.json"

    @property
    def distributions(self) -> Path:
        return self.folder / "tmd_distributions.json"

    def copy(self, folder: Path) -> SmallColumn:
        shutil.copytree(self.folder, folder)
        return SmallColumn(folder)

    def settings(self, out: Path, **changes: Any) -> SynthesisSettings:
        """Settings of a run whose outputs are all below `out`."""
        plain = SynthesisSettings(
            input_cells=self.cells,
            tmd_parameters=self.parameters,
            tmd_distributions=self.distributions,
            atlas=self.atlas,
            region_structure=self.region_structure,
            out_cells=out / "nodes.h5",
            out_morph_dir=out / "morphologies",
            out_apical=out / "apical.yaml",
        )
        return replace(plain, **changes)

    def arguments(self, out: Path, *more: str | Path) -> list[str]:
        """The same as words of the command line; a later option replaces an earlier one."""
        return [
            *(COMMAND, "--nb-processes", "1"),
            *("--input-cells", str(self.cells)),
            *("--tmd-parameters", str(self.parameters)),
            *("--tmd-distributions", str(self.distributions)),
            *("--atlas", str(self.atlas)),
            *("--region-structure", str(self.region_structure)),
            *("--out-cells", str(out / "nodes.h5")),
            *("--out-morph-dir", str(out / "morphologies")),
            *("--out-apical", str(out / "apical.yaml")),
            *map(str, more),
        ]

    def run(self, out: Path, *more: str | Path) -> Result:
        """The command in this process."""
        return CliRunner().invoke(main, self.arguments(out, *more))

    def edit_json(self, path: Path, change: Callable[[Any], None]) -> None:
        """Change the content of a JSON file in place."""
        content = json.loads(path.read_text())
        change(content)
        path.write_text(json.dumps(content))

    def edit_structure(self, change: Callable[[Any], None]) -> None:
        """Change region_structure.yaml in place."""
        content = yaml.safe_load(self.region_structure.read_text())
        change(content)
        self.region_structure.write_text(yaml.safe_dump(content, sort_keys=False))

    def edit_cells(self, change: Callable[[voxcell.CellCollection], None]) -> None:
        """Change the cells in place."""
        cells = voxcell.CellCollection.load_sonata(self.cells)
        change(cells)
        self.cells.unlink()
        cells.save_sonata(self.cells)

    def edit_voxels(self, name: str, change: Callable[[voxcell.VoxelData], None]) -> None:
        """Change the values of a volume, as float32, in place."""
        path = self.atlas / f"{name}.nrrd"
        volume = voxcell.VoxelData.load_nrrd(path)
        volume.raw = volume.raw.astype(np.float32)
        change(volume)
        volume.save_nrrd(path)

    def move_cell(self, gid: int, position_um: Any) -> None:
        """Put one cell somewhere else."""

        def move(cells: voxcell.CellCollection) -> None:
            cells.positions[gid] = position_um

        self.edit_cells(move)

    def blank_voxel(self, name: str, gid: int) -> None:
        """Set the voxel of a volume at the place of one cell to NaN."""
        position = voxcell.CellCollection.load_sonata(self.cells).positions[gid]

        def blank(volume: voxcell.VoxelData) -> None:
            volume.raw[tuple(volume.positions_to_indices(position))] = np.nan

        self.edit_voxels(name, blank)


def make_small_column(folder: Path, mtypes: Sequence[str] = ("L1_DAC",) * 4) -> SmallColumn:
    """Write the inputs of a population with these mtypes, gid by gid."""
    script = [sys.executable, EXAMPLE / "make_example.py", folder, "--cells", "60"]
    subprocess.run(script, check=True, stdout=subprocess.DEVNULL)
    for name in ("tmd_parameters.json", "tmd_distributions.json"):
        shutil.copy(EXAMPLE / name, folder)
    column = SmallColumn(folder)
    many = voxcell.CellCollection.load_sonata(column.cells)
    rows = {mtype: iter(np.flatnonzero(many.properties["mtype"] == mtype)) for mtype in mtypes}
    chosen = [int(next(rows[mtype])) for mtype in mtypes]

    def keep(cells: voxcell.CellCollection) -> None:
        cells.properties = cells.properties.iloc[chosen].reset_index(drop=True)
        cells.positions = cells.positions[chosen]

    column.edit_cells(keep)
    return column
